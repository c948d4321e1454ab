//! Whole answers read into regions, from the cases in `tests/it/regions.json`.

use proptest::prelude::*;
use serde::Deserialize;

use super::*;
use crate::label::task::TaskId;

/// One case of the file that the Label Studio SDK also checks: `tests/servers/validate_regions.py`.
#[derive(Deserialize)]
struct Case {
    name: String,
    config: String,
    data: Map<String, Value>,
    #[serde(default)]
    answers: Vec<Value>,
    #[serde(default)]
    replies: Vec<String>,
    /// As Label Studio stores them; with ids, which are numbers here, only where something refers to them.
    regions: Vec<Value>,
    /// Names of the controls that have a problem.
    unfilled: Vec<String>,
}

fn task(data: Map<String, Value>) -> Task {
    Task { id: TaskId::Row(1), data, annotations: Vec::new(), predictions: Vec::new() }
}

/// Returns what was filled as Label Studio stores it.
fn regions(form: &Form, filled: &Filled) -> Vec<Value> {
    let has_ids =
        !filled.relations.is_empty() || filled.drafts.iter().any(|(_, draft)| !draft.children.is_empty());
    let region = |index: usize, at: usize, draft: &Draft| {
        let head = form.controls[at].head();
        let mut region =
            json!({"from_name": head.name, "to_name": head.to_name, "type": head.kind, "value": draft.value});
        if has_ids {
            region["id"] = json!(format!("r{index}"));
        }
        region
    };
    let mut regions = Vec::new();
    for (index, (at, draft)) in filled.drafts.iter().enumerate() {
        regions.push(region(index, *at, draft));
        regions.extend(draft.children.iter().map(|(at, child)| region(index, *at, child)));
    }
    for Relation { from, to, labels, direction } in &filled.relations {
        let (from, to) = (format!("r{from}"), format!("r{to}"));
        let mut relation = json!({"type": "relation", "from_id": from, "to_id": to, "direction": direction});
        if !labels.is_empty() {
            relation["labels"] = json!(labels);
        }
        regions.push(relation);
    }
    regions
}

fn form(xml: &str, wanted: &Wanted) -> Result<Form, ConfigError> {
    Form::new(&LabelConfig::parse(xml)?, wanted)
}

#[test]
fn answers_become_the_regions_that_label_studio_stores() {
    let cases: Vec<Case> =
        serde_json::from_str(include_str!("../../../tests/it/regions.json")).expect("cases");
    for case in cases {
        let form = form(&case.config, &Wanted::default()).expect(&case.name);
        let task = task(case.data);
        let of_answers = case.answers.iter().map(|answer| form.read(answer, &task));
        let of_replies = case.replies.iter().map(|reply| form.read_text(reply, &task));
        let filled = form.combine(of_answers.chain(of_replies).collect(), &task);
        assert_eq!(regions(&form, &filled), case.regions, "{}: {:?}", case.name, filled.unfilled);
        let unfilled: Vec<&String> = filled.unfilled.iter().map(|unfilled| &unfilled.control).collect();
        assert_eq!(
            unfilled,
            case.unfilled.iter().collect::<Vec<_>>(),
            "{}: {:?}",
            case.name,
            filled.unfilled
        );
    }
}

const TWO_TEXTS: &str = r#"<View><Image name="picture" value="$image"/><Text name="text" value="$text"/>
    <TextArea name="Prompt_box" toName="text"/><TextArea name="caption" toName="picture"/>
    <Choices name="kind" toName="text"><Choice value="a"/><Choice value="b"/></Choices>
    <TextArea name="reply" toName="text"/><BrushLabels name="mask" toName="picture"/></View>"#;

