//! Predictions arriving in a project, against a Label Studio in memory with the faults of the real one.

mod killed;
mod together;

use serde_json::{Map, Value, json};

use super::*;
use crate::label::prediction::{Prediction, Region};
use crate::label::task::{Task, TaskId};
use crate::studio::fake::{Fake, Fault, PROJECT};

const OPTIONS: Options = Options { model_version: None, rows: None, older: Older::Keep };

/// Those of a run for tasks without a prediction of its version, of which there were so many rows.
fn chosen(rows: u64) -> Options {
    Options { model_version: Some("v".to_owned()), rows: Some(rows), ..OPTIONS }
}

fn region(id: u64) -> String {
    format!("al{id:016x}")
}

fn labeled_as(task: u64, value: Value) -> Labeled {
    let region = Region {
        id: region(task),
        from_name: "c".to_owned(),
        to_name: "t".to_owned(),
        kind: "choices".to_owned(),
        value,
        score: None,
        extra: Map::new(),
    };
    let id = TaskId::Id(task);
    Labeled {
        task: Task { id, data: Map::new(), annotations: Vec::new(), predictions: Vec::new() },
        prediction: Prediction { result: vec![region], score: None, model_version: "v".to_owned() },
        unfilled: Vec::new(),
    }
}

fn labeled(task: u64) -> Labeled {
    labeled_as(task, json!({ "choices": ["yes"] }))
}

fn sink(fake: &Fake, options: Options) -> StudioSink {
    let mut sink = StudioSink::new(Arc::clone(&fake.studio), PROJECT, options);
    sink.waits = vec![Duration::ZERO; 2];
    sink
}

/// Delivers predictions for tasks 1 to `count` and returns the tasks that hold one afterwards, then the rejected ones.
async fn check(fake: &Fake, count: u64, expect: &str) -> Vec<Rejected> {
    let batch: Vec<Labeled> = (1..=count).map(labeled).collect();
    let mut sink = sink(fake, chosen(0));
    let delivered = sink.deliver(&batch).await.unwrap();
    sink.finish(true).await.unwrap();
    let mut tasks: Vec<u64> =
        fake.world().predictions.iter().filter_map(|stored| stored["task"].as_u64()).collect();
    tasks.sort_unstable();
    let shown = |ids: &[u64]| ids.iter().map(u64::to_string).collect::<Vec<_>>().join(" ");
    let mut rejected: Vec<u64> = delivered.rejected.iter().map(|(place, _)| *place as u64 + 1).collect();
    rejected.sort_unstable();
    assert_eq!(format!("{} / {}", shown(&tasks), shown(&rejected)), expect);
    delivered.rejected
}

#[tokio::test]
async fn a_batch_goes_in_one_call_and_is_shown_to_annotators() {
    let fake = Fake::start(3).await;
    check(&fake, 3, "1 2 3 / ").await;
    assert_eq!(fake.requests("POST"), 1);
    assert_eq!(fake.world().model_version.as_deref(), Some("v"));
}

#[tokio::test]
async fn what_label_studio_drops_without_a_word_is_found() {
    let fake = Fake::start(5).await;
    fake.world().dropped.extend([2, 4]);
    let rejected = check(&fake, 5, "1 3 5 / 2 4").await;
    assert!(rejected[0].1.contains("does not fit the labeling config"), "{rejected:?}");
    assert_eq!(fake.requests("POST"), 1);
}

#[tokio::test]
async fn a_count_that_contradicts_what_is_there_sends_nothing_twice() {
    let fake = Fake::start(3).await;
    fake.world().faults.push_back(Fault::Miscount(2));
    check(&fake, 3, "1 2 3 / ").await;
    assert_eq!(fake.requests("POST"), 1);
}

#[tokio::test]
async fn a_failed_call_that_landed_is_not_sent_again() {
    for (stored, posts) in [(4, 1), (2, 2), (0, 2)] {
        let fake = Fake::start(4).await;
        fake.world().faults.push_back(Fault::Fail { stored, times: 1 });
        check(&fake, 4, "1 2 3 4 / ").await;
        assert_eq!(fake.requests("POST"), posts, "{stored} stored");
    }
}

