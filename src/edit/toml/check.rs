use std::collections::BTreeMap;

use toml_edit::{Array, ArrayOfTables, Document, Item, TableLike, Value};

use super::TomlChange;
use super::content::reordered;
use super::scalar::Scalar;
use crate::edit::{Content, NodePath, Segment};
use crate::model::Number;

/// What a document says, read by another reader than the one that finds the places to edit.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Tree {
    Scalar(Scalar),
    List {
        /// By position in the file as it was; none for one that is taken out.
        elements: Vec<Option<Tree>>,
        /// Whether it may be missing once it is empty, since something was taken out.
        may_vanish: bool,
    },
    Table {
        members: BTreeMap<String, Tree>,
        may_vanish: bool,
    },
}

impl Tree {
    /// Reads a document; none if it is not TOML.
    pub(super) fn read(text: &str) -> Option<Self> {
        Some(Self::of_table(Document::parse(text).ok()?.as_table()))
    }

    fn of_table(table: &dyn TableLike) -> Self {
        let members = table.iter().filter_map(|(key, item)| Some((key.to_owned(), Self::of_item(item)?)));
        Self::Table { members: members.collect(), may_vanish: false }
    }

    fn of_item(item: &Item) -> Option<Self> {
        match item {
            Item::None => None,
            Item::Value(value) => Some(Self::of_value(value)),
            Item::Table(table) => Some(Self::of_table(table)),
            Item::ArrayOfTables(tables) => Some(Self::of_tables(tables)),
        }
    }

    fn of_tables(tables: &ArrayOfTables) -> Self {
        Self::list(tables.iter().map(|table| Self::of_table(table)))
    }

    fn of_array(array: &Array) -> Self {
        Self::list(array.iter().map(Self::of_value))
    }

    fn list(trees: impl Iterator<Item = Self>) -> Self {
        Self::List { elements: trees.map(Some).collect(), may_vanish: false }
    }

    fn of_value(value: &Value) -> Self {
        let number = |number: Option<Number>, text: String| number.map_or(Scalar::Other(text), Scalar::Number);
        Self::Scalar(match value {
            Value::String(text) => Scalar::Text(text.value().clone()),
            Value::Boolean(value) => Scalar::Bool(*value.value()),
            Value::Integer(value) => number(Number::from_i64(*value.value()).ok(), value.value().to_string()),
            Value::Float(value) => number(Number::from_f64(*value.value()).ok(), value.value().to_string()),
            Value::Datetime(value) => Scalar::Other(value.value().to_string()),
            Value::Array(array) => return Self::of_array(array),
            Value::InlineTable(table) => return Self::of_table(table),
        })
    }

    /// What a content says.
    fn of_content(content: &Content) -> Option<Self> {
        Some(match content {
            Content::Null => return None,
            Content::Bool(value) => Self::Scalar(Scalar::Bool(*value)),
            Content::Number(value) => Self::Scalar(Scalar::Number(*value)),
            Content::Text(text) => Self::Scalar(Scalar::Text(text.clone())),
            Content::List(items) => Self::list(items.iter().filter_map(Self::of_content)),
            Content::Table(members) => Self::of_members(members)?,
        })
    }

    fn of_members(members: &[(String, Content)]) -> Option<Self> {
        let member = |(key, value): &(String, Content)| Some((key.clone(), Self::of_content(value)?));
        Some(Self::Table { members: members.iter().map(member).collect::<Option<_>>()?, may_vanish: false })
    }

    fn empty_table() -> Self {
        Self::Table { members: BTreeMap::new(), may_vanish: false }
    }

