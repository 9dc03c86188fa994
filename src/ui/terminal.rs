use std::io::{self, IsTerminal as _};
use std::sync::{Arc, Mutex, PoisonError};

use indicatif::ProgressBar;

use crate::error::{CommandError, ErrorKind};
use crate::render::ci::{self, Annotation};
use crate::render::completions::Completions;
use crate::render::document::{Document, Line, Style, line};
use crate::render::markdown::Markdown;
use crate::render::mermaid::Diagram;
use crate::render::text_safety::sanitise_json;

use super::output::Sink;
use super::paint::{paint, paint_open};
use super::terminal_keyboard::TerminalKeyboard;
use super::{Keyboard, Options, Streams, Verbosity, failure_document};

/// The widest line of prose, also on wider terminals: longer ones are hard to read.
const PROSE_COLUMNS: usize = 80;

/// How wide the answers are behind a question of yes or no, as the library writes them.
const ANSWERS: usize = " [y/N] yes ".len();

/// Which of the standard streams are terminals, and how wide they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Terminals {
    /// Somebody can type.
    pub stdin: bool,
    /// Somebody sees the product.
    pub stdout: bool,
    /// Somebody sees the talk.
    pub stderr: bool,
    /// The width of the terminal, if there is one that tells it.
    pub columns: Option<usize>,
}

impl Terminals {
    /// Looks at the process's own streams.
    pub fn detect() -> Self {
        let size = |terminal: &console::Term| terminal.size_checked().map(|(_, columns)| usize::from(columns));
        Self {
            stdin: io::stdin().is_terminal(),
            stdout: io::stdout().is_terminal(),
            stderr: io::stderr().is_terminal(),
            columns: size(&console::Term::stderr()).or_else(|| size(&console::Term::stdout())),
        }
    }

    /// No terminal anywhere.
    pub fn none() -> Self {
        Self { stdin: false, stdout: false, stderr: false, columns: None }
    }

    /// A terminal of that width.
    pub fn all(columns: usize) -> Self {
        Self { stdin: true, stdout: true, stderr: true, columns: Some(columns) }
    }
}

