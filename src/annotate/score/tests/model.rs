//! Scores of a model whose probabilities are known.

use proptest::prelude::*;
use proptest::test_runner::{FileFailurePersistence, RngSeed};
use serde_json::json;

use super::*;

/// Labels that begin alike.
const LABELS: &[&str] = &["neg", "negative", "negative strong", "né", "n", "pos", "posé \"x\"", "✓", "✗ no"];

/// Cuts a text into tokens of so many bytes, again and again; the quote that ends it is one of its own or goes with the last.
fn cut(text: &str, lengths: &[usize]) -> Vec<Vec<u8>> {
    let mut bytes = serde_json::to_string(text).expect("a string").as_bytes()[1..].to_vec();
    let mut lengths = lengths.iter().cycle();
    let mut pieces = Vec::new();
    while !bytes.is_empty() {
        let length = lengths.next().map_or(1, |length| *length).min(bytes.len());
        pieces.push(bytes.drain(..length).collect());
    }
    pieces
}

/// Returns what the model says of a label, where each label has a weight and is always cut in the same way; other
/// tokens, which a grammar forbids, weigh `noise` at every place.
fn said(labels: &[(&str, f64)], chosen: usize, lengths: &[usize], noise: f64) -> Response {
    let pieces: Vec<Vec<Vec<u8>>> = labels.iter().map(|(label, _)| cut(label, lengths)).collect();
    let logprob = |mass: f64, all: f64| (mass / (all * (1.0 + noise))).ln();
    let mut tokens = vec![plain("{\"c\":\"")];
    for at in 0..pieces[chosen].len() {
        let before = &pieces[chosen][..at];
        let mut next: Vec<(Vec<u8>, f64)> = Vec::new();
        for (pieces, (_, weight)) in pieces.iter().zip(labels) {
            let Some(piece) = pieces.get(at).filter(|_| pieces[..at] == *before) else { continue };
            match next.iter_mut().find(|(known, _)| known == piece) {
                Some((_, mass)) => *mass += weight,
                None => next.push((piece.clone(), *weight)),
            }
        }
        let all: f64 = next.iter().map(|(_, mass)| mass).sum();
        let mut top: Vec<Alternative> = next
            .iter()
            .map(|(piece, mass)| Alternative { bytes: piece.clone(), logprob: logprob(*mass, all) })
            .collect();
        let chosen = top.iter().find(|other| other.bytes == pieces[chosen][at]).expect("it is one").clone();
        if 0.0 < noise {
            top.push(Alternative { bytes: b"the".to_vec(), logprob: (noise / (1.0 + noise)).ln() });
        }
        tokens.push(Token { chosen, top });
    }
    tokens.push(plain("}"));
    Response::Text(Wording { text: json!({"c": labels[chosen].0}).to_string(), tokens })
}

fn plain(text: &str) -> Token {
    let chosen = Alternative { bytes: text.as_bytes().to_vec(), logprob: 0.0 };
    Token { top: vec![chosen.clone()], chosen }
}

fn score(labels: &[&str], response: Response) -> Option<f64> {
    scores(&form(&choices("c", "single", labels)), AnswerMode::Auto, &[response], Scoring::Auto)[0]
}

fn config() -> ProptestConfig {
    ProptestConfig {
        rng_seed: RngSeed::Fixed(20_261_120),
        failure_persistence: Some(Box::new(FileFailurePersistence::Off)),
        ..ProptestConfig::default()
    }
}

fn some_labels() -> impl Strategy<Value = Vec<(&'static str, f64)>> {
    prop::sample::subsequence(LABELS, 2..=LABELS.len()).prop_flat_map(|labels| {
        let weights = prop::collection::vec(0.001..1.0_f64, labels.len());
        weights.prop_map(move |weights| labels.iter().copied().zip(weights).collect())
    })
}

