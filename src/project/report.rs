use crate::edit::yaml::Spot;
use crate::model::{Diagnostic, Family, Position, Severity, counted};

/// After so many a file's diagnostics are only counted: an untrusted file must not flood the reader.
const SHOWN: usize = 100;

/// Collects what is wrong with one file.
#[derive(Debug)]
pub(super) struct Report {
    file: String,
    family: Family,
    /// How many lines of the file stand before what is reported on.
    lines: u32,
    diagnostics: Vec<Diagnostic>,
    /// How many more there are, and the weightiest of them.
    more: Option<(usize, Severity)>,
}

impl Report {
    pub(super) fn new(file: &str, family: Family) -> Self {
        Self { file: file.to_owned(), family, lines: 0, diagnostics: Vec::new(), more: None }
    }

    /// The same for a text that starts so many lines down the file.
    pub(super) fn starting_at(mut self, lines: u32) -> Self {
        self.lines = lines;
        self
    }

    pub(super) fn file(&self) -> &str {
        &self.file
    }

    pub(super) fn lines(&self) -> u32 {
        self.lines
    }

    pub(super) fn push(&mut self, diagnostic: Diagnostic) {
        if self.diagnostics.len() < SHOWN {
            self.diagnostics.push(diagnostic);
            return;
        }
        let (count, severity) = self.more.unwrap_or((0, Severity::Note));
        self.more = Some((count.saturating_add(1), severity.min(diagnostic.severity)));
    }

    pub(super) fn error(&mut self, spot: Spot, code: &'static str, message: impl Into<String>) {
        self.add(Severity::Error, spot, code, message, None);
    }

    pub(super) fn add(
        &mut self,
        severity: Severity,
        spot: Spot,
        code: &'static str,
        message: impl Into<String>,
        hint: Option<String>,
    ) {
        let mut diagnostic = Diagnostic::new(severity, self.family, code, message);
        diagnostic.hint = hint;
        self.push(diagnostic.at(spot.down(self.lines).within(&self.file)));
    }

    pub(super) fn into_diagnostics(mut self) -> Vec<Diagnostic> {
        if let Some((count, severity)) = self.more {
            let message = format!("{} in this file (not shown)", counted(count, "more problem"));
            let diagnostic = Diagnostic::new(severity, self.family, "more-problems", message);
            self.diagnostics.push(diagnostic.at(Position::file(self.file)));
        }
        self.diagnostics
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_cannot_flood_the_reader_nor_hide_an_error_behind_warnings() {
        let mut report = Report::new("m.yaml", Family::Memory);
        let spot = Spot { line: 1, column: 1 };
        for _ in 0..SHOWN {
            report.add(Severity::Warning, spot, "unknown-key", "x", None);
        }
        report.error(spot, "slug-missing", "x");
        report.add(Severity::Note, spot, "unknown-key", "x", None);
        let diagnostics = report.into_diagnostics();
        assert_eq!(diagnostics.len(), SHOWN + 1);
        let last = diagnostics.last().unwrap();
        assert_eq!(
            (last.severity, last.message.as_str()),
            (Severity::Error, "2 more problems in this file (not shown)")
        );
    }
}
