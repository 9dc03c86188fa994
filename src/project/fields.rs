use super::quoted::quoted;
use super::report::Report;
use super::suggest::did_you_mean;
use crate::edit::yaml::{Entry, Node, Spot};
use crate::model::{Severity, is_server_reference};

/// The members of a mapping, read by name; whatever is not asked for is told at the end.
pub(super) struct Fields<'n> {
    entries: &'n [Entry],
    asked: Vec<&'static str>,
}

impl<'n> Fields<'n> {
    /// The members of a mapping, none and an error if it is something else.
    pub(super) fn of(node: &'n Node, what: &str, report: &mut Report) -> Option<Self> {
        let entries = expect(node, what, "a mapping", report, Node::map)?;
        Some(Self { entries, asked: Vec::new() })
    }

    /// The member, if it is there and not null; a null is absent, with a warning.
    pub(super) fn node(&mut self, key: &'static str, report: &mut Report) -> Option<&'n Node> {
        self.asked.push(key);
        let entry = self.entries.iter().find(|entry| entry.name() == key)?;
        if entry.value.is_null() {
            null_is_absent(entry, report);
            return None;
        }
        Some(&entry.value)
    }

    pub(super) fn text(&mut self, key: &'static str, report: &mut Report) -> Option<(&'n str, Spot)> {
        let node = self.node(key, report)?;
        let text = expect(node, &format!("`{key}`"), "text", report, Node::text)?;
        check_text(text, &format!("`{key}`"), node.spot(), report);
        Some((text, node.spot()))
    }

    pub(super) fn list(&mut self, key: &'static str, report: &mut Report) -> Option<&'n [Node]> {
        let node = self.node(key, report)?;
        expect(node, &format!("`{key}`"), "a list", report, Node::list)
    }

    /// A list of texts.
    pub(super) fn texts(&mut self, key: &'static str, report: &mut Report) -> Option<Vec<&'n str>> {
        let elements = self.list(key, report)?;
        let element = format!("an element of `{key}`");
        let mut texts = Vec::new();
        for node in elements {
            if let Some(text) = expect(node, &element, "text", report, Node::text) {
                check_text(text, &element, node.spot(), report);
                texts.push(text);
            }
        }
        Some(texts)
    }

    /// A mapping of names to texts.
    pub(super) fn text_table(&mut self, key: &'static str, report: &mut Report) -> Option<Vec<(&'n str, &'n str)>> {
        let node = self.node(key, report)?;
        let entries = expect(node, &format!("`{key}`"), "a mapping", report, Node::map)?;
        let mut table = Vec::new();
        for entry in entries {
            if entry.value.is_null() {
                null_is_absent(entry, report);
                continue;
            }
            let what = format!("{} in `{key}`", quoted(entry.name()));
            if let Some(text) = expect(&entry.value, &what, "text", report, Node::text) {
                table.push((entry.name(), text));
            }
        }
        Some(table)
    }

    /// Tells every member that nobody asked for.
    pub(super) fn finish(self, severity: Severity, what: &str, report: &mut Report) {
        for entry in self.entries {
            if self.asked.contains(&entry.name()) {
                continue;
            }
            let hint = did_you_mean(entry.name(), self.asked.iter().copied());
            let message = format!("unknown key {} in {what} is ignored", quoted(entry.name()));
            report.add(severity, entry.spot(), "unknown-key", message, hint);
        }
    }
}

/// Warns of a null, which declares nothing.
pub(super) fn null_is_absent(entry: &Entry, report: &mut Report) {
    let message = format!("{} is null, which is the same as leaving it out", quoted(entry.name()));
    let hint = "remove the key, or write `\"\"`, `[]` or `{}` to clear it".to_owned();
    report.add(Severity::Warning, entry.spot(), "null-is-absent", message, Some(hint));
}

/// Refuses what servers refuse in any text that is no prose.
fn check_text(text: &str, what: &str, spot: Spot, report: &mut Report) {
    if is_server_reference(text) {
        let message = format!("{what} is a secret reference, which is not supported here");
        report.error(spot, "reference-not-read", message);
    }
    if text.contains('\0') {
        report.error(spot, "nul-character", format!("{what} contains a NUL character, which servers refuse"));
    }
}

/// What the node is taken for, or an error that says what it is instead.
pub(super) fn expect<'n, T: ?Sized>(
    node: &'n Node,
    what: &str,
    wanted: &str,
    report: &mut Report,
    take: impl Fn(&'n Node) -> Option<&'n T>,
) -> Option<&'n T> {
    let taken = take(node);
    if taken.is_none() {
        report.error(node.spot(), "wrong-type", format!("{what} must be {wanted}, not {}", node.kind()));
    }
    taken
}
