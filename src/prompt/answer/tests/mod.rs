//! Replies of a kind as tables, and all replies there are as properties.

mod cases;

use proptest::prelude::*;
use serde_json::json;

use super::*;

fn check(reply: &str, expect: &Value) {
    assert_eq!(parse(reply).as_ref(), Ok(expect), "{reply}");
}

/// Replies that all mean `{"label": "x"}`.
fn check_same(replies: &[&str]) {
    for reply in replies {
        check(reply, &json!({"label": "x"}));
    }
}

fn check_error(reply: &str, expect: &str) {
    assert_eq!(parse(reply).map_err(|error| error.to_string()), Err(expect.to_owned()), "{reply}");
}

#[test]
fn json_alone_is_the_answer() {
    check(r#"{"a": [1, {"b": null}], "c": "{"}"#, &json!({"a": [1, {"b": null}], "c": "{"}));
    check("  [\"a\", \"b\"]\n", &json!(["a", "b"]));
    check(r#""positive""#, &json!("positive"));
    check("4", &json!(4));
    check("{}", &json!({}));
    check(r#"{"a": "<think>{</think> ```"}"#, &json!({"a": "<think>{</think> ```"}));
}

#[test]
fn what_stands_around_the_object_is_taken_off() {
    check_same(&[
        "\u{feff}{\"label\": \"x\"}",
        "```json\n{\"label\": \"x\"}\n```",
        "```\n{\"label\": \"x\"}\n```\n",
        "```json {\"label\": \"x\"} ```",
        "Here is the JSON:\n{\"label\": \"x\"}",
        "Here is the JSON:\n\n```json\n{\"label\": \"x\"}\n```\n\nLet me know if you need more {of it}!",
        "{\"label\": \"x\"}\n\nI chose x because of the { in it.",
        "{\"label\": \"x\"}{\"label\":\"x\"}",
        "The object {} is empty, so: {\"label\": \"x\"}",
        "{see {\"label\": \"x\"}}",
        "<|channel|>final<|message|>{\"label\": \"x\"}",
        "answer = {\"label\": \"x\"};",
        "[{\"label\": \"x\"}] is it",
        "\"{\\\"label\\\": \\\"x\\\"}\"",
        "{\"label\": <one of the labels>}\n{\"label\": \"x\"}",
    ]);
    check("```json\n[\"a\"]\n```", &json!(["a"]));
    check("```\n3\n```", &json!(3));
}

#[test]
fn thinking_is_not_answering() {
    check_same(&[
        "<think>maybe {\"label\": \"y\"}?</think>{\"label\": \"x\"}",
        "<think>\n</think>\n\n```json\n{\"label\": \"x\"}\n```",
        "<think>a</think><think>{\"label\": \"z\"}</think>{\"label\": \"x\"}",
        "maybe {\"label\": \"y\"}?</think>{\"label\": \"x\"}",
        "{\"label\": \"x\"}<think>was {\"label\": \"y\"} better?</think>",
        "<thinking>{</thinking>{\"label\": \"x\"}",
        "<reasoning>so</reasoning> {\"label\": \"x\"}",
        "<think>it must be\n{\"label\": \"x\"}",
        "{\"label\": \"x\"} <think>or {\"label\": \"y\"} …",
    ]);
    check_error(
        "<think>{\"label\": \"x\"} would be wrong",
        "the reply holds nothing but the model's thinking",
    );
    check_error("<think>hm</think>", "the reply holds nothing but the model's thinking");
}

#[test]
fn small_slips_are_mended() {
    check_same(&[
        "{\"label\": \"x\",}",
        "{\"label\": \"x\" ,\n}",
        "{'label': 'x'}",
        "{'label': \"x\"}",
        "Sure: { 'label' : 'x' , }",
    ]);
    check(
        "{'a': True, 'b': False, 'c': None, 'd': [1,],}",
        &json!({"a": true, "b": false, "c": null, "d": [1]}),
    );
    check("['a', 'b']", &json!(["a", "b"]));
    check("{\"a\": \"one\ntwo\tthree\"}", &json!({"a": "one\ntwo\tthree"}));
    check(
        "{'a': 'say \"hi\"', 'b': 'it\\'s', 'c': \"it's\"}",
        &json!({"a": "say \"hi\"", "b": "it's", "c": "it's"}),
    );
    check(r#"{"a": "\d+ \_ \\ \u00e9 \uZ"}"#, &json!({"a": "\\d+ \\_ \\ é \\uZ"}));
    check(r#"{"a": "\ud83d \ud83d\ude00 \ude00"}"#, &json!({"a": "\u{fffd} 😀 \u{fffd}"}));
    check(r#"["\ud83d"]"#, &json!(["\u{fffd}"]));
    check(r#""{\"a\": \"\\ud83d\"}""#, &json!({"a": "\u{fffd}"}));
    check(r#""{a} \"b""#, &json!("{a} \"b"));
    check(r#""}""#, &json!("}"));
    check("{\"a\": NaN, \"b\": -Infinity, \"c\": [ Infinity]}", &json!({"a": null, "b": null, "c": [null]}));
    check(
        "{\"a\": 1e999, \"b\": [-1.5E+999 , 1e9], \"c\": 12.5}",
        &json!({"a": null, "b": [null, 1e9], "c": 12.5}),
    );
    check(r#"{"a": 1, "a": 1}"#, &json!({"a": 1}));
    check(r#"{"a": "x\u0000y"}"#, &json!({"a": "xy"}));
    check("{\"a\": \"True, None,}\",}", &json!({"a": "True, None,}"}));
}

#[test]
fn what_is_missing_is_never_made_up() {
    check_error("", "the reply is empty");
    check_error(" \n\u{feff}", "the reply is empty");
    check_error("positive", "expected a JSON object, found `positive`");
    check_error("I cannot {do} that.", "expected a JSON object, found `I cannot {do} that.`");
    check_error("{\"label\": \"x\"", "the JSON is cut off after `{\"label\": \"x\"`");
    check_error("{\"label\": {\"b\": 1}", "the JSON is cut off after `{\"label\": {\"b\": 1}`");
    check_error("{\"label\": \"x", "the JSON is cut off after `{\"label\": \"x`");
    check_error("{\"a\": 1} or {\"a\": ", "the JSON is cut off after `{\"a\": 1} or {\"a\":`");
    check_error("{\"a\": 1} or {\"a\": 2}", "expected one JSON object, found several that differ");
    check_error(
        "{\"a\": he said, \"b\": {\"c\": 1}}",
        "the JSON is malformed (expected value at line 1 column 7): `{\"a\": he said, \"b\": {\"c\": 1}}`",
    );
    check_error(
        "{'a': 'it's'}",
        "the JSON is malformed (expected `,` or `}` at line 1 column 11): `{'a': 'it's'}`",
    );
    check_error(
        r#"{"a": 1, "a": 2}"#,
        "the JSON is malformed (the key `a` is there twice with different values at line 1 column 16): \
         `{\"a\": 1, \"a\": 2}`",
    );
    check_error(&"{\"a\":".repeat(200), "the JSON is nested too deep");
    check_error(&"[".repeat(200), &format!("expected a JSON object, found `{}…`", "[".repeat(80)));
}

#[test]
fn many_braces_cost_no_more_than_their_number() {
    // Each brace is followed at most 64 levels down; a walk to the end for each would take minutes.
    let reply = "{ a ".repeat(100_000);
    assert!(matches!(parse(&reply), Err(AnswerError::Missing { .. })));
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        "[^\0]{0,12}".prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[a-z{}\"' ]{0,5}", inner, 0..4)
                .prop_map(|fields| Value::Object(fields.into_iter().collect())),
        ]
    })
}

proptest! {
    #[test]
    fn any_text_is_read_without_panic(text in r#"[{}\[\]"'\\,:` \nTNaetu0-9dD<>/think😀]{0,60}"#) {
        if let Ok(value) = parse(&text) {
            prop_assert!(parse(&value.to_string()).is_ok());
        }
    }

    #[test]
    fn an_object_is_found_in_any_chatter(value in prop::collection::hash_map("[a-z]{1,5}", any_json(), 1..4)) {
        let value = Value::Object(value.into_iter().collect());
        prop_assert_eq!(parse(&value.to_string()), Ok(value.clone()));
        prop_assert_eq!(parse(&format!("Well:\n```json\n{value:#}\n```\nbye")), Ok(value));
    }
}
