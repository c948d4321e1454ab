//! The domain of labeling: tasks, the labeling config, its control and object tags, predictions.
//!
//! **Invariant:** nothing in here does I/O or waits; what goes in decides what comes out.

pub mod condition;
pub mod config;
pub mod control;
pub mod form;
mod html;
mod matching;
pub mod object;
pub mod path;
pub mod pieces;
pub mod prediction;
pub mod relations;
pub mod span;
pub mod spelling;
pub mod strict;
pub mod tag;
pub mod task;
pub mod text;
pub mod thinking;
