//! The fields of an agent's table that are one value each: which ones there are, and of what form, is said by the kinds.

use super::plain_fields::{Plain, PlainFields};
use super::reader::Reader;
use super::section::Section;
use crate::model::{Diagnostic, Severity};
use crate::schema::{Field, Form, Leaf, Owner, Schema, Shape};

/// A plain field with its place, in parts.
#[derive(Clone, Copy)]
pub(super) struct PlainField {
    /// The table of the agent's that has it; none for the agent's own.
    table: Option<&'static str>,
    key: &'static str,
    field: &'static Field,
}

/// The plain fields of what every agent has one of.
pub(super) fn all(schema: &Schema) -> Vec<PlainField> {
    let of_agents = schema.kinds().filter(|kind| kind.owner == Owner::SameId);
    let mut plain = Vec::new();
    for field in of_agents.flat_map(|kind| kind.table().fields) {
        plain.extend(PlainField::of(field));
        if let Shape::Table(members) = field.shape {
            plain.extend(members.iter().filter_map(PlainField::of));
        }
    }
    plain
}

impl PlainField {
    /// A field as a plain one; none where its place leads into a file of its own, a list, or a table of tables.
    fn of(field: &'static Field) -> Option<Self> {
        let is_plain = match field.shape {
            Shape::Leaf(Leaf::Text | Leaf::Flag | Leaf::List | Leaf::JudgedDomains) => !field.required,
            Shape::Map(entries) => matches!(entries.entry.shape, Shape::Leaf(Leaf::Text)),
            _ => false,
        };
        let place = field.file.strip_suffix(".<name>").unwrap_or(field.file);
        let is_key = |key: &str| !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        let (table, key) = match place.split_once('.') {
            Some((table, key)) => (Some(table), key),
            None => (None, place),
        };
        let is_place = is_key(key) && table.is_none_or(is_key);
        (is_plain && is_place).then_some(Self { table, key, field })
    }

    /// The key in the agent's own table.
    pub(super) fn root(self) -> &'static str {
        self.table.unwrap_or(self.key)
    }
}

/// Reads the plain fields of an agent's table, and the tables that hold them.
pub(super) fn read(plain: &[PlainField], reader: &mut Reader<'_>, agent: &Section<'_>) -> PlainFields {
    let mut fields = PlainFields::default();
    for own in plain.iter().filter(|plain| plain.table.is_none()) {
        take(&mut fields, reader, agent, *own);
    }
    let mut tables: Vec<&'static str> = Vec::new();
    for table in plain.iter().filter_map(|plain| plain.table) {
        if !tables.contains(&table) {
            tables.push(table);
        }
    }
    for table in tables {
        let Some(section) = reader.table(agent, table, agent.path.key(table)) else { continue };
        let of_table: Vec<PlainField> = plain.iter().copied().filter(|plain| plain.table == Some(table)).collect();
        let known: Vec<&str> = of_table.iter().map(|plain| plain.key).collect();
        let hints: Vec<(&str, String)> = of_table
            .iter()
            .filter_map(|plain| Some((plain.field.alias?, format!("did you mean `{}`?", plain.key))))
            .collect();
        let elsewhere: Vec<(&str, &str)> = hints.iter().map(|(alias, hint)| (*alias, hint.as_str())).collect();
        reader.keys(&section, &known, &elsewhere);
        for plain in of_table {
            take(&mut fields, reader, &section, plain);
        }
    }
    fields
}

fn take(fields: &mut PlainFields, reader: &mut Reader<'_>, section: &Section<'_>, plain: PlainField) {
    let (key, field) = (plain.key, plain.field);
    let found = match field.shape {
        Shape::Leaf(Leaf::Text) => reader.text(section, key).map(Plain::Text),
        Shape::Leaf(Leaf::Flag) => reader.flag(section, key).map(Plain::Flag),
        Shape::Leaf(Leaf::List) => {
            let list = reader.texts(section, key);
            if let Form::Tools = field.form {
                check_tools(reader, section, key);
            }
            list.map(Plain::List)
        }
        Shape::Map(_) => Some(Plain::Texts(reader.text_entries(section, key))),
        // Judged domains are texts or tables, which their own reader takes.
        _ => None,
    };
    if let Some(found) = found {
        fields.add(field.file, found);
    }
}

/// The form of a tool that may be approved beforehand.
pub const TOOL_PATTERN: &str = "^/mcp/[a-zA-Z0-9_-]+/tools/([a-zA-Z0-9_-]+|\\*)$";

fn check_tools(reader: &mut Reader<'_>, section: &Section<'_>, key: &str) {
    let list = section.path.key(key);
    let elements = section.find(key).and_then(|field| field.elements()).unwrap_or_default();
    for (index, element) in elements.iter().enumerate() {
        let text = element.node.as_value().and_then(toml_edit::Value::as_str);
        if text.is_some_and(|text| !is_tool(text)) {
            let message = format!("`{}` must match {TOOL_PATTERN}", list.element(index));
            let diagnostic = Diagnostic::new(Severity::Error, section.family, "bad-tool", message);
            reader.report_plain(
                &element.span,
                diagnostic.hint("such as \"/mcp/docs/tools/search\" or \"/mcp/docs/tools/*\""),
            );
        }
    }
}

/// Whether a text names tools that may be approved in advance.
pub fn is_tool(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-'));
    let parts = text.strip_prefix("/mcp/").and_then(|rest| rest.split_once("/tools/"));
    parts.is_some_and(|(server, tool)| is_word(server) && (tool == "*" || is_word(tool)))
}
