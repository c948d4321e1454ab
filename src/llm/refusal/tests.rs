//! Refusals in the words of every server.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use serde_json::json;

use super::*;

fn check(status: u16, body: &str, expect: Option<&Part>) {
    let sent = json!({
        "model": "m", "messages": [], "response_format": {"type": "json_schema"}, "max_tokens": 9, "n": 3,
        "temperature": 0.5, "seed": 1, "logprobs": true,
    });
    let status = StatusCode::from_u16(status).unwrap();
    let reply = Reply { status, headers: HeaderMap::new(), body: body.into() };
    assert_eq!(refusal(&reply, &sent).map(|refusal| refusal.part).as_ref(), expect, "{body}");
}

#[test]
fn a_schema_that_is_not_taken_is_known_by_every_servers_words() {
    let bodies = [
        // OpenAI, an old model.
        (
            400,
            r#"{"error":{"message":"Invalid parameter: 'response_format' of type 'json_schema' is not supported with this model.","type":"invalid_request_error","param":null,"code":null}}"#,
        ),
        // Azure, an old version of its interface.
        (
            400,
            r#"{"error":{"code":"BadRequest","message":"response_format value as json_schema is enabled only for api versions 2024-08-01-preview and later"}}"#,
        ),
        // Groq.
        (
            400,
            r#"{"error":{"message":"This model does not support response format `json_schema`. See the documentation","type":"invalid_request_error"}}"#,
        ),
        // Mistral.
        (
            422,
            r#"{"object":"error","message":{"detail":[{"type":"literal_error","loc":["body","response_format","type"],"msg":"Input should be 'text' or 'json_object'"}]},"type":"invalid_request_error"}"#,
        ),
        // llama-cpp-python, whose validation errors are 500.
        (
            500,
            r#"{"error":{"message":"[{'type': 'literal_error', 'loc': ('body', 'response_format', 'type'), 'msg': \"Input should be 'text' or 'json_object'\"}]","type":"internal_server_error","param":null,"code":null}}"#,
        ),
        // llama.cpp.
        (
            400,
            r#"{"error":{"code":400,"message":"Failed to initialize samplers: failed to parse grammar","type":"invalid_request_error"}}"#,
        ),
        // DeepSeek.
        (
            400,
            r#"{"error":{"message":"This response_format type is unavailable now","type":"invalid_request_error","param":null,"code":"invalid_request_error"}}"#,
        ),
        // LiteLLM before a model that takes none.
        (
            400,
            r#"{"error":{"message":"litellm.UnsupportedParamsError: p does not support parameters: ['response_format'], for model=m","type":"None","param":"None","code":"400"}}"#,
        ),
        // LM Studio.
        (400, r#"{"error":"'response_format.type' must be 'json_schema' or 'text'"}"#),
    ];
    for (status, body) in bodies {
        check(status, body, Some(&Part::Schema));
    }
}

#[test]
fn a_schema_that_is_not_taken_for_what_is_in_it_says_nothing_of_others() {
    let bodies = [
        // OpenAI, a schema that is not strict enough.
        (
            400,
            r#"{"error":{"message":"Invalid schema for response_format 'answer': In context=(), 'additionalProperties' is required.","type":"invalid_request_error","param":"response_format","code":null}}"#,
        ),
        // llama.cpp.
        (
            400,
            r#"{"error":{"code":400,"message":"Unable to generate parser for this template. Automatic parser generation failed: JSON schema error at #: unrecognized type foo","type":"invalid_request_error"}}"#,
        ),
        // vLLM.
        (
            400,
            r#"{"object":"error","message":"The provided JSON schema contains features not supported by xgrammar.","type":"BadRequestError","param":null,"code":400}"#,
        ),
    ];
    for (status, body) in bodies {
        check(status, body, Some(&Part::OwnSchema));
    }
}

#[test]
fn other_fields_are_known_by_their_name() {
    let openai = r#"{"error":{"message":"Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.","param":"max_tokens","code":"unsupported_parameter"}}"#;
    check(400, openai, Some(&Part::TokenLimit));
    let large = r#"{"error":{"message":"max_tokens is too large: 9. This model takes at most 4","param":"max_tokens","code":"invalid_value"}}"#;
    check(400, large, Some(&Part::Field("max_tokens".to_owned())));
    let temperature = r#"{"error":{"message":"Unsupported value: 'temperature' does not support 0.5 with this model.","param":"temperature","code":"unsupported_value"}}"#;
    check(400, temperature, Some(&Part::Field("temperature".to_owned())));
    let mistral = r#"{"detail":[{"type":"extra_forbidden","loc":["body","seed"],"msg":"Extra inputs are not permitted"}]}"#;
    check(422, mistral, Some(&Part::Field("seed".to_owned())));
    let groq = r#"{"error":{"message":"'n' : number must be at most 1 but found 3","type":"invalid_request_error"}}"#;
    check(400, groq, Some(&Part::Responses));
}

#[test]
fn probabilities_that_are_not_given_are_known_by_every_servers_words() {
    let bodies = [
        // Groq.
        (400, r#"{"error":{"message":"property `logprobs` is unsupported","type":"invalid_request_error"}}"#),
        // OpenAI, models that reason, and one that is not for everybody.
        (
            400,
            r#"{"error":{"message":"logprobs are not supported with reasoning models.","type":"invalid_request_error","param":null,"code":null}}"#,
        ),
        (
            403,
            r#"{"error":{"message":"You are not allowed to request logprobs from this model.","type":"invalid_request_error","param":null,"code":null}}"#,
        ),
        // Google.
        (
            400,
            r#"[{"error":{"code":400,"message":"Logprobs is not enabled for models/gemini-2.5-pro","status":"INVALID_ARGUMENT"}}]"#,
        ),
        // LiteLLM before a model that takes neither.
        (
            400,
            r#"{"error":{"message":"litellm.UnsupportedParamsError: p does not support parameters: ['logprobs', 'response_format'], for model=m","type":"None","param":"None","code":"400"}}"#,
        ),
        // Together.
        (
            400,
            r#"{"error":{"message":"5 is greater than the maximum of 1 - 'logprobs'","type":"invalid_request_error","param":"logprobs"}}"#,
        ),
        // Mistral.
        (
            422,
            r#"{"detail":[{"type":"extra_forbidden","loc":["body","top_logprobs"],"msg":"Extra inputs are not permitted"}]}"#,
        ),
        // llama-cpp-python, whose complaints are 500.
        (
            500,
            r#"{"error":{"message":"logprobs is not supported for models created with logits_all=False","type":"internal_server_error","param":null,"code":null}}"#,
        ),
    ];
    for (status, body) in bodies {
        check(status, body, Some(&Part::Logprobs));
    }
}

#[test]
fn a_field_without_quotes_is_known_by_the_words_before_it() {
    let sent = json!({
        "model": "m", "messages": [], "max_completion_tokens": 9, "seed": 1, "reasoning_effort": "low", "n": 2,
    });
    let check = |words: &str, expect| check_words(&sent, words, expect);
    check("Unrecognized request argument supplied: max_completion_tokens", "tokenlimit");
    check("Unrecognized request argument supplied: n", "responses");
    check("Invalid JSON payload received. Unknown name \"seed\": Cannot find field.", "seed");
    check("Model grok-4 does not support parameter reasoningEffort.", "reasoning_effort");
    check("Unsupported parameter: seed", "seed");
    check("the parameter seeds nothing", "");
}

/// Expects what is refused of a request: `schema`, the name of a field, or nothing.
#[track_caller]
fn check_words(sent: &Value, words: &str, expect: &str) {
    let body = json!({"type": "error", "error": {"type": "invalid_request_error", "message": words}});
    let body = body.to_string().into_bytes();
    let reply = Reply { status: StatusCode::BAD_REQUEST, headers: HeaderMap::new(), body };
    let part = match refusal(&reply, sent).map(|refusal| refusal.part) {
        Some(Part::Field(name)) => name,
        Some(part) => format!("{part:?}").to_lowercase(),
        None => String::new(),
    };
    assert_eq!(part, expect, "{words}");
}

#[test]
fn anthropics_words_are_understood() {
    let sent = json!({
        "model": "m", "max_tokens": 9, "messages": [], "temperature": 0.5, "top_k": 3, "thinking": {},
        "output_config": {"format": {"type": "json_schema"}, "effort": "max"},
    });
    let check = |words: &str, expect| check_words(&sent, words, expect);
    check("output_config.format.schema: For 'integer' type, property minimum is not supported", "ownschema");
    check("The compiled grammar is too large, which would cause performance issues.", "ownschema");
    check("Schemas contains too many parameters with union types (20; limit: 16).", "ownschema");
    check("'claude-3-haiku-20240307' does not support output format.", "schema");
    check("output_config: Extra inputs are not permitted", "schema");
    check("`temperature` is deprecated for this model.", "temperature");
    check("temperature is not supported for m when set to non-default values", "temperature");
    check("temperature: range: 0..1", "temperature");
    check("top_k: Extra inputs are not permitted", "top_k");
    check("\"thinking.type.disabled\" is not supported for this model.", "thinking");
    check("max_tokens: 200000 > 64000, which is the maximum allowed number of output tokens", "max_tokens");
    check("This model does not support the effort parameter.", "output_config.effort");
    check("output_config.effort 'max' is not supported when thinking is disabled", "output_config.effort");
    check("messages.0.content.1.image.source.base64.data: Could not process image", "");
    check("system: text content blocks must contain non-whitespace text", "");
    check("input length and `max_tokens` exceed context limit: 199 + 9 > 200", "");
}

#[test]
fn ollamas_words_about_thinking_are_understood() {
    let sent = json!({"model": "m", "messages": [], "think": "low"});
    for words in [
        "\"llama3.2\" does not support thinking",
        "invalid think value: \"minimal\" (must be \"high\", \"medium\", \"low\", true, or false)",
    ] {
        check_words(&sent, words, "think");
        check_words(&json!({"model": "m", "messages": []}), words, "");
    }
}

#[test]
fn what_concerns_the_task_or_the_server_is_no_refusal_of_a_part() {
    let none = [
        (
            400,
            r#"{"error":{"message":"'max_tokens' is too large: 9. This model's maximum context length is 8 tokens"}}"#,
        ),
        (
            400,
            r#"{"error":{"message":"Invalid image","param":"messages[0].content","code":"invalid_value"}}"#,
        ),
        (
            400,
            r#"{"error":{"message":"Failed to generate JSON, see json_schema","code":"json_validate_failed"}}"#,
        ),
        (
            500,
            r#"{"error":{"code":500,"message":"The model produced output that does not match the expected peg-native format"}}"#,
        ),
        (500, r#"{"error":{"message":"Invalid state of 'seed'"}}"#),
        (404, r#"{"error":{"message":"no response_format here"}}"#),
        (403, r#"{"error":{"message":"You are not allowed to sample from this model"}}"#),
        (500, r#"{"error":{"message":"logprobs computation ran out of memory"}}"#),
        (400, ""),
        (200, r#"{"choices":[{"message":{"content":"the 'seed' error"}}]}"#),
    ];
    for (status, body) in none {
        check(status, body, None);
    }
}
