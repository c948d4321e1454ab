//! House rules that neither the compiler nor clippy checks.

use std::path::{Path, PathBuf};

/// The most lines of a file, its tests included.
const LONGEST: usize = 400;

/// Where the code is.
const FOLDERS: [&str; 3] = ["src", "tests", "benches"];

/// Returns every Rust file under a folder of the package, by name, with its content; paths are relative to the package.
pub(crate) fn sources(folder: &str) -> Vec<(PathBuf, String)> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    collect(&package.join(folder), &mut files);
    files.sort();
    let read = |path: PathBuf| {
        let text = std::fs::read_to_string(&path).expect("source files are readable");
        let relative = path.strip_prefix(package).expect("it was found there").to_owned();
        (relative, text)
    };
    files.into_iter().map(read).collect()
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("the folder is readable").path();
        match path.is_dir() {
            true => collect(&path, files),
            false if path.extension().is_some_and(|extension| extension == "rs") => files.push(path),
            false => {}
        }
    }
}

/// Returns what is wrong with a file.
fn faults(path: &Path, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let lines = text.lines().count();
    let opening = text.lines().next().unwrap_or_default();
    if LONGEST < lines {
        faults.push(format!("{}: {lines} lines; split it, {LONGEST} is the most", path.display()));
    }
    match opening.strip_prefix("//! ") {
        Some(sentence) if sentence.starts_with(char::is_lowercase) => {
            faults.push(format!("{}:1: the opening sentence starts with a small letter", path.display()));
        }
        Some(_) => {}
        None => {
            faults.push(format!("{}:1: expected `//!` and a sentence, found `{opening}`", path.display()));
        }
    }
    for (number, line) in text.lines().enumerate() {
        // In two pieces, so that this file does not name them itself.
        for forbidden in [concat!("#[", "ignore"), concat!("#[", "allow("), concat!("#![", "allow(")] {
            if line.trim_start().starts_with(forbidden) {
                faults.push(format!("{}:{}: `{forbidden}` hides a fault", path.display(), number + 1));
            }
        }
    }
    faults
}

#[test]
fn every_file_keeps_the_house_rules() {
    let files: Vec<_> = FOLDERS.iter().flat_map(|folder| sources(folder)).collect();
    assert!(files.iter().any(|(path, _)| path.ends_with("house.rs")), "the files are found");
    let faults: Vec<String> = files.iter().flat_map(|(path, text)| faults(path, text)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

#[test]
fn a_broken_rule_is_seen() {
    let check = |text: &str, expect: usize| {
        let found = faults(Path::new("src/x.rs"), text);
        assert_eq!(found.len(), expect, "{found:?}");
    };
    check("//! A file.\n", 0);
    check("use std::fs;\n", 1);
    check("//! lower case.\n", 1);
    check(&format!("//! A file.\n{}", "\n".repeat(400)), 1);
    check(&format!("//! A file.\n    {}\n", concat!("#[", "ignore = \"slow\"]")), 1);
}
