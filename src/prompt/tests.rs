//! What prompts make of tasks, and what is said about bad ones.

use serde_json::{Value, json};

use super::fake::{FakeObject, control, form, showing, task};
use super::wrap::{Prompt, PromptTexts};
use crate::label::form::Form;
use crate::label::object::{Content, Turn};
use crate::llm::chat::{Document, Image, Message, Part, Role};

fn sentiment_form() -> Form {
    form(vec![control("textarea", "why", &[]), control("choices", "mood", &["good", "bad"])], "text")
}

fn image_form(address: &str) -> Form {
    let content = Some(Content::Images(vec![address.to_owned()]));
    showing(
        vec![control("choices", "kind", &["food=meals, drinks", "other"])],
        FakeObject { field: "image", content },
    )
}

fn texts(prompt: &str) -> PromptTexts {
    PromptTexts { prompt: prompt.to_owned(), origin: "p.txt".to_owned(), ..PromptTexts::default() }
}

/// Shows messages as `role: text`, images as `[address]`, parts parted by `|`.
fn shown(messages: &[Message]) -> String {
    let part = |part: &Part| match part {
        Part::Text(text) => text.clone(),
        Part::Image(Image::Url(url) | Image::Stored(url)) => format!("[{url}]"),
        Part::Image(Image::Inline { media_type, base64 }) => format!("[{media_type} {base64}]"),
        Part::Document(Document::Stored(address)) => format!("[document {address}]"),
        Part::Document(Document::Inline { name, base64 }) => format!("[{name} {base64}]"),
    };
    let message = |message: &Message| {
        let role = match message.role {
            Role::System => "system: ",
            Role::User => "",
            Role::Assistant => "assistant: ",
        };
        format!("{role}{}", message.parts.iter().map(part).collect::<Vec<_>>().join("|"))
    };
    messages.iter().map(message).collect::<Vec<_>>().join("\n---\n")
}

fn rendered(texts: &PromptTexts, form: &Form, data: Value) -> String {
    let task = task(data);
    let prompt = match Prompt::new(texts, form, &task) {
        Ok(prompt) => prompt,
        Err(error) => return format!("error: {error}"),
    };
    match prompt.messages(form, &task) {
        Ok(messages) => shown(&messages),
        Err(reason) => format!("task: {reason}"),
    }
}

fn check(prompt: &str, data: Value, expect: &str) {
    assert_eq!(rendered(&texts(prompt), &sentiment_form(), data), expect, "{prompt}");
}

#[test]
fn a_prompt_that_names_a_field_is_the_template() {
    check("Is {text} rude?\n", json!({"text": "Hi"}), "Is Hi rude?");
    check(
        "{id}/{meta.lang}/{tags}",
        json!({"id": 3, "meta": {"lang": "de"}, "tags": ["a", "b"], "text": ""}),
        "3/de/a\nb",
    );
    check("{ text }: {labels}", json!({"text": "x"}), "x: good, bad");
    check(
        r#"{text} -> {"label": "good", "n": {"m": {}}}"#,
        json!({"text": "x"}),
        r#"x -> {"label": "good", "n": {"m": {}}}"#,
    );
}

#[test]
fn a_prompt_that_names_none_is_wrapped() {
    check("Rude?", json!({"text": "Hi"}), "Source Text: Hi\n\nTask Directive: Rude?");
    check("One of <labels>", json!({"text": "Hi"}), "Source Text: Hi\n\nTask Directive: One of good, bad");
    check("Write {{text}}", json!({"text": "Hi"}), "Source Text: Hi\n\nTask Directive: Write {text}");
    check("a\r\nb\r\n", json!({"text": "Hi"}), "Source Text: Hi\n\nTask Directive: a\r\nb");
}

#[test]
fn an_empty_prompt_is_not_sent() {
    check("{text}", json!({"text": " "}), "task: the task's fields are empty, and so is its prompt");
    check("{text}?", json!({"text": ""}), "?");
}

#[test]
fn braces_in_data_are_never_read_again() {
    let data = json!({"text": "{labels} {{x}} {prompt}"});
    check("{text}", data.clone(), "{labels} {{x}} {prompt}");
    check("Rude?", data, "Source Text: {labels} {{x}} {prompt}\n\nTask Directive: Rude?");
}

