//! Flags and arguments: what is not known, not a value, or does not go with another.

use super::{Book, Mistake, REST, TASKS, mistake};

#[test]
fn what_is_typed_wrong_is_named_with_what_was_meant() {
    let run = |what, flag: &str| mistake(what, format!("run {TASKS} {REST} {flag}"));
    let plain = |what, line: &str| mistake(what, line);
    let mistakes = [
        plain("nothing typed", ""),
        plain("a command misspelled", "rnu --project 12"),
        plain("a command of another tool", "predict"),
        plain("a flag misspelled", "run --projct 12"),
        plain("a flag of another command", "push out.jsonl --prompt prompt.txt"),
        plain("a key as a flag", "run --api-key 1234"),
        plain("a project by name", "run --project reviews"),
        plain("project 0", "run --project 0"),
        plain("a flag without its value", "run --project"),
        plain("a file without its flag", "run tasks.csv"),
        plain("push without a file", "push --project 12"),
        plain("a shell nobody knows", "completions tcsh"),
        plain("quiet and verbose", "run --quiet --verbose"),
        plain("a colour instead of when", "run --color red"),
        run("a word for a limit", "--limit all"),
        run("a flag twice", "--limit 1 --limit 2"),
        run("a choice misspelled", "--only unlabelled"),
        run("a word for a temperature", "--temperature hot"),
        run("too many responses", "--num-responses 200"),
        run("no concurrency", "--concurrency 0"),
        run("too long a timeout", "--timeout 90000"),
        run("a context of one token", "--num-ctx 1"),
        run("a budget of nothing", "--max-cost 0"),
        run("a budget of no tokens", "--max-tokens-total 0"),
        run("a word among ids", "--ids 1,five"),
        run("ids backwards", "--ids 9-5"),
        run("a parameter without a value", "--param top_p"),
        run("a header without a value", "--header X-Team"),
        run("a way to ask nobody knows", "--answer json"),
        run("more examples than there is room for", "--examples 1000"),
        run("a way to choose examples nobody knows", "--examples 3 --examples-by best"),
        run("wrapping by a word", "--use-internal-prompt-template yes"),
        run("a switch with a value behind a space", "--replace no"),
    ];
    Book::new().compare("flags", &mistakes);
}

#[test]
fn what_does_not_go_together_is_told_apart() {
    let files = |what, flags: &str| mistake(what, format!("run {TASKS} {flags}"));
    let run = |what, flag: &str| mistake(what, format!("run {TASKS} {REST} {flag}"));
    let project = |what, flags: &str| mistake(what, format!("run --project 12 {flags}"));
    let mistakes = [
        mistake("no tasks from anywhere", "run --prompt prompt.txt"),
        mistake("a file of tasks without a labeling config", format!("run --tasks tasks.csv {REST}")),
        files("tasks from a file and nowhere to put predictions", "--prompt prompt.txt --provider keyword"),
        run("tasks from two places", "--project 12"),
        run("a view of a file", "--view 3"),
        run("standard output and a file", "--output out.jsonl"),
        run("replacing predictions while nothing is posted", "--replace"),
        project(
            "replacing predictions in a file",
            "--prompt prompt.txt --provider keyword --output out.jsonl --replace",
        )
        .env("LABEL_STUDIO_API_KEY", "0123abcd"),
        project("a labeling config beside a project", "--prompt prompt.txt --label-config config.xml"),
        run("a seed without a sample", "--seed 7"),
        run("examples from a file, but not how many", "--examples-from tasks.csv"),
        run("a way to choose examples, but not how many", "--examples-by fixed"),
        run("examples from standard input", "--examples 3 --examples-from -"),
        run("examples for another tool's prompt", "--examples 3 --profile llm-interactive"),
        run("turns for another tool's prompt", "--as-turns --profile llm-interactive"),
        mistake(
            "examples from the standard input that has the tasks",
            format!("run --tasks - --label-config config.xml {REST} --examples 3"),
        ),
        run("a model version without a name", "--model-version ''"),
        run("a model version with a comma", "--model-version 'v1, final'"),
        run("a temperature out of range", "--temperature 3"),
        run("a temperature that is no number", "--temperature NaN"),
        run("a sample of nothing", "--sample 0"),
        run("a limit of nothing", "--limit 0"),
    ];
    Book::new().compare("conflicts", &mistakes);
}

#[test]
fn what_is_odd_about_the_model_is_named() {
    let run = |what, flags: &str| mistake(what, format!("run {TASKS} --prompt prompt.txt --dry-run {flags}"));
    let keyed = |mistake: Mistake| mistake.env("OPENAI_API_KEY", "sk-none");
    let mistakes = [
        run("a provider misspelled", "--provider opnai"),
        run("a provider that is served as another", "--provider groq"),
        run("a provider of the environment", "").env("OPENAI_PROVIDER", "bedrock"),
        run("no model for Ollama", "--provider ollama"),
        run("no deployment for Azure", "--provider azure --base-url https://me.openai.azure.com"),
        run("no resource for Azure", "--provider azure --model gpt"),
        run("no key for OpenAI", ""),
        run("no key for Azure", "--provider azure --base-url https://me.openai.azure.com --model gpt"),
        keyed(run("an address without a scheme", "--base-url localhost:8000/v1")),
        keyed(run("an address with another scheme", "--base-url ftp://localhost/v1")),
        keyed(run("an address with a password", "--base-url http://me:secret@localhost/v1")),
        keyed(run("an address with a bad port", "")).env("OPENAI_BASE_URL", "http://localhost:80x/v1"),
        keyed(run("a negative price", "--price-in=-1 --price-out 1")),
        keyed(run("a price that is no number", "--price-in cheap")),
        keyed(run("half a price", "--model nobody-knows --price-in 1")),
        keyed(run("a price of a model nobody knows", "--price-model gpt-99")),
        keyed(run("a parameter that is not the user's", "--param messages=[]")),
        keyed(run("a header that is none", "--header 'X Team=a'")),
    ];
    Book::new().hiding("secret@").hiding("sk-none").compare("models", &mistakes);
}
