//! Requests and replies of every dialect, as they are on the wire.

use reqwest::StatusCode;
use serde_json::json;

use super::*;
use crate::label::prediction::Usage;
use crate::llm::chat::{
    Alternative, Document, Image, Logprobs, Message, Parameters, Part, Response, Role, Token, Wording,
};

fn provider(name: &str) -> Box<dyn Provider> {
    let row = PROVIDERS.iter().find(|row| row.name == name).unwrap();
    (row.provider)(&ProviderOptions::default())
}

/// A request with a system message, a schema and nothing else.
fn plain() -> ChatRequest {
    let messages = vec![Message::text(Role::System, "Be brief."), Message::text(Role::User, "Sarcastic?")];
    let schema = Some(json!({"type": "object"}));
    ChatRequest { model: "m".to_owned(), messages, schema, parameters: Parameters::default() }
}

/// A request with everything a user can ask for.
fn full() -> ChatRequest {
    let image = Image::Inline { media_type: "image/png".to_owned(), base64: "AAAA".to_owned() };
    let parts = vec![Part::Text("What is it?".to_owned()), Part::Image(image)];
    let extra = json!({"top_p": 0.9, "keep_alive": "5m", "temperature": 0.1}).as_object().unwrap().clone();
    let parameters = Parameters {
        temperature: Some(0.7),
        responses: 3,
        max_tokens: Some(50),
        seed: Some(7),
        reasoning_effort: Some("low".to_owned()),
        logprobs: Logprobs::Unasked,
        image_size: None,
        extra,
    };
    let messages = vec![Message { role: Role::User, parts }];
    ChatRequest { model: "m".to_owned(), messages, schema: None, parameters }
}

fn body(name: &str, request: &ChatRequest, rung: Option<Rung>) -> Value {
    let base = "https://api.openai.com/v1".parse().unwrap();
    let mut capabilities = provider(name).capabilities(&base, "m");
    capabilities.rung = rung.unwrap_or(capabilities.rung);
    provider(name).body(request, &capabilities).unwrap()
}

#[test]
fn a_document_is_a_file_of_the_message() {
    let document = Document::Inline { name: "a.pdf".to_owned(), base64: "AAAA".to_owned() };
    let parts = vec![Part::Document(document), Part::Text("What is it?".to_owned())];
    let parameters = Parameters::default();
    let messages = vec![Message { role: Role::User, parts }];
    let request = ChatRequest { model: "m".to_owned(), messages, schema: None, parameters };
    let file = json!({"filename": "a.pdf", "file_data": "data:application/pdf;base64,AAAA"});
    let content = json!([{"type": "file", "file": file}, {"type": "text", "text": "What is it?"}]);
    assert_eq!(body("openai", &request, None)["messages"], json!([{"role": "user", "content": content}]));
    let source = json!({"type": "base64", "media_type": "application/pdf", "data": "AAAA"});
    let document = json!({"type": "document", "title": "a.pdf", "source": source});
    assert_eq!(body("anthropic", &request, None)["messages"][0]["content"][0], document);
}

#[test]
fn a_plain_request_has_only_what_is_needed() {
    let messages =
        json!([{"role": "system", "content": "Be brief."}, {"role": "user", "content": "Sarcastic?"}]);
    let format = json!({"type": "json_schema", "json_schema": {"name": "answer", "strict": true, "schema": {"type": "object"}}});
    for name in ["openai", "azure"] {
        let expect = json!({"model": "m", "messages": messages, "response_format": format});
        assert_eq!(body(name, &plain(), None), expect);
    }
    let expect = json!({
        "model": "m", "messages": messages, "stream": false, "truncate": false, "shift": false, "think": false,
        "options": {"num_ctx": 8192}, "format": {"type": "object"},
    });
    assert_eq!(body("ollama", &plain(), None), expect);
    let expect = json!({
        "model": "m", "max_tokens": 4096, "system": "Be brief.",
        "messages": [{"role": "user", "content": "Sarcastic?"}],
        "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
    });
    assert_eq!(body("anthropic", &plain(), None), expect);
}

