//! The options, in the groups under which the help shows them.

use std::ops::RangeInclusive;
use std::path::PathBuf;

use clap::builder::{PossibleValue, PossibleValuesParser};
use clap::{Args, ValueHint};

use super::values::{
    AnswerArg, Assignment, ExamplesArg, IdsArg, OnlyArg, ProfileArg, ProgressArg, ProviderParser, ScoreArg,
    number, switch, whole,
};
use crate::llm::provider::{PROVIDERS, Row};

/// No model has a longer context, in tokens.
const MOST_CONTEXT: u64 = 1 << 24;

/// More examples cost more than they teach.
const MOST_EXAMPLES: u64 = 100;

/// No image has a longer side, in pixels.
const MOST_PIXELS: u64 = 65_535;

/// No provider takes larger files, in megabytes.
const MOST_MEGABYTES: u64 = 512;

/// No server takes more requests a minute.
const MOST_REQUESTS: u64 = 10_000_000;

/// No server takes more tokens a minute.
const MOST_TOKENS: u64 = 1_000_000_000_000;

/// No million tokens cost more.
const MOST_DOLLARS: f64 = 1e6;

/// No attempt costs less, and no budget is larger, in US dollars.
const BUDGETS: RangeInclusive<f64> = 0.0001..=1e9;

/// A piece holds at least a few sentences, and no model reads more, in code points.
const PIECES: RangeInclusive<u64> = 200..=100_000_000;

/// Where Label Studio is.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Label Studio")]
pub struct StudioArgs {
    /// Address of Label Studio
    #[arg(
        long,
        value_name = "URL",
        help = "Address of Label Studio; a path prefix works [default: http://localhost:8080]"
    )]
    pub url: Option<String>,

    /// The project's number, as in its address
    #[arg(long, value_name = "ID", value_parser = whole::<u64>(1..=u64::MAX))]
    pub project: Option<u64>,

    /// File with the personal access token or legacy token; or set `LABEL_STUDIO_API_KEY` to the token
    #[arg(long, value_name = "FILE")]
    pub api_key_file: Option<PathBuf>,
}

/// Which tasks.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Tasks")]
pub struct TaskArgs {
    /// Tasks from a file instead of a project: .json, .jsonl, .csv, .tsv, or - for standard input
    #[arg(long, value_name = "FILE")]
    pub tasks: Option<PathBuf>,

    /// The labeling config (XML) for tasks from a file
    #[arg(long, value_name = "FILE")]
    pub label_config: Option<PathBuf>,

    /// Which tasks by what they have already [default: unpredicted]
    #[arg(long, value_name = "WHICH")]
    pub only: Option<OnlyArg>,

    /// Only the tasks of this Data Manager view (tab)
    #[arg(long, value_name = "ID", value_parser = whole::<u64>(1..=u64::MAX))]
    pub view: Option<u64>,

    /// Only these tasks, such as 1,5-9
    #[arg(long, value_name = "IDS")]
    pub ids: Option<IdsArg>,

    /// At most this many tasks
    #[arg(long, value_name = "N", value_parser = whole::<u64>(1..=u64::MAX))]
    pub limit: Option<u64>,

    /// This many tasks, chosen at random
    #[arg(long, value_name = "N", value_parser = whole::<u64>(1..=u64::MAX))]
    pub sample: Option<u64>,

    /// Another random choice for --sample and --examples-by random [default: 0]
    #[arg(long, value_name = "S", value_parser = whole::<u64>(0..=u64::MAX))]
    pub seed: Option<u64>,

    /// Ask again where the model refused, or gave no answer of use, in an earlier run
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = switch)]
    pub retry_failed: Option<bool>,
}

/// What to ask.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Prompt")]
pub struct PromptArgs {
    /// File with the prompt; {field} stands for a field of the task, {labels} for the labels
    #[arg(long, value_name = "FILE", value_hint = ValueHint::FilePath)]
    pub prompt: Option<String>,

    /// File with a system message, a template like the prompt
    #[arg(long, value_name = "FILE")]
    pub system: Option<PathBuf>,

    /// What wraps a prompt that names no field [default: "Source Text: {text}\n\nTask Directive: {prompt}"]
    #[arg(long, value_name = "TEXT")]
    pub prompt_template: Option<String>,

