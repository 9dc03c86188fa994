use std::ops::Range;

use toml_edit::{ArrayOfTables, Item, Key, Table, TableLike, Value};

use super::path::Path;
use crate::model::Family;

/// A table of the document on its way into a typed struct.
pub(super) struct Section<'a> {
    table: &'a dyn TableLike,
    /// The header, the braces, or the first key that mentions it.
    pub(super) span: Range<usize>,
    /// How the document names it.
    pub(super) path: Path<'a>,
    /// What its problems stop.
    pub(super) family: Family,
}

/// What stands behind a key, or in a list.
#[derive(Clone)]
pub(super) struct Field<'a> {
    /// The key, or the element itself.
    pub(super) key_span: Range<usize>,
    /// The value, or the header of a table.
    pub(super) span: Range<usize>,
    /// What it is.
    pub(super) node: TomlItem<'a>,
}

/// A value of any TOML form.
#[derive(Clone, Copy)]
pub(super) enum TomlItem<'a> {
    Value(&'a Value),
    Table(&'a Table),
    Tables(&'a ArrayOfTables),
}

impl<'a> TomlItem<'a> {
    fn of(item: &'a Item) -> Option<Self> {
        match item {
            Item::None => None,
            Item::Value(value) => Some(Self::Value(value)),
            Item::Table(table) => Some(Self::Table(table)),
            Item::ArrayOfTables(tables) => Some(Self::Tables(tables)),
        }
    }

    /// Its form with an article, for messages.
    pub(super) fn form(self) -> &'static str {
        match self {
            Self::Value(Value::String(_)) => "a string",
            Self::Value(Value::Integer(_)) => "an integer",
            Self::Value(Value::Float(_)) => "a decimal number",
            Self::Value(Value::Boolean(_)) => "a boolean",
            Self::Value(Value::Datetime(_)) => "a date or time",
            Self::Value(Value::Array(_)) => "a list",
            Self::Value(Value::InlineTable(_)) | Self::Table(_) => "a table",
            Self::Tables(_) => "a list of tables",
        }
    }

    fn span(self) -> Option<Range<usize>> {
        match self {
            Self::Value(value) => value.span(),
            Self::Table(table) => table.span(),
            Self::Tables(tables) => tables.span(),
        }
    }

    pub(super) fn as_value(self) -> Option<&'a Value> {
        match self {
            Self::Value(value) => Some(value),
            Self::Table(_) | Self::Tables(_) => None,
        }
    }

    pub(super) fn as_table(self) -> Option<&'a dyn TableLike> {
        match self {
            Self::Table(table) => Some(table),
            Self::Value(Value::InlineTable(table)) => Some(table),
            Self::Value(_) | Self::Tables(_) => None,
        }
    }
}

impl<'a> Field<'a> {
    fn new(key: &Key, item: &'a Item) -> Option<Self> {
        let node = TomlItem::of(item)?;
        let key_span = key.span().unwrap_or_default();
        let span = node.span().unwrap_or_else(|| key_span.clone());
        Some(Self { key_span, span, node })
    }

    fn element(node: TomlItem<'a>) -> Self {
        let span = node.span().unwrap_or_default();
        Self { key_span: span.clone(), span, node }
    }

    /// The field as a text, if it is one.
    pub(super) fn text(&self) -> Option<&'a str> {
        self.node.as_value().and_then(Value::as_str)
    }

    /// The elements of a list of either form.
    pub(super) fn elements(&self) -> Option<Vec<Field<'a>>> {
        match self.node {
            TomlItem::Tables(tables) => {
                Some(tables.iter().map(|table| Field::element(TomlItem::Table(table))).collect())
            }
            TomlItem::Value(Value::Array(values)) => {
                Some(values.iter().map(|value| Field::element(TomlItem::Value(value))).collect())
            }
            TomlItem::Value(_) | TomlItem::Table(_) => None,
        }
    }

    /// Another table in the place of the field.
    pub(super) fn with_table<'b>(&self, table: &'b dyn TableLike, path: Path<'b>, family: Family) -> Section<'b> {
        Section { table, span: self.span.clone(), path, family }
    }

    /// The field as a table, if it is one.
    pub(super) fn section(&self, path: Path<'a>, family: Family) -> Option<Section<'a>> {
        self.node.as_table().map(|table| Section { table, span: self.span.clone(), path, family })
    }
}

impl<'a> Section<'a> {
    pub(super) fn root(table: &'a Table) -> Self {
        Self { table, span: 0..0, path: Path::ROOT, family: Family::Project }
    }

    /// The key and the item behind it, as the parser has them.
    pub(super) fn item(&self, key: &str) -> Option<(&'a Key, &'a Item)> {
        self.table.get_key_value(key)
    }

    pub(super) fn find(&self, key: &str) -> Option<Field<'a>> {
        let (key, item) = self.table.get_key_value(key)?;
        Field::new(key, item)
    }

    /// Keys and fields in file order, which the parser's is not where a table's header follows its subtables'.
    pub(super) fn fields(&self) -> Vec<(&'a str, Field<'a>)> {
        let mut fields: Vec<_> = self
            .table
            .iter()
            .filter_map(|(name, _)| {
                let (key, item) = self.table.get_key_value(name)?;
                Some((name, Field::new(key, item)?))
            })
            .collect();
        fields.sort_by_key(|(_, field)| field.key_span.start);
        fields
    }

    pub(super) fn is_empty(&self) -> bool {
        self.table.is_empty()
    }

    pub(super) fn names(&self) -> impl Iterator<Item = &'a str> {
        self.table.iter().map(|(name, _)| name)
    }
}
