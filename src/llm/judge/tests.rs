//! Verdicts over every status, and over bodies as providers send them.

use reqwest::header::HeaderMap;

use super::*;

fn reply(status: u16, body: &str) -> Reply {
    Reply { status: StatusCode::from_u16(status).unwrap(), headers: HeaderMap::new(), body: body.into() }
}

fn in_short(verdict: &Verdict) -> String {
    match verdict {
        Verdict::Done => "done".to_owned(),
        Verdict::Retry { after: None, limited, .. } => if *limited { "limited" } else { "retry" }.to_owned(),
        Verdict::Retry { after: Some(wait), limited, .. } => {
            format!("{} {} ms", if *limited { "limited" } else { "retry" }, wait.as_millis())
        }
        Verdict::Reject(words) => format!("reject: {}", words.split(" (").next().unwrap()),
        Verdict::Abort { message, .. } => format!("abort: {}", message.split(" (").next().unwrap()),
    }
}

fn check(status: u16, body: &str, expect: &str) {
    assert_eq!(in_short(&judge(&reply(status, body))), expect, "{status} {body}");
}

#[test]
fn every_status_has_its_verdict() {
    let kind = |status| in_short(&judge(&reply(status, ""))).split(' ').next().unwrap().to_owned();
    let mut ranges: Vec<(String, String)> = Vec::new();
    for status in 400..=599 {
        let (kind, status) = (kind(status), status.to_string());
        match ranges.last_mut() {
            Some((last, statuses)) if *last == kind => {
                let first = statuses.split('-').next().unwrap();
                *statuses = format!("{first}-{status}");
            }
            _ => ranges.push((kind, status)),
        }
    }
    let table: Vec<String> =
        ranges.into_iter().map(|(kind, statuses)| format!("{statuses} {kind}")).collect();
    insta::assert_snapshot!(table.join("\n").replace(':', ""), @r"
    400 reject
    401-405 abort
    406 reject
    407 abort
    408-409 retry
    410 abort
    411-424 reject
    425 retry
    426-428 reject
    429 limited
    430-499 reject
    500 retry
    501 abort
    502-504 retry
    505-506 reject
    507 retry
    508 reject
    509 retry
    510 reject
    511 abort
    512-599 retry
    ");
}

#[test]
fn a_refusal_for_a_rate_is_told_from_an_empty_account() {
    let tokens = "Rate limit reached for gpt-4o-mini on tokens per min (TPM): Limit 200000, Used 195869, Requested 4412. \
                  Please try again in 84ms.";
    let openai = |message: &str, kind: &str, code: &str| {
        format!(r#"{{"error":{{"message":"{message}","type":"{kind}","param":null,"code":"{code}"}}}}"#)
    };
    check(429, &openai(tokens, "tokens", "rate_limit_exceeded"), "limited 84 ms");
    let large = "Request too large for gpt-4o on tokens per min (TPM): Limit 30000, Requested 34307.";
    check(
        429,
        &openai(large, "tokens", "rate_limit_exceeded"),
        "reject: the request is larger than the limit a minute",
    );
    let much = "on tokens per minute (TPM): Limit 30,000, Requested 34,307";
    check(
        429,
        &openai(much, "tokens", "rate_limit_exceeded"),
        "reject: the request is larger than the limit a minute",
    );
    let quota = "You exceeded your current quota, please check your plan and billing details.";
    check(
        429,
        &openai(quota, "insufficient_quota", "insufficient_quota"),
        "abort: the account cannot be charged",
    );
    let gemini = format!(
        r#"[{{"error":{{"code":429,"message":"{quota}","status":"RESOURCE_EXHAUSTED",
           "details":[{{"@type":"type.googleapis.com/google.rpc.RetryInfo","retryDelay":"34s"}}]}}}}]"#
    );
    check(429, &gemini, "limited 34000 ms");
    let azure = "Requests to the ChatCompletions_Create Operation have exceeded token rate limit of your current OpenAI S0 \
                 pricing tier. Please retry after 22 seconds.";
    check(429, &openai(azure, "", "429"), "limited 22000 ms");
    let litellm = "Rate limit exceeded for api_key: x. Limit type: tokens. Current limit: 40, Remaining: 10";
    check(429, &openai(litellm, "throttling_error", "429"), "limited");
    check(
        429,
        &openai("litellm.RateLimitError: {\\\"code\\\": \\\"insufficient_quota\\\"}", "", "429"),
        "abort: the account cannot be charged",
    );
    check(
        429,
        r#"{"statusCode":429,"message":"Rate limit is exceeded. Try again in 10 seconds."}"#,
        "limited 10000 ms",
    );
    check(
        402,
        r#"{"error":{"message":"Insufficient Balance","type":"unknown_error","code":"invalid_request_error"}}"#,
        "abort: the account cannot be charged",
    );
    check(413, &openai(large, "tokens", "rate_limit_exceeded"), "reject: the server refused the request");
}

