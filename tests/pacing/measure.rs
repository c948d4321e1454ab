//! How much of an allowance the program uses, and how often it is refused.
//!
//! **What is measured.** The program is given more tasks than it can do and is interrupted when whole minutes have passed
//! since the server's first reply; before that reply one request goes alone, to find out what the server takes, and no
//! allowance could be used. What the server accepted within those minutes, by what it charges, is divided by so many times
//! its limit. Where the server counts in fixed windows, which begin with its first request, these minutes begin one
//! latency later and so cut two windows; that does not flatter: nobody knows where the windows of a real server begin,
//! so a client that used up each of them at its beginning would show no more over many minutes, and be refused for it. A
//! hundred percent cannot be reached: some of the requests of one window may arrive in the next, so 60.25 to 60.5 seconds
//! pass before the pace uses an allowance again. What was refused is counted from the first request to the last.

use std::fmt;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::server::{Counts, Refill, Server, Terms};
use crate::support::program::{Program, Running};

const MINUTE: Duration = Duration::from_secs(60);

const LABEL_CONFIG: &str = r#"<View><Text name="text" value="$text"/><Choices name="mood" toName="text">
    <Choice value="positive"/><Choice value="negative"/></Choices></View>"#;

/// A server, and how the program is run against it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Case {
    pub(crate) name: &'static str,
    terms: Terms,
    args: &'static [&'static str],
    /// How often the word is in each text, in turn.
    words: &'static [usize],
    /// How many programs run at once.
    programs: usize,
}

/// What came of a case.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Figures {
    /// Of the allowance, in percent.
    pub(crate) used: f64,
    /// Of all requests, in percent.
    pub(crate) refused: f64,
    requests: usize,
}

const RPM: Terms = Terms {
    counts: Counts::Requests,
    limit: 600.0,
    refill: Refill::Window,
    tells: false,
    retry_after: true,
    latency: Duration::from_millis(700),
};

const TPM: Terms = Terms { counts: Counts::Tokens, limit: 150_000.0, retry_after: false, ..RPM };

/// Small requests, with a large one among them every now and then.
const MIXED: &[usize] = &[5, 20, 10, 15, 700, 10, 5, 40];

/// All cases; the last is for several processes.
pub(crate) const CASES: [Case; 6] = [
    Case { name: "rpm", terms: RPM, args: &["--rpm", "600"], words: &[10], programs: 1 },
    Case { name: "tpm", terms: TPM, args: &["--tpm", "150000"], words: MIXED, programs: 1 },
    Case { name: "headers", terms: Terms { tells: true, ..RPM }, args: &[], words: &[10], programs: 1 },
    Case { name: "token-headers", terms: Terms { tells: true, ..TPM }, args: &[], words: MIXED, programs: 1 },
    Case {
        name: "bucket",
        terms: Terms { refill: Refill::Bucket, ..RPM },
        args: &["--rpm", "600"],
        words: &[10],
        programs: 1,
    },
    Case { name: "two", terms: RPM, args: &["--rpm", "600"], words: &[10], programs: 2 },
];

impl fmt::Display for Figures {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { used, refused, requests } = self;
        write!(formatter, "{used:.2} % of the allowance used, {refused:.2} % of {requests} requests refused")
    }
}

/// Runs a case for so many minutes after the first reply.
pub(crate) fn measure(case: &Case, minutes: u32) -> Figures {
    let server = Server::start(case.terms);
    let program = program(case, &server, minutes);
    let start = |number: usize| {
        let [tasks, output, journal] = ["tasks-N.json", "answers-N.jsonl", "journal-N.jsonl"]
            .map(|name| name.replace('N', &number.to_string()));
        program.spawn_with(["--tasks", &tasks, "--output", &output, "--journal", &journal])
    };
    let running: Vec<Running> = (0..case.programs).map(start).collect();
    let begin = first_reply(&server);
    let end = begin + MINUTE * minutes;
    std::thread::sleep(end.saturating_duration_since(Instant::now()));
    for running in &running {
        running.interrupt();
    }
    for running in running {
        program.wait(running).assert_code(130);
    }
    let (entries, _) = server.entries();
    let counted = entries.iter().filter(|entry| entry.accepted && begin <= entry.at && entry.at < end);
    let used: f64 = counted.map(|entry| entry.weight).sum();
    let refused = entries.iter().filter(|entry| !entry.accepted).count();
    Figures {
        used: used / (case.terms.limit * f64::from(minutes)) * 100.0,
        refused: share(refused, entries.len()) * 100.0,
        requests: entries.len(),
    }
}

/// Sets the program up with more tasks than it can do.
fn program(case: &Case, server: &Server, minutes: u32) -> Program {
    let program = Program::new()
        .patience(Duration::MAX)
        .env("OPENAI_API_KEY", "sk-pacing")
        .file("prompt.txt", "Positive? {text}")
        .file("config.xml", LABEL_CONFIG)
        .args(["-v", "run", "--prompt", "prompt.txt", "--label-config", "config.xml", "--model", "m"])
        .args(["--base-url", &server.base_url(), "--concurrency", "64"])
        .args(case.args.iter().copied());
    (0..case.programs).fold(program, |program, number| {
        program.file(&format!("tasks-{number}.json"), &tasks(case, minutes, number).to_string())
    })
}

fn tasks(case: &Case, minutes: u32, program: usize) -> Value {
    let mut tasks = Vec::new();
    let (mut weight, enough) = (0.0, case.terms.limit * f64::from(minutes + 2));
    for (number, words) in case.words.iter().cycle().enumerate() {
        // No two texts are the same.
        tasks.push(json!({"text": format!("Text {number} of {program}: {}", "lovely ".repeat(*words))}));
        weight += match case.terms.counts {
            Counts::Requests => 1.0,
            // Each word is two tokens, and the schema comes on top.
            Counts::Tokens => 2.0 * share(*words, 1),
        };
        if enough < weight {
            break;
        }
    }
    Value::Array(tasks)
}

/// Waits for the first reply of the server.
fn first_reply(server: &Server) -> Instant {
    loop {
        if let (_, Some(at)) = server.entries() {
            return at;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn share(part: usize, whole: usize) -> f64 {
    let number = |count| f64::from(u32::try_from(count).expect("no case has so many requests"));
    number(part) / number(whole.max(1))
}
