//! What was asked, as one hash: region ids and model versions are made of it.
//!
//! **Invariant:** these hashes stand in people's projects. What goes into them changes with a new `FORMAT` only.

use std::collections::HashSet;
use std::fmt;

use serde_json::{Map, Value, json};
use url::Url;

use crate::journal::record::Key;
use crate::label::prediction::{OWN_REGION_DIGITS, OWN_REGION_PREFIX, OWN_VERSION_DIGITS};
use crate::llm::chat::{ChatRequest, Document, Image, Message, Parameters, Part};

/// Begins every hashed text; another format has other hashes.
const FORMAT: &str = "ls-autolabel 1";

/// Stands in a model version where the model has no name.
const NAMELESS: &str = "model";

/// A hash of one question to one provider.
///
/// The same for the same messages, schema, model, parameters, provider and sample number; whatever changes only how
/// the question travels is not in it: token limit, way of asking for JSON, server, signatures of image URLs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// Hashes a request; `sample` counts repetitions of the same question from 0.
    pub fn new(provider: &str, request: &ChatRequest, sample: u32) -> Self {
        let asked = json!([
            FORMAT,
            provider,
            sample,
            request.model,
            request.messages.iter().map(message).collect::<Vec<_>>(),
            // Models answer in the order of the schema's keys, so the order stays.
            request.schema,
            parameters(&request.parameters),
        ]);
        Self(*blake3::hash(asked.to_string().as_bytes()).as_bytes())
    }

    /// Returns the hash of this question together with what else it is to be known by.
    #[must_use]
    pub fn beside(self, words: &str) -> Self {
        Self(*blake3::keyed_hash(&self.0, words.as_bytes()).as_bytes())
    }

    /// Hashes something that was not asked of a provider, such as what a person approved.
    pub fn of(value: &Value) -> Self {
        Self(*blake3::hash(json!([FORMAT, value]).to_string().as_bytes()).as_bytes())
    }

    /// Returns by what the journal finds the answer.
    pub fn key(self) -> Key {
        Key(self.0)
    }

    /// Returns the id of a region; `index` counts the regions of one control from 0.
    pub fn region_id(&self, control: &str, index: usize) -> String {
        let hash = blake3::keyed_hash(&self.0, json!([control, index]).to_string().as_bytes());
        format!("{OWN_REGION_PREFIX}{}", &hash.to_hex()[..OWN_REGION_DIGITS])
    }

    /// Returns whether these stored regions are an answer to this question: there are some, and all have its ids.
    ///
    /// A label of a single region has that region's id, and a relation the ids of two.
    pub fn is_of(&self, regions: &[Value]) -> bool {
        let controls: HashSet<&str> =
            regions.iter().filter_map(|region| region["from_name"].as_str()).collect();
        let of_control = |control: &&str| {
            let control = (*control).to_owned();
            (0..regions.len()).map(move |index| self.region_id(&control, index))
        };
        let ids: HashSet<String> = controls.iter().flat_map(of_control).collect();
        let is_ours = |id: &Value| id.as_str().is_some_and(|id| ids.contains(id));
        let is_of_us = |region: &Value| match region["type"].as_str() {
            Some("relation") => is_ours(&region["from_id"]) && is_ours(&region["to_id"]),
            _ => is_ours(&region["id"]),
        };
        !regions.is_empty() && regions.iter().all(is_of_us)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&blake3::Hash::from(self.0).to_hex())
    }
}

/// Returns the default model version: the model's name and a short hash of everything that is asked.
///
/// `texts` are the canonical forms of prompt, labeling config and whatever else decides the answers, such as the
/// answer mode. The version is the same for all tasks, is never empty, and has none of the characters that break
/// Label Studio's comma-joined lists of versions.
pub fn model_version(model: &str, texts: &[&str], parameters: &Parameters) -> String {
    let hashed = json!([FORMAT, model, texts, self::parameters(parameters)]).to_string();
    let hash = blake3::hash(hashed.as_bytes()).to_hex();
    let name: String = model
        .trim()
        .chars()
        .map(|letter| match letter {
            ',' | ';' | '"' | '\'' | '`' | '\\' => '-',
            _ if letter.is_control() || letter.is_whitespace() => '-',
            _ => letter,
        })
        .collect();
    let name = if name.is_empty() { NAMELESS } else { &name };
    format!("{name}@{}", &hash[..OWN_VERSION_DIGITS])
}

fn message(message: &Message) -> Value {
    let parts = message.parts.iter().map(|part| match part {
        Part::Text(text) => json!({"text": text}),
        Part::Image(Image::Url(address) | Image::Stored(address)) => {
            json!({"url": without_signature(address)})
        }
        Part::Image(Image::Inline { media_type, base64 }) => {
            json!({"type": media_type, "digest": blake3::hash(base64.as_bytes()).to_hex().as_str()})
        }
        Part::Document(Document::Stored(address)) => json!({"document": without_signature(address)}),
        Part::Document(Document::Inline { name: _, base64 }) => {
            json!({"document": "", "digest": blake3::hash(base64.as_bytes()).to_hex().as_str()})
        }
    });
    json!([message.role.name(), parts.collect::<Vec<_>>()])
}

