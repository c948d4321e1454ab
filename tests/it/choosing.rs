//! Which tasks a run takes: views, ids, samples, limits, annotations; and tasks that come and go meanwhile.

use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::gate::Gate;
use crate::support::story::{MOODS, Story, model};
use crate::support::studio::Studio;

fn filter(field: &str, operator: &str, value: &Value) -> Value {
    let kind = if value.is_number() { "Number" } else { "String" };
    json!({"filter": format!("filter:tasks:{field}"), "operator": operator, "type": kind, "value": value})
}

fn view(conjunction: &str, filters: &[Value]) -> Value {
    json!({"title": "Mine", "filters": {"conjunction": conjunction, "items": filters}})
}

/// Returns a story of 60 tasks, of which every third is a letter, and most others are notes.
fn letters() -> Story {
    let data = (1..=60_usize).map(|number| {
        let kind = ["a letter", "a note", "a note"][number % 3];
        json!({"text": format!("{kind}, number {number}"), "nr": number})
    });
    Story::with(Studio::start(), model(), (MOODS, &data.collect::<Vec<_>>()))
}

/// Runs and returns which tasks got a prediction, counted from 1.
fn chosen(story: &Story, args: &[&str]) -> Vec<usize> {
    story.run(args).assert_code(0);
    assert!(story.predicted().iter().all(|predicted| !predicted.contains(',')), "{:?}", story.predicted());
    let predicted = story.predicted().into_iter().enumerate();
    predicted.filter(|(_, predicted)| !predicted.is_empty()).map(|(index, _)| index + 1).collect()
}

#[test]
fn a_view_takes_what_it_shows_page_by_page() {
    let story = letters();
    let filters = [filter("data.text", "contains", &json!("letter")), filter("data.nr", "less", &json!(55))];
    let view = story.studio.view(story.project, &view("and", &filters));
    let view = view.to_string();
    let expect: Vec<usize> = (1..55).filter(|number| number % 3 == 0).collect();
    assert_eq!(chosen(&story, &["--view", &view]), expect);
    assert_eq!(story.llm.count(), expect.len());
    let requests = story.studio.host().requests();
    let pages: Vec<_> = requests.iter().filter(|request| request.route() == "GET /api/tasks").collect();
    assert!(pages.iter().all(|page| !page.query.contains("view=")), "a query beside a view is ignored");
    assert!(pages.iter().any(|page| page.query.contains("greater") && page.query.contains("letter")));
    story.run(&["--view", &view]).assert_code(0).assert_tells("nothing to do");
}

#[test]
fn a_view_that_joins_by_or_takes_each_task_once() {
    let story = letters();
    let filters = [filter("data.text", "contains", &json!("letter")), filter("data.nr", "less", &json!(10))];
    let view = story.studio.view(story.project, &view("or", &filters));
    let expect: Vec<usize> = (1..=60).filter(|number| number % 3 == 0 || *number < 10).collect();
    assert_eq!(chosen(&story, &["--view", &view.to_string()]), expect);
    assert_eq!(story.llm.count(), expect.len());
}

#[test]
fn a_view_and_ids_hold_at_once() {
    let story = letters();
    let view = story.studio.view(story.project, &view("and", &[filter("data.nr", "less", &json!(10))]));
    let ids = format!("{},{}-{}", story.tasks[2], story.tasks[7], story.tasks[30]);
    assert_eq!(chosen(&story, &["--view", &view.to_string(), "--ids", &ids]), [3, 8, 9]);
}

#[test]
fn a_view_that_is_not_there_is_told_with_those_that_are() {
    let story = letters();
    let mine = story.studio.view(story.project, &view("and", &[]));
    let (other, _) = story.studio.project(MOODS, &[]);
    let theirs = story.studio.view(other, &view("and", &[]));
    let named = format!("project {} has {mine} `Mine`", story.project);
    story.run(&["--view", "999"]).assert_code(3).assert_tells("there is no view 999").assert_tells(&named);
    let belongs = format!("view {theirs} belongs to project {other}");
    story.run(&["--view", &theirs.to_string()]).assert_code(3).assert_tells(&belongs);
    assert_eq!(story.llm.count(), 0);
}

