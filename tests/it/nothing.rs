//! Where there is nothing to do, that is said, and it is no failure.

use serde_json::json;

use crate::support::story::{MOODS, Story};

#[test]
fn no_task_is_no_failure() {
    let check = |args: &[&str], words: &str| {
        let story = Story::many(2).program(|program| program.file("config.xml", MOODS).file("t.json", "[]"));
        for task in &story.tasks {
            story.studio.annotate(*task, &json!([]));
        }
        let outcome = story.run(args);
        outcome.assert_code(0).assert_tells("nothing to do:").assert_tells(words);
        assert_eq!((story.llm.count(), story.studio.bulk_calls()), (0, 0));
    };
    check(&["--only", "unlabeled"], "is without an annotation");
    let file = ["--tasks", "t.json", "--label-config", "config.xml", "--output", "-"];
    check(&file, "no task of t.json");
    check(&[&file[..], &["--only", "all"]].concat(), "no task in t.json");
}

#[test]
fn an_empty_project_is_no_failure() {
    let story = Story::new(&[]);
    story.run(&[]).assert_code(0).assert_tells("nothing to do:");
    story.run(&["--only", "all"]).assert_code(0).assert_tells("no task in project");
}

#[test]
fn the_output_is_empty_or_as_it_was() {
    for (name, content) in [("out.json", "[\n]\n"), ("out.jsonl", "")] {
        for earlier in [None, Some("what was there")] {
            let story = Story::new(&[]);
            if let Some(text) = earlier {
                std::fs::write(story.program.path(name), text).expect("the folder is writable");
            }
            story.run(&["--output", name]).assert_code(0).assert_tells("nothing to do:");
            assert_eq!(story.program.read(name), earlier.unwrap_or(content));
            assert!(!story.program.path(&format!("{name}.part")).exists());
        }
    }
    let story = Story::new(&[]);
    story.run(&["--output", "out.csv"]).assert_code(0);
    assert!(story.program.read("out.csv").contains("mood"), "the header stands alone");
    assert_eq!(story.run(&["--output", "-"]).assert_code(0).stdout, "");
}
