//! What the program shows of itself: help, version, manual page and completions.

use std::path::Path;

use crate::support::program::Program;

/// Each shell, and where its completion script is kept for packagers.
const COMPLETIONS: [(&str, &str); 5] = [
    ("bash", "completions/ls-autolabel.bash"),
    ("zsh", "completions/_ls-autolabel"),
    ("fish", "completions/ls-autolabel.fish"),
    ("powershell", "completions/_ls-autolabel.ps1"),
    ("elvish", "completions/ls-autolabel.elv"),
];

/// Returns what a command prints, which must be all it says.
fn printed(args: &[&str]) -> String {
    let outcome = Program::new().run_with(args.iter().copied());
    outcome.assert_code(0);
    assert_eq!(outcome.stderr, "", "{args:?}");
    outcome.stdout
}

/// Compares what the program says with what was approved.
pub(crate) fn compare(name: &str, text: &str) {
    insta::with_settings!({ prepend_module_to_snapshot => false, omit_expression => true }, {
        insta::assert_snapshot!(name, text);
    });
}

#[test]
fn the_help_of_every_command_is_as_approved() {
    compare("help", &printed(&["--help"]));
    for command in ["run", "push", "preview", "check", "journal", "completions", "man"] {
        compare(&format!("help_{command}"), &printed(&[command, "--help"]));
    }
    for command in ["list", "show", "forget", "compact"] {
        compare(&format!("help_journal_{command}"), &printed(&["journal", command, "--help"]));
    }
    assert_eq!(printed(&["help", "push"]), printed(&["push", "--help"]));
}

#[test]
fn the_short_help_is_as_approved() {
    compare("help_short", &printed(&["-h"]));
    compare("help_short_run", &printed(&["run", "-h"]));
}

#[test]
fn every_option_that_takes_a_value_names_its_variable() {
    let command = ls_autolabel::cli::command();
    let nested = command.get_subcommands().flat_map(clap::Command::get_subcommands);
    let options = command.get_subcommands().chain(nested).flat_map(clap::Command::get_arguments);
    let options: Vec<_> =
        options.filter(|arg| arg.get_long().is_some() && arg.get_action().takes_values()).collect();
    assert!(100 < options.len(), "the options are found");
    for option in options {
        let help = option.get_long_help().map(ToString::to_string).unwrap_or_default();
        assert!(help.contains("\n[env: "), "--{}: {help}", option.get_long().unwrap_or_default());
    }
}

#[test]
fn the_version_is_the_packages() {
    let expect = format!("ls-autolabel {}\n", env!("CARGO_PKG_VERSION"));
    assert_eq!(printed(&["--version"]), expect);
    assert_eq!(printed(&["-V"]), expect);
}

#[test]
fn the_manual_has_a_page_for_every_command_with_its_options() {
    let manual = printed(&["man"]);
    let pages: Vec<&str> = manual.split("\n.TH ").skip(1).collect();
    let names: Vec<&str> = pages.iter().filter_map(|page| page.split(' ').next()).collect();
    let journal = ["journal", "journal-list", "journal-show", "journal-forget", "journal-compact"];
    let expect =
        [&["ls-autolabel", "run", "push", "preview", "check"][..], &journal, &["completions", "man"]];
    let expect: Vec<String> = expect
        .concat()
        .into_iter()
        .map(|name| if name == "ls-autolabel" { name.to_owned() } else { format!("ls-autolabel-{name}") })
        .collect();
    assert_eq!(names, expect);
    let run = pages[1];
    for option in ["\\-\\-project", "\\-\\-prompt", "\\-\\-config", "[env: LABEL_STUDIO_URL]"] {
        assert!(run.contains(option), "{option} is not in {run}");
    }
    // Some manual readers take nothing else.
    assert!(manual.is_ascii());
    let requests = manual.lines().filter(|line| line.starts_with(['.', '\'']));
    let known = [".TH", ".SH", ".SS", ".TP", ".IP", ".PP", ".RS", ".RE", ".br", ".ie", ".el", ".nf", ".fi"];
    for request in requests {
        assert!(known.iter().any(|name| request.starts_with(name)), "{request}");
    }
}

#[test]
fn the_completions_in_the_package_are_what_the_program_prints() {
    for (shell, path) in COMPLETIONS {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(path);
        let kept = std::fs::read_to_string(file).unwrap_or_default();
        // Not compared by `assert_eq`, which would print both.
        let is_current = kept == printed(&["completions", shell]);
        assert!(is_current, "out of date; run: cargo run --quiet -- completions {shell} > {path}");
    }
}

/// By what bash itself offers: a script that only looks right completes nothing.
#[test]
fn bash_completes_commands_options_and_values() {
    let check = |words: &str, expect: &str| {
        let script = format!(
            "source completions/ls-autolabel.bash; COMP_WORDS=({words}); COMP_CWORD=$((${{#COMP_WORDS[@]}} - 1)); \
             _ls__autolabel ls-autolabel \"${{COMP_WORDS[COMP_CWORD]}}\" \"${{COMP_WORDS[COMP_CWORD - 1]}}\"; \
             echo \"${{COMPREPLY[*]}}\""
        );
        let output =
            std::process::Command::new("bash").args(["-c", &script]).output().expect("bash is there");
        assert_eq!(String::from_utf8_lossy(&output.stdout).trim(), expect, "{words}");
    };
    check("ls-autolabel prev", "preview");
    check("ls-autolabel run --onl", "--only");
    check("ls-autolabel run --only un", "unpredicted unlabeled");
}
