//! Settings that do not come from flags: a text names the variable, or the key and the file.

use super::{Book, Mistake, REST, TASKS, mistake};

#[test]
fn a_bad_variable_is_named_by_its_name() {
    let run = |what, name: &str, value: &str| mistake(what, format!("run {TASKS} {REST}")).env(name, value);
    let bare = |what, name: &str, value: &str| mistake(what, "run --prompt prompt.txt").env(name, value);
    let mistakes = [
        bare("a project by name", "LABEL_STUDIO_PROJECT_ID", "reviews"),
        bare("a project by name in our own variable", "LS_AUTOLABEL_PROJECT", "reviews"),
        run("a word for a temperature", "TEMPERATURE", "warm"),
        run("a temperature out of range", "TEMPERATURE", "7"),
        run("no responses", "NUM_RESPONSES", "0"),
        run("wrapping by a word", "USE_INTERNAL_PROMPT_TEMPLATE", "true"),
        run("a choice nobody knows", "LS_AUTOLABEL_ONLY", "new"),
        run("a switch by a word", "LS_AUTOLABEL_REPLACE", "maybe"),
        run("a model version with a comma", "LS_AUTOLABEL_MODEL_VERSION", "a,b"),
        run("a list with a bad line", "LS_AUTOLABEL_PARAM", "top_p=1\nseed"),
        run("a variable of ours misspelled", "LS_AUTOLABEL_CONCURENCY", "4"),
        run("a settings file that is not there", "LS_AUTOLABEL_CONFIG", "mine.toml"),
    ];
    Book::new().compare("variables", &mistakes);
}

#[test]
fn a_bad_settings_file_is_named_with_key_or_line() {
    let run = |what, toml: &str| {
        mistake(what, format!("run {TASKS} {REST}")).file("ls-autolabel.toml", toml.as_bytes())
    };
    let named = |what, name: &str| mistake(what, format!("run {TASKS} {REST} --config {name}"));
    let mistakes: Vec<Mistake> = vec![
        run("a key misspelled", "concurency = 4\n"),
        run("a key with a dash", "max-retries = 4\n"),
        run("a key nobody knows", "colour = \"red\"\n"),
        run("a table for a group", "[limits]\nrpm = 60\n"),
        run("a word for a number", "rpm = \"many\"\n"),
        run("a number out of range", "concurrency = 0\n"),
        run("a list for a number", "rpm = [60, 70]\n"),
        run("a table for a number", "rpm = { minute = 60 }\n"),
        run("a date for a number", "limit = 2026-11-20\n"),
        run("a word for a switch", "replace = \"often\"\n"),
        run("a key of ours in the file", "api_key = \"sk-none\"\n"),
        run("a key of ours in its table", "[label_studio]\napi_key = \"sk-none\"\n"),
        run("no TOML", "rpm: 60\n"),
        run("no quotes", "only = all\nrpm = 60\n"),
        run("a key twice", "rpm = 60\nrpm = 70\n"),
        mistake("not UTF-8", format!("run {TASKS} {REST}"))
            .file("ls-autolabel.toml", b"model = \"caf\xe9\"\n".as_slice()),
        named("a file that is not there", "mine.toml"),
        named("a folder", "folder.csv"),
    ];
    Book::new().hiding("sk-none").compare("settings_file", &mistakes);
}
