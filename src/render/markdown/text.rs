use std::fmt;

use super::code::{code_span, fenced, html_code, table_cell};
use super::prose;
use crate::render::document::Line;

/// Markdown that this program wrote: all text of others in it is code, so that nothing of it is markup.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Markdown(String);

impl Markdown {
    /// Markdown that stands in this program's source.
    pub(super) fn source(text: &'static str) -> Self {
        Self(text.to_owned())
    }

    /// The same with Markdown that stands in this program's source.
    #[must_use]
    pub(super) fn source_after(mut self, text: &'static str) -> Self {
        self.0.push_str(text);
        self
    }

    /// The same with other Markdown behind it.
    #[must_use]
    pub(super) fn then(mut self, other: &Self) -> Self {
        self.0.push_str(&other.0);
        self
    }

    /// The same with a text of others in a code span.
    #[must_use]
    pub(super) fn code(mut self, text: &str) -> Self {
        self.0.push_str(&code_span(text));
        self
    }

    /// The same with a text of others as code in a cell of a table.
    #[must_use]
    pub(super) fn cell(mut self, text: &str) -> Self {
        self.0.push_str(&table_cell(text));
        self
    }

    /// The same with a text of others as code in HTML, for the line that unfolds a block.
    #[must_use]
    pub(super) fn html(mut self, text: &str) -> Self {
        self.0.push_str(&html_code(text));
        self
    }

    /// The same with a fenced block of a language of ours, or of none.
    #[must_use]
    pub(super) fn fence(mut self, language: &'static str, text: &str) -> Self {
        self.0.push_str(&fenced(language, text));
        self
    }

    /// The same with a sentence: its plain words as they are, everything else as code.
    #[must_use]
    pub(super) fn prose(mut self, text: &str) -> Self {
        self.0.push_str(&prose::of_text(text));
        self
    }

    /// The same with a line: what it emphasizes is a name, and so code.
    #[must_use]
    pub(super) fn line(mut self, line: &Line) -> Self {
        self.0.push_str(&prose::of_line(line));
        self
    }

    /// The same with one line break at its end.
    #[must_use]
    pub(super) fn ended(mut self) -> Self {
        self.0.truncate(self.0.trim_end_matches('\n').len());
        self.0.push('\n');
        self
    }

    pub fn as_str(&self) -> &str {
        &self.0
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// How many bytes it takes.
    pub fn len(&self) -> usize {
        self.0.len()
    }
}

impl fmt::Display for Markdown {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0)
    }
}