/// The token limit is left out, for a raised one asks the same, and so are the probabilities, which change no answer. What
/// was not there from the beginning is hashed only where it is given.
fn parameters(parameters: &Parameters) -> Value {
    let Parameters {
        temperature,
        responses,
        max_tokens: _,
        seed,
        reasoning_effort,
        logprobs: _,
        image_size,
        extra,
    } = parameters;
    let extra = sorted(&Value::Object(extra.clone()));
    match image_size {
        None => json!([temperature, responses, seed, reasoning_effort, extra]),
        Some(size) => json!([temperature, responses, seed, reasoning_effort, extra, {"image_size": size}]),
    }
}

/// Returns a value with the keys of all its objects in order: users may write them in any.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Object(fields) => {
            let mut fields: Vec<_> = fields.iter().map(|(key, value)| (key.clone(), sorted(value))).collect();
            fields.sort_by(|(left, _), (right, _)| left.cmp(right));
            Value::Object(fields.into_iter().collect::<Map<_, _>>())
        }
        Value::Array(values) => Value::Array(values.iter().map(sorted).collect()),
        other => other.clone(),
    }
}

/// Takes the parameters of a presigned URL off, which differ each time it is made; others may say which image it is.
fn without_signature(address: &str) -> String {
    let Ok(mut url) = Url::parse(address) else { return address.to_owned() };
    let names: Vec<String> = url.query_pairs().map(|(name, _)| name.to_ascii_lowercase()).collect();
    // Azure's parameters are so short that they count only beside its signature.
    let is_azure = names.iter().any(|name| name == "sig") && names.iter().any(|name| name == "sv");
    let is_signature = |name: &str| {
        let name = name.to_ascii_lowercase();
        name.starts_with("x-amz-")
            || name.starts_with("x-goog-")
            || ["signature", "expires", "awsaccesskeyid", "googleaccessid", "key-pair-id", "policy"]
                .contains(&name.as_str())
            || is_azure
                && [
                    "sig", "sv", "se", "st", "sp", "sr", "spr", "sip", "skoid", "sktid", "skt", "ske", "sks",
                    "skv",
                ]
                .contains(&name.as_str())
    };
    let is_signed = names.iter().any(|name| name.ends_with("signature")) || is_azure;
    if !is_signed {
        return address.to_owned();
    }
    let kept: Vec<(String, String)> = url
        .query_pairs()
        .filter(|(name, _)| !is_signature(name))
        .map(|(name, value)| (name.into_owned(), value.into_owned()))
        .collect();
    url.set_query(None);
    if !kept.is_empty() {
        url.query_pairs_mut().extend_pairs(kept);
    }
    url.into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::llm::chat::{Logprobs, Role};

    fn request() -> ChatRequest {
        let image = Image::Url("https://x.org/a.png".to_owned());
        ChatRequest {
            model: "m".to_owned(),
            messages: vec![Message {
                role: Role::User,
                parts: vec![Part::Text("hi".to_owned()), Part::Image(image)],
            }],
            schema: Some(json!({"type": "object"})),
            parameters: Parameters { responses: 1, ..Parameters::default() },
        }
    }

    fn of(change: impl FnOnce(&mut ChatRequest)) -> Fingerprint {
        let mut request = request();
        change(&mut request);
        Fingerprint::new("openai", &request, 0)
    }

    fn with_part(part: Part) -> Fingerprint {
        of(|request| request.messages[0].parts[1] = part)
    }

    fn with_image(address: &str) -> Fingerprint {
        with_part(Part::Image(Image::Url(address.to_owned())))
    }

    #[test]
    fn what_changes_the_question_changes_the_fingerprint() {
        let base = of(|_| ());
        let others = [
            Fingerprint::new("azure", &request(), 0),
            Fingerprint::new("openai", &request(), 1),
            of(|request| request.model.push('x')),
            of(|request| request.messages[0].role = Role::System),
            of(|request| request.messages[0].parts.swap(0, 1)),
            of(|request| request.messages[0].parts[0] = Part::Text("ho".to_owned())),
            of(|request| request.schema = None),
            of(|request| request.schema = Some(json!({"type": "array"}))),
            of(|request| request.parameters.temperature = Some(0.0)),
            of(|request| request.parameters.responses = 3),
            of(|request| request.parameters.seed = Some(1)),
            of(|request| request.parameters.image_size = Some(512)),
            of(|request| request.messages[0].parts.truncate(1)),
            of(|request| request.parameters.reasoning_effort = Some("low".to_owned())),
            of(|request| drop(request.parameters.extra.insert("top_p".to_owned(), json!(1)))),
            with_image("https://x.org/b.png"),
            with_image("https://x.org/a.png?id=1"),
            with_part(Part::Image(Image::Stored("s3://b/a.png".to_owned()))),
            with_part(Part::Image(Image::Stored("/data/upload/1/a.png".to_owned()))),
            with_part(Part::Image(Image::Inline {
                media_type: "image/png".to_owned(),
                base64: String::new(),
            })),
            with_part(Part::Document(Document::Stored("https://x.org/a.png".to_owned()))),
            with_part(Part::Document(Document::Stored("s3://b/a.pdf".to_owned()))),
            with_part(Part::Document(Document::Inline { name: "a".to_owned(), base64: "AAAA".to_owned() })),
        ];
        for (index, other) in others.iter().enumerate() {
            assert_ne!(base, *other, "{index}");
            assert!(!others[..index].contains(other), "{index}");
        }
    }

    #[test]
    fn what_changes_only_the_way_changes_nothing() {
        let extra = |request: &mut ChatRequest, keys: [&str; 2]| {
            for key in keys {
                request.parameters.extra.insert(key.to_owned(), json!({"x": key.len()}));
            }
        };
        assert_eq!(of(|_| ()), of(|request| request.parameters.max_tokens = Some(5)));
        assert_eq!(of(|_| ()), of(|request| request.parameters.logprobs = Logprobs::Needed));
        assert_eq!(of(|request| extra(request, ["a", "b"])), of(|request| extra(request, ["b", "a"])));
    }

    #[test]
    fn a_signature_is_no_part_of_an_address() {
        let check = |address: &str, expect: &str| assert_eq!(without_signature(address), expect);
        check(
            "https://b.s3.amazonaws.com/a.png?X-Amz-Date=1&X-Amz-Signature=2",
            "https://b.s3.amazonaws.com/a.png",
        );
        check("https://s/a?versionId=7&X-Amz-Expires=1&X-Amz-Signature=2", "https://s/a?versionId=7");
        check("https://s/a?GoogleAccessId=g&Expires=1&Signature=s", "https://s/a");
        check("https://s/a?sv=1&se=2&sr=b&sig=3&snapshot=4", "https://s/a?snapshot=4");
        check("https://s/a?se=2&sp=5", "https://s/a?se=2&sp=5");
        check("https://s/a?expires=soon&id=5", "https://s/a?expires=soon&id=5");
        check("https://s/a%20b?x=%20", "https://s/a%20b?x=%20");
        check("no url", "no url");
    }

    #[test]
    fn region_ids_are_ours_and_differ() {
        let fingerprint = of(|_| ());
        let id = fingerprint.region_id("mood", 0);
        assert!(crate::label::prediction::is_own_region(&json!({"id": id})), "{id}");
        assert_eq!(id, fingerprint.region_id("mood", 0));
        assert_ne!(id, fingerprint.region_id("mood", 1));
        assert_ne!(id, fingerprint.region_id("mood2", 0));
        assert_ne!(id, of(|request| request.model.push('x')).region_id("mood", 0));
    }

    #[test]
    fn a_stored_answer_is_known_by_its_regions() {
        let fingerprint = of(|_| ());
        let region =
            |control: &str, index| json!({"id": fingerprint.region_id(control, index), "from_name": control});
        let check =
            |regions: &[Value], expect: bool| assert_eq!(fingerprint.is_of(regions), expect, "{regions:?}");
        check(&[region("a", 0), region("b", 0), region("b", 1)], true);
        check(&[], false);
        check(&[region("a", 0), json!({"id": "drawn", "from_name": "b"})], false);
        check(&[json!({"id": fingerprint.region_id("a", 0), "from_name": "b"})], false);
        check(&[json!({"type": "relation"})], false);
    }

    #[test]
    fn these_hashes_stay_as_they_are() {
        // They are stored in projects: a change makes every answered task look new.
        let fingerprint = of(|_| ());
        assert_eq!(
            fingerprint.to_string(),
            "04634347bf2f8fd5fd3a3c9d78edf290d41a42dd116639fb2b8a6d319ecce1ea"
        );
        assert_eq!(fingerprint.region_id("mood", 0), "al969705acd4af2100");
        assert_eq!(fingerprint.beside("3 nearest").region_id("mood", 0), "al4efc6aaf45f95ab6");
        assert_eq!(model_version("gpt", &["prompt", "config"], &request().parameters), "gpt@cd19b46b");
    }

    #[test]
    fn model_versions_are_readable_and_harmless() {
        let check = |model: &str, name: &str| {
            let version = model_version(model, &[], &Parameters::default());
            let (found, hash) = version.rsplit_once('@').unwrap();
            assert_eq!(found, name);
            assert_eq!(hash.len(), OWN_VERSION_DIGITS);
        };
        check("gpt-4.1-mini", "gpt-4.1-mini");
        check("meta-llama/Llama-3:8b", "meta-llama/Llama-3:8b");
        check("modèle", "modèle");
        check("a,b \"c\"'d'\n", "a-b--c--d-");
        check("  ", "model");
    }

    #[test]
    fn model_versions_follow_what_is_asked() {
        let parameters = Parameters::default();
        let base = model_version("m", &["p", "c"], &parameters);
        let warm = Parameters { temperature: Some(1.0), ..Parameters::default() };
        let long = Parameters { max_tokens: Some(9), ..Parameters::default() };
        assert_ne!(base, model_version("m", &["pc", ""], &parameters));
        assert_ne!(base, model_version("m", &["p", "c"], &warm));
        assert_eq!(base, model_version("m", &["p", "c"], &long));
    }
}
