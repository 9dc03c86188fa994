use std::collections::BTreeMap;
use std::ops::Range;

use super::scalar::Scalar;
use super::syntax::{Block, Name, Pair, Value, ValueKind};
use crate::edit::Content;

/// What a document says at a place, with where it says so.
#[derive(Debug)]
pub(super) struct Node<'s> {
    /// The pair whose value this is.
    pub(super) pair: Option<At<'s>>,
    pub(super) kind: Kind<'s>,
}

/// A pair and the block it is in; none for one in an inline table.
#[derive(Debug, Clone, Copy)]
pub(super) struct At<'s> {
    pub(super) pair: &'s Pair,
    pub(super) block: Option<usize>,
}

#[derive(Debug)]
pub(super) enum Kind<'s> {
    Scalar(&'s Value, &'s Scalar),
    Array(&'s Value, Vec<Node<'s>>),
    Table(Table<'s>),
    /// Elements written as `[[…]]`.
    Tables(Vec<Node<'s>>),
}

/// A table in all the forms that TOML has for one.
#[derive(Debug, Default)]
pub(super) struct Table<'s> {
    pub(super) inline: Option<&'s Value>,
    /// The block with its own header.
    pub(super) header: Option<usize>,
    /// Its own block and those of the tables in it, in file order.
    pub(super) blocks: Vec<usize>,
    /// Pairs with dotted keys that lead through it, and how many of their keys lead to it.
    pub(super) dotted: Vec<(At<'s>, usize)>,
    pub(super) members: BTreeMap<&'s str, Node<'s>>,
}

impl<'s> Node<'s> {
    /// The tree of a document; none if the blocks contradict each other.
    pub(super) fn of_document(blocks: &'s [Block]) -> Option<Self> {
        let mut root = Table { header: Some(0), ..Table::default() };
        for (position, block) in blocks.iter().enumerate() {
            root.blocks.push(position);
            root.block(position, block)?.pairs(&block.pairs, Some(position))?;
        }
        Some(Self::table(root))
    }

    fn table(table: Table<'s>) -> Self {
        Self { pair: None, kind: Kind::Table(table) }
    }

    fn of_value(value: &'s Value, pair: Option<At<'s>>) -> Option<Self> {
        let kind = match &value.kind {
            ValueKind::Scalar(scalar) => Kind::Scalar(value, scalar),
            ValueKind::Array { elements, .. } => {
                let nodes: Option<Vec<Self>> = elements.iter().map(|element| Self::of_value(element, None)).collect();
                Kind::Array(value, nodes?)
            }
            ValueKind::Table { pairs, .. } => {
                let mut table = Table { inline: Some(value), ..Table::default() };
                table.pairs(pairs, None)?;
                Kind::Table(table)
            }
        };
        Some(Self { pair, kind })
    }

    /// The value that can be replaced as a whole; none for what headers and dotted keys make up.
    pub(super) fn value(&self) -> Option<&'s Value> {
        match &self.kind {
            Kind::Scalar(value, _) | Kind::Array(value, _) => Some(value),
            Kind::Table(table) => table.inline,
            Kind::Tables(_) => None,
        }
    }

    pub(super) fn as_table(&self) -> Option<&Table<'s>> {
        match &self.kind {
            Kind::Table(table) => Some(table),
            _ => None,
        }
    }

    pub(super) fn elements(&self) -> Option<&[Self]> {
        match &self.kind {
            Kind::Array(_, elements) | Kind::Tables(elements) => Some(elements),
            _ => None,
        }
    }

    /// All blocks that it is made of, in file order.
    pub(super) fn blocks(&self) -> Vec<usize> {
        match &self.kind {
            Kind::Table(table) => table.blocks.clone(),
            Kind::Tables(elements) => elements.iter().flat_map(Self::blocks).collect(),
            _ => Vec::new(),
        }
    }

    /// All pairs that it is made of and that are not in blocks of its own.
    pub(super) fn pairs(&self) -> Vec<At<'s>> {
        let dotted = self.as_table().map(|table| table.dotted.as_slice()).unwrap_or_default();
        self.pair.into_iter().chain(dotted.iter().map(|(at, _)| *at)).collect()
    }

    /// Whether it says what a content says.
    pub(super) fn equals(&self, content: &Content) -> bool {
        match (&self.kind, content) {
            (Kind::Scalar(_, scalar), content) => scalar.equals(content),
            (Kind::Array(_, elements) | Kind::Tables(elements), Content::List(items)) => {
                elements.len() == items.len() && elements.iter().zip(items).all(|(old, new)| old.equals(new))
            }
            (Kind::Table(table), Content::Table(members)) => {
                let mut met = 0;
                let is_same = |(key, new): &(String, Content)| match table.members.get(key.as_str()) {
                    Some(old) => {
                        met += 1;
                        old.equals(new)
                    }
                    None => false,
                };
                members.iter().all(is_same) && met == table.members.len()
            }
            _ => false,
        }
    }
}

impl<'s> Table<'s> {
    /// The table that a block's pairs belong to.
    fn block(&mut self, position: usize, block: &'s Block) -> Option<&mut Self> {
        let Some(header) = &block.header else { return Some(self) };
        let (last, parents) = header.keys.split_last()?;
        let mut parent = self;
        for name in parents {
            parent = parent.descend(name)?;
            parent.blocks.push(position);
        }
        if header.is_element {
            let empty = || Node { pair: None, kind: Kind::Tables(Vec::new()) };
            let node = parent.members.entry(&last.text).or_insert_with(empty);
            let Kind::Tables(elements) = &mut node.kind else { return None };
            elements.push(Node::table(Table::default()));
        }
        let table = parent.descend(last)?;
        table.blocks.push(position);
        table.header = Some(position);
        Some(table)
    }

    /// The table at a key, the last one of a list.
    fn descend(&mut self, name: &'s Name) -> Option<&mut Self> {
        let node = self.members.entry(&name.text).or_insert_with(|| Node::table(Table::default()));
        match &mut node.kind {
            Kind::Table(table) => Some(table),
            Kind::Tables(elements) => match &mut elements.last_mut()?.kind {
                Kind::Table(table) => Some(table),
                _ => None,
            },
            _ => None,
        }
    }

    fn pairs(&mut self, pairs: &'s [Pair], block: Option<usize>) -> Option<()> {
        for pair in pairs {
            let at = At { pair, block };
            let (last, parents) = pair.keys.split_last()?;
            let mut parent = &mut *self;
            for (depth, name) in parents.iter().enumerate() {
                parent = parent.descend(name)?;
                parent.dotted.push((at, depth + 1));
            }
            parent.members.insert(&last.text, Node::of_value(&pair.value, Some(at))?);
        }
        Some(())
    }

    /// Whether it is written by dotted keys alone, or with headers of inner tables.
    pub(super) fn is_dotted(&self) -> bool {
        self.inline.is_none() && self.header.is_none() && !self.dotted.is_empty()
    }
}

/// Joins positions of blocks that follow each other.
pub(super) fn runs(blocks: &[usize]) -> Vec<Range<usize>> {
    let mut runs: Vec<Range<usize>> = Vec::new();
    for block in blocks {
        match runs.last_mut() {
            Some(run) if run.end == *block => run.end += 1,
            _ => runs.push(*block..*block + 1),
        }
    }
    runs
}
