//! Images and files: from Label Studio with its key, from elsewhere without, and never from where they must not come.

use axum::Router;
use axum::body::Body;
use axum::routing::get;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use futures::stream;
use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::host::Host;
use crate::support::llm::Llm;
use crate::support::program::{Outcome, Program};
use crate::support::story::{MODEL_KEY, MOODS, Story, model};
use crate::support::studio::{LEGACY_TOKEN, Turn};

const PICTURES: &str = r#"<View><Image name="picture" value="$image"/>
    <Choices name="c" toName="picture"><Choice value="cat"/><Choice value="dog"/></Choices></View>"#;

/// The head of a PNG file, and as much as a small picture has.
fn png() -> Vec<u8> {
    [b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x08\0\0\0\x08".as_slice(), &[7; 1_000]].concat()
}

fn encoded() -> String {
    format!("data:image/png;base64,{}", STANDARD.encode(png()))
}

/// A host that has no login and wants no keys: a picture, and much that is none.
fn elsewhere() -> Host {
    let endless = || async {
        let piece = || Ok::<_, std::io::Error>(vec![b'x'; 64 << 10]);
        Body::from_stream(stream::iter((0..100).map(move |_| piece())))
    };
    let routes = Router::new()
        .route("/a.png", get(|| async { png() }))
        .route("/page", get(|| async { "<!doctype html><html><title>Log in</title></html>" }))
        .route("/endless", get(endless))
        .route("/note.txt", get(|| async { "What a good day" }));
    Host::start(routes)
}

/// Begins with tasks that show these images, and a prompt that fits.
fn story(addresses: &[&str]) -> Story {
    let tasks: Vec<Value> = addresses.iter().map(|address| json!({"image": address})).collect();
    let story = Story::answering(PICTURES, &tasks, &json!({"c": "cat"}));
    story.program(|program| program.file("prompt.txt", "Which animal is it?"))
}

/// Lets Label Studio have an upload, and a storage whose objects are elsewhere.
fn furnish(story: &Story, elsewhere: &Host) {
    let presigned = format!("{}/a.png?X-Amz-Signature=secret-of-a-url", elsewhere.url());
    story.studio.direct(move |record| {
        let has_key = record.header("authorization") == format!("Token {LEGACY_TOKEN}");
        let answer = match record.path.as_str() {
            "/data/upload/1/a.png" if has_key => Canned::new(200, "application/octet-stream", png()),
            path if path.ends_with("/resolve/") && has_key => {
                Canned::new(303, "text/plain", "").header("location", &presigned)
            }
            // So it says that an upload is gone.
            path if path.starts_with("/data/upload/") && has_key => Canned::html(500),
            path if path.starts_with("/data/") || path.ends_with("/resolve/") => Canned::html(401),
            _ => return None,
        };
        Some(Turn::Answer(answer))
    });
}

/// Returns the addresses of the images that the model was sent.
fn sent(llm: &Llm) -> Vec<String> {
    let bodies = llm.requests().into_iter().map(|request| request.json()["messages"][0]["content"].clone());
    let parts = bodies.flat_map(|content| content.as_array().cloned().unwrap_or_default());
    parts.filter_map(|part| part["image_url"]["url"].as_str().map(str::to_owned)).collect()
}

const ONE_BY_ONE: [&str; 4] = ["--model-version", "v1", "--concurrency", "1"];

#[test]
fn images_are_fetched_wherever_they_are_and_only_before_they_are_asked_about() {
    let elsewhere = elsewhere();
    let public = format!("{}/a.png", elsewhere.url());
    let story = story(&["/data/upload/1/a.png", "s3://bucket/a.png", &public]);
    furnish(&story, &elsewhere);
    let args = [&ONE_BY_ONE[..], &["--allow-private-addresses", "--only", "all"]].concat();
    story.run(&args).assert_code(0);
    assert_eq!(sent(&story.llm), vec![encoded(); 3]);
    assert_eq!(story.predicted(), ["v1: c=cat"; 3]);
    assert_eq!(elsewhere.keys_seen().len(), 0, "{:?}", elsewhere.keys_seen());
    story.program.assert_never_told("secret-of-a-url");
    let fetched = |story: &Story| story.studio.host().count("GET /data/upload/{id}/a.png");
    let before = (fetched(&story), elsewhere.requests().len());
    story.run(&args).assert_code(0);
    assert_eq!((fetched(&story), elsewhere.requests().len()), before, "what is answered is not fetched");
    assert_eq!(story.llm.count(), 3);
    // The addresses of what everybody can fetch are sent on, others are not.
    story.program.forget_paid();
    story.run(&[&args[..], &["--image-urls"]].concat()).assert_code(0);
    let presigned = format!("{public}?X-Amz-Signature=secret-of-a-url");
    assert_eq!(sent(&story.llm)[3..], [encoded(), presigned, public]);
}

#[test]
fn what_must_not_be_reached_is_not_and_the_other_tasks_go_on() {
    let elsewhere = elsewhere();
    let story = story(&[&format!("{}/a.png", elsewhere.url()), "s3://bucket/a.png", "/data/upload/1/a.png"]);
    furnish(&story, &elsewhere);
    let outcome = story.run(&ONE_BY_ONE);
    outcome.assert_code(4).assert_tells("is an address of this machine or of a private network");
    outcome.assert_tells("`--allow-private-addresses`").assert_tells("the image `s3://bucket/a.png`");
    assert_eq!(elsewhere.requests().len(), 0);
    assert_eq!(story.predicted(), ["", "", "v1: c=cat"]);
}

#[test]
fn what_is_no_image_fails_its_task_with_what_it_is() {
    let elsewhere = elsewhere();
    let at = |path: &str| format!("{}{path}", elsewhere.url());
    let check = |address: &str, expect: &str| {
        let story = story(&[address]);
        furnish(&story, &elsewhere);
        let args = ["--allow-private-addresses", "--max-file-size", "1", "--max-retries", "0"];
        story.run(&args).assert_code(4).assert_tells(expect);
        assert_eq!(story.llm.count(), 0);
    };
    check(&at("/page"), "found a web page; does the address need a login?");
    check(&at("/endless"), "it has more than 1 MB; make it smaller, or allow more with `--max-file-size`");
    check(&at("/none.png"), "/none.png answers 404 Not Found");
    check(&at("/note.txt"), "expected an image in PNG, JPEG, WebP or GIF, found a text");
    check("/data/upload/1/none.png", "Label Studio has no such file any more");
}

#[test]
fn a_preview_fetches_what_it_shows_and_leaves_the_content_out() {
    let elsewhere = elsewhere();
    let story = story(&["/data/upload/1/a.png"; 3]);
    furnish(&story, &elsewhere);
    let preview = story.command("preview", &["--prompt", "prompt.txt"]);
    preview.assert_code(0);
    assert!(preview.stdout.contains("\"data:image/png;base64,… (1,024 bytes)\""), "{}", preview.stdout);
    assert_eq!(story.studio.host().count("GET /data/upload/{id}/a.png"), 1);
    assert_eq!(story.llm.count(), 0);
}

#[test]
fn texts_at_addresses_are_read_and_the_tasks_keep_their_addresses() {
    let elsewhere = elsewhere();
    let note = format!("{}/note.txt", elsewhere.url());
    let config = MOODS.replace(r#"value="$text""#, r#"value="$text" valueType="url""#);
    let tasks = [json!({"text": note})];
    let story = Story::answering(&config, &tasks, &json!({"mood": "positive"}));
    let args = ["--allow-private-addresses", "--model-version", "v1", "--output", "out.jsonl"];
    story.run(&args).assert_code(0);
    let request = story.llm.requests()[0].json();
    assert_eq!(request["messages"][0]["content"], "Positive? What a good day");
    let written: Value = serde_json::from_str(&story.program.read("out.jsonl")).expect("a task");
    assert_eq!(written["data"]["text"], note);
    story
        .run(&args[1..])
        .assert_code(3)
        .assert_tells("the text `")
        .assert_tells("`--allow-private-addresses`");
}

#[test]
fn a_check_reads_what_is_at_an_address_as_a_run_does() {
    let talk = || async { r#"[{"author": "Ann", "text": "What a good day"}]"# };
    let elsewhere = Host::start(Router::new().route("/talk.json", get(talk)));
    let config = MOODS.replace("<Text ", r#"<Paragraphs valueType="url" "#);
    let tasks = [json!({"text": format!("{}/talk.json", elsewhere.url())})];
    let story = Story::answering(&config, &tasks, &json!({"mood": "positive"}));
    let args = ["--prompt", "prompt.txt", "--allow-private-addresses"];
    story.command("check", &args).assert_code(0);
    assert_eq!(story.llm.count(), 1);
}

#[test]
fn a_check_tells_of_scores_also_where_the_dialect_has_no_addresses_of_images() {
    let story = story(&["/data/upload/1/a.png"]);
    furnish(&story, &elsewhere());
    let url = story.llm.url();
    let story = story.program(|program| {
        let variables = [("OLLAMA_ENDPOINT", &*url), ("OLLAMA_API_KEY", MODEL_KEY), ("OPENAI_MODEL", "m")];
        variables
            .iter()
            .fold(program.env("OPENAI_BASE_URL", ""), |program, (name, value)| program.env(name, value))
    });
    let outcome = story.command("check", &["--prompt", "prompt.txt", "--provider", "ollama"]);
    outcome.assert_code(0);
    assert!(outcome.stdout.contains("from token probabilities, but none for"), "{}", outcome.stdout);
}

/// Runs on a file of tasks, with no project.
fn run_alone(program: Program, llm: &Llm, tasks: &str, args: &[&str]) -> Outcome {
    let program = program
        .llm(llm)
        .file("config.xml", PICTURES)
        .file("prompt.txt", "Which animal is it?")
        .file("tasks.json", tasks);
    let common = ["run", "--tasks", "tasks.json", "--label-config", "config.xml", "--prompt", "prompt.txt"];
    program.run_with([&common[..], &["--output", "out.json"], args].concat())
}

#[test]
fn tasks_from_a_file_reach_a_named_folder_and_a_named_label_studio_alone() {
    let llm = model();
    let run = |program: Program, address: &str, args: &[&str]| {
        run_alone(program, &llm, &json!([{"image": address}]).to_string(), args)
    };
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("a.png"), png()).expect("the folder is writable");
    let root = folder.path().display().to_string();
    run(Program::new(), "./a.png", &[]).assert_code(4).assert_tells("`--media-root DIR`");
    run(Program::new(), "../a.png", &["--media-root", &root]).assert_code(4).assert_tells("../a.png");
    run(Program::new(), "/etc/hostname", &["--media-root", &root])
        .assert_code(4)
        .assert_tells("is not inside");
    run(Program::new(), "/data/upload/1/a.png", &[]).assert_code(4).assert_tells("`--url`");
    assert_eq!(llm.count(), 0);
    run(Program::new(), "./a.png", &["--media-root", &root]).assert_code(0);
    let story = story(&["/data/upload/1/a.png"]);
    furnish(&story, &elsewhere());
    run(Program::new().studio(&story.studio), "/data/upload/1/a.png", &[]).assert_code(0);
    assert_eq!(sent(&llm), vec![encoded(); 2]);
}
