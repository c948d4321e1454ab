//! The whole prompt of a run: system message, template or wrapped text, and what a task makes of it.
//!
//! A prompt that names something of the task is itself the template. One that names nothing, or only labels, is put
//! into a wrapper together with what the input object shows, so that the task always reaches the model. Wrapped or
//! not, the prompt's own placeholders are filled in.

use std::sync::Arc;

use serde_json::json;

use super::conversation::{self, Conversation, Standing};
use super::examples::Examples;
use super::llm_interactive::Rendering;
use super::names::{Bound, Meaning, Piece, Place, Scope, bind, listed};
use super::notices::{notices, unshown};
use super::render::{rendered, wrapped};
use super::template::Position;
use crate::label::form::{Form, Profile};
use crate::label::object::Content;
use crate::label::task::Task;
use crate::llm::chat::{Message, Part, Role};

pub use super::names::PromptError;

/// Wraps a prompt where the user gives no wrapper.
pub const DEFAULT_WRAPPER: &str = "Source Text: {text}\n\nTask Directive: {prompt}";

/// What errors call the wrapper.
const WRAPPER_ORIGIN: &str = "PROMPT_TEMPLATE";

/// The texts a user gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct PromptTexts {
    /// The prompt itself (`--prompt`).
    pub prompt: String,
    /// What an error calls it: a file name or a variable.
    pub origin: String,
    /// `--system`, with its origin.
    pub system: Option<(String, String)>,
    /// `PROMPT_TEMPLATE`: wraps a prompt that names no data field.
    pub wrapper: Option<String>,
    /// `USE_INTERNAL_PROMPT_TEMPLATE`: always wrap, never wrap, or by what the prompt names.
    pub wrap: Option<bool>,
    pub profile: Profile,
    /// `--as-turns`.
    pub conversation: Conversation,
}

impl PromptTexts {
    /// Returns all that decides what is asked, for the model version; where the texts stand is not in it.
    pub fn canonical(&self) -> String {
        let system = self.system.as_ref().map(|(text, _)| plain(text));
        let texts = json!([plain(&self.prompt), system, self.wrapper, self.wrap]).to_string();
        match (self.profile, self.conversation) {
            (Profile::Own, Conversation::Text) => texts,
            (Profile::Own, Conversation::Messages) => format!("as-turns {texts}"),
            (Profile::LlmInteractive, _) => format!("llm-interactive {texts}"),
        }
    }
}

/// A prompt that was checked against the labeling config and a first task.
#[derive(Debug, Clone)]
pub struct Prompt {
    text: String,
    manner: Manner,
    system: Option<Bound>,
    /// [`Conversation::Messages`] only where a conversation is what is labeled.
    conversation: Conversation,
    examples: Option<Arc<Examples>>,
    notices: Vec<String>,
}

/// How the message to the model is made.
#[derive(Debug, Clone)]
enum Manner {
    Own {
        body: Bound,
        /// `None` where the prompt is itself the template.
        wrapper: Option<Bound>,
    },
    LlmInteractive(Rendering),
}

impl Prompt {
    /// Parses the texts and decides on wrapping; names are checked against the first task's fields.
    pub fn new(texts: &PromptTexts, form: &Form, first: &Task) -> Result<Self, PromptError> {
        let scope = Scope { form, first };
        let text = cleaned(&texts.prompt, &texts.origin)?;
        let whole = |manner, system, notices| Self {
            text: text.to_owned(),
            manner,
            system,
            conversation: Conversation::Text,
            examples: None,
            notices,
        };
        if texts.profile == Profile::LlmInteractive {
            let manner = Manner::LlmInteractive(Rendering::new(texts, form, first)?);
            return Ok(whole(manner, None, Vec::new()));
        }
        let prompt = bind(text, &texts.origin, Place::Prompt, scope)?;
        let system = match &texts.system {
            Some((text, origin)) => Some((cleaned(text, origin)?, origin)),
            None => None,
        };
        let is_wrapped = texts.wrap.unwrap_or(!names_task(&prompt));
        let conversation = conversation(texts, scope);
        if !is_wrapped && !names_task(&prompt) && conversation == Conversation::Text {
            return Err(no_field(texts, scope));
        }
        let wrapper_text = texts.wrapper.as_deref().unwrap_or(DEFAULT_WRAPPER);
        let wrapper =
            if is_wrapped { Some(wrapper(wrapper_text, &prompt, conversation, scope)?) } else { None };
        let mut notices = notices(texts, &prompt, wrapper.as_ref(), scope);
        let system = match system {
            Some((text, origin)) => Some(system_message(text, origin, scope)?),
            None => None,
        };
        let bounds = [Some(&prompt), wrapper.as_ref(), system.as_ref()]
            .map(|bound| bound.map_or(&[][..], |bound| bound));
        notices.extend(unshown(&bounds.concat(), scope.form));
        let prompt = whole(Manner::Own { body: prompt, wrapper }, system, notices);
        Ok(match conversation {
            Conversation::Text => prompt,
            Conversation::Messages => prompt.referring(scope),
        })
    }

