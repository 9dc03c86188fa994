//! `lobu validate --fix`: old spellings of lobu.toml rewritten in place (F3), all else byte for byte.

mod statements;

use std::ops::Range;

use toml_edit::{Document, TableLike};

use self::statements::{Inline, Name, Pair, Statement};
use super::config::{OLD_MEMORY_TABLES, is_memory_key};
use crate::edit::{TextEdit, apply_edits};

/// Why old spellings could not be rewritten; the file is left as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum FixError {
    /// The text is not TOML.
    #[error("the file is not valid TOML")]
    NotToml,
    /// More than one spelling of the memory table holds something.
    #[error("the file has more than one memory table; keep one, `[memory]`")]
    TwoTables,
    /// The old table's keys can't move up without meeting others, or in a form that can't be merged.
    #[error("`[memory.{table}]` is mixed with other keys of `memory` in a way that has to be mended by hand")]
    Mixed {
        /// The old table's name.
        table: &'static str,
    },
}

/// Rewrites `[memory.owletto]` and `[memory.lobu]`, in any form, to `[memory]`.
///
/// None if there is nothing to rewrite. Comments, order, blank lines, quoting and unknown keys stay. The result reads as
/// the same config without the deprecation, and rewriting it again gives none.
pub fn rewrite(text: &str) -> Result<Option<String>, FixError> {
    let document = Document::parse(text).map_err(|_| FixError::NotToml)?;
    let Some(memory) = document.get("memory").and_then(|item| item.as_table_like()) else { return Ok(None) };
    let mut old = OLD_MEMORY_TABLES.into_iter().filter(|name| memory.contains_key(name));
    let Some(table) = old.next() else { return Ok(None) };
    if old.next().is_some() || memory.iter().any(|(key, _)| is_memory_key(key)) {
        return Err(FixError::TwoTables);
    }
    let mixed = FixError::Mixed { table };
    let inner = memory.get(table).and_then(|item| item.as_table_like()).ok_or(mixed)?;
    if inner.iter().any(|(key, _)| memory.contains_key(key) || OLD_MEMORY_TABLES.contains(&key)) {
        return Err(mixed);
    }
    let edits = Rewriter::new(text, table).edits(&statements::read(text)).ok_or(mixed)?;
    let result = apply_edits(text, &edits);
    if is_moved(memory, inner, table, &result) { Ok(Some(result)) } else { Err(mixed) }
}

/// Whether the result's memory table has what the two tables had: the last line of defence for odd forms.
fn is_moved(memory: &dyn TableLike, inner: &dyn TableLike, table: &str, result: &str) -> bool {
    let Ok(document) = Document::parse(result) else { return false };
    let after = document.get("memory").and_then(|item| item.as_table_like());
    let mut wanted: Vec<&str> =
        memory.iter().chain(inner.iter()).map(|(key, _)| key).filter(|key| *key != table).collect();
    let mut found: Vec<&str> = after.map(|table| table.iter().map(|(key, _)| key).collect()).unwrap_or_default();
    wanted.sort_unstable();
    found.sort_unstable();
    wanted == found
}

struct Rewriter<'t> {
    text: &'t str,
    table: &'t str,
    line_end: &'static str,
}

impl<'t> Rewriter<'t> {
    fn new(text: &'t str, table: &'t str) -> Self {
        Self { text, table, line_end: if text.contains("\r\n") { "\r\n" } else { "\n" } }
    }

    /// The edits of the whole document; none if the forms don't merge.
    fn edits(&self, statements: &[Statement]) -> Option<Vec<TextEdit>> {
        let mut edits = Vec::new();
        let mut header: &[Name] = &[];
        for statement in statements {
            match statement {
                Statement::Header { keys, .. } => {
                    header = keys;
                    edits.extend(self.shorten_header(keys));
                }
                Statement::Pair(pair) => match header {
                    [] => self.top_level(pair, &mut edits),
                    [memory] if memory.is("memory") => self.in_memory(pair, &mut edits),
                    _ => {}
                },
            }
        }
        let has_old_header = statements.iter().any(|statement| {
            matches!(statement, Statement::Header { keys, .. }
                if matches!(keys.as_slice(), [memory, old] if memory.is("memory") && old.is(self.table)))
        });
        if has_old_header && !self.drop_empty_header(statements, &mut edits) {
            return None;
        }
        Some(edits)
    }

    /// `[memory.owletto.x]` → `[memory.x]`.
    fn shorten_header(&self, keys: &[Name]) -> Option<TextEdit> {
        match keys {
            [memory, old, ..] if memory.is("memory") && old.is(self.table) => {
                Some(TextEdit::remove(memory.span.end..old.span.end))
            }
            _ => None,
        }
    }

