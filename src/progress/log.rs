//! The log that `-v` turns on, on stderr.

use std::io;

use tracing_subscriber::EnvFilter;

/// Starts logging: errors, or with each `-v` more; without colours, for lines that people search and send on.
pub fn start(verbose: u8) {
    let level = match verbose {
        0 => "error",
        1 => "info",
        2 => "debug",
        _ => "trace",
    };
    let started = tracing_subscriber::fmt()
        .with_env_filter(EnvFilter::new(format!("ls_autolabel={level}")))
        .with_writer(io::stderr)
        .with_ansi(false)
        .with_target(false)
        .try_init();
    // Fails only where a test in the same process has started it already.
    drop(started);
}