/// The product could not be written to its end.
#[derive(Debug, thiserror::Error)]
#[error("the output can't be written")]
struct OutputError(#[source] io::Error);

/// The terminal of one run; clones speak to the same one.
///
/// Writing never fails in the caller's hands: a reader of stdout that has gone ends the output quietly, and any other failure is
/// told by [`Ui::finish`].
#[derive(Clone)]
pub struct Ui(Arc<Inner>);

struct Inner {
    options: Options,
    terminals: Terminals,
    stdout: Sink,
    stderr: Sink,
    keyboard: Mutex<Box<dyn Keyboard>>,
    bar: Mutex<Option<ProgressBar>>,
}

impl Ui {
    /// The process's own streams.
    pub fn new(options: Options) -> Self {
        let keyboard = TerminalKeyboard::new(options.dumb);
        Self::with(options, Terminals::detect(), Streams::standard(), Box::new(keyboard))
    }

    /// Other streams, for tests.
    pub fn with(options: Options, terminals: Terminals, streams: Streams, keyboard: Box<dyn Keyboard>) -> Self {
        Self(Arc::new(Inner {
            options,
            terminals,
            stdout: Sink::new(streams.stdout),
            stderr: Sink::new(streams.stderr),
            keyboard: Mutex::new(keyboard),
            bar: Mutex::new(None),
        }))
    }

    /// Writes the product to stdout; wrapped on a terminal only, since elsewhere programs read it.
    pub fn product(&self, document: &Document) {
        let columns = self.is_product_seen().then(|| self.product_columns());
        let text = paint(document, self.0.options.has_color(self.0.terminals.stdout), columns);
        self.aside(|| self.0.stdout.write(&text));
    }

    /// Writes prose as the product, wrapped as the talk is.
    pub fn page(&self, document: &Document) {
        let text = paint(document, self.0.options.has_color(self.0.terminals.stdout), self.prose_columns());
        self.aside(|| self.0.stdout.write(&text));
    }

    /// Writes JSON as the product, with a line break at its end; what could steer a terminal becomes JSON escapes.
    pub fn product_json(&self, json: &str) {
        let text = sanitise_json(json.trim_end_matches('\n')) + "\n";
        self.aside(|| self.0.stdout.write(&text));
    }

    /// Writes Markdown as the product, as it is: only what may be shown is in it.
    pub fn product_markdown(&self, page: &Markdown) {
        self.aside(|| self.0.stdout.write(page.as_str()));
    }

    /// Writes a diagram as the product, as it is: only what may be shown is in it.
    pub fn product_diagram(&self, diagram: &Diagram) {
        self.aside(|| self.0.stdout.write(&diagram.text));
    }

    /// Writes what a shell offers as the product, as it is.
    pub fn product_completions(&self, completions: &Completions) {
        self.aside(|| self.0.stdout.write(completions.as_str()));
    }

    /// Writes a text of this program's source as the product, as it is.
    pub fn product_source(&self, text: &'static str) {
        self.aside(|| self.0.stdout.write(text));
    }

    /// Writes a line of printable ASCII as the product, for scripts: a token that was asked for.
    pub fn product_line(&self, line: &str) {
        let text = zeroize::Zeroizing::new(format!("{line}\n"));
        self.aside(|| self.0.stdout.write(&text));
    }

    /// How wide a page of the product may be: the terminal's width within reason, else that of a usual one.
    pub fn product_columns(&self) -> usize {
        const WIDEST: usize = 120;
        const NARROWEST: usize = 40;
        let columns = self.0.terminals.columns.filter(|_| self.is_product_seen());
        columns.map_or(PROSE_COLUMNS, |columns| columns.clamp(NARROWEST, WIDEST))
    }

    /// Whether the product goes to a terminal.
    pub fn is_product_seen(&self) -> bool {
        self.0.terminals.stdout
    }

    /// Whether product and talk go to terminals, so that neither repeats what the other says.
    pub fn shows_talk_with_product(&self) -> bool {
        let Terminals { stdout, stderr, .. } = self.0.terminals;
        stdout && stderr && self.verbosity() > Verbosity::Quiet
    }

    /// Whether somebody sits at a terminal, even if the product goes into a pipe.
    pub fn is_attended(&self) -> bool {
        self.0.terminals.stdin && self.0.terminals.stderr
    }

    /// Whether stdin is a terminal, so that nothing comes from it unless somebody types.
    pub fn is_stdin_terminal(&self) -> bool {
        self.0.terminals.stdin
    }

    /// Whether anything stands on stdout.
    pub fn has_product(&self) -> bool {
        self.0.stdout.is_used()
    }

    /// Says what happens, on stderr; nothing with `-q`.
    pub fn status(&self, document: &Document) {
        self.talk(document, Verbosity::Normal);
    }

    /// Says a detail, on stderr; only with `-v`.
    pub fn detail(&self, document: &Document) {
        self.talk(document, Verbosity::Verbose);
    }

    /// Says what must be heard, on stderr, also with `-q`: warnings, refusals, reports of what failed.
    pub fn notice(&self, document: &Document) {
        self.talk(document, Verbosity::Quiet);
    }

    /// Says why the command fails, on stderr.
    pub fn failure(&self, error: &CommandError) {
        self.notice(&failure_document(error));
        self.annotate(|| ci::failure(error));
    }

    /// Warns of something that is in no file, on stderr.
    pub fn warning(&self, what: Line) {
        self.warning_with(what, Vec::new());
    }

    /// The same with lines below it, such as advice.
    pub fn warning_with(&self, what: Line, below: Vec<Line>) {
        let annotation = ci::warning(&what.to_plain());
        let head = line!("{}{}", Style::Warning.of("warning: "), what).prose(2);
        self.notice(&Document::from(head).with(below.into_iter().collect()));
        self.annotate(|| annotation);
    }

    /// Writes an annotation on stderr where GitHub reads it; nothing elsewhere.
    pub fn annotate(&self, annotation: impl FnOnce() -> Annotation) {
        if self.0.options.annotates {
            self.log_line(annotation().as_str());
        }
    }

    /// Whether somebody sees what is asked about and can answer: stdin, stdout and stderr are terminals, no `--no-input`.
    pub fn can_prompt(&self) -> bool {
        let Terminals { stdin, stdout, stderr, columns: _ } = self.0.terminals;
        stdin && stdout && stderr && !self.0.options.no_input && !self.0.stdout.has_failed()
    }

    /// Whether work in progress is shown by a bar.
    pub(super) fn has_bar(&self) -> bool {
        let options = self.0.options;
        self.0.terminals.stderr && !options.dumb && !options.ci && options.verbosity > Verbosity::Quiet
    }

    /// How much is said.
    pub fn verbosity(&self) -> Verbosity {
        self.0.options.verbosity
    }

    /// How wide excerpts may be: the terminal's width, 80 elsewhere, none in a CI's log.
    pub fn columns(&self) -> Option<usize> {
        match self.0.terminals.columns {
            Some(columns) => Some(columns),
            None if self.0.options.ci => None,
            None => Some(PROSE_COLUMNS),
        }
    }

    /// Tells whether the product was written as far as anybody read it; a full disk is an error, a closed pipe none.
    pub fn finish(&self) -> Result<(), CommandError> {
        match self.0.stdout.failure() {
            None => Ok(()),
            Some(cause) => Err(CommandError::new(ErrorKind::Unexpected, OutputError(cause))),
        }
    }

    fn talk(&self, document: &Document, least: Verbosity) {
        if self.0.options.verbosity < least {
            return;
        }
        let text = paint(document, self.has_talk_color(), self.prose_columns());
        self.aside(|| self.0.stderr.write(&text));
    }

    fn prose_columns(&self) -> Option<usize> {
        self.columns().map(|columns| columns.min(PROSE_COLUMNS))
    }

    fn has_talk_color(&self) -> bool {
        self.0.options.has_color(self.0.terminals.stderr)
    }

    /// Runs with the progress bar out of the way, if there is one.
    fn aside(&self, write: impl FnOnce()) {
        let bar = self.0.bar.lock().unwrap_or_else(PoisonError::into_inner).clone();
        match bar {
            Some(bar) => bar.suspend(write),
            None => write(),
        }
    }

    /// Writes a line that is safe already to stderr, whatever is said otherwise.
    pub(super) fn log_line(&self, line: &str) {
        let line = format!("{line}\n");
        self.aside(|| self.0.stderr.write(&line));
    }

    /// Names the bar that has to make room for other lines.
    pub(super) fn show_bar(&self, bar: Option<ProgressBar>) {
        *self.0.bar.lock().unwrap_or_else(PoisonError::into_inner) = bar;
    }

    pub(super) fn with_keyboard<T>(&self, ask: impl FnOnce(&mut dyn Keyboard) -> T) -> T {
        ask(self.0.keyboard.lock().unwrap_or_else(PoisonError::into_inner).as_mut())
    }

    /// Writes a part of a question, also with `-q`.
    pub(super) fn question(&self, document: &Document) {
        self.talk(document, Verbosity::Quiet);
    }

    /// Writes a question whose last two lines become one, and stays on it.
    pub(super) fn open_question(&self, document: &Document) {
        let (above, open) = match document.lines() {
            [above @ .., last, hint] => (above, last.clone().then(line!(" {}", hint.clone()))),
            lines => (lines, Line::new()),
        };
        self.question(&above.iter().cloned().collect());
        let text = paint_open(&open, self.has_talk_color()) + " ";
        self.aside(|| self.0.stderr.write(&text));
    }

    /// Writes a question but its last line, which it gives as the prompt; one that is too long for the terminal is written too.
    pub(super) fn prompt_below(&self, question: &Document) -> String {
        let lines = question.lines();
        let last = lines.last().filter(|last| last.width() + ANSWERS < self.columns().unwrap_or(PROSE_COLUMNS));
        let above = lines.len() - usize::from(last.is_some());
        self.question(&lines.iter().take(above).cloned().collect());
        let prompt = last.cloned().unwrap_or_else(|| line!("Continue?"));
        paint_open(&prompt, self.has_talk_color())
    }

    /// Shows what is typed.
    pub(super) fn echo(&self, text: &str) {
        self.0.stderr.write(text);
    }
}

#[cfg(test)]
mod tests {
    use crate::render::document::{Style, line};
    use crate::ui::ColorChoice;
    use crate::ui::keyboard::tests::Typed;
    use crate::ui::output::tests::{Broken, Memory};

    use super::*;

    fn ui(options: Options, terminals: Terminals) -> (Ui, Memory, Memory) {
        let (stdout, stderr) = (Memory::default(), Memory::default());
        let streams = Streams { stdout: Box::new(stdout.clone()), stderr: Box::new(stderr.clone()) };
        (Ui::with(options, terminals, streams, Box::new(Typed::new(""))), stdout, stderr)
    }

    fn words(count: usize) -> Document {
        Document::from(line!("{}", &"word ".repeat(count)).prose(2))
    }

    #[test]
    fn the_product_goes_to_stdout_and_the_talk_to_stderr() {
        let (ui, stdout, stderr) = ui(Options::default(), Terminals::none());
        ui.product(&Document::from(Style::Create.line("+ agent a")));
        ui.status(&Document::from(line!("done")));
        ui.detail(&Document::from(line!("detail")));
        assert_eq!((stdout.text().as_str(), stderr.text().as_str()), ("+ agent a\n", "done\n"));
        assert!(ui.finish().is_ok());
    }

    #[test]
    fn quiet_and_verbose_choose_how_much_is_said() {
        for (verbosity, expected) in
            [(Verbosity::Quiet, "n\n"), (Verbosity::Normal, "n\ns\n"), (Verbosity::Verbose, "n\ns\nd\n")]
        {
            let (ui, _, stderr) = ui(Options { verbosity, ..Options::default() }, Terminals::none());
            ui.notice(&Document::from(line!("n")));
            ui.status(&Document::from(line!("s")));
            ui.detail(&Document::from(line!("d")));
            assert_eq!(stderr.text(), expected);
        }
    }

    #[test]
    fn talk_is_wrapped_and_the_product_where_people_read_it() {
        let widest = |options, terminals, product: bool| {
            let (ui, stdout, stderr) = ui(options, terminals);
            if product {
                ui.product(&words(60));
            } else {
                ui.status(&words(60));
            }
            (stdout.text() + &stderr.text()).lines().map(str::len).max().unwrap()
        };
        let ci = Options { ci: true, color: ColorChoice::Never, ..Options::default() };
        let plain = Options { color: ColorChoice::Never, ..Options::default() };
        assert_eq!(widest(plain, Terminals::none(), false), 79);
        assert_eq!(widest(plain, Terminals::all(200), false), 79);
        assert_eq!(widest(plain, Terminals::all(40), false), 39);
        assert_eq!(widest(ci, Terminals::none(), false), 299);
        assert_eq!(widest(plain, Terminals::all(40), true), 39);
        assert_eq!(widest(plain, Terminals::none(), true), 299);
    }

    #[test]
    fn questions_need_every_stream_and_leave() {
        let can = |options, terminals| ui(options, terminals).0.can_prompt();
        assert!(can(Options::default(), Terminals::all(80)));
        assert!(!can(Options { no_input: true, ..Options::default() }, Terminals::all(80)));
        for terminals in [
            Terminals { stdin: false, ..Terminals::all(80) },
            Terminals { stdout: false, ..Terminals::all(80) },
            Terminals { stderr: false, ..Terminals::all(80) },
        ] {
            assert!(!can(Options::default(), terminals), "{terminals:?}");
        }
    }

    #[test]
    fn json_cannot_steer_a_terminal() {
        let (ui, stdout, _) = ui(Options::default(), Terminals::none());
        ui.product_json("{\"a\":\"\u{9b}\u{202e}\"}");
        assert_eq!(stdout.text(), "{\"a\":\"\\u009b\\u202e\"}\n");
    }

    #[test]
    fn a_closed_pipe_ends_quietly_and_a_full_disk_does_not() {
        for (kind, is_fine) in [(io::ErrorKind::BrokenPipe, true), (io::ErrorKind::StorageFull, false)] {
            let streams = Streams { stdout: Box::new(Broken(kind)), stderr: Box::new(Memory::default()) };
            let ui = Ui::with(Options::default(), Terminals::all(80), streams, Box::new(Typed::new("")));
            ui.product(&words(1));
            assert_eq!(ui.finish().is_ok(), is_fine);
            assert!(ui.prompter().is_none(), "nobody has seen what would be asked about");
        }
    }
}
