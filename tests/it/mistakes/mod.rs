//! What a person does wrong, and what the program says to it; the texts are kept in `snapshots`, to be read by eye.
//!
//! Each mistake differs in one thing from a command that works, so that nothing else can be meant by the text. After a
//! change: `INSTA_UPDATE=always cargo test --test it mistakes`, then read what changed.

mod config;
mod files;
mod flags;
mod keys;
mod prompts;
mod servers;
mod settings;

use std::fmt::Write;

use crate::support::program::{Outcome, Program};

/// A labeling config that works.
const CONFIG: &str = r#"<View>
  <Text name="text" value="$text"/>
  <Choices name="mood" toName="text"><Choice value="good"/><Choice value="bad"/></Choices>
</View>
"#;

/// Tasks from a file, and their labeling config.
const TASKS: &str = "--tasks tasks.csv --label-config config.xml";

/// All that a run needs besides its tasks, without a server.
const REST: &str = "--prompt prompt.txt --provider keyword --dry-run";

/// One thing done wrong.
struct Mistake {
    what: String,
    /// As typed after the program's name; single quotes hold words together.
    line: String,
    environment: Vec<(String, String)>,
    files: Vec<(String, Vec<u8>)>,
}

/// The mistakes of one kind, and what the program says to them.
struct Book {
    pages: String,
    /// What is shown instead of what differs from run to run.
    shown: Vec<(String, String)>,
    /// What no text may hold.
    secrets: Vec<String>,
}

/// Begins a mistake.
fn mistake(what: &str, line: impl Into<String>) -> Mistake {
    Mistake { what: what.to_owned(), line: line.into(), environment: Vec::new(), files: Vec::new() }
}

impl Mistake {
    fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    fn file(mut self, name: &str, content: impl Into<Vec<u8>>) -> Self {
        self.files.push((name.to_owned(), content.into()));
        self
    }

    /// Returns the program, ready to do it.
    fn program(&self) -> Program {
        let mut program = Program::new()
            .file("tasks.csv", "text\nIt is good\n")
            .file("config.xml", CONFIG)
            .file("prompt.txt", "Is {text} good or bad?\n")
            .env("LS_AUTOLABEL_PROGRESS", "none");
        for (name, value) in &self.environment {
            program = program.env(name, value);
        }
        for (name, content) in &self.files {
            std::fs::write(program.path(name), content).expect("the folder is writable");
        }
        std::fs::create_dir(program.path("folder.csv")).expect("no mistake has a file of this name");
        program
    }
}

impl Book {
    fn new() -> Self {
        Self { pages: String::new(), shown: Vec::new(), secrets: Vec::new() }
    }

    /// Shows this text as another one, and of an address also the host alone.
    fn showing(mut self, text: &str, shown: &str) -> Self {
        self.shown.push((text.to_owned(), shown.to_owned()));
        let host = |address: &str| address.split('/').nth(2).map(str::to_owned);
        self.shown.extend(host(text).zip(host(shown)));
        self
    }

    /// Fails where a text holds this.
    fn hiding(mut self, secret: &str) -> Self {
        self.secrets.push(secret.to_owned());
        self
    }

    /// Makes the mistake and notes down what the program says.
    fn note(&mut self, mistake: &Mistake) {
        let program = mistake.program();
        let words = words(&mistake.line);
        let outcome = program.run_with(words.iter().map(String::as_str));
        let place = program.path("").display().to_string();
        let Outcome { code, stdout, stderr } = outcome;
        let code = code.map_or_else(|| "killed".to_owned(), |code| format!("exit code {code}"));
        let mut page = format!("# {}\n$ ", mistake.what);
        for (name, value) in &mistake.environment {
            let quote = if value.contains([' ', '\n', '<']) { "'" } else { "" };
            write!(page, "{name}={quote}{value}{quote} ").expect("a string takes everything");
        }
        write!(page, "ls-autolabel {}\n{code}\n", mistake.line).expect("a string takes everything");
        for secret in &self.secrets {
            assert!(!stdout.contains(secret) && !stderr.contains(secret), "{page}{stdout}{stderr}");
        }
        if !stdout.is_empty() {
            write!(page, "--- stdout\n{stdout}--- stderr\n").expect("a string takes everything");
        }
        page.push_str(&timeless(&stderr));
        page = page.replace(&place, "WORK/");
        for (text, shown) in &self.shown {
            page = page.replace(text, shown);
        }
        self.pages.push_str(&page);
        self.pages.push('\n');
    }

    /// Compares everything with what was approved.
    fn compare(mut self, name: &str, mistakes: &[Mistake]) {
        for mistake in mistakes {
            self.note(mistake);
        }
        insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
            insta::assert_snapshot!(name, self.pages);
        });
    }
}

/// Returns the text without how long a run took: `2 tasks in 0.1 s as …`.
fn timeless(text: &str) -> String {
    let lines = text.split_inclusive('\n').map(|line| match (line.find(" in "), line.find(" s as ")) {
        (Some(start), Some(end)) if start < end => format!("{} in T{}", &line[..start], &line[end..]),
        _ => line.to_owned(),
    });
    lines.collect()
}

/// Splits a line as a shell does, with single quotes only.
fn words(line: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quoted, mut begun) = (String::new(), false, false);
    for character in line.chars() {
        match character {
            '\'' => (quoted, begun) = (!quoted, true),
            ' ' if !quoted => {
                words.extend(std::mem::take(&mut begun).then(|| std::mem::take(&mut word)));
            }
            other => {
                word.push(other);
                begun = true;
            }
        }
    }
    words.extend(begun.then_some(word));
    words
}

#[test]
fn the_command_without_a_mistake_works() {
    let right = mistake("none", format!("run {TASKS} {REST}"));
    let outcome = right.program().run_with(words(&right.line).iter().map(String::as_str));
    outcome.assert_code(0);
    assert_eq!(outcome.stdout.lines().count(), 1);
    assert_eq!(words("a  'b c' '' d=' '"), ["a", "b c", "", "d= "]);
}