    /// What it says after changes; none if that does not make sense.
    pub(super) fn after(mut self, changes: &[TomlChange]) -> Option<Self> {
        let mut orders: Vec<(&NodePath, &[usize])> = Vec::new();
        for change in changes {
            match change {
                TomlChange::Set { place, value } => self.set(place.segments(), value)?,
                TomlChange::Remove { place } => self.remove(place.segments()),
                TomlChange::Append { list, table } => self.append(list.segments(), table)?,
                TomlChange::Reorder { list, order } => orders.push((list, order)),
            }
        }
        // Positions are those of the file until all else is done; inner lists come before those around them.
        orders.sort_by_key(|(place, _)| std::cmp::Reverse(place.segments().len()));
        for (place, order) in orders {
            if let Some(Self::List { elements, .. }) = self.find(place.segments()) {
                *elements = reordered(std::mem::take(elements), order)?;
            }
        }
        Some(self)
    }

    fn find(&mut self, steps: &[Segment]) -> Option<&mut Self> {
        steps.iter().try_fold(self, |tree, step| match (step, tree) {
            (Segment::Key(key), Self::Table { members, .. }) => members.get_mut(key),
            (Segment::Element(position), Self::List { elements, .. }) => elements.get_mut(*position)?.as_mut(),
            _ => None,
        })
    }

    /// The tree at a place; tables on the way are made, and the seed at its end.
    fn reach(&mut self, steps: &[Segment], seed: Self) -> Option<&mut Self> {
        let Some((step, rest)) = steps.split_first() else { return Some(self) };
        match (step, self) {
            (Segment::Key(key), Self::Table { members, .. }) => {
                let new = || if rest.is_empty() { seed.clone() } else { Self::empty_table() };
                members.entry(key.clone()).or_insert_with(new).reach(rest, seed)
            }
            (Segment::Element(position), Self::List { elements, .. }) => {
                elements.get_mut(*position)?.as_mut()?.reach(rest, seed)
            }
            _ => None,
        }
    }

    fn set(&mut self, steps: &[Segment], value: &Content) -> Option<()> {
        *self.reach(steps, Self::empty_table())? = Self::of_content(value)?;
        Some(())
    }

    fn remove(&mut self, steps: &[Segment]) {
        let Some((last, parents)) = steps.split_last() else { return };
        for length in 0..=parents.len() {
            match self.find(parents.get(..length).unwrap_or_default()) {
                Some(Self::Table { may_vanish, .. } | Self::List { may_vanish, .. }) => *may_vanish = true,
                _ => return,
            }
        }
        match (last, self.find(parents)) {
            (Segment::Key(key), Some(Self::Table { members, .. })) => {
                members.remove(key);
            }
            (Segment::Element(position), Some(Self::List { elements, .. })) => {
                if let Some(element) = elements.get_mut(*position) {
                    *element = None;
                }
            }
            _ => {}
        }
    }

    fn append(&mut self, steps: &[Segment], table: &[(String, Content)]) -> Option<()> {
        let tree = self.reach(steps, Self::list(std::iter::empty()))?;
        let Self::List { elements, .. } = tree else { return None };
        elements.push(Self::of_members(table));
        Some(())
    }

    /// Whether another tree says the same, without what may be missing.
    pub(super) fn is_met_by(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::Scalar(wanted), Self::Scalar(found)) => wanted == found,
            (Self::List { elements, .. }, Self::List { elements: found, .. }) => {
                let (mut wanted, mut found) = (elements.iter().flatten(), found.iter().flatten());
                loop {
                    match (wanted.next(), found.next()) {
                        (None, None) => return true,
                        (Some(wanted), Some(found)) if wanted.is_met_by(found) => {}
                        _ => return false,
                    }
                }
            }
            (Self::Table { members, .. }, Self::Table { members: found, .. }) => {
                found.keys().all(|key| members.contains_key(key))
                    && members.iter().all(|(key, wanted)| match found.get(key) {
                        Some(found) => wanted.is_met_by(found),
                        None => wanted.is_vanishing(),
                    })
            }
            _ => false,
        }
    }

    fn is_vanishing(&self) -> bool {
        match self {
            Self::Scalar(_) => false,
            Self::List { elements, may_vanish } => *may_vanish && elements.iter().all(Option::is_none),
            Self::Table { members, may_vanish } => *may_vanish && members.values().all(Self::is_vanishing),
        }
    }
}