    /// Whether to wrap the prompt [default: if it names no field]
    #[arg(long, value_name = "0|1", value_parser = PossibleValuesParser::new([
        PossibleValue::new("0").help("Never: a prompt that names no field is an error"),
        PossibleValue::new("1").help("Always"),
    ]))]
    pub use_internal_prompt_template: Option<String>,

    /// Name, or beginning of the name, of the TextArea that shows the prompt [default: prompt]
    #[arg(long, value_name = "NAME")]
    pub prompt_prefix: Option<String>,

    /// Name, or beginning of the name, of the TextArea that takes a text answer
    #[arg(long, value_name = "NAME")]
    pub response_prefix: Option<String>,

    /// Fill only these controls, by name [default: all but the prompt's]
    #[arg(long, value_name = "NAMES", value_delimiter = ',')]
    pub controls: Option<Vec<String>>,

    /// How to ask for the answer [default: auto]
    #[arg(long, value_name = "HOW")]
    pub answer: Option<AnswerArg>,

    /// Show the model so many examples that people annotated [default: none]
    #[arg(long, value_name = "N", value_parser = whole::<u32>(0..=MOST_EXAMPLES))]
    pub examples: Option<u32>,

    /// Examples from a file of annotated tasks [default: where the tasks come from]
    #[arg(long, value_name = "FILE")]
    pub examples_from: Option<PathBuf>,

    /// How examples are chosen for a task [default: nearest]
    #[arg(long, value_name = "HOW")]
    pub examples_by: Option<ExamplesArg>,

    /// Send a conversation that is labeled as turns of the chat, before the prompt
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = switch)]
    pub as_turns: Option<bool>,

    /// Ask about longer texts in pieces of at most N characters, where spans are all that is filled [default: off]
    #[arg(long, value_name = "N", value_parser = whole::<u32>(PIECES))]
    pub split: Option<u32>,

    /// Where the scores of predictions come from [default: auto]
    #[arg(long, value_name = "HOW")]
    pub score: Option<ScoreArg>,

    /// Render the prompt and read the answer as another tool does, for people who move over from it
    #[arg(long, value_name = "NAME")]
    pub profile: Option<ProfileArg>,
}

/// Whom to ask.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Model")]
pub struct ModelArgs {
    /// Whose API to use [default: openai]
    #[arg(long, value_name = "NAME", value_parser = ProviderParser)]
    pub provider: Option<String>,

    /// The model
    #[arg(long, value_name = "NAME", help = model_help())]
    pub model: Option<String>,

    /// Address of the API
    #[arg(
        long,
        value_name = "URL",
        help = "Address of the API, such as http://localhost:8000/v1; for Azure the resource"
    )]
    pub base_url: Option<String>,

    /// File with the provider's key; or set `OPENAI_API_KEY` to the key
    #[arg(long, value_name = "FILE")]
    pub model_api_key_file: Option<PathBuf>,

    /// Azure's API version, for addresses that do not end in /openai/v1
    #[arg(long, value_name = "DATE")]
    pub api_version: Option<String>,

    /// Ollama's context length in tokens [default: from the first tasks, at least 8192]
    #[arg(long, value_name = "TOKENS", value_parser = whole::<u32>(256..=MOST_CONTEXT))]
    pub num_ctx: Option<u32>,

    /// Sampling temperature [default: not sent; 0.7 with --profile]
    #[arg(long, value_name = "T", value_parser = number(0.0..=2.0))]
    pub temperature: Option<f64>,

    /// Responses a task: all go into a TextArea, choices are voted on [default: 1]
    #[arg(long, value_name = "N", value_parser = whole::<u32>(1..=128))]
    pub num_responses: Option<u32>,

    /// Most tokens of one answer; where one is cut off there, four times as many are tried once
    /// [default: none; 4096 with anthropic, --max-cost or --max-tokens-total]
    #[arg(long, value_name = "TOKENS", value_parser = whole::<u64>(1..=u64::MAX))]
    pub max_tokens: Option<u64>,

    /// Seed for the model's sampling
    #[arg(long, value_name = "S", value_parser = whole::<u64>(0..=u64::MAX))]
    pub seed_model: Option<u64>,

    /// How long a reasoning model may think, in the provider's words
    #[arg(long, value_name = "EFFORT")]
    pub reasoning_effort: Option<String>,

    /// Any further field of the request, such as `top_p=0.9`
    #[arg(long, value_name = "KEY=JSON")]
    pub param: Option<Vec<Assignment>>,

    /// Any further request header for the model's server
    #[arg(long, value_name = "NAME=VALUE")]
    pub header: Option<Vec<Assignment>>,

    /// Price of a million input tokens in US dollars
    #[arg(long, value_name = "USD", value_parser = number(0.0..=MOST_DOLLARS))]
    pub price_in: Option<f64>,

    /// Price of a million output tokens in US dollars
    #[arg(long, value_name = "USD", value_parser = number(0.0..=MOST_DOLLARS))]
    pub price_out: Option<f64>,

    /// Take the price of this model (an Azure deployment's name says nothing)
    #[arg(long, value_name = "NAME")]
    pub price_model: Option<String>,
}

