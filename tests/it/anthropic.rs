//! Claude by Anthropic's own interface.

use serde_json::{Value, json};

use crate::support::canned::Canned;
use crate::support::host::Record;
use crate::support::llm::asked::Dialect;
use crate::support::llm::capability::Takes;
use crate::support::llm::reply::{Said, refusal};
use crate::support::llm::{Llm, Setup};
use crate::support::program::Outcome;
use crate::support::story::{MODEL_KEY, MOODS, Story, model, texts};
use crate::support::studio::Studio;

const MODEL: &str = "claude-haiku-5-5";

/// Returns a story whose model is reached by Anthropic's variables alone.
fn story(llm: Llm, (config, tasks): (&str, &[Value])) -> Story {
    let url = llm.url();
    Story::with(Studio::start(), llm, (config, tasks)).program(|program| {
        let program = program.env("OPENAI_BASE_URL", "").env("OPENAI_API_KEY", "");
        program
            .env("OPENAI_PROVIDER", "anthropic")
            .env("ANTHROPIC_API_KEY", MODEL_KEY)
            .env("ANTHROPIC_BASE_URL", &url)
    })
}

fn moods(count: usize) -> Story {
    story(model(), (MOODS, &texts(count)))
}

fn run(story: &Story, args: &[&str]) -> Outcome {
    story.run(&[&["--model-version", "v1"], args].concat())
}

fn bodies(story: &Story) -> Vec<Value> {
    story.llm.requests().iter().map(Record::json).collect()
}

