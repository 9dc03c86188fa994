use std::ops::Range;
use std::sync::Arc;

use toml_edit::Value;

use super::path::{Path, shown_key};
use super::section::{Field, Section};
use super::source::Source;
use super::spanned::{Spanned, TextList};
use super::types::ReadOptions;
use crate::model::{Diagnostic, Family, Number, Position, Severity, counted};
use crate::project::suggest;

/// More problems are only counted: a broken generator should not fill memory and screen.
const MOST_DIAGNOSTICS: usize = 1_000;

/// Takes fields out of tables and collects what is wrong with them.
pub(super) struct Reader<'t> {
    source: Arc<Source<'t>>,
    options: ReadOptions,
    /// The names of the project's targets.
    targets: Arc<[String]>,
    diagnostics: Vec<Diagnostic>,
    left_out: Vec<Severity>,
}

impl<'t> Reader<'t> {
    pub(super) fn new(source: Source<'t>, options: ReadOptions) -> Self {
        Self::of(Arc::new(source), options, Arc::new([]))
    }

    fn of(source: Arc<Source<'t>>, options: ReadOptions, targets: Arc<[String]>) -> Self {
        Self { source, options, targets, diagnostics: Vec::new(), left_out: Vec::new() }
    }

    /// Another reader of the same text, which has found nothing yet.
    pub(super) fn beside(&self) -> Self {
        Self::of(Arc::clone(&self.source), self.options, Arc::clone(&self.targets))
    }

    /// What it found, in the order in which it was found.
    pub(super) fn take_found(&mut self) -> Vec<Diagnostic> {
        std::mem::take(&mut self.diagnostics)
    }

