mod bad_input;
mod good_input;
mod leaks;
mod meant;
mod near;

use super::{Config, ReadOptions, read};
use crate::model::{Diagnostic, Severity};
use crate::schema::ALL;

fn lenient() -> ReadOptions {
    ReadOptions { allow_unknown_keys: true }
}

fn problems(text: &str) -> Vec<Diagnostic> {
    read(&ALL, text, "lobu.toml", ReadOptions::default()).1
}

/// Reads a text that must be without any problem, but for what was perhaps not meant as it is.
#[track_caller]
fn config(text: &str) -> Config {
    let (config, mut problems) = read(&ALL, text, "lobu.toml", ReadOptions::default());
    problems
        .retain(|problem| !matches!(problem.code, "literal-secret" | "near-reference" | "guardrail-without-effect"));
    assert_eq!(problems, []);
    config.unwrap()
}

/// `code line:column` of each problem, warnings with a `~`.
fn codes(problems: &[Diagnostic]) -> Vec<String> {
    let code = |problem: &Diagnostic| {
        let position = problem.position.as_ref().unwrap();
        let mark = if problem.severity == Severity::Error { "" } else { "~" };
        format!("{mark}{} {}:{}", problem.code, position.line, position.column)
    };
    problems.iter().map(code).collect()
}
