//! What every story needs: the servers, the program, texts to label, and Label Studio's own opinion of predictions.

#[path = "../../it/support/canned.rs"]
#[expect(dead_code, reason = "shared with stories that use more of it")]
pub(crate) mod canned;
#[path = "../../it/support/gate.rs"]
pub(crate) mod gate;
#[path = "../../it/support/host/mod.rs"]
#[expect(dead_code, reason = "shared with stories that use more of it")]
pub(crate) mod host;
#[path = "../../it/support/llm/mod.rs"]
#[expect(dead_code, reason = "shared with stories that use more of it")]
pub(crate) mod llm;
pub(crate) mod program;
pub(crate) mod relay;
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
