//! Every dialect against bytes that no server should send: nothing breaks, and nothing is taken for an answer that is none.

use proptest::prelude::*;
use proptest::sample::Index;
use proptest::test_runner::{FileFailurePersistence, RngSeed};
use reqwest::StatusCode;
use reqwest::header::HeaderValue;
use serde_json::json;

use super::*;
use crate::llm::chat::Response;
use crate::llm::judge::replies::REPLIES;
use crate::llm::refusal::refusal;

/// Completions as servers send them.
const COMPLETIONS: &[&str] = &[
    // OpenAI.
    r#"{"id":"chatcmpl-1","object":"chat.completion","created":1790000000,"model":"gpt-5.4-nano","choices":[{"index":0,"message":{"role":"assistant","content":"{\"mood\":\"positive\"}","refusal":null,"annotations":[]},"logprobs":null,"finish_reason":"stop"}],"usage":{"prompt_tokens":31,"completion_tokens":7,"total_tokens":38,"prompt_tokens_details":{"cached_tokens":16,"audio_tokens":0},"completion_tokens_details":{"reasoning_tokens":0}},"service_tier":"default"}"#,
    r#"{"choices":[{"index":0,"message":{"role":"assistant","content":null,"refusal":"I can't help with that."},"finish_reason":"stop"}],"usage":{"prompt_tokens":31,"completion_tokens":9}}"#,
    // OpenRouter.
    r#"{"id":"gen-1","provider":"p","choices":[{"message":{"content":"a"},"finish_reason":"length","native_finish_reason":"max_tokens"},{"error":{"code":502,"message":"m"}}],"usage":{"prompt_tokens":4,"completion_tokens":2,"cost":0.00014}}"#,
    // DeepSeek.
    "\n\n{\"choices\":[{\"message\":{\"content\":\"caf\u{e9} \\ud83d\\ude00\"},\"finish_reason\":\"content_filter\"}],\"usage\":{\"prompt_tokens\":4,\"prompt_cache_hit_tokens\":3}}",
    // Anthropic.
    r#"{"id":"msg_1","type":"message","role":"assistant","model":"claude-haiku-5-5","content":[{"type":"thinking","thinking":"Hm.","signature":"s"},{"type":"text","text":"{\"mood\":\"positive\"}"}],"stop_reason":"end_turn","stop_sequence":null,"stop_details":null,"usage":{"input_tokens":31,"cache_creation_input_tokens":0,"cache_read_input_tokens":16,"output_tokens":7,"output_tokens_details":{"thinking_tokens":2},"service_tier":"standard"}}"#,
    // Ollama.
    r#"{"model":"m","created_at":"2026-11-20T08:00:00Z","message":{"role":"assistant","content":"{}"},"done":true,"done_reason":"stop","total_duration":174560334,"prompt_eval_count":11,"eval_count":18}"#,
    // llama.cpp, asked for probabilities.
    r#"{"choices":[{"message":{"content":"{}"},"logprobs":{"content":[{"token":"{}","bytes":[123,125],"logprob":-0.5,"top_logprobs":[{"token":"[","bytes":null,"logprob":-9999.0}]}]}}]}"#,
];

/// What tends to be where it should not.
const PIECES: &[&[u8]] = &[
    b"\"",
    b"\\",
    b"\\ud83d",
    b"\\u0000",
    b"NaN",
    b"-Infinity",
    b"1e999",
    b"-1",
    b"18446744073709551616",
    b"null",
    b"[",
    b"{",
    b"}",
    b",",
    b"\0",
    b"\xff",
    b"\xef\xbb\xbf",
    b"\"error\":{\"code\":429},",
    b"data: ",
    b"\n\n",
    b"<html>",
];

/// The same cases each time, and no files left behind.
fn config() -> ProptestConfig {
    ProptestConfig {
        cases: 1_000,
        rng_seed: RngSeed::Fixed(20_261_120),
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    }
}

fn real() -> impl Strategy<Value = String> {
    let all: Vec<&str> =
        COMPLETIONS.iter().copied().chain(REPLIES.iter().map(|(_, body, _)| *body)).collect();
    prop_oneof![prop::sample::select(COMPLETIONS), prop::sample::select(all)].prop_map(str::to_owned)
}

/// A way to spoil bytes: `place` and `length` are taken modulo what there is.
#[derive(Debug, Clone)]
enum Damage {
    Flip(u8),
    Cut,
    Repeat,
    Remove,
    Insert(&'static [u8]),
}

fn damaged(body: &str, damages: &[(Damage, Index, usize)]) -> Vec<u8> {
    let mut bytes = body.as_bytes().to_vec();
    for (damage, place, length) in damages {
        let start = place.index(bytes.len() + 1);
        let end = bytes.len().min(start + length);
        match damage {
            Damage::Flip(bits) => bytes.iter_mut().skip(start).take(1).for_each(|byte| *byte ^= bits),
            Damage::Cut => bytes.truncate(start),
            Damage::Repeat => bytes = [&bytes[..end], &bytes[start..]].concat(),
            Damage::Remove => drop(bytes.drain(start..end)),
            Damage::Insert(piece) => bytes = [&bytes[..start], *piece, &bytes[start..]].concat(),
        }
    }
    bytes
}

fn spoiled() -> impl Strategy<Value = Vec<u8>> {
    let damage = prop_oneof![
        any::<u8>().prop_map(Damage::Flip),
        Just(Damage::Cut),
        Just(Damage::Repeat),
        Just(Damage::Remove),
        prop::sample::select(PIECES).prop_map(Damage::Insert),
    ];
    let damages = prop::collection::vec((damage, any::<Index>(), 0..60_usize), 0..4);
    (real(), damages).prop_map(|(body, damages)| damaged(&body, &damages))
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        prop::sample::select(
            &["429", "stop", "length", "-1", "\0", "limit 5, requested 9", "retry in 5 h"][..]
        )
        .prop_map(Value::from),
        ".{0,8}".prop_map(Value::from),
    ];
    let key = prop::sample::select(
        &[
            "error",
            "choices",
            "message",
            "content",
            "code",
            "detail",
            "usage",
            "prompt_tokens",
            "input_tokens",
            "stop_reason",
            "cost",
            "loc",
            "msg",
            "é",
        ][..],
    );
    leaf.prop_recursive(4, 24, 4, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..3).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..4).prop_map(|fields| Value::Object(
                fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect()
            )),
        ]
    })
}