#[test]
fn a_full_request_has_all_that_was_asked_for_and_the_users_fields_win() {
    let content = json!([
        {"type": "text", "text": "What is it?"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
    ]);
    let expect = json!({
        "model": "m", "messages": [{"role": "user", "content": content}], "temperature": 0.1,
        "max_completion_tokens": 50, "n": 3, "seed": 7, "reasoning_effort": "low", "top_p": 0.9, "keep_alive": "5m",
    });
    assert_eq!(body("openai", &full(), None), expect);
    let expect = json!({
        "model": "m", "messages": [{"role": "user", "content": "What is it?", "images": ["AAAA"]}], "stream": false,
        "truncate": false, "shift": false, "think": "low", "keep_alive": "5m",
        "options": {"num_ctx": 8192, "temperature": 0.1, "num_predict": 50, "seed": 7, "top_p": 0.9},
    });
    assert_eq!(body("ollama", &full(), None), expect);
    let image = json!({"type": "base64", "media_type": "image/png", "data": "AAAA"});
    let content = json!([{"type": "text", "text": "What is it?"}, {"type": "image", "source": image}]);
    let expect = json!({
        "model": "m", "messages": [{"role": "user", "content": content}], "temperature": 0.1, "max_tokens": 50,
        "output_config": {"effort": "low"}, "top_p": 0.9, "keep_alive": "5m",
    });
    assert_eq!(body("anthropic", &full(), None), expect);
}

#[test]
fn each_rung_asks_for_json_in_its_own_field() {
    let schema = json!({"type": "object"});
    let check = |rung, openai: Value, ollama: Value| {
        assert_eq!(body("anthropic", &plain(), Some(rung))["output_config"], Value::Null, "{rung:?}");
        assert_eq!(body("openai", &plain(), Some(rung))["response_format"], openai, "{rung:?}");
        assert_eq!(body("ollama", &plain(), Some(rung))["format"], ollama, "{rung:?}");
    };
    let format = json!({"type": "json_schema", "json_schema": {"name": "answer", "schema": schema}});
    check(Rung::Schema, format, schema.clone());
    check(Rung::JsonObject, json!({"type": "json_object"}), json!("json"));
    check(Rung::JsonObjectSchema, json!({"type": "json_object", "schema": schema}), json!("json"));
    check(Rung::Prompt, Value::Null, Value::Null);
    let prompt = body("openai", &plain(), Some(Rung::Prompt))["messages"][1]["content"].to_string();
    assert!(prompt.contains("JSON schema"), "{prompt}");
}

fn reply(body: &str) -> Reply {
    Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: body.into() }
}

fn check_responses(name: &str, body: &str, expect: &[Response]) {
    assert_eq!(provider(name).completion(&reply(body)).unwrap().responses, expect, "{body}");
}

fn text(text: &str) -> Response {
    Response::text(text)
}

