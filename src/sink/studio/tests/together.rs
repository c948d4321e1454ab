//! Several runs at once, and runs that break off.

use super::*;

#[tokio::test]
async fn runs_at_the_same_instant_take_turns_and_post_nothing_twice() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(3).await;
    let sink = || sink(&fake, chosen(0)).in_turn(folder.path().join("studio/lock"));
    let (mut first, mut second) = (sink(), sink());
    let batch = [1, 2, 3].map(labeled);
    let (first, second) = tokio::join!(first.deliver(&batch), second.deliver(&batch));
    assert_eq!((first.unwrap().already_there, second.unwrap().already_there), (vec![], vec![0, 1, 2]));
    assert_eq!((fake.requests("POST"), fake.world().predictions.len()), (1, 3));
}

#[tokio::test]
async fn the_last_look_is_taken_in_turn() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(1).await;
    let path = folder.path().join("lock");
    let mut sink = sink(&fake, chosen(0)).in_turn(path.clone());
    fake.world().faults.push_back(Fault::Fail { stored: 1, times: 1 });
    sink.deliver(&[labeled(1)]).await.unwrap();
    let before = fake.world().log.len();
    let other = Lock::try_take(&path, "another").unwrap();
    let (finished, ()) = tokio::join!(sink.finish(true), async {
        for _ in 0..1_000 {
            tokio::task::yield_now().await;
        }
        assert_eq!(fake.world().log.len(), before);
        drop(other);
    });
    finished.unwrap();
    assert!(before < fake.world().log.len());
}

#[tokio::test]
async fn tasks_that_were_chosen_before_another_run_posted_are_looked_up_in_every_delivery() {
    let fake = Fake::start(3).await;
    let mut other = sink(&fake, chosen(0));
    let mut sink = sink(&fake, chosen(0));
    other.deliver(&[1, 2, 3].map(labeled)).await.unwrap();
    for task in [1, 2, 3] {
        assert_eq!(sink.deliver(&[labeled(task)]).await.unwrap().already_there, [0]);
    }
    assert_eq!((fake.requests("POST"), fake.world().predictions.len()), (1, 3));
}

#[tokio::test]
async fn a_run_alone_looks_nothing_up() {
    let fake = Fake::start(3).await;
    let old = fake.world().predict(1, "v", &region(77));
    let mut edited = labeled(1);
    edited.task.predictions.push(StoredPrediction {
        id: Some(old),
        model_version: Some("v".to_owned()),
        score: None,
        result: vec![json!({ "id": region(77) })],
    });
    let mut sink = sink(&fake, chosen(1));
    for labeled in [edited, labeled(2), labeled(3)] {
        sink.deliver(&[labeled]).await.unwrap();
    }
    // One example of its own version, for what annotators see, is no look at tasks.
    assert_eq!((fake.requests("GET /api/tasks"), fake.world().predictions.len()), (0, 3));
}

#[tokio::test]
async fn rows_that_another_run_takes_out_hide_nothing_that_it_stored() {
    let fake = Fake::start(6).await;
    for task in [4, 4, 5, 5, 6, 6] {
        fake.world().predict(task, "v", &region(task));
    }
    // At the same instant the other run stores task 1 as well, and takes out what it had stored twice before: together
    // that makes fewer rows than there should be.
    fake.world().faults.push_back(Fault::Meanwhile(|world| {
        for task in [4, 5, 6] {
            let double = world.predictions.iter().position(|stored| stored["task"] == task).unwrap();
            world.predictions.remove(double);
        }
        world.predict(1, "v", &region(1));
    }));
    sink(&fake, chosen(6)).deliver(&[1, 2, 3].map(labeled)).await.unwrap();
    let mut tasks: Vec<u64> =
        fake.world().predictions.iter().filter_map(|stored| stored["task"].as_u64()).collect();
    tasks.sort_unstable();
    assert_eq!(tasks, [1, 2, 3, 4, 5, 6]);
}

#[tokio::test]
async fn what_had_landed_before_label_studio_took_no_more_counts_as_arrived() {
    let fake = Fake::start(2).await;
    // The first goes alone; the key is withdrawn before the others.
    let mut batch = [1, 2].map(labeled);
    batch[0] = labeled_as(1, json!({ "choices": [["a", "b"]] }));
    fake.world().faults.push_back(Fault::Forbid);
    let broken_off = sink(&fake, chosen(0)).deliver(&batch).await.unwrap_err();
    assert!(broken_off.error.to_string().contains("Not yours"), "{broken_off:?}");
    assert_eq!((broken_off.arrived, fake.world().predictions.len()), (vec![0], 1));
}
