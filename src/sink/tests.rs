//! Predictions as a run writes them: what is in the file, when it appears, and what is refused before the run.

use std::fs;
use std::path::Path;

use serde_json::{Map, Value, json};
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, duplex};

use super::{jsonl, open, part_path, stream::StreamSink};
use crate::engine::ports::{Error, Sink};
use crate::label::prediction::{Labeled, Prediction, Region};
use crate::label::task::{Task, TaskId};

fn labeled(id: TaskId) -> Labeled {
    let region = Region {
        id: "al00000000000000aa".to_owned(),
        from_name: "mood".to_owned(),
        to_name: "text".to_owned(),
        kind: "choices".to_owned(),
        value: json!({"choices": ["yes"]}),
        score: None,
        extra: Map::new(),
    };
    let data = Map::from_iter([("text".to_owned(), Value::from("é\n"))]);
    Labeled {
        task: Task { id, data, annotations: Vec::new(), predictions: Vec::new() },
        prediction: Prediction { result: vec![region], score: None, model_version: "m".to_owned() },
        unfilled: Vec::new(),
    }
}

fn batch(ids: &[u64]) -> Vec<Labeled> {
    ids.iter().map(|id| labeled(TaskId::Id(*id))).collect()
}

/// Returns the line a task gets.
fn line(id: u64) -> String {
    let start = format!(r#"{{"id":{id},"data":{{"text":"é\n"}},"predictions":[{{"model_version":"m","#);
    let region = r#"{"id":"al00000000000000aa","from_name":"mood","to_name":"text","type":"choices","#;
    format!(r#"{start}"result":[{region}"value":{{"choices":["yes"]}}}}]}}]}}"#)
}

fn array(ids: &[u64]) -> String {
    let lines: Vec<_> = ids.iter().map(|id| line(*id)).collect();
    format!("[\n{}\n]\n", lines.join(",\n"))
}

fn sink(path: &Path) -> Box<dyn Sink> {
    open(path, &["mood".to_owned()], None).unwrap()
}

/// Writes these deliveries to a file of this name and expects this in it, and nothing beside it.
async fn check(name: &str, deliveries: &[&[u64]], expect: &str) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    let mut sink = sink(&path);
    for ids in deliveries {
        sink.deliver(&batch(ids)).await.unwrap();
        assert!(!path.exists());
    }
    sink.finish(true).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), expect);
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[tokio::test]
async fn the_same_answers_in_any_order_give_the_same_bytes() {
    let json = array(&[3, 7, 20]);
    check("a.json", &[&[3, 7, 20]], &json).await;
    check("a.json", &[&[20], &[7, 3]], &json).await;
    check("a.JSON", &[&[7], &[3], &[20]], &json).await;
    let lines = format!("{}\n{}\n", line(3), line(7));
    check("a.jsonl", &[&[3, 7]], &lines).await;
    check("a.ndjson", &[&[7], &[3]], &lines).await;
    let row = |id| format!("{id},\"é\n\",yes,m,\n");
    let table = format!("id,text,mood,model_version,score\n{}{}", row(3), row(7));
    check("a.csv", &[&[3, 7]], &table).await;
    check("a.csv", &[&[7], &[3]], &table).await;
}

#[tokio::test]
async fn no_predictions_make_a_file_that_says_so() {
    check("a.json", &[], "[\n]\n").await;
    check("a.jsonl", &[], "").await;
    check("a.csv", &[], "id,mood,model_version,score\n").await;
}

#[tokio::test]
async fn a_task_without_an_id_is_written_without_one() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.jsonl");
    let mut sink = sink(&path);
    sink.deliver(&[labeled(TaskId::Row(1))]).await.unwrap();
    sink.finish(true).await.unwrap();
    assert!(fs::read_to_string(path).unwrap().starts_with(r#"{"data":{"text""#));
}

#[tokio::test]
async fn a_run_that_stopped_leaves_the_old_file_and_a_part_that_can_be_read() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.json");
    fs::write(&path, "old").unwrap();
    fs::write(part_path(&path), "what an earlier run left, longer than what comes now".repeat(100)).unwrap();
    let mut sink = sink(&path);
    for (ids, expect) in [(&[5][..], &[5][..]), (&[2], &[5, 2])] {
        sink.deliver(&batch(ids)).await.unwrap();
        assert_eq!(
            fs::read_to_string(part_path(&path)).unwrap(),
            array(expect),
            "readable after each delivery"
        );
    }
    sink.finish(false).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    assert_eq!(fs::read_to_string(part_path(&path)).unwrap(), array(&[5, 2]));
}

#[tokio::test]
async fn a_run_that_wrote_nothing_changes_nothing() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.json");
    sink(&path).finish(false).await.unwrap();
    assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 0);

    fs::write(part_path(&path), "what an earlier run left").unwrap();
    sink(&path).finish(false).await.unwrap();
    assert_eq!(fs::read_to_string(part_path(&path)).unwrap(), "what an earlier run left");
}

