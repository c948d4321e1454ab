//! Selections of a project's tasks, against a Label Studio in memory.

use std::ops::RangeInclusive;

use serde_json::{Value, json};

use super::*;
use crate::label::task::TaskId;
use crate::source::selection::Sample;
use crate::studio::fake::{Fake, PROJECT};

fn all() -> Selection {
    Selection { only: Only::All, model_version: "v1".to_owned(), ..Selection::default() }
}

async fn open(fake: &Fake, view: Option<u64>, selection: &Selection) -> Result<StudioSource, StudioError> {
    StudioSource::open(Arc::clone(&fake.studio), PROJECT, view, selection).await
}

async fn tasks(fake: &Fake, view: Option<u64>, selection: &Selection) -> Result<Vec<Task>, String> {
    let source = open(fake, view, selection).await.map_err(|error| error.to_string())?;
    source.tasks().try_collect().await.map_err(|error| error.to_string())
}

async fn check(fake: &Fake, view: Option<u64>, selection: &Selection, expect: &str) {
    let found = match tasks(fake, view, selection).await {
        Ok(tasks) => {
            for task in &tasks {
                assert!(task.data["text"].is_string(), "{task:?}");
            }
            let ids: Vec<String> =
                tasks.iter().filter_map(|task| task.id.studio()).map(|id| id.to_string()).collect();
            ids.join(" ")
        }
        Err(error) => error,
    };
    assert_eq!(found, expect);
}

fn view(id: u64, project: u64, conjunction: &str, items: &Value) -> Value {
    let filters = json!({ "conjunction": conjunction, "items": items });
    let selected = json!({ "all": false, "included": [2] });
    json!({ "id": id, "project": project,
        "data": { "title": "Mine", "filters": filters, "ordering": ["-tasks:id"], "selectedItems": selected } })
}

fn contains(text: &str) -> Value {
    json!({ "filter": "filter:tasks:data.text", "operator": "contains", "type": "String", "value": text })
}

#[tokio::test]
async fn every_task_of_a_large_project_comes_once_and_in_order() {
    let fake = Fake::start(1203).await;
    let found = tasks(&fake, None, &all()).await.unwrap();
    let expect: Vec<TaskId> = (1..=1203).map(TaskId::Id).collect();
    assert_eq!(found.iter().map(|task| task.id).collect::<Vec<_>>(), expect);
    // Pages of 20, 100, 500 and 500, and the rest.
    assert_eq!(fake.requests("GET /api/tasks"), 5);
}

#[tokio::test]
async fn pages_of_tasks_with_images_in_them_are_small() {
    let fake = Fake::start(40).await;
    for task in fake.world().tasks.values_mut() {
        task.text = "i".repeat(1_000_000);
    }
    assert_eq!(tasks(&fake, None, &all()).await.unwrap().len(), 40);
    // 20 at first, when nobody knows, then 3 or 4 at a time.
    let requests = fake.requests("GET /api/tasks");
    assert!((6..=8).contains(&requests), "{requests}");
}

#[tokio::test]
async fn one_page_is_fetched_ahead_and_no_more() {
    let fake = Fake::start(5000).await;
    let source = open(&fake, None, &all()).await.unwrap();
    let mut stream = source.tasks();
    stream.try_next().await.unwrap().unwrap();
    while fake.requests("GET /api/tasks") < 2 {
        tokio::task::yield_now().await;
    }
    // Nobody takes a task now, so whatever else may happen has all the time to.
    for _ in 0..1000 {
        tokio::task::yield_now().await;
    }
    assert_eq!(fake.requests("GET /api/tasks"), 2);
    drop(stream);
}

#[tokio::test]
async fn predictions_posted_meanwhile_hide_no_task() {
    let fake = Fake::start(1200).await;
    let selection = Selection { only: Only::Unpredicted, ..all() };
    let source = open(&fake, None, &selection).await.unwrap();
    let mut stream = source.tasks();
    let mut seen = 0;
    while let Some(task) = stream.try_next().await.unwrap() {
        fake.world().predict(task.id.studio().unwrap(), "v1", "al0000000000000001");
        seen += 1;
    }
    assert_eq!(seen, 1200);
}

