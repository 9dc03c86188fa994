//! The terminal: streams, styles, questions, progress, log; the only place that prints.
//!
//! stdout is the product, stderr the talk. Nothing here reads the environment: the caller hands in what it resolved.

mod answer;
mod failure;
mod keyboard;
#[cfg(unix)]
mod keys;
pub mod log;
mod options;
mod output;
mod paint;
pub mod panic;
mod progress;
mod prompt;
mod signals;
mod terminal;
mod terminal_keyboard;

pub use answer::Answer;
pub use failure::failure_document;
pub use keyboard::{Key, Keyboard, TextCheck};
pub use options::{ColorChoice, Options, Verbosity};
pub use output::Streams;
pub use paint::paint;
pub use progress::{Progress, ProgressEvent, Reporter, Spinner};
pub use prompt::{Choice, Chosen, HiddenError, Prompter};
pub use signals::Signals;
pub use terminal::{Terminals, Ui};
