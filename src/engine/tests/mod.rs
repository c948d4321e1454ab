//! The engine on a paused clock, between a source, a sink and an annotator that only exist in memory.

mod endings;
mod flow;
mod world;