#[tokio::test]
async fn a_page_that_does_not_advance_is_an_error_and_no_loop() {
    let fake = Fake::start(700).await;
    fake.world().is_stuck = true;
    let error = tasks(&fake, None, &all()).await.unwrap_err();
    assert!(error.contains("task 1 where only ids above 20 were asked for"), "{error}");
}

#[tokio::test]
async fn unpredicted_looks_twice_where_a_version_contains_ours() {
    let fake = Fake::start(7).await;
    {
        let mut world = fake.world();
        world.predict(1, "v1", "a");
        world.predict(2, "v10", "b");
        world.predict(3, "v10", "c");
        world.predict(3, "v1", "d");
        world.predict(4, "other", "e");
        world.predict(5, "v1", "f");
        // Task 5 was edited after its prediction; task 6 after a prediction that is not ours.
        world.predict(6, "v11", "g");
        for id in [5, 6] {
            world.tasks.get_mut(&id).unwrap().updated_at = "2026-01-03T00:00:00.5Z".to_owned();
        }
    }
    let selection = Selection { only: Only::Unpredicted, ..all() };
    check(&fake, None, &selection, "2 5 6 4 7").await;
    let found = tasks(&fake, None, &selection).await.unwrap();
    let stored: Vec<usize> = found.iter().map(|task| task.predictions.len()).collect();
    assert_eq!(stored, [0, 1, 0, 0, 0]);
    assert_eq!(found[1].predictions[0].result[0]["id"], "f");
}

#[tokio::test]
async fn without_longer_versions_only_the_predictions_of_edited_tasks_are_read() {
    let fake = Fake::start(4).await;
    for (task, region) in [(1, "a"), (2, "b"), (3, "c")] {
        fake.world().predict(task, "v1", region);
    }
    fake.world().predict(4, "other", "d");
    // Task 2 was edited after its prediction, task 3 before.
    fake.world().tasks.get_mut(&2).unwrap().updated_at = "2026-01-03T00:00:00Z".to_owned();
    fake.world().tasks.get_mut(&3).unwrap().updated_at = "2026-01-01T05:00:00Z".to_owned();
    let selection = Selection { only: Only::Unpredicted, ..all() };
    check(&fake, None, &selection, "2 4").await;
    let log = fake.world().log.join("\n");
    assert!(log.contains("[2,3]"), "{log}");
    let found = tasks(&fake, None, &selection).await.unwrap();
    assert_eq!(found[0].predictions[0].result[0]["id"], "b");
}

#[tokio::test]
async fn ids_limit_and_unlabeled_narrow_the_selection() {
    let fake = Fake::start(9).await;
    fake.world().tasks.get_mut(&2).unwrap().annotations = 1;
    let ids = |ids: &[RangeInclusive<u64>]| Selection { ids: Some(ids.to_vec()), ..all() };
    check(&fake, None, &Selection { limit: Some(3), ..all() }, "1 2 3").await;
    check(&fake, None, &Selection { limit: Some(0), ..all() }, "").await;
    check(&fake, None, &Selection { only: Only::Unlabeled, limit: Some(2), ..all() }, "1 3").await;
    check(&fake, None, &ids(&[5..=6, 2..=2]), "2 5 6").await;
    check(&fake, None, &ids(&[7..=5000]), "7 8 9").await;
    check(&fake, None, &ids(&[]), "").await;
    check(&fake, None, &Selection { only: Only::Unlabeled, ..ids(&[1..=3]) }, "1 3").await;
}

