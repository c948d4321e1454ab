//! Replies as data: what a form gets of each, from `cases.json`.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::super::parse;
use crate::label::config::LabelConfig;
use crate::label::form::{Form, Wanted};
use crate::prompt::fake::task;

/// `cases.json`.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    /// Control tags that many cases share.
    forms: BTreeMap<String, String>,
    cases: Vec<Case>,
}

/// One reply, and what is believed of it.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Case {
    name: String,
    /// The name of a form.
    form: String,
    reply: String,
    /// What Label Studio stores, by the name of the control.
    expect: Option<Map<String, Value>>,
    /// A part of the reason, where nothing can be believed.
    none: Option<String>,
}

/// Returns what each control gets, or why none gets anything.
fn read(form: &Form, reply: &str) -> Result<Map<String, Value>, String> {
    let answer = parse(reply).map_err(|error| error.to_string())?;
    let task = task(json!({"t": "x"}));
    let filled = form.combine(vec![form.read(&answer, &task)], &task);
    if filled.drafts.is_empty() {
        let reasons: Vec<&str> = filled.unfilled.iter().map(|unfilled| unfilled.reason.as_str()).collect();
        return Err(reasons.join("; "));
    }
    let content = |value: &Value| value.as_object().and_then(|fields| fields.values().next()).cloned();
    let named = filled.drafts.iter().map(|(at, draft)| {
        (form.controls[*at].head().name.clone(), content(&draft.value).expect("a region has one value"))
    });
    Ok(named.collect())
}

#[test]
fn replies_hold_the_answer_they_show_or_none() {
    let File { forms, cases } = serde_json::from_str(include_str!("../cases.json")).expect("cases");
    let mut names = BTreeSet::new();
    let mut faults = Vec::new();
    for case in &cases {
        assert!(names.insert(&case.name), "{} is there twice", case.name);
        assert_ne!(case.expect.is_some(), case.none.is_some(), "{}", case.name);
        let xml = format!("<View><Text name='t' value='$t'/>{}</View>", forms[&case.form]);
        let config = LabelConfig::parse(&xml).expect(&case.name);
        let form = Form::new(&config, &Wanted::default()).expect(&case.name);
        let found = read(&form, &case.reply);
        let is_right = match (&found, &case.expect, &case.none) {
            (Ok(found), Some(expect), _) => found == expect,
            (Err(reason), _, Some(part)) => reason.contains(part.as_str()),
            _ => false,
        };
        if !is_right {
            faults.push(format!("{}: {found:?} for {:?}", case.name, case.reply));
        }
    }
    assert!(faults.is_empty(), "{} of {}:\n{}", faults.len(), cases.len(), faults.join("\n"));
}
