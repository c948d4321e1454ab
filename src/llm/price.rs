//! What a model costs, from a table in the binary or from the user.

use url::Url;

use super::provider::address::is_at;
use crate::label::prediction::Usage;

/// US dollars per million tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Price {
    pub input: f64,
    pub output: f64,
    /// For prompt tokens the provider had cached; `None` where it gives no discount.
    pub cached: Option<f64>,
}

/// Made by `scripts/prices.py`; the first line says from what.
const TABLE: &str = include_str!("prices.tsv");

/// Nothing to pay to anybody.
const FREE: Price = Price { input: 0.0, output: 0.0, cached: None };

/// Hosts whose prices are in the table, though they may be reached as `openai` or `anthropic` at another base URL.
const HOSTS: &[(&str, &str)] = &[
    ("openai.com", "openai"),
    ("anthropic.com", "anthropic"),
    ("deepseek.com", "deepseek"),
    ("googleapis.com", "gemini"),
    ("groq.com", "groq"),
    ("mistral.ai", "mistral"),
    ("x.ai", "xai"),
];

/// Returns where and when the table was taken from.
pub fn source() -> &'static str {
    TABLE.lines().next().and_then(|line| line.split('\t').nth(1)).unwrap_or_default()
}

/// Returns whose prices hold: the provider's own, or for `openai` and `anthropic`, which many imitate, those of who is at
/// the base URL; `None` for an unknown server, whatever its models are called.
pub fn vendor(provider: &'static str, base: &Url) -> Option<&'static str> {
    if !matches!(provider, "openai" | "anthropic") {
        return Some(provider);
    }
    HOSTS.iter().find(|(domain, _)| is_at(base, domain)).map(|(_, vendor)| *vendor)
}

/// Returns the price of a vendor's model, or `None` where nobody knows.
///
/// A dated model that is not in the table costs what its name without the date does.
pub fn lookup(vendor: &str, model: &str) -> Option<Price> {
    if matches!(vendor, "ollama" | "keyword") {
        return Some(FREE);
    }
    let model = model.trim_start_matches("models/");
    // A fine-tuned model is `ft:BASE:ORGANISATION::ID`.
    let model = match model.strip_prefix("ft:").and_then(|rest| rest.find(':')) {
        Some(end) => &model[..end + "ft:".len()],
        None => model,
    };
    row(vendor, model).or_else(|| row(vendor, without_date(model)?))
}

impl Price {
    /// Returns what this usage costs, in US dollars.
    pub fn cost(&self, usage: &Usage) -> f64 {
        dollars(self.nanodollars(usage))
    }

    /// Returns what this usage costs, in billionths of a US dollar, rounded up: whole numbers, so that a budget adds up.
    pub fn nanodollars(&self, usage: &Usage) -> u64 {
        let cached = usage.cached_tokens.min(usage.prompt_tokens);
        // Of a million tokens.
        let cost = |tokens: u64, price: f64| u128::from(tokens) * u128::from(nanodollars(price));
        let total = cost(usage.prompt_tokens - cached, self.input)
            + cost(cached, self.cached.unwrap_or(self.input))
            + cost(usage.completion_tokens, self.output);
        u64::try_from(total.div_ceil(1_000_000)).unwrap_or(u64::MAX)
    }
}

/// Returns US dollars in billionths; what is below zero or no number is nothing.
pub fn nanodollars(dollars: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the cast keeps within bounds"
    )]
    let nanodollars = (dollars * 1e9).round() as u64;
    nanodollars
}

/// Returns billionths of a US dollar in US dollars.
pub fn dollars(nanodollars: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "nobody pays so much that a cent is lost")]
    let nanodollars = nanodollars as f64;
    nanodollars / 1e9
}

/// Returns US dollars for a person; small amounts with four decimals.
pub fn money(dollars: f64) -> String {
    if 0.0 < dollars && dollars < 1.0 { format!("${dollars:.4}") } else { format!("${dollars:.2}") }
}

fn row(vendor: &str, model: &str) -> Option<Price> {
    let mut rows = TABLE.lines().filter_map(|line| line.strip_prefix(vendor)?.strip_prefix('\t'));
    let mut prices = rows.find_map(|row| row.strip_prefix(model)?.strip_prefix('\t'))?.split('\t');
    let mut price = || prices.next().and_then(|price| price.parse().ok());
    Some(Price { input: price()?, output: price()?, cached: price() })
}

