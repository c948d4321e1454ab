//! Conversations as chat messages (`--as-turns`): the turns of what is labeled become messages of their own.
//!
//! Where the speakers are roles, as in `Chat`, `user` and `assistant` speak as such. Elsewhere the first speaker is the
//! user and all others are the assistant, and their names are kept where there are more than two. Turns of one side in
//! a row are one message, for many servers want the sides to alternate.

use super::names::{Bound, Meaning, Piece, Scope};
use crate::label::object::Turn;
use crate::llm::chat::{Message, Part, Role};

/// Stands in a prompt where the conversation would.
const ABOVE: &str = "(see the conversation above)";

/// How the conversation reaches the model that is labeled.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Conversation {
    /// As text, where the prompt names it.
    #[default]
    Text,
    /// As messages before the prompt.
    Messages,
}

/// Where a conversation stands in a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Standing {
    /// At the beginning, the one place for system messages.
    First,
    Later,
}

/// Returns whether a conversation is what is labeled.
pub(super) fn is_labeled(scope: Scope<'_>) -> bool {
    matches!(scope.form.input.tag(), "Chat" | "Paragraphs")
}

/// Puts a word in the place of the conversation, wherever a text names it.
pub(super) fn referred(bound: Bound, scope: Scope<'_>) -> Bound {
    let field = scope.form.input.field();
    // Where several things are labeled, all of them are shown by that name.
    let is_alone = scope.form.labeled().len() == 1;
    let refer = |piece: Piece| match &piece {
        Piece::Named(Meaning::Input) if is_alone => Piece::Literal(ABOVE.to_owned()),
        Piece::Named(Meaning::Shown(name)) if Some(name.as_str()) == field => {
            Piece::Literal(ABOVE.to_owned())
        }
        _ => piece,
    };
    bound.into_iter().map(refer).collect()
}

/// Returns a conversation as messages; those of the system come first, where they may.
pub(super) fn messages(turns: &[Turn], standing: Standing) -> Vec<Message> {
    let mut messages: Vec<(Role, String)> = Vec::new();
    for turn in turns.iter().filter(|turn| !turn.text.trim().is_empty()) {
        let is_opening = messages.iter().all(|(role, _)| *role == Role::System);
        let (role, text) = match spoken(turn, turns) {
            (Role::System, _) if is_opening && standing == Standing::First => {
                (Role::System, turn.text.clone())
            }
            // Providers want the user to begin.
            (Role::Assistant, _) if is_opening => (Role::User, named(turn)),
            (Role::System, _) => (Role::User, named(turn)),
            other => other,
        };
        match messages.last_mut() {
            Some((last, said)) if *last == role => {
                said.push('\n');
                said.push_str(&text);
            }
            _ => messages.push((role, text)),
        }
    }
    messages.into_iter().map(|(role, text)| Message::text(role, text)).collect()
}

/// Puts further messages after others; two of one side that meet become one.
pub(super) fn append(messages: &mut Vec<Message>, further: Vec<Message>) {
    for message in further {
        match messages.last_mut() {
            Some(last) if last.role == message.role => join(&mut last.parts, message.parts),
            _ => messages.push(message),
        }
    }
}

/// Returns who says a turn, and what, among all turns.
fn spoken(turn: &Turn, turns: &[Turn]) -> (Role, String) {
    let speakers = || turns.iter().map(|turn| turn.speaker.as_str());
    if speakers().any(|speaker| role(speaker).is_some()) {
        return match role(&turn.speaker) {
            Some(role) => (role, turn.text.clone()),
            None => (Role::User, named(turn)),
        };
    }
    let first = speakers().next().unwrap_or_default();
    let role = if turn.speaker == first { Role::User } else { Role::Assistant };
    let mut others: Vec<&str> = speakers().filter(|speaker| *speaker != first).collect();
    others.sort_unstable();
    others.dedup();
    let text = if 1 < others.len() { named(turn) } else { turn.text.clone() };
    (role, text)
}

fn role(speaker: &str) -> Option<Role> {
    [Role::System, Role::User, Role::Assistant].into_iter().find(|role| role.name() == speaker)
}

fn named(turn: &Turn) -> String {
    if turn.speaker.is_empty() { turn.text.clone() } else { format!("{}: {}", turn.speaker, turn.text) }
}

/// Puts parts after others, with an empty line between two texts.
fn join(parts: &mut Vec<Part>, further: Vec<Part>) {
    for (index, part) in further.into_iter().enumerate() {
        match (parts.last_mut(), part) {
            (Some(Part::Text(last)), Part::Text(text)) if index == 0 => {
                last.push_str("\n\n");
                last.push_str(&text);
            }
            (_, part) => parts.push(part),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Turns and messages are written as who says what.
    #[track_caller]
    fn check(turns: &[(&str, &str)], standing: Standing, expect: &[(&str, &str)]) {
        let turn = |(speaker, text): &(&str, &str)| Turn {
            speaker: (*speaker).to_owned(),
            text: (*text).to_owned(),
        };
        let found = messages(&turns.iter().map(turn).collect::<Vec<_>>(), standing);
        let message = |(role_name, text): &(&str, &str)| Message::text(role(role_name).unwrap(), *text);
        assert_eq!(found, expect.iter().map(message).collect::<Vec<_>>());
    }

    #[test]
    fn two_speakers_are_two_sides() {
        check(
            &[("Ann", "Hi"), ("Bob", "Yes?"), ("Bob", "Well?"), ("Ann", " "), ("Ann", "Help")],
            Standing::First,
            &[("user", "Hi"), ("assistant", "Yes?\nWell?"), ("user", "Help")],
        );
        check(&[("", "One"), ("", "Two")], Standing::Later, &[("user", "One\nTwo")]);
        check(&[], Standing::First, &[]);
    }

    #[test]
    fn more_speakers_keep_their_names() {
        check(
            &[("Ann", "Hi"), ("Bob", "Yes?"), ("Cy", "No"), ("", "Hm")],
            Standing::First,
            &[("user", "Ann: Hi"), ("assistant", "Bob: Yes?\nCy: No\nHm")],
        );
    }

    #[test]
    fn roles_speak_as_such_and_others_as_users_with_their_name() {
        let chat = [
            ("system", "Be kind"),
            ("assistant", "Hello"),
            ("user", "Add 1 and 1"),
            ("tool", "2"),
            ("assistant", "It is 2"),
            ("system", "Stop"),
        ];
        let rest = [
            ("user", "assistant: Hello\nAdd 1 and 1\ntool: 2"),
            ("assistant", "It is 2"),
            ("user", "system: Stop"),
        ];
        check(&chat, Standing::First, &[&[("system", "Be kind")][..], &rest].concat());
        let opening = [("user", "system: Be kind"), ("assistant", "Hello"), ("user", "Add 1 and 1\ntool: 2")];
        check(&chat, Standing::Later, &[&opening[..], &rest[1..]].concat());
    }

    #[test]
    fn sides_that_meet_become_one_message() {
        let image = || Part::Image(crate::llm::chat::Image::Url("https://host/i.png".to_owned()));
        let mut found = vec![Message::text(Role::User, "Hi")];
        let prompt = Message { role: Role::User, parts: vec![Part::Text("Rude?".to_owned()), image()] };
        append(&mut found, vec![prompt]);
        assert_eq!(
            found,
            [Message { role: Role::User, parts: vec![Part::Text("Hi\n\nRude?".to_owned()), image()] }]
        );
        append(&mut found, vec![Message::text(Role::Assistant, "No")]);
        assert_eq!(found.len(), 2);
    }
}
