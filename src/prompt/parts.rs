//! The pieces of a message, joined as they come: text grows, images and documents stand between.

use crate::llm::chat::Part;

/// Collects the parts of one message.
#[derive(Debug, Default)]
pub(super) struct Parts(Vec<Part>);

impl Parts {
    pub(super) fn push_text(&mut self, text: &str) {
        if let Some(Part::Text(last)) = self.0.last_mut() {
            last.push_str(text);
        } else if !text.is_empty() {
            self.0.push(Part::Text(text.to_owned()));
        }
    }

    /// Adds a part that is no text.
    pub(super) fn push_file(&mut self, file: Part) {
        self.0.push(file);
    }

    pub(super) fn append(&mut self, other: Self) {
        for part in other.0 {
            match part {
                Part::Text(text) => self.push_text(&text),
                file @ (Part::Image(_) | Part::Document(_)) => self.push_file(file),
            }
        }
    }

    pub(super) fn has_files(&self) -> bool {
        self.0.iter().any(|part| !matches!(part, Part::Text(_)))
    }

    /// Returns the parts; texts of nothing but white space are left out beside others, for some providers refuse them.
    pub(super) fn into_parts(mut self) -> Vec<Part> {
        if self.has_files() {
            self.0.retain(|part| !matches!(part, Part::Text(text) if text.trim().is_empty()));
        }
        self.0
    }
}
