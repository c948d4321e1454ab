//! Stories of the whole program, one a file, against servers that run in the test itself.

mod addresses;
mod again;
mod answers;
mod bulk;
mod choosing;
mod files;
mod house;
mod interrupt;
mod keys;
mod ladder;
mod layers;
mod limits;
mod mistakes;
mod mock_faults;
mod mock_llm;
mod mock_matches;
mod out_of_reach;
mod program_runs;
mod providers;
mod push;
mod readme;
mod settings;
mod shown_version;
mod support;
mod talk;
