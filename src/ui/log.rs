//! The log for those who look for a fault (`LOBU_LOG`, `-v`): on stderr, sanitized, details only of this program.

use std::collections::VecDeque;
use std::fmt::{self, Write as _};
use std::fs::File;
use std::io::Write as _;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Instant;

use tracing::field::{Field, Visit};
use tracing::level_filters::LevelFilter;
use tracing::subscriber::Interest;
use tracing::{Event, Metadata, Subscriber};
use tracing_subscriber::layer::{Context, Layer, SubscriberExt as _};
use tracing_subscriber::registry::{LookupSpan, Registry};

use crate::render::text_safety::sanitise;

use super::Ui;

/// The crate whose details may be logged.
const OWN: &str = "lobu";

/// How much is logged.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Level {
    /// Nothing.
    Off,
    Error,
    /// Warnings too.
    #[default]
    Warn,
    /// What happens.
    Info,
    /// Requests and decisions.
    Debug,
    /// Everything.
    Trace,
}

impl Level {
    /// Reads a level's word, in any case.
    pub fn from_word(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "off" => Self::Off,
            "error" => Self::Error,
            "warn" => Self::Warn,
            "info" => Self::Info,
            "debug" => Self::Debug,
            "trace" => Self::Trace,
            _ => return None,
        })
    }

    fn filter(self) -> LevelFilter {
        match self {
            Self::Off => LevelFilter::OFF,
            Self::Error => LevelFilter::ERROR,
            Self::Warn => LevelFilter::WARN,
            Self::Info => LevelFilter::INFO,
            Self::Debug => LevelFilter::DEBUG,
            Self::Trace => LevelFilter::TRACE,
        }
    }
}

/// Where the log of a process goes besides the terminal. Both are written in full detail.
#[derive(Default, Clone)]
pub struct LogSinks {
    /// The file of `--log-file`.
    pub file: Option<Arc<Mutex<File>>>,
    /// What is kept of the run, to be written if it fails.
    pub record: Option<LogRecord>,
}

/// The last lines of a run's log, up to 4 MiB.
#[derive(Default, Clone)]
pub struct LogRecord(Arc<Mutex<(VecDeque<String>, usize)>>);

/// How many bytes of a run's log are kept.
const LARGEST_RECORD: usize = 4 * 1024 * 1024;

impl LogRecord {
    /// The lines, each with its line break.
    pub fn text(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).0.iter().map(String::as_str).collect()
    }

    fn push(&self, line: String) {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (lines, length) = &mut *kept;
        *length += line.len();
        lines.push_back(line);
        while *length > LARGEST_RECORD {
            let Some(oldest) = lines.pop_front() else { break };
            *length = length.saturating_sub(oldest.len());
        }
    }
}

/// Sends the log of the whole process to the talk and the sinks; false if somebody has taken it already.
pub fn init(level: Level, ui: &Ui, sinks: LogSinks) -> bool {
    tracing::subscriber::set_global_default(subscriber(level, ui, sinks)).is_ok()
}

/// Makes what [`init`] installs.
///
/// Other crates are held to warnings whatever the level: their details hold headers, addresses and bodies.
pub fn subscriber(level: Level, ui: &Ui, sinks: LogSinks) -> impl Subscriber + Send + Sync + use<> {
    let is_detailed = sinks.file.is_some() || sinks.record.is_some();
    let own = if is_detailed { Level::Trace } else { level };
    let others = own.min(Level::Warn);
    let (terminal, begun) = ((level.filter(), level.min(Level::Warn).filter()), Instant::now());
    Registry::default().with(LogLayer {
        own: own.filter(),
        others: others.filter(),
        terminal,
        ui: ui.clone(),
        sinks,
        begun,
    })
}

struct LogLayer {
    /// The most that any of the sinks takes, of this program and of others.
    own: LevelFilter,
    others: LevelFilter,
    /// What the terminal takes, of this program and of others.
    terminal: (LevelFilter, LevelFilter),
    ui: Ui,
    sinks: LogSinks,
    begun: Instant,
}

impl LogLayer {
    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        *metadata.level() <= if is_own(metadata) { self.own } else { self.others }
    }

    fn terminal_wants(&self, metadata: &Metadata<'_>) -> bool {
        let (own, others) = self.terminal;
        *metadata.level() <= if is_own(metadata) { own } else { others }
    }
}

fn is_own(metadata: &Metadata<'_>) -> bool {
    metadata.target().split("::").next() == Some(OWN)
}

impl<S: Subscriber + for<'a> LookupSpan<'a>> Layer<S> for LogLayer {
    fn register_callsite(&self, metadata: &'static Metadata<'static>) -> Interest {
        if self.wants(metadata) { Interest::always() } else { Interest::never() }
    }

