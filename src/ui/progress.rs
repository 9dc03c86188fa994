use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::render::document::{Document, Line, line};
use crate::render::text_safety::SafeText;

use super::terminal::Ui;

/// How often a spinner turns.
const TICK: Duration = Duration::from_millis(100);

/// Something that happens while a command works.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ProgressEvent {
    /// Work of so many steps begins.
    Started {
        /// What is done, such as `Applying`.
        label: SafeText,
        /// How many steps there are.
        total: u64,
    },
    /// A step has begun; only a bar shows it.
    Working(SafeText),
    /// A step is done.
    Done {
        /// The line above the bar, such as `✓ agent triage  created  0.2s`.
        seen: Line,
        /// The line where there is no bar, such as `  + agent triage`.
        logged: Line,
    },
    /// A line that is shown in any case, such as a step that failed.
    Notice(Line),
    /// The work is over, whatever came of it.
    Finished,
}

/// Where a worker says how far it is; workers know no terminal.
pub trait Progress: Send + Sync {
    /// Takes an event; never blocks for long and never fails.
    fn report(&self, event: ProgressEvent);
}

/// Shows progress on stderr: a line a step, on a terminal above a bar; nothing with `-q`.
pub struct Reporter {
    ui: Ui,
    has_bar: bool,
    bar: Mutex<Option<ProgressBar>>,
}

impl Ui {
    /// Shows the progress of one piece of work.
    pub fn progress(&self) -> Reporter {
        Reporter { ui: self.clone(), has_bar: self.has_bar(), bar: Mutex::new(None) }
    }
}

/// A sign on a terminal that something is waited for; nothing elsewhere. It is gone when this is dropped.
pub struct Spinner {
    ui: Ui,
    bar: Option<ProgressBar>,
}

impl Ui {
    /// A spinner that shows nothing yet.
    pub fn spinner(&self) -> Spinner {
        Spinner { ui: self.clone(), bar: None }
    }
}

impl Spinner {
    /// Shows what is waited for, or other words for it.
    pub fn show(&mut self, words: &Line) {
        if !self.ui.has_bar() {
            return;
        }
        let bar = self.bar.get_or_insert_with(|| {
            let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr());
            // The template is ours, so it cannot be wrong; without it the default one is shown.
            if let Ok(style) = ProgressStyle::with_template("{spinner} {wide_msg}") {
                bar.set_style(style);
            }
            self.ui.show_bar(Some(bar.clone()));
            bar.enable_steady_tick(TICK);
            bar
        });
        bar.set_message(format!("{} …", words.to_plain()));
    }
}

impl Drop for Spinner {
    fn drop(&mut self) {
        if let Some(bar) = self.bar.take() {
            bar.finish_and_clear();
            self.ui.show_bar(None);
        }
    }
}

impl Reporter {
    fn start(&self, label: &SafeText, total: u64) {
        if !self.has_bar {
            self.ui.status(&Document::from(line!("{}:", label.clone())));
            return;
        }
        let bar = ProgressBar::with_draw_target(Some(total), ProgressDrawTarget::stderr());
        // The template is ours, so it cannot be wrong; without it the default one is shown.
        if let Ok(style) = ProgressStyle::with_template("{prefix} [{bar:24}] {pos}/{len} {wide_msg}") {
            bar.set_style(style.progress_chars("=> "));
        }
        bar.set_prefix(label.as_str().to_owned());
        self.ui.show_bar(Some(bar.clone()));
        bar.tick();
        *self.bar.lock().unwrap_or_else(PoisonError::into_inner) = Some(bar);
    }

    fn finish(&self) {
        let bar = self.bar.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(bar) = bar {
            bar.finish_and_clear();
            self.ui.show_bar(None);
        }
    }

    fn bar(&self) -> Option<ProgressBar> {
        self.bar.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Progress for Reporter {
    fn report(&self, event: ProgressEvent) {
        match event {
            ProgressEvent::Started { label, total } => self.start(&label, total),
            ProgressEvent::Working(what) => {
                if let Some(bar) = self.bar() {
                    bar.set_message(what.as_str().to_owned());
                }
            }
            ProgressEvent::Done { seen, logged } => match self.bar() {
                Some(bar) => {
                    bar.inc(1);
                    self.ui.status(&Document::from(seen));
                }
                None => self.ui.status(&Document::from(logged)),
            },
            ProgressEvent::Notice(line) => self.ui.notice(&Document::from(line)),
            ProgressEvent::Finished => self.finish(),
        }
    }
}

impl Drop for Reporter {
    fn drop(&mut self) {
        // A worker that was canceled leaves no bar behind.
        self.finish();
    }
}

#[cfg(test)]
mod tests {
    use crate::ui::keyboard::tests::Typed;
    use crate::ui::output::tests::Memory;
    use crate::ui::{Options, Streams, Terminals, Verbosity};

    use crate::render::document::line;

    use super::*;

    fn reported(options: Options) -> String {
        let stderr = Memory::default();
        let streams = Streams { stdout: Box::new(Memory::default()), stderr: Box::new(stderr.clone()) };
        let ui = Ui::with(options, Terminals::none(), streams, Box::new(Typed::new("")));
        let progress = ui.progress();
        progress.report(ProgressEvent::Started { label: SafeText::literal("Applying"), total: 2 });
        progress.report(ProgressEvent::Working(SafeText::literal("agent triage")));
        let (seen, logged) = (line!("✓ agent triage  created  0.2s"), line!("  + agent triage"));
        progress.report(ProgressEvent::Done { seen, logged });
        progress.report(ProgressEvent::Notice(line!("  ! agent b: refused")));
        progress.report(ProgressEvent::Finished);
        stderr.text()
    }

    #[test]
    fn off_a_terminal_each_step_is_a_line() {
        insta::assert_snapshot!(reported(Options::default()), @r"
        Applying:
          + agent triage
          ! agent b: refused
        ");
    }

    #[test]
    fn quiet_leaves_what_went_wrong() {
        let options = Options { verbosity: Verbosity::Quiet, ..Options::default() };
        assert_eq!(reported(options), "  ! agent b: refused\n");
    }
}
