//! Whom to ask, with what key, how fast and at what price.

use std::fmt;
use std::time::Duration;

use reqwest::header::{HeaderMap, HeaderName, HeaderValue};
use serde_json::{Map, Value};
use url::Url;

use super::keys::{self, KeyPlaces};
use super::layers::{Layered, Origin};
use super::studio::address;
use super::{Places, SettingsError, nearest, timeout};
use crate::annotate::keyword;
use crate::cli::names::{self, DEFAULT_PROVIDER};
use crate::cli::{Assignment, LimitArgs, ModelArgs, ProfileArg, RunArgs, ScoreArg};
use crate::http::secret::Secret;
use crate::llm::budget::{ANSWER_LIMIT, Limits};
use crate::llm::chat::{Logprobs, Parameters};
use crate::llm::price::{self, Price};
use crate::llm::provider::{PROVIDERS, ProviderOptions, Row};

/// Tasks in work at once where no requests are sent.
const KEYWORD_CONCURRENCY: usize = 4;

/// What Label Studio's `llm_interactive` example sends where the user does not say.
const LLM_INTERACTIVE_TEMPERATURE: f64 = 0.7;

/// Fields of a request that set the length or the number of answers past the options for it.
const LENGTHENING: &[&str] =
    &["max_tokens", "max_completion_tokens", "max_output_tokens", "num_predict", "n_predict", "best_of"];

/// Who answers.
#[derive(Debug)]
pub enum Oracle {
    /// No model: counts label words.
    Keyword,
    Model(Box<ModelServer>),
}

/// A model's server.
#[derive(Debug)]
pub struct ModelServer {
    pub row: &'static Row,
    pub base: Url,
    pub key: Option<Secret>,
    /// Whether it would refuse every request for want of a key.
    pub lacks_key: bool,
    /// Where address, model and key were given, for somebody who is refused.
    pub advice: String,
    pub headers: HeaderMap,
    pub options: ProviderOptions,
    /// For one attempt.
    pub timeout: Duration,
    /// Requests a minute.
    pub rpm: Option<u32>,
    /// Tokens a minute.
    pub tpm: Option<u64>,
}

impl Oracle {
    /// Returns the name users type after `--provider`.
    pub fn name(&self) -> &'static str {
        match self {
            Self::Keyword => keyword::NAME,
            Self::Model(server) => server.row.name,
        }
    }
}

/// Everything about the model.
#[derive(Debug)]
pub struct ModelSettings {
    pub oracle: Oracle,
    pub model: String,
    pub parameters: Parameters,
    /// Tasks in work at once.
    pub concurrency: usize,
    /// `None` where nobody knows.
    pub price: Option<Price>,
    /// `None` where any amount may be spent; with one, there is a token limit and, where money is limited, a price.
    pub budget: Option<Limits>,
    /// What a person should know about the choice, one line each.
    pub notices: Vec<String>,
}

impl fmt::Display for ModelSettings {
    /// Writes what a person calls it: the provider and the model, or the model and the server that somebody named.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.oracle {
            Oracle::Model(server) if !server.is_default() => {
                write!(formatter, "{} at {}", self.model, server.base.authority())
            }
            oracle => write!(formatter, "{} {}", oracle.name(), self.model),
        }
    }
}

impl ModelServer {
    /// Returns whether it is the provider's own.
    fn is_default(&self) -> bool {
        self.row.default_base.and_then(|base| Url::parse(base).ok()).is_some_and(|base| base == self.base)
    }
}

impl ModelSettings {
    /// Checks provider, model, address, key and parameters.
    pub fn resolve(layered: &Layered<RunArgs>, places: &Places<'_>) -> Result<Self, SettingsError> {
        let args = &layered.args.model;
        let mut parameters = parameters(args)?;
        if layered.args.prompt.profile == Some(ProfileArg::LlmInteractive) {
            parameters.temperature.get_or_insert(LLM_INTERACTIVE_TEMPERATURE);
        }
        parameters.image_size = layered.args.media.image_size;
        let named = layered.args.limits.concurrency.map(|number| number as usize);
        let provider = args.provider.as_deref().unwrap_or(DEFAULT_PROVIDER);
        if provider == keyword::NAME {
            return Ok(Self {
                oracle: Oracle::Keyword,
                model: keyword::NAME.to_owned(),
                parameters,
                concurrency: named.unwrap_or(KEYWORD_CONCURRENCY),
                price: price::lookup(keyword::NAME, keyword::NAME),
                budget: None,
                notices: Vec::new(),
            });
        }
        if layered.args.prompt.score == Some(ScoreArg::Votes) && parameters.responses < 2 {
            return Err(SettingsError::with_hint(
                format!("{} is `votes`, but one response agrees with nobody", layered.origins.of("score")),
                "give `--num-responses` with 3 or more",
            ));
        }
        let row =
            PROVIDERS.iter().find(|row| row.name == provider).ok_or_else(|| unknown(provider, layered))?;
        check_options(row, layered)?;
        let model =
            args.model.as_deref().map(str::trim).filter(|name| !name.is_empty()).or(row.default_model);
        let model = model.ok_or_else(|| missing(row.name, "model"))?.to_owned();
        let server = server(layered, places, row)?;
        let vendors = (price::vendor(row.name, &server.base), row.name);
        let price = own_price(args, vendors, &model)?;
        let unnamed = unnamed(layered, &model);
        let (budget, notice) = budget(&layered.args.limits, &mut parameters)?;
        if budget.is_some_and(|limits| limits.cost.is_some()) && price.is_none() {
            return Err(SettingsError::with_hint(
                format!("`--max-cost` needs a price, and the table has none for `{model}`"),
                "give `--price-in` and `--price-out`, or `--price-model` with a model that costs as much; or limit tokens \
                 with `--max-tokens-total`",
            ));
        }
        Ok(Self {
            price,
            budget,
            notices: unnamed.into_iter().chain(notice).collect(),
            oracle: Oracle::Model(Box::new(server)),
            model,
            parameters,
            concurrency: named.unwrap_or(row.concurrency),
        })
    }
}

