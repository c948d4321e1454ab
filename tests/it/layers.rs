//! Who may import whom: a module uses only modules of lower rows, never one of its own row.

use std::path::{Component, Path};

use crate::house::sources;

/// The modules of the crate, the lowest row first.
const ROWS: [&[&str]; 9] = [
    &["lock"],
    &["http", "label"],
    &["llm", "studio", "journal"],
    &["prompt", "media", "engine"],
    &["annotate", "source", "sink", "progress", "cli"],
    &["settings"],
    &["error"],
    &["commands"],
    &["lib", "main"],
];

/// A use of another module.
#[derive(Debug, PartialEq)]
struct Import {
    /// Counted from 1.
    line: usize,
    module: String,
}

#[test]
fn no_module_imports_upward_or_sideways() {
    let files = sources("src");
    assert!(files.iter().any(|(path, _)| path.ends_with("src/lib.rs")), "the files are found");
    let faults: Vec<String> = files.iter().flat_map(|(path, text)| faults(path, text)).collect();
    assert!(faults.is_empty(), "\n{}", faults.join("\n"));
}

/// Returns every import of a file that the rows forbid.
fn faults(path: &Path, text: &str) -> Vec<String> {
    let (own, depth) = place(path);
    let Some(row) = row_of(&own) else {
        return vec![format!("{}: the module `{own}` has no row in {}", path.display(), file!())];
    };
    let imports = imports(text, depth).into_iter().filter(|import| import.module != own);
    let forbidden = imports.filter(|import| row_of(&import.module).is_none_or(|other| row <= other));
    forbidden
        .map(|Import { line, module }| match row_of(&module) {
            Some(other) => {
                format!("{}:{line}: `{own}` (row {row}) imports `{module}` (row {other})", path.display())
            }
            None => format!("{}:{line}: `{own}` imports `{module}`, which has no row", path.display()),
        })
        .collect()
}

/// Returns the row of a module, counted from 0.
fn row_of(module: &str) -> Option<usize> {
    ROWS.iter().position(|row| row.contains(&module))
}

/// Returns the top-level module a file belongs to, and how many `super` lead from the file to the crate's root.
fn place(path: &Path) -> (String, usize) {
    let names: Vec<String> = path
        .components()
        .filter_map(|component| match component {
            Component::Normal(name) => Some(name.to_string_lossy().trim_end_matches(".rs").to_owned()),
            _ => None,
        })
        .skip_while(|name| name == "src")
        .filter(|name| name != "mod")
        .collect();
    (names[0].clone(), names.len())
}

/// Returns the top-level modules that a file names after `crate::`, or after as many `super` as lead to the root.
fn imports(text: &str, depth: usize) -> Vec<Import> {
    let code = without_comments(text);
    let (outside, tests) = code.split_at(code.find("mod tests {").unwrap_or(code.len()));
    let mut found = names_after(&code, "crate::", 0);
    found.extend(names_after(outside, &"super::".repeat(depth), 0));
    found.extend(names_after(tests, &"super::".repeat(depth + 1), outside.len()));
    found.sort_unstable();
    let import = |(at, name): (usize, &str)| Import { line: line_of(&code, at), module: name.to_owned() };
    found.into_iter().map(import).collect()
}

/// Blanks lines that are comments: a link in the documentation may well lead upward.
fn without_comments(text: &str) -> String {
    let code = text.lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line });
    code.collect::<Vec<_>>().join("\n")
}

/// Returns the modules named after this root, with where they stand; `offset` is where the code starts in the file.
fn names_after<'a>(code: &'a str, root: &str, offset: usize) -> Vec<(usize, &'a str)> {
    let starts = code.match_indices(root).filter(|(at, _)| begins_path(&code[..*at]));
    let names = starts.flat_map(|(at, _)| first_names(code, at + root.len()));
    names.map(|(at, name)| (at + offset, name)).collect()
}

/// Returns whether a path can start after this, rather than go on: `$crate::` and `super::super::` go on.
fn begins_path(before: &str) -> bool {
    !before.ends_with(|last: char| last.is_alphanumeric() || ['_', ':', '$'].contains(&last))
}

/// Returns the first name after a root, or of a group such as `{http::client, llm}` the first name of each part.
fn first_names(code: &str, start: usize) -> Vec<(usize, &str)> {
    let rest = &code[start..];
    if !rest.starts_with('{') {
        return name_at(code, start).into_iter().collect();
    }
    let (mut depth, mut names, mut fresh) = (0_usize, Vec::new(), false);
    for (index, character) in rest.char_indices() {
        match character {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        match character {
            _ if depth == 0 => break,
            '{' | ',' if depth == 1 => fresh = true,
            character if fresh && !character.is_whitespace() => {
                names.extend(name_at(code, start + index));
                fresh = false;
            }
            _ => {}
        }
    }
    names
}

/// Returns the module named here; types and constants at the crate's root are none.
fn name_at(code: &str, at: usize) -> Option<(usize, &str)> {
    let rest = &code[at..];
    let end = rest.find(|letter: char| !letter.is_alphanumeric() && letter != '_').unwrap_or(rest.len());
    let name = &rest[..end];
    (name.starts_with(char::is_lowercase) && name != "self" && name != "super").then_some((at, name))
}

fn line_of(code: &str, at: usize) -> usize {
    1 + code[..at].matches('\n').count()
}

#[test]
fn imports_are_found_in_every_spelling() {
    let check = |text: &str, expect: &[(usize, &str)]| {
        let expect: Vec<Import> = expect
            .iter()
            .map(|(line, module)| Import { line: *line, module: (*module).to_owned() })
            .collect();
        assert_eq!(imports(text, 1), expect, "{text}");
    };
    check("use crate::http::client;", &[(1, "http")]);
    check("fn f() -> crate::llm::Reply {}", &[(1, "llm")]);
    check("use crate::{http::a, llm};", &[(1, "http"), (1, "llm")]);
    check("use crate::{\n    http::{a, b},\n    llm,\n};", &[(2, "http"), (3, "llm")]);
    check("use crate::{http::{\n    a, b\n}, llm};\nfn f() {}", &[(1, "http"), (3, "llm")]);
    check("//! See [crate::commands].\nuse super::engine::run;", &[(2, "engine")]);
    check("mod tests {\n    use super::sink;\n    use super::super::engine;", &[(3, "engine")]);
    check("$crate::commands::x!(); use crate::Error;", &[]);
    check("use std::fs;", &[]);
}

#[test]
fn forbidden_imports_are_told_with_their_line() {
    let check = |path: &str, text: &str, expect: &[&str]| assert_eq!(faults(Path::new(path), text), expect);
    check("src/llm/client.rs", "//! A.\nuse crate::http::pace;", &[]);
    check("src/llm/client.rs", "use crate::llm::chat;", &[]);
    check(
        "src/http/pace.rs",
        "\nuse crate::llm::chat;",
        &["src/http/pace.rs:2: `http` (row 1) imports `llm` (row 2)"],
    );
    check(
        "src/llm/mod.rs",
        "use crate::studio;",
        &["src/llm/mod.rs:1: `llm` (row 2) imports `studio` (row 2)"],
    );
    check(
        "src/sink/csv.rs",
        "use super::super::error::E;",
        &["src/sink/csv.rs:1: `sink` (row 4) imports `error` (row 6)"],
    );
    check("src/sink/csv.rs", "use super::studio::Studio;", &[]);
    check("src/lib.rs", "use crate::error::Error;", &[]);
    check("src/new.rs", "", &["src/new.rs: the module `new` has no row in tests/it/layers.rs"]);
}
