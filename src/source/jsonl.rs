//! Tasks in JSON Lines: one object a line.

use std::io::BufRead;

use super::format::{Each, Format, Trouble};
use super::json;
use super::shape::Shapes;

/// JSON Lines.
pub(super) const FORMAT: Format = Format { extensions: &["jsonl", "ndjson"], read };

/// Reads tasks line by line; blank lines do not count.
fn read(input: &mut dyn BufRead, each: &mut Each<'_>) -> Result<(), Trouble> {
    let start = input.fill_buf().map_err(|error| Trouble::whole(error.to_string()))?;
    if start.trim_ascii_start().starts_with(b"[") {
        // An array of tasks under the wrong name.
        return json::read(input, each);
    }
    let mut shapes = Shapes::default();
    let mut text = Vec::new();
    for line in 1.. {
        text.clear();
        if input.read_until(b'\n', &mut text).map_err(|error| Trouble::whole(error.to_string()))? == 0 {
            break;
        }
        if text.trim_ascii().is_empty() {
            continue;
        }
        let value = serde_json::from_slice(text.trim_ascii_end())
            .map_err(|error| Trouble { line: Some(line), ..Trouble::json(&error) })
            .map_err(|trouble| Trouble { reason: explain(trouble.reason), ..trouble })?;
        let found = shapes.task(value).map_err(|reason| Trouble::at_line(line, reason))?;
        if found.is_some_and(|found| each(found).is_break()) {
            break;
        }
    }
    Ok(())
}

/// Adds the likely cause to what the parser says of an object that goes on in the next line.
fn explain(reason: String) -> String {
    if reason.contains("EOF") {
        return format!("{reason}; each line must hold one whole object");
    }
    reason
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use proptest::prelude::*;

    use super::*;

    /// Returns the rows and texts of the tasks that were read, and the trouble that ended the reading.
    fn read_all(input: &[u8]) -> (Vec<(u64, String)>, Option<String>) {
        let mut tasks = Vec::new();
        let result = read(&mut &*input, &mut |found| {
            tasks.push((found.row, found.task.data["t"].to_string()));
            ControlFlow::Continue(())
        });
        (tasks, result.err().map(|trouble| trouble.to_string()))
    }

    fn check(input: &str, texts: &[&str], trouble: Option<&str>) {
        let tasks = (1..).zip(texts.iter().map(|text| (*text).to_owned())).collect();
        assert_eq!(read_all(input.as_bytes()), (tasks, trouble.map(str::to_owned)));
    }

    #[test]
    fn each_line_is_a_task_and_blank_lines_do_not_count() {
        check("", &[], None);
        check("{\"t\":1}\n\n  \r\n{\"t\":2}\r\n{\"data\":{\"t\":3}}", &["1", "2", "3"], None);
    }

    #[test]
    fn an_array_under_the_wrong_name_is_understood() {
        check("\n[{\"t\":1},\n{\"t\":2}]", &["1", "2"], None);
    }

    #[test]
    fn errors_name_line_and_column() {
        check(
            "{\"t\":1}\n\n{\"t\" 2}",
            &["1"],
            Some(", line 3, column 6: this is no valid JSON: expected `:`"),
        );
        check("{\"t\":1}\n7", &["1"], Some(", line 2: expected a task, which is an object, found `7`"));
        let open = ", line 1, column 1: the text ends in the middle (EOF while parsing an object); each line must hold one \
                    whole object";
        check("{\n\"t\": 1\n}\n", &[], Some(open));
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let result = read(&mut &*bytes, &mut |_| ControlFlow::Continue(()));
            let may_hold_json = bytes.contains(&b'{') || bytes.contains(&b'[');
            prop_assert!(result.is_err() || bytes.trim_ascii().is_empty() || may_hold_json);
        }
    }
}
