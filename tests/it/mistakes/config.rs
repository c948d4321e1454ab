//! Labeling configs: what Label Studio itself refuses, and what this tool cannot fill.

use super::{Book, CONFIG, REST, TASKS, mistake};

#[test]
fn a_bad_labeling_config_is_named_by_its_line() {
    let run = |what, xml: &str| mistake(what, format!("run {TASKS} {REST}")).file("config.xml", xml);
    let control = |what, control: &str| {
        let xml = format!("<View>\n  <Text name=\"text\" value=\"$text\"/>\n  {control}\n</View>\n");
        run(what, &xml)
    };
    let mood = r#"<Choices name="mood" toName="text"><Choice value="good"/></Choices>"#;
    let mistakes = [
        mistake("no such file", format!("run --tasks tasks.csv --label-config confg.xml {REST}")),
        mistake("a folder", format!("run --tasks tasks.csv --label-config folder.csv {REST}")),
        run("empty", "\n"),
        mistake("not UTF-8", format!("run {TASKS} {REST}")).file(
            "config.xml",
            CONFIG
                .replace("bad", "\u{0}")
                .into_bytes()
                .into_iter()
                .map(|byte| if byte == 0 { 0xe9 } else { byte })
                .collect::<Vec<_>>(),
        ),
        run("no XML", "{\"labels\": [\"good\", \"bad\"]}\n"),
        run("a tag that is never closed", &CONFIG.replace("</View>", "")),
        run("an entity of HTML", &CONFIG.replace("good", "good&nbsp;one")),
        run("a bare ampersand", &CONFIG.replace("good", "good & bad")),
        run("entities of its own", &format!("<!DOCTYPE v [<!ENTITY a \"b\">]>\n{CONFIG}")),
        run("no control", "<View>\n  <Text name=\"text\" value=\"$text\"/>\n</View>\n"),
        run("no object", &format!("<View>\n  {mood}\n</View>\n")),
        control("an object nobody has", &mood.replace("toName=\"text\"", "toName=\"txt\"")),
        control("a name twice", &format!("{mood}\n  {mood}")),
        control("a control without a name", &mood.replace("name=\"mood\" ", "")),
        control("a control without an object", &mood.replace("toName=\"text\"", "")),
        control(
            "only tags that cannot be filled",
            r#"<BrushLabels name="words" toName="text"><Label value="a"/></BrushLabels>"#,
        ),
        control(
            "only spans, and nobody to mark them",
            r#"<Labels name="words" toName="text"><Label value="a"/></Labels>"#,
        ),
        control("choices without a choice", r#"<Choices name="mood" toName="text"></Choices>"#),
        control("choices for single regions only", &mood.replace("toName", "perRegion=\"true\" toName")),
        control("only the prompt's own control", r#"<TextArea name="prompt" toName="text"/>"#),
        run("sound", &format!("<View>\n  <Audio name=\"text\" value=\"$text\"/>\n  {mood}\n</View>\n")),
        mistake("a control nobody has", format!("run {TASKS} {REST} --controls moood")),
        mistake("no control", format!("run {TASKS} {REST} --controls ''")),
        mistake("a response nobody takes", format!("run {TASKS} {REST} --response-prefix answer")),
    ];
    Book::new().compare("configs", &mistakes);
}
