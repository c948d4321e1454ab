//! Prompts: a file that is none, and names that stand for nothing.

use super::{Book, TASKS, mistake};

#[test]
fn a_bad_prompt_is_named_with_line_and_caret() {
    let run = |what, flags: &str| mistake(what, format!("run {TASKS} --provider keyword --dry-run {flags}"));
    let prompt = |what, text: &[u8]| run(what, "--prompt prompt.txt").file("prompt.txt", text);
    let given = |what, name: &str, text: &str| run(what, "--prompt prompt.txt").env(name, text);
    let plain = "Good or bad?";
    let mistakes = [
        run("none", ""),
        run("a name misspelled", "--prompt promt.txt"),
        run("no such file", "--prompt other.md"),
        run("a sentence instead of a file", "--prompt 'Is {text} good?'"),
        run("a sentence that ends like a file", "--prompt 'Is {text} good or bad?.'"),
        run("a folder", "--prompt folder.csv"),
        prompt("empty", b" \n"),
        prompt("not UTF-8", b"caf\xe9 {text}"),
        prompt("a NUL character", b"Is {text}\0 good?"),
        prompt("a field misspelled", b"You are kind.\n\tIs {txet} good or bad?\n"),
        prompt("a field nobody has", b"Is {customer_review} good?"),
        prompt("labels of a control nobody has", b"{text}: one of {labels.tone}"),
        prompt("the wrapper's word in the prompt", b"{prompt} {text}"),
        prompt("a bad wrapper that is not used", b"x {text}").env("PROMPT_TEMPLATE", "{promt}"),
        given("a wrapper with a bad name", "PROMPT_TEMPLATE", "{text}: {promt}").file("prompt.txt", plain),
        given("a wrapper without the prompt", "PROMPT_TEMPLATE", "Text: {text}").file("prompt.txt", plain),
        given("a wrapper without the task", "PROMPT_TEMPLATE", "{prompt}").file("prompt.txt", plain),
        given("no wrapping and no field", "USE_INTERNAL_PROMPT_TEMPLATE", "0").file("prompt.txt", plain),
        run("a text in the variable with a bad name", "").env("DEFAULT_PROMPT", "Is {txt} good?"),
        run("a file's name in the variable", "").env("DEFAULT_PROMPT", "promt.txt"),
        run("no such system message", "--prompt prompt.txt --system system.txt"),
        run("a bad name in the system message", "--prompt prompt.txt --system system.txt")
            .file("system.txt", "You label {langauge} texts."),
        run("an empty system message", "--prompt prompt.txt --system system.txt").file("system.txt", ""),
    ];
    Book::new().compare("prompts", &mistakes);
}
