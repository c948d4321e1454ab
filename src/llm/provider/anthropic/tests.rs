//! Requests in Anthropic's words, and its replies.

use reqwest::StatusCode;

use super::*;
use crate::llm::chat::Parameters;

fn request(messages: Vec<Message>, schema: Option<Value>) -> ChatRequest {
    ChatRequest { model: "m".to_owned(), messages, schema, parameters: Parameters::default() }
}

fn encoded(request: &ChatRequest) -> Result<Value, EncodeError> {
    let base = "https://api.anthropic.com/v1".parse().unwrap();
    Anthropic.body(request, &Anthropic.capabilities(&base, "m"))
}

#[test]
fn its_address_is_found_however_the_base_is_written() {
    let check = |base: &str, expect: &str| {
        assert_eq!(Anthropic.endpoint(&base.parse().unwrap(), "m").as_str(), expect, "{base}");
    };
    for base in ["", "/", "/v1", "/v1/", "/v1/messages", "/v1/messages/"] {
        check(&format!("https://api.anthropic.com{base}"), "https://api.anthropic.com/v1/messages");
    }
    check("https://host/anthropic", "https://host/anthropic/v1/messages");
    check("https://host/proxy/messages?tenant=7", "https://host/proxy/messages?tenant=7");
}

#[test]
fn the_version_is_always_told_and_the_key_is_kept_secret() {
    let headers = Anthropic.headers(Some(&Secret::new("sk-ant-1\n")));
    assert_eq!(
        (&headers["x-api-key"], headers["x-api-key"].is_sensitive()),
        (&sensitive("sk-ant-1").unwrap(), true)
    );
    assert_eq!((headers.len(), &headers["anthropic-version"]), (2, &VERSION));
    assert_eq!(Anthropic.headers(None).len(), 1);
}

/// Expects the system prompt and the messages of these, each a role and its texts.
#[track_caller]
fn check_turns(said: &[(Role, &[&str])], system: &Value, expect: &Value) {
    let messages = said.iter().map(|(role, texts)| {
        let parts = texts.iter().map(|text| Part::Text((*text).to_owned())).collect();
        Message { role: *role, parts }
    });
    let body = encoded(&request(messages.collect(), None)).unwrap();
    assert_eq!((&body["system"], &body["messages"]), (system, expect), "{said:?}");
}

#[test]
fn the_sides_take_turns_and_nobody_says_nothing() {
    let block = |text: &str| json!({"type": "text", "text": text});
    let (system, user, assistant) = (Role::System, Role::User, Role::Assistant);
    check_turns(&[(user, &["a"])], &Value::Null, &json!([{"role": "user", "content": "a"}]));
    let turns = json!([
        {"role": "user", "content": "a"}, {"role": "assistant", "content": "b"}, {"role": "user", "content": "c"},
    ]);
    check_turns(
        &[(system, &["s"]), (user, &["a"]), (assistant, &["b"]), (user, &["c"]), (system, &["t", " "])],
        &json!("s\n\nt"),
        &turns,
    );
    let merged = json!([{"role": "user", "content": [block("a"), block("b"), block("c")]}]);
    check_turns(&[(user, &["a", "b"]), (assistant, &["\n"]), (user, &["", "c"])], &Value::Null, &merged);
    let assistants = json!([
        {"role": "user", "content": "a"}, {"role": "assistant", "content": [block("b"), block("c")]},
        {"role": "user", "content": "d"},
    ]);
    check_turns(
        &[(user, &["a"]), (assistant, &["b"]), (assistant, &["c"]), (user, &["d"])],
        &Value::Null,
        &assistants,
    );
    let nothing = request(vec![Message::text(user, " "), Message::text(system, "s")], None);
    assert!(encoded(&nothing).unwrap_err().to_string().contains("the prompt is empty"));
}

#[test]
fn an_image_goes_by_its_address_or_its_content() {
    let image = Image::Url("https://host/i.png".to_owned());
    let parts = vec![Part::Image(image), Part::Text(String::new())];
    let body = encoded(&request(vec![Message { role: Role::User, parts }], None)).unwrap();
    let block = json!({"type": "image", "source": {"type": "url", "url": "https://host/i.png"}});
    assert_eq!(body["messages"], json!([{"role": "user", "content": [block]}]));
}

