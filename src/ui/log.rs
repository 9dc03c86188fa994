//! The log for those who look for a fault (`LOBU_LOG`, `-v`): on stderr, sanitized, details only of this program.

use std::fmt::{self, Write as _};

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

/// Sends the log of the whole process to the talk; false if somebody has taken it already.
pub fn init(level: Level, ui: &Ui) -> bool {
    tracing::subscriber::set_global_default(subscriber(level, ui)).is_ok()
}

/// Makes what [`init`] installs.
///
/// Other crates are held to warnings whatever the level: their details hold headers, addresses and bodies.
pub fn subscriber(level: Level, ui: &Ui) -> impl Subscriber + Send + Sync + use<> {
    Registry::default().with(LogLayer { own: level.filter(), others: level.min(Level::Warn).filter(), ui: ui.clone() })
}

struct LogLayer {
    own: LevelFilter,
    others: LevelFilter,
    ui: Ui,
}

impl LogLayer {
    fn wants(&self, metadata: &Metadata<'_>) -> bool {
        let is_own = metadata.target().split("::").next() == Some(OWN);
        *metadata.level() <= if is_own { self.own } else { self.others }
    }
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
        self.ui.log_line(sanitise(&line).as_str());
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
        tracing::subscriber::with_default(subscriber(level, &ui), || {
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