#[test]
fn every_task_is_labeled_with_a_schema() {
    let story = moods(6);
    run(&story, &[]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=positive"; 6]);
    for request in story.llm.requests() {
        let body = request.json();
        assert_eq!((&*request.path, request.header("x-api-key")), ("/v1/messages", MODEL_KEY));
        assert_eq!(request.header("authorization"), "");
        assert_eq!((&body["model"], &body["max_tokens"]), (&json!(MODEL), &json!(4096)));
        assert_eq!(body["output_config"]["format"]["type"], "json_schema");
        let others = ["temperature", "n", "seed", "stream", "thinking", "response_format"];
        assert!(others.iter().all(|name| body.get(*name).is_none()), "{body}");
    }
    assert!(story.llm.most_in_flight() <= 8);
}

#[test]
fn no_form_has_what_its_schemas_cannot_say() {
    let config = r#"<View><Text name="text" value="$text"/>
        <Choices name="one" toName="text"><Choice value="a"/><Choice value="b"/></Choices>
        <Choices name="many" toName="text" choice="multiple"><Choice value="a"/><Choice value="b"/></Choices>
        <Choices name="where" toName="text" visibleWhen="choice-selected" whenTagName="one" whenChoiceValue="a">
            <Choice value="c"/><Choice value="d"/></Choices>
        <Rating name="stars" toName="text" required="true"/><Number name="count" toName="text" min="1" max="9"/>
        <DateTime name="day" toName="text" only="date" min="2020-01-01"/><TextArea name="note" toName="text"/>
        <Taxonomy name="tree" toName="text" maxUsages="2"><Choice value="x"><Choice value="y"/></Choice></Taxonomy>
        </View>"#;
    let story = story(model(), (config, &texts(1)));
    run(&story, &[]);
    let bodies = bodies(&story);
    assert_eq!(bodies[0]["output_config"]["format"]["schema"]["required"].as_array().map(Vec::len), Some(8));
    assert!(bodies.iter().all(|body| body["output_config"]["format"].is_object()), "a schema was refused");
}

#[test]
fn a_model_without_schemas_is_told_it_in_the_prompt_after_one_refusal() {
    let setup = Setup { key: Some(MODEL_KEY.to_owned()), takes: Takes::Text, ..Setup::default() };
    let story = story(Llm::with(setup), (MOODS, &texts(4)));
    story.llm.answer(|_| json!({"mood": "negative"}).to_string());
    run(&story, &[]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=negative"; 4]);
    let told = |body: &Value| body["messages"].to_string().contains("JSON schema");
    let ways: Vec<bool> = bodies(&story).iter().map(told).collect();
    assert_eq!(ways, [false, true, true, true, true]);
    story.program.forget_paid();
    story.run(&["--model-version", "v2", "--limit", "1"]).assert_code(0);
    assert!(bodies(&story)[5..].iter().all(told), "the second run knows");
}

#[test]
fn several_responses_are_asked_for_one_by_one() {
    let story = moods(2);
    run(&story, &["--num-responses", "3"]).assert_code(0);
    assert_eq!(story.llm.count(), 6);
}

#[test]
fn a_bad_answer_is_corrected_in_turns() {
    let story = moods(1);
    story.llm.answer(|asked| {
        let is_told = asked.text.contains("cannot be used") || asked.text.contains("was empty");
        json!({"mood": if is_told { "negative" } else { "sunny" }}).to_string()
    });
    run(&story, &[]).assert_code(0);
    assert_eq!(story.predicted(), ["v1: mood=negative"]);
    let roles: Vec<Value> = bodies(&story)[1]["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|message| message["role"].clone())
        .collect();
    assert_eq!(roles, ["user", "assistant", "user"]);
}

#[test]
fn an_answer_that_is_cut_off_is_asked_for_with_a_larger_limit() {
    let story = moods(1);
    story.llm.say(|asked| {
        let is_long = 4096 < asked.body["max_tokens"].as_u64().unwrap_or_default();
        let finish_reason = if is_long { "stop" } else { "length" }.to_owned();
        Said { finish_reason, ..Said::text(asked, &asked.legal_answer()) }
    });
    run(&story, &[]).assert_code(0);
    assert_eq!(bodies(&story)[1]["max_tokens"], 16_384);
}

#[test]
fn a_refusal_is_told_in_the_models_words() {
    let story = moods(1);
    story.llm.say(|asked| Said { refusal: Some("It is about weapons.".to_owned()), ..Said::text(asked, "") });
    run(&story, &[]).assert_code(4).assert_tells("It is about weapons.");
}

#[test]
fn what_it_has_no_words_for_is_told_before_anything_is_sent() {
    let story = moods(1);
    run(&story, &["--seed-model", "7"])
        .assert_code(3)
        .assert_tells("`--seed-model`: `--provider anthropic` has no");
    run(&story, &["--param", "system=x"]).assert_code(3).assert_tells("`--param system`");
    assert_eq!(story.llm.count(), 0);
}

#[test]
fn a_refused_option_ends_the_run_at_the_first_request_by_its_name() {
    let check = |refused: Option<&str>, args: &[&str], words: &str| {
        let refused_field = refused.map(str::to_owned);
        let setup = Setup { key: Some(MODEL_KEY.to_owned()), refused_field, ..Setup::default() };
        let story = story(Llm::with(setup), (MOODS, &texts(5)));
        run(&story, args).assert_code(6).assert_tells(words);
        assert_eq!(story.llm.count(), 1, "{args:?}");
    };
    check(Some("temperature"), &["--temperature", "0.2"], "leave out `--temperature`");
    check(Some("thinking"), &["--reasoning-effort", "none"], "leave out or change `--reasoning-effort`");
    check(Some("top_p"), &["--param", "top_p=0.5"], "leave out or change `--param top_p=…`");
    check(
        Some("temperature"),
        &["--param", "temperature=0.5"],
        "leave out or change `--param temperature=…`",
    );
    check(None, &["--param", "logprobs=true"], "leave out or change `--param logprobs=…`");
}

#[test]
fn an_effort_that_the_model_does_not_have_is_named() {
    let story = moods(3);
    let words = "This model does not support the effort parameter.";
    story.llm.direct(|asked| {
        let has_effort = asked.body["output_config"]["effort"].is_string();
        has_effort.then(|| refusal(Dialect::Anthropic, 400, "invalid_request_error", words))
    });
    run(&story, &["--reasoning-effort", "low"]).assert_code(6).assert_tells("`--reasoning-effort`");
    assert_eq!(story.llm.count(), 1);
    run(&story, &[]).assert_code(0);
}

#[test]
fn every_trouble_of_the_server_is_understood() {
    let check = |status: u16, kind: &str, words: &str, code: i32, tells: &str| {
        let story = moods(2);
        story.llm.script(1, refusal(Dialect::Anthropic, status, kind, words));
        run(&story, &["--concurrency", "1"]).assert_code(code).assert_tells(tells);
    };
    check(401, "authentication_error", "invalid x-api-key", 6, "access denied (401)");
    check(402, "billing_error", "Payment required", 6, "the account cannot be charged");
    check(404, "not_found_error", "model: claude-x", 6, "no such model");
    check(413, "request_too_large", "Request exceeds the maximum size", 4, "too large");
    let long = "prompt is too long: 205000 tokens > 200000 maximum";
    check(400, "invalid_request_error", long, 4, "too long for the model");
}

#[test]
fn a_busy_server_is_asked_again_until_it_answers() {
    let story = moods(3);
    let overloaded = || refusal(Dialect::Anthropic, 529, "overloaded_error", "Overloaded");
    let limited =
        refusal(Dialect::Anthropic, 429, "rate_limit_error", "This request would exceed the rate limit");
    story.llm.script(1, overloaded());
    story.llm.script(2, limited.header("retry-after", "1"));
    story.llm.script(3, Canned::cut());
    run(&story, &[]).assert_code(0);
    assert_eq!((story.predicted(), story.llm.count()), (vec!["v1: mood=positive".to_owned(); 3], 6));
}

#[test]
fn what_the_headers_say_is_left_is_kept() {
    let story = moods(1);
    story.llm.direct(|asked| {
        let said = Said::text(asked, &asked.legal_answer());
        let reply = crate::support::llm::reply::completion(asked, &said);
        Some(
            reply
                .header("anthropic-ratelimit-requests-limit", "50")
                .header("anthropic-ratelimit-requests-remaining", "49"),
        )
    });
    run(&story, &["-v"]).assert_code(0).assert_tells("the server allows 50 requests a minute");
}

#[test]
fn tokens_from_a_cache_and_the_price_are_in_the_summary() {
    let story = moods(1);
    story.llm.say(|asked| Said { usage: Some((1_000, 100)), ..Said::text(asked, &asked.legal_answer()) });
    // A gateway's own prices are not known.
    run(&story, &["--summary", "summary.json", "--price-model", "claude-haiku-4-5"]).assert_code(0);
    let summary = story.summary("summary.json");
    let tokens = json!({"prompt": 1_000, "cached": 500, "completion": 100, "reasoning": 0});
    assert_eq!((&summary["tokens"], &summary["cost_usd"]), (&tokens, &json!(0.00105)));
}

#[test]
fn without_a_key_the_right_variable_is_named() {
    let story =
        moods(1).program(|program| program.env("ANTHROPIC_API_KEY", "").env("ANTHROPIC_BASE_URL", ""));
    run(&story, &[]).assert_code(3).assert_tells("set `ANTHROPIC_API_KEY`");
}
