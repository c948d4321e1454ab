//! Streams of tokens as servers tell them, and how sure they are of a label.

mod model;
mod settled;

use super::*;
use crate::annotate::answers::Answers;
use crate::label::config::LabelConfig;
use crate::label::form::Wanted;
use crate::llm::chat::{Alternative, Response, Token};
use crate::prompt::fake::task;

/// Returns a form of these tags on a text.
fn form(tags: &str) -> Form {
    let tags = tags.replace(" name=", r#" toName="text" name="#);
    let xml = format!(r#"<View><Text name="text" value="$text"/>{tags}</View>"#);
    let config = LabelConfig::parse(&xml).expect("a config");
    Form::new(&config, &Wanted::default()).expect("a form")
}

/// Returns a tag of choices.
fn choices(name: &str, mode: &str, labels: &[&str]) -> String {
    let labels = labels.iter().map(|label| format!("<Choice value='{}'/>", label.replace('"', "&quot;")));
    format!(r#"<Choices name="{name}" choice="{mode}">{}</Choices>"#, labels.collect::<String>())
}

/// Reads tokens with a space between any two, each as `chosen=0.6|other=0.3` where it has a probability; `!` before it
/// keeps the chosen one out of the list, and `=?` is not known. `␣` is a space, `⏎` a line feed, `<c3>` a byte.
fn tokens(written: &str) -> Vec<Token> {
    let alternative = |written: &str| {
        let (text, logprob) = match written.rsplit_once('=') {
            Some((text, "?")) => (text, f64::NEG_INFINITY),
            Some((text, number)) => (text, number.parse::<f64>().expect("a probability").ln()),
            None => (written, 0.0),
        };
        Alternative { bytes: bytes(text), logprob }
    };
    let token = |written: &str| {
        let (is_listed, written) = written.strip_prefix('!').map_or((true, written), |rest| (false, rest));
        let all: Vec<Alternative> = written.split('|').map(alternative).collect();
        Token { chosen: all[0].clone(), top: all[usize::from(!is_listed)..].to_vec() }
    };
    written.split(' ').map(token).collect()
}

fn bytes(text: &str) -> Vec<u8> {
    let text = text.replace('␣', " ").replace('⏎', "\n");
    let mut parts = text.split('<');
    let mut bytes = parts.next().unwrap_or_default().as_bytes().to_vec();
    for part in parts {
        let (hex, rest) = part.split_once('>').expect("a byte ends");
        bytes.push(u8::from_str_radix(hex, 16).expect("a byte"));
        bytes.extend(rest.as_bytes());
    }
    bytes
}

/// Returns what a response of these tokens says; the text is what they spell unless the server gives another one.
fn response(written: &str, text: Option<&str>) -> Response {
    let tokens = tokens(written);
    let spelled = || {
        let bytes = tokens.iter().flat_map(|token| token.chosen.bytes.clone()).collect();
        String::from_utf8(bytes).expect("a text")
    };
    Response::Text(Wording { text: text.map_or_else(spelled, str::to_owned), tokens })
}

/// Returns what responses come to.
fn filled(form: &Form, mode: AnswerMode, responses: &[Response], scoring: Scoring) -> Filled {
    let task = task(serde_json::json!({"text": "x"}));
    Answers::sift(responses, mode).expect("an answer").read(form, &task, scoring).expect("regions")
}

/// Returns the scores of the regions that responses come to.
fn scores(form: &Form, mode: AnswerMode, responses: &[Response], scoring: Scoring) -> Vec<Option<f64>> {
    filled(form, mode, responses, scoring).drafts.iter().map(|(_, draft)| draft.score).collect()
}

#[track_caller]
fn check_all(form: &Form, mode: AnswerMode, response: &Response, expect: &[Option<f64>]) {
    let found = scores(form, mode, std::slice::from_ref(response), Scoring::Auto);
    let is_close = |(found, expect): (&Option<f64>, &Option<f64>)| match (found, expect) {
        (Some(found), Some(expect)) => (found - expect).abs() < 1e-9,
        (found, expect) => found == expect,
    };
    let is_same = found.len() == expect.len() && found.iter().zip(expect).all(is_close);
    assert!(is_same, "expected {expect:?}, found {found:?} for {response:?}");
}

/// Expects how sure `{"c": …}` is of a single label.
#[track_caller]
fn check(labels: &[&str], written: &str, expect: Option<f64>) {
    check_all(&form(&choices("c", "single", labels)), AnswerMode::Auto, &response(written, None), &[expect]);
}

const MOODS: &[&str] = &["negative", "positive"];

/// One is the beginning of the other.
const GRADES: &[&str] = &["neg", "negative_strong", "pos"];

#[test]
fn a_token_counts_in_relation_to_those_that_go_on_with_a_label() {
    check(MOODS, r#"{"c":" neg=.6|pos=.4 ative "}"#, Some(0.6));
    check(MOODS, r#"{"c":" neg=.3|the=.5|pos=.1 ative "}"#, Some(0.75));
    check(MOODS, r#"{"c":" ne=.3|po=.1 gative=.01|the=.9 "}"#, Some(0.75));
    check(MOODS, r#"{"c":" n=.5|p=.5 ega=.9|o=.1 tive "}"#, Some(0.5));
    // All tokens that leave only this label speak for it.
    check(MOODS, r#"{"c":" nega=.1|negative=.2|ne=.1|posi=.4 tive "}"#, Some(0.5));
    check(&["yes, it is", "yes, it was", "no"], r#"{"c":" yes=.8|no=.2 ,␣it␣ is=.7|was=.3 "}"#, Some(0.56));
}

#[test]
fn a_label_that_is_the_beginning_of_another_ends_with_its_quote() {
    check(GRADES, r#"{"c":" neg=.8|pos=.2 "=.9|ative=.1 }"#, Some(0.72));
    check(GRADES, r#"{"c":" neg=.8|pos=.2 "}=.5|",=.4|ative=.1"#, Some(0.72));
    check(GRADES, r#"{"c":" neg=.8|pos=.2 ative=.1|"=.9 _strong "}"#, Some(0.08));
    check(GRADES, r#"{"c":" neg"}=.6|neg=.2|pos=.2"#, Some(0.6));
    check(GRADES, r#"{"c":" negative=.3|neg=.6|neg"=.1 _strong"}"#, Some(0.3));
}

#[test]
fn a_label_begins_anywhere_in_a_token() {
    check(MOODS, r#"{"c": ␣"neg=.6|␣"pos=.4 ative"}"#, Some(0.6));
    check(MOODS, r#"{ "c ":"neg=.6|":"pos=.3|":=.1 ative" }"#, Some(0.6));
    check(MOODS, r#"{"c": "neg=.5|␣"neg=.3|⏎"pos=.2|[=.9 ative" }"#, Some(0.8));
    check(MOODS, r#"{"c":"negative"}=.7|{"c":"positive"}=.2|{"c":"=.1"#, Some(0.7));
    // White space between the quotes is no white space before the label.
    check(MOODS, r#"{"c":" neg=.6|␣neg=.3|pos=.2 ative"}"#, Some(0.75));
}

#[test]
fn letters_may_be_cut_and_escaped() {
    check(&["négatif", "positif"], r#"{"c":" n=.7|p=.3 <c3> <a9> gatif "}"#, Some(0.7));
    check(&["né", "nè"], r#"{"c":" n<c3>=.9|n=.1 <a9>=.6|<a8>=.4 "}"#, Some(0.54));
    check(&["né", "nè"], r#"{"c":"n \u00=.9|é=.1 e9=.75|e8=.25 "}"#, Some(0.775));
    check(&["😀", "😢"], r#"{"c":" \ud83d \ude00=.8|\ude22=.2 "}"#, Some(0.8));
    check(&["say \"hi\"", "say no"], r#"{"c":"say␣ \"=.7|no=.2|"=.1 hi \" "}"#, Some(7.0 / 9.0));
    check(&["a/b", "a\\b"], r#"{"c":"a \/=.2|/=.4|\\=.4 b"}"#, Some(0.6));
}

#[test]
fn the_case_of_letters_counts_only_where_labels_differ_in_it() {
    check(MOODS, r#"{"c":" Neg=.5|neg=.3|pos=.2 ative "}"#, Some(0.8));
    check(&["us", "US"], r#"{"c":" US=.5|us=.3|Us=.2 "}"#, Some(0.625));
}

#[test]
fn what_is_not_told_is_not_guessed() {
    check(MOODS, r#"{"c":" !neg=.1|pos=.4|the=.5 ative "}"#, Some(0.2));
    check(MOODS, r#"{"c":" neg=.6|pos=? ative "}"#, Some(1.0));
    check(MOODS, r#"{"c":" !neg=?|pos=.4 ative "}"#, None);
    check(MOODS, r#"{"c":" !neg=?|the=.4 ative "}"#, None);
    // A grammar forced a token that the model did not think of; of the other label nobody knows.
    check(MOODS, r#"{"c":" !neg=.01|the=.5|a=.4 ative "}"#, None);
    check(MOODS, r#"{"c":" !neg=.9 ative "}"#, None);
    check(MOODS, r#"{"c":" !n=.01|the=.5 eg=.6 ative "}"#, None);
    // That the labels had in common was no choice.
    check(&["not yet", "not now"], r#"{"c":" !not␣=.01|the=.5 yet=.7|now=.3 "}"#, Some(0.7));
    check(&["only"], r#"{"c":" only=.3|the=.7 "}"#, None);
}

#[test]
fn tokens_that_are_not_those_of_the_answer_are_left_alone() {
    let single = form(&choices("c", "single", MOODS));
    let check = |written: &str, text: &str, expect| {
        check_all(&single, AnswerMode::Auto, &response(written, Some(text)), &[expect]);
    };
    let answer = r#"{"c":"negative"}"#;
    check(r#"```json⏎ {"c":" neg=.6|pos=.4 ative "} ⏎```"#, answer, Some(0.6));
    check(r#"{"c":" neg=.9|pos=.1 ative "} ␣or␣ {"c":" neg=.6|pos=.4 ative "}"#, answer, Some(0.6));
    check(r#"thought:⏎ {"c":" neg=.6|pos=.4 ative "}"#, &format!("\n{answer} "), Some(0.6));
    check(r#"{"c":" neg=.6|pos=.4"#, answer, None);
    check(r#"{"c":␣" neg=.6|pos=.4 ative "}"#, answer, None);
    check(r#"<c3> {"c":" neg=.6|pos=.4 ative "}"#, answer, None);
    check(r"{'c':' neg=.6|pos=.4 ative '}", "{'c':'negative'}", None);
    check(r#"{"c":{"label":" neg=.6|pos=.4 ative "}}"#, r#"{"c":{"label":"negative"}}"#, None);
    check(r#"{"C":" neg=.6|pos=.4 ative "}"#, r#"{"C":"negative"}"#, None);
    check(r#"Well:␣ {"c":" neg=.6|pos=.4 ative "}"#, &format!("Well: {answer}"), Some(0.6));
    check(r#"" neg=.6|pos=.4 ative ""#, r#""negative""#, Some(0.6));
    // It is read as the label, but is not how the label is written.
    check(r#"" neg=.6|pos=.4 atvie ""#, r#""negatvie""#, None);
}

#[test]
fn stars_are_told_apart_by_what_ends_a_number() {
    let check = |most: u8, written: &str, expect| {
        let rating = form(&format!(r#"<Rating name="r" maxRating="{most}"/>"#));
        check_all(&rating, AnswerMode::Auto, &response(written, None), &[expect]);
    };
    check(5, r#"{"r":␣ 4=.7|5=.2|1=.1 }"#, Some(0.7));
    check(5, r#"{"r": ␣4}=.6|␣5}=.3|3=.1"#, Some(0.6));
    check(10, r#"{"r": 1=.9|2=.1 0=.3|}=.7 }"#, Some(0.27));
    check(10, r#"{"r": 1=.9|2=.1 }=.7|0=.3"#, Some(0.63));
    check(10, r#"{"r": 1=.9|2=.1 ⏎}=.7|0=.3"#, Some(0.63));
    check(5, r#"{"r":" 4=.7|5=.3 "}"#, Some(0.7));
    check(5, r#"{"r": 4=.7|5=.3 .0 }"#, None);
    check(5, r#"{"r":" 4=.7|5=.3 /5"}"#, None);
    check(5, "4=.7|5=.3", Some(0.7));
    check(10, "1=.7|2=.3", None);
}

#[test]
fn of_several_labels_the_least_sure_counts() {
    let several = form(&choices("c", "multiple", &["a", "b", "c"]));
    let check = |written: &str, expect| {
        check_all(&several, AnswerMode::Auto, &response(written, None), &[expect]);
    };
    check(r#"{"c":[" a=.6|b=.4 "," c=.9|b=.1 "]}"#, Some(0.6));
    check(r#"{"c":[" a=.9|b=.1 "," c=.7|b=.3 "]}"#, Some(0.7));
    check(r#"{"c":[ "a"=.6|"b"=.4 ]}"#, Some(0.6));
    check(r#"{"c": "a"=.6|"b"=.4 }"#, Some(0.6));
    check(r#"{"c":{" a=.6|b=.4 ":true}}"#, None);
    check(r#"{"c":[" a=.6|b=.4 "," !c=.01 "]}"#, None);
    let tree = form(
        r#"<Taxonomy name="t"><Choice value="A"><Choice value="B"/><Choice value="C"/></Choice></Taxonomy>"#,
    );
    let written = r#"{"t":["A ␣/␣=.5|"=.5 B=.8|C=.2 "]}"#;
    check_all(&tree, AnswerMode::Auto, &response(written, None), &[Some(0.4)]);
    let path = response(r#"{"t":["A=.5|"B=.5 "," B=.8|C=.2 "]}"#, None);
    check_all(&tree, AnswerMode::Auto, &path, &[None]);
}

#[test]
fn a_reply_in_plain_text_is_measured_where_it_is_nothing_but_the_label() {
    let check = |labels: &[&str], written: &str, expect| {
        let single = form(&choices("c", "single", labels));
        check_all(&single, AnswerMode::Text, &response(written, None), &[expect]);
    };
    check(MOODS, "neg=.6|pos=.4 ative", Some(0.6));
    check(MOODS, "␣negative=.4|Negative=.3|**neg=.1|␣positive=.2", Some(0.8));
    check(MOODS, "⏎⏎ **Neg=.6|**Pos=.4 ative** .", Some(0.6));
    check(MOODS, "⏎ \" Neg=.6|Pos=.3|neg=.1 ative\"", Some(0.7));
    check(MOODS, "It␣is␣ neg=.6|pos=.4 ative", None);
    check(GRADES, "neg=.8|pos=.2 ⏎=.9|ative=.1", Some(0.72));
    check(GRADES, "neg=.8|pos=.2", None);
    check(GRADES, "negative=.8|pos=.2 _strong", Some(0.8));
}

#[test]
fn each_control_has_its_own_score_and_those_that_do_not_choose_have_none() {
    let tags = [
        choices("a", "single", MOODS).as_str(),
        r#"<TextArea name="why"/><Number name="n"/><Rating name="r"/>"#,
        &choices("b/c", "single", &["x", "y"]),
    ]
    .concat();
    let written = r#"{"a":" neg=.6|pos=.4 ative ","why":" be=.3|so=.7 cause ","n": 3=.5|4=.5 ,"r": 5=.9|4=.1 ,"b/c":" x=.7|y=.3 "}"#;
    let expect = [Some(0.6), None, None, Some(0.9), Some(0.7)];
    check_all(&form(&tags), AnswerMode::Auto, &response(written, None), &expect);
    let text = response("neg=.6|pos=.4 ative", None);
    check_all(&form(&tags), AnswerMode::Text, &text, &[Some(0.6), None]);
}
