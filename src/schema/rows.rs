//! The table as rows, for the reference of fields.

use super::field::{Field, Leaf, Shape};
use super::kind::Kind;

/// A field that files can declare, as the reference shows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldRow {
    /// Where a file writes it.
    pub file: &'static str,
    /// Where the server keeps it.
    pub wire: String,
    /// What kind of value it is: `text`, `list`, `flag`, `keyed`.
    pub shape: &'static str,
    /// Whether `--prune` removes it.
    pub prunable: bool,
    /// Whether clearing it under `--yes` needs `--allow-clear`.
    pub guarded: bool,
}

/// Every field of a kind that a file can declare, in the order of plans.
pub fn declared_fields(kind: Kind) -> Vec<FieldRow> {
    let mut rows = Vec::new();
    for field in kind.fields {
        collect(field, field.name.to_owned(), field.guarded, &mut rows);
    }
    rows
}

fn collect(field: &'static Field, wire: String, guarded: bool, rows: &mut Vec<FieldRow>) {
    let push = |rows: &mut Vec<FieldRow>, wire: String, shape| {
        rows.push(FieldRow { file: field.file, wire, shape, prunable: field.prunable, guarded });
    };
    let nested = |rows: &mut Vec<FieldRow>, members: &'static [Field], prefix: &str| {
        for inner in members {
            collect(inner, format!("{prefix}.{}", inner.name), guarded || inner.guarded, rows);
        }
    };
    match field.shape {
        Shape::Leaf(Leaf::Kept | Leaf::Fallback | Leaf::SentOnly | Leaf::Noted) => {}
        Shape::Leaf(Leaf::Text | Leaf::Prose | Leaf::SecretText | Leaf::TextIfKept | Leaf::Link) => {
            push(rows, wire, "text");
        }
        Shape::Leaf(Leaf::Flag) => push(rows, wire, "flag"),
        Shape::Leaf(Leaf::List | Leaf::ById | Leaf::JudgedDomains) | Shape::Pairs(_) => push(rows, wire, "list"),
        Shape::Leaf(Leaf::Json) => push(rows, wire, "JSON"),
        Shape::Config { .. } => push(rows, format!("{wire}.<name>"), "text"),
        Shape::Table(members) => nested(rows, members, &wire),
        Shape::Map(entries) => match entries.entry.shape {
            Shape::Table(members) => {
                push(rows, wire.clone(), "keyed");
                nested(rows, members, &format!("{wire}.<id>"));
            }
            _ => push(rows, format!("{wire}.<name>"), "text"),
        },
        Shape::Keyed(keyed) => {
            push(rows, wire.clone(), "keyed");
            nested(rows, keyed.entry, &format!("{wire}.<id>"));
        }
    }
}
