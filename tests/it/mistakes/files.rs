//! Files that are read or written: missing, broken, or not what they should be.

use super::{Book, REST, TASKS, mistake};
use crate::support::llm::Llm;

#[test]
fn bad_tasks_are_named_by_their_line() {
    let named =
        |what, name: &str| mistake(what, format!("run --tasks {name} --label-config config.xml {REST}"));
    let with = |what, name: &str, content: &[u8]| named(what, name).file(name, content);
    let mistakes = [
        named("no such file", "task.csv"),
        named("a folder", "folder.csv"),
        with("a format nobody reads", "tasks.xlsx", b"PK"),
        with("an empty table", "empty.csv", b""),
        with("a table with a header only", "header.csv", b"text\n"),
        with("an empty document", "empty.json", b" \n"),
        with("not UTF-8", "latin.csv", b"text\nfine\ncaf\xe9\n"),
        with("a longer row", "wide.csv", b"text\nfine\nHello, world\n"),
        with("a shorter row", "short.csv", b"id,text\n1,a\n2\n"),
        with("a column twice", "twice.csv", b"text,mood,text\na,b,c\n"),
        with("a column without a name", "pandas.csv", b",text\n0,a\n"),
        with("a quote that is never closed", "quote.csv", b"text\nfine\n\"open\nrest\n"),
        with("text after a closed quote", "after.csv", b"text\n\"He said \"hi\"\"\n"),
        with("broken JSON", "broken.json", b"[\n  {\"text\": \"a\"},\n  {\"text\": }\n]\n"),
        with("JSON that ends too soon", "cut.json", b"[{\"text\": \"a\"},"),
        with("texts instead of tasks", "texts.json", b"[\"a\", \"b\"]"),
        with("a text instead of tasks", "text.json", b"\"a\""),
        with("a broken line", "broken.jsonl", b"{\"text\": \"a\"}\n{\"text\": \"b\"\n{\"text\": \"c\"}\n"),
        with("a number on a line", "number.jsonl", b"{\"text\": \"a\"}\n7\n"),
        with("an id twice", "twice.json", b"[{\"id\": 7, \"data\": {}}, {\"id\": 7, \"data\": {}}]"),
        with("an id that is a word", "word.json", b"[{\"id\": \"x7\", \"data\": {\"text\": \"a\"}}]"),
        with("annotations that are none", "odd.json", b"[{\"data\": {}, \"annotations\": {}}]"),
        with(
            "the field is missing in a later task",
            "later.jsonl",
            b"{\"text\": \"good\"}\n{\"txt\": \"b\"}\n",
        ),
        with("the field is null in a later task", "null.jsonl", b"{\"text\": \"good\"}\n{\"text\": null}\n"),
        named("ids where tasks have none", "tasks.csv --ids 5"),
    ];
    Book::new().compare("tasks", &mistakes);
}

#[test]
fn a_task_that_lacks_a_field_is_named() {
    let llm = Llm::start();
    let with = |what, content: &str| {
        let line =
            "run --tasks tasks.jsonl --label-config config.xml --prompt prompt.txt --dry-run --concurrency 1";
        mistake(what, line).file("tasks.jsonl", content).env("OPENAI_BASE_URL", &llm.base_url())
    };
    let mistakes = [
        with("all", "{\"txt\": \"a\"}\n{\"txt\": \"b\"}\n"),
        with("the first", "{\"txt\": \"a\"}\n{\"text\": \"b\"}\n"),
        with("the first has null", "{\"text\": null}\n{\"text\": \"b\"}\n"),
        with("the first, in another field of the prompt", "{\"text\": \"a\"}\n")
            .file("prompt.txt", "{text} in {language}"),
        with("a later one", "{\"text\": \"a\"}\n{\"txt\": \"b\"}\n"),
        with("a later one has null", "{\"text\": \"a\"}\n{\"text\": null}\n"),
        with("a later one has an empty text", "{\"text\": \"a\"}\n{\"text\": \" \"}\n"),
    ];
    Book::new().showing(&llm.url(), "http://model").compare("fields", &mistakes);
}

#[test]
fn what_cannot_be_written_is_refused_before_anything_is_asked() {
    let output = |what, name: &str| {
        let rest = "--prompt prompt.txt --provider keyword";
        mistake(what, format!("run {TASKS} {rest} --output {name}"))
    };
    let run = |what, flags: &str| mistake(what, format!("run {TASKS} {REST} {flags}"));
    let mistakes = [
        output("a format nobody writes", "out.parquet"),
        output("a name without an extension", "out"),
        output("a folder that is not there", "results/out.jsonl"),
        output("a folder", "folder.csv"),
        output("the tasks' own file", "tasks.csv"),
        run("a summary in a folder that is not there", "--summary results/summary.json"),
        run("a summary that is a folder", "--summary folder.csv"),
        run("a summary over the tasks", "--summary ./tasks.csv"),
        output("a summary over the output", "out.jsonl --summary ./out.jsonl"),
    ];
    Book::new().compare("outputs", &mistakes);
}

#[test]
fn a_bad_file_of_predictions_is_refused() {
    let push = |what, name: &str| mistake(what, format!("push {name} --project 12"));
    let mistakes = [
        push("no such file", "out.jsonl"),
        push("a format nobody reads", "out.txt").file("out.txt", "x"),
        push("a folder", "folder.csv"),
        push("a broken line", "out.jsonl").file("out.jsonl", "{\"id\": 1,\n"),
        push("a summary over the file", "out.jsonl --summary out.jsonl").file("out.jsonl", ""),
    ];
    let keyed = mistakes.map(|mistake| mistake.env("LABEL_STUDIO_API_KEY", "0123abcd"));
    Book::new().hiding("0123abcd").compare("pushed_files", &keyed);
}
