//! Filters of a task listing, in the form and the double encoding that Label Studio wants.

use std::fmt::Write as _;

use serde_json::{Value, json};

/// A condition on tasks; all of a listing's conditions hold at once.
#[derive(Debug, Clone, PartialEq)]
pub enum Filter {
    /// The id is greater.
    After(u64),
    /// The id is between these, both included.
    Between(u64, u64),
    /// The id is one of these; an empty list holds for none.
    Among(Vec<u64>),
    /// Nobody annotated it; skipping does not count.
    Unlabeled,
    /// Somebody annotated it; skipping does not count.
    Labeled,
    /// It has a prediction whose model version contains this text: Label Studio cannot ask for the exact one.
    VersionContains(String),
    /// It has no such prediction.
    VersionLacks(String),
    /// A condition of a view, as it is stored there.
    Stored(Value),
}

/// How conditions of a view are joined.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Join {
    All,
    Any,
}

/// Most ids in one listing: a request line stays below the 8 kB that proxies take.
pub const IDS_PER_REQUEST: usize = 500;

impl Filter {
    /// Returns the condition in Label Studio's own form.
    fn stored(&self) -> Value {
        let filter = |column: &str, operator: &str, kind: &str, value: Value| {
            let column = format!("filter:tasks:{column}");
            json!({ "filter": column, "operator": operator, "type": kind, "value": value })
        };
        match self {
            Self::After(id) => filter("id", "greater", "Number", json!(id)),
            Self::Between(first, last) => filter("id", "in", "Number", json!({ "min": first, "max": last })),
            Self::Among(ids) => filter("id", "in_list", "List", json!(ids)),
            Self::Unlabeled => filter("total_annotations", "equal", "Number", json!(0)),
            Self::Labeled => filter("total_annotations", "greater", "Number", json!(0)),
            // A list, for Label Studio takes a text apart into its letters.
            Self::VersionContains(text) => {
                filter("predictions_model_versions", "contains", "List", json!([text]))
            }
            Self::VersionLacks(text) => {
                filter("predictions_model_versions", "not_contains", "List", json!([text]))
            }
            Self::Stored(value) => value.clone(),
        }
    }
}

/// Returns the value of the `query` parameter: ordered by id, encoded twice because Label Studio decodes it twice.
pub fn query(filters: &[Filter], join: Join) -> String {
    let items: Vec<Value> = filters.iter().map(Filter::stored).collect();
    let conjunction = match join {
        Join::All => "and",
        Join::Any => "or",
    };
    let query = json!({ "filters": { "conjunction": conjunction, "items": items }, "ordering": ["id"] });
    encode(&encode(&query.to_string()))
}

/// Percent-encodes whatever may mean something in a query, and leaves the rest, so that long id lists stay short.
fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len() + text.len() / 2);
    for byte in text.bytes() {
        match byte {
            _ if byte.is_ascii_alphanumeric() || b"-_.~,:[]".contains(&byte) => {
                encoded.push(char::from(byte));
            }
            _ => write!(encoded, "%{byte:02X}").expect("writing to a string cannot fail"),
        }
    }
    encoded
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Decodes as Label Studio does: twice.
    fn decoded(query: &str) -> Value {
        let once = |text: &str| {
            let pair = format!("q={text}");
            url::form_urlencoded::parse(pair.as_bytes()).next().unwrap().1.into_owned()
        };
        serde_json::from_str(&once(&once(query))).unwrap()
    }

    fn check(filter: Filter, expect: &str) {
        let url = format!("http://h/api/tasks?query={}", query(&[filter], Join::All));
        let url = url::Url::parse(&url).unwrap();
        let sent = url.query().unwrap().strip_prefix("query=").unwrap();
        assert_eq!(decoded(sent)["filters"]["items"][0].to_string(), expect);
    }

    #[test]
    fn conditions_take_label_studios_form() {
        check(
            Filter::After(7),
            r#"{"filter":"filter:tasks:id","operator":"greater","type":"Number","value":7}"#,
        );
        check(
            Filter::Among(vec![1, 22]),
            r#"{"filter":"filter:tasks:id","operator":"in_list","type":"List","value":[1,22]}"#,
        );
        check(
            Filter::Labeled,
            r#"{"filter":"filter:tasks:total_annotations","operator":"greater","type":"Number","value":0}"#,
        );
        check(
            Filter::Between(1, 22),
            r#"{"filter":"filter:tasks:id","operator":"in","type":"Number","value":{"min":1,"max":22}}"#,
        );
        check(
            Filter::VersionLacks("gpt \"4\" 100%25 é+&#'".to_owned()),
            r#"{"filter":"filter:tasks:predictions_model_versions","operator":"not_contains","type":"List","value":["gpt \"4\" 100%25 é+&#'"]}"#,
        );
    }

    #[test]
    fn five_hundred_long_ids_fit_a_request_line() {
        let ids = (0..IDS_PER_REQUEST as u64).map(|id| 1_000_000_000 + id).collect();
        let length = query(&[Filter::Among(ids), Filter::After(1), Filter::Unlabeled], Join::All).len();
        assert!(length < 7000, "{length}");
    }

    #[test]
    fn listings_are_ordered_by_id() {
        let found = decoded(&query(&[], Join::Any));
        assert_eq!(found.to_string(), r#"{"filters":{"conjunction":"or","items":[]},"ordering":["id"]}"#);
    }
}
