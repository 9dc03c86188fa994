//! Texts that are sent as they are and that nobody meant so: references that are none, and secrets in clear.

use std::ops::Range;

use super::path::Path;
use super::reader::Reader;
use super::section::{Field, Section};
use crate::model::{
    Arguments, Diagnostic, Family, NearReference, SecretName, Severity, Text, classify_command, has_secret_argument,
    has_secret_shape, is_mask, is_secret_key, is_server_reference,
};

/// What a secret in clear is to be replaced by, where a reference is read.
const USE_REFERENCE: &str = "write $NAME and rotate the secret: git history keeps the old one; to store the new value:";

/// The command that stores it.
const STORE_VALUE: &str = "lobu secrets push NAME";

/// The same where none is read.
const USE_ENV: &str = "move it to `env` or `headers` as $NAME, and rotate the secret: git history keeps the old one";

/// What is to stand in place of a mask.
const WRITE_VALUE: &str = "write the value itself, or use `env` or `headers` with a reference such as $NAME";

impl Reader<'_> {
    /// A text of a place where no references are read must be none. What is prose may speak of them.
    pub(super) fn check_place(&mut self, path: &Path<'_>, family: Family, text: &str, span: &Range<usize>) {
        if !is_server_reference(text) || path.is_prose() {
            return;
        }
        let message = format!("`{path}` is a secret reference, which is not supported here");
        let diagnostic = Diagnostic::new(Severity::Error, family, "reference-not-read", message);
        let hint = "references work in a platform's `config`, and in `env`, `headers` and `oauth` of MCP servers";
        self.report(span, diagnostic.hint(hint));
    }

    /// A text where references are read.
    pub(super) fn check_literal(&mut self, path: &Path<'_>, family: Family, text: &str, span: &Range<usize>) {
        if text.is_empty() || text.trim().starts_with("${env:") || is_server_reference(text) {
            return;
        }
        if let Some(near) = NearReference::find(text, true) {
            self.near_reference(path, family, &near, span, true);
        } else if !is_expected(text)
            && (is_secret_key(path.leaf()) && path.leaf() != "secret_ref" || has_secret_shape(text))
        {
            self.literal_secret(path, family, span, USE_REFERENCE);
        }
    }

    /// A text of an MCP server where no reference is read: an address, or a command.
    pub(super) fn check_plain(&mut self, section: &Section<'_>, key: &str) {
        let Some(field) = section.find(key) else { return };
        let Some(text) = field.text() else { return };
        let path = section.path.key(key);
        if is_mask(text) {
            return self.masked(&path, section.family, &field.span, WRITE_VALUE);
        }
        if let Some(near) = NearReference::find(text, false) {
            self.near_reference(&path, section.family, &near, &field.span, false);
        }
        let is_secret = match key {
            "command" => matches!(classify_command(text), Text::Sensitive(_)),
            _ => has_login(text) || has_secret_argument(text) || has_secret_shape(text),
        };
        if is_secret {
            self.literal_secret(&path, section.family, &field.span, USE_ENV);
        }
    }

    /// The arguments of a command.
    pub(super) fn check_arguments(&mut self, section: &Section<'_>, key: &str) {
        let Some(elements) = section.find(key).and_then(|field| field.elements()) else { return };
        let list = section.path.key(key);
        let mut arguments = Arguments::default();
        for (index, element) in elements.iter().enumerate() {
            let Some(text) = element.text() else { continue };
            let path = list.element(index);
            if is_mask(text) {
                arguments.skip();
                self.masked(&path, section.family, &element.span, WRITE_VALUE);
                continue;
            }
            if let Some(near) = NearReference::find(text, false) {
                self.near_reference(&path, section.family, &near, &element.span, false);
            }
            if matches!(arguments.next(text), Text::Sensitive(_)) && !is_address(text) {
                self.literal_secret(&path, section.family, &element.span, USE_ENV);
            }
        }
    }

    /// Whatever of the file has the shape of a secret and was not reported yet: keys, and texts that nothing reads.
    pub(super) fn check_shapes(&mut self, root: &Section<'_>) {
        let mut left = vec![(root.family, root.fields())];
        while let Some((family, fields)) = left.pop() {
            for (name, field) in fields {
                if has_secret_shape(name) {
                    self.shape(family, &field.key_span, "a key of this table looks like a secret");
                }
                self.shapes_in(family, &field, &mut left);
            }
        }
    }

    fn shapes_in<'d>(
        &mut self,
        family: Family,
        field: &Field<'d>,
        left: &mut Vec<(Family, Vec<(&'d str, Field<'d>)>)>,
    ) {
        if let Some(text) = field.text() {
            if has_secret_shape(text) {
                self.shape(family, &field.span, "this text looks like a secret");
            }
        } else if let Some(elements) = field.elements() {
            for element in elements {
                self.shapes_in(family, &element, left);
            }
        } else if let Some(table) = field.section(Path::ROOT, family) {
            left.push((family, table.fields()));
        }
    }

    fn shape(&mut self, family: Family, span: &Range<usize>, message: &str) {
        if !self.has_reported("literal-secret", span) {
            let diagnostic = Diagnostic::new(Severity::Warning, family, "literal-secret", message);
            self.report(span, diagnostic.hint_command(USE_REFERENCE, STORE_VALUE));
        }
    }

    fn literal_secret(&mut self, path: &Path<'_>, family: Family, span: &Range<usize>, hint: &str) {
        let message = format!("`{path}` contains a secret in plain text");
        self.report(span, Diagnostic::new(Severity::Warning, family, "literal-secret", message).hint(hint));
    }

    fn near_reference(
        &mut self,
        path: &Path<'_>,
        family: Family,
        near: &NearReference,
        span: &Range<usize>,
        is_read: bool,
    ) {
        let NearReference { written, name, is_whole } = near;
        let what =
            written.as_ref().map_or_else(|| "a text that starts with `$`".to_owned(), |text| format!("`{text}`"));
        let message = format!("`{path}` contains {what}, which is sent as is, not replaced by a secret");
        let name = name.as_ref().map_or_else(|| "$NAME".to_owned(), SecretName::reference);
        let hint = match (is_read, is_whole) {
            (true, true) => format!("write {name}, or $$ in place of $ to send the text itself"),
            (true, false) => format!("put the whole text in the secret, and write {name}"),
            (false, _) => {
                format!("use {name} in `env`, `headers` or a platform's `config`: references work only there")
            }
        };
        let diagnostic = Diagnostic::new(Severity::Warning, family, "near-reference", message);
        self.report(span, diagnostic.hint(hint));
    }
}

/// Whether a text in a sensitive place is no secret: a reference, the text `$NAME` on purpose, or a switch.
fn is_expected(text: &str) -> bool {
    let text = text.trim();
    let name = text.trim_start_matches('$');
    name.len() < text.len() && SecretName::parse(name).is_ok() || matches!(text, "true" | "false")
}

fn is_address(text: &str) -> bool {
    text.contains("://") && !has_login(text) && !has_secret_argument(text) && !has_secret_shape(text)
}

/// Whether a URL has a password.
fn has_login(text: &str) -> bool {
    let authority = text.split_once("://").and_then(|(_, rest)| rest.split(['/', '?', '#']).next());
    let user = authority.and_then(|authority| authority.rsplit_once('@')).map(|(user, _)| user);
    user.and_then(|user| user.split_once(':'))
        .is_some_and(|(_, password)| !password.is_empty() && !password.starts_with('$'))
}