/// Takes `-2024-07-18` or `-20251001` off.
fn without_date(model: &str) -> Option<&str> {
    let is_date = |date: &str| {
        date.chars().filter(char::is_ascii_digit).count() == 8
            && date.chars().all(|c| c.is_ascii_digit() || c == '-')
    };
    [11, 9].into_iter().find_map(|length| {
        let (base, date) = model.split_at_checked(model.len().checked_sub(length)?)?;
        date.strip_prefix('-').filter(|date| is_date(date)).map(|_| base)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_row_of_the_table_can_be_looked_up() {
        let rows: Vec<&str> = TABLE.lines().filter(|line| !line.starts_with('#')).collect();
        assert!(300 < rows.len(), "{} rows", rows.len());
        for row in rows {
            let fields: Vec<&str> = row.split('\t').collect();
            let price = lookup(fields[0], fields[1]);
            assert!(price.is_some_and(|price| 0.0 < price.input + price.output), "{row}");
            // A budget reserves the full price, which must be the highest.
            assert!(price.is_some_and(|price| price.cached.unwrap_or_default() <= price.input), "{row}");
        }
        assert!(source().starts_with("litellm 1."), "{}", source());
    }

    #[test]
    fn a_model_is_found_by_its_name_or_its_name_without_the_date() {
        let mini = Price { input: 0.15, output: 0.6, cached: Some(0.075) };
        let check =
            |vendor: &str, model: &str, expect| assert_eq!(lookup(vendor, model), expect, "{vendor} {model}");
        check("openai", "gpt-4o-mini", Some(mini));
        check("openai", "gpt-4o-mini-2024-07-18", Some(mini));
        check("anthropic", "claude-haiku-4-5-20251001", lookup("anthropic", "claude-haiku-4-5"));
        let tuned = lookup("openai", "ft:gpt-4o-mini-2024-07-18:my-org::abc123");
        assert_eq!(tuned.map(|price| price.input), Some(0.3));
        check("ollama", "anything", Some(FREE));
        check("openai", "gpt-4o-mini-9", None);
        check("openai", "", None);
        check("nobody", "gpt-4o-mini", None);
        check("openai", "é-2024-07-18", None);
    }

    #[test]
    fn the_default_model_has_a_price() {
        for row in crate::llm::provider::PROVIDERS {
            if let Some(model) = row.default_model {
                assert!(lookup(row.name, model).is_some(), "{model}");
            }
        }
    }

    #[test]
    fn who_is_paid_follows_from_the_host() {
        let check = |provider, base: &str, expect| {
            assert_eq!(vendor(provider, &base.parse().unwrap()), expect, "{base}");
        };
        check("openai", "https://api.openai.com/v1", Some("openai"));
        check("openai", "https://generativelanguage.googleapis.com/v1beta/openai/", Some("gemini"));
        check("openai", "https://api.groq.com/openai/v1", Some("groq"));
        check("openai", "https://flex.ai/v1", None);
        check("openai", "http://localhost:8000/v1", None);
        check("openai", "https://api.anthropic.com/v1", Some("anthropic"));
        check("anthropic", "https://api.anthropic.com/v1", Some("anthropic"));
        check("anthropic", "https://api.deepseek.com/anthropic", Some("deepseek"));
        check("anthropic", "http://localhost:4000", None);
        check("azure", "https://r.openai.azure.com", Some("azure"));
        check("ollama", "http://localhost:11434", Some("ollama"));
    }

    #[test]
    fn cached_tokens_cost_less_where_there_is_a_discount() {
        let usage = Usage {
            prompt_tokens: 1_000_000,
            completion_tokens: 500_000,
            cached_tokens: 400_000,
            ..Usage::default()
        };
        let price = Price { input: 1.0, output: 4.0, cached: Some(0.5) };
        assert!((price.cost(&usage) - 2.8).abs() < 1e-9);
        assert!((Price { cached: None, ..price }.cost(&usage) - 3.0).abs() < 1e-9);
    }

    #[test]
    fn a_cost_is_rounded_up_and_never_overflows() {
        let check = |input: f64, prompt_tokens, expect| {
            let price = Price { input, output: 0.0, cached: None };
            let usage = Usage { prompt_tokens, ..Usage::default() };
            assert_eq!(price.nanodollars(&usage), expect, "{prompt_tokens} at {input}");
        };
        check(0.15, 1, 150);
        check(0.0375, 1, 38);
        check(0.2, 1_000_000, 200_000_000);
        check(0.0, u64::MAX, 0);
        check(1e6, u64::MAX, u64::MAX);
        assert_eq!((nanodollars(0.97), nanodollars(-1.0), nanodollars(f64::NAN)), (970_000_000, 0, 0));
    }

    #[test]
    fn small_amounts_keep_their_digits() {
        assert_eq!(
            [0.0, 0.0012, 0.5, 1.0, 1234.567].map(money),
            ["$0.00", "$0.0012", "$0.5000", "$1.00", "$1234.57"]
        );
    }
}