proptest! {
    #![proptest_config(config())]

    #[test]
    fn a_whole_list_gives_the_very_probability_of_each_label(
        labels in some_labels(),
        lengths in prop::collection::vec(1..5_usize, 1..4),
        noise in prop_oneof![Just(0.0), 0.001..50.0_f64],
    ) {
        let names: Vec<&str> = labels.iter().map(|(label, _)| *label).collect();
        let all: f64 = labels.iter().map(|(_, weight)| weight).sum();
        let mut sum = 0.0;
        for (at, (label, weight)) in labels.iter().enumerate() {
            let found = score(&names, said(&labels, at, &lengths, noise)).expect("everything is told");
            prop_assert!((found - weight / all).abs() < 1e-9, "{label}: {found}, not {}", weight / all);
            sum += found;
        }
        prop_assert!((sum - 1.0).abs() < 1e-6, "{sum}");
    }

    /// Whatever stands in the lists, and however short they are.
    #[test]
    fn a_score_is_always_a_probability(
        chosen in 0..LABELS.len(),
        lengths in prop::collection::vec(1..5_usize, 1..4),
        tops in prop::collection::vec(
            prop::collection::vec(
                (prop::sample::select(&["neg", "n", "p", "\"", "", "ative", " ", "\\u00", "{\"c\":\"", "✓"][..]), -12.0..0.5_f64),
                0..4,
            ),
            1..6,
        ),
        logprob in prop_oneof![Just(f64::NEG_INFINITY), -20.0..0.0_f64],
    ) {
        let mut tokens = vec![plain("{\"c\":\"")];
        for (at, bytes) in cut(LABELS[chosen], &lengths).into_iter().enumerate() {
            let other = |(text, logprob): &(&str, f64)| Alternative { bytes: text.as_bytes().to_vec(), logprob: *logprob };
            let top = tops[at % tops.len()].iter().map(other).collect();
            tokens.push(Token { chosen: Alternative { bytes, logprob }, top });
        }
        tokens.push(plain("}"));
        let text = json!({"c": LABELS[chosen]}).to_string();
        let found = score(LABELS, Response::Text(Wording { text, tokens }));
        prop_assert!(found.is_none_or(|score| 0.0 < score && score <= 1.0), "{found:?}");
    }

    #[test]
    fn no_tokens_break_it(
        pieces in prop::collection::vec((prop::collection::vec(any::<u8>(), 0..6), -30.0..1.0_f64), 0..12),
        text in r#"(\{"c":")?[a-zé"\\{}\[\]: ]{0,12}("\})?"#,
        place in 0..12_usize,
    ) {
        let mut tokens: Vec<Token> = pieces
            .into_iter()
            .map(|(bytes, logprob)| Token { chosen: Alternative { bytes, logprob }, top: Vec::new() })
            .collect();
        tokens.insert(place.min(tokens.len()), plain(&text));
        let response = [Response::Text(Wording { text, tokens })];
        let form = form(&choices("c", "single", LABELS));
        let task = task(json!({"text": "x"}));
        for mode in [AnswerMode::Auto, AnswerMode::Text] {
            if let Ok(filled) = Answers::sift(&response, mode).and_then(|answers| answers.read(&form, &task, Scoring::Auto)) {
                let scores = filled.drafts.iter().filter_map(|(_, draft)| draft.score);
                prop_assert!(scores.into_iter().all(|score| 0.0 < score && score <= 1.0));
            }
        }
    }
}

/// A long answer is measured by as much work a token as a short one: the labels at its end cost what those at its beginning
/// do. Were each looked for from the beginning, the test would take minutes.
#[test]
fn a_long_answer_is_measured_from_end_to_end() {
    const TOKENS: usize = 40_000;
    let labels: Vec<String> = (0..TOKENS / 4).map(|number| format!("l{number:05}")).collect();
    let names: Vec<&str> = labels.iter().map(String::as_str).take(20).collect();
    let several = form(&choices("c", "multiple", &names));
    let mut all = vec![plain("{\"c\":[")];
    for at in 0..labels.len() {
        let separator = if at == 0 { "\"" } else { ",\"" };
        let name = names[at % names.len()];
        let open = Alternative { bytes: name.as_bytes()[4..].to_vec(), logprob: (0.9_f64).ln() };
        let other = names[(at + 1) % names.len()];
        let top = vec![
            open.clone(),
            Alternative { bytes: other.as_bytes()[4..].to_vec(), logprob: (0.1_f64).ln() },
        ];
        all.extend([plain(separator), plain(&name[..4]), Token { chosen: open, top }, plain("\"")]);
    }
    all.push(plain("]}"));
    let spelled = all.iter().flat_map(|token| token.chosen.bytes.clone()).collect();
    let text = String::from_utf8(spelled).expect("a text");
    let response = Response::Text(Wording { text, tokens: all });
    let found = scores(&several, AnswerMode::Auto, &[response], Scoring::Auto);
    assert!(found[0].is_some_and(|score| (score - 0.9).abs() < 1e-9), "{found:?}");
}
