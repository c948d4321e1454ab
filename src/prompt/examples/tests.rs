//! Which examples a task gets, and how they stand in its messages.

use serde_json::Value;

use super::*;
use crate::label::config::LabelConfig;
use crate::label::form::Wanted;
use crate::prompt::conversation::Conversation;
use crate::prompt::wrap::PromptTexts;

const MOODS: &str = r#"<View><Text name="text" value="$text"/><Choices name="mood" toName="text">
    <Choice value="good"/><Choice value="bad"/></Choices></View>"#;

const CHATS: &str = r#"<View><Chat name="chat" value="$chat"/><Choices name="mood" toName="chat">
    <Choice value="good"/><Choice value="bad"/></Choices></View>"#;

fn form(config: &str) -> Form {
    Form::new(&LabelConfig::parse(config).unwrap(), &Wanted::default()).unwrap()
}

fn task(id: TaskId, data: &Value) -> Task {
    let data = data.as_object().unwrap().clone();
    Task { id, data, annotations: Vec::new(), predictions: Vec::new() }
}

fn text_task(id: u64, text: &str) -> Task {
    task(TaskId::Id(id), &json!({"text": text}))
}

fn given(mood: &str) -> Given {
    let answer = json!({"mood": mood}).to_string();
    Given { answer, labels: BTreeSet::from([mood.to_owned()]) }
}

/// Returns the prompt and so many examples, chosen in this way; each is an id, a text and a mood.
fn prompt(choice: (usize, Way), examples: &[(u64, &str, &str)]) -> (Prompt, Form) {
    let form = form(MOODS);
    let texts = PromptTexts {
        prompt: "Mood of: {text}".to_owned(),
        system: Some(("Be brief.".to_owned(), "s.txt".to_owned())),
        ..PromptTexts::default()
    };
    let prompt = Prompt::new(&texts, &form, &text_task(1, "x")).unwrap();
    let example = |(id, text, mood): &(u64, &str, &str)| {
        Example::new(&prompt, &form, &text_task(*id, text), given(mood)).unwrap()
    };
    let pool = examples.iter().map(example).collect();
    let choice = ExampleChoice { count: choice.0, way: choice.1, digest: None };
    (prompt.clone().showing(Examples::new(choice, pool), Vec::new()), form)
}

/// Returns the texts of the examples that a task gets, in their order.
fn shown(prompt: &Prompt, form: &Form, task: &Task) -> Vec<String> {
    let messages = prompt.messages(form, task).unwrap();
    let question = text(&messages[messages.len() - 1..]);
    let found = messages.iter().filter(|message| message.role == Role::User);
    let texts = found.map(|message| text(std::slice::from_ref(message)));
    let texts = texts.filter(|text| *text != question);
    texts.map(|text| text.trim_start_matches("Mood of: ").to_owned()).collect()
}

const POOL: [(u64, &str, &str); 5] = [
    (9, "The battery is dead", "bad"),
    (3, "Battery lasts for days", "good"),
    (5, "The train was late", "bad"),
    (4, "The train was late again", "bad"),
    (7, "What a view", "good"),
];

#[track_caller]
fn check(choice: (usize, Way), task: &Task, expect: &[&str]) {
    let (prompt, form) = prompt(choice, &POOL);
    assert_eq!(shown(&prompt, &form, task), expect, "{choice:?}");
}