#[tokio::test]
async fn an_old_file_is_replaced_whole_at_the_end() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.json");
    fs::write(&path, "old").unwrap();
    let mut sink = sink(&path);
    sink.deliver(&batch(&[1])).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), "old");
    sink.finish(true).await.unwrap();
    assert_eq!(fs::read_to_string(&path).unwrap(), array(&[1]));
}

#[tokio::test]
#[cfg(unix)]
async fn a_link_stays_and_what_it_names_is_replaced() {
    let folder = TempDir::new().unwrap();
    let [file, link] = ["file.json", "link.json"].map(|name| folder.path().join(name));
    fs::write(&file, "old").unwrap();
    std::os::unix::fs::symlink(&file, &link).unwrap();
    sink(&link).finish(true).await.unwrap();
    assert!(link.is_symlink());
    assert_eq!(fs::read_to_string(&file).unwrap(), "[\n]\n");
}

#[tokio::test]
#[cfg(unix)]
async fn what_is_no_file_is_never_replaced() {
    let folder = TempDir::new().unwrap();
    let [socket, link, dangling] =
        ["socket.json", "link.json", "dangling.json"].map(|name| folder.path().join(name));
    let _listener = std::os::unix::net::UnixListener::bind(&socket).unwrap();
    std::os::unix::fs::symlink(&socket, &link).unwrap();
    std::os::unix::fs::symlink(folder.path().join("none.json"), &dangling).unwrap();
    for target in [socket, link, dangling] {
        let reason = refusal(&target, None);
        assert!(reason.contains("expected a file, found a pipe, a device or a link to nothing"), "{reason}");
        assert!(!part_path(&target).exists());
    }
}

fn refusal(target: &Path, input: Option<&Path>) -> String {
    match open(target, &[], input) {
        Err(Error::Input(reason)) => reason,
        Err(error) => panic!("another kind of error: {error}"),
        Ok(_) => panic!("{} was opened", target.display()),
    }
}

#[tokio::test]
async fn what_can_never_be_written_is_refused_at_once() {
    let folder = TempDir::new().unwrap();
    let path = |name: &str| folder.path().join(name);
    let expect = |name: &str, reason: &str| format!("cannot write `{}`: {reason}", path(name).display());

    fs::create_dir(path("folder.json")).unwrap();
    assert_eq!(refusal(&path("folder.json"), None), expect("folder.json", "it is a folder; name a file"));

    let missing = format!("there is no folder `{}`; create it first", path("none").display());
    assert_eq!(refusal(&path("none/a.json"), None), expect("none/a.json", &missing));

    fs::write(path("tasks.json"), "[]").unwrap();
    let input = folder.path().join(".").join("tasks.json");
    let same = expect("tasks.json", "the tasks are read from it; choose another name");
    assert_eq!(refusal(&path("tasks.json"), Some(&input)), same);
    assert_eq!(fs::read_to_string(path("tasks.json")).unwrap(), "[]");

    let first = sink(&path("a.json"));
    let busy = format!("another run is writing `{}`; wait for its end", path("a.json.part").display());
    assert_eq!(refusal(&path("a.json"), None), expect("a.json", &busy));
    drop(first);
    assert!(open(&path("a.json"), &[], None).is_ok());

    let unknown = "expected a name that ends in `.jsonl`, `.ndjson`, `.json`, `.csv`, or `-` for JSON Lines on standard \
                   output";
    for name in ["a.xml", "a"] {
        assert_eq!(refusal(Path::new(name), None), format!("cannot tell how to write `{name}`: {unknown}"));
    }
}

#[tokio::test]
async fn a_stream_gets_its_lines_at_once_and_in_the_order_of_the_answers() {
    let (mut reader, writer) = duplex(1 << 20);
    let mut sink = StreamSink::new(writer, (jsonl::FORMAT.layout)(&[]));
    let mut read = vec![0; 2 * line(7).len() + 2];
    sink.deliver(&batch(&[7, 3])).await.unwrap();
    reader.read_exact(&mut read).await.unwrap();
    assert_eq!(String::from_utf8(read).unwrap(), format!("{}\n{}\n", line(7), line(3)));
    sink.finish(true).await.unwrap();
}

#[tokio::test]
async fn a_reader_that_went_away_is_told_apart_from_a_failure() {
    let (reader, writer) = duplex(16);
    drop(reader);
    let mut sink = StreamSink::new(writer, (jsonl::FORMAT.layout)(&[]));
    let broken_off = sink.deliver(&batch(&[1])).await.unwrap_err();
    assert!(matches!(broken_off.error, Error::Closed));
}

#[tokio::test]
#[cfg(target_os = "linux")]
async fn a_full_disk_is_an_error_with_its_reason() {
    let full = tokio::fs::OpenOptions::new().write(true).open("/dev/full").await.unwrap();
    let mut sink = StreamSink::new(full, (jsonl::FORMAT.layout)(&[]));
    let error = sink.deliver(&batch(&[1])).await.unwrap_err().error.to_string();
    assert!(error.starts_with("cannot write to standard output: No space left on device"), "{error}");
}
