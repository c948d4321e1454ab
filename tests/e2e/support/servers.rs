//! Where the real servers are: what `tests/servers/all.sh status` prints.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;
use std::sync::LazyLock;

use tokio::runtime::Runtime;

/// The addresses and keys of the running servers.
#[derive(Debug)]
pub(crate) struct Servers {
    pub(crate) label_studio: String,
    pub(crate) personal_access_token: String,
    pub(crate) legacy_token: String,
    /// A Python with the Label Studio SDK.
    pub(crate) python: String,
    /// Without `/v1`.
    pub(crate) llama: String,
    /// Without `/v1`.
    pub(crate) litellm: String,
    /// A key without limits; see `tests/servers/litellm/auth.py` for others.
    pub(crate) litellm_key: String,
}

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
    static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| Runtime::new().expect("a runtime starts"));
    RUNTIME.block_on(future)
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

fn find() -> Result<Servers, String> {
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/servers/all.sh");
    let output = Command::new(&script).arg("status").output();
    let output = output.map_err(|error| format!("{}: {error}", script.display()))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).into_owned());
    }
    let text = String::from_utf8_lossy(&output.stdout);
    let settings: HashMap<&str, &str> = text.lines().filter_map(|line| line.split_once('=')).collect();
    let get = |name: &str| {
        settings.get(name).map(|&value| value.to_owned()).ok_or_else(|| format!("no `{name}` in\n{text}"))
    };
    Ok(Servers {
        label_studio: get("E2E_LABEL_STUDIO_URL")?,
        personal_access_token: get("E2E_LABEL_STUDIO_PAT")?,
        legacy_token: get("E2E_LABEL_STUDIO_LEGACY_TOKEN")?,
        python: get("E2E_PYTHON")?,
        llama: get("E2E_LLAMA_URL")?,
        litellm: get("E2E_LITELLM_URL")?,
        litellm_key: get("E2E_LITELLM_KEY")?,
    })
}