/// Says which model is asked where none is named.
fn model_help() -> String {
    let default = |row: &Row| row.default_model.map(|model| format!("{model} with {}", row.name));
    let defaults: Vec<String> = PROVIDERS.iter().filter_map(default).collect();
    format!("The model; for Azure the deployment [default: {}]", defaults.join(", "))
}

/// What else tasks refer to, and how it is fetched.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Images and files")]
pub struct MediaArgs {
    /// Scale images down to this longest side, in pixels [default: as they are]
    #[arg(long, value_name = "PIXELS", value_parser = whole::<u32>(16..=MOST_PIXELS))]
    pub image_size: Option<u32>,

    /// Send the addresses of images on the web, for the model's server to fetch, in place of the images
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = switch)]
    pub image_urls: Option<bool>,

    /// The largest image or file that is fetched, in megabytes [default: 20]
    #[arg(long, value_name = "MB", value_parser = whole::<u32>(1..=MOST_MEGABYTES))]
    pub max_file_size: Option<u32>,

    /// Read files of this folder where tasks name them by path [default: no files of this machine]
    #[arg(long, value_name = "DIR", value_hint = ValueHint::DirPath)]
    pub media_root: Option<PathBuf>,

    /// Also fetch from this machine and from private networks, where a task says so (Label Studio itself always is)
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = switch)]
    pub allow_private_addresses: Option<bool>,
}

/// How fast and how long.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Limits")]
pub struct LimitArgs {
    /// At most this many tasks in work [default: 16; ollama: 2; keyword: 4]
    #[arg(long, value_name = "N", value_parser = whole::<u32>(1..=1024))]
    pub concurrency: Option<u32>,

    /// At most this many requests a minute [default: what the server says]
    #[arg(long, value_name = "N", value_parser = whole::<u32>(1..=MOST_REQUESTS))]
    pub rpm: Option<u32>,

    /// At most this many tokens a minute, prompts and answers together [default: what the server says]
    #[arg(long, value_name = "N", value_parser = whole::<u64>(1..=MOST_TOKENS))]
    pub tpm: Option<u64>,

    /// Spend at most so many US dollars in this run, by the price table and counted at the worst [default: no limit]
    #[arg(long, value_name = "USD", value_parser = number(BUDGETS))]
    pub max_cost: Option<f64>,

    /// Use at most so many tokens in this run, in and out, counted at the worst [default: no limit]
    #[arg(long, value_name = "N", value_parser = whole::<u64>(1..=u64::MAX))]
    pub max_tokens_total: Option<u64>,

    /// How long one attempt may take, in seconds [default: 120]
    #[arg(long, value_name = "SECONDS", value_parser = whole::<u64>(1..=86_400))]
    pub timeout: Option<u64>,

    #[command(flatten)]
    pub retries: RetryArgs,
}

/// How often to try, and how long to wait.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Limits")]
pub struct RetryArgs {
    /// Further attempts after a failed one [default: 6]
    #[arg(long, value_name = "N", value_parser = whole::<u32>(0..=100))]
    pub max_retries: Option<u32>,

    /// Give up rather than wait longer than this at a time, in seconds [default: 600]
    #[arg(long, value_name = "SECONDS", value_parser = whole::<u64>(1..=86_400))]
    pub max_wait: Option<u64>,
}

/// Where to.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct OutputArgs {
    /// Write to this file instead of posting: .jsonl, .json, .csv, or - for standard output
    #[arg(long, short, value_name = "FILE")]
    pub output: Option<PathBuf>,

    /// Post nothing: the same as --output -
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = switch)]
    pub dry_run: Option<bool>,

    /// Keep what was paid for in this file, which need not exist [default: in the state folder]
    #[arg(long, value_name = "FILE")]
    pub journal: Option<PathBuf>,
}

/// How predictions arrive, and what is said about it.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Output")]
pub struct DeliveryArgs {
    /// Name of the predictions' version [default: the model and a hash of prompt, config and parameters]
    #[arg(long, value_name = "NAME")]
    pub model_version: Option<String>,

    /// Delete this tool's own older predictions of the tasks that get new ones
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true",
        value_parser = switch)]
    pub replace: Option<bool>,

    /// Write a summary, also of a failed run: `.md` for job pages, `.xml` for test reports, else JSON
    #[arg(long, value_name = "FILE")]
    pub summary: Option<PathBuf>,

    /// How to show progress [default: auto]
    #[arg(long, value_name = "HOW")]
    pub progress: Option<ProgressArg>,
}
