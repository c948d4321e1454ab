//! Where a journal is: in the file that was named, else in the state folder, one per server and project.

use std::fmt;
use std::path::{Path, PathBuf};

use super::layers::{Layered, Origin, Origins};
use super::tasks::TaskOrigin;
use super::{SettingsError, read, studio};
use crate::cli::WhichArgs;
use crate::source::file::STANDARD_INPUT;
use crate::studio::address::Address;

/// The folder of the journals that nobody named, in the state folder.
const FOLDER: &str = "journals";

/// What journals end in.
pub const ENDING: &str = "jsonl";

/// Most characters of one word of a journal's name.
const LONGEST: usize = 40;

/// How many hexadecimal digits tell two names apart that look alike.
const DIGITS: usize = 8;

/// Whose answers a journal holds; its name follows from that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scope {
    Project { address: Address, project: u64 },
    File(PathBuf),
    StandardInput { label_config: PathBuf },
}

impl Scope {
    /// Returns whose answers are meant, as a run with these options would take them; `None` where they name neither a
    /// project nor a file.
    pub fn resolve(layered: &Layered<WhichArgs>) -> Result<Option<Self>, SettingsError> {
        let WhichArgs { project, url, tasks, label_config, .. } = &layered.args;
        let typed = |option: &str| matches!(layered.origins.of(option), Origin::Flag(_));
        let tasks = tasks.as_ref().filter(|_| typed("tasks") || !typed("project"));
        match (tasks, label_config, project) {
            (Some(_), _, Some(_)) if typed("project") => Err(SettingsError::with_hint(
                "both `--tasks` and `--project` are given",
                "each has a journal of its own: name one of them",
            )),
            (Some(path), Some(label_config), _) if path.as_os_str() == STANDARD_INPUT => {
                Ok(Some(Self::StandardInput { label_config: label_config.clone() }))
            }
            (Some(path), None, _) if path.as_os_str() == STANDARD_INPUT => Err(SettingsError::with_hint(
                "no labeling config given",
                "the journal of tasks from standard input is named by it: `--label-config FILE`",
            )),
            (Some(path), _, _) => Ok(Some(Self::File(path.clone()))),
            (None, _, Some(project)) => {
                let address = studio::server(url.as_deref(), &layered.origins)?;
                Ok(Some(Self::Project { address, project: *project }))
            }
            (None, _, None) => Ok(None),
        }
    }

    /// Returns the journal's name.
    fn name(&self) -> String {
        match self {
            Self::Project { address, project } => {
                let url = address.url();
                let port = url.port().map(|port| port.to_string());
                let folders = url.path_segments().into_iter().flatten().filter(|name| !name.is_empty());
                let server: Vec<String> = url.host_str().into_iter().map(harmless).chain(port).collect();
                let words: Vec<String> = server.into_iter().chain(folders.map(harmless)).collect();
                format!("{}_project-{project}.{ENDING}", words.join("_"))
            }
            Self::File(path) => of_file(path),
            Self::StandardInput { label_config } => format!("stdin_{}", of_file(label_config)),
        }
    }
}

impl fmt::Display for Scope {
    /// Writes what a person calls it.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Project { address, project } => write!(formatter, "project {project} of {address}"),
            Self::File(path) => write!(formatter, "{}", path.display()),
            Self::StandardInput { label_config } => {
                write!(formatter, "tasks from standard input with {}", label_config.display())
            }
        }
    }
}

impl From<&TaskOrigin> for Scope {
    fn from(origin: &TaskOrigin) -> Self {
        match origin {
            TaskOrigin::Project { studio, .. } => {
                Self::Project { address: studio.address.clone(), project: studio.project }
            }
            TaskOrigin::File { tasks, label_config } if tasks.as_os_str() == STANDARD_INPUT => {
                Self::StandardInput { label_config: label_config.clone() }
            }
            TaskOrigin::File { tasks, .. } => Self::File(tasks.clone()),
        }
    }
}