#[test]
fn ids_and_a_limit_choose_and_missing_ones_are_named() {
    let story = letters();
    let (first, last) = (story.tasks[0], story.tasks[59]);
    let ids = format!("{first},{},{last},9999", story.tasks[5]);
    let outcome = story.run(&["--ids", &ids, "--model-version", "v1"]);
    outcome.assert_code(0).assert_tells("left out: tasks 9999");
    assert_eq!(story.llm.count(), 3);
    let ids = format!("{first}-{last}");
    assert_eq!(chosen(&story, &["--ids", &ids, "--limit", "2", "--model-version", "v1"]), [1, 2, 3, 6, 60]);
    story.run(&["--ids", "9998,9999"]).assert_code(3).assert_tells("none of the tasks 9998, 9999");
    story.run(&["--ids", "9000-9999"]).assert_code(3).assert_tells("none of the tasks 9000-9999");
}

#[test]
fn a_sample_is_the_same_for_the_same_seed() {
    let story = letters();
    let sample = |seed: &str| {
        let outcome = story.run(&["--sample", "7", "--seed", seed, "--dry-run", "--only", "all"]);
        outcome.assert_code(0);
        let mut ids: Vec<u64> = outcome.stdout.lines().map(id).collect();
        ids.sort_unstable();
        ids
    };
    assert_eq!((sample("1"), sample("1").len()), (sample("1"), 7));
    assert_ne!(sample("1"), sample("2"));
    let labeled = chosen(&story, &["--sample", "7", "--seed", "1"]);
    assert_eq!(labeled.len(), 7);
    assert_eq!(chosen(&story, &["--sample", "7", "--seed", "1"]), labeled, "and then there is nothing to do");
}

fn id(line: &str) -> u64 {
    let task: Value = serde_json::from_str(line).expect("each line is a task");
    task["id"].as_u64().expect("it has an id")
}

#[test]
fn unlabeled_tasks_are_those_without_an_annotation_that_counts() {
    let story = Story::many(4);
    story.studio.annotate(story.tasks[0], &json!([]));
    story.studio.skip(story.tasks[1]);
    let region = json!([{"from_name": "mood", "to_name": "text", "type": "choices", "value": {"choices": ["negative"]}}]);
    story.studio.predict(story.tasks[2], "theirs", &region);
    story.run(&["--only", "unlabeled", "--model-version", "v1"]).assert_code(0);
    let expect = ["", "v1: mood=positive", "theirs: mood=negative, v1: mood=positive", "v1: mood=positive"];
    assert_eq!(story.predicted(), expect);
    story
        .run(&["--only", "unlabeled", "--model-version", "v1"])
        .assert_code(0)
        .assert_tells("nothing new for 3 tasks:");
    assert_eq!(story.predicted(), expect);
    for task in &story.tasks {
        story.studio.annotate(*task, &json!([]));
    }
    let outcome = story.run(&["--only", "unlabeled"]);
    outcome.assert_code(0).assert_tells("nothing to do").assert_tells("is without an annotation");
}

#[test]
fn tasks_that_come_and_go_during_a_run_neither_hide_nor_repeat_others() {
    // More than two pages: one is read ahead.
    let story = Story::many(300);
    let gate = Gate::new();
    let busy = json!({"error": {"message": "busy"}});
    story.llm.script(1, Canned::json(503, &busy).header("retry-after", "0").held(&gate));
    let running = story.start(&["--model-version", "v1", "--concurrency", "1"]);
    gate.wait_for_arrivals(1);
    for gone in [5, 200] {
        story.studio.delete_task(story.tasks[gone]);
    }
    let late = story.studio.add_task(story.project, &json!({"text": "a late one"}));
    gate.open();
    let outcome = story.wait(running);
    // A task that was read before it was deleted is a failure with its reason; the others are not disturbed.
    outcome.assert_code(4).assert_tells(&format!(
        "task {}: not accepted at the destination: it is not in project",
        story.tasks[5]
    ));
    outcome.assert_tells("1 of 300 tasks got no prediction");
    let left = story.tasks.iter().enumerate().filter(|(index, _)| ![5, 200].contains(index));
    for task in left.map(|(_, task)| *task).chain([late]) {
        assert_eq!(story.studio.predictions(task).len(), 1, "task {task}");
    }
}
