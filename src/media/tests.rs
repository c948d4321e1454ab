//! What is fetched, from whom, and what is told where it cannot be.

use std::path::Path;

use serde_json::json;
use wiremock::matchers::{basic_auth, header, header_exists, method, path, path_regex};
use wiremock::{Mock, MockServer, ResponseTemplate};

use super::*;
use crate::http::pace::{Limits, Pace};
use crate::http::retry::RetryPolicy;
use crate::http::secret::Secret;
use crate::http::stop::Stop;
use crate::label::config::LabelConfig;
use crate::label::form::Wanted;
use crate::label::object::Content;
use crate::llm::chat::{Parameters, Role};
use crate::studio::address::Address;
use crate::studio::auth::Key;

const KEY: &str = "key-of-label-studio-1";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";

/// A Label Studio and another host.
struct World {
    studio: MockServer,
    elsewhere: MockServer,
}

impl World {
    async fn new() -> Self {
        Self { studio: MockServer::start().await, elsewhere: MockServer::start().await }
    }

    /// Answers at a path of Label Studio, to its key alone.
    async fn inside(&self, at: &str, answer: ResponseTemplate) {
        let key = header("authorization", format!("Token {KEY}").as_str());
        Mock::given(method("GET")).and(path(at)).and(key).respond_with(answer).mount(&self.studio).await;
    }

    /// Answers at a path of the other host; a key fails the test.
    async fn outside(&self, at: &str, answer: ResponseTemplate) {
        let told = Mock::given(header_exists("authorization")).respond_with(ResponseTemplate::new(418));
        told.expect(0).mount(&self.elsewhere).await;
        Mock::given(method("GET")).and(path(at)).respond_with(answer).mount(&self.elsewhere).await;
    }

    fn media(&self, change: impl FnOnce(&mut Options)) -> Media {
        let mut options = Options {
            longest: 1 << 20,
            hosts: Hosts::Any,
            links: Links::Fetched,
            root: None,
            timeout: Duration::from_secs(5),
        };
        change(&mut options);
        let transport = |client: reqwest::Client| Transport {
            client,
            policy: RetryPolicy::new(0, Duration::from_secs(1)),
            pace: Arc::new(Pace::new(&Limits::default())),
            stop: Stop::never(),
        };
        let address = Address::parse(&self.studio.uri()).unwrap();
        let key = Key::parse(&Secret::new(KEY)).unwrap();
        let studio = Studio::new(address, key, transport(crate::http::client().unwrap()));
        let web = transport(crate::http::foreign_client(options.hosts).unwrap());
        Media::new(Access::Given { studio: Arc::new(studio), project: None }, Some(web), options)
    }

    /// Returns what an address becomes: media type and length, an address that is passed on, or the error.
    async fn load(&self, media: &Media, address: &str) -> String {
        let address =
            address.replace("{elsewhere}", &self.elsewhere.uri()).replace("{studio}", &self.studio.uri());
        let is_url = address.starts_with("http");
        let image = if is_url { Image::Url(address) } else { Image::Stored(address) };
        let told = match load(media, Part::Image(image)).await {
            Ok(Part::Image(Image::Inline { media_type, base64 })) => {
                format!("{media_type} {}", STANDARD.decode(base64).unwrap().len())
            }
            Ok(Part::Image(Image::Url(url))) => format!("passed {url}"),
            Ok(other) => panic!("{other:?}"),
            Err(error) => error,
        };
        told.replace(&self.elsewhere.uri(), "{elsewhere}").replace(&self.studio.uri(), "{studio}")
    }
}

async fn load(media: &Media, part: Part) -> Result<Part, String> {
    let messages = vec![Message { role: Role::User, parts: vec![part] }];
    let request =
        ChatRequest { model: "m".to_owned(), messages, schema: None, parameters: Parameters::default() };
    match media.load(&request, TaskId::Id(7)).await {
        Ok(loaded) => Ok(loaded.messages[0].parts[0].clone()),
        Err(MediaError::Unusable(reason)) => Err(reason),
        Err(error) => Err(format!("passing: {error}")),
    }
}

