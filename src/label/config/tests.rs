use super::*;

/// What a config gives: `name:kind` of its controls, then of what is skipped, or a part of the error.
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

const RATING: &str = "<Rating name=\"r\" toName=\"t\"/>";

#[test]
fn one() {
    check(RATING, Ok("r"));
}
