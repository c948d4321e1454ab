//! Which tasks a `query` or a view selects, and in which order, as Label Studio's data manager decides it.

use std::cmp::Ordering;

use serde_json::{Value, json};

use super::column::Column;
use super::refusal::Refusal;
use super::world::Task;

/// Filters, ordering and selected items.
pub(super) struct Selection {
    filters: Vec<Filter>,
    any: bool,
    ordering: Option<(Column, bool)>,
    included: Vec<u64>,
    excluded: Vec<u64>,
}

struct Filter {
    column: Column,
    operator: String,
    /// How the value was declared: `Number`, `String`, `List`, ...
    kind: String,
    value: Value,
}

impl Selection {
    /// Reads a `query` parameter, which arrives decoded once and is decoded once more.
    pub(super) fn parse(query: &str) -> Result<Self, Refusal> {
        let content = serde_json::from_slice(&unquoted(query));
        Self::read(&content.map_err(|error| Refusal::new(500, &error.to_string()))?)
    }

    /// Reads what a view stores or a body carries; null selects everything.
    pub(super) fn read(content: &Value) -> Result<Self, Refusal> {
        let filters = &content["filters"];
        let any = match filters["conjunction"].as_str() {
            Some("or") => true,
            Some("and") => false,
            None if filters.is_null() => false,
            _ => return Err(unreadable("filters.conjunction\n  Input should be 'or' or 'and'")),
        };
        let items = filters["items"].as_array().map_or(&[][..], Vec::as_slice);
        let read: Vec<Option<Filter>> = items.iter().map(Filter::read).collect::<Result<_, _>>()?;
        if read.iter().any(Option::is_none) {
            return Err(Refusal::new(500, "reduce() of empty iterable with no initial value"));
        }
        let ordering = content["ordering"][0].as_str().map(read_ordering).transpose()?;
        let ids = |list: &Value| list.as_array().into_iter().flatten().filter_map(Value::as_u64).collect();
        let selected = &content["selectedItems"];
        Ok(Self {
            filters: read.into_iter().flatten().collect(),
            any,
            ordering,
            included: ids(&selected["included"]),
            excluded: ids(&selected["excluded"]),
        })
    }

    /// Returns the tasks that are selected; an empty list of selected ones means all of them.
    pub(super) fn select<'a>(&self, tasks: Vec<&'a Task>) -> Result<Vec<&'a Task>, Refusal> {
        let mut found = Vec::new();
        for task in tasks {
            let chosen = self.included.is_empty() || self.included.contains(&task.id);
            if chosen && !self.excluded.contains(&task.id) && self.matches(task)? {
                found.push(task);
            }
        }
        if let Some((column, descending)) = &self.ordering {
            let key = |task: &Task| column.value(task);
            found.sort_by(|one, other| compare(&key(one), &key(other)).unwrap_or(Ordering::Equal));
            if *descending {
                found.reverse();
            }
        }
        Ok(found)
    }

    fn matches(&self, task: &Task) -> Result<bool, Refusal> {
        for filter in &self.filters {
            if filter.matches(task)? == self.any {
                return Ok(self.any);
            }
        }
        Ok(!self.any || self.filters.is_empty())
    }
}

impl Filter {
    /// Reads one filter; none if its name has not the prefix that the server asks for.
    fn read(item: &Value) -> Result<Option<Self>, Refusal> {
        let Some(kind) = item["type"].as_str() else {
            return Err(unreadable("filters.items.0.type\n  Field required"));
        };
        let Some(name) = item["filter"].as_str().and_then(|name| name.strip_prefix("filter:tasks:")) else {
            return Ok(None);
        };
        let operator = item["operator"].as_str().unwrap_or_default().to_owned();
        Ok(Some(Self {
            column: Column::named(name)?,
            operator,
            kind: kind.to_owned(),
            value: item["value"].clone(),
        }))
    }