#[test]
fn a_task_without_a_value_fails_alone() {
    let form = sentiment_form();
    let prompt = Prompt::new(
        &texts("{text} {note} {list[1]}"),
        &form,
        &task(json!({"text": "a", "note": null, "list": []})),
    );
    let prompt = prompt.unwrap();
    let check = |data: Value, expect: &str| {
        assert_eq!(prompt.messages(&form, &task(data)).unwrap_err(), expect);
    };
    check(
        json!({"text": "a", "note": null, "list": [1, 2]}),
        "the field `note`, which the prompt names, is null",
    );
    check(json!({"text": "a", "list": [1, 2]}), "the field `note`, which the prompt names, is missing");
    check(
        json!({"text": "a", "note": "", "list": [1]}),
        "the field `list[1]`, which the prompt names, is missing",
    );
    check(json!({"note": "", "list": [1, 2]}), "the field `text` is missing");
}

#[test]
fn wrapping_can_be_forced_and_forbidden() {
    let check = |prompt: &str, wrapper: Option<&str>, wrap: bool, expect: &str| {
        let texts = PromptTexts { wrapper: wrapper.map(str::to_owned), wrap: Some(wrap), ..texts(prompt) };
        assert_eq!(rendered(&texts, &sentiment_form(), json!({"text": "Hi", "id": 4})), expect, "{prompt}");
    };
    check("{id}?", None, true, "Source Text: Hi\n\nTask Directive: 4?");
    check("{id}?", Some("{prompt} {id} {labels}"), true, "4? 4 good, bad");
    check("{id}?", Some("ignored"), false, "4?");
    check("Rude?", Some("{text}: {prompt}\n"), true, "Hi: Rude?");
    check(
        "Rude?",
        None,
        false,
        "error: p.txt: the prompt names no field of the task, and wrapping is off (USE_INTERNAL_PROMPT_TEMPLATE=0), so \
         the model would never see the task; name a field, such as `{text}`, or allow wrapping\nthe first task's fields: \
         `text`, `id`",
    );
    check(
        "Rude?",
        Some("{text}"),
        true,
        "error: PROMPT_TEMPLATE: the wrapper has no `{prompt}`, so the prompt would never be sent; put it in",
    );
    check(
        "Rude?",
        Some("{prompt}!"),
        true,
        "error: PROMPT_TEMPLATE: neither the wrapper nor the prompt names a field of the task; put in `{text}`",
    );
}

#[test]
fn text_means_the_input_object_where_no_field_is_called_so() {
    let form = form(vec![control("choices", "mood", &["good"])], "review");
    let check = |prompt: &str, data: Value, expect: &str| {
        assert_eq!(rendered(&texts(prompt), &form, data), expect, "{prompt}");
    };
    check("{text}!", json!({"review": "R"}), "R!");
    check("{text}!", json!({"review": "R", "text": "T"}), "T!");
    check("Rude?", json!({"review": "R", "text": "T"}), "Source Text: R\n\nTask Directive: Rude?");
    check("{text}!", json!({"other": "O"}), "task: the field `review` is missing");
}

#[test]
fn a_plain_text_import_is_found_under_the_objects_field() {
    let content = Some(Content::Text("plain".to_owned()));
    let form = showing(vec![control("choices", "mood", &["good"])], FakeObject { field: "review", content });
    assert_eq!(rendered(&texts("{review}"), &form, json!({"$undefined$": "plain"})), "plain");
}

#[test]
fn conversations_are_lines_by_speaker() {
    let turn = |speaker: &str, text: &str| Turn { speaker: speaker.to_owned(), text: text.to_owned() };
    let content = Some(Content::Turns(vec![turn("A", "hi"), turn("", "(rings)"), turn("B", "yes")]));
    let form = showing(vec![control("textarea", "answer", &[])], FakeObject { field: "talk", content });
    let data = json!({"talk": [{"t": "hi"}]});
    assert_eq!(rendered(&texts("{talk}"), &form, data.clone()), "A: hi\n(rings)\nB: yes");
    assert_eq!(rendered(&texts("{text}"), &form, data), "A: hi\n(rings)\nB: yes");
}

#[test]
fn images_become_parts_where_they_are_named() {
    let form = image_form("https://x.org/a.png");
    let data = json!({"image": "https://x.org/a.png", "note": "lunch"});
    let check = |prompt: &str, expect: &str| {
        assert_eq!(rendered(&texts(prompt), &form, data.clone()), expect, "{prompt}");
    };
    check("{note}: {image}\n", "lunch: |[https://x.org/a.png]");
    check("{image}\n{image} which?", "[https://x.org/a.png]|[https://x.org/a.png]| which?");
    check("Which?", "Source Text: |[https://x.org/a.png]|\n\nTask Directive: Which?");
    check("{note}?", "lunch?");
    let no_text = PromptTexts { wrapper: Some("Now: {prompt}".to_owned()), ..texts("Which?") };
    assert_eq!(rendered(&no_text, &form, data), "Now: Which?|[https://x.org/a.png]");
}