#[tokio::test]
async fn a_cut_connection_is_looked_into_before_anything_is_sent_again() {
    for (stored, posts) in [(4, 1), (3, 2), (0, 2)] {
        let fake = Fake::start(4).await;
        fake.world().faults.push_back(Fault::Cut { stored });
        check(&fake, 4, "1 2 3 4 / ").await;
        assert_eq!(fake.requests("POST"), posts, "{stored} stored");
    }
}

#[tokio::test]
async fn rows_that_label_studio_multiplied_are_deleted_by_id() {
    let fake = Fake::start(3).await;
    fake.world().faults.push_back(Fault::Fail { stored: 3, times: 3 });
    check(&fake, 3, "1 2 3 / ").await;
    assert_eq!(fake.requests("DELETE /api/predictions/"), 6);
}

#[tokio::test]
async fn of_what_was_stored_twice_whoever_looks_leaves_the_newest() {
    // Two runs that look at the same instant must not each delete what the other one leaves.
    let fake = Fake::start(2).await;
    fake.world().predict(1, "v", &region(1));
    let newest = fake.world().predict(1, "v", &region(1));
    fake.world().faults.push_back(Fault::Fail { stored: 1, times: 2 });
    sink(&fake, OPTIONS).deliver(&[labeled(1), labeled(2)]).await.unwrap();
    let ids = fake.world().predictions.iter().map(|stored| stored["id"].clone()).collect::<Vec<_>>();
    assert_eq!(ids, [newest, newest + 2]);
}

#[tokio::test]
async fn rows_that_were_multiplied_behind_a_good_answer_are_deleted_too() {
    let fake = Fake::start(3).await;
    fake.world().predict(1, "v", "theirs");
    fake.world().faults.push_back(Fault::Multiply(2));
    check(&fake, 3, "1 1 2 3 / ").await;
    assert_eq!((fake.requests("POST"), fake.requests("DELETE /api/predictions/")), (1, 3));
}

#[tokio::test]
async fn a_refused_prediction_is_found_by_halving_and_the_others_land() {
    let fake = Fake::start(9).await;
    fake.world().refused.insert(6);
    let rejected = check(&fake, 9, "1 2 3 4 5 7 8 9 / 6").await;
    assert!(rejected[0].1.contains("contains invalid \"task\" field"), "{rejected:?}");
}

#[tokio::test]
async fn a_task_deleted_meanwhile_costs_one_look() {
    let fake = Fake::start(9).await;
    fake.world().tasks.remove(&3);
    let rejected = check(&fake, 9, "1 2 4 5 6 7 8 9 / 3").await;
    assert!(rejected[0].1.contains("it is not in project 12"), "{rejected:?}");
    assert_eq!(fake.requests("POST"), 2);
}

#[tokio::test]
async fn a_server_that_only_fails_ends_the_run() {
    let fake = Fake::start(2).await;
    fake.world().faults.extend(vec![Fault::Fail { stored: 0, times: 1 }; 50]);
    let batch: Vec<Labeled> = (1..=40).map(labeled).collect();
    fake.world().tasks = Fake::start(40).await.world().tasks.clone();
    let error = sink(&fake, OPTIONS).deliver(&batch).await.unwrap_err();
    assert!(error.error.to_string().contains("a web page titled `Oops`"), "{error:?}");
    assert!(fake.requests("POST") <= 12);
}

#[tokio::test]
async fn one_prediction_that_the_server_fails_on_is_rejected_alone() {
    let fake = Fake::start(1).await;
    fake.world().faults.extend(vec![Fault::Fail { stored: 0, times: 1 }; 2]);
    let rejected = check(&fake, 1, " / 1").await;
    assert!(rejected[0].1.contains("Label Studio failed (500"), "{rejected:?}");
}

