//! Labels without a model: counts the words of labels and hints in the task's text. A floor to beat.

/// Answers by counting.
#[derive(Debug, Clone, Default)]
pub struct Keyword {}