/// The same image, compressed on its way by gzip.
const ZIPPED: &[u8] = b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x02\x03\xeb\x0c\xf0s\xe7\xe5\x92\xe2b``\xe0\xf5\xf4p\t\x02\xd2\x8c \x0c\x00\xef\xf4\xa3\xe7\x18\x00\x00\x00";

fn png() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_bytes(PNG)
}

fn redirect(target: &str) -> ResponseTemplate {
    ResponseTemplate::new(302).insert_header("location", target)
}

#[tokio::test]
async fn what_label_studio_keeps_is_fetched_with_its_key_and_where_it_leads_without() {
    let world = World::new().await;
    let presigned = format!("{}/bucket/a.png?X-Amz-Signature=s", world.elsewhere.uri());
    world.inside("/data/upload/1/a%20b.png", png()).await;
    world.inside("/data/local-files/", png()).await;
    world
        .inside("/tasks/7/resolve/", ResponseTemplate::new(303).insert_header("location", presigned.as_str()))
        .await;
    world.outside("/bucket/a.png", png()).await;
    let media = world.media(|_| ());
    for address in [
        "/data/upload/1/a b.png",
        "{studio}/data/upload/1/a%20b.png",
        "/data/local-files/?d=a.png",
        "s3://bucket/a.png",
        "{elsewhere}/bucket/a.png",
    ] {
        assert_eq!(world.load(&media, address).await, "image/png 24", "{address}");
    }
    let passing = world.media(|options| options.links = Links::Passed);
    let passed = "passed {elsewhere}/bucket/a.png?X-Amz-Signature=s";
    assert_eq!(world.load(&passing, "s3://bucket/a.png").await, passed);
    assert_eq!(world.load(&passing, "/data/local-files/?d=a.png").await, "image/png 24");
    assert_eq!(world.load(&passing, "{elsewhere}/a?b").await, "passed {elsewhere}/a?b");
    assert_eq!(world.load(&passing, "{studio}/data/upload/1/a%20b.png").await, "image/png 24");
}

#[tokio::test]
async fn a_password_stays_with_the_host_it_is_for() {
    let world = World::new().await;
    let key = basic_auth("ann", "secret");
    Mock::given(method("GET")).and(key).respond_with(png()).mount(&world.elsewhere).await;
    let address = world.elsewhere.uri().replace("://", "://ann:secret@") + "/a.png";
    let passing = world.media(|options| options.links = Links::Passed);
    assert_eq!(world.load(&passing, &address).await, "image/png 24");
}

#[tokio::test]
async fn what_label_studio_does_not_give_is_told_with_what_to_do() {
    let world = World::new().await;
    let status = |status: u16, body: &str| ResponseTemplate::new(status).set_body_string(body);
    world.inside("/data/upload/1/gone.png", status(500, "<!doctype html><title>Server Error</title>")).await;
    world.inside("/data/local-files/", status(403, "Serving local files is disabled")).await;
    world.inside("/tasks/7/resolve/", status(404, "")).await;
    world.inside("/data/upload/1/long.png", png().set_body_bytes(vec![0; (1 << 20) + 1])).await;
    let media = world.media(|_| ());
    let check = async |address: &str, expect: &str| {
        let told = world.load(&media, address).await;
        assert!(told.starts_with("the image `") && told.contains(expect), "{told}");
    };
    check("/data/upload/1/gone.png", "no such file any more, or cannot read it (500: a web page titled")
        .await;
    check("/data/local-files/?d=a.png", "Serving local files is disabled; its server needs `LABEL_").await;
    check("s3://bucket/a.png", "no storage for it (404); connect one").await;
    check("/data/upload/1/long.png", "it has more than 1 MB").await;
    check("/api/token/", "it is no address").await;
    check("/tasks/7/presign/x", "Label Studio has no such file").await;
    let none = Media::default();
    assert!(
        world.load(&none, "s3://bucket/a.png").await.contains("knows the way to; there is no Label Studio")
    );
    assert!(world.load(&none, "https://x.org/a.png").await.contains("nothing is fetched"));
}

