//! Runs the built program in a folder, a home and an environment of its own.

use std::fs;
use std::process::{self, Child, Output, Stdio};
use std::time::Duration;

use assert_cmd::Command;
use serde_json::Value;
use tempfile::TempDir;

use super::llm::Llm;
use super::servers::{LabelStudio, servers};

/// Longer than a minute's refusals, far shorter than a hang of the whole suite.
const PATIENCE: Duration = Duration::from_secs(400);

/// The program with its settings; every run of one `Program` shares folder and journal.
#[derive(Debug)]
pub(crate) struct Program {
    folder: TempDir,
    environment: Vec<(String, String)>,
}

/// What a command left behind.
#[derive(Debug)]
pub(crate) struct Finished {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// The machine-readable summary of a run: the one place that knows its keys.
#[derive(Debug)]
pub(crate) struct Summary(Value);

impl Program {
    /// Makes a program that knows Label Studio and its personal access token, and no model.
    pub(crate) fn new() -> Self {
        Self::at(&servers().label_studio)
    }

    /// Makes a program that knows this Label Studio.
    pub(crate) fn at(place: &LabelStudio) -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder");
        Self { folder, environment: Vec::new() }
            .with("LABEL_STUDIO_URL", &place.url)
            .with("LABEL_STUDIO_API_KEY", &place.personal_access_token)
    }

    /// Adds an environment variable, or replaces it.
    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(known, _)| known != name);
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Lets word counts answer: for stories that are not about models.
    pub(crate) fn with_keyword(self) -> Self {
        self.with("OPENAI_PROVIDER", "keyword").with("DEFAULT_PROMPT", "Choose a label.")
    }

    /// Lets the llama.cpp server answer.
    pub(crate) fn with_llama(self) -> Self {
        self.with("OPENAI_BASE_URL", &servers().llama_base())
            .with("OPENAI_MODEL", "tiny")
            .with("OPENAI_API_KEY", "unused")
    }

    /// Lets a model that lives in the test answer.
    pub(crate) fn with_model(self, model: &Llm) -> Self {
        self.with("OPENAI_BASE_URL", &model.base_url())
            .with("OPENAI_MODEL", "mock")
            .with("OPENAI_API_KEY", model.key())
    }

    /// Lets a model of the `LiteLLM` proxy answer.
    pub(crate) fn with_litellm(self, model: &str) -> Self {
        let servers = servers();
        self.with("OPENAI_BASE_URL", &servers.litellm_base())
            .with("OPENAI_MODEL", model)
            .with("OPENAI_API_KEY", &servers.litellm_key)
    }

    /// Writes a file into the program's folder and returns its path as an argument.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        fs::write(self.folder.path().join(name), text).expect("the folder is writable");
        self.path(name)
    }

    /// Returns the path of a file in the program's folder as an argument.
    pub(crate) fn path(&self, name: &str) -> String {
        self.folder.path().join(name).display().to_string()
    }

    /// Returns the text of a file in the program's folder.
    pub(crate) fn read(&self, name: &str) -> String {
        fs::read_to_string(self.folder.path().join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    /// Runs a command to its end.
    pub(crate) fn command(&self, arguments: &[&str]) -> Finished {
        let mut command = Command::from_std(self.prepared(arguments));
        self.finished(&command.timeout(PATIENCE).output().expect("the program starts"))
    }

    /// Starts a command and returns at once.
    pub(crate) fn start(&self, arguments: &[&str]) -> Child {
        let mut command = self.prepared(arguments);
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        command.spawn().expect("the program starts")
    }

    /// Waits for the end of what was started.
    pub(crate) fn wait(&self, started: Child) -> Finished {
        self.finished(&started.wait_with_output().expect("it was started here"))
    }

    /// Ends what was started with a signal that it cannot catch.
    pub(crate) fn kill(&self, mut started: Child) -> Finished {
        started.kill().expect("it was started here");
        self.wait(started)
    }

    fn prepared(&self, arguments: &[&str]) -> process::Command {
        let home = self.folder.path();
        let mut command = process::Command::new(env!("CARGO_BIN_EXE_ls-autolabel"));
        command.args(arguments).current_dir(home).env_clear().env("HOME", home);
        command.env("XDG_STATE_HOME", home.join("state")).env("XDG_CONFIG_HOME", home.join("config"));
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }

    fn finished(&self, output: &Output) -> Finished {
        let finished = Finished {
            code: output.status.code().unwrap_or(-1),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        finished.expect_no_secret(&self.environment);
        finished
    }

    /// Returns the summary that a run with `--summary summary.json` has left.
    pub(crate) fn summary(&self) -> Summary {
        Summary(serde_json::from_str(&self.read("summary.json")).expect("the summary is JSON"))
    }

    /// Runs `run` with a summary; fails the test unless it ends with this exit code.
    pub(crate) fn label(&self, arguments: &[&str], code: i32) -> Summary {
        let summary = self.path("summary.json");
        let finished = self.command(&[&["run", "--summary", &summary], arguments].concat());
        finished.expect_code(code);
        self.summary()
    }
}

impl Finished {
    /// Fails the test unless the command ended with this exit code.
    pub(crate) fn expect_code(&self, code: i32) {
        assert_eq!(self.code, code, "stderr:\n{}\nstdout:\n{}", self.stderr, self.stdout);
    }

    /// Fails the test unless the command said each of these words to the person, in any case.
    pub(crate) fn expect_said(&self, words: &[&str]) {
        let said = self.stderr.to_lowercase();
        for word in words {
            assert!(said.contains(&word.to_lowercase()), "`{word}` was not said:\n{}", self.stderr);
        }
    }

    fn expect_no_secret(&self, environment: &[(String, String)]) {
        // A key of a few letters, such as `unused`, is no secret and may well be said.
        for (name, value) in
            environment.iter().filter(|(name, value)| name.ends_with("API_KEY") && value.len() > 6)
        {
            let leaked = self.stderr.contains(value) || self.stdout.contains(value);
            assert!(!leaked, "`{name}` was printed:\n{}\n{}", self.stderr, self.stdout);
        }
    }
}

impl Summary {
    pub(crate) fn selected(&self) -> u64 {
        self.number("/tasks/selected")
    }

    pub(crate) fn delivered(&self) -> u64 {
        self.number("/tasks/delivered")
    }

    /// Returns how many predictions left controls empty.
    pub(crate) fn partial(&self) -> u64 {
        self.number("/tasks/partial")
    }

    /// Returns how many requests were answered.
    pub(crate) fn requests(&self) -> u64 {
        self.number("/requests/answered")
    }

    pub(crate) fn prompt_tokens(&self) -> u64 {
        self.number("/tokens/prompt")
    }

    /// Returns how many attempts were repeated.
    pub(crate) fn retries(&self) -> u64 {
        self.number("/requests/retries")
    }

    pub(crate) fn exit_code(&self) -> u64 {
        self.number("/exit_code")
    }

    pub(crate) fn model_version(&self) -> &str {
        self.0["model_version"].as_str().unwrap_or_default()
    }

    /// Returns the tasks that failed.
    pub(crate) fn failures(&self) -> &[Value] {
        self.0["failures"].as_array().map_or(&[], Vec::as_slice)
    }

    fn number(&self, pointer: &str) -> u64 {
        let number = self.0.pointer(pointer).and_then(Value::as_u64);
        number.unwrap_or_else(|| panic!("no number at `{pointer}` in {}", self.0))
    }
}
