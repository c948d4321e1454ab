//! Label Studio's own SDK as the judge of predictions.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::servers::servers;

/// Fails the test unless the SDK's `LabelInterface.validate_prediction` accepts every prediction.
pub(crate) fn expect_valid(config: &str, predictions: &[Value]) {
    assert!(!predictions.is_empty(), "nothing to validate");
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/e2e/validate.py");
    let mut python = Command::new(&servers().python)
        .arg(script)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .expect("the SDK's Python starts");
    let question = json!({"config": config, "predictions": predictions}).to_string();
    let mut stdin = python.stdin.take().expect("standard input is a pipe");
    stdin.write_all(question.as_bytes()).expect("the script reads its input");
    drop(stdin);
    let output = python.wait_with_output().expect("the script ends");
    assert!(output.status.success(), "the SDK refuses:\n{}", String::from_utf8_lossy(&output.stdout));
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.trim(), predictions.len().to_string(), "the SDK looked at all of them");
}