/// Replaces one value inside another, the one that comes up when those before it are counted.
fn replace(value: &mut Value, left: &mut usize, with: &Value) {
    if *left == 0 {
        value.clone_from(with);
    }
    *left = left.wrapping_sub(1);
    match value {
        Value::Array(values) => values.iter_mut().for_each(|value| replace(value, left, with)),
        Value::Object(fields) => fields.values_mut().for_each(|value| replace(value, left, with)),
        _ => {}
    }
}

fn other_json() -> impl Strategy<Value = Vec<u8>> {
    let swapped = (real(), 0..40_usize, any_json()).prop_map(|(body, mut place, with)| {
        let mut value = serde_json::from_str(&body).unwrap_or_default();
        replace(&mut value, &mut place, &with);
        value
    });
    prop_oneof![any_json(), swapped].prop_map(|value| value.to_string().into_bytes())
}

fn any_reply() -> impl Strategy<Value = Reply> {
    let body = prop_oneof![prop::collection::vec(any::<u8>(), 0..120), spoiled(), other_json()];
    let status = prop_oneof![Just(200), prop::sample::select(&[400, 422, 429, 500, 503][..]), 100..=999_u16];
    let name = prop::sample::select(
        &["retry-after", "content-type", "x-should-retry", "x-litellm-response-cost", "retry-after-ms"][..],
    );
    let headers = prop::collection::vec((name, prop::collection::vec(any::<u8>(), 0..12)), 0..3);
    (status, headers, body).prop_map(|(status, headers, body)| {
        let headers = headers
            .into_iter()
            .filter_map(|(name, value)| Some((name.parse().unwrap(), HeaderValue::from_bytes(&value).ok()?)));
        Reply { status: StatusCode::from_u16(status).unwrap(), headers: headers.collect(), body }
    })
}

/// Fails where a bill counts what no run can add up.
fn check_bill(Bill { usage, cost }: Bill) -> Result<(), TestCaseError> {
    prop_assert_eq!(usage.requests, 1);
    let counts = [usage.prompt_tokens, usage.completion_tokens, usage.cached_tokens, usage.reasoning_tokens];
    prop_assert!(counts.iter().all(|count| u32::try_from(*count).is_ok()), "{usage:?}");
    prop_assert!(cost.is_none_or(|cost| cost.is_finite() && 0.0 <= cost), "{cost:?}");
    Ok(())
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn no_reply_breaks_a_dialect(reply in any_reply()) {
        let sent = json!({"model": "m", "messages": [], "seed": 7, "n": 2, "response_format": {}, "max_tokens": 5});
        for row in PROVIDERS {
            let provider = (row.provider)(&ProviderOptions::default());
            match provider.judge(&reply) {
                Verdict::Done => prop_assert!(reply.status.is_success()),
                // A server's words are cut.
                Verdict::Retry { message, .. } | Verdict::Reject(message) | Verdict::Abort { message, .. } => {
                    prop_assert!(message.chars().count() < 500, "{message}");
                }
            }
            check_bill(provider.bill(&reply))?;
            if let Ok(Completion { responses, bill }) = provider.completion(&reply) {
                prop_assert!(!responses.is_empty());
                prop_assert_eq!(bill, provider.bill(&reply));
            }
        }
        drop(refusal(&reply, &sent));
    }

    #[test]
    fn an_answer_survives_what_comes_before_and_after_it(
        (name, body) in prop::sample::select(vec![("openai", COMPLETIONS[0]), ("anthropic", COMPLETIONS[4]), ("ollama", COMPLETIONS[5])]),
        before in "\u{feff}?[ \n\r\t]{0,5}",
        after in "[ \n\r\t]{0,3}([a-z}\",][a-z{}\\[\\]\",]{0,9}|\0|)",
    ) {
        let row = PROVIDERS.iter().find(|row| row.name == name).unwrap();
        let provider = (row.provider)(&ProviderOptions::default());
        let read = |body: &str| {
            provider.completion(&Reply { status: StatusCode::OK, headers: HeaderMap::new(), body: body.into() })
        };
        let completion = read(body).unwrap();
        let is_whole = matches!(&completion.responses[..], [Response::Text(wording)] if wording.text.starts_with('{'));
        prop_assert!(is_whole, "{:?}", completion.responses);
        prop_assert_eq!(read(&format!("{before}{body}{after}")).unwrap(), completion);
    }
}