    fn enabled(&self, metadata: &Metadata<'_>, _: Context<'_, S>) -> bool {
        self.wants(metadata)
    }

    fn max_level_hint(&self) -> Option<LevelFilter> {
        Some(self.own.max(self.others))
    }

    fn on_event(&self, event: &Event<'_>, _: Context<'_, S>) {
        let mut text = Fields::default();
        event.record(&mut text);
        let metadata = event.metadata();
        let level = metadata.level().as_str().to_ascii_lowercase();
        let line = format!("{level} {}:{}{}", metadata.target(), text.message, text.others);
        let line = sanitise(&line);
        if self.terminal_wants(metadata) {
            self.ui.log_line(line.as_str());
        }
        if self.sinks.file.is_none() && self.sinks.record.is_none() {
            return;
        }
        let line = format!("{:>9.3} {}\n", self.begun.elapsed().as_secs_f64(), line.as_str());
        if let Some(file) = &self.sinks.file {
            // A full disk must not end what is logged.
            drop(file.lock().unwrap_or_else(PoisonError::into_inner).write_all(line.as_bytes()));
        }
        if let Some(record) = &self.sinks.record {
            record.push(line);
        }
    }
}

#[derive(Default)]
struct Fields {
    message: String,
    others: String,
}

impl Visit for Fields {
    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        // Writing to a string cannot fail.
        _ = if field.name() == "message" {
            write!(self.message, " {value:?}")
        } else {
            write!(self.others, " {}={value:?}", field.name())
        };
    }
}

#[cfg(test)]
mod tests {
    use crate::ui::keyboard::tests::Typed;
    use crate::ui::output::tests::Memory;
    use crate::ui::{Options, Streams, Terminals};

    use super::*;

    fn logged(level: Level) -> String {
        let stderr = Memory::default();
        let streams = Streams { stdout: Box::new(Memory::default()), stderr: Box::new(stderr.clone()) };
        let ui = Ui::with(Options::default(), Terminals::none(), streams, Box::new(Typed::new("")));
        tracing::subscriber::with_default(subscriber(level, &ui, LogSinks::default()), || {
            tracing::debug!(status = 404, path = "/api/\u{202e}", "answer\n::error::x");
            tracing::error!("bad");
            tracing::debug!(target: "reqwest::connect", "header");
            tracing::info!(target: "lobu_other", "info");
            tracing::warn!(target: "hyper", "careful");
        });
        stderr.text()
    }

    #[test]
    fn details_are_logged_of_this_program_only_and_sanitised() {
        insta::assert_snapshot!(logged(Level::Trace), @r#"
        debug lobu::ui::log::tests: answer\n::error::x status=404 path="/api/\u{202e}"
        error lobu::ui::log::tests: bad
        warn hyper: careful
        "#);
    }

    #[test]
    fn sinks_get_every_detail_and_the_terminal_what_was_asked_for() {
        let stderr = Memory::default();
        let streams = Streams { stdout: Box::new(Memory::default()), stderr: Box::new(stderr.clone()) };
        let ui = Ui::with(Options::default(), Terminals::none(), streams, Box::new(Typed::new("")));
        let record = LogRecord::default();
        let sinks = LogSinks { file: None, record: Some(record.clone()) };
        tracing::subscriber::with_default(subscriber(Level::Warn, &ui, sinks), || {
            tracing::trace!("shape\u{1b}");
            tracing::warn!("careful");
            tracing::debug!(target: "reqwest::connect", "header");
        });
        assert_eq!(stderr.text(), "warn lobu::ui::log::tests: careful\n");
        let text = record.text();
        assert!(text.contains("trace lobu::ui::log::tests: shape\\u{1b}\n") && text.contains("careful\n"), "{text}");
        assert!(!text.contains("header"), "{text}");
        for _ in 0..5 {
            record.push("x".repeat(LARGEST_RECORD / 3));
        }
        assert!(record.text().len() <= LARGEST_RECORD);
    }

    #[test]
    fn levels_choose_how_much() {
        insta::assert_snapshot!(logged(Level::Warn), @r"
        error lobu::ui::log::tests: bad
        warn hyper: careful
        ");
        insta::assert_snapshot!(logged(Level::Error), @"error lobu::ui::log::tests: bad");
        assert_eq!(logged(Level::Off), "");
    }

    #[test]
    fn levels_have_words() {
        assert_eq!(Level::from_word("DEBUG"), Some(Level::Debug));
        assert_eq!(Level::from_word("loud"), None);
        assert!(Level::Off < Level::Trace);
    }
}
