//! A run that is killed while Label Studio is at its call, and the run after it.

use std::path::Path;

use super::*;
use crate::journal::record::Posting;

fn journal(folder: &Path) -> Arc<Journal> {
    Arc::new(Journal::open(&folder.join("journal.jsonl"), "a test").unwrap())
}

fn journaled(fake: &Fake, folder: &Path) -> StudioSink {
    let mut sink = sink(fake, chosen(0)).journaled(journal(folder));
    sink.unsettled.waits = vec![Duration::ZERO; 2];
    sink
}

/// A call for these tasks, long ago.
fn call(fake: &Fake, tasks: &[u64]) -> Posting {
    let (server, model_version) = (fake.studio.address.to_string(), "v".to_owned());
    Posting { call: 0, at: 1, server, project: PROJECT, model_version, tasks: tasks.to_vec() }
}

/// Leaves a call open in the journal.
fn leave(folder: &Path, posting: Posting) {
    journal(folder).posting(|call| Posting { call, ..posting });
}

/// Kills a run in the middle of its call for three tasks.
async fn killed(fake: &Fake, folder: &Path, fault: Fault) {
    fake.world().faults.push_back(fault);
    let batch = [1, 2, 3].map(labeled);
    let mut sink = journaled(fake, folder);
    tokio::select! {
        delivered = sink.deliver(&batch) => panic!("{delivered:?}"),
        () = fake.unanswered() => {}
    }
}

/// Kills a run whose call is stored after so many listings; the next run delivers the same, with so many calls.
async fn check(listings: usize, (posts, already_there): (usize, usize)) {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(3).await;
    killed(&fake, folder.path(), Fault::Late { listings }).await;
    let mut sink = journaled(&fake, folder.path());
    let delivered = sink.deliver(&[1, 2, 3].map(labeled)).await.unwrap();
    sink.finish(true).await.unwrap();
    assert_eq!(
        (fake.requests("POST"), delivered.already_there.len()),
        (1 + posts, already_there),
        "{listings}"
    );
    let mut stored = fake.world().stored();
    stored.sort();
    assert_eq!(stored, [1, 2, 3].map(|task| format!("{task}:v:{}", region(task))), "{listings}");
}

#[tokio::test]
async fn what_a_killed_run_posted_is_not_posted_again_however_late_it_is_stored() {
    // Before the first look, while it is waited for, after that; the last look removes what came in spite of it.
    for (listings, expect) in [(0, (0, 3)), (1, (0, 3)), (2, (0, 3)), (3, (1, 0))] {
        check(listings, expect).await;
    }
}

#[tokio::test]
async fn what_a_killed_run_did_not_get_through_is_posted() {
    check(99, (1, 0)).await;
}

#[tokio::test]
async fn an_old_call_is_looked_up_and_not_waited_for() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(2).await;
    leave(folder.path(), call(&fake, &[1, 2]));
    fake.world().predict(1, "v", &region(1));
    let mut sink = sink(&fake, chosen(1)).journaled(journal(folder.path()));
    let delivered = sink.deliver(&[labeled(1), labeled(2)]).await.unwrap();
    sink.finish(true).await.unwrap();
    assert_eq!(delivered.already_there, [0]);
    assert_eq!((fake.requests("POST"), fake.requests("GET /api/tasks")), (1, 2));
    drop(sink);
    assert_eq!(journal(folder.path()).unsettled(), []);
}

#[tokio::test]
async fn a_call_to_another_server_or_project_is_left_alone() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(1).await;
    leave(folder.path(), Posting { server: "http://other".to_owned(), ..call(&fake, &[1]) });
    leave(folder.path(), Posting { project: PROJECT + 1, ..call(&fake, &[1]) });
    // Twice, as somebody else may want it.
    for _ in 0..2 {
        fake.world().predict(1, "v", &region(1));
    }
    journaled(&fake, folder.path()).finish(true).await.unwrap();
    assert_eq!(fake.world().stored().len(), 2);
    assert_eq!(journal(folder.path()).unsettled().len(), 2);
}

