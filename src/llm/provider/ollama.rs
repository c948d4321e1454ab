//! Ollama by its own interface, the only one that can set how long a context may be.

use reqwest::header::{AUTHORIZATION, HeaderMap};
use serde_json::{Map, Value, json};
use url::Url;

use super::address::{join, without_end};
use super::openai::bearer;
use super::wire::{count, outline, read_json};
use super::{DecodeError, EncodeError, Provider, Row, tokens};
use crate::http::retry::Verdict;
use crate::http::secret::Secret;
use crate::http::transport::Reply;
use crate::label::prediction::Usage;
use crate::llm::chat::{Bill, ChatRequest, Completion, Image, Message, Part, Response, Wording};
use crate::llm::judge::{is_too_long, judge};
use crate::llm::ladder::{Capabilities, Rung};
use crate::llm::problem::Problem;
use crate::llm::repair::read;

/// Tokens of context where the user names none: twice what small machines are given, enough for most tasks.
const NUM_CTX: u32 = 8_192;

/// The row of the table of providers.
pub(super) const ROW: Row = Row {
    name: "ollama",
    about: "Ollama, by its own interface",
    default_model: None,
    default_base: Some("http://localhost:11434"),
    needs_key: false,
    key_variables: &["OLLAMA_API_KEY"],
    // The server works on one request at a time unless told otherwise; a second one waits at its door.
    concurrency: 2,
    lacks: &[],
    provider: |options| Box::new(Ollama { num_ctx: options.num_ctx.unwrap_or(NUM_CTX) }),
};

/// Fields that stand at the top of a body; all others are options of the model.
const TOP_FIELDS: &[&str] =
    &["keep_alive", "think", "format", "logprobs", "top_logprobs", "tools", "truncate", "shift", "template"];

#[derive(Debug)]
struct Ollama {
    num_ctx: u32,
}

impl Provider for Ollama {
    fn name(&self) -> &'static str {
        ROW.name
    }

    fn endpoint(&self, base: &Url, _model: &str) -> Url {
        let base = without_end(&without_end(base, "/chat/completions"), "/v1");
        join(&without_end(&base, "/api"), "api/chat")
    }

    /// A local server needs none; its cloud and proxies before it take a bearer token.
    fn headers(&self, key: Option<&Secret>) -> HeaderMap {
        key.and_then(bearer).map(|value| (AUTHORIZATION, value)).into_iter().collect()
    }

    fn rungs(&self) -> &'static [Rung] {
        &[Rung::Schema, Rung::JsonObject, Rung::Prompt]
    }

    fn added(&self, request: &ChatRequest) -> &'static [&'static str] {
        match request.parameters.reasoning_effort {
            Some(_) => &["truncate", "shift"],
            None => &["truncate", "shift", "think"],
        }
    }

    fn capabilities(&self, _base: &Url, _model: &str) -> Capabilities {
        Capabilities {
            rung: Rung::Schema,
            token_limit: "num_predict".to_owned(),
            several: false,
            logprobs: true,
            refused: Vec::new(),
        }
    }

    /// `truncate` and `shift` are off, or the server would drop what is too long from the front of the prompt and
    /// say nothing.
    fn body(&self, request: &ChatRequest, capabilities: &Capabilities) -> Result<Value, EncodeError> {
        let phrased = capabilities.rung.phrase(request);
        let messages: Vec<Value> = phrased.messages.iter().map(message).collect::<Result<_, _>>()?;
        let mut body = json!({
            "model": request.model,
            "messages": messages,
            "stream": false,
            "truncate": false,
            "shift": false,
            "options": self.options(request, capabilities),
        });
        let format = request.schema.as_ref().and_then(|schema| match capabilities.rung {
            Rung::Strict | Rung::Schema => Some(schema.clone()),
            Rung::JsonObject | Rung::JsonObjectSchema => Some(json!("json")),
            Rung::Prompt => None,
        });
        if let Some(format) = format {
            body["format"] = format;
        }
        match request.parameters.reasoning_effort.as_deref() {
            Some("none") => body["think"] = json!(false),
            Some(effort) => body["think"] = json!(effort),
            // With a schema, a model that thinks would first think and then be asked again with the grammar.
            None if request.schema.is_some() => body["think"] = json!(false),
            None => {}
        }
        for (key, value) in tokens::fields(request, capabilities) {
            body[key] = value;
        }
        if let Some(fields) = body.as_object_mut() {
            let added = self.added(request);
            fields.retain(|name, _| !added.contains(&name.as_str()) || !capabilities.refused.contains(name));
        }
        for (key, value) in
            request.parameters.extra.iter().filter(|(key, _)| TOP_FIELDS.contains(&key.as_str()))
        {
            body[key] = value.clone();
        }
        Ok(body)
    }

    fn completion(&self, reply: &Reply) -> Result<Completion, DecodeError> {
        let body = read_json(reply)?;
        let Some(text) = body["message"]["content"].as_str() else {
            return Err(DecodeError::Other { expected: "`message.content`", found: outline(&body) });
        };
        let response = match body["done_reason"].as_str() {
            Some("length") => Response::Truncated(text.to_owned()),
            _ => Response::Text(Wording { text: text.to_owned(), tokens: tokens::read(&body["logprobs"]) }),
        };
        Ok(Completion { responses: vec![response], bill: bill(&body) })
    }

    fn bill(&self, reply: &Reply) -> Bill {
        bill(&read(&reply.body).unwrap_or_default())
    }

    fn judge(&self, reply: &Reply) -> Verdict {
        if reply.status.is_success() {
            return self.judge_length(reply);
        }
        let problem = Problem::read(reply);
        let words = &problem.message;
        match reply.status.as_u16() {
            404 if problem.mentions(&["not found"]) && problem.mentions(&["model"]) => {
                let advice = "get it with `ollama pull MODEL`, or check `--model`".to_owned();
                Verdict::Abort { message: format!("{words} (404)"), advice }
            }
            _ if is_too_long(&problem) => Verdict::Reject(format!("{words}; {}", self.advice(None))),
            _ => judge(reply),
        }
    }
}

