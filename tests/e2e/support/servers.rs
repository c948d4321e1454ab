//! Where the real servers are: what `tests/servers/all.sh status` prints, and one that a story may kill.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::LazyLock;

use tokio::runtime::Runtime;

/// The addresses and keys of the running servers.
#[derive(Debug)]
pub(crate) struct Servers {
    pub(crate) label_studio: LabelStudio,
    /// A Python with the Label Studio SDK.
    pub(crate) python: String,
    /// Without `/v1`.
    pub(crate) llama: String,
    /// Without `/v1`.
    pub(crate) litellm: String,
    /// A key without limits; see `tests/servers/litellm/auth.py` for others.
    pub(crate) litellm_key: String,
}

/// A Label Studio and the keys of its user.
#[derive(Debug, Clone)]
pub(crate) struct LabelStudio {
    pub(crate) url: String,
    pub(crate) personal_access_token: String,
    pub(crate) legacy_token: String,
    /// A folder below which a storage of local files may be.
    pub(crate) files: PathBuf,
}

/// A Label Studio that one story has for itself, so that it may kill it; it is stopped when this is dropped.
#[derive(Debug)]
pub(crate) struct Mortal(LabelStudio);

/// The port of that Label Studio; one story at a time has it.
const MORTAL_PORT: &str = "18189";

/// Returns the servers, found once; fails the test when one of them does not answer.
pub(crate) fn servers() -> &'static Servers {
    static SERVERS: LazyLock<Result<Servers, String>> = LazyLock::new(find);
    SERVERS.as_ref().unwrap_or_else(|reason| {
        panic!("the servers are not there; start them with `tests/servers/all.sh start`\n{reason}")
    })
}

impl Servers {
    /// Returns the base URL of the llama.cpp server as the program takes it.
    pub(crate) fn llama_base(&self) -> String {
        format!("{}/v1", self.llama)
    }

    /// Returns the base URL of the `LiteLLM` proxy as the program takes it.
    pub(crate) fn litellm_base(&self) -> String {
        format!("{}/v1", self.litellm)
    }

    /// Returns how many prompt tokens the llama.cpp server has been asked so far: equal before and after means unasked.
    pub(crate) fn llama_prompt_tokens(&self) -> u64 {
        let metrics = get_text(&format!("{}/metrics", self.llama));
        ["llamacpp:prompt_tokens_total ", "llamacpp:prompt_tokens_cached_total "]
            .iter()
            .map(|name| counter(&metrics, name))
            .sum()
    }
}

/// Runs a request to its end.
pub(crate) fn block_on<F: Future>(future: F) -> F::Output {
    runtime().block_on(future)
}

/// Returns the runtime of the stories' own requests.
pub(crate) fn runtime() -> &'static Runtime {
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime starts"));
    &RUNTIME
}

/// Returns the client that all stories share.
pub(crate) fn http() -> &'static reqwest::Client {
    static CLIENT: LazyLock<reqwest::Client> = LazyLock::new(|| {
        // All servers are plain HTTP on loopback, but the client is built with TLS and wants to know whose.
        drop(rustls::crypto::ring::default_provider().install_default());
        reqwest::Client::builder().no_proxy().build().expect("a client without options builds")
    });
    &CLIENT
}

fn get_text(url: &str) -> String {
    block_on(async {
        let reply = http().get(url).send().await.expect("the server answers");
        reply.text().await.expect("the answer is text")
    })
}

fn counter(metrics: &str, name: &str) -> u64 {
    let line = metrics.lines().find_map(|line| line.strip_prefix(name));
    let line = line.unwrap_or_else(|| panic!("no `{name}` in\n{metrics}"));
    line.trim().parse().expect("a counter is a whole number")
}

impl Mortal {
    /// Starts it; it takes half a minute the first time, for its database is made then.
    pub(crate) fn start() -> Self {
        let settings = Self::script("start").unwrap_or_else(|reason| panic!("{reason}"));
        Self(LabelStudio::read(&settings).unwrap_or_else(|reason| panic!("{reason}")))
    }

    /// Returns where it is, or was.
    pub(crate) fn label_studio(&self) -> &LabelStudio {
        &self.0
    }

    /// Ends it as a power cut would.
    #[expect(clippy::unused_self, reason = "there is only one, and only its owner may end it")]
    pub(crate) fn kill(&self) {
        Self::script("kill").unwrap_or_else(|reason| panic!("{reason}"));
    }

    /// Starts it again with what it has stored.
    #[expect(clippy::unused_self, reason = "there is only one, and only its owner may end it")]
    pub(crate) fn start_again(&self) {
        Self::script("start").unwrap_or_else(|reason| panic!("{reason}"));
    }

    fn script(verb: &str) -> Result<Settings, String> {
        Settings::of(script("label-studio.sh").arg(verb).env("E2E_LABEL_STUDIO_PORT", MORTAL_PORT))
    }
}

impl Drop for Mortal {
    fn drop(&mut self) {
        drop(Self::script("stop"));
    }
}

impl LabelStudio {
    fn read(settings: &Settings) -> Result<Self, String> {
        Ok(Self {
            url: settings.get("E2E_LABEL_STUDIO_URL")?,
            personal_access_token: settings.get("E2E_LABEL_STUDIO_PAT")?,
            legacy_token: settings.get("E2E_LABEL_STUDIO_LEGACY_TOKEN")?,
            files: settings.get("E2E_LABEL_STUDIO_FILES")?.into(),
        })
    }
}

/// What a script prints: `KEY=VALUE` lines.
struct Settings(HashMap<String, String>);

impl Settings {
    fn of(command: &mut Command) -> Result<Self, String> {
        let output = command.output().map_err(|error| format!("{command:?}: {error}"))?;
        if !output.status.success() {
            return Err(String::from_utf8_lossy(&output.stderr).into_owned());
        }
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        let pairs = text.lines().filter_map(|line| line.split_once('='));
        Ok(Self(pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()))
    }

    fn get(&self, name: &str) -> Result<String, String> {
        self.0.get(name).cloned().ok_or_else(|| format!("no `{name}` in {:?}", self.0))
    }
}

fn script(name: &str) -> Command {
    Command::new(Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers").join(name))
}

fn find() -> Result<Servers, String> {
    let settings = Settings::of(script("all.sh").arg("status"))?;
    Ok(Servers {
        label_studio: LabelStudio::read(&settings)?,
        python: settings.get("E2E_PYTHON")?,
        llama: settings.get("E2E_LLAMA_URL")?,
        litellm: settings.get("E2E_LITELLM_URL")?,
        litellm_key: settings.get("E2E_LITELLM_KEY")?,
    })
}