    /// Shows examples from now on, and tells what a person should know about them.
    #[must_use]
    pub fn showing(mut self, examples: Examples, notices: Vec<String>) -> Self {
        self.examples = Some(Arc::new(examples));
        self.notices.extend(notices);
        self
    }

    /// Tells something more that a person should know.
    #[must_use]
    pub fn noting(mut self, notice: &str) -> Self {
        self.notices.push(notice.to_owned());
        self
    }

    /// Returns the messages for a task, examples among them; the error says which field the task lacks.
    pub fn messages(&self, form: &Form, task: &Task) -> Result<Vec<Message>, String> {
        let Some(examples) = &self.examples else { return self.bare_messages(form, task) };
        let question = self.question(form, task, Standing::Later)?;
        let mut messages: Vec<Message> = self.system_message(form, task)?.into_iter().collect();
        messages.extend(examples.messages(form, task, &question));
        messages.extend(question);
        Ok(messages)
    }

    /// Returns the messages for a task without the examples.
    pub fn bare_messages(&self, form: &Form, task: &Task) -> Result<Vec<Message>, String> {
        let mut messages: Vec<Message> = self.system_message(form, task)?.into_iter().collect();
        conversation::append(&mut messages, self.question(form, task, Standing::First)?);
        Ok(messages)
    }

    /// Returns what is asked about a task that is shown as an example.
    pub(super) fn as_example(&self, form: &Form, task: &Task) -> Result<Vec<Message>, String> {
        self.question(form, task, Standing::Later)
    }

    fn system_message(&self, form: &Form, task: &Task) -> Result<Option<Message>, String> {
        let Some(system) = &self.system else { return Ok(None) };
        let parts = rendered(system, form, task)?.into_parts();
        Ok((!parts.is_empty()).then_some(Message { role: Role::System, parts }))
    }

    /// Returns all that is asked about a task, but for the system message.
    fn question(&self, form: &Form, task: &Task, standing: Standing) -> Result<Vec<Message>, String> {
        let (body, wrapper) = match &self.manner {
            Manner::Own { body, wrapper } => (body, wrapper),
            Manner::LlmInteractive(rendering) => {
                return Ok(vec![Message::text(Role::User, rendering.message(form, task)?)]);
            }
        };
        let prompt = rendered(body, form, task)?;
        let parts = match wrapper {
            Some(wrapper) => wrapped(wrapper, prompt, form, task)?,
            None => prompt,
        };
        let parts = parts.into_parts();
        if parts.iter().all(|part| matches!(part, Part::Text(text) if text.trim().is_empty())) {
            return Err("the task's fields are empty, and so is its prompt".to_owned());
        }
        let mut messages = match (self.conversation, form.input.content(task)) {
            (Conversation::Messages, Err(reason)) => return Err(reason),
            (Conversation::Messages, Ok(Content::Turns(turns))) => conversation::messages(&turns, standing),
            (Conversation::Messages, Ok(_)) | (Conversation::Text, _) => Vec::new(),
        };
        conversation::append(&mut messages, vec![Message { role: Role::User, parts }]);
        Ok(messages)
    }

    /// Sends the conversation as messages, and refers to it where it was named.
    fn referring(self, scope: Scope<'_>) -> Self {
        let referred = |bound| conversation::referred(bound, scope);
        let manner = match self.manner {
            Manner::Own { body, wrapper } => {
                Manner::Own { body: referred(body), wrapper: wrapper.map(referred) }
            }
            other @ Manner::LlmInteractive(_) => other,
        };
        let system = self.system.map(referred);
        Self { manner, system, conversation: Conversation::Messages, ..self }
    }

    /// Returns the examples that are shown, if any are.
    pub fn examples(&self) -> Option<&Examples> {
        self.examples.as_deref()
    }