    /// Where `[memory]` stands beside `[memory.owletto]`, its header goes; false if it has keys of its own.
    fn drop_empty_header(&self, statements: &[Statement], edits: &mut Vec<TextEdit>) -> bool {
        let mut rest = statements.iter().skip_while(|statement| !statement.is_memory_header());
        match (rest.next(), rest.next()) {
            (Some(Statement::Header { span, .. }), None | Some(Statement::Header { .. })) => {
                edits.push(TextEdit::remove(self.whole_line(span)));
                true
            }
            (header, _) => header.is_none(),
        }
    }

    /// A span with its line end, if nothing else is on its line.
    fn whole_line(&self, span: &Range<usize>) -> Range<usize> {
        let rest = self.text.get(span.end..).unwrap_or_default();
        let blanks = rest.len() - rest.trim_start_matches([' ', '\t']).len();
        let behind = rest.get(blanks..).unwrap_or_default();
        if behind.starts_with("\r\n") {
            span.start..span.end + blanks + 2
        } else if behind.starts_with('\n') {
            span.start..span.end + blanks + 1
        } else {
            span.start..span.end + blanks
        }
    }

    fn top_level(&self, pair: &Pair, edits: &mut Vec<TextEdit>) {
        match (pair.keys.as_slice(), &pair.inline) {
            ([memory, old], _) if memory.is("memory") && old.is(self.table) => {
                edits.push(TextEdit::remove(memory.span.end..old.span.end));
            }
            ([memory, old, next, ..], _) if memory.is("memory") && old.is(self.table) => {
                edits.push(TextEdit::remove(old.span.start..next.span.start));
            }
            ([memory], Some(inline)) if memory.is("memory") => self.in_braces(inline, edits),
            _ => {}
        }
    }

    fn in_memory(&self, pair: &Pair, edits: &mut Vec<TextEdit>) {
        match (pair.keys.as_slice(), &pair.inline) {
            ([old, next, ..], _) if old.is(self.table) => edits.push(TextEdit::remove(old.span.start..next.span.start)),
            ([old], Some(inline)) if old.is(self.table) => self.unfold(old, inline, edits),
            _ => {}
        }
    }

    /// `memory = { owletto = { … } }` and `memory = { owletto.x = … }`.
    fn in_braces(&self, outer: &Inline, edits: &mut Vec<TextEdit>) {
        for pair in &outer.pairs {
            match (pair.keys.as_slice(), &pair.inline) {
                ([old, next, ..], _) if old.is(self.table) => {
                    edits.push(TextEdit::remove(old.span.start..next.span.start));
                }
                ([old], Some(inner)) if old.is(self.table) => {
                    self.strip_braces(old, inner, edits);
                    let follows = outer.commas.iter().find(|comma| comma.start >= inner.close.end);
                    let ends_open = inner.pairs.is_empty() || inner.has_trailing_comma();
                    if let Some(comma) = follows.filter(|_| ends_open) {
                        edits.push(TextEdit::remove(comma.clone()));
                    }
                }
                _ => {}
            }
        }
    }

    /// `owletto = { a = 1, b = 2 }` below `[memory]` → a line for each.
    fn unfold(&self, old: &Name, inner: &Inline, edits: &mut Vec<TextEdit>) {
        self.strip_braces(old, inner, edits);
        let start = self.text.get(..old.span.start).and_then(|before| before.rfind('\n')).map_or(0, |at| at + 1);
        let indent = self.text.get(start..old.span.start).unwrap_or_default();
        for comma in &inner.commas {
            let rest = self.text.get(comma.end..inner.close.start).unwrap_or_default();
            let behind = rest.trim_start_matches([' ', '\t']);
            if behind.is_empty() || behind.starts_with(['\n', '\r', '#']) {
                edits.push(TextEdit::remove(comma.clone()));
            } else {
                let end = comma.end + rest.len() - behind.len();
                edits.push(TextEdit::replace(comma.start..end, format!("{}{indent}", self.line_end)));
            }
        }
    }

    /// Removes `owletto = {` and its `}`, with the blanks inside of them.
    fn strip_braces(&self, old: &Name, inner: &Inline, edits: &mut Vec<TextEdit>) {
        let body = self.text.get(inner.open.end..inner.close.start).unwrap_or_default();
        let leading = body.len() - body.trim_start_matches([' ', '\t']).len();
        let trailing = if leading == body.len() { 0 } else { body.len() - body.trim_end_matches([' ', '\t']).len() };
        edits.push(TextEdit::remove(old.span.start..inner.open.end + leading));
        edits.push(TextEdit::remove(inner.close.start - trailing..inner.close.end));
    }
}

#[cfg(test)]
mod tests;