#[test]
fn an_image_is_an_address_until_it_is_fetched_and_a_bad_one_fails_its_task() {
    let form = image_form("/data/upload/1/a.png");
    let data = || json!({"image": "/data/upload/1/a.png"});
    assert_eq!(rendered(&texts("{image}?"), &form, data()), "[/data/upload/1/a.png]|?");
    let form = image_form("data:text/plain;base64,AAAA");
    let told = rendered(&texts("{image}?"), &form, data());
    assert!(told.starts_with("task: the image's data URL is of type `text/plain`"), "{told}");
}

#[test]
fn labels_come_with_their_hints() {
    let form = image_form("https://x.org/a.png");
    let data = json!({"note": "n", "image": ""});
    assert_eq!(
        rendered(&texts("{note}\n{labels}"), &form, data.clone()),
        "n\n- food: meals, drinks\n- other"
    );
    assert_eq!(rendered(&texts("{note} {labels.kind}"), &form, data), "n - food: meals, drinks\n- other");
}

#[test]
fn a_field_called_labels_wins_and_is_noticed() {
    let form = sentiment_form();
    let task = task(json!({"text": "x", "labels": "mine"}));
    let prompt = Prompt::new(&texts("{text} {labels} {labels.mood}"), &form, &task).unwrap();
    assert_eq!(shown(&prompt.messages(&form, &task).unwrap()), "x mine good, bad");
    assert_eq!(
        prompt.notices(),
        ["`{labels}` is the field `labels` of the task, not the labels of the labeling config"]
    );
}

#[test]
fn a_system_message_is_a_template_too() {
    let system =
        |text: &str| PromptTexts { system: Some((text.to_owned(), "s.txt".to_owned())), ..texts("{text}") };
    let form = sentiment_form();
    assert_eq!(
        rendered(&system("Say {labels}.\n"), &form, json!({"text": "x"})),
        "system: Say good, bad.\n---\nx"
    );
    assert_eq!(
        rendered(&system(" "), &form, json!({"text": "x"})),
        "error: s.txt: the text is empty; write what the model should do"
    );
    assert_eq!(
        rendered(
            &system("Look: {image}"),
            &image_form("https://x.org/a.png"),
            json!({"image": "", "text": ""})
        ),
        "error: s.txt: a system message cannot hold images or files; name them in the prompt instead"
    );
}

#[test]
fn unknown_names_are_shown_in_place() {
    let data = json!({"text": "x", "title": "y", "meta": {"author": "z"}});
    let check = |prompt: &str, expect: &str| check(prompt, data.clone(), &format!("error: p.txt:{expect}"));
    check(
        "Größe:\n\tsee {txet}, {text}",
        "2:6: no field of the task is called `txet`; did you mean `{text}`?\n  \tsee {txet}, {text}\n  \t    ^^^^^^\n\
         the first task's fields: `text`, `title`, `meta`\nfor braces that stay as they are, write `{{txet}}`",
    );
    check(
        "{meta.autor}",
        "1:1: no field of the task is called `meta.autor`; did you mean `{meta.author}`?\n  {meta.autor}\n  \
         ^^^^^^^^^^^^\nthe first task's fields: `text`, `title`, `meta`\nfor braces that stay as they are, write \
         `{{meta.autor}}`",
    );
    check(
        "{prompt}",
        "1:1: no field of the task is called `prompt` (`{prompt}` has a meaning in PROMPT_TEMPLATE only)\n  {prompt}\n  \
         ^^^^^^^^\nthe first task's fields: `text`, `title`, `meta`\nfor braces that stay as they are, write `{{prompt}}`",
    );
    check(
        "{text} {labels.why}",
        "1:8: no control called `why` has labels\n  {text} {labels.why}\n         ^^^^^^^^^^^^\ncontrols with labels: `mood`",
    );
}

#[test]
fn names_that_nearly_fit_are_offered() {
    let check = |name: &str, offer: &str| {
        let message = rendered(
            &texts(&format!("{{{name}}}")),
            &sentiment_form(),
            json!({"text": "", "review_text": ""}),
        );
        assert!(message.contains(&format!("did you mean `{{{offer}}}`?")), "{name}: {message}");
    };
    check("$text", "text");
    check("Text", "text");
    check("text!r", "text");
    check("label", "labels");
    check("reviewtext", "review_text");
    check("label.mood", "labels.mood");
}