/// What is chosen: names of the controls, the prompt, the input object and the response; or a part of the error.
#[track_caller]
fn check_chosen(wanted: &Wanted, expect: Result<&str, &str>) {
    match (form(TWO_TEXTS, wanted), expect) {
        (Ok(form), Ok(expect)) => {
            let name = |control: &Arc<dyn Control>| control.head().name.clone();
            let names: Vec<String> = form.controls.iter().map(name).collect();
            let prompt = form.prompt.as_ref().map_or("-".to_owned(), name);
            let response = form.response.map_or("-".to_owned(), |at| names[at].clone());
            assert_eq!(format!("{} {prompt} {} {response}", names.join(","), form.input.name()), expect);
        }
        (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
        (found, _) => panic!("{found:?}"),
    }
}

fn wanted(controls: Option<&[&str]>, prompt: &str, response: Option<&str>) -> Wanted {
    Wanted {
        controls: controls.map(|names| names.iter().map(|&name| name.to_owned()).collect()),
        prompt_prefix: prompt.to_owned(),
        response_prefix: response.map(str::to_owned),
        without_regions: None,
        profile: Profile::Own,
        most: None,
    }
}

#[test]
fn the_prompt_control_is_not_filled_unless_asked_for() {
    check_chosen(&wanted(None, "prompt", None), Ok("caption,kind,reply Prompt_box picture caption"));
    check_chosen(&wanted(None, "reply", None), Ok("Prompt_box,caption,kind reply text Prompt_box"));
    check_chosen(&wanted(None, "nothing", None), Ok("Prompt_box,caption,kind,reply - text Prompt_box"));
    check_chosen(&wanted(None, "", None), Ok("Prompt_box,caption,kind,reply - text Prompt_box"));
    check_chosen(&wanted(Some(&["Prompt_box"]), "prompt", None), Ok("Prompt_box - text Prompt_box"));
    check_chosen(&wanted(Some(&["kind"]), "prompt", None), Ok("kind Prompt_box text -"));
}

#[test]
fn the_response_is_the_first_text_on_the_input_or_the_one_named() {
    check_chosen(&wanted(None, "prompt", Some("REP")), Ok("caption,kind,reply Prompt_box picture reply"));
    check_chosen(&wanted(Some(&["reply", "kind"]), "prompt", None), Ok("kind,reply Prompt_box text reply"));
    check_chosen(
        &wanted(None, "prompt", Some("answer")),
        Err("begins with `answer`; there is `caption`, `reply`"),
    );
    check_chosen(&wanted(Some(&["kind"]), "prompt", Some("reply")), Err("there is none"));
}

#[test]
fn wrong_names_of_controls_are_explained() {
    check_chosen(
        &wanted(Some(&["knd"]), "", None),
        Err(
            "no control `knd` (did you mean `kind`?); this tool can fill `Prompt_box`, `caption`, `kind`, `reply`",
        ),
    );
    check_chosen(&wanted(Some(&["zzzzz"]), "", None), Err("no control `zzzzz`; this tool can fill"));
    check_chosen(&wanted(Some(&["mask"]), "", None), Err("`mask` (BrushLabels) cannot be filled: it paints"));
    check_chosen(&wanted(Some(&[]), "", None), Err("no control was chosen"));
    let alone = "<View><Text name='t' value='$t'/><TextArea name='prompt' toName='t'/></View>";
    let error = form(alone, &wanted(None, "prompt", None)).expect_err("nothing to fill");
    assert!(error.to_string().contains("nothing to fill beside `prompt`"), "{error}");
}

#[test]
fn skipped_tags_are_told_once() {
    let chosen = form(TWO_TEXTS, &wanted(None, "prompt", None)).expect("a form");
    assert_eq!(chosen.notices.len(), 1);
    assert!(
        chosen.notices[0].starts_with("`mask` (BrushLabels) is left empty: it paints labeled pixel masks")
    );
}

const ALL_KINDS: &str = r#"<View><Text name="t" value="$t"/>
    <Choices name="one" toName="t"><Choice value="A" hint="the first"/><Choice value="B" alias="b"/></Choices>
    <Choices name="many" toName="t" choice="multiple"><Choice value="x"/><Choice value="y"/></Choices>
    <Taxonomy name="tree" toName="t"><Choice value="P"><Choice value="Q"/></Choice></Taxonomy>
    <TextArea name="text" toName="t"/><Rating name="stars" toName="t" maxRating="3"/>
    <Number name="count" toName="t" min="1" max="9" step="2"/><Number name="exact" toName="t" required="true"/>
    <DateTime name="when" toName="t" only="date" format="%d.%m.%Y"/>
    <Choices name="why" toName="t" visibleWhen="choice-selected" whenTagName="one" whenChoiceValue="B">
      <Choice value="k"/></Choices></View>"#;

#[test]
fn the_schema_of_an_answer_stays_in_the_common_subset() {
    let form = form(ALL_KINDS, &Wanted::default()).expect("a form");
    let mut schema = form.schema(&task(Map::new())).expect("a schema");
    assert!(jsonschema::meta::is_valid(&schema));
    let validator = jsonschema::validator_for(&schema).expect("a schema");
    let answer = json!({
        "one": "A", "many": ["x"], "tree": ["P / Q"], "text": "words", "stars": 3, "count": 3, "exact": 0.5,
        "when": null, "why": null,
    });
    assert!(validator.is_valid(&answer));
    assert_eq!(form.combine(vec![form.read(&answer, &task(Map::new()))], &task(Map::new())).drafts.len(), 7);

    let properties = schema["properties"].take();
    let names = ["one", "many", "tree", "text", "stars", "count", "exact", "when", "why"];
    let whole =
        json!({"type": "object", "properties": null, "required": names, "additionalProperties": false});
    assert_eq!(schema, whole);
    assert_eq!(
        properties,
        json!({
            "one": {"type": "string", "enum": ["A", "B"], "description": "The one label that fits best.\nA: the first"},
            "many": {
                "type": "array",
                "items": {"type": "string", "enum": ["x", "y"]},
                "description": "All labels that apply, each at most once.",
            },
            "tree": {
                "type": "array",
                "items": {"type": "string", "enum": ["P", "P / Q"]},
                "description": "All paths that apply, each at most once.",
            },
            "text": {"type": "string"},
            "stars": {
                "type": "integer", "enum": [1, 2, 3], "description": "A rating from 1 (lowest) to 3 (highest).",
            },
            "count": {
                "anyOf": [{"type": "number"}, {"type": "null"}],
                "description": "A number from 1 to 9 in steps of 2 from 1; null where there is none.",
            },
            "exact": {"type": "number", "description": "A number."},
            "when": {
                "anyOf": [{"type": "string"}, {"type": "null"}],
                "description": "A date as `%d.%m.%Y`, such as `05.03.2024`; null where there is none.",
            },
            "why": {
                "anyOf": [{"type": "string", "enum": ["k"]}, {"type": "null"}],
                "description": "Only where `one` is `B`; null otherwise. The one label that fits best.",
            },
        })
    );
}

#[test]
fn too_many_labels_are_told_in_words() {
    let choices: Vec<String> = (0..600).map(|at| format!("<Choice value=\"label {at}\"/>")).collect();
    let choices = choices.concat();
    let xml = format!(
        "<View><Text name='t' value='$t'/><Choices name='a' toName='t'>{choices}</Choices>\
         <Choices name='b' toName='t'>{choices}</Choices></View>"
    );
    let one = form(&xml, &wanted(Some(&["a"]), "", None)).expect("a form");
    let schema = one.schema(&task(Map::new())).expect("a schema");
    assert_eq!(schema["properties"]["a"]["enum"].as_array().map(Vec::len), Some(600));
    let both = form(&xml, &Wanted::default()).expect("a form");
    let schema = both.schema(&task(Map::new())).expect("a schema");
    assert_eq!(schema["properties"]["b"]["enum"], Value::Null);
    let description = schema["properties"]["b"]["description"].as_str().unwrap_or_default();
    assert!(description.contains("Exactly one of these:\nlabel 0\n"), "{description}");
}

#[test]
fn labels_come_from_the_control_named_or_the_first_that_has_any() {
    let form = form(ALL_KINDS, &Wanted::default()).expect("a form");
    let task = task(Map::new());
    let values =
        |control| form.labels(control, &task).into_iter().map(|label| label.value).collect::<Vec<_>>();
    assert_eq!(values(None), ["A", "B"]);
    assert_eq!(values(Some("tree")), ["P", "P / Q"]);
    assert_eq!(values(Some("text")), Vec::<String>::new());
    assert_eq!(values(Some("nobody")), Vec::<String>::new());
}

#[test]
fn a_control_gets_no_answer_of_another_that_is_named_alike() {
    let xml = "<View><Text name='t' value='$t'/><Rating name='Mood' toName='t'/><Rating name='mood' toName='t'/></View>";
    let form = form(xml, &Wanted::default()).expect("a form");
    let filled = |answer: Value| {
        let task = task(Map::new());
        let drafts = form.combine(vec![form.read(&answer, &task)], &task).drafts;
        drafts.into_iter().map(|(at, draft)| (at, draft.value["rating"].clone())).collect::<Vec<_>>()
    };
    assert_eq!(filled(json!({"mood": 1})), [(1, json!(1))]);
    assert_eq!(filled(json!({"MOOD": 1, "mood": null})), []);
    assert_eq!(filled(json!({"mood": 1, "Mood": 2})), [(0, json!(2)), (1, json!(1))]);
}

/// Any JSON a model might answer with, built from words that mean something here.
fn any_answer() -> impl Strategy<Value = Value> {
    let words = prop::sample::select(vec![
        "A",
        "b",
        "x",
        "P / Q",
        "Q",
        "one",
        "many",
        "not A",
        "3/3",
        "05.03.2024",
        "2024-13-01",
        "null",
        "",
        "9e999",
        "\u{0}",
        "```json\n",
        "<think>",
        "A, B",
        "[\"x\"]",
        "P > Q",
        "é",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
        words.prop_map(Value::from),
    ];
    let key = prop::sample::select(vec![
        "one", "many", "tree", "text", "stars", "count", "exact", "when", "why", "z",
    ]);
    leaf.prop_recursive(4, 40, 8, move |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((key.clone(), inner), 0..8).prop_map(|fields| {
                Value::Object(fields.into_iter().map(|(key, value)| (key.to_owned(), value)).collect())
            }),
        ]
    })
}

