use std::ops::Range;

use super::path::Path;
use super::reader::Reader;
use super::section::{Field, Section};
use super::spanned::{Entry, Spanned, Written};
use crate::model::{Diagnostic, Family, Severity, is_mask, is_server_reference};

/// Names that start so are settings of this program, never values to send.
const RESERVED: &str = "LOBU_";

impl Reader<'_> {
    /// A text in which no references are read, and which may hold a secret all the same.
    pub(super) fn written(&mut self, section: &Section<'_>, key: &str) -> Option<Spanned<Written>> {
        self.text(section, key).map(|text| text.map(Written::new))
    }

    /// A text where the contract reads references, checked as such.
    pub(super) fn reference(&mut self, section: &Section<'_>, key: &str) -> Option<Spanned<Written>> {
        self.reference_of(&section.path.key(key), section.family, &section.find(key)?)
    }

    fn reference_of(&mut self, path: &Path<'_>, family: Family, field: &Field<'_>) -> Option<Spanned<Written>> {
        let text = self.any_text_of(path, family, field)?.map(Written::new);
        self.check_reference(path, family, &text.value, &field.span);
        Some(text)
    }

    /// What a server shows in place of a secret is no value: written again it would be taken for one.
    pub(super) fn masked(&mut self, path: &Path<'_>, family: Family, span: &Range<usize>, hint: &str) {
        let message = format!("`{path}` is a masked value, not the secret itself");
        self.report(span, Diagnostic::new(Severity::Error, family, "masked-value", message).hint(hint));
    }

    fn check_reference(&mut self, path: &Path<'_>, family: Family, text: &Written, span: &Range<usize>) {
        if let Some(name) = text.reference().filter(|name| name.as_str().starts_with(RESERVED)) {
            let message = format!(
                "`{path}` refers to `{}`, but names that start with LOBU_ are reserved for settings of lobu",
                name.reference()
            );
            let diagnostic = Diagnostic::new(Severity::Error, family, "reserved-reference", message);
            self.report(span, diagnostic.hint("rename the secret"));
        } else if is_mask(text.as_str()) {
            self.masked(path, family, span, "use a reference such as $NAME, or remove the key");
        } else if !is_server_reference(text.as_str()) && text.as_str().contains("secret://") {
            let message = format!("`{path}` contains `secret://` inside a longer text, which servers refuse");
            let diagnostic = Diagnostic::new(Severity::Error, family, "partial-reference", message);
            self.report(span, diagnostic.hint("put the whole text in the secret, and write $NAME"));
        } else {
            self.check_literal(path, family, text.as_str(), span);
        }
    }

    /// A free table of texts where references are read.
    pub(super) fn reference_entries(&mut self, section: &Section<'_>, key: &str) -> Vec<Entry> {
        self.entries(section, key, Self::reference_of)
    }

    /// A free table of plain texts.
    pub(super) fn text_entries(&mut self, section: &Section<'_>, key: &str) -> Vec<Entry<String>> {
        self.entries(section, key, Self::text_of)
    }

    fn entries<T>(
        &mut self,
        section: &Section<'_>,
        key: &str,
        read: impl Fn(&mut Self, &Path<'_>, Family, &Field<'_>) -> Option<Spanned<T>>,
    ) -> Vec<Entry<T>> {
        let Some(table) = self.table(section, key, section.path.key(key)) else { return Vec::new() };
        let mut entries = Vec::new();
        for (name, field) in table.fields() {
            let path = table.path.key(name);
            if name.is_empty() {
                self.empty_key(&table.path, table.family, &field.key_span);
            }
            if let Some(value) = read(self, &path, table.family, &field) {
                entries.push(Entry { key: self.spanned(name.to_owned(), &field.key_span), value });
            }
        }
        entries
    }

    /// Reports a key that is the empty text.
    pub(super) fn empty_key(&mut self, path: &Path<'_>, family: Family, span: &Range<usize>) {
        let message = format!("`{path}` has an empty key");
        self.report(span, Diagnostic::new(Severity::Error, family, "empty-name", message));
    }
}
