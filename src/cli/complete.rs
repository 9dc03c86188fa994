//! What a shell may put where a command line ends: `lobu __complete SHELL -- WORD…`, which the scripts of `lobu completions` run.

mod answer;
mod position;
#[cfg(test)]
mod tests;

pub(super) use answer::{answer, asked};