#[test]
fn what_concerns_one_task_is_told_from_what_concerns_the_run() {
    let azure_filter = r#"{"error":{"code":"content_filter","param":"prompt","status":400,"message":"The response was
        filtered","innererror":{"code":"ResponsibleAIPolicyViolation"}}}"#;
    check(400, azure_filter, "reject: a content filter stopped the request");
    let moderation =
        r#"{"error":{"code":403,"message":"needs moderation","metadata":{"reasons":["violence"]}}}"#;
    check(403, moderation, "reject: a content filter stopped the request");
    check(403, r#"{"error":{"message":"Country not supported"}}"#, "abort: access denied");
    check(401, r#"{"detail":"Invalid API key"}"#, "abort: access denied");
    let gemini = r#"[{"error":{"code":400,"message":"API key not valid. Pass a valid one.","status":"INVALID_ARGUMENT"}}]"#;
    check(400, gemini, "abort: access denied");
    let litellm = r#"{"error":{"message":"/chat/completions: Invalid model name passed in model=nope. Call /v1/models",
        "type":"invalid_request_error","param":"model","code":"400"}}"#;
    check(400, litellm, "abort: no such model or address");
    check(404, r#"{"error":{"code":"DeploymentNotFound","message":"m"}}"#, "abort: no such model or address");
    check(
        400,
        r#"{"error":{"code":"model_decommissioned","message":"m"}}"#,
        "abort: no such model or address",
    );
    let llama =
        r#"{"error":{"code":400,"type":"exceed_context_size_error","message":"m","n_prompt_tokens":8019}}"#;
    check(400, llama, "reject: the request is too long for the model");
    let openai = r#"{"error":{"message":"This model's maximum context length is 4097 tokens.","code":null}}"#;
    check(400, openai, "reject: the request is too long for the model");
    check(400, "{}", "reject: the server refused the request");
}

#[test]
fn a_failure_that_may_pass_is_tried_again_and_a_lasting_one_is_not() {
    let peg = r#"{"error":{"code":500,"message":"The model produced output that does not match the expected peg-native format"}}"#;
    check(500, peg, "retry");
    let image =
        r#"{"error":{"code":500,"message":"image input is not supported - hint: provide the mmproj"}}"#;
    check(500, image, "reject: the model takes no images");
    check(503, r#"{"error":"server busy, please try again.  maximum pending requests exceeded"}"#, "retry");
    check(400, r#"{"error":{"message":"Failed to generate JSON.","code":"json_validate_failed"}}"#, "retry");
    check(529, r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#, "retry");
}

#[test]
fn an_error_inside_a_success_is_judged_like_an_error() {
    check(200, r#"{"choices":[{"message":{"content":"an \"error\""}}]}"#, "done");
    check(200, r#"{"error":{"code":502,"message":"Provider returned error"}}"#, "retry");
    check(200, r#"{"error":{"code":402,"message":"no credits"}}"#, "abort: the account cannot be charged");
    check(200, r#"{"choices":[{"error":{"code":429,"message":"slow down"}}]}"#, "limited");
    check(200, r#"{"error":"unknown"}"#, "retry");
}

#[test]
fn the_server_decides_with_its_header_and_names_the_wait() {
    let check = |status, (name, value): (&'static str, &'static str), expect: &str| {
        let mut reply = reply(status, "");
        reply.headers.insert(name, value.parse().unwrap());
        assert_eq!(in_short(&judge(&reply)), expect);
    };
    check(400, ("x-should-retry", "true"), "retry");
    check(500, ("x-should-retry", "false"), "reject: the server refused the request");
    check(429, ("x-should-retry", "false"), "limited");
    check(429, ("llm_provider-retry-after", "7"), "limited 7000 ms");
    check(503, ("retry-after", "3"), "retry 3000 ms");
}

#[test]
fn a_message_has_status_words_and_advice() {
    let refusal = reply(401, r#"{"error":{"message":"Incorrect key sk-abc4efgh."}}"#);
    let expect = Verdict::Abort {
        message: "access denied (401): Incorrect key [hidden]".to_owned(),
        advice: "check the key, and that it may use this model".to_owned(),
    };
    assert_eq!(judge(&refusal), expect);
}
