use toml_edit::Value;

use super::reader::Reader;
use super::section::{Field, Section, TomlItem};
use super::spanned::Spanned;

impl Reader<'_> {
    /// Something of the second generation whose shape the contract leaves open: where it is, and how many it holds.
    ///
    /// A text or a table counts as one.
    pub(super) fn open_shape(&mut self, section: &Section<'_>, key: &str) -> Option<Spanned<usize>> {
        let field = section.find(key)?;
        let held = match field.node {
            TomlItem::Value(Value::Array(values)) => values.len(),
            TomlItem::Tables(tables) => tables.len(),
            TomlItem::Value(_) | TomlItem::Table(_) => 1,
        };
        self.check_integers(section, field.clone());
        Some(self.spanned(held, &field.span))
    }

    /// What an open shape says where it is a text.
    pub(super) fn text_if_any(&self, section: &Section<'_>, key: &str) -> Option<Spanned<String>> {
        let field = section.find(key)?;
        field.text().map(|text| self.spanned(text.to_owned(), &field.span))
    }

    /// Looks for unsafe integers at any depth, without recursion.
    fn check_integers(&mut self, section: &Section<'_>, field: Field<'_>) {
        let mut left = vec![field];
        while let Some(field) = left.pop() {
            if let TomlItem::Value(Value::Integer(integer)) = field.node {
                self.safe_integer(section.family, *integer.value(), &field.span);
            } else if let Some(elements) = field.elements() {
                left.extend(elements);
            } else if let Some(table) = field.section(section.path, section.family) {
                left.extend(table.fields().into_iter().map(|(_, field)| field));
            }
        }
    }
}
