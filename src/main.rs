//! The command `ls-autolabel`; everything is in the library.

use std::process::ExitCode;

fn main() -> ExitCode {
    ls_autolabel::run(std::env::args_os())
}
