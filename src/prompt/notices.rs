//! What a person should know about how a prompt is sent; one line each.

use super::conversation::{self, Conversation};
use super::names::{Bound, Meaning, Piece, Scope};
use super::wrap::{DEFAULT_WRAPPER, PromptTexts};

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
