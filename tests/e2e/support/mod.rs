//! What every story needs: the servers, the program, texts to label, and Label Studio's own opinion of predictions.

pub(crate) mod program;
pub(crate) mod sdk;
pub(crate) mod servers;
pub(crate) mod studio;
pub(crate) mod texts;

use std::fs;
use std::path::{Path, PathBuf};

use serde_json::Value;

/// Returns the path of a file under `fixtures/`, as an argument for the program.
pub(crate) fn fixture(name: &str) -> String {
    path("fixtures", name).display().to_string()
}

/// Returns the text of a file under `fixtures/`.
pub(crate) fn fixture_text(name: &str) -> String {
    let path = path("fixtures", name);
    fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Returns a JSON file under `fixtures/`.
pub(crate) fn fixture_json(name: &str) -> Value {
    serde_json::from_str(&fixture_text(name)).expect("fixtures are valid JSON")
}

fn path(folder: &str, name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(folder).join(name)
}
