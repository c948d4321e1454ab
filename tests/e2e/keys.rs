//! Both kinds of Label Studio key, right and wrong.

use crate::support::fixture;
use crate::support::program::Program;
use crate::support::servers::servers;
use crate::support::studio::Project;

#[test]
fn a_personal_access_token_and_a_legacy_token_both_work() {
    let servers = &servers().label_studio;
    for token in [&servers.personal_access_token, &servers.legacy_token] {
        let project = Project::sarcasm("Keys");
        let program = Program::new().with_keyword().with("LABEL_STUDIO_API_KEY", token);
        assert_eq!(program.label(&["--project", &project.argument()], 0).delivered(), 18);
        assert_eq!(project.predicted_tasks(), project.tasks);
    }
}

#[test]
fn a_key_from_a_file_works() {
    let project = Project::sarcasm("Key file");
    let program = Program::new().with_keyword().with("LABEL_STUDIO_API_KEY", "");
    let file = program.file("key", &format!("{}\n", servers().label_studio.personal_access_token));
    let arguments = ["--project", &project.argument(), "--api-key-file", &file];
    assert_eq!(program.label(&arguments, 0).delivered(), 18);
}

#[test]
fn a_wrong_key_is_refused_before_anything_is_asked() {
    let project = Project::sarcasm("Wrong keys");
    let pat = &servers().label_studio.personal_access_token;
    let unsigned = pat.rsplit_once('.').expect("a token has three parts").0;
    let forged = format!("{unsigned}.AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA");
    let asked = servers().llama_prompt_tokens();
    for token in ["ffffffffffffffffffffffffffffffffffffffff", &forged] {
        let program = Program::new().with_llama().with("LABEL_STUDIO_API_KEY", token);
        let finished = program.command(&[
            "run",
            "--project",
            &project.argument(),
            "--prompt",
            &fixture("sarcasm/prompt.txt"),
        ]);
        finished.expect_code(5);
        finished.expect_said(&["error:", "hint:", "LABEL_STUDIO_API_KEY"]);
    }
    assert_eq!(servers().llama_prompt_tokens(), asked);
    assert!(project.predictions().is_empty());
}
