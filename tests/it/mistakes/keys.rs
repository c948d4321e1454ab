//! Keys of Label Studio and of providers: missing, broken, of another kind, or refused.

use serde_json::json;

use super::{Book, CONFIG, mistake};
use crate::support::llm::{Llm, Setup as LlmSetup};
use crate::support::studio::{LEGACY_TOKEN, Setup, Studio};

/// A project's run that needs no model.
const REST: &str = "--prompt prompt.txt --provider keyword --dry-run";

#[test]
fn a_bad_key_for_label_studio_is_told_by_its_kind() {
    let studio = Studio::start();
    let modern = Studio::with(&Setup { legacy_tokens: false, ..Setup::default() });
    let (project, _) = studio.project(CONFIG, &[json!({"text": "a"})]);
    modern.project(CONFIG, &[json!({"text": "a"})]);
    let personal = studio.personal_access_token();
    let access = access_token(&studio);
    let cut = &personal[..personal.len() - 9];
    let broken = format!("{}\n{}", &LEGACY_TOKEN[..20], &LEGACY_TOKEN[20..]);
    let run = |what, flags: &str| {
        mistake(what, format!("run --project {project} {REST} {flags}"))
            .env("LABEL_STUDIO_URL", &studio.url())
    };
    let keyed = |what, key: &str| run(what, "").env("LABEL_STUDIO_API_KEY", key);
    let mistakes = [
        run("none", ""),
        keyed("an empty variable", ""),
        keyed("another Label Studio's key", "0123456789abcdef0123456789abcdef01234567"),
        keyed("a legacy token where they are switched off", LEGACY_TOKEN)
            .env("LABEL_STUDIO_URL", &modern.url()),
        keyed("a personal access token cut short", cut),
        keyed("an access token that has expired", &access),
        keyed("a line break inside", &broken),
        keyed("the header pasted with the key", &format!("Token {LEGACY_TOKEN}")),
        keyed("typographic quotes", &format!("“{LEGACY_TOKEN}”")),
        run("a key file that is not there", "--api-key-file key.txt"),
        run("an empty key file", "--api-key-file key.txt").file("key.txt", "\n"),
        run("a folder for a key file", "--api-key-file folder.csv"),
        run("a command that fails", "")
            .file("ls-autolabel.toml", "[label_studio]\napi_key_command = \"exit 3\"\n"),
        run("a command that prints nothing", "")
            .file("ls-autolabel.toml", "[label_studio]\napi_key_command = \"true\"\n"),
    ];
    Book::new()
        .showing(&studio.url(), "http://studio")
        .showing(&modern.url(), "http://modern")
        .showing(&personal, "PERSONAL")
        .showing(cut, "PERSO")
        .showing(&access, "ACCESS")
        .compare("studio_keys", &mistakes);
}

#[test]
fn a_bad_key_for_a_model_is_told_once() {
    let llm = Llm::with(LlmSetup { key: Some("sk-right".to_owned()), ..LlmSetup::default() });
    let run = |what, flags: &str| {
        let line = format!("run {} --prompt prompt.txt --dry-run {flags}", super::TASKS);
        mistake(what, line).env("OPENAI_BASE_URL", &llm.base_url())
    };
    let mistakes = [
        run("none", ""),
        run("a wrong one", "").env("OPENAI_API_KEY", "sk-wrong-0123456789"),
        run("a line break inside", "").env("OPENAI_API_KEY", "sk-wr\nong"),
        run("a key file that is not there", "--model-api-key-file key.txt"),
        run("an empty key file", "--model-api-key-file key.txt").file("key.txt", ""),
    ];
    Book::new().hiding("0123456789").showing(&llm.url(), "http://model").compare("model_keys", &mistakes);
}

/// Returns an access token that was good until a moment ago.
fn access_token(studio: &Studio) -> String {
    let api = crate::support::api::Api::new(&studio.url());
    let reply = api.post("/api/token/refresh/", &json!({"refresh": studio.personal_access_token()}));
    studio.expire_access_tokens();
    reply.body["access"].as_str().expect("the server gives one").to_owned()
}
