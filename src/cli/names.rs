//! The names of options in the environment.

/// What variables of this tool begin with, where no other name is customary.
pub const PREFIX: &str = "LS_AUTOLABEL_";

/// Variables that set an option besides its `LS_AUTOLABEL_` name, for one provider or for all.
///
/// Label Studio's SDK, OpenAI's and Anthropic's clients and Label Studio's `llm_interactive` example use these names.
const CUSTOMARY: &[(&str, &str, Option<&str>)] = &[
    ("url", "LABEL_STUDIO_URL", None),
    ("project", "LABEL_STUDIO_PROJECT_ID", None),
    ("prompt", DEFAULT_PROMPT, None),
    ("prompt-template", "PROMPT_TEMPLATE", None),
    ("use-internal-prompt-template", "USE_INTERNAL_PROMPT_TEMPLATE", None),
    ("prompt-prefix", "PROMPT_PREFIX", None),
    ("response-prefix", "RESPONSE_PREFIX", None),
    ("provider", "OPENAI_PROVIDER", None),
    ("model", "OPENAI_MODEL", Some("openai")),
    ("model", "OPENAI_MODEL", Some("ollama")),
    ("model", "AZURE_DEPLOYMENT_NAME", Some("azure")),
    ("base-url", "OPENAI_BASE_URL", Some("openai")),
    ("base-url", "ANTHROPIC_BASE_URL", Some("anthropic")),
    ("base-url", "AZURE_RESOURCE_ENDPOINT", Some("azure")),
    ("base-url", "OLLAMA_ENDPOINT", Some("ollama")),
    ("api-version", "AZURE_API_VERSION", Some("azure")),
    ("temperature", "TEMPERATURE", None),
    ("num-responses", "NUM_RESPONSES", None),
];

/// Holds a prompt's text or the name of its file.
pub const DEFAULT_PROMPT: &str = "DEFAULT_PROMPT";

/// The provider where none is named.
pub const DEFAULT_PROVIDER: &str = "openai";

/// Returns the variables that the help shows for an option: the customary ones, else its own.
pub(super) fn shown(option: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for (_, variable, _) in CUSTOMARY.iter().filter(|(name, _, _)| *name == option) {
        if names.iter().all(|name| name != variable) {
            names.push((*variable).to_owned());
        }
    }
    if names.is_empty() { vec![own(option)] } else { names }
}

/// Returns the variable of an option that has this tool's prefix.
pub fn own(option: &str) -> String {
    format!("{PREFIX}{}", option.replace('-', "_").to_uppercase())
}

/// Returns the variables that set an option, the one that counts first.
pub fn variables(option: &str, provider: &str) -> Vec<String> {
    let provider = if provider.is_empty() { DEFAULT_PROVIDER } else { provider };
    let customary = CUSTOMARY
        .iter()
        .filter(|(name, _, only)| *name == option && only.is_none_or(|only| only == provider))
        .map(|(_, variable, _)| (*variable).to_owned());
    std::iter::once(own(option)).chain(customary).collect()
}

/// Holds Label Studio's key.
pub const STUDIO_KEY: &str = "LABEL_STUDIO_API_KEY";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_chosen_providers_variables_count() {
        let check = |option: &str, provider: &str, expect: &[&str]| {
            assert_eq!(variables(option, provider), expect, "{option} {provider}");
        };
        check("rpm", "", &["LS_AUTOLABEL_RPM"]);
        check("url", "azure", &["LS_AUTOLABEL_URL", "LABEL_STUDIO_URL"]);
        check("base-url", "", &["LS_AUTOLABEL_BASE_URL", "OPENAI_BASE_URL"]);
        check("base-url", "ollama", &["LS_AUTOLABEL_BASE_URL", "OLLAMA_ENDPOINT"]);
        check("model", "azure", &["LS_AUTOLABEL_MODEL", "AZURE_DEPLOYMENT_NAME"]);
    }
}