    fn matches(&self, task: &Task) -> Result<bool, Refusal> {
        let cell = self.column.value(task);
        let negated = self.operator.starts_with("not_");
        let operator = self.operator.strip_prefix("not_").unwrap_or(&self.operator);
        if self.column == Column::ModelVersions {
            return Ok(self.matches_versions(task, operator, negated));
        }
        let found = match operator {
            "empty" => (cell.is_null() || cell == "") == truthy(&self.value),
            "contains" => {
                text(&cell).to_lowercase().contains(&text(&self.value).to_lowercase()) && !cell.is_null()
            }
            "in_list" => self.value.as_array().is_some_and(|list| list.contains(&cell)),
            "in" => {
                self.compare(&cell, &self.value["min"])?.is_some_and(Ordering::is_ge)
                    && self.compare(&cell, &self.value["max"])?.is_some_and(Ordering::is_le)
            }
            "greater" => self.compare(&cell, &self.value)?.is_some_and(Ordering::is_gt),
            "greater_or_equal" => self.compare(&cell, &self.value)?.is_some_and(Ordering::is_ge),
            "less" => self.compare(&cell, &self.value)?.is_some_and(Ordering::is_lt),
            "less_or_equal" => self.compare(&cell, &self.value)?.is_some_and(Ordering::is_le),
            // What is not known counts as equality.
            _ => self.compare(&cell, &self.value)?.is_some_and(Ordering::is_eq),
        };
        Ok(found != negated)
    }

    /// Compares as the declared type says: `"5"` is a number where the filter is one.
    fn compare(&self, cell: &Value, value: &Value) -> Result<Option<Ordering>, Refusal> {
        Ok(match self.kind.as_str() {
            "Number" => compare(&number(cell), &number(value)),
            "Boolean" => compare(cell, &json!(truthy(value))),
            // Milliseconds are mandatory, as the server reads the time with a fixed format.
            "Datetime" if !text(value).contains('.') => {
                let detail = format!("time data {value} does not match format '%Y-%m-%dT%H:%M:%S.%fZ'");
                return Err(Refusal::new(500, &detail));
            }
            _ => compare(cell, value),
        })
    }

    /// Versions are matched as substrings, whatever the case, and a string is taken for a list of its letters.
    fn matches_versions(&self, task: &Task, operator: &str, negated: bool) -> bool {
        let versions: Vec<Option<String>> =
            task.predictions.iter().map(|p| p.model_version.as_deref().map(str::to_lowercase)).collect();
        if operator == "empty" {
            let without = versions.is_empty() || versions.iter().any(Option::is_none);
            let with = versions.iter().any(Option::is_some);
            return if truthy(&self.value) { without } else { with };
        }
        let wanted: Vec<String> = match &self.value {
            Value::String(letters) => letters.chars().map(String::from).collect(),
            list => list.as_array().into_iter().flatten().map(text).collect(),
        };
        let mut known = versions.iter().flatten();
        let hit = known.any(|version| wanted.iter().any(|wanted| version.contains(&wanted.to_lowercase())));
        // Without a single value there is no condition, and all tasks match.
        wanted.is_empty() || hit != negated
    }
}

fn read_ordering(text: &str) -> Result<(Column, bool), Refusal> {
    let descending = text.starts_with('-');
    let name = text.trim_start_matches('-');
    let name = name.strip_prefix("tasks:").unwrap_or(name);
    Ok((Column::named(name.trim_start_matches('-'))?, descending))
}

fn unreadable(problem: &str) -> Refusal {
    Refusal::new(500, &format!("1 validation error for PrepareParams\n{problem}"))
}

fn compare(one: &Value, other: &Value) -> Option<Ordering> {
    match (one, other) {
        (Value::Number(one), Value::Number(other)) => one.as_f64()?.partial_cmp(&other.as_f64()?),
        (Value::String(one), Value::String(other)) => Some(one.cmp(other)),
        (Value::Bool(one), Value::Bool(other)) => Some(one.cmp(other)),
        _ => None,
    }
}

fn number(value: &Value) -> Value {
    match value {
        Value::String(text) => text.parse::<f64>().map_or(Value::Null, |number| json!(number)),
        value => value.clone(),
    }
}

fn truthy(value: &Value) -> bool {
    matches!(text(value).to_lowercase().as_str(), "true" | "1" | "yes" | "on")
}

/// Returns a string as it is, everything else as JSON.
fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Decodes percent signs, and leaves alone those that stand for nothing.
fn unquoted(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while at < bytes.len() {
        let code = text.get(at + 1..at + 3).filter(|_| bytes[at] == b'%');
        let byte = code.and_then(|code| u8::from_str_radix(code, 16).ok());
        decoded.push(byte.unwrap_or(bytes[at]));
        at += if byte.is_some() { 3 } else { 1 };
    }
    decoded
}