proptest! {
    #[test]
    fn no_answer_yields_a_label_that_is_not_there(answer in any_answer(), reply in any::<String>()) {
        let form = form(ALL_KINDS, &Wanted::default()).expect("a form");
        let task = task(Map::new());
        let mut drafts = form.combine(vec![form.read(&answer, &task)], &task).drafts;
        drafts.extend(form.combine(vec![form.read_text(&reply, &task)], &task).drafts);
        for (at, Draft { value, .. }) in drafts {
            let name = form.controls[at].head().name.as_str();
            let is_known = |allowed: &[Value]| {
                value.as_object().and_then(|fields| fields.values().next()?.as_array())
                    .is_some_and(|chosen| !chosen.is_empty() && chosen.iter().all(|label| allowed.contains(label)))
            };
            prop_assert!(match name {
                "one" => is_known(&[json!("A"), json!("b")]),
                "many" => is_known(&[json!("x"), json!("y")]),
                "tree" => is_known(&[json!(["P"]), json!(["P", "Q"])]),
                "why" => is_known(&[json!("k")]),
                "text" => value["text"].as_array().is_some_and(|texts| texts.iter().all(Value::is_string)),
                "stars" => value["rating"].as_u64().is_some_and(|stars| (1..=3).contains(&stars)),
                "count" => value["number"].as_f64().is_some_and(|count| (1.0..=9.0).contains(&count)),
                "exact" => value["number"].is_number(),
                "when" => value["datetime"].is_string(),
                _ => false,
            }, "{name}: {value}");
        }
    }
}