    /// Returns the prompt as the user wrote it, for the prompt control.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Returns what a person should know, such as that the prompt was wrapped; one line each.
    pub fn notices(&self) -> &[String] {
        &self.notices
    }
}

/// Returns how the conversation reaches the model, if one is what is labeled.
fn conversation(texts: &PromptTexts, scope: Scope<'_>) -> Conversation {
    match texts.conversation {
        Conversation::Messages if conversation::is_labeled(scope) => Conversation::Messages,
        _ => Conversation::Text,
    }
}

/// Returns a text without the byte order mark and the last line break that editors add.
fn cleaned<'a>(text: &'a str, origin: &str) -> Result<&'a str, PromptError> {
    let error = |position, message: &str| PromptError {
        origin: origin.to_owned(),
        position,
        message: message.to_owned(),
    };
    let text = plain(text);
    if let Some(byte) = text.find('\0') {
        let message = "a NUL character, which Label Studio cannot store; is this a text file in UTF-8?";
        return Err(error(Some(Position::of(text, byte)), message));
    }
    if text.trim().is_empty() {
        return Err(error(None, "the text is empty; write what the model should do"));
    }
    Ok(text)
}

/// Returns a text without what files have and variables have not: a byte order mark and a last line break.
fn plain(text: &str) -> &str {
    let text = text.strip_prefix('\u{feff}').unwrap_or(text);
    let line = text.strip_suffix('\n').unwrap_or(text);
    line.strip_suffix('\r').unwrap_or(line)
}

fn wrapper(
    text: &str,
    prompt: &Bound,
    conversation: Conversation,
    scope: Scope<'_>,
) -> Result<Bound, PromptError> {
    let wrapper = bind(cleaned(text, WRAPPER_ORIGIN)?, WRAPPER_ORIGIN, Place::Wrapper, scope)?;
    let error = |message: &str| {
        Err(PromptError { origin: WRAPPER_ORIGIN.to_owned(), position: None, message: message.to_owned() })
    };
    if !wrapper.contains(&Piece::Named(Meaning::Prompt)) {
        return error("the wrapper has no `{prompt}`, so the prompt would never be sent; put it in");
    }
    let is_shown = conversation == Conversation::Messages || shows_files(scope);
    if !names_task(&wrapper) && !names_task(prompt) && !is_shown {
        return error("neither the wrapper nor the prompt names a field of the task; put in `{text}`");
    }
    Ok(wrapper)
}

fn system_message(text: &str, origin: &str, scope: Scope<'_>) -> Result<Bound, PromptError> {
    let system = bind(text, origin, Place::Prompt, scope)?;
    let is_file = |piece: &Piece| match piece {
        Piece::Named(Meaning::Input) => shows_files(scope),
        Piece::Named(Meaning::Shown(name)) => {
            let object = scope.form.showing(name);
            object
                .and_then(|object| object.content(scope.first).ok())
                .is_some_and(|content| content.is_file())
        }
        _ => false,
    };
    if system.iter().any(is_file) {
        let message =
            "a system message cannot hold images or files; name them in the prompt instead".to_owned();
        return Err(PromptError { origin: origin.to_owned(), position: None, message });
    }
    Ok(system)
}

/// Returns whether images or documents are among what is labeled.
fn shows_files(scope: Scope<'_>) -> bool {
    let mut labeled = scope.form.labeled().into_iter();
    labeled.any(|object| object.content(scope.first).is_ok_and(|content| content.is_file()))
}

/// Returns whether a text holds anything of the task.
fn names_task(bound: &Bound) -> bool {
    bound.iter().any(|piece| match piece {
        Piece::Named(Meaning::Field(_) | Meaning::Shown(_) | Meaning::Input) => true,
        Piece::Literal(_) | Piece::Named(Meaning::Labels(_) | Meaning::Prompt) => false,
    })
}

fn no_field(texts: &PromptTexts, scope: Scope<'_>) -> PromptError {
    let names: Vec<_> = scope.first.data.keys().cloned().collect();
    PromptError {
        origin: texts.origin.clone(),
        position: None,
        message: format!(
            "the prompt names no field of the task, and wrapping is off (USE_INTERNAL_PROMPT_TEMPLATE=0), so the \
             model would never see the task; name a field, such as `{{text}}`, or allow wrapping\n\
             the first task's fields: {}",
            listed(&names)
        ),
    }
}
