//! Addresses and servers: nobody there, somebody else there, or one that refuses.

use serde_json::{Value, json};

use super::{Book, CONFIG, Mistake, TASKS, mistake};
use crate::support::canned::Canned;
use crate::support::host::Host;
use crate::support::llm::{Llm, Setup};
use crate::support::studio::{LEGACY_TOKEN, Studio};

/// Returns an address at which nobody listens.
fn nobody() -> String {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a port of this machine is free");
    format!("http://{}", listener.local_addr().expect("it is bound"))
}

#[test]
fn a_bad_address_of_label_studio_is_told_by_what_answers() {
    let (studio, stranger, nobody) = (Studio::start(), Host::stranger(), nobody());
    let (project, _) = studio.project(CONFIG, &[json!({"text": "a"})]);
    let line =
        format!("run --project {project} --prompt prompt.txt --provider keyword --dry-run --max-retries 0");
    let run = |what, url: &str| {
        mistake(what, format!("{line} --url {url}")).env("LABEL_STUDIO_API_KEY", LEGACY_TOKEN)
    };
    let secure = studio.url().replace("http://", "https://");
    let page = Studio::start();
    page.intercept("", 9, Canned::html(200));
    let mistakes = [
        run("no scheme", "localhost:8080"),
        run("another scheme", "ftp://localhost:8080"),
        run("a password", "http://me:secret@localhost:8080"),
        run("no host", "http://"),
        run("empty", "''"),
        run("a page of Label Studio", &format!("{}/projects/7/data", studio.url())),
        run("nobody listens", &nobody),
        run("another server", &stranger.url()),
        run("a web page", &page.url()),
        run("https to a plain port", &secure),
        run("a path too many", &format!("{}/label-studio", studio.url())),
        mistake("a bad address in the environment", line.clone())
            .env("LABEL_STUDIO_URL", "localhost:8080")
            .env("LABEL_STUDIO_API_KEY", LEGACY_TOKEN),
        mistake("a bad address in the settings file", line.clone())
            .file("ls-autolabel.toml", "url = \"localhost:8080\"\n")
            .env("LABEL_STUDIO_API_KEY", LEGACY_TOKEN),
    ];
    Book::new()
        .hiding("secret@")
        .showing(&studio.url(), "http://studio")
        .showing(&secure, "https://studio")
        .showing(&stranger.url(), "http://stranger")
        .showing(&page.url(), "http://page")
        .showing(&nobody, "http://nobody")
        .showing(LEGACY_TOKEN, "TOKEN")
        .compare("studio_addresses", &mistakes);
}

#[test]
fn what_is_not_in_label_studio_is_named_with_what_is() {
    let studio = Studio::start();
    let (project, tasks) = studio.project(CONFIG, &[json!({"text": "a"}), json!({"text": "b"})]);
    let (other, _) = studio.project(CONFIG, &[]);
    let view = studio.view(other, &json!({"title": "Mine"}));
    let rest = "--prompt prompt.txt --provider keyword";
    let run = |what, flags: String| {
        mistake(what, format!("run {rest} {flags}"))
            .env("LABEL_STUDIO_URL", &studio.url())
            .env("LABEL_STUDIO_API_KEY", LEGACY_TOKEN)
    };
    let region =
        json!({"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": ["good"]}});
    let predicted = |task: u64, result: &[&Value]| {
        json!({"id": task, "data": {}, "predictions": [{"model_version": "v", "result": result}]}).to_string()
    };
    let push = |what, content: String| {
        mistake(what, format!("push out.jsonl --project {project}"))
            .file("out.jsonl", content)
            .env("LABEL_STUDIO_URL", &studio.url())
            .env("LABEL_STUDIO_API_KEY", LEGACY_TOKEN)
    };
    let mistakes = [
        run("no such project", "--project 999".to_owned()),
        run("no such view", format!("--project {project} --view 999")),
        run("a view of another project", format!("--project {project} --view {view}")),
        run("no such task", format!("--project {project} --ids 998,999")),
        run("one such task", format!("--project {project} --ids {},999", tasks[0])),
        push("a prediction of a task that is not there", predicted(999, &[&region])),
        push("a prediction without a region", predicted(tasks[0], &[])),
        push("a task without an id", json!({"data": {}, "predictions": []}).to_string()),
        push("a task without a prediction", json!({"id": tasks[0], "data": {}}).to_string()),
        push("tasks and no predictions", json!({"text": "a"}).to_string()),
    ];
    Book::new()
        .showing(&studio.url(), "http://studio")
        .showing(LEGACY_TOKEN, "TOKEN")
        .compare("studio_contents", &mistakes);
}

#[test]
fn a_model_that_cannot_be_asked_says_why() {
    let (llm, nobody) = (Llm::start(), nobody());
    let run = |what, url: &str| -> Mistake {
        let line = format!("run {TASKS} --prompt prompt.txt --dry-run --max-retries 0 --base-url {url}");
        mistake(what, line).env("OPENAI_API_KEY", "sk-none")
    };
    let answering = |canned: Canned| {
        let server = Llm::start();
        (1..9).for_each(|request| server.script(request, canned.clone()));
        server
    };
    let refusal = |status: u16, message: &str| {
        answering(Canned::json(status, &json!({"error": {"message": message, "type": "x", "code": null}})))
    };
    let page = answering(Canned::html(200));
    let lost = answering(Canned::html(404));
    let forbidden = refusal(403, "You may not use this model.");
    let broke = answering(Canned::json(
        429,
        &json!({"error": {"message": "You exceeded your current quota.", "type": "insufficient_quota", "code": "insufficient_quota"}}),
    ));
    let litellm = refusal(
        401,
        "{'error': {'message': \"Authentication Error, Invalid proxy server token passed. Received API Key = sk-...none, \
         Key Hash (Token) =88dc28d0f030c55ed4ab77ed8faf098196cb1c05df778539800c9f1243fe6b4b\", 'type': 'token_not_found_in_db', \
         'param': 'key', 'code': '401'}}",
    );
    let unknown = refusal(
        400,
        "{'error': '/chat/completions: Invalid model name passed in model=gpt-4o-mini. Call `/v1/models` to view available \
         models for your key.'}",
    );
    let failing = refusal(500, "The server had an error while processing your request.");
    let models = Llm::with(Setup { models: vec!["tiny".to_owned()], ..Setup::default() });
    let deaf = Llm::with(Setup { refused_field: Some("temperature".to_owned()), ..Setup::default() });
    let secure = llm.url().replace("http://", "https://");
    let mistakes = [
        run("nobody listens", &format!("{nobody}/v1")),
        run("https to a plain port", &secure),
        run("a web page", &page.base_url()),
        run("a web page that says 404", &lost.base_url()),
        run("no /v1", &llm.url()),
        run("a model nobody has", &models.base_url()),
        run("a model that is not allowed", &forbidden.base_url()),
        run("no money", &broke.base_url()),
        run("a proxy that does not know the key", &litellm.base_url()),
        run("a proxy that does not know the model", &unknown.base_url()),
        run("a server that fails", &failing.base_url()),
        run("a parameter that is not taken", &format!("{} --temperature 0.5", deaf.base_url())),
    ];
    let servers = [&llm, &page, &lost, &forbidden, &broke, &litellm, &unknown, &failing, &models, &deaf];
    let book = servers.iter().fold(Book::new(), |book, server| book.showing(&server.url(), "http://model"));
    book.hiding("sk-none")
        .showing(&secure, "https://model")
        .showing(&nobody, "http://nobody")
        .compare("model_servers", &mistakes);
}