#[tokio::test]
async fn missing_ids_are_named() {
    let fake = Fake::start(3).await;
    let selection = Selection { ids: Some(vec![1..=1, 8..=8, 77..=77, 2..=9]), ..all() };
    let source = open(&fake, None, &selection).await.unwrap();
    assert_eq!(source.notices(), ["not in project 12, left out: tasks 8, 77"]);
    let selection = Selection { ids: Some(vec![8..=8, u64::MAX..=u64::MAX]), ..all() };
    let expect = "project 12 has none of the tasks 8, 18446744073709551615; an id is what the Data Manager shows in \
                  its column ID";
    check(&fake, None, &selection, expect).await;
    let neighbours = Selection { ids: Some(vec![8..=8, 9..=9]), ..all() };
    check(
        &fake,
        None,
        &neighbours,
        "project 12 has none of the tasks 8, 9; an id is what the Data Manager shows in its column ID",
    )
    .await;
}

#[tokio::test]
async fn a_view_gives_its_filters_whether_joined_by_and_or_or() {
    let fake = Fake::start(1010).await;
    {
        let mut world = fake.world();
        world.views.insert(1, view(1, PROJECT, "and", &json!([contains("text 1"), contains("7")])));
        world.views.insert(2, view(2, PROJECT, "or", &json!([contains("text 5"), contains("9")])));
        world.views.insert(3, view(3, 13, "and", &json!([])));
        world.views.insert(4, json!({ "id": 4, "project": PROJECT, "data": {} }));
    }
    let small = Selection { ids: Some(vec![1..=59]), ..all() };
    check(&fake, Some(1), &small, "17").await;
    check(&fake, Some(1), &Selection { limit: Some(2), ..all() }, "17 107").await;
    check(&fake, Some(2), &small, "5 9 19 29 39 49 50 51 52 53 54 55 56 57 58 59").await;
    check(&fake, Some(4), &Selection { limit: Some(2), ..all() }, "1 2").await;
    let either = tasks(&fake, Some(2), &all()).await.unwrap();
    let expect =
        (1..=1010_u64).filter(|id| id.to_string().starts_with('5') || id.to_string().contains('9')).count();
    assert_eq!(either.len(), expect);
    let named = "project 12 has 1 `Mine`, 2 `Mine`, 4; the number is `tab` in the Data Manager's address";
    check(&fake, Some(3), &all(), &format!("view 3 belongs to project 13, not to project 12; {named}")).await;
    let address = fake.studio.address.to_string();
    check(&fake, Some(9), &all(), &format!("there is no view 9 at `{address}`; {named}")).await;
}

#[tokio::test]
async fn a_sample_is_the_same_for_the_same_seed_and_after_a_run() {
    let fake = Fake::start(600).await;
    let sampled =
        |seed| Selection { only: Only::Unpredicted, sample: Some(Sample { size: 5, seed }), ..all() };
    let first = tasks(&fake, None, &sampled(1)).await.unwrap();
    let mut by_rank: Vec<u64> = (1..=600).collect();
    by_rank.sort_by_key(|id| Sample { size: 5, seed: 1 }.rank(*id));
    let mut expect = by_rank[..5].to_vec();
    expect.sort_unstable();
    assert_eq!(first.iter().filter_map(|task| task.id.studio()).collect::<Vec<_>>(), expect);
    assert_ne!(first, tasks(&fake, None, &sampled(2)).await.unwrap());
    for id in expect {
        fake.world().predict(id, "v1", "a");
    }
    check(&fake, None, &sampled(1), "").await;
}

#[tokio::test]
async fn the_expected_number_is_counted_without_reading_the_tasks() {
    let fake = Fake::start(1500).await;
    fake.world().predict(3, "v1", "a");
    let selections = [
        (all(), 1500),
        (Selection { only: Only::Unpredicted, ..all() }, 1499),
        (Selection { limit: Some(7), ..all() }, 7),
        (Selection { ids: Some(vec![1..=4]), ..all() }, 4),
        (Selection { only: Only::Unpredicted, ids: Some(vec![1..=4]), ..all() }, 3),
    ];
    for (selection, expect) in selections {
        let source = open(&fake, None, &selection).await.unwrap();
        assert_eq!(source.expected().await.unwrap(), expect, "{selection:?}");
    }
}