#[tokio::test]
async fn a_refused_key_is_no_trouble_of_one_task() {
    let world = World::new().await;
    Mock::given(path_regex("^/data/")).respond_with(ResponseTemplate::new(401)).mount(&world.studio).await;
    let media = world.media(|_| ());
    let told = world.load(&media, "/data/upload/1/a.png").await;
    assert!(told.starts_with("passing: "), "{told}");
}

#[tokio::test]
async fn the_web_gives_what_it_has_and_its_faults_are_told() {
    let world = World::new().await;
    world.outside("/moved", redirect("/twice?a=1")).await;
    world.outside("/twice", redirect("a.png")).await;
    world.outside("/a.png", png()).await;
    world.outside("/round", redirect("/round")).await;
    world.outside("/away", redirect("ftp://h/a.png")).await;
    world.outside("/nowhere", ResponseTemplate::new(302)).await;
    world
        .outside("/page", ResponseTemplate::new(200).set_body_string("<!DOCTYPE html><html>Log in</html>"))
        .await;
    world.outside("/data/upload/1/a.png", ResponseTemplate::new(401)).await;
    world.outside("/private", ResponseTemplate::new(403)).await;
    world.outside("/busy", ResponseTemplate::new(503)).await;
    world.outside("/empty", ResponseTemplate::new(200)).await;
    let media = world.media(|_| ());
    let check = async |address: &str, expect: &str| {
        let told = world.load(&media, &format!("{{elsewhere}}{address}?key=secret")).await;
        assert!(told.contains(expect) && !told.contains("secret"), "{address}: {told}");
    };
    let zipped = ResponseTemplate::new(200).set_body_bytes(ZIPPED).insert_header("content-encoding", "gzip");
    world.outside("/zipped", zipped).await;
    check("/moved", "image/png 24").await;
    check("/zipped", "image/png 24").await;
    check("/round", "it redirects more than 5 times").await;
    check("/away", "it redirects to a `ftp:` address").await;
    check("/nowhere", "{elsewhere}/nowhere redirects (302) to nowhere").await;
    check("/page", "found a web page; does the address need a login?").await;
    check("/data/upload/1/a.png", "`--url` must have the same scheme, host and port").await;
    check("/private", "403 Forbidden; it is not public, or for that host's own pages only: download it")
        .await;
    check("/missing", "{elsewhere}/missing answers 404 Not Found; correct the address in the task").await;
    check("/busy", "passing: the image `{elsewhere}/busy`: ").await;
    check("/empty", "the file is empty").await;
    let told = world.load(&media, "{elsewhere}/private?X-Amz-Signature=secret").await;
    assert!(told.contains("the signature in the address has run out") && !told.contains("secret"), "{told}");
}

#[tokio::test]
async fn private_addresses_are_refused_also_after_a_redirect() {
    let world = World::new().await;
    let port = world.elsewhere.address().port();
    let presigned = format!("http://localhost:{port}/a.png");
    world
        .inside("/tasks/7/resolve/", ResponseTemplate::new(303).insert_header("location", presigned.as_str()))
        .await;
    world.inside("/data/upload/1/a.png", png()).await;
    let media = world.media(|options| options.hosts = Hosts::Public);
    for address in ["{elsewhere}/a.png", &presigned, "s3://bucket/a.png", "http://[::1]:1/a.png"] {
        let told = world.load(&media, address).await;
        assert!(told.contains("`--allow-private-addresses` allows it"), "{address}: {told}");
        assert!(told.starts_with("the image `"), "{told}");
    }
    assert_eq!(world.elsewhere.received_requests().await.unwrap().len(), 0);
    assert_eq!(world.load(&media, "/data/upload/1/a.png").await, "image/png 24");
}