impl ModelSettings {
    /// Fails where a key is needed and none is given; to be asked by whoever is about to ask the model.
    pub fn check_key(&self) -> Result<(), SettingsError> {
        let Oracle::Model(server) = &self.oracle else { return Ok(()) };
        if !server.lacks_key {
            return Ok(());
        }
        let row = server.row;
        let others = match row.default_base {
            Some(_) => {
                "; a server of your own is named with `--base-url`, and `--provider keyword` needs no key"
            }
            None => "",
        };
        Err(SettingsError::with_hint(
            format!("no key for {}", row.name),
            format!(
                "set `{}`, or name a file that holds the key with `--model-api-key-file`{others}",
                row.key_variables[0]
            ),
        ))
    }
}

/// Says which model is asked for where a server was named and no model: few servers have the default one.
fn unnamed(layered: &Layered<RunArgs>, model: &str) -> Option<String> {
    let ModelArgs { model: named, base_url, .. } = &layered.args.model;
    let is_named = named.as_deref().is_some_and(|name| !name.trim().is_empty());
    (base_url.is_some() && !is_named)
        .then(|| format!("no model was named, so `{model}` is asked for; `--model` names another"))
}

/// Fails where an option was given that the provider has no words for.
fn check_options(row: &Row, layered: &Layered<RunArgs>) -> Result<(), SettingsError> {
    let given = |option: &&str| !matches!(layered.origins.of(option), Origin::Default(_));
    let Some(option) = row.lacks.iter().copied().find(given) else { return Ok(()) };
    Err(SettingsError::with_hint(
        format!("{}: `--provider {}` has no such setting", layered.origins.of(option), row.name),
        "leave it out, or choose another provider",
    ))
}

fn server(
    layered: &Layered<RunArgs>,
    places: &Places<'_>,
    row: &'static Row,
) -> Result<ModelServer, SettingsError> {
    let args = &layered.args.model;
    let base = args.base_url.as_deref().or(row.default_base).ok_or_else(|| missing(row.name, "base-url"))?;
    let base = address(base, &layered.origins.of("base-url").to_string())?;
    let key = keys::find(
        &KeyPlaces {
            file: args.model_api_key_file.as_deref(),
            file_origin: layered.origins.of("model-api-key-file").to_string(),
            variables: row.key_variables,
            table: "model_server",
        },
        places.environment,
        places.file,
    )?;
    // A server of one's own often needs no key; the provider's default address always does.
    let lacks_key = key.is_none() && row.needs_key && (args.base_url.is_none() || row.default_base.is_none());
    let key_origin = match &key {
        Some(key) => format!("the key from {}", key.origin),
        None if row.needs_key => format!("the key from nowhere: set `{}`", row.key_variables[0]),
        None => "and no key is given".to_owned(),
    };
    let advice = format!(
        "the address is from {}, the model from {}, {key_origin}",
        layered.origins.of("base-url"),
        layered.origins.of("model"),
    );
    Ok(ModelServer {
        row,
        base,
        key: key.map(|key| key.key),
        lacks_key,
        advice,
        headers: headers(args.header.as_deref().unwrap_or_default())?,
        options: ProviderOptions { api_version: args.api_version.clone(), num_ctx: args.num_ctx },
        timeout: timeout(&layered.args.limits),
        rpm: layered.args.limits.rpm,
        tpm: layered.args.limits.tpm,
    })
}

