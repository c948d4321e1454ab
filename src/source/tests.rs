//! Files of tasks as a run reads them: formats told apart, selections, and what is refused before anything is paid for.

use std::fs;
use std::path::Path;

use futures::{StreamExt, TryStreamExt};
use tempfile::TempDir;

use super::file::FileSource;
use super::selection::{Only, Sample, Selection};
use crate::engine::ports::Source;
use crate::label::task::TaskId;

fn all() -> Selection {
    Selection { only: Only::All, ..Selection::default() }
}

/// Returns the tasks of a file, and checks that it gives the same ones again and as many as it said.
async fn read(path: &Path, selection: Selection) -> Result<Vec<TaskId>, String> {
    let source = FileSource::open(path, selection).await.map_err(|error| error.to_string())?;
    let mut first = Vec::new();
    for _ in 0..2 {
        first =
            source.tasks().map_ok(|task| task.id).try_collect().await.map_err(|error| error.to_string())?;
        assert_eq!(first.len() as u64, source.total());
    }
    Ok(first)
}

/// Reads a file with this name and content; in the expected error, `FILE` stands for its path.
async fn check(name: &str, content: &[u8], selection: Selection, expect: Result<&[TaskId], &str>) {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, content).unwrap();
    let found = read(&path, selection).await.map_err(|error| error.replace(path.to_str().unwrap(), "FILE"));
    assert_eq!(found, expect.map(<[_]>::to_vec).map_err(str::to_owned));
}

fn rows<const N: usize>(rows: [u64; N]) -> [TaskId; N] {
    rows.map(TaskId::Row)
}

#[tokio::test]
async fn the_extension_tells_the_format_and_without_one_the_first_character() {
    let expect = rows([1, 2]);
    for name in ["a.json", "a.jsonl", "a.ndjson", "a.JSON", "a"] {
        check(name, b"\xef\xbb\xbf{\"a\": 1}\n{\"a\": 2}\n", all(), Ok(&expect)).await;
        check(name, b" [{\"a\": 1},\n {\"a\": 2}]\n", all(), Ok(&expect)).await;
    }
    for name in ["a.csv", "a.tsv", "a.Tab", "a"] {
        check(name, b"\xef\xbb\xbftext\n1\n2\n", all(), Ok(&expect)).await;
    }
    let unknown = "cannot tell how `FILE` is written: expected a name that ends in `.json`, `.jsonl`, `.ndjson`, `.csv`, \
                   `.tsv`, `.tab`, found `.xlsx`; save or export it as one of these";
    check("a.xlsx", b"", all(), Err(unknown)).await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_by_name() {
    let folder = TempDir::new().unwrap();
    let error = read(&folder.path().join("none.json"), all()).await.unwrap_err();
    assert!(error.starts_with("cannot read `") && error.contains("none.json`: No such file"), "{error}");
    let error = read(folder.path(), all()).await.unwrap_err();
    assert!(error.ends_with("is a folder; name one file of tasks"), "{error}");
}

#[tokio::test]
async fn trouble_is_told_with_file_and_place_before_the_first_task() {
    let wide = "`FILE`, line 3: expected 2 values as in the header, found 1; put values that contain a line break in \
                double quotes, and a separator for each that is empty";
    check("a.csv", b"a,b\n1,2\n3\n", all(), Err(wide)).await;
    let not_text = |byte, position, line| {
        format!(
            "`FILE`: byte 0x{byte} at byte position {position} (line {line}) is not UTF-8; save the file as UTF-8"
        )
    };
    check("a.jsonl", b"{\"a\": 1}\n{\"a\": \"\xe9\"}\n", all(), Err(&not_text("E9", 16, 2))).await;
    check("a.json", b"[{\"a\": 1},\n{\"a\": \"\xe9\"}]", all(), Err(&not_text("E9", 18, 2))).await;
    check("a.csv", b"text\nab\ncaf\xe9\n", all(), Err(&not_text("E9", 11, 3))).await;
    check("a.csv", b"\xff\xfet\0", all(), Err(&not_text("FF", 0, 1))).await;
}

#[tokio::test]
async fn an_id_given_twice_is_refused_with_both_places() {
    let tasks = br#"[{"id": 7, "data": {}}, {"id": 8, "data": {}}, {"id": 7, "data": {}}]"#;
    let expect = "`FILE`: number 1 and number 3 of its tasks both have the id 7; remove one of them, or leave out the \
                  ids";
    check("a.json", tasks, all(), Err(expect)).await;
    check("a.jsonl", b"{\"id\": 7}\n{\"id\": 7}\n", all(), Ok(&rows([1, 2]))).await;
}

#[tokio::test]
async fn empty_files_are_refused_unless_no_task_is_what_they_say() {
    check("a.json", b"[]", all(), Ok(&[])).await;
    check("a.jsonl", b"", all(), Ok(&[])).await;
    check("a.csv", b"text\n", all(), Ok(&[])).await;
    check("a.json", b"", all(), Err("`FILE`: it is empty; expected an array of tasks (`[]` for none)")).await;
    let header = "`FILE`: it is empty; expected a first line with the names of the columns";
    check("a.csv", b"\n\n", all(), Err(header)).await;
}

const MIXED: &[u8] = br#"[
    {"id": 11, "data": {}},
    {"id": 12, "data": {}, "annotations": [{"result": [], "was_cancelled": false}]},
    {"id": 13, "data": {}, "predictions": [{"model_version": "v", "result": []}]},
    {"id": 14, "data": {}, "predictions": [{"model_version": "v2", "result": []}, 9]},
    {"data": {}}
]"#;