#[tokio::test]
async fn an_image_in_a_task_is_what_its_content_says() {
    let media = World::new().await.media(|_| ());
    let check = async |media_type: &str, content: &[u8], expect: Result<&str, &str>| {
        let image = Image::Inline { media_type: media_type.to_owned(), base64: STANDARD.encode(content) };
        let found = match load(&media, Part::Image(image)).await {
            Ok(Part::Image(Image::Inline { media_type, .. })) => Ok(media_type),
            Ok(other) => panic!("{other:?}"),
            Err(error) => Err(error),
        };
        assert_eq!(found.as_deref().map_err(String::as_str), expect);
    };
    check("image/png", PNG, Ok("image/png")).await;
    check("image/jpeg", PNG, Ok("image/png")).await;
    let found =
        "the image `data:image/png`: expected an image in PNG, JPEG, WebP or GIF, found `application/pdf`";
    check("image/png", b"%PDF-1.7", Err(found)).await;
}

#[tokio::test]
async fn documents_are_files_with_a_name_and_nothing_else() {
    let world = World::new().await;
    world.inside("/data/upload/1/a.pdf", png().set_body_bytes(b"%PDF-1.7 ...".as_slice())).await;
    world.inside("/data/upload/1/a.png", png()).await;
    let media = world.media(|_| ());
    let check = async |address: &str, expect: Result<(&str, usize), &str>| {
        let loaded = load(&media, Part::Document(Document::Stored(address.to_owned()))).await;
        let found = loaded.as_ref().map(|part| match part {
            Part::Document(Document::Inline { name, base64 }) => (name.as_str(), base64.len()),
            other => panic!("{other:?}"),
        });
        assert_eq!(found.map_err(String::as_str), expect);
    };
    check("/data/upload/1/a.pdf", Ok(("a.pdf", 16))).await;
    let found = "the document `/data/upload/1/a.png`: expected a PDF file, found `image/png`";
    check("/data/upload/1/a.png", Err(found)).await;
}

#[tokio::test]
async fn texts_stand_in_place_of_their_addresses() {
    let world = World::new().await;
    world
        .inside(
            "/data/upload/1/a.txt",
            png()
                .set_body_bytes(b"caf\xe9".as_slice())
                .insert_header("content-type", "text/plain; charset=latin1"),
        )
        .await;
    world.inside("/data/upload/1/b.txt", png()).await;
    let media = world.media(|_| ());
    let form = |value_type: &str| {
        let xml = format!(
            r#"<View><Text name="t" value="$a.b" {value_type}/><Text name="u" value="$other"/><Choices name="c" toName="t"><Choice
            value="x"/></Choices></View>"#
        );
        Form::new(&LabelConfig::parse(&xml).unwrap(), &Wanted::default()).unwrap()
    };
    let task = |address: &str| {
        let data = json!({"a": {"b": address}, "other": "/data/upload/1/a.txt"});
        let data = data.as_object().cloned().unwrap();
        Task { id: TaskId::Id(7), data, annotations: Vec::new(), predictions: Vec::new() }
    };
    let (plain, linked) = (form(""), form(r#"valueType="url""#));
    assert_eq!(media.shown(&plain, &task("/data/upload/1/a.txt")).await.unwrap(), None);
    let shown = media.shown(&linked, &task("/data/upload/1/a.txt")).await.unwrap().unwrap();
    let content = linked.input.content(&shown).unwrap();
    assert_eq!(content, Content::Text("café".to_owned()));
    assert_eq!(shown.data["other"], "/data/upload/1/a.txt");
    let error = media.shown(&linked, &task("/data/upload/1/b.txt")).await.unwrap_err().to_string();
    assert!(error.starts_with("the text `/data/upload/1/b.txt`: it is no text in UTF-8"), "{error}");
}

#[tokio::test]
async fn files_of_this_machine_are_read_where_their_folder_is_named() {
    let world = World::new().await;
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.png"), PNG).unwrap();
    let root = |path: &Path| Some(path.to_owned());
    let media = world.media(|options| options.root = root(folder.path()));
    assert_eq!(world.load(&media, "./a.png").await, "image/png 24");
    assert_eq!(
        world.load(&media, &format!("file://{}/a.png", folder.path().display())).await,
        "image/png 24"
    );
    assert!(world.load(&media, "../a.png").await.starts_with("the image `../a.png`: "));
    let told = world.load(&world.media(|_| ()), "./a.png").await;
    assert!(told.contains("`--media-root DIR`"), "{told}");
}
