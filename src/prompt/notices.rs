//! What a person should know about how a prompt is sent; one line each.

use super::conversation::{self, Conversation};
use super::names::{Bound, Meaning, Piece, Scope};
use super::wrap::{DEFAULT_WRAPPER, PromptTexts};
use crate::label::form::Form;

/// Returns the notices about a prompt and its wrapper, if it has one.
pub(super) fn notices(
    texts: &PromptTexts,
    prompt: &Bound,
    wrapper: Option<&Bound>,
    scope: Scope<'_>,
) -> Vec<String> {
    let mut notices = Vec::new();
    let field = scope.form.input.field();
    if wrapper.is_some() && texts.wrap.is_none() {
        let wrapper = texts.wrapper.as_deref().unwrap_or(DEFAULT_WRAPPER);
        notices.push(format!("the prompt names no field of the task, so it is sent as {wrapper:?}"));
    }
    if wrapper.is_none() && texts.wrapper.is_some() {
        notices
            .push("PROMPT_TEMPLATE is not used, for the prompt itself names a field of the task".to_owned());
    }
    let has_input = |piece: &Piece| *piece == Piece::Named(Meaning::Input);
    if wrapper.is_some_and(|wrapper| wrapper.iter().any(has_input))
        && scope.first.data.contains_key("text")
        && let Some(field) = field
        && field != "text"
    {
        notices.push(format!(
            "`{{text}}` in PROMPT_TEMPLATE is what is labeled, `{field}`, not the field `text`"
        ));
    }
    let is_label_field = |piece: &Piece| {
        matches!(piece, Piece::Named(Meaning::Field(name) | Meaning::Shown(name))
            if name.starts_with("labels") && scope.first.data.contains_key("labels"))
    };
    if prompt.iter().chain(wrapper.into_iter().flatten()).any(is_label_field) {
        notices.push(
            "`{labels}` is the field `labels` of the task, not the labels of the labeling config".to_owned(),
        );
    }
    let wants_turns = texts.conversation == Conversation::Messages;
    let sends_turns = wants_turns && conversation::is_labeled(scope);
    if wants_turns && !sends_turns {
        notices.push("`--as-turns` changes nothing, for what is labeled is no conversation".to_owned());
    }
    if wrapper.is_none() {
        let fields = scope.form.labeled().into_iter().filter_map(|object| object.field());
        let fields = fields.filter(|name| !sends_turns || Some(*name) != field);
        let unseen = fields.filter(|field| !prompt.iter().any(|piece| shows(piece, field)));
        notices.extend(unseen.map(|field| {
            format!("the prompt does not name `{{{field}}}`, so the model does not see what is labeled")
        }));
    }
    notices
}

/// Says which objects annotators see and the model does not, among those that are not labeled.
pub(super) fn unshown(pieces: &[Piece], form: &Form) -> Option<String> {
    let labeled: Vec<&str> = form.labeled().into_iter().filter_map(|object| object.field()).collect();
    let is_shown = |field: &str| {
        pieces.iter().any(|piece| *piece != Piece::Named(Meaning::Input) && shows(piece, field))
    };
    let unshown = form.objects.iter().filter_map(|object| {
        let field = object.field().filter(|field| !labeled.contains(field) && !is_shown(field))?;
        Some(format!("`{}` (`{{{field}}}`)", object.name()))
    });
    let unshown: Vec<String> = unshown.collect();
    (!unshown.is_empty()).then(|| {
        format!(
            "the prompt does not show {}, which annotators see; name it there if the model needs it",
            unshown.join(", ")
        )
    })
}

/// Returns whether a piece holds the field that the input object shows, perhaps among others.
fn shows(piece: &Piece, field: &str) -> bool {
    match piece {
        Piece::Named(Meaning::Input) => true,
        Piece::Named(Meaning::Shown(name)) => name == field,
        Piece::Named(Meaning::Field(name)) => {
            field.strip_prefix(name.as_str()).is_some_and(|rest| rest.starts_with(['.', '[']))
        }
        Piece::Literal(_) | Piece::Named(Meaning::Labels(_) | Meaning::Prompt) => false,
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use serde_json::json;

    use super::*;
    use crate::label::object::Object;
    use crate::prompt::fake::{FakeObject, control, form, task};
    use crate::prompt::wrap::Prompt;

    fn texts(prompt: &str) -> PromptTexts {
        PromptTexts { prompt: prompt.to_owned(), ..PromptTexts::default() }
    }

    #[test]
    fn what_annotators_see_and_the_model_does_not_is_noticed() {
        let mut form = form(vec![control("choices", "mood", &["good"])], "text");
        form.objects = ["text", "question", "hint"]
            .map(|field| Arc::new(FakeObject { field, content: None }) as Arc<dyn Object>)
            .into();
        let check = |texts: PromptTexts, expect: &[&str]| {
            let first = task(json!({"text": "x", "question": "y", "hint": "z"}));
            let prompt = Prompt::new(&texts, &form, &first).unwrap();
            let notices: Vec<&str> = prompt.notices().iter().map(String::as_str).collect();
            assert_eq!(notices, expect);
        };
        let lack = |what: &str| {
            format!(
                "the prompt does not show {what}, which annotators see; name it there if the model needs it"
            )
        };
        check(texts("{text}?"), &[&lack("`input` (`{question}`), `input` (`{hint}`)")]);
        let system = Some(("Mind {hint}".to_owned(), "s.txt".to_owned()));
        check(PromptTexts { system, ..texts("{text}?") }, &[&lack("`input` (`{question}`)")]);
        check(texts("{hint}{question}{text}"), &[]);
    }
}