impl Ollama {
    fn options(&self, request: &ChatRequest, capabilities: &Capabilities) -> Value {
        let parameters = &request.parameters;
        let mut options = Map::new();
        let asked = [
            ("temperature", parameters.temperature.map(Value::from)),
            (&capabilities.token_limit, parameters.max_tokens.map(Value::from)),
            ("seed", parameters.seed.map(Value::from)),
        ];
        options.extend(asked.into_iter().filter_map(|(key, value)| Some((key.to_owned(), value?))));
        for (key, value) in &parameters.extra {
            match value {
                Value::Object(more) if key == "options" => options.extend(more.clone()),
                _ if TOP_FIELDS.contains(&key.as_str()) => {}
                _ => drop(options.insert(key.clone(), value.clone())),
            }
        }
        // Last, as the judge must know it.
        options.insert("num_ctx".to_owned(), json!(self.num_ctx));
        Value::Object(options)
    }

    /// Older servers cut a prompt that is too long whatever they are told; a full context is the only sign of it.
    fn judge_length(&self, reply: &Reply) -> Verdict {
        let body = read(&reply.body).unwrap_or_default();
        let prompt = count(&body["prompt_eval_count"]);
        if prompt < u64::from(self.num_ctx) {
            return judge(reply);
        }
        let found = format!("the prompt has at least {prompt} tokens");
        Verdict::Reject(format!("{found}; {}", self.advice(Some(prompt))))
    }

    fn advice(&self, prompt: Option<u64>) -> String {
        let needed = prompt.unwrap_or_default().max(u64::from(self.num_ctx)) + 1;
        let (now, then) = (self.num_ctx, needed.next_power_of_two());
        format!("the context of {now} tokens is too short for it: set `--num-ctx` to {then} or more")
    }
}

fn bill(body: &Value) -> Bill {
    let usage = Usage {
        requests: 1,
        prompt_tokens: count(&body["prompt_eval_count"]),
        completion_tokens: count(&body["eval_count"]),
        ..Usage::default()
    };
    Bill { usage, cost: None }
}

fn message(message: &Message) -> Result<Value, EncodeError> {
    let mut texts = Vec::new();
    let mut images = Vec::new();
    for part in &message.parts {
        match part {
            Part::Text(text) => texts.push(text.as_str()),
            Part::Image(Image::Inline { base64, .. }) => images.push(base64.as_str()),
            Part::Image(Image::Url(_) | Image::Stored(_)) => {
                let words = "Ollama fetches no images by URL; leave out `--image-urls`";
                return Err(EncodeError(words.to_owned()));
            }
            Part::Document(_) => {
                let words = "Ollama takes no PDF files; choose a provider that does, such as OpenAI, or show the \
                             pages as images";
                return Err(EncodeError(words.to_owned()));
            }
        }
    }
    let mut encoded = json!({"role": message.role.name(), "content": texts.join("\n\n")});
    if !images.is_empty() {
        encoded["images"] = json!(images);
    }
    Ok(encoded)
}

#[cfg(test)]
mod tests {
    use reqwest::StatusCode;

    use super::*;
    use crate::llm::chat::{Document, Parameters};