#[test]
fn labels_that_no_control_has_are_an_error() {
    let form = form(vec![control("textarea", "why", &[])], "text");
    let message = rendered(&texts("{text} {labels}"), &form, json!({"text": "x"}));
    assert!(
        message.starts_with("error: p.txt:1:8: no control of the labeling config has labels\n"),
        "{message}"
    );
}

#[test]
fn a_long_line_is_cut_around_the_place() {
    let message = rendered(
        &texts(&format!("{} {{nope}} {}", "a".repeat(200), "b".repeat(200))),
        &sentiment_form(),
        json!({}),
    );
    let lines: Vec<&str> = message.lines().collect();
    assert!(lines[0].starts_with("error: p.txt:1:202: "), "{message}");
    assert_eq!(lines[1], format!("  …{} {{nope}} {}…", "a".repeat(59), "b".repeat(59)));
    assert_eq!(lines[2], format!("  {}^^^^^^", " ".repeat(61)));
}

#[test]
fn a_bad_wrapper_is_named() {
    let texts = PromptTexts { wrapper: Some("{prompt}\n{txt}".to_owned()), ..texts("Rude?") };
    let message = rendered(&texts, &sentiment_form(), json!({"text": "x"}));
    assert!(
        message.starts_with("error: PROMPT_TEMPLATE:2:1: no field of the task is called `txt`"),
        "{message}"
    );
}

#[test]
fn texts_that_are_no_prompts_are_refused() {
    check("", json!({}), "error: p.txt: the text is empty; write what the model should do");
    check("\u{feff} \r\n", json!({}), "error: p.txt: the text is empty; write what the model should do");
    check(
        "a\nb\0",
        json!({}),
        "error: p.txt:2:2: a NUL character, which Label Studio cannot store; is this a text file in UTF-8?",
    );
}

#[test]
fn notices_say_what_was_decided() {
    let check = |texts: &PromptTexts, form: &Form, data: Value, expect: &[&str]| {
        assert_eq!(Prompt::new(texts, form, &task(data)).unwrap().notices(), expect);
    };
    let wrapper = |prompt: &str| PromptTexts { wrapper: Some("{prompt} {text}".to_owned()), ..texts(prompt) };
    check(&texts("{text}"), &sentiment_form(), json!({"text": "x"}), &[]);
    check(
        &texts("Rude?"),
        &sentiment_form(),
        json!({"text": "x"}),
        &[
            r#"the prompt names no field of the task, so it is sent as "Source Text: {text}\n\nTask Directive: {prompt}""#,
        ],
    );
    check(
        &wrapper("{text}"),
        &sentiment_form(),
        json!({"text": "x"}),
        &["PROMPT_TEMPLATE is not used, for the prompt itself names a field of the task"],
    );
    check(
        &PromptTexts { wrap: Some(true), ..wrapper("Rude?") },
        &form(vec![control("choices", "mood", &["good"])], "review"),
        json!({"text": "x", "review": "y"}),
        &["`{text}` in PROMPT_TEMPLATE is what is labeled, `review`, not the field `text`"],
    );
    check(
        &texts("{note}"),
        &image_form("https://x.org/a.png"),
        json!({"note": "x"}),
        &["the prompt does not name `{image}`, so the model does not see what is labeled"],
    );
}

#[test]
fn the_canonical_text_changes_with_what_is_asked_alone() {
    let form = sentiment_form();
    let canonical = PromptTexts::canonical;
    let base = canonical(&texts("Rude?"));
    assert_eq!(base, canonical(&PromptTexts { origin: "other".to_owned(), ..texts("\u{feff}Rude?\n") }));
    assert_ne!(base, canonical(&PromptTexts { wrap: Some(true), ..texts("Rude?") }));
    let others = [
        texts("Rude??"),
        PromptTexts { wrapper: Some("{prompt} {text}".to_owned()), ..texts("Rude?") },
        PromptTexts { system: Some(("Be brief".to_owned(), "s".to_owned())), ..texts("Rude?") },
    ];
    for other in &others {
        assert_ne!(base, canonical(other));
    }
    assert_eq!(
        Prompt::new(&texts("{text}?\n"), &form, &task(json!({"text": "x"}))).unwrap().text(),
        "{text}?"
    );
}
