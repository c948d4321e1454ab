//! The program under test, run as a person runs it but with nothing of the surroundings leaking in.

use std::cell::RefCell;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdout, Command, Stdio};
use std::sync::mpsc::{self, RecvTimeoutError, Sender};
use std::time::Duration;

use tempfile::TempDir;

use super::host::contains;
use super::llm::Llm;
use super::studio::{LEGACY_TOKEN, Studio};

/// The built program.
pub(crate) const PROGRAM: &str = env!("CARGO_BIN_EXE_ls-autolabel");

/// A run that takes longer than this is stuck, on however slow a machine.
const PATIENCE: Duration = Duration::from_secs(180);

/// A way of running the program: its arguments, environment and folder, the same for every run.
#[derive(Debug)]
pub(crate) struct Program {
    folder: TempDir,
    args: Vec<String>,
    environment: Vec<(String, String)>,
    stdin: String,
    patience: Duration,
    /// The most a file may hold, where there is a limit.
    file_blocks: Option<u32>,
    outcomes: RefCell<Vec<Outcome>>,
}

/// How a run ended.
#[derive(Debug, Clone)]
pub(crate) struct Outcome {
    /// None if a signal ended it.
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// A run that is still going on; it is killed when this is dropped.
#[derive(Debug)]
pub(crate) struct Running {
    child: Child,
    /// What was read of its standard error already.
    told: Vec<u8>,
    _watchdog: Watchdog,
}

/// Kills a run that is stuck, unless it is dropped before.
#[derive(Debug)]
struct Watchdog {
    _alive: Sender<()>,
}

impl Program {
    /// Returns the program in an empty home, with an empty environment, in an empty folder.
    pub(crate) fn new() -> Self {
        let folder = tempfile::tempdir().expect("a temporary folder can be made");
        for name in ["home", "work"] {
            fs::create_dir(folder.path().join(name)).expect("the folder is empty");
        }
        Self {
            folder,
            args: Vec::new(),
            environment: Vec::new(),
            stdin: String::new(),
            patience: PATIENCE,
            file_blocks: None,
            outcomes: RefCell::default(),
        }
    }

    /// Points it at a Label Studio, with the legacy token.
    pub(crate) fn studio(self, studio: &Studio) -> Self {
        self.env("LABEL_STUDIO_URL", &studio.url()).env("LABEL_STUDIO_API_KEY", LEGACY_TOKEN)
    }

    /// Points it at a chat server, with the key that the server wants.
    pub(crate) fn llm(self, llm: &Llm) -> Self {
        self.env("OPENAI_BASE_URL", &llm.base_url()).env("OPENAI_API_KEY", llm.key())
    }

    /// Sets a variable; a later one of the same name wins.
    pub(crate) fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Adds arguments.
    pub(crate) fn args<'a>(mut self, args: impl IntoIterator<Item = &'a str>) -> Self {
        self.args.extend(args.into_iter().map(str::to_owned));
        self
    }

    /// Writes a file into the folder that it runs in.
    pub(crate) fn file(self, name: &str, content: &str) -> Self {
        fs::write(self.path(name), content).expect("the folder is writable");
        self
    }

    /// Gives it this on standard input.
    pub(crate) fn stdin(mut self, text: &str) -> Self {
        text.clone_into(&mut self.stdin);
        self
    }

    /// Takes a run that lasts longer than this for stuck, and kills it.
    pub(crate) fn patience(self, patience: Duration) -> Self {
        Self { patience, ..self }
    }

    /// Lets no file grow longer than so many blocks of 512 bytes (in some shells 1024), as if the disk were full then.
    pub(crate) fn file_blocks(self, file_blocks: Option<u32>) -> Self {
        Self { file_blocks, ..self }
    }

