//! Configs as Label Studio takes or refuses them, and what is filled of each.

use proptest::prelude::*;

use super::*;

/// What a config gives: the names of its controls, then of what is skipped, or a part of the error.
#[track_caller]
fn check(inside: &str, expect: Result<&str, &str>) {
    check_whole(&format!("<View><Text name=\"t\" value=\"$t\"/>{inside}</View>"), expect);
}

#[track_caller]
fn check_whole(xml: &str, expect: Result<&str, &str>) {
    match (LabelConfig::parse(xml), expect) {
        (Ok(config), Ok(expect)) => {
            let controls = config.controls.iter().map(|control| control.head().name.clone());
            let skipped = config.skipped.iter().map(|skipped| format!("-{}", skipped.name));
            let found: Vec<String> = controls.chain(skipped).collect();
            assert_eq!(found.join(" "), expect, "{xml}");
        }
        (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{xml}: {error}"),
        (found, _) => panic!("{xml}: {found:?}"),
    }
}

/// A control beside a rating that can always be filled, and the reason why it is left empty.
#[track_caller]
fn check_skipped(control: &str, reason: &str) {
    let xml = format!(
        "<View><Text name=\"t\" value=\"$t\"/><Audio name=\"a\" value=\"$a\"/><Odd name=\"o\" value=\"$o\"/>\
         <Rating name=\"r\" toName=\"t\"/>{control}</View>"
    );
    let config = LabelConfig::parse(&xml).expect("a config");
    let reasons: Vec<String> = config.skipped.iter().map(ToString::to_string).collect();
    assert!(reasons.len() == 1 && reasons[0].contains(reason), "{control}: {reasons:?}");
}

const RATING: &str = "<Rating name=\"r\" toName=\"t\"/>";

#[test]
fn what_label_studio_accepts_is_accepted() {
    check(RATING, Ok("r"));
    check("<!-- <Choices name=\"t\" toName=\"z\"/> --><Rating name='r' toName='t'/>", Ok("r"));
    check("<Style>.a > .b { color: red }</Style><Rating name='r' toName='t'/>", Ok("r"));
    check("<![CDATA[ x ]]><?pi x?><Rating name='r' toName='t' title='&lt;&#160;&apos;'/>", Ok("r"));
    check("<Foo><Bar z=\"1\"><Rating name='r' toName='t,t'/></Bar></Foo>", Ok("r"));
    check(
        "<Collapse><Panel value='x'><View><Rating name='r' toName='t'/></View></Panel></Collapse>",
        Ok("r"),
    );
    check("<rating NAME='r' toname='t'/>", Ok("r"));
    check("<Filter name='f' toName='r'/><Header value='x'/><Rating name='r' toName='t'/>", Ok("r"));
    let body = "<View><Rating name='r' toName='t'/><Text name='t' value='$t'/></View>";
    check_whole(body, Ok("r"));
    check_whole(&format!("\u{feff}{body}"), Ok("r"));
    check_whole(&format!("\n  {body}\n<!-- end -->"), Ok("r"));
    check_whole(&format!("<?xml version=\"1.0\" encoding=\"utf-8\"?>\n{body}"), Ok("r"));
    check_whole(&format!(" <?xml version=\"1.0\"?>{body}"), Ok("r"));
    check_whole(
        "<View xmlns:x='u'><x:Foo/><Text name='t' value='$t'/><Rating name='r' toName='t'/></View>",
        Ok("r"),
    );
}

#[test]
fn what_label_studio_refuses_is_refused_with_the_line() {
    check_whole("", Err("it is empty"));
    check_whole("<View>\n<Text\n</View>", Err("not well-formed XML"));
    check_whole("no xml", Err("expected XML"));
    check_whole("<!DOCTYPE View [<!ENTITY x 'y'>]><View/>", Err("it has a `<!DOCTYPE"));
    check("<Header value='a&nbsp;b'/>", Err("is no entity of XML"));
    check(
        "\n<Rating name='r' toName='z'/>",
        Err("line 2: `Rating` has `toName=\"z\"`, but the names are `r`, `t`"),
    );
    check("<Rating name='r' toName='t, t'/>", Err("`toName=\" t\"`"));
    check("\n\n<Text name='t' value='$u'/>", Err("line 3: the name `t` is already used on line 1"));
    check("<Choices toName='t'/>", Err("line 1: `Choices` has no `name`"));
    check("<Choices name='c'/>", Err("`Choices` named `c` has no `toName`"));
    check("<TextArea name='c'/>", Err("has no `toName`"));
    check("<Text value='$x'/>", Err("`Text` has no `name`"));
    check_whole(
        " <?xml version='1.0'\n?>\n<View>\n<Rating toName='x' name='x'/><a name='x'/></View>",
        Err("line 4:"),
    );
}

#[test]
fn a_config_with_nothing_to_fill_says_what_there_is() {
    check("", Err("it has no control tag to fill; add one of `Choices`"));
    check(
        "<BrushLabels name='l' toName='t'><Label value='PER'/></BrushLabels>",
        Err("nothing this tool can fill (`l` (BrushLabels) is left empty: it paints labeled pixel masks"),
    );
    check_whole("<View/>", Err("no control tag"));
}

#[test]
fn labels_of_single_regions_are_filled_beside_what_marks_them() {
    let ner = "<Labels name='ner' toName='t'><Label value='x'/></Labels>";
    let mood = |attributes: &str| format!("<Rating name='mood' toName='t' perRegion='true' {attributes}/>");
    let both = |attributes: &str| format!("{}{ner}", mood(attributes));
    check(&both(""), Ok("mood ner"));
    check(&both("visibleWhen='region-selected' whenTagName='ner'"), Ok("mood ner"));
    check(&both("visibleWhen='region-selected' whenTagName='other'"), Ok("ner -mood"));
    check(&format!("<Text name='u' value='$u'/>{ner}{}", mood("").replace("'t'", "'u'")), Ok("ner -mood"));
    check(&format!("<View visibleWhen='region-selected'>{RATING}</View>{ner}"), Ok("r ner"));
    check(&format!("<Relations/>{ner}"), Ok("ner"));
    // The editor looks at the attribute of classifying controls alone.
    check(&ner.replace("toName", "perRegion='true' toName"), Ok("ner"));
}

#[test]
fn controls_that_cannot_be_filled_are_skipped_with_the_reason() {
    check_skipped(
        "<BrushLabels name='b' toName='t'/>",
        "`b` (BrushLabels) is left empty: it paints labeled pixel",
    );
    check_skipped("<TextArea name='b' toName='t' perRegion='true'/>", "single regions (`perRegion`)");
    check_skipped(
        "<Labels name='b' toName='a'><Label value='x'/></Labels>",
        "it labels `a` (Audio), which holds sound",
    );
    check_skipped("<Labels name='b' toName='t'/>", "it has no `Label` with a `value`");
    check_skipped(
        "<ParagraphLabels name='b' toName='t'><Label value='x'/></ParagraphLabels>",
        "spans of a `Paragraphs`, but `t` is of the tag `Text`",
    );
    check_skipped(
        "<Relations><Relation value='x'/></Relations>",
        "a `Relations` is left empty: it relates regions, and no control",
    );
    check_skipped("<TextArea name='b' toName='t' perItem='true'/>", "single items of a list (`perItem`)");
    check_skipped(
        "<View visibleWhen='region-selected'><Number name='b' toName='t'/></View>",
        "region is selected",
    );
    check_skipped("<Repeater on='$x'><Number name='b' toName='t'/></Repeater>", "`Repeater`");
    check_skipped("<Number name='b' toName='a'/>", "it labels `a` (Audio), which holds sound");
    check_skipped(
        "<Number name='b' toName='o'/>",
        "it labels `o` (Odd), which is no object tag this tool knows",
    );
    check_skipped("<Number name='b' toName='r'/>", "it labels `r` (Rating), which is no object tag");
    check_skipped("<Rating toName='t'/>", "a `Rating` is left empty: it has no `name`");
    check_skipped("<Rating name='b'/>", "it has no `toName`, so it labels nothing");
    check_skipped("<Rating name='b' toName='t' maxRating='lots'/>", "its `maxRating` is `lots`");
    check_skipped("<Number name='b' toName='t' min='3' max='2'/>", "its `min` 3 is above its `max` 2");
    check_skipped("<DateTime name='b' toName='t' only='year'/>", "`only=\"year\"` is not supported");
    check_skipped(
        "<DateTime name='b' toName='t' format='%Q'/>",
        "its format `%Q` has `%Q`, which depends on a time",
    );
    check_skipped("<DateTime name='b' toName='t' format='%'/>", "its format `%` ends with a lone `%`");
    check_skipped("<Taxonomy name='b' toName='t' apiUrl='http://x'/>", "its labels come from `apiUrl`");
    check_skipped("<Taxonomy name='b' toName='t' labeling='true'/>", "it labels spans");
    check_skipped("<Taxonomy name='b' toName='t'/>", "it has no `Choice` with a `value`");
    check_skipped("<Choices name='b' toName='t'><Choice/></Choices>", "it has no `Choice` with a `value`");
    check_skipped("<Mystery name='b' toName='t'/>", "no control tag that this tool knows");
    check_skipped(
        "<Paragraphs name='p'/><Number name='b' toName='p'/>",
        "`p` (Paragraphs), which has no `value`",
    );
}

#[test]
fn layout_does_not_change_what_is_asked() {
    let canonical = |xml: &str| LabelConfig::parse(xml).expect("a config").canonical();
    let plain = canonical(
        "<View><Text name='t' value='$t'/><Choices name='c' toName='t'><Choice value='A'/></Choices></View>",
    );
    let formatted = canonical(
        "<!-- new -->\n<View className=\"x\">\n  <Style>a{}</Style>\n  <Text value=\"$t\" name=\"t\"></Text>\n  \
         <Choices toName=\"t\" choice=\"single\" showInline=\"true\" name=\"c\">\n    <Choice value=\"A\" \
         hotkey=\"1\"/>\n  </Choices></View>",
    );
    assert_eq!(plain, formatted);
    for changed in [
        "<View><Text name='t' value='$u'/><Choices name='c' toName='t'><Choice value='A'/></Choices></View>",
        "<View><Text name='t' value='$t'/><Choices name='c' toName='t'><Choice value='B'/></Choices></View>",
        "<View><Text name='t' value='$t'/><Choices name='c' toName='t'><Choice value='A' alias='a'/></Choices></View>",
        "<View><Text name='t' value='$t'/><Choices name='c' toName='t'><Choice value='A' hint='h'/></Choices></View>",
        "<View><Text name='t' value='$t'/><Choices name='c' toName='t' choice='multiple'><Choice value='A'/></Choices></View>",
    ] {
        assert_ne!(plain, canonical(changed), "{changed}");
    }
}

#[test]
fn deep_nesting_does_no_harm() {
    let depth = 20_000;
    let xml = format!(
        "{}<Text name='t' value='$t'/><Rating name='r' toName='t'/>{}",
        "<View>".repeat(depth),
        "</View>".repeat(depth)
    );
    check_whole(&xml, Ok("r"));
    let taxonomy = |depth: usize| {
        let choices = ["<Choice value='x'>".repeat(depth), "</Choice>".repeat(depth)].concat();
        format!("<Taxonomy name='b' toName='t'>{choices}</Taxonomy>")
    };
    check(&taxonomy(300), Ok("b"));
    for depth in [301, 20_000] {
        check_skipped(&taxonomy(depth), "its `Choice` tags are inside each other more than 300 times");
    }
}

/// Pieces of configs, to be strung together in any order.
const PIECES: &[&str] = &[
    "<View>",
    "</View>",
    "<Text name='t' value='$t'/>",
    "<Choices name='c' toName='t'>",
    "</Choices>",
    "<Choice ",
    "value='A'/>",
    "<Taxonomy name='x' toName='t'>",
    "</Taxonomy>",
    "<Rating name='r' toName='t' maxRating='",
    "9'/>",
    "<DateTime name='d' toName='t' format='%",
    "Y'/>",
    "<Number name='n' toName='t' min='",
    "1'/>",
    "&amp;",
    "&#0;",
    "<!--",
    "-->",
    "<![CDATA[",
    "]]>",
    "'",
    "<",
    "é",
    "\u{0}",
    "<Repeater on='$x'>",
    "</Repeater>",
    "<?xml ?>",
];

proptest! {
    #[test]
    fn parsing_never_panics(text in any::<String>()) {
        prop_assert!(LabelConfig::parse(&text).is_err());
    }

    #[test]
    fn parsing_pieces_never_panics(pieces in prop::collection::vec(prop::sample::select(PIECES), 0..30)) {
        if let Ok(config) = LabelConfig::parse(&pieces.concat()) {
            prop_assert!(!config.controls.is_empty());
        }
    }
}