#[test]
fn examples_stand_between_system_message_and_question() {
    let (prompt, form) = prompt((1, Way::Nearest), &POOL);
    let task = text_task(1, "A late train");
    let messages = prompt.messages(&form, &task).unwrap();
    let expect = [
        Message::text(Role::System, "Be brief."),
        Message::text(Role::User, "Mood of: The train was late"),
        Message::text(Role::Assistant, r#"{"mood":"bad"}"#),
        Message::text(Role::User, "Mood of: A late train"),
    ];
    assert_eq!(messages, expect);
    assert_eq!(prompt.bare_messages(&form, &task).unwrap(), [expect[0].clone(), expect[3].clone()]);
}

#[test]
fn the_nearest_come_last_and_each_label_has_its_share() {
    let task = text_task(1, "dead battery");
    check((1, Way::Nearest), &task, &["The battery is dead"]);
    check((2, Way::Nearest), &task, &["Battery lasts for days", "The battery is dead"]);
    check(
        (4, Way::Nearest),
        &text_task(1, "nothing alike"),
        &["What a view", "The train was late", "The train was late again", "Battery lasts for days"],
    );
}

#[test]
fn the_fixed_ones_are_those_of_the_lowest_ids() {
    check((2, Way::Fixed), &text_task(1, "x"), &["Battery lasts for days", "The train was late again"]);
    check(
        (2, Way::Fixed),
        &text_task(2, "the train"),
        &["Battery lasts for days", "The train was late again"],
    );
    check(
        (9, Way::Fixed),
        &text_task(2, "x"),
        &[
            "Battery lasts for days",
            "The train was late again",
            "The train was late",
            "What a view",
            "The battery is dead",
        ],
    );
}

#[test]
fn a_random_choice_is_the_same_for_the_same_task_and_seed() {
    let chosen = |seed: u64, id: u64| {
        let (prompt, form) = prompt((2, Way::Random { seed }), &POOL);
        shown(&prompt, &form, &text_task(id, "x"))
    };
    assert_eq!(chosen(1, 1), chosen(1, 1));
    assert!((2..20).any(|id| chosen(1, id) != chosen(1, 1)), "other tasks get others");
    assert!((2..20).any(|seed| chosen(seed, 1) != chosen(1, 1)), "other seeds choose others");
}

#[test]
fn no_task_is_an_example_for_itself() {
    let others = ["What a view", "The battery is dead"];
    let rest = |task: &Task| {
        let (prompt, form) = prompt((5, Way::Fixed), &POOL);
        let shown = shown(&prompt, &form, task);
        (shown.len(), others.iter().all(|other| shown.iter().any(|text| text == other)))
    };
    assert_eq!(rest(&text_task(3, "edited since")), (4, true), "the same id");
    assert_eq!(rest(&text_task(1, "The train was late")), (4, true), "the same text");
    let other = task(TaskId::Row(3), &json!({"text": "of a file"}));
    assert_eq!(rest(&other), (5, true), "a row is no id");
}

/// Whether a task is an example for another in this config.
#[track_caller]
fn check_pair(config: &str, (one, other): (&Value, &Value), expect: bool) {
    let form = form(config);
    let tasks = [task(TaskId::Row(1), one), task(TaskId::Row(2), other)];
    let texts = PromptTexts { prompt: "Mood of {text}?".to_owned(), ..PromptTexts::default() };
    let prompt = Prompt::new(&texts, &form, &tasks[0]).unwrap();
    let example = Example::new(&prompt, &form, &tasks[0], given("good")).unwrap();
    let choice = ExampleChoice { count: 1, way: Way::Fixed, digest: None };
    let examples = Examples::new(choice, vec![example]);
    assert_eq!(examples.has_any_for(&form, &tasks[1]), expect, "{config}");
    let chosen = examples.chosen(&form, &tasks[1], &[]);
    assert_eq!(chosen.len(), usize::from(expect), "{config}");
}

#[test]
fn a_task_is_another_one_where_anything_that_is_labeled_differs() {
    let texts = r#"<Text name="text" value="$text"/><Text name="other" value="$other"/>"#;
    let choices = |name: &str, object: &str| {
        format!(r#"<Choices name="{name}" toName="{object}"><Choice value="good"/></Choices>"#)
    };
    let both = format!("<View>{texts}{}{}</View>", choices("mood", "text"), choices("kind", "other"));
    let one = format!("<View>{texts}{}</View>", choices("mood", "text"));
    let tasks = |text: &str, other: &str| json!({"text": text, "other": other, "id": other.len()});
    let base = tasks("a", "b");
    check_pair(&both, (&base, &tasks("a", "bb")), true);
    check_pair(&both, (&base, &json!({"text": "a", "other": "b", "id": 7})), false);
    check_pair(&one, (&base, &tasks("a", "bb")), false);
    check_pair(&one, (&base, &tasks("aa", "b")), true);
    let fixed = one.replace(r#"name="text" value="$text""#, r#"name="text" value="Rate this""#);
    check_pair(&fixed, (&base, &tasks("a", "bb")), true);
    check_pair(&fixed, (&base, &base), false);
    let around = one.replace(r#"name="text" value="$text""#, r#"name="text" value="Rate $text""#);
    check_pair(&around, (&base, &tasks("a", "bb")), false);
    check_pair(&around, (&base, &tasks("aa", "bb")), true);
}

#[test]
fn what_decides_the_choice_is_told_apart() {
    let canonical = |count, way, digest: Option<&str>| {
        ExampleChoice { count, way, digest: digest.map(str::to_owned) }.canonical()
    };
    let base = canonical(2, Way::Nearest, None);
    assert_eq!(base, r#"["examples",2,"nearest",null]"#);
    for other in [
        canonical(3, Way::Nearest, None),
        canonical(2, Way::Fixed, None),
        canonical(2, Way::Random { seed: 0 }, None),
        canonical(2, Way::Random { seed: 1 }, None),
        canonical(2, Way::Nearest, Some("ab")),
    ] {
        assert_ne!(base, other);
    }
}

#[test]
fn conversations_of_examples_are_turns_too() {
    let form = form(CHATS);
    let texts = PromptTexts {
        prompt: "Rate {chat}".to_owned(),
        system: Some(("Be brief.".to_owned(), "s.txt".to_owned())),
        conversation: Conversation::Messages,
        ..PromptTexts::default()
    };
    let chat = |id, word: &str| {
        let turn = |role: &str, text: &str| json!({"role": role, "content": text});
        let turns =
            [turn("system", "Sell"), turn("user", word), turn("assistant", "Sure"), turn("user", "Bye")];
        task(TaskId::Id(id), &json!({"chat": turns}))
    };
    let prompt = Prompt::new(&texts, &form, &chat(1, "Hi")).unwrap();
    let asked = "Bye\n\nRate (see the conversation above)";
    let (user, assistant) = (Role::User, Role::Assistant);
    let bare = [
        Message::text(Role::System, "Be brief.\n\nSell"),
        Message::text(user, "Hi"),
        Message::text(assistant, "Sure"),
        Message::text(user, asked),
    ];
    assert_eq!(prompt.messages(&form, &chat(1, "Hi")).unwrap(), bare);
    let example = Example::new(&prompt, &form, &chat(2, "Hello"), given("good")).unwrap();
    let choice = ExampleChoice { count: 1, way: Way::Fixed, digest: None };
    let prompt = prompt.showing(Examples::new(choice, vec![example]), Vec::new());
    let expect = [
        Message::text(Role::System, "Be brief."),
        Message::text(user, "system: Sell\nHello"),
        Message::text(assistant, "Sure"),
        Message::text(user, asked),
        Message::text(assistant, r#"{"mood":"good"}"#),
        Message::text(user, "system: Sell\nHi"),
        Message::text(assistant, "Sure"),
        Message::text(user, asked),
    ];
    assert_eq!(prompt.messages(&form, &chat(1, "Hi")).unwrap(), expect);
}

#[test]
fn images_of_examples_are_shown_too() {
    let config =
        MOODS.replace("<Text name=\"text\" value=\"$text\"/>", "<Image name=\"text\" value=\"$text\"/>");
    let form = form(&config);
    let texts = PromptTexts {
        prompt: "Mood?".to_owned(),
        wrapper: Some("{text}{prompt}".to_owned()),
        ..PromptTexts::default()
    };
    let image = |id, name: &str| text_task(id, &format!("https://host/{name}.png"));
    let prompt = Prompt::new(&texts, &form, &image(1, "a")).unwrap();
    let example = Example::new(&prompt, &form, &image(2, "b"), given("good")).unwrap();
    let choice = ExampleChoice { count: 1, way: Way::Nearest, digest: None };
    let prompt = prompt.showing(Examples::new(choice, vec![example]), Vec::new());
    let messages = prompt.messages(&form, &image(1, "a")).unwrap();
    let shown = |message: &Message| message.parts.first().cloned();
    let part = |name: &str| Some(Part::Image(Image::Url(format!("https://host/{name}.png"))));
    assert_eq!((shown(&messages[0]), shown(&messages[2])), (part("b"), part("a")));
}