#[test]
fn a_response_is_read_whatever_else_is_missing() {
    let check = |body: &str, expect: &[Response]| check_responses("openai", body, expect);
    check(r#"{"choices":[{"message":{"content":"yes"}}]}"#, &[text("yes")]);
    check(
        r#"{"choices":[{"message":{"content":[{"type":"text","text":"a"},{"text":"b"},{"x":1}]}}]}"#,
        &[text("ab")],
    );
    check(r#"{"choices":[{"message":{"content":null},"finish_reason":"stop"}]}"#, &[text("")]);
    check(
        r#"{"choices":[{"message":{"content":"a"}},{"message":{"content":"b"}}]}"#,
        &[text("a"), text("b")],
    );
    check(r#"{"choices":[{"error":{"code":1}},{"message":{"content":"b"}}]}"#, &[text("b")]);
    let half = r#"{"choices":[{"error":{"code":502},"message":{"content":"a"}},{"error":null,"message":{"content":"b"}}]}"#;
    check(half, &[text("b")]);
    let cut = Response::Truncated("{\"a\":".to_owned());
    check(r#"{"choices":[{"message":{"content":"{\"a\":"},"finish_reason":"length"}]}"#, &[cut]);
    let refused = Response::Refused("I will not.".to_owned());
    check(r#"{"choices":[{"message":{"content":null,"refusal":"I will not."}}]}"#, &[refused]);
    let filtered = Response::Refused("a content filter stopped the answer (`content_filter`)".to_owned());
    check(r#"{"choices":[{"message":{"content":"par"},"finish_reason":"content_filter"}]}"#, &[filtered]);
    check_responses("anthropic", r#"{"content":[{"type":"text","text":"yes"}]}"#, &[text("yes")]);
    check_responses("ollama", r#"{"message":{"content":"yes"}}"#, &[text("yes")]);
    let cut = Response::Truncated("ye".to_owned());
    check_responses("ollama", r#"{"message":{"content":"ye"},"done_reason":"length"}"#, &[cut]);
}

#[test]
fn probabilities_are_asked_for_and_read_where_each_dialect_has_them() {
    let mut request = plain();
    request.parameters.logprobs = Logprobs::Welcome;
    for name in ["openai", "azure", "ollama"] {
        let asked = body(name, &request, None);
        assert_eq!((&asked["logprobs"], &asked["top_logprobs"]), (&json!(true), &json!(5)), "{name}");
    }
    request.parameters.extra.insert("top_logprobs".to_owned(), json!(20));
    assert_eq!(body("openai", &request, None)["top_logprobs"], 20);
    assert_eq!(body("ollama", &request, None)["top_logprobs"], 20);
    let list = r#"[{"token":"yes","bytes":[121,101,115],"logprob":-0.5,"top_logprobs":[]}]"#;
    let chosen = Alternative { bytes: b"yes".to_vec(), logprob: -0.5 };
    let tokens = vec![Token { chosen, top: Vec::new() }];
    let expect = [Response::Text(Wording { text: "yes".to_owned(), tokens })];
    let message = r#""message":{"content":"yes"}"#;
    let openai = format!(r#"{{"choices":[{{{message},"logprobs":{{"content":{list}}}}}]}}"#);
    check_responses("openai", &openai, &expect);
    check_responses("azure", &openai, &expect);
    check_responses("ollama", &format!(r#"{{{message},"logprobs":{list}}}"#), &expect);
}

#[test]
fn an_answer_in_json_that_is_not_quite_right_is_not_lost() {
    let check = |body: &str, expect: &str| check_responses("openai", body, &[text(expect)]);
    check(
        r#"{"choices":[{"message":{"content":"a \ud83d \ud83d\ude00 \udc00"}}]}"#,
        "a \u{fffd} \u{1f600} \u{fffd}",
    );
    check("\u{feff}\n\n {\"choices\":[{\"message\":{\"content\":\"a\"}}]}\r\n\0", "a");
    check(r#"{"choices":[{"message":{"content":"a"}}]} late"#, "a");
    check(r#"{"choices":[{"message":{"content":"a"}}],"usage":{"cost":NaN,"x":-Infinity}}"#, "a");
    check("{\"choices\":[{\"message\":{\"content\":\"a\nb\"}}]}", "a\nb");
    // Of a key that is there twice the last one counts.
    check(r#"{"choices":[{"message":{"content":"a","content":"b"}}]}"#, "b");
    let half = r#"{"message":{"content":"a \ud83d"},"prompt_eval_count":5}"#;
    check_responses("ollama", half, &[text("a \u{fffd}")]);
}

#[test]
fn usage_and_cost_are_read_where_the_server_tells_them() {
    let body = r#"{"choices":[{"message":{"content":""}}],"usage":{"prompt_tokens":10.0,"completion_tokens":4,
        "prompt_tokens_details":{"cached_tokens":8},"completion_tokens_details":{"reasoning_tokens":2},"cost":0.5}}"#;
    let completion = provider("openai").completion(&reply(body)).unwrap();
    let expect =
        Usage { requests: 1, prompt_tokens: 10, completion_tokens: 4, cached_tokens: 8, reasoning_tokens: 2 };
    assert_eq!(completion.bill, Bill { usage: expect, cost: Some(0.5) });
    let mut litellm = reply(r#"{"choices":[{"message":{"content":""}}]}"#);
    litellm.headers.insert("x-litellm-response-cost", "1.5e-05".parse().unwrap());
    assert_eq!(provider("azure").completion(&litellm).unwrap().bill.cost, Some(1.5e-5));
    litellm.headers.insert("x-litellm-response-cost", "None".parse().unwrap());
    assert_eq!(provider("azure").completion(&litellm).unwrap().bill.cost, None);
    let ollama =
        provider("ollama").completion(&reply(r#"{"message":{"content":""},"prompt_eval_count":5}"#)).unwrap();
    assert_eq!(ollama.bill.usage, Usage { requests: 1, prompt_tokens: 5, ..Usage::default() });
}

#[test]
fn what_was_used_is_read_from_a_reply_without_an_answer_too() {
    let check = |name: &str, body: &str, expect: (u64, u64, Option<f64>)| {
        let Bill { usage, cost } = provider(name).bill(&reply(body));
        assert_eq!((usage.prompt_tokens, usage.completion_tokens, cost), expect, "{body}");
    };
    check(
        "openai",
        r#"{"error":{},"usage":{"prompt_tokens":9,"completion_tokens":4,"cost":0.1}}"#,
        (9, 4, Some(0.1)),
    );
    // xAI, whose answers count without the reasoning.
    let usage = r#"{"prompt_tokens":9,"completion_tokens":4,"total_tokens":113,"completion_tokens_details":{"reasoning_tokens":100}}"#;
    check("openai", &format!(r#"{{"usage":{usage}}}"#), (9, 104, None));
    check("azure", r#"{"usage":{"prompt_tokens":9,"total_tokens":3}}"#, (9, 0, None));
    check("azure", r#"{"usage":{"cost":-1.0}}"#, (0, 0, None));
    let usage = r#"{"input_tokens":9,"cache_read_input_tokens":1,"output_tokens":4,"cost":0.5}"#;
    check("anthropic", &format!(r#"{{"error":{{}},"usage":{usage}}}"#), (10, 4, Some(0.5)));
    check("ollama", r#"{"error":"x","prompt_eval_count":9,"eval_count":4}"#, (9, 4, None));
    for body in ["", "[]", "null", "<html>", r#"{"usage":7}"#, r#"{"usage":null}"#] {
        check("openai", body, (0, 0, None));
        check("anthropic", body, (0, 0, None));
        check("ollama", body, (0, 0, None));
    }
}

#[test]
fn what_is_no_completion_says_what_it_is() {
    let check = |name: &str, body: &str, expect: &str| {
        assert_eq!(provider(name).completion(&reply(body)).unwrap_err().to_string(), expect);
    };
    check("openai", "", "expected JSON, found an empty body");
    check("openai", "<html>", "expected JSON, found a web page; is the base URL right?");
    let stream = "expected JSON, found a stream of events; turn it off with `--param stream=false`";
    check("openai", "data: {}", stream);
    check("openai", ": keep-alive\n\ndata: {}", stream);
    let lines = "{\"message\":{\"content\":\"a\"}}\n{\"done\":true}";
    let found =
        "`{\"message\":{\"content\":\"a\"}}\n{\"done\":true}` (trailing characters at line 2 column 1)";
    check("ollama", lines, &format!("expected JSON, found {found}"));
    check("openai", "{}", "expected `choices` with a message, found an empty object");
    let models = r#"{"object":"list","data":[]}"#;
    check("openai", models, "expected `choices` with a message, found an object with `object`, `data`");
    check("anthropic", r#"{"choices":[]}"#, "expected a list as `content`, found an object with `choices`");
    check("ollama", "[]", "expected `message.content`, found an array");
}

#[test]
fn every_row_builds_the_dialect_of_its_name() {
    for row in PROVIDERS {
        assert_eq!(provider(row.name).name(), row.name);
        assert!(row.default_base.is_none_or(|base| Url::parse(base).is_ok()), "{}", row.name);
    }
}

#[test]
fn counts_that_cannot_be_are_cut_so_that_sums_hold() {
    for (written, expect) in [
        ("-5", 0),
        ("\"7\"", 7),
        ("NaN", 0),
        ("null", 0),
        ("[3]", 0),
        ("18446744073709551615", 4_294_967_295),
        ("1e300", 4_294_967_295),
    ] {
        let body = format!(
            r#"{{"choices":[{{"message":{{"content":""}}}}],"usage":{{"prompt_tokens":{written},"completion_tokens":1}}}}"#
        );
        let usage = provider("openai").completion(&reply(&body)).unwrap().bill.usage;
        assert_eq!((usage.prompt_tokens, usage.completion_tokens), (expect, 1), "{written}");
    }
}