#[tokio::test]
async fn nested_choices_go_singly() {
    let fake = Fake::start(2).await;
    let batch = [labeled(1), labeled_as(2, json!({ "choices": [["a", "b"]] }))];
    sink(&fake, OPTIONS).deliver(&batch).await.unwrap();
    let log = fake.world().log.join("\n");
    assert!(log.contains("POST /api/predictions/"), "{log}");
    assert!(log.contains("POST /api/projects/12/import/predictions "), "{log}");
    assert_eq!(fake.world().predictions.len(), 2);
}

#[tokio::test]
async fn what_may_be_there_already_is_looked_up_first() {
    let fake = Fake::start(3).await;
    // Stored twice, as by a push that was killed and one after it.
    fake.world().predict(1, "v", &region(1));
    fake.world().predict(1, "v", &region(1));
    fake.world().predict(2, "other", &region(2));
    let batch: Vec<Labeled> = [1, 2, 3, 3].map(labeled).to_vec();
    let delivered = sink(&fake, OPTIONS).deliver(&batch).await.unwrap();
    assert_eq!(delivered, Delivered { rejected: Vec::new(), already_there: vec![3, 0] });
    assert_eq!(fake.world().predictions.len(), 4);
}

#[tokio::test]
async fn a_reviewed_prediction_takes_the_place_of_the_one_it_was_made_from() {
    let fake = Fake::start(1).await;
    let old = fake.world().predict(1, "v", &region(1));
    let reviewed = [labeled_as(1, json!({ "choices": ["no"] }))];
    // The call breaks, so what landed has to be told from what was there before.
    fake.world().faults.push_back(Fault::Cut { stored: 1 });
    sink(&fake, OPTIONS).deliver(&reviewed).await.unwrap();
    assert_eq!(fake.requests("POST"), 1);
    let stored = fake.world().predictions.clone();
    assert_eq!(stored.len(), 1);
    assert_ne!(stored[0]["id"], old);
    assert_eq!(stored[0]["result"][0]["value"], json!({ "choices": ["no"] }));
}

#[tokio::test]
async fn an_edited_task_loses_its_own_old_prediction_and_no_other() {
    let fake = Fake::start(1).await;
    let mut edited = labeled(1);
    for (version, region) in [("v", region(77)), ("v", "by-hand".to_owned()), ("older", region(78))] {
        let id = fake.world().predict(1, version, &region);
        edited.task.predictions.push(StoredPrediction {
            id: Some(id),
            model_version: Some(version.to_owned()),
            score: None,
            result: vec![json!({ "id": region })],
        });
    }
    sink(&fake, OPTIONS).deliver(&[edited]).await.unwrap();
    let expect = ["1:v:by-hand".to_owned(), format!("1:older:{}", region(78)), format!("1:v:{}", region(1))];
    assert_eq!(fake.world().stored(), expect);
}

#[tokio::test]
async fn replace_deletes_only_what_this_tool_wrote_for_the_tasks_that_got_new_ones() {
    let fake = Fake::start(3).await;
    fake.world().dropped.insert(2);
    for task in [1, 2, 3] {
        fake.world().predict(task, "older", &region(70 + task));
        fake.world().predict(task, "human", "h1");
    }
    let options = Options { older: Older::Delete, ..OPTIONS };
    sink(&fake, options).deliver(&[labeled(1), labeled(2)]).await.unwrap();
    let expect = [
        "1:human:h1",
        "2:older:al0000000000000048",
        "2:human:h1",
        "3:older:al0000000000000049",
        "3:human:h1",
        "1:v:al0000000000000001",
    ];
    assert_eq!(fake.world().stored(), expect);
}