    /// Returns the path of a file in the folder that it runs in.
    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join("work").join(name)
    }

    /// Deletes the journals of what was paid for.
    pub(crate) fn forget_paid(&self) {
        let journals = self.folder.path().join("home/state/ls-autolabel/journals");
        fs::remove_dir_all(journals).expect("a run has made the folder");
    }

    /// Returns the content of a file in the folder that it runs in.
    pub(crate) fn read(&self, name: &str) -> String {
        let path = self.path(name);
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("cannot read {}: {error}", path.display()))
    }

    /// Runs it to its end.
    pub(crate) fn run(&self) -> Outcome {
        self.run_with([])
    }

    /// Runs it to its end with further arguments.
    pub(crate) fn run_with<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Outcome {
        let mut command = assert_cmd::Command::from_std(self.command());
        let output = command.args(args).write_stdin(self.stdin.as_str()).timeout(self.patience).output();
        let output = output.expect("the program starts");
        let outcome = Outcome {
            code: output.status.code(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        self.outcomes.borrow_mut().push(outcome.clone());
        outcome
    }

    /// Starts it and returns at once, for stories that stop it in the middle; nothing comes on standard input.
    pub(crate) fn spawn(&self) -> Running {
        self.spawn_with([])
    }

    /// Starts it with further arguments and returns at once.
    pub(crate) fn spawn_with<'a>(&self, args: impl IntoIterator<Item = &'a str>) -> Running {
        let mut command = self.command();
        let command = command.args(args).stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let child = command.spawn().expect("the program starts");
        let watchdog = Watchdog::new(child.id(), self.patience);
        Running { child, told: Vec::new(), _watchdog: watchdog }
    }

    /// Waits for a started run, and remembers what it said.
    pub(crate) fn wait(&self, running: Running) -> Outcome {
        let outcome = running.wait();
        self.outcomes.borrow_mut().push(outcome.clone());
        outcome
    }

    /// Returns every place that tells this text: what any run said, and the files that are there.
    pub(crate) fn places_that_tell(&self, secret: &str) -> Vec<String> {
        let mut places = Vec::new();
        for outcome in self.outcomes.borrow().iter() {
            for (name, said) in [("standard output", &outcome.stdout), ("standard error", &outcome.stderr)] {
                if contains(said.as_bytes(), secret) {
                    places.push(name.to_owned());
                }
            }
        }
        let telling = self
            .files()
            .into_iter()
            .filter(|path| contains(&fs::read(path).expect("files here are readable"), secret));
        places.extend(telling.map(|path| path.display().to_string()));
        places
    }

    /// Returns every file that it may have written.
    pub(crate) fn files(&self) -> Vec<PathBuf> {
        files(self.folder.path())
    }

    /// Panics if any place tells this text.
    pub(crate) fn assert_never_told(&self, secret: &str) {
        let places = self.places_that_tell(secret);
        assert!(places.is_empty(), "a secret is told in: {}", places.join(", "));
    }

    fn command(&self) -> Command {
        let home = self.folder.path().join("home");
        let mut command = match self.file_blocks {
            None => Command::new(PROGRAM),
            Some(blocks) => {
                let mut command = Command::new("/bin/sh");
                let limited = format!("trap '' XFSZ; ulimit -f {blocks}; exec \"$0\" \"$@\"");
                command.args(["-c", &limited, PROGRAM]);
                command
            }
        };
        command.env_clear().current_dir(self.folder.path().join("work")).args(&self.args);
        command.env("HOME", &home).env("USERPROFILE", &home);
        for (name, folder) in [("STATE", "state"), ("CONFIG", "config"), ("CACHE", "cache"), ("DATA", "data")]
        {
            command.env(format!("XDG_{name}_HOME"), home.join(folder));
        }
        command.envs(self.environment.iter().map(|(name, value)| (name, value)));
        command
    }
}

impl Outcome {
    /// Returns the exit code, or panics with what the program said.
    pub(crate) fn assert_code(&self, expected: i32) -> &Self {
        let Self { code, stdout, stderr } = self;
        assert_eq!(*code, Some(expected), "\n--- stdout\n{stdout}\n--- stderr\n{stderr}");
        self
    }

    /// Panics unless it told the person this, however the words are spread over columns and lines.
    pub(crate) fn assert_tells(&self, words: &str) -> &Self {
        let told: Vec<&str> = self.stderr.split_whitespace().collect();
        assert!(told.join(" ").contains(words), "expected `{words}` in\n{}", self.stderr);
        self
    }
}

impl Running {
    /// Interrupts it, as Ctrl-C does.
    pub(crate) fn interrupt(&self) {
        self.signal("INT");
    }

    /// Sends it a signal, such as `TERM`.
    pub(crate) fn signal(&self, name: &str) {
        assert!(send(name, self.id()), "it has ended already");
    }

    /// Blocks the test until it has told the person this, or ends.
    pub(crate) fn wait_until_it_tells(&mut self, words: &str) {
        let stderr = self.child.stderr.as_mut().expect("nobody else reads it");
        let mut byte = [0];
        while !self.told.ends_with(words.as_bytes())
            && stderr.read(&mut byte).expect("a pipe can be read") == 1
        {
            self.told.push(byte[0]);
        }
    }

    /// Takes its standard output, so that the test decides how much of it is read.
    pub(crate) fn stdout(&mut self) -> Option<ChildStdout> {
        self.child.stdout.take()
    }

    /// Returns its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits until it ends by itself.
    pub(crate) fn wait(mut self) -> Outcome {
        let (stdout, stderr) = (self.child.stdout.take(), self.child.stderr.take());
        // Both pipes are read at once, or a full one would block the program for ever.
        let reader = std::thread::spawn(move || text(stderr));
        let stdout = text(stdout);
        let rest = reader.join().expect("reading does not panic");
        let stderr = format!("{}{rest}", String::from_utf8_lossy(&self.told));
        let code = self.child.wait().expect("it was started here").code();
        Outcome { code, stdout, stderr }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

impl Watchdog {
    fn new(process: u32, patience: Duration) -> Self {
        let (alive, ended) = mpsc::channel();
        std::thread::spawn(move || {
            if ended.recv_timeout(patience) == Err(RecvTimeoutError::Timeout) {
                send("KILL", process);
            }
        });
        Self { _alive: alive }
    }
}

/// Sends a signal; returns whether there was somebody to take it.
pub(crate) fn send(signal: &str, process: u32) -> bool {
    let status = Command::new("kill").args([format!("-{signal}"), process.to_string()]).status();
    status.expect("`kill` exists").success()
}

fn text(pipe: Option<impl Read>) -> String {
    let mut bytes = Vec::new();
    let read = pipe.map(|mut pipe| pipe.read_to_end(&mut bytes));
    read.transpose().expect("a pipe of a child can be read");
    String::from_utf8_lossy(&bytes).into_owned()
}

/// Returns every file under a folder.
fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("the folder is readable").path());
    paths.flat_map(|path| if path.is_dir() { files(&path) } else { vec![path] }).collect()
}