#[test]
fn an_effort_is_sent_on_and_none_turns_thinking_off() {
    let check = |effort: &str, extra: Value, expect: [Value; 2]| {
        let mut request = request(vec![Message::text(Role::User, "a")], Some(json!({"type": "object"})));
        request.parameters.reasoning_effort = Some(effort.to_owned());
        request.parameters.extra = extra.as_object().unwrap().clone();
        let body = encoded(&request).unwrap();
        assert_eq!([body["output_config"].clone(), body["thinking"].clone()], expect, "{effort} {extra}");
    };
    let format = json!({"type": "json_schema", "schema": {"type": "object"}});
    check("high", json!({}), [json!({"format": format, "effort": "high"}), Value::Null]);
    check("none", json!({}), [json!({"format": format}), json!({"type": "disabled"})]);
    let extra = json!({"output_config": {"effort": "max"}, "thinking": {"type": "adaptive"}});
    check("low", extra, [json!({"format": format, "effort": "max"}), json!({"type": "adaptive"})]);
}

#[test]
fn a_schema_with_too_many_unions_goes_into_the_prompt() {
    let schema = |count: usize| {
        let property =
            |number| (format!("p{number}"), json!({"anyOf": [{"type": "string"}, {"type": "null"}]}));
        json!({"type": "object", "properties": Value::Object((0..count).map(property).collect())})
    };
    let check = |count, is_field: bool| {
        let body = encoded(&request(vec![Message::text(Role::User, "a")], Some(schema(count)))).unwrap();
        let is_told = body["messages"].to_string().contains("JSON schema");
        assert_eq!((body.get("output_config").is_some(), is_told), (is_field, !is_field), "{count}");
    };
    check(16, true);
    check(17, false);
}

fn read_reply(body: &Value) -> Completion {
    let body = body.to_string().into_bytes();
    Anthropic.completion(&Reply { status: StatusCode::OK, headers: HeaderMap::new(), body }).unwrap()
}

#[test]
fn what_stops_an_answer_decides_what_it_is() {
    let check = |stop: &str, details: Value, expect: Response| {
        let content = json!([
            {"type": "thinking", "thinking": "Hm.", "signature": "s"}, {"type": "redacted_thinking", "data": "x"},
            {"type": "text", "text": "{\"a\":"}, {"type": "text", "text": "1}"},
        ]);
        let body = json!({"content": content, "stop_reason": stop, "stop_details": details});
        assert_eq!(read_reply(&body).responses, [expect], "{stop}");
    };
    let text = || "{\"a\":1}".to_owned();
    for stop in ["end_turn", "stop_sequence", "something new"] {
        check(stop, Value::Null, Response::text(text()));
    }
    for stop in ["max_tokens", "model_context_window_exceeded"] {
        check(stop, Value::Null, Response::Truncated(text()));
    }
    let refused = |words: &str| Response::Refused(format!("the model refuses to answer (`refusal`{words})"));
    check("refusal", Value::Null, refused(""));
    check("refusal", json!({"category": "bio", "explanation": null}), refused(": bio"));
    check("refusal", json!({"category": "bio", "explanation": "It is."}), refused(": It is."));
    assert_eq!(read_reply(&json!({"content": []})).responses, [Response::text("")]);
}

#[test]
fn what_came_from_a_cache_counts_as_prompt() {
    let usage = json!({
        "input_tokens": 10, "cache_read_input_tokens": 5, "cache_creation_input_tokens": 7, "output_tokens": 4,
        "output_tokens_details": {"thinking_tokens": 3},
    });
    let expect =
        Usage { requests: 1, prompt_tokens: 22, completion_tokens: 4, cached_tokens: 5, reasoning_tokens: 3 };
    assert_eq!(read_reply(&json!({"content": [], "usage": usage})).bill, Bill { usage: expect, cost: None });
}