fn parameters(args: &ModelArgs) -> Result<Parameters, SettingsError> {
    let mut extra = Map::new();
    for Assignment { name, value } in args.param.iter().flatten() {
        // A bare word is taken as a text: `--param service_tier=flex` needs no quotes.
        let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.clone()));
        if matches!(name.as_str(), "messages" | "model" | "system" | "stream" | "response_format" | "n") {
            return Err(SettingsError::new(format!(
                "`--param {name}` is set by this tool and cannot be overridden"
            )));
        }
        extra.insert(name.clone(), value);
    }
    Ok(Parameters {
        temperature: args.temperature,
        responses: args.num_responses.unwrap_or(1),
        max_tokens: args.max_tokens,
        seed: args.seed_model,
        reasoning_effort: args.reasoning_effort.clone(),
        // Each task's request decides.
        logprobs: Logprobs::Unasked,
        image_size: None,
        extra,
    })
}

/// Returns what may be spent; where something is limited, sees to it that every answer is, too.
fn budget(
    args: &LimitArgs,
    parameters: &mut Parameters,
) -> Result<(Option<Limits>, Option<String>), SettingsError> {
    let limits = Limits { cost: args.max_cost, tokens: args.max_tokens_total };
    if limits == Limits::default() {
        return Ok((None, None));
    }
    let options = parameters.extra.get("options").and_then(Value::as_object);
    let mut names = parameters.extra.keys().chain(options.into_iter().flat_map(Map::keys));
    if let Some(name) = names.find(|name| LENGTHENING.contains(&name.as_str())) {
        return Err(SettingsError::with_hint(
            format!("`{name}` in `--param` decides how long answers get, which a budget must know"),
            "give `--max-tokens` instead",
        ));
    }
    if parameters.max_tokens.is_some() {
        return Ok((Some(limits), None));
    }
    parameters.max_tokens = Some(ANSWER_LIMIT);
    let notice = format!(
        "answers are limited to {ANSWER_LIMIT} tokens, so that the budget can be kept; `--max-tokens` sets another limit"
    );
    Ok((Some(limits), Some(notice)))
}

fn headers(assignments: &[Assignment]) -> Result<HeaderMap, SettingsError> {
    let mut headers = HeaderMap::new();
    for Assignment { name, value } in assignments {
        let fault = |what: &str| SettingsError::new(format!("`--header {name}=…`: {what}"));
        let key = HeaderName::try_from(name).map_err(|_| fault("expected the name of an HTTP header"))?;
        let mut value =
            HeaderValue::try_from(value).map_err(|_| fault("the value has a character no header takes"))?;
        value.set_sensitive(true);
        headers.insert(key, value);
    }
    Ok(headers)
}

/// Returns the price of a model; `vendor` is who is paid, where that is known, and whose interface it is.
fn own_price(
    args: &ModelArgs,
    (vendor, provider): (Option<&str>, &str),
    model: &str,
) -> Result<Option<Price>, SettingsError> {
    let listed = match &args.price_model {
        Some(name) => Some(
            vendor
                .into_iter()
                .chain([provider, "openai"])
                .find_map(|vendor| price::lookup(vendor, name))
                .ok_or_else(|| {
                    SettingsError::with_hint(
                        format!("`--price-model` is `{name}`, which is not in the price table"),
                        "give prices with `--price-in` and `--price-out`",
                    )
                })?,
        ),
        None => vendor.and_then(|vendor| price::lookup(vendor, model)),
    };
    Ok(match (args.price_in, args.price_out, listed) {
        (None, None, listed) => listed,
        (Some(input), Some(output), _) => Some(Price { input, output, cached: None }),
        (input, output, Some(listed)) => Some(Price {
            input: input.unwrap_or(listed.input),
            output: output.unwrap_or(listed.output),
            cached: None,
        }),
        (input, _, None) => {
            let other = if input.is_some() { "price-out" } else { "price-in" };
            return Err(SettingsError::new(format!(
                "`--{other}` is missing: the table has no price for `{model}`"
            )));
        }
    })
}

fn unknown(provider: &str, layered: &Layered<RunArgs>) -> SettingsError {
    let names: Vec<&str> = PROVIDERS.iter().map(|row| row.name).chain([keyword::NAME]).collect();
    let message = format!(
        "{}: unknown provider `{provider}`, expected one of {}",
        layered.origins.of("provider"),
        names.join(", ")
    );
    match nearest(provider, names.iter().copied()) {
        Some(name) => SettingsError::with_hint(message, format!("did you mean `{name}`?")),
        None => SettingsError::with_hint(
            message,
            "every OpenAI-compatible server is `openai` with its address in `--base-url`",
        ),
    }
}

fn missing(provider: &str, option: &str) -> SettingsError {
    let variables = names::variables(option, provider);
    SettingsError::with_hint(
        format!("`--provider {provider}` needs `--{option}`"),
        format!("give `--{option}` or set `{}`", variables.last().map_or("", String::as_str)),
    )
}
