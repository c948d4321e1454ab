//! Wall time, CPU time, memory and start-up time of whole runs against servers in a process of their own.
//!
//! `cargo bench --bench throughput` runs all cases; `-- 500` those of 500 tasks, `-- 500 kill` those of them with a kill
//! before. Linux only: it reads `/proc`.

#![expect(clippy::print_stdout, reason = "the table is what a benchmark is for")]

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

#[expect(dead_code, reason = "the tests use the rest")]
#[path = "../tests/it/support/mod.rs"]
mod support;

use support::llm::{self, Llm};
use support::program::{PROGRAM, Program};
use support::studio::{LEGACY_TOKEN, Studio};

/// The argument that makes this program the server instead.
const SERVE: &str = "--serve";

const LATENCY: Duration = Duration::from_millis(200);
const IN_FLIGHT: u32 = 64;
const TASKS: [u32; 2] = [1_000, 20_000];

/// How often start-up is measured; the median counts.
const STARTS: usize = 20;

/// Clock ticks a second in `/proc/*/stat`: a constant of Linux for everything outside the kernel.
const TICKS: f64 = 100.0;

const LABEL_CONFIG: &str = r#"<View><Text name="text" value="$text"/><Choices name="sentiment" toName="text">
<Choice value="positive"/><Choice value="negative"/><Choice value="neutral"/></Choices></View>"#;

const PROMPT: &str = "What is the sentiment of this review?\n\n{text}\n\nAnswer with one of: {labels}.\n";

/// A server process.
struct Servers {
    child: Child,
    questions: Option<ChildStdin>,
    answers: BufReader<ChildStdout>,
    addresses: Value,
}

/// What happened before the run that is measured.
#[derive(Debug, Clone, Copy)]
enum Before {
    /// Nothing: the first request goes alone, to find out what the endpoint takes.
    Nothing,
    /// An earlier run has found that out.
    Probe,
    /// A run over the same tasks was killed when half of them had been answered.
    Kill,
}

/// What one run took.
struct Figures {
    /// Requests that the model's server got in it.
    asked: u64,
    wall: Duration,
    cpu_seconds: f64,
    peak_kilobytes: u64,
}

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|arg| arg != "--bench").collect();
    if let [first, tasks] = args.as_slice()
        && first == SERVE
    {
        return serve(tasks.parse().expect("the number of tasks"));
    }
    let chosen: Vec<u32> = args.iter().filter_map(|arg| arg.parse().ok()).collect();
    let cases = if chosen.is_empty() { TASKS.to_vec() } else { chosen };
    println!("{} ms a request, {IN_FLIGHT} in flight\n", LATENCY.as_millis());
    println!(
        "| tasks | before | asked | wall | bound | wall / bound | CPU s per 1,000 tasks | peak memory |"
    );
    println!("|---|---|---|---|---|---|---|---|");
    let words: Vec<&String> = args.iter().filter(|arg| arg.parse::<u32>().is_err()).collect();
    let is_chosen = |before: &Before| words.iter().all(|word| before.name().contains(word.as_str()));
    for tasks in cases {
        for before in [Before::Nothing, Before::Probe, Before::Kill].into_iter().filter(is_chosen) {
            println!("{}", row(tasks, before, &measure(tasks, before)));
        }
    }
    println!("\nstart-up: {:.1} ms (`--version`, median of {STARTS})", start_up().as_secs_f64() * 1000.0);
}

/// Runs the program once over this many tasks.
fn measure(tasks: u32, before: Before) -> Figures {
    let mut servers = Servers::start(tasks);
    let of =
        |name: &str| servers.addresses[name].as_str().expect("the server tells its addresses").to_owned();
    let (project, concurrency) = (servers.addresses["project"].to_string(), IN_FLIGHT.to_string());
    let program = Program::new()
        .patience(Duration::MAX)
        .env("LABEL_STUDIO_URL", &of("studio"))
        .env("LABEL_STUDIO_API_KEY", LEGACY_TOKEN)
        .env("OPENAI_API_KEY", "sk-bench")
        .file("prompt.txt", PROMPT)
        .args(["run", "--project", &project, "--prompt", "prompt.txt", "--base-url", &of("llm")])
        .args(["--model", "m", "--concurrency", &concurrency, "--progress", "none"]);
    match before {
        Before::Nothing => {}
        Before::Probe => {
            let args = ["--limit", "1", "--dry-run", "--journal", "other.jsonl"];
            program.run_with(args).assert_code(0);
        }
        Before::Kill => kill_halfway(&program, &mut servers, tasks),
    }
    let asked_before = servers.requests();
    let (start, cpu_before) = (Instant::now(), children_cpu_seconds());
    let running = program.spawn();
    let peak = watch_peak(running.id());
    let outcome = program.wait(running);
    let figures = Figures {
        asked: servers.requests() - asked_before,
        wall: start.elapsed(),
        cpu_seconds: children_cpu_seconds() - cpu_before,
        peak_kilobytes: peak.join().expect("watching does not panic"),
    };
    outcome.assert_code(0);
    let report = servers.ask("report");
    assert_eq!(report["predictions"], tasks, "every task has one prediction: {report}");
    assert_eq!(report["most_bulk_calls_at_once"], 1, "bulk calls never overlap: {report}");
    figures
}

