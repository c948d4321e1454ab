//! Tasks in JSON: an array of them, a single one, or one after the other; never held as a whole.

use std::fmt;
use std::io::{BufRead, BufReader};

use serde::Deserialize;
use serde::de::value::MapAccessDeserializer;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use super::format::{Each, Format, Trouble};
use super::shape::Shapes;

/// A JSON document.
pub(super) const FORMAT: Format = Format { extensions: &["json"], read };

/// Takes tasks as the parser comes to them.
struct Tasks<'a, 'b> {
    shapes: Shapes,
    each: &'a mut Each<'b>,
    /// Whether nobody wants more of them.
    enough: bool,
}

/// Reads tasks out of JSON text.
///
/// Several documents in a row are understood, too, so that JSON Lines work under any name.
pub(super) fn read(input: &mut dyn BufRead, each: &mut Each<'_>) -> Result<(), Trouble> {
    // The parser takes single bytes, which is fast from a `BufReader` and slow from anything behind a pointer.
    let mut parser = serde_json::Deserializer::from_reader(BufReader::new(input));
    if parser.end().is_ok() {
        return Err(Trouble::whole("it is empty; expected an array of tasks (`[]` for none)"));
    }
    let mut tasks = Tasks { shapes: Shapes::default(), each, enough: false };
    while parser.end().is_err() {
        if let Err(error) = tasks.deserialize(&mut parser) {
            return if tasks.enough { Ok(()) } else { Err(Trouble::json(&error)) };
        }
    }
    Ok(())
}

impl Tasks<'_, '_> {
    fn take<E: Error>(&mut self, value: Value) -> Result<(), E> {
        let found = self.shapes.task(value);
        let Some(found) =
            found.map_err(|reason| E::custom(format_args!("task number {}: {reason}", self.shapes.rows)))?
        else {
            return Ok(());
        };
        if (self.each)(found).is_break() {
            self.enough = true;
            return Err(E::custom("the rest is not wanted"));
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for &mut Tasks<'_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for &mut Tasks<'_, '_> {
    type Value = ();

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("an array of tasks or a task, which is an object")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<(), A::Error> {
        while let Some(element) = elements.next_element()? {
            self.take(element)?;
        }
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, fields: A) -> Result<(), A::Error> {
        self.take(Value::Object(Map::deserialize(MapAccessDeserializer::new(fields))?))
    }
}

#[cfg(test)]
mod tests {
    use std::ops::ControlFlow;

    use proptest::prelude::*;

    use super::*;

    /// Returns the data of the tasks that were read, and the trouble that ended the reading.
    fn read_all(input: &[u8]) -> (Vec<String>, Option<String>) {
        let mut tasks = Vec::new();
        let result = read(&mut &*input, &mut |found| {
            tasks.push(Value::Object(found.task.data).to_string());
            ControlFlow::Continue(())
        });
        (tasks, result.err().map(|trouble| trouble.to_string()))
    }

    fn check(input: &str, tasks: &[&str], trouble: Option<&str>) {
        let expect = (tasks.iter().map(|task| (*task).to_owned()).collect(), trouble.map(str::to_owned));
        assert_eq!(read_all(input.as_bytes()), expect);
    }

    #[test]
    fn an_array_one_object_and_objects_in_a_row_are_understood() {
        check(" [ ] \n", &[], None);
        check(r#"[{"b": 1, "a": [2]}, {"data": {"c": "é"}}]"#, &[r#"{"b":1,"a":[2]}"#, r#"{"c":"é"}"#], None);
        check("{\"a\": 1}\n", &[r#"{"a":1}"#], None);
        check("{\"a\": 1}\n\n{\"a\":\n 2}\r\n", &[r#"{"a":1}"#, r#"{"a":2}"#], None);
    }

    #[test]
    fn what_came_before_an_error_is_read_and_its_place_is_named() {
        let empty = ": it is empty; expected an array of tasks (`[]` for none)";
        check("", &[], Some(empty));
        check(" \n", &[], Some(empty));
        check(
            "[{\"a\": 1},\n {\"a\" 2}]",
            &[r#"{"a":1}"#],
            Some(", line 2, column 7: this is no valid JSON: expected `:`"),
        );
        let array = ", line 2, column 3: task number 2: expected a task, which is an object, found `7`";
        check("[{\"a\": 1},\n 7]", &[r#"{"a":1}"#], Some(array));
        let closed = ", line 1, column 8: the text ends in the middle (EOF while parsing a list)";
        check("[{\"a\":1}", &[r#"{"a":1}"#], Some(closed));
        let text = ", line 1, column 3: expected an array of tasks or a task, which is an object, found string \"a\"";
        check("\"a\"", &[], Some(text));
        check(
            r#"[{"a": "\ud83d"}]"#,
            &[],
            Some(", line 1, column 15: this is no valid JSON: unexpected end of hex escape"),
        );
        check("text,label\n", &[], Some(", line 1, column 2: this is no valid JSON: expected ident"));
    }

    #[test]
    fn reading_ends_when_nobody_wants_more() {
        let mut rows = Vec::new();
        let result = read(&mut &b"[{}, {}, {}, not even JSON"[..], &mut |found| {
            rows.push(found.row);
            if rows.len() < 2 { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
        });
        assert_eq!((result, rows), (Ok(()), vec![1, 2]));
    }

    #[test]
    fn a_document_too_deep_is_refused() {
        let (tasks, trouble) = read_all("[".repeat(100_000).as_bytes());
        assert_eq!(
            (tasks.len(), trouble.as_deref()),
            (0, Some(", line 1, column 128: it is nested too deeply"))
        );
    }

    proptest! {
        #[test]
        fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
            let (tasks, trouble) = read_all(&bytes);
            prop_assert!(!tasks.is_empty() || trouble.is_some() || bytes.contains(&b'['));
        }

        #[test]
        fn nothing_that_looks_like_json_makes_it_panic(text in r#"[\[\]{}:,"ab01\\u \n]{0,60}"#) {
            let (tasks, trouble) = read_all(text.as_bytes());
            prop_assert!(!tasks.is_empty() || trouble.is_some() || text.contains('['));
        }
    }
}