#[tokio::test]
async fn a_selection_narrows_by_what_is_there_by_ids_and_by_number() {
    let version = Selection { model_version: "v".to_owned(), ..Selection::default() };
    let unlabeled = Selection { only: Only::Unlabeled, ..version.clone() };
    let some_ids = Selection { ids: Some(vec![5..=11, 13..=13]), ..all() };
    let limit = |limit| Selection { limit: Some(limit), ..version.clone() };
    for (selection, expect) in [
        (version.clone(), &[11, 12, 14, 5][..]),
        (unlabeled, &[11, 13, 14, 5]),
        (all(), &[11, 12, 13, 14, 5]),
        (some_ids, &[11, 13, 5]),
        (limit(2), &[11, 12]),
        (limit(0), &[]),
        (limit(9), &[11, 12, 14, 5]),
    ] {
        let id = |number: &u64| if *number == 5 { TaskId::Row(5) } else { TaskId::Id(*number) };
        let expect: Vec<_> = expect.iter().map(id).collect();
        check("a.json", MIXED, selection, Ok(&expect)).await;
    }
}

#[tokio::test]
async fn what_comes_after_the_limit_need_not_be_sound() {
    let tasks = b"{\"a\": 1}\n{\"a\": 2}\nbroken\n";
    check("a.jsonl", tasks, Selection { limit: Some(1), ..all() }, Ok(&rows([1]))).await;
}

#[tokio::test]
async fn a_sample_is_spread_over_the_file_and_keeps_its_order() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.csv");
    fs::write(&path, format!("text\n{}", "x\n".repeat(1000))).unwrap();
    let sample = |size, seed| Selection { sample: Some(Sample { size, seed }), ..all() };
    let one = read(&path, sample(20, 1)).await.unwrap();
    assert_eq!(one.len(), 20);
    assert!(one.is_sorted());
    assert!(one[0] < TaskId::Row(250) && TaskId::Row(750) < one[19], "{one:?}");
    assert_eq!(read(&path, sample(20, 1)).await.unwrap(), one);
    assert_ne!(read(&path, sample(20, 2)).await.unwrap(), one);
    assert_eq!(read(&path, sample(5000, 1)).await.unwrap().len(), 1000);
    let limited = Selection { limit: Some(3), ..sample(20, 1) };
    assert_eq!(read(&path, limited).await.unwrap(), one[..3]);
}

#[tokio::test]
async fn the_reader_waits_for_whoever_takes_the_tasks() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.jsonl");
    fs::write(&path, "{\"a\": 1}\n".repeat(100_000)).unwrap();
    let source = FileSource::open(&path, all()).await.unwrap();
    assert_eq!(source.total(), 100_000);
    let mut tasks = source.tasks();
    assert_eq!(tasks.next().await.unwrap().unwrap().id, TaskId::Row(1));
    // Cut off what the reader cannot have seen yet: it is not further ahead than its channel and its buffer.
    fs::write(&path, "{\"a\": 1}\n".repeat(20_000)).unwrap();
    assert_eq!(tasks.count().await, 19_999);
}

#[tokio::test]
async fn a_reader_nobody_listens_to_ends() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("a.jsonl");
    fs::write(&path, "{\"a\": 1}\n".repeat(10_000)).unwrap();
    let source = FileSource::open(&path, all()).await.unwrap();
    for _ in 0..600 {
        // More streams than the pool has threads: they can only all begin if those dropped before have ended.
        assert!(source.tasks().next().await.unwrap().is_ok());
    }
}

#[tokio::test]
#[cfg(unix)]
async fn a_pipe_is_read_like_a_file() {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("tasks.jsonl");
    assert!(std::process::Command::new("mkfifo").arg(&path).status().unwrap().success());
    let writer = tokio::task::spawn_blocking({
        let path = path.clone();
        move || fs::write(path, "{\"a\": 1}\n{\"a\": 2}\n").unwrap()
    });
    assert_eq!(read(&path, all()).await.unwrap(), rows([1, 2]));
    writer.await.unwrap();
}
