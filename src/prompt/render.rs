//! One task's prompt: every name replaced by what the task has for it.

use super::file;
use super::names::{Bound, Meaning, Piece};
use super::parts::Parts;
use super::template::{lookup, value_text};
use crate::label::control::Label;
use crate::label::form::Form;
use crate::label::object::{Content, Turn};
use crate::label::path::Lookup;
use crate::label::task::Task;
use crate::llm::chat::Part;

/// Fills in the names of a text for one task; the error says what the task lacks.
pub(super) fn rendered(bound: &Bound, form: &Form, task: &Task) -> Result<Parts, String> {
    let mut parts = Parts::default();
    for piece in bound {
        render(piece, form, task, &mut parts)?;
    }
    Ok(parts)
}

/// Puts a rendered prompt into its wrapper; images and documents that neither of them names come last. A task that lacks
/// one of them is not asked about: a model makes up what it does not see.
pub(super) fn wrapped(wrapper: &Bound, prompt: Parts, form: &Form, task: &Task) -> Result<Parts, String> {
    let has_files = prompt.has_files();
    let mut parts = Parts::default();
    let mut prompt = Some(prompt);
    for piece in wrapper {
        match piece {
            // A wrapper that says it twice gets it once: the second would only cost.
            Piece::Named(Meaning::Prompt) => parts.append(prompt.take().unwrap_or_default()),
            _ => render(piece, form, task, &mut parts)?,
        }
    }
    if !has_files && !parts.has_files() {
        for object in form.labeled().into_iter().filter(|object| object.shows_files()) {
            push_content(&object.content(task)?, &mut parts)?;
        }
    }
    Ok(parts)
}

fn render(piece: &Piece, form: &Form, task: &Task, parts: &mut Parts) -> Result<(), String> {
    match piece {
        Piece::Literal(text) => parts.push_text(text),
        Piece::Named(Meaning::Field(name)) => parts.push_text(&field_text(name, task)?),
        Piece::Named(Meaning::Shown(name)) => {
            let object = form.showing(name).unwrap_or(&form.input);
            match (form.reading(object.as_ref(), task)?, object.content(task), lookup(&task.data, name)) {
                (Some(text), _, _) => parts.push_text(&text),
                (None, Ok(Content::Text(_)), Lookup::Found(_)) => parts.push_text(&field_text(name, task)?),
                (None, content, _) => push_content(&content?, parts)?,
            }
        }
        Piece::Named(Meaning::Input) => push_labeled(form, task, parts)?,
        Piece::Named(Meaning::Labels(control)) => {
            parts.push_text(&labels_text(control.as_deref(), form, task)?);
        }
        Piece::Named(Meaning::Prompt) => {}
    }
    Ok(())
}

/// Shows what is labeled: as it is where that is one object, else each by its name.
fn push_labeled(form: &Form, task: &Task, parts: &mut Parts) -> Result<(), String> {
    let labeled = form.labeled();
    if let [only] = labeled.as_slice() {
        return push_content(&form.content(only.as_ref(), task)?, parts);
    }
    for (index, object) in labeled.into_iter().enumerate() {
        let gap = if index == 0 { "" } else { "\n\n" };
        parts.push_text(&format!("{gap}{}: ", object.name()));
        push_content(&form.content(object.as_ref(), task)?, parts)?;
    }
    Ok(())
}

fn field_text(name: &str, task: &Task) -> Result<String, String> {
    match lookup(&task.data, name) {
        Lookup::Found(value) => {
            value_text(value).ok_or_else(|| format!("the field `{name}`, which the prompt names, is null"))
        }
        Lookup::Absent | Lookup::Unknown => {
            Err(format!("the field `{name}`, which the prompt names, is missing"))
        }
    }
}