/// Starts the program and kills it when half of the tasks have been asked for.
fn kill_halfway(program: &Program, servers: &mut Servers, tasks: u32) {
    let running = program.spawn();
    while servers.requests() < u64::from(tasks / 2) {
        std::thread::sleep(Duration::from_millis(5));
    }
    running.signal("KILL");
    drop(program.wait(running));
}

fn row(tasks: u32, before: Before, figures: &Figures) -> String {
    let asked = u32::try_from(figures.asked).expect("no more requests than tasks, or a few");
    let bound = LATENCY.as_secs_f64() * f64::from(asked) / f64::from(IN_FLIGHT);
    let wall = figures.wall.as_secs_f64();
    let cpu = figures.cpu_seconds * 1000.0 / f64::from(tasks);
    let megabytes = figures.peak_kilobytes / 1024;
    let before = before.name();
    let ratio = wall / bound;
    format!(
        "| {tasks} | {before} | {asked} | {wall:.2} s | {bound:.2} s | {ratio:.3} | {cpu:.3} | {megabytes} MB |"
    )
}

/// Returns how long the program takes to say its version.
fn start_up() -> Duration {
    let mut times: Vec<Duration> = (0..STARTS)
        .map(|_| {
            let start = Instant::now();
            let output = Command::new(PROGRAM).arg("--version").output().expect("the program starts");
            assert!(output.status.success(), "`--version` fails");
            start.elapsed()
        })
        .collect();
    times.sort();
    times[times.len() / 2]
}

/// Follows the highest resident memory of a process until it ends; in kilobytes.
fn watch_peak(process: u32) -> std::thread::JoinHandle<u64> {
    let path = format!("/proc/{process}/status");
    std::thread::spawn(move || {
        let mut peak = 0;
        // The line is gone when the process has ended, also while nobody has waited for it yet.
        while let Some(now) = fs::read_to_string(&path).ok().and_then(|status| high_water_mark(&status)) {
            peak = now;
            std::thread::sleep(Duration::from_millis(5));
        }
        peak
    })
}

fn high_water_mark(status: &str) -> Option<u64> {
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

/// Returns the CPU time of all children that were waited for: the servers still run, so they do not count.
fn children_cpu_seconds() -> f64 {
    let stat = fs::read_to_string("/proc/self/stat").expect("this is Linux");
    // The name in brackets may contain spaces; after it, `cutime` and `cstime` are the 14th and 15th.
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks = fields.skip(13).take(2).map(|field| field.parse::<f64>().expect("a number of ticks"));
    ticks.sum::<f64>() / TICKS
}

impl Before {
    fn name(self) -> &'static str {
        match self {
            Self::Nothing => "nothing",
            Self::Probe => "a first request",
            Self::Kill => "a kill halfway",
        }
    }
}

impl Servers {
    /// Starts this program again as the servers.
    fn start(tasks: u32) -> Self {
        let program = std::env::current_exe().expect("a running program has a path");
        let mut command = Command::new(program);
        let command = command.args([SERVE, &tasks.to_string()]).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("this program can be started again");
        let answers = BufReader::new(child.stdout.take().expect("it is piped"));
        let questions = child.stdin.take();
        let mut servers = Self { child, questions, answers, addresses: Value::Null };
        servers.addresses = servers.ask("addresses");
        servers
    }

    /// Returns how many requests the model's server got so far.
    fn requests(&mut self) -> u64 {
        self.ask("report")["requests"].as_u64().expect("a report counts requests")
    }

    fn ask(&mut self, question: &str) -> Value {
        let pipe = self.questions.as_mut().expect("it is open until the end");
        writeln!(pipe, "{question}").expect("the servers listen");
        let mut answer = String::new();
        self.answers.read_line(&mut answer).expect("the servers answer");
        serde_json::from_str(&answer).expect("the servers answer in JSON")
    }
}

impl Drop for Servers {
    fn drop(&mut self) {
        // The servers end with their input.
        drop(self.questions.take());
        drop(self.child.wait());
    }
}

/// Is the servers: answers a question a line until there are no more.
fn serve(tasks: u32) {
    let studio = Studio::start();
    let llm = Llm::with(llm::Setup { latency: LATENCY, ..llm::Setup::default() });
    let data: Vec<Value> = (0..tasks).map(review).collect();
    let (project, _) = studio.project(LABEL_CONFIG, &data);
    for line in std::io::stdin().lines() {
        let answer = match line.expect("questions are text").as_str() {
            "addresses" => {
                json!({"studio": studio.url(), "llm": llm.base_url(), "project": project})
            }
            _ => json!({
                "predictions": studio.all_predictions(project).len(), "requests": llm.count(),
                "most_bulk_calls_at_once": studio.most_bulk_calls_at_once(),
            }),
        };
        println!("{answer}");
    }
}

/// Returns a text of a usual length, different for each task, so that no two requests are the same.
fn review(number: u32) -> Value {
    let text = format!(
        "Order {number} came two days late and the box was torn, but the lamp itself is lovely: warm light, heavy \
         base, no flicker. I would buy it again, though not from this shop."
    );
    json!({"text": text})
}
