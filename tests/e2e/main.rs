//! Stories of the built program against real servers: Label Studio, llama.cpp, `LiteLLM` (see `tests/servers`).
//!
//! Plain `cargo test` leaves them out; `tests/servers/all.sh start` and then `cargo test --test e2e -- --test-threads=1`
//! runs them: one at a time, because Label Studio on `SQLite` stores rows twice when two bulk calls overlap.

mod support;

mod compared;
mod controls;
mod examples;
mod five_hundred;
mod images;
mod keys;
mod killed;
mod looking;
mod providers;
mod rate_limits;
mod refusals;
mod replacing;
mod review;
mod score;
mod selection;
mod spans;
mod templates;