#[tokio::test]
async fn an_empty_prediction_is_known_by_its_version() {
    let fake = Fake::start(1).await;
    for version in ["any@32a4f27a", "any@32a4f27", "v", "theirs"] {
        fake.world().predict_nothing(1, version);
    }
    fake.world().model_version = Some("any@32a4f27a".to_owned());
    let options = Options { older: Older::Delete, ..chosen(1) };
    let mut sink = sink(&fake, options);
    sink.deliver(&[labeled(1)]).await.unwrap();
    sink.finish(true).await.unwrap();
    let expect = ["1:any@32a4f27a:none", "1:any@32a4f27:none", "1:theirs:none", "1:v:al0000000000000001"];
    assert_eq!(fake.world().stored(), expect);
    assert_eq!(fake.world().model_version.as_deref(), Some("v"));
    assert_eq!(sink.notices(), ["older predictions of this tool deleted: 1"]);
}

#[tokio::test]
async fn a_version_is_known_by_its_regions_where_its_first_prediction_is_empty() {
    let fake = Fake::start(3).await;
    fake.world().model_version = Some("mine".to_owned());
    fake.world().predict_nothing(1, "mine");
    fake.world().predict(2, "mine", &region(9));
    sink(&fake, OPTIONS).deliver(&[labeled(3)]).await.unwrap();
    assert_eq!(fake.world().model_version.as_deref(), Some("v"));
}

#[tokio::test]
async fn the_version_shown_changes_where_it_is_empty_or_ours_and_a_foreign_one_is_named() {
    for (shown, region_id, expect) in [
        (None, String::new(), "v"),
        (Some(""), String::new(), "v"),
        (Some("v"), String::new(), "v"),
        (Some("mine"), region(9), "v"),
        (Some("theirs"), "x1".to_owned(), "theirs"),
        (Some("a backend"), String::new(), "a backend"),
    ] {
        let fake = Fake::start(2).await;
        fake.world().model_version = shown.map(str::to_owned);
        if !region_id.is_empty() {
            // A longer name that contains it comes first and decides nothing.
            fake.world().predict(1, &format!("{}-2", shown.unwrap()), "x");
            fake.world().predict(2, shown.unwrap(), &region_id);
        }
        let mut sink = sink(&fake, OPTIONS);
        sink.deliver(&[labeled(1)]).await.unwrap();
        sink.deliver(&[labeled(2)]).await.unwrap();
        sink.finish(true).await.unwrap();
        assert_eq!(fake.world().model_version.as_deref(), Some(expect), "{shown:?}");
        assert_eq!(sink.notices().len(), usize::from(expect != "v"), "{:?}", sink.notices());
        assert!(sink.notices().iter().all(|notice| notice.contains(expect) && notice.contains("`v`")));
    }
}

#[tokio::test]
async fn of_several_versions_the_first_delivered_is_shown() {
    let fake = Fake::start(3).await;
    let mut batch = [labeled(1), labeled(2), labeled(3)];
    for (labeled, version) in batch.iter_mut().zip(["new", "a", "new"]) {
        labeled.prediction.model_version = version.to_owned();
    }
    let mut sink = sink(&fake, OPTIONS);
    sink.deliver(&batch).await.unwrap();
    assert_eq!(fake.world().model_version.as_deref(), Some("new"));
    assert_eq!(sink.notices().len(), 1, "{:?}", sink.notices());
}

#[tokio::test]
async fn a_run_with_nothing_to_post_still_shows_what_an_earlier_one_posted() {
    for (stored, expect) in [("v", Some("v")), ("w", None)] {
        let fake = Fake::start(1).await;
        fake.world().predict(1, stored, &region(1));
        let options = Options { model_version: Some("v".to_owned()), ..OPTIONS };
        sink(&fake, options).finish(true).await.unwrap();
        assert_eq!(fake.world().model_version.as_deref(), expect);
    }
}

#[tokio::test]
async fn an_unusable_prediction_is_rejected_before_it_is_sent() {
    let fake = Fake::start(1).await;
    let mut bad = labeled(1);
    bad.prediction.model_version.clear();
    let delivered = sink(&fake, OPTIONS).deliver(&[bad]).await.unwrap();
    assert_eq!(delivered.rejected[0].1, "the prediction cannot be posted: its model version is empty");
    assert_eq!(fake.requests("POST"), 0);
}
