//! What the README shows is what the program takes and prints.

use std::fs;

use ls_autolabel::settings::ConfigFile;
use ls_autolabel::settings::layers::Origin;

use crate::support::program::Program;

/// Returns the README's blocks of code in one language, in order.
fn blocks(language: &str) -> Vec<String> {
    let readme = fs::read_to_string("README.md").expect("the tests run where the README is");
    let opening = format!("```{language}\n");
    let blocks = readme.split(&opening).skip(1);
    blocks.map(|rest| rest.split("```").next().unwrap_or_default().to_owned()).collect()
}

/// Returns every command line of the program that the README shows, without comments and what goes before it.
fn commands() -> Vec<Vec<String>> {
    let blocks: Vec<String> = ["sh", "text", "ini", "yaml"].into_iter().flat_map(blocks).collect();
    let text = blocks.join("\n").replace("\\\n", " ");
    let lines = text.lines().filter_map(|line| {
        let start = line.find("ls-autolabel ").or_else(|| line.find("-- run "))?;
        let words = line[start..].split(" #").next().unwrap_or_default().split_whitespace().skip(1);
        Some(words.map(str::to_owned).collect())
    });
    lines.collect()
}

#[test]
fn every_command_is_one_that_the_program_takes() {
    let mut seen = 0;
    for command in commands() {
        let words = std::iter::once("ls-autolabel".to_owned()).chain(command.clone());
        let parsed = ls_autolabel::cli::command().try_get_matches_from(words);
        assert!(parsed.is_ok(), "{command:?}: {}", parsed.unwrap_err());
        seen += 1;
    }
    assert!(10 < seen, "the README shows {seen} commands; are they still found?");
}

#[test]
fn the_settings_file_is_one_that_the_program_takes() {
    let options = ls_autolabel::cli::command();
    let options =
        options.get_subcommands().flat_map(|command| command.get_arguments().cloned().collect::<Vec<_>>());
    let options: Vec<String> = options.filter_map(|arg| arg.get_long().map(str::to_owned)).collect();
    let folder = tempfile::tempdir().unwrap();
    for (index, block) in blocks("toml").iter().enumerate() {
        let path = folder.path().join(format!("{index}.toml"));
        fs::write(&path, block).unwrap();
        let named = Some((path, Origin::Flag("config".to_owned())));
        ConfigFile::read(named, &options).unwrap();
    }
    assert!(!blocks("toml").is_empty());
}

#[test]
fn the_first_command_prints_what_is_shown() {
    let root = env!("CARGO_MANIFEST_DIR");
    let command = commands().into_iter().find(|words| words.contains(&"keyword".to_owned())).unwrap();
    let words: Vec<String> = command
        .iter()
        .skip_while(|word| *word != "run")
        .map(|word| word.replace("fixtures/", &format!("{root}/fixtures/")))
        .collect();
    let outcome = Program::new().run_with(words.iter().map(String::as_str));
    outcome.assert_code(0);
    let shown = blocks("text").into_iter().next().unwrap();
    assert_eq!(timeless(&outcome.stderr.replace(&format!("{root}/"), "")), timeless(&shown));
}

/// Returns a text without the time a run took.
fn timeless(text: &str) -> String {
    let lines = text.trim().lines().map(|line| match line.split_once(" tasks in ") {
        Some((count, rest)) => {
            format!("{count} tasks in {}", rest.split_once(" as ").map_or(rest, |(_, name)| name))
        }
        None => line.to_owned(),
    });
    lines.collect::<Vec<_>>().join("\n")
}