/// Returns where the journal of a scope is, unless one was named.
pub fn path(named: Option<&Path>, scope: &Scope, state: Option<&Path>) -> Result<PathBuf, SettingsError> {
    match named {
        Some(path) => Ok(path.to_owned()),
        None => Ok(folder(state)?.join(scope.name())),
    }
}

/// Returns the folder of the journals that nobody named; it need not exist.
pub fn folder(state: Option<&Path>) -> Result<PathBuf, SettingsError> {
    let folder = state.map(|state| state.join(FOLDER));
    folder.ok_or_else(|| {
        SettingsError::with_hint(
            "there is no place for the journal of what was paid for: neither `XDG_STATE_HOME` nor `HOME` is set",
            "name a file with `--journal FILE`",
        )
    })
}

/// Fails where the journal that was named would be written over, or would be written into another file of the run.
pub fn check_named(
    named: Option<&Path>,
    origins: &Origins,
    others: &[(&str, Option<&Path>)],
) -> Result<(), SettingsError> {
    let Some(path) = named else { return Ok(()) };
    read::check_apart(path, &origins.of("journal").to_string(), others)
}

/// Names a journal by a file's name, and by its place, for many folders hold a `tasks.csv`.
fn of_file(path: &Path) -> String {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let digits = digits(located(path).as_os_str().as_encoded_bytes());
    format!("{}-{digits}.{ENDING}", harmless(&stem))
}

/// Returns the one path of a file, which may be gone meanwhile; the file itself may be a link that changes every day.
fn located(path: &Path) -> PathBuf {
    let absolute = std::path::absolute(path).unwrap_or_else(|_| path.to_owned());
    match (absolute.parent().map(Path::canonicalize), absolute.file_name()) {
        (Some(Ok(folder)), Some(name)) => folder.join(name),
        _ => absolute,
    }
}

/// Returns a word that can stand in any file system's names and still is another one for another word.
fn harmless(word: &str) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '.' | '-') { c } else { '-' };
    let name: String = word.chars().map(plain).take(LONGEST).collect();
    if name == word { name } else { format!("{name}-{}", digits(word.as_bytes())) }
}

fn digits(bytes: &[u8]) -> String {
    blake3::hash(bytes).to_hex()[..DIGITS].to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_journal_is_named_by_server_and_project() {
        let check = |url: &str, expect: &str| {
            let scope = Scope::Project { address: Address::parse(url).unwrap(), project: 12 };
            assert_eq!(scope.name(), expect);
        };
        check("http://localhost:8080", "localhost_8080_project-12.jsonl");
        check("https://Label.Example.com/", "label.example.com_project-12.jsonl");
        check("https://example.com/label/studio/", "example.com_label_studio_project-12.jsonl");
        check("http://[::1]:8080", "---1--0755e06b_8080_project-12.jsonl");
        check("https://h/a_b", "h_a-b-06bf6558_project-12.jsonl");
    }

    #[test]
    fn a_journal_is_named_by_the_file_of_tasks_and_its_place() {
        let folder = tempfile::tempdir().unwrap();
        let name = |path: &str| Scope::File(folder.path().join(path)).name();
        let first = name("tasks.csv");
        assert_eq!((&first[..6], first.len()), ("tasks-", "tasks-12345678.jsonl".len()));
        assert_eq!(name("./tasks.csv"), first);
        assert_ne!(name("other/tasks.csv"), first);
        assert_ne!(name("tasks.json"), first);
        assert!(name(&"ü".repeat(300)).len() < 100);
        let label_config = folder.path().join("tasks.csv");
        assert_eq!(Scope::StandardInput { label_config }.name(), format!("stdin_{first}"));
    }

    #[test]
    fn without_a_state_folder_a_journal_has_to_be_named() {
        let scope = Scope::File("tasks.csv".into());
        let named = Path::new("here.jsonl");
        assert_eq!(path(Some(named), &scope, None).unwrap(), named);
        let error = path(None, &scope, None).unwrap_err();
        assert_eq!(error.hint.as_deref(), Some("name a file with `--journal FILE`"));
        let path = path(None, &scope, Some(Path::new("/state"))).unwrap();
        assert!(path.starts_with("/state/journals"), "{}", path.display());
    }
}