    /// Everything found, by place.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        self.diagnostics.sort();
        if let Some(worst) = self.left_out.iter().min() {
            let message = format!("{} (not shown)", counted(self.left_out.len(), "more problem"));
            let summary = Diagnostic::new(*worst, Family::Project, "too-many-problems", message);
            self.diagnostics.push(summary.at(Position::file(self.source.file())));
        }
        self.diagnostics
    }

    pub(super) fn position(&self, span: &Range<usize>) -> Position {
        self.source.position(span.start)
    }

    pub(super) fn spanned<T>(&self, value: T, span: &Range<usize>) -> Spanned<T> {
        Spanned::new(value, self.position(span))
    }

    /// The text of a span, for names that are keys.
    pub(super) fn slice(&self, span: &Range<usize>) -> &'t str {
        self.source.slice(span)
    }

    /// Reports at a place, with its masked line.
    pub(super) fn report(&mut self, span: &Range<usize>, diagnostic: Diagnostic) {
        self.push(span, diagnostic, false);
    }

    /// The same, showing the value of a field that is known and not sensitive.
    pub(super) fn report_plain(&mut self, span: &Range<usize>, diagnostic: Diagnostic) {
        self.push(span, diagnostic, true);
    }

    fn push(&mut self, span: &Range<usize>, diagnostic: Diagnostic, plain: bool) {
        if self.diagnostics.len() >= MOST_DIAGNOSTICS {
            self.left_out.push(diagnostic.severity);
            return;
        }
        let excerpt = self.source.excerpt(span, plain);
        self.diagnostics.push(diagnostic.at(self.position(span)).excerpt(excerpt));
    }

    /// Adds what another reader of the text found.
    pub(super) fn add(&mut self, found: Vec<Diagnostic>) {
        for diagnostic in found {
            if self.diagnostics.len() >= MOST_DIAGNOSTICS {
                self.left_out.push(diagnostic.severity);
            } else {
                self.diagnostics.push(diagnostic);
            }
        }
    }

    /// Adds what was found in a target and not in the project itself.
    pub(super) fn add_new(&mut self, found: Vec<Diagnostic>, target: &str) {
        let new = found.into_iter().filter(|diagnostic| !self.diagnostics.contains(diagnostic));
        let with_target = |mut diagnostic: Diagnostic| {
            diagnostic.message = format!("{} (target `{}`)", diagnostic.message, shown_key(target));
            diagnostic
        };
        let new = new.map(with_target).collect();
        self.add(new);
    }

    /// Keeps the names of the project's targets, for lists of them.
    pub(super) fn set_targets(&mut self, names: Vec<String>) {
        self.targets = names.into();
    }

    /// The list of targets that something is in.
    pub(super) fn targets(&mut self, section: &Section<'_>) -> TextList {
        let list = self.texts(section, "targets")?;
        let field = section.find("targets")?;
        let path = section.path.key("targets");
        if list.value.is_empty() {
            let message = format!("`{path}` is empty");
            let diagnostic = Diagnostic::new(Severity::Error, section.family, "no-target", message);
            self.report(&field.key_span, diagnostic.hint("name a target, or remove the key to be in all of them"));
        }
        for element in field.elements().unwrap_or_default() {
            let Some(name) = element.text().filter(|name| !self.targets.iter().any(|target| target == name)) else {
                continue;
            };
            let message = format!("unknown target `{}`", shown_key(name));
            let mut diagnostic = Diagnostic::new(Severity::Error, section.family, "unknown-target", message);
            diagnostic.hint = suggest::did_you_mean(name, self.targets.iter().map(String::as_str))
                .or_else(|| Some(format!("declare it: [targets.{}]", shown_key(name))));
            self.report(&element.span, diagnostic);
        }
        Some(list)
    }

    /// Whether a problem was reported at a place.
    pub(super) fn has_reported(&self, code: &str, span: &Range<usize>) -> bool {
        let position = self.position(span);
        self.diagnostics.iter().any(|found| found.code == code && found.position.as_ref() == Some(&position))
    }

    /// How much an unknown key or platform type weighs.
    pub(super) fn unknown(&self) -> Severity {
        if self.options.allow_unknown_keys { Severity::Warning } else { Severity::Error }
    }

    /// Reports every key that is not among the known ones; `elsewhere` says of some where they belong.
    pub(super) fn keys(&mut self, section: &Section<'_>, known: &[&str], elsewhere: &[(&str, &str)]) {
        if section.names().all(|name| known.contains(&name)) {
            return;
        }
        for (name, field) in section.fields() {
            if !known.contains(&name) {
                self.unknown_key(section, name, &field, known, elsewhere);
            }
        }
    }

    /// Reports a key that is not known.
    pub(super) fn unknown_key(
        &mut self,
        section: &Section<'_>,
        name: &str,
        field: &Field<'_>,
        known: &[&str],
        elsewhere: &[(&str, &str)],
    ) {
        let place = if section.path.is_root() { String::new() } else { format!(" in `{}`", section.path) };
        let message = format!("unknown key `{}`{place}", shown_key(name));
        let mut diagnostic = Diagnostic::new(self.unknown(), section.family, "unknown-key", message);
        diagnostic.hint = elsewhere
            .iter()
            .find(|(word, _)| *word == name)
            .map(|(_, hint)| (*hint).to_owned())
            .or_else(|| suggest::did_you_mean(name, known.iter().copied()))
            .or_else(|| Some(format!("known keys: {}", known.join(", "))));
        self.report(&field.key_span, diagnostic);
    }

    pub(super) fn wrong_form(&mut self, path: &Path<'_>, family: Family, field: &Field<'_>, expected: &str) {
        let form = field.node.form();
        let message = format!("`{path}` must be {expected}, not {form}");
        let mut diagnostic = Diagnostic::new(Severity::Error, family, "wrong-type", message);
        diagnostic.hint = match (expected, form) {
            ("a string", "an integer" | "a decimal number" | "a boolean" | "a date or time") => {
                Some("put the value in quotes".to_owned())
            }
            ("a boolean", "a string") => Some("write true or false, without quotes".to_owned()),
            ("a list of strings", "a string") => Some("put the value in brackets: [\"…\"]".to_owned()),
            ("a list of tables", "a table") => Some(format!("write one `[[{path}]]` table for each entry")),
            ("a table", "a list of tables") => Some(format!("write `[{path}]`, in single brackets")),
            _ => None,
        };
        self.report(&field.span, diagnostic);
    }

    /// Reports a key that its table needs.
    pub(super) fn missing(&mut self, section: &Section<'_>, key: &str, hint: Option<&str>) {
        let path = section.path.key(key);
        let mut diagnostic =
            Diagnostic::new(Severity::Error, section.family, "missing-key", format!("`{path}` is missing"));
        diagnostic.hint = hint.map(str::to_owned);
        self.report(&section.span, diagnostic);
    }

    pub(super) fn text(&mut self, section: &Section<'_>, key: &str) -> Option<Spanned<String>> {
        self.text_of(&section.path.key(key), section.family, &section.find(key)?)
    }

    /// A text in which no references are read.
    pub(super) fn text_of(&mut self, path: &Path<'_>, family: Family, field: &Field<'_>) -> Option<Spanned<String>> {
        let text = self.any_text_of(path, family, field)?;
        self.check_place(path, family, &text.value, &field.span);
        Some(text)
    }

    /// A text of any place.
    pub(super) fn any_text_of(
        &mut self,
        path: &Path<'_>,
        family: Family,
        field: &Field<'_>,
    ) -> Option<Spanned<String>> {
        let text = field.text();
        if text.is_none() {
            self.wrong_form(path, family, field, "a string");
        }
        if text.is_some_and(|text| text.contains('\0')) {
            let message = format!("`{path}` contains a NUL character, which servers refuse");
            self.report(&field.span, Diagnostic::new(Severity::Error, family, "nul-character", message));
        }
        Some(self.spanned(text?.to_owned(), &field.span))
    }

    pub(super) fn flag(&mut self, section: &Section<'_>, key: &str) -> Option<Spanned<bool>> {
        let field = section.find(key)?;
        let flag = field.node.as_value().and_then(Value::as_bool);
        if flag.is_none() {
            self.wrong_form(&section.path.key(key), section.family, &field, "a boolean");
        }
        Some(self.spanned(flag?, &field.span))
    }

    pub(super) fn integer(&mut self, section: &Section<'_>, key: &str) -> Option<Spanned<i64>> {
        let field = section.find(key)?;
        let integer = field.node.as_value().and_then(Value::as_integer);
        match integer {
            None => self.wrong_form(&section.path.key(key), section.family, &field, "an integer"),
            Some(integer) => self.safe_integer(section.family, integer, &field.span),
        }
        Some(self.spanned(integer?, &field.span))
    }

    /// Refuses whole numbers that the server would round.
    pub(super) fn safe_integer(&mut self, family: Family, integer: i64, span: &Range<usize>) {
        if let Err(error) = Number::from_i64(integer) {
            self.report(span, Diagnostic::new(Severity::Error, family, "unsafe-integer", error.to_string()));
        }
    }

    pub(super) fn texts(&mut self, section: &Section<'_>, key: &str) -> TextList {
        let (position, fields) = self.list(section, key, "a list of strings")?;
        let list = section.path.key(key);
        let texts = fields.iter().enumerate();
        let texts = texts.filter_map(|(index, field)| self.text_of(&list.element(index), section.family, field));
        let texts = texts.collect();
        Some(Spanned::new(texts, position))
    }

    /// The elements of a list of either form, and where it starts.
    pub(super) fn list<'d>(
        &mut self,
        section: &Section<'d>,
        key: &str,
        expected: &str,
    ) -> Option<(Position, Vec<Field<'d>>)> {
        let field = section.find(key)?;
        let elements = field.elements();
        if elements.is_none() {
            self.wrong_form(&section.path.key(key), section.family, &field, expected);
        }
        Some((self.position(&field.span), elements?))
    }

    /// The table behind a key; `path` is the table's own.
    pub(super) fn table<'d>(&mut self, section: &Section<'d>, key: &str, path: Path<'d>) -> Option<Section<'d>> {
        let field = section.find(key)?;
        self.section_of(path, section.family, &field)
    }

    pub(super) fn section_of<'d>(&mut self, path: Path<'d>, family: Family, field: &Field<'d>) -> Option<Section<'d>> {
        let section = field.section(path, family);
        if section.is_none() {
            self.wrong_form(&path, family, field, "a table");
        }
        section
    }

    /// A text out of a closed set; an empty one is a clear and passes.
    pub(super) fn choice(&mut self, section: &Section<'_>, key: &str, choices: &[&str]) -> Option<Spanned<String>> {
        let text = self.text(section, key)?;
        if !text.value.is_empty() && !choices.contains(&text.value.as_str()) {
            let path = section.path.key(key);
            let message = format!("`{path}` must be one of {}", choices.join(", "));
            let mut diagnostic = Diagnostic::new(Severity::Error, section.family, "bad-choice", message);
            diagnostic.hint = suggest::did_you_mean(&text.value, choices.iter().copied());
            let span = section.find(key).map(|field| field.span).unwrap_or_default();
            self.report_plain(&span, diagnostic);
        }
        Some(text)
    }

    /// A text that has to be there and not blank.
    pub(super) fn needed_name(
        &mut self,
        section: &Section<'_>,
        key: &str,
        hint: Option<&str>,
    ) -> Option<Spanned<String>> {
        let Some(field) = section.find(key) else {
            self.missing(section, key, hint);
            return None;
        };
        let text = self.text(section, key)?;
        if text.value.trim().is_empty() {
            self.empty(&section.path.key(key), section.family, &field.span);
            return None;
        }
        Some(text)
    }

    /// Reports a name that is blank.
    pub(super) fn empty(&mut self, path: &Path<'_>, family: Family, span: &Range<usize>) {
        let message = format!("`{path}` must not be empty");
        self.report(span, Diagnostic::new(Severity::Error, family, "empty-name", message));
    }
}
