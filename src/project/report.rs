use super::yaml::Spot;
use crate::model::{Diagnostic, Family, Severity};

/// Collects what is wrong with one file.
#[derive(Debug)]
pub(super) struct Report {
    file: String,
    family: Family,
    /// How many lines of the file stand before what is reported on.
    lines: u32,
    diagnostics: Vec<Diagnostic>,
}

impl Report {
    pub(super) fn new(file: &str, family: Family) -> Self {
        Self { file: file.to_owned(), family, lines: 0, diagnostics: Vec::new() }
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
        self.diagnostics.push(diagnostic);
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
        self.diagnostics.push(diagnostic.at(spot.down(self.lines).within(&self.file)));
    }

    pub(super) fn into_diagnostics(self) -> Vec<Diagnostic> {
        self.diagnostics
    }
}