#[tokio::test]
async fn tasks_that_are_not_chosen_again_are_tidied_up() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(4).await;
    leave(folder.path(), Posting { at: unsettled::now(), ..call(&fake, &[1, 2, 3]) });
    let (twice, edited) = (region(1), region(77));
    for (task, version, region) in [
        (1, "v", &twice),
        (1, "v", &twice),
        (1, "v", &"theirs".to_owned()),
        (2, "v", &edited),
        (2, "v", &region(2)),
        (3, "older", &region(3)),
        (4, "v", &region(4)),
        (4, "v", &region(4)),
    ] {
        fake.world().predict(task, version, region);
    }
    let mut sink = journaled(&fake, folder.path());
    sink.finish(true).await.unwrap();
    let (one, two, three, four) = (region(1), region(2), region(3), region(4));
    let expect = [
        "1:v:".to_owned() + &one,
        "1:v:theirs".to_owned(),
        format!("2:v:{two}"),
        format!("3:older:{three}"),
        format!("4:v:{four}"),
        format!("4:v:{four}"),
    ];
    assert_eq!(fake.world().stored(), expect);
    // Label Studio may still be at it, so the next run looks once more.
    drop(sink);
    assert_eq!(journal(folder.path()).unsettled().len(), 1);
}

#[tokio::test]
async fn replace_is_ended_where_a_run_was_killed_in_the_middle() {
    for (older, expect) in [(Older::Delete, "1:v 2:older"), (Older::Keep, "1:older 1:v 2:older")] {
        let folder = tempfile::tempdir().unwrap();
        let fake = Fake::start(2).await;
        leave(folder.path(), call(&fake, &[1, 2]));
        for (task, version) in [(1, "older"), (1, "v"), (2, "older")] {
            fake.world().predict(task, version, &region(task));
        }
        let mut sink = sink(&fake, Options { older, ..chosen(0) }).journaled(journal(folder.path()));
        sink.finish(true).await.unwrap();
        let stored = fake.world().stored();
        let stored: Vec<&str> = stored.iter().map(|stored| stored.rsplit_once(':').unwrap().0).collect();
        assert_eq!(stored.join(" "), expect);
    }
}

#[tokio::test]
async fn a_call_is_open_from_before_it_is_made_until_its_outcome_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(3).await;
    let mut sink = journaled(&fake, folder.path());
    sink.deliver(&[labeled(1)]).await.unwrap();
    fake.world().faults.push_back(Fault::Cut { stored: 1 });
    sink.deliver(&[labeled(2)]).await.unwrap();
    let open = |sink: &StudioSink| sink.journal.as_ref().unwrap().unsettled();
    sink.finish(true).await.unwrap();
    // All of the broken one was found, so nothing of it is still to come.
    assert_eq!(open(&sink), []);
    fake.world().faults.push_back(Fault::Late { listings: 0 });
    let batch = [labeled(3)];
    tokio::select! {
        delivered = sink.deliver(&batch) => panic!("{delivered:?}"),
        () = fake.unanswered() => {}
    }
    assert_eq!(open(&sink)[0].tasks, [3]);
}

#[tokio::test]
async fn a_call_that_may_be_stored_after_the_run_is_left_to_the_next_one() {
    let folder = tempfile::tempdir().unwrap();
    let fake = Fake::start(1).await;
    let mut sink = journaled(&fake, folder.path());
    // It is cut off, nothing is there when it is looked for, and it is sent again.
    fake.world().faults.push_back(Fault::Cut { stored: 0 });
    sink.deliver(&[labeled(1)]).await.unwrap();
    sink.finish(true).await.unwrap();
    drop(sink);
    fake.world().predict(1, "v", &region(1));
    let mut next = journaled(&fake, folder.path());
    next.finish(true).await.unwrap();
    assert_eq!(fake.world().stored(), [format!("1:v:{}", region(1))]);
}