    const OLLAMA: Ollama = Ollama { num_ctx: 8_192 };

    fn judged(status: u16, body: &str) -> String {
        let status = StatusCode::from_u16(status).unwrap();
        let reply = Reply { status, headers: HeaderMap::new(), body: body.into() };
        match OLLAMA.judge(&reply) {
            Verdict::Done => "done".to_owned(),
            Verdict::Retry { message, .. } => format!("retry: {message}"),
            Verdict::Reject(message) => format!("reject: {message}"),
            Verdict::Abort { message, advice } => format!("abort: {message}; {advice}"),
        }
    }

    #[test]
    fn its_own_interface_is_found_however_the_base_is_written() {
        let check = |base: &str, expect: &str| {
            assert_eq!(OLLAMA.endpoint(&base.parse().unwrap(), "m").as_str(), expect);
        };
        let bases = ["", "/", "/v1", "/v1/", "/api", "/api/", "/api/chat", "/v1/chat/completions"];
        for base in bases {
            check(&format!("http://localhost:11434{base}"), "http://localhost:11434/api/chat");
        }
        check("http://host/ollama/v1/", "http://host/ollama/api/chat");
    }

    #[test]
    fn a_prompt_that_does_not_fit_names_the_context_to_set() {
        let full = r#"{"message":{"content":"x"},"prompt_eval_count":8192}"#;
        let advice = "the context of 8192 tokens is too short for it: set `--num-ctx` to 16384 or more";
        assert_eq!(judged(200, full), format!("reject: the prompt has at least 8192 tokens; {advice}"));
        assert_eq!(judged(200, r#"{"message":{"content":"x"},"prompt_eval_count":8191}"#), "done");
        let long = r#"{"error":"the prompt is longer than the context length"}"#;
        assert_eq!(
            judged(400, long),
            format!("reject: the prompt is longer than the context length; {advice}")
        );
    }

    #[test]
    fn a_count_that_cannot_be_true_breaks_nothing() {
        for count in ["18446744073709551615", "1e300"] {
            let body = format!(r#"{{"message":{{"content":"x"}},"prompt_eval_count":{count}}}"#);
            let judged = judged(200, &body);
            assert!(judged.contains("set `--num-ctx` to"), "{judged}");
            let status = StatusCode::OK;
            let reply = Reply { status, headers: HeaderMap::new(), body: body.into() };
            let mut usage = OLLAMA.completion(&reply).unwrap().bill.usage;
            usage += usage;
        }
    }

    #[test]
    fn what_it_adds_by_itself_is_left_out_where_it_is_refused() {
        let check = |effort: Option<&str>, extra: Value, expect: [Value; 2]| {
            let messages = vec![Message::text(crate::llm::chat::Role::User, "a")];
            let parameters = Parameters {
                reasoning_effort: effort.map(str::to_owned),
                extra: extra.as_object().unwrap().clone(),
                ..Parameters::default()
            };
            let schema = Some(json!({"type": "object"}));
            let request = ChatRequest { model: "m".to_owned(), messages, schema, parameters };
            let mut capabilities = OLLAMA.capabilities(&"http://localhost".parse().unwrap(), "m");
            capabilities.refused = vec!["think".to_owned(), "shift".to_owned()];
            let body = OLLAMA.body(&request, &capabilities).unwrap();
            assert_eq!([body["think"].clone(), body["shift"].clone()], expect, "{effort:?} {extra}");
            assert_eq!(body["truncate"], false);
        };
        check(None, json!({}), [Value::Null, Value::Null]);
        check(Some("low"), json!({"shift": true}), [json!("low"), json!(true)]);
    }

    #[test]
    fn an_unknown_model_says_how_to_get_it() {
        let expect = "abort: model 'x' not found (404); get it with `ollama pull MODEL`, or check `--model`";
        assert_eq!(judged(404, r#"{"error":"model 'x' not found"}"#), expect);
        assert_eq!(judged(503, r#"{"error":"server busy"}"#), "retry: 503: server busy");
    }

    #[test]
    fn what_it_does_not_take_is_refused_before_it_is_sent() {
        let check = |part: Part, expect: &str| {
            let error =
                message(&Message { role: crate::llm::chat::Role::User, parts: vec![part] }).unwrap_err();
            assert!(error.to_string().contains(expect), "{error}");
        };
        check(Part::Image(Image::Url("http://host/i.png".to_owned())), "leave out `--image-urls`");
        let document = Document::Inline { name: "a.pdf".to_owned(), base64: "AAAA".to_owned() };
        check(Part::Document(document), "takes no PDF files");
    }
}
