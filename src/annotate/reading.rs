//! From what was read of an answer to the regions of a prediction.

use serde_json::{Map, Value, json};

use super::fingerprint::Fingerprint;
use crate::label::control::{Draft, Head};
use crate::label::form::{Filled, Form, Relation};
use crate::label::prediction::Region;

/// Returns the regions of a prediction, the prompt's last; none where there is nothing to mark and no prompt to show.
///
/// The regions of controls that label single regions come right after the region they label and have its id, or the editor
/// takes them for labels of the task.
pub(super) fn regions(form: &Form, filled: Filled, asked: Asked<'_>) -> Vec<Region> {
    let has_answer = filled.is_blank || !filled.drafts.is_empty();
    let mut counts = vec![0; form.controls.len()];
    let mut regions: Vec<Region> = Vec::new();
    let mut ids = Vec::new();
    for (control, mut draft) in filled.drafts {
        let head = form.controls[control].head();
        let id = asked.fingerprint.region_id(&head.name, counts[control]);
        counts[control] += 1;
        let children = std::mem::take(&mut draft.children);
        regions.push(region(head, draft, id.clone()));
        let child =
            |(control, draft): (usize, Draft)| region(form.controls[control].head(), draft, id.clone());
        regions.extend(children.into_iter().map(child));
        ids.push(id);
    }
    regions.extend(filled.relations.iter().map(|relation| between(relation, &ids)));
    if let Some(prompt) = &form.prompt
        && has_answer
    {
        let head = prompt.head();
        let id = asked.fingerprint.region_id(&head.name, 0);
        regions.push(region(head, Draft::new(json!({"text": [asked.prompt]})), id));
    }
    regions
}

/// What stands behind a prediction.
#[derive(Debug, Clone, Copy)]
pub(super) struct Asked<'a> {
    pub fingerprint: Fingerprint,
    /// The prompt as the user wrote it.
    pub prompt: &'a str,
}

fn region(head: &Head, draft: Draft, id: String) -> Region {
    Region {
        id,
        from_name: head.name.clone(),
        to_name: head.to_name.clone(),
        kind: head.kind.to_owned(),
        value: draft.value,
        score: draft.score,
        extra: draft.extra,
    }
}

/// Returns a relation as Label Studio stores it: a region without names, id and value.
fn between(relation: &Relation, ids: &[String]) -> Region {
    let Relation { from, to, labels, direction } = relation;
    let mut extra = Map::new();
    extra.insert("from_id".to_owned(), json!(ids[*from]));
    extra.insert("to_id".to_owned(), json!(ids[*to]));
    extra.insert("direction".to_owned(), json!(direction));
    if !labels.is_empty() {
        extra.insert("labels".to_owned(), json!(labels));
    }
    Region {
        id: String::new(),
        from_name: String::new(),
        to_name: String::new(),
        kind: "relation".to_owned(),
        value: Value::Null,
        score: None,
        extra,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::chat::{ChatRequest, Parameters};
    use crate::prompt::fake::{control, form};

    #[test]
    fn regions_have_ids_of_their_control_and_the_prompt_comes_last() {
        let mut form =
            form(vec![control("choices", "mood", &["a"]), control("textarea", "why", &[])], "text");
        form.prompt = Some(control("textarea", "prompt", &[]));
        let request = ChatRequest {
            model: "m".to_owned(),
            messages: Vec::new(),
            schema: None,
            parameters: Parameters::default(),
        };
        let asked = Asked { fingerprint: Fingerprint::new("p", &request, 0), prompt: "{text}?" };
        let drafts = ["x", "y"].map(|text| (1, Draft::new(json!({"text": [text]})))).to_vec();
        let found = regions(&form, Filled { drafts, ..Filled::default() }, asked);
        let shown: Vec<_> =
            found.iter().map(|region| (region.from_name.as_str(), region.value.to_string())).collect();
        assert_eq!(
            shown,
            [
                ("why", r#"{"text":["x"]}"#.to_owned()),
                ("why", r#"{"text":["y"]}"#.to_owned()),
                ("prompt", r#"{"text":["{text}?"]}"#.to_owned())
            ]
        );
        let ids: Vec<_> = found.iter().map(|region| region.id.clone()).collect();
        let expect = [("why", 0), ("why", 1), ("prompt", 0)];
        assert_eq!(ids, expect.map(|(control, index)| asked.fingerprint.region_id(control, index)));
        assert_eq!(found[0].to_name, "input");
        assert_eq!(found[0].kind, "textarea");
        assert_eq!(regions(&form, Filled::default(), asked), []);
    }
}
