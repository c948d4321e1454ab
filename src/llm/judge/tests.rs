//! Verdicts over every status, and over bodies as providers send them.

use reqwest::header::HeaderMap;

use super::replies::REPLIES;
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

#[test]
fn every_status_has_its_verdict() {
    let kind = |status| in_short(&judge(&reply(status, ""))).split(' ').next().unwrap().to_owned();
    let mut ranges: Vec<(String, String)> = Vec::new();
    for status in 100..=999 {
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
    100-199 reject
    200-299 done
    300-400 reject
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
    600-999 reject
    ");
}

#[test]
fn what_each_provider_says_is_understood() {
    for (status, body, expect) in REPLIES {
        assert_eq!(in_short(&judge(&reply(*status, body))), *expect, "{status} {body}");
    }
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
