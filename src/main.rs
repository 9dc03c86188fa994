//! The `lobu` command.

use std::process::ExitCode;

fn main() -> ExitCode {
    lobu::ui::panic::guard(|| lobu::cli::run(std::env::args_os()))
}