fn push_content(content: &Content, parts: &mut Parts) -> Result<(), String> {
    match content {
        Content::Text(text) => parts.push_text(text),
        Content::Turns(turns) => parts.push_text(&turns.iter().map(turn_line).collect::<Vec<_>>().join("\n")),
        Content::Images(addresses) => push_images(addresses, parts)?,
        Content::Document(address) => parts.push_file(Part::Document(file::document(address)?)),
    }
    Ok(())
}

fn turn_line(turn: &Turn) -> String {
    if turn.speaker.is_empty() { turn.text.clone() } else { format!("{}: {}", turn.speaker, turn.text) }
}

fn push_images(addresses: &[String], parts: &mut Parts) -> Result<(), String> {
    if addresses.is_empty() {
        return Err("the task has no image".to_owned());
    }
    for address in addresses {
        parts.push_file(Part::Image(file::image(address)?));
    }
    Ok(())
}

/// Returns the values in a line, or a line each with the hints where there are any.
fn labels_text(control: Option<&str>, form: &Form, task: &Task) -> Result<String, String> {
    let labels = form.labels(control, task);
    if labels.is_empty() {
        return Err("the task gives no labels to choose from, which the prompt names".to_owned());
    }
    if labels.iter().all(|label| label.hint.is_none()) {
        return Ok(labels.iter().map(|label| label.value.as_str()).collect::<Vec<_>>().join(", "));
    }
    let line = |label: &Label| match &label.hint {
        Some(hint) => format!("- {}: {hint}", label.value),
        None => format!("- {}", label.value),
    };
    Ok(labels.iter().map(line).collect::<Vec<_>>().join("\n"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::{Value, json};

    use super::*;
    use crate::label::config::LabelConfig;
    use crate::label::form::Wanted;
    use crate::llm::chat::{Document, Image};
    use crate::prompt::fake::{FakeObject, showing, task};
    use crate::prompt::wrap::{Prompt, PromptTexts};

    /// Everything that is labeled is shown by its name, and what is not labeled is not.
    #[test]
    fn a_wrapped_prompt_shows_all_that_is_labeled() {
        let config = r#"<View><Text name="ask" value="$ask"/><Text name="one" value="$a"/><Image name="two" value="$b"/>
            <Pairwise name="pair" toName="one,two"/><Rating name="stars" toName="two"/></View>"#;
        let config = LabelConfig::parse(config).unwrap();
        let form = Form::new(&config, &Wanted::default()).unwrap();
        let shown = |data: Value| {
            let first = task(json!({"ask": "?", "a": "first", "b": "https://x.org/b.png"}));
            let texts = PromptTexts { prompt: "Which?".to_owned(), ..PromptTexts::default() };
            let messages = Prompt::new(&texts, &form, &first).unwrap().messages(&form, &task(data))?;
            Ok::<_, String>(messages[0].parts.clone())
        };
        let text = |text: &str| Part::Text(text.to_owned());
        let image = Part::Image(Image::Url("https://x.org/b.png".to_owned()));
        assert_eq!(
            shown(json!({"ask": "?", "a": "first", "b": "https://x.org/b.png"})),
            Ok(vec![text("Source Text: one: first\n\ntwo: "), image, text("\n\nTask Directive: Which?")])
        );
        assert_eq!(shown(json!({"a": "first"})), Err("there is no field `b`; the task has `a`".to_owned()));
    }

    /// The model reads what quotes are searched in, whatever the prompt calls it.
    #[test]
    fn a_page_is_shown_as_it_is_read_where_spans_of_it_are_marked() {
        let check = |control: &str, prompt: &str, expect: &str| {
            let config = format!(r#"<View><HyperText name="page" value="$html"/>{control}</View>"#);
            let form = Form::new(&LabelConfig::parse(&config).unwrap(), &Wanted::default()).unwrap();
            let task = task(json!({"html": "<p>A &amp; <b>B</b></p><p>C"}));
            let texts = PromptTexts { prompt: prompt.to_owned(), ..PromptTexts::default() };
            let messages = Prompt::new(&texts, &form, &task).unwrap().messages(&form, &task).unwrap();
            assert_eq!(messages[0].parts, [Part::Text(expect.to_owned())]);
        };
        let spans = r#"<HyperTextLabels name="ner" toName="page"><Label value="P"/></HyperTextLabels>"#;
        let choices = r#"<Choices name="mood" toName="page"><Choice value="P"/></Choices>"#;
        check(spans, "{text}?", "A & B\nC?");
        check(spans, "{html}?", "A & B\nC?");
        check(
            &spans.replace("HyperTextLabels", "Labels"),
            "Mark.",
            "Source Text: A & B\nC\n\nTask Directive: Mark.",
        );
        check(choices, "{text}?", "<p>A &amp; <b>B</b></p><p>C?");
        check(choices, "{html}?", "<p>A &amp; <b>B</b></p><p>C?");
        check(&format!("{choices}{spans}"), "{html}?", "A & B\nC?");
    }

    /// Two images to compare: the second is no text of its address.
    #[test]
    fn every_object_gives_what_it_shows() {
        let url = |field: &str| format!("https://x.org/{field}.png");
        let image = |field| FakeObject { field, content: Some(Content::Images(vec![url(field)])) };
        let mut form = showing(Vec::new(), image("first"));
        form.objects = vec![Arc::new(image("second"))];
        let task = task(json!({"first": "a.png", "second": "b.png"}));
        let texts = PromptTexts { prompt: "{first} or {second}?".to_owned(), ..PromptTexts::default() };
        let messages = Prompt::new(&texts, &form, &task).unwrap().messages(&form, &task).unwrap();
        let image = |field| Part::Image(Image::Url(url(field)));
        let text = |text: &str| Part::Text(text.to_owned());
        assert_eq!(messages[0].parts, [image("first"), text(" or "), image("second"), text("?")]);
    }

    #[test]
    fn a_task_without_its_image_is_not_asked_about_though_nothing_names_it() {
        let config =
            r#"<View><Image name="picture" value="$image"/><Rating name="stars" toName="picture"/></View>"#;
        let form = Form::new(&LabelConfig::parse(config).unwrap(), &Wanted::default()).unwrap();
        let wrapper = Some("Say: {prompt}".to_owned());
        let texts = PromptTexts { prompt: "Which?".to_owned(), wrapper, ..PromptTexts::default() };
        let first = task(json!({"image": "https://x.org/b.png"}));
        let prompt = Prompt::new(&texts, &form, &first).unwrap();
        assert_eq!(prompt.messages(&form, &first).unwrap()[0].parts.len(), 2);
        let lacking = prompt.messages(&form, &task(json!({"image": null, "n": 1})));
        assert_eq!(lacking, Err("field `image` is null".to_owned()));
    }

    /// It comes last where nothing names it, as images do.
    #[test]
    fn a_document_is_a_part_of_its_own_wherever_it_is_named() {
        let address = "/data/upload/1/a.pdf";
        let content = Some(Content::Document(address.to_owned()));
        let mut form = showing(Vec::new(), FakeObject { field: "file", content });
        form.objects = Vec::new();
        let task = task(json!({"file": address}));
        let check = |prompt: &str, wrapper: Option<&str>, expect: [Part; 2]| {
            let wrapper = wrapper.map(str::to_owned);
            let texts = PromptTexts { prompt: prompt.to_owned(), wrapper, ..PromptTexts::default() };
            let messages = Prompt::new(&texts, &form, &task).unwrap().messages(&form, &task).unwrap();
            assert_eq!(messages[0].parts, expect);
        };
        let document = || Part::Document(Document::Stored(address.to_owned()));
        let text = |text: &str| Part::Text(text.to_owned());
        check("{file}?", None, [document(), text("?")]);
        check("Which?", Some("Say: {prompt}"), [text("Say: Which?"), document()]);
    }
}
