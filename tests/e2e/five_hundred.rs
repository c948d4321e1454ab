//! Five hundred texts and twenty labels, from a project through llama.cpp back into the project.

use std::collections::{BTreeSet, HashSet};

use crate::support::program::Program;
use crate::support::servers::servers;
use crate::support::studio::Project;
use crate::support::{sdk, texts};

const PROMPT: &str =
    "A customer writes to a bank:\n\n{text}\n\nWhat do they want? Choose one of:\n{labels}\n";

#[test]
fn five_hundred_tasks_are_labeled_once_and_shown_to_annotators() {
    let project = Project::new("Five hundred", &texts::config(), &texts::tasks(500));
    let program = Program::new().with_llama();
    let prompt = program.file("prompt.txt", PROMPT);
    let arguments =
        ["--project", &project.argument(), "--prompt", &prompt, "--answer", "schema", "--concurrency", "4"];

    let summary = program.label(&arguments, 0);
    assert_eq!((summary.selected(), summary.delivered(), summary.partial()), (500, 500, 0));
    assert!(500 <= summary.requests());
    assert_eq!(summary.exit_code(), 0);

    let predictions = project.predictions();
    assert_eq!(predictions.len(), 500);
    assert_eq!(project.predicted_tasks(), project.tasks);
    let versions: HashSet<_> =
        predictions.iter().filter_map(|prediction| prediction["model_version"].as_str()).collect();
    assert_eq!(versions, HashSet::from([summary.model_version()]));
    sdk::expect_valid(project.config(), &predictions);

    let labels: BTreeSet<_> = predictions
        .iter()
        .filter_map(|prediction| prediction.pointer("/result/0/value/choices/0")?.as_str())
        .collect();
    assert!(labels.is_subset(&texts::labels().into_iter().collect()), "{labels:?}");
    assert!(1 < labels.len(), "random weights choose more than {labels:?}");

    assert_eq!(project.model_version(), summary.model_version());
    let shown = project.next_task();
    assert_eq!(shown["predictions"].as_array().map(Vec::len), Some(1), "an annotator sees the prediction");

    let asked = servers().llama_prompt_tokens();
    let again = program.label(&arguments, 0);
    assert_eq!((again.requests(), again.delivered()), (0, 0));
    assert_eq!(servers().llama_prompt_tokens(), asked, "the server was not asked");
    assert_eq!(project.predictions().len(), 500);
}

#[test]
fn tasks_added_later_are_the_only_ones_asked_for() {
    let mut project = Project::new("Added later", &texts::config(), &texts::tasks(20));
    let program = Program::new().with_llama();
    let prompt = program.file("prompt.txt", PROMPT);
    let arguments = ["--project", &project.argument(), "--prompt", &prompt];
    assert_eq!(program.label(&arguments, 0).delivered(), 20);

    let all = texts::tasks(25);
    project.import(&all.as_array().expect("tasks are a list")[20..].into());
    let summary = program.label(&arguments, 0);
    assert_eq!((summary.delivered(), summary.requests()), (5, 5));
    assert_eq!(project.predicted_tasks(), project.tasks);
}
