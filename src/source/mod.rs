//! Where tasks come from. One origin a file.

pub mod selection;
