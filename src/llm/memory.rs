//! What was learned about endpoints, kept across runs in a small JSON file.

use std::collections::BTreeMap;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use serde::{Deserialize, Serialize};
use tracing::debug;

use super::ladder::Capabilities;

/// Version of the file; one that is newer is left alone.
const VERSION: u32 = 1;

/// How long something learned is believed: servers learn, too.
const LIFETIME: Duration = Duration::from_secs(30 * 86_400);

/// The file, or none; losing it costs a request or two, so nothing that goes wrong with it is an error.
#[derive(Debug, Clone, Default)]
pub struct Memory {
    path: Option<PathBuf>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Stored {
    version: u32,
    endpoints: BTreeMap<String, Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// Seconds since 1970.
    learned: u64,
    capabilities: Capabilities,
}

/// Reads the version alone, for the rest of a newer file may have any shape.
#[derive(Debug, Deserialize)]
struct Header {
    version: u32,
}

impl Memory {
    /// Remembers in this file, which need not exist yet.
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: Some(path.into()) }
    }

    /// Returns what was learned about an endpoint, unless it is too long ago.
    pub(super) fn recall(&self, endpoint: &str, now: SystemTime) -> Option<Capabilities> {
        let entry = read(self.path.as_deref()?).ok()?.endpoints.remove(endpoint)?;
        let learned = UNIX_EPOCH.checked_add(Duration::from_secs(entry.learned))?;
        let age = now.duration_since(learned).unwrap_or_default();
        (age <= LIFETIME).then_some(entry.capabilities)
    }

    /// Remembers what was learned about an endpoint.
    pub(super) fn remember(&self, endpoint: &str, capabilities: &Capabilities, now: SystemTime) {
        let Some(path) = &self.path else { return };
        // Read again, for another process may have learned something meanwhile.
        let Ok(mut stored) = read(path) else { return };
        let learned = now.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs();
        stored.endpoints.insert(endpoint.to_owned(), Entry { learned, capabilities: capabilities.clone() });
        if let Err(error) = write(path, &stored) {
            debug!("what was learned cannot be kept in `{}`: {error}", path.display());
        }
    }
}

/// A file of a newer version of this program, which must not be touched.
struct Newer;

fn read(path: &Path) -> Result<Stored, Newer> {
    let empty = || Stored { version: VERSION, endpoints: BTreeMap::new() };
    let text = match std::fs::read(path) {
        Ok(text) => text,
        Err(error) => {
            if error.kind() != io::ErrorKind::NotFound {
                debug!("`{}` cannot be read: {error}", path.display());
            }
            return Ok(empty());
        }
    };
    if serde_json::from_slice::<Header>(&text).is_ok_and(|header| VERSION < header.version) {
        debug!("`{}` is of a newer version and left alone", path.display());
        return Err(Newer);
    }
    Ok(serde_json::from_slice(&text).unwrap_or_else(|error| {
        debug!("`{}` cannot be understood and is begun anew: {error}", path.display());
        empty()
    }))
}

/// Writes a new file and puts it in the place of the old one, so that nobody reads half of it.
fn write(path: &Path, stored: &Stored) -> io::Result<()> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    std::fs::create_dir_all(folder)?;
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&serde_json::to_vec_pretty(stored)?)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use proptest::test_runner::RngSeed;

    use super::*;
    use crate::llm::ladder::Rung;

    fn capabilities(rung: Rung) -> Capabilities {
        Capabilities {
            rung,
            token_limit: "max_tokens".to_owned(),
            several: false,
            logprobs: false,
            refused: Vec::new(),
        }
    }

    #[test]
    fn what_was_learned_is_known_later_for_a_month() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("deeper/endpoints.json");
        let now = UNIX_EPOCH + Duration::from_secs(1_800_000_000);
        let memory = Memory::at(&path);
        assert_eq!(memory.recall("a", now), None);
        memory.remember("a", &capabilities(Rung::Prompt), now);
        memory.remember("b", &capabilities(Rung::Schema), now);
        let memory = Memory::at(&path);
        assert_eq!(memory.recall("a", now + LIFETIME), Some(capabilities(Rung::Prompt)));
        assert_eq!(memory.recall("b", now), Some(capabilities(Rung::Schema)));
        assert_eq!(memory.recall("a", now + LIFETIME + Duration::from_secs(1)), None);
        assert_eq!(
            std::fs::read_dir(path.parent().unwrap()).unwrap().count(),
            1,
            "nothing else is left behind"
        );
    }

    #[test]
    fn a_newer_file_is_left_alone_and_a_broken_one_begun_anew() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("endpoints.json");
        let memory = Memory::at(&path);
        let newer = r#"{"version": 2, "other": []}"#;
        std::fs::write(&path, newer).unwrap();
        memory.remember("a", &capabilities(Rung::Prompt), SystemTime::now());
        assert_eq!(std::fs::read_to_string(&path).unwrap(), newer);
        assert_eq!(memory.recall("a", SystemTime::now()), None);
        std::fs::write(&path, "{half").unwrap();
        assert_eq!(memory.recall("a", SystemTime::now()), None);
        memory.remember("a", &capabilities(Rung::Prompt), SystemTime::now());
        assert_eq!(memory.recall("a", SystemTime::now()), Some(capabilities(Rung::Prompt)));
    }

    #[test]
    fn a_time_that_no_clock_shows_is_believed_by_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("endpoints.json");
        let memory = Memory::at(&path);
        memory.remember("a", &capabilities(Rung::Prompt), UNIX_EPOCH + Duration::from_secs(5));
        let text = std::fs::read_to_string(&path).unwrap();
        std::fs::write(&path, text.replace("\"learned\": 5", &format!("\"learned\": {}", u64::MAX))).unwrap();
        assert_eq!(memory.recall("a", SystemTime::now()), None);
    }

    #[test]
    fn what_an_older_version_remembered_is_believed_and_says_nothing_of_later_fields() {
        let file = tempfile::NamedTempFile::new().unwrap();
        let older = r#"{"version":1,"endpoints":{"a":{"learned":7,"capabilities":{"rung":"prompt","token_limit":"max_tokens","several":false}}}}"#;
        std::fs::write(file.path(), older).unwrap();
        let recalled = Memory::at(file.path()).recall("a", UNIX_EPOCH);
        assert_eq!(recalled, Some(Capabilities { logprobs: true, ..capabilities(Rung::Prompt) }));
    }

    #[test]
    fn without_a_file_nothing_is_remembered() {
        let memory = Memory::default();
        memory.remember("a", &capabilities(Rung::Prompt), SystemTime::now());
        assert_eq!(memory.recall("a", SystemTime::now()), None);
    }

    proptest! {
        #![proptest_config(ProptestConfig { rng_seed: RngSeed::Fixed(1), failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn no_file_breaks_the_reader(
            text in prop_oneof![
                prop::collection::vec(any::<u8>(), 0..40),
                r#"\{"version":1,"endpoints":\{"a":\{"learned":[0-9]{1,21},"capabilities":\{"rung":"(prompt|x)","token_limit":"t","several":true\}\}\}\}"#
                    .prop_map(String::into_bytes),
            ],
            seconds in any::<u32>(),
        ) {
            let file = tempfile::NamedTempFile::new().unwrap();
            std::fs::write(file.path(), &text).unwrap();
            let now = UNIX_EPOCH + Duration::from_secs(seconds.into());
            let recalled = Memory::at(file.path()).recall("a", now);
            prop_assert!(recalled.is_none_or(|capabilities| capabilities.rung == Rung::Prompt));
        }
    }
}
