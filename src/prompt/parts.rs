//! The pieces of a message, joined as they come: text grows, images stand between.

use crate::llm::chat::{Image, Part};

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

    pub(super) fn push_image(&mut self, image: Image) {
        self.0.push(Part::Image(image));
    }

    pub(super) fn append(&mut self, other: Self) {
        for part in other.0 {
            match part {
                Part::Text(text) => self.push_text(&text),
                Part::Image(image) => self.push_image(image),
            }
        }
    }

    pub(super) fn has_images(&self) -> bool {
        self.0.iter().any(|part| matches!(part, Part::Image(_)))
    }

    /// Returns the parts; texts of nothing but white space are left out beside others, for some providers refuse them.
    pub(super) fn into_parts(mut self) -> Vec<Part> {
        if self.has_images() {
            self.0.retain(|part| !matches!(part, Part::Text(text) if text.trim().is_empty()));
        }
        self.0
    }
}
