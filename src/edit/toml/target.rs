use std::collections::{BTreeMap, BTreeSet};

use super::align::align;
use super::content::change_content;
use super::node::{Kind, Node};
use super::{TomlChange, TomlPatchError};
use crate::edit::{Content, NodePath, Segment};

/// What is to become of a node.
#[derive(Debug, Default)]
pub(super) enum Target {
    #[default]
    Keep,
    Gone,
    New(Content),
    Table(TableTarget),
    List(ListTarget),
}

/// What is to become of a table; members that are not named are kept.
#[derive(Debug, Default)]
pub(super) struct TableTarget {
    pub(super) changed: BTreeMap<String, Target>,
    pub(super) added: Vec<(String, Content)>,
}

/// What is to become of a list.
#[derive(Debug, Default)]
pub(super) struct ListTarget {
    pub(super) slots: Vec<Slot>,
    /// The positions of the file's own elements are below this.
    length: usize,
    order: Option<Vec<usize>>,
    /// Whether the slots are those of a list that was set, so that positions in an order would mean nothing.
    is_set: bool,
}

#[derive(Debug)]
pub(super) enum Slot {
    Old(usize, Target),
    /// None once it is removed again.
    New(Option<Content>),
}

/// What a change does at its place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Action<'c> {
    Set(&'c Content),
    Remove,
    Append(&'c [(String, Content)]),
    Reorder(&'c [usize]),
}

/// A change with its place, for what can't be done.
#[derive(Debug, Clone, Copy)]
pub(super) struct Change<'c> {
    pub(super) place: &'c NodePath,
    pub(super) action: Action<'c>,
}

impl<'c> Change<'c> {
    pub(super) fn of(change: &'c TomlChange) -> Self {
        match change {
            TomlChange::Set { place, value } => Self { place, action: Action::Set(value) },
            TomlChange::Remove { place } => Self { place, action: Action::Remove },
            TomlChange::Append { list, table } => Self { place: list, action: Action::Append(table) },
            TomlChange::Reorder { list, order } => Self { place: list, action: Action::Reorder(order) },
        }
    }

    fn is_removal(&self) -> bool {
        matches!(self.action, Action::Remove)
    }
}

/// What is to become of a document.
pub(super) fn plan(root: &Node<'_>, changes: &[TomlChange]) -> Result<Target, TomlPatchError> {
    let mut target = Target::Keep;
    // Orders come last, so that the positions in all other changes are those of the file.
    let (orders, others): (Vec<_>, Vec<_>) =
        changes.iter().map(Change::of).partition(|change| matches!(change.action, Action::Reorder(_)));
    let mut ordered = BTreeSet::new();
    if let Some(twice) = orders.iter().find(|order| !ordered.insert(order.place)) {
        return Err(TomlPatchError::Order(twice.place.clone()));
    }
    for change in others.into_iter().chain(orders) {
        if change.place.segments().is_empty() {
            return Err(TomlPatchError::Root);
        }
        target.change(root, change.place.segments(), change)?;
    }
    Ok(target)
}

impl Target {
    fn change(&mut self, node: &Node<'_>, steps: &[Segment], change: Change<'_>) -> Result<(), TomlPatchError> {
        let Some((step, rest)) = steps.split_first() else { return self.act(node, change) };
        if matches!(self, Self::Gone) {
            if change.is_removal() {
                return Ok(());
            }
            *self = Self::New(Content::Table(Vec::new()));
        }
        if let Self::New(content) = self {
            return change_content(content, steps, change);
        }
        match (step, &node.kind) {
            (Segment::Key(key), Kind::Table(table)) => {
                let no_table = || TomlPatchError::NotATable(change.place.clone());
                let overlay = self.as_table().ok_or_else(no_table)?;
                match table.members.get(key.as_str()) {
                    Some(member) => overlay.changed.entry(key.clone()).or_default().change(member, rest, change),
                    None => super::content::change_members(&mut overlay.added, key, rest, change),
                }
            }
            (Segment::Element(position), Kind::Array(_, elements) | Kind::Tables(elements)) => {
                let no_list = || TomlPatchError::NotAList(change.place.clone());
                self.as_list(elements.len()).ok_or_else(no_list)?.change(*position, elements, rest, change)
            }
            _ if change.is_removal() => Ok(()),
            (Segment::Key(_), _) => Err(TomlPatchError::NotATable(change.place.clone())),
            (Segment::Element(_), _) => Err(TomlPatchError::NotAList(change.place.clone())),
        }
    }

    fn act(&mut self, node: &Node<'_>, change: Change<'_>) -> Result<(), TomlPatchError> {
        let no_list = || TomlPatchError::NotAList(change.place.clone());
        match (change.action, &mut *self, node.elements()) {
            (Action::Set(value), _, _) => *self = Self::replacing(node, value),
            (Action::Remove, _, _) => *self = Self::Gone,
            (_, Self::New(content), _) => return change_content(content, &[], change),
            (Action::Append(table), Self::Gone, _) => {
                *self = Self::New(Content::List(vec![Content::Table(table.to_vec())]));
            }
            (Action::Append(table), _, Some(elements)) => {
                self.as_list(elements.len())
                    .ok_or_else(no_list)?
                    .slots
                    .push(Slot::New(Some(Content::Table(table.to_vec()))));
            }
            (Action::Reorder(order), _, Some(elements)) => {
                let list = self.as_list(elements.len()).ok_or_else(no_list)?;
                if list.is_set {
                    return Err(TomlPatchError::SetTwice(change.place.clone()));
                }
                list.order = Some(order.to_vec());
            }
            _ => return Err(no_list()),
        }
        Ok(())
    }

    /// Becomes the changes of a table, if it is kept so far.
    fn as_table(&mut self) -> Option<&mut TableTarget> {
        if matches!(self, Self::Keep) {
            *self = Self::Table(TableTarget::default());
        }
        match self {
            Self::Table(table) => Some(table),
            _ => None,
        }
    }

    /// Becomes the changes of a list, if it is kept so far.
    fn as_list(&mut self, length: usize) -> Option<&mut ListTarget> {
        if matches!(self, Self::Keep) {
            let slots = (0..length).map(|position| Slot::Old(position, Self::Keep)).collect();
            *self = Self::List(ListTarget { slots, length, ..ListTarget::default() });
        }
        match self {
            Self::List(list) => Some(list),
            _ => None,
        }
    }

    /// What makes a node say a content, with as little change as can be.
    pub(super) fn replacing(node: &Node<'_>, content: &Content) -> Self {
        if node.equals(content) {
            return Self::Keep;
        }
        match (&node.kind, content) {
            (Kind::Table(_), Content::Table(members)) => Self::replacing_members(node, members),
            (Kind::Array(_, elements), Content::List(items)) if !items.is_empty() => Self::aligned(elements, items),
            (Kind::Tables(elements), Content::List(items))
                if !items.is_empty() && items.iter().all(|item| matches!(item, Content::Table(_))) =>
            {
                Self::aligned(elements, items)
            }
            (_, Content::Table(members)) => Self::New(Content::Table(members.clone())),
            _ => Self::New(content.clone()),
        }
    }

    fn replacing_members(node: &Node<'_>, members: &[(String, Content)]) -> Self {
        let Some(table) = node.as_table() else { return Self::Keep };
        // Without members nothing would be left of a table that has no header of its own.
        if members.is_empty() && table.inline.is_none() && table.header.is_none() {
            return Self::New(Content::Table(Vec::new()));
        }
        let new: BTreeMap<&str, &Content> = members.iter().map(|(key, value)| (key.as_str(), value)).collect();
        let mut target = TableTarget::default();
        for (key, old) in &table.members {
            let member = new.get(key).map_or(Self::Gone, |content| Self::replacing(old, content));
            if !matches!(member, Self::Keep) {
                target.changed.insert((*key).to_owned(), member);
            }
        }
        target.added = members.iter().filter(|(key, _)| !table.members.contains_key(key.as_str())).cloned().collect();
        if target.changed.is_empty() && target.added.is_empty() { Self::Keep } else { Self::Table(target) }
    }

    fn aligned(elements: &[Node<'_>], items: &[Content]) -> Self {
        let slots = align(elements, items);
        let is_kept = |(position, slot): (usize, &Slot)| matches!(slot, Slot::Old(old, Self::Keep) if *old == position);
        if slots.len() == elements.len() && slots.iter().enumerate().all(is_kept) {
            return Self::Keep;
        }
        Self::List(ListTarget { slots, length: elements.len(), order: None, is_set: true })
    }
}

impl ListTarget {
    fn change(
        &mut self,
        position: usize,
        elements: &[Node<'_>],
        rest: &[Segment],
        change: Change<'_>,
    ) -> Result<(), TomlPatchError> {
        if self.is_set {
            return Err(TomlPatchError::SetTwice(change.place.clone()));
        }
        match (self.slot(position), elements.get(position)) {
            (Some(Slot::Old(_, target)), Some(element)) if !matches!(target, Target::Gone) => {
                target.change(element, rest, change)
            }
            (Some(Slot::New(content)), _) if rest.is_empty() && change.is_removal() => {
                *content = None;
                Ok(())
            }
            (Some(Slot::New(Some(content))), _) => change_content(content, rest, change),
            _ if change.is_removal() => Ok(()),
            _ => Err(TomlPatchError::NoSuchElement(change.place.clone())),
        }
    }

    fn slot(&mut self, position: usize) -> Option<&mut Slot> {
        let at = self.at(position)?;
        self.slots.get_mut(at)
    }

    /// Where the element with a position of the file stands.
    fn at(&self, position: usize) -> Option<usize> {
        let is_it = |slot: &Slot| matches!(slot, Slot::Old(old, _) if *old == position);
        match position.checked_sub(self.length) {
            None if self.slots.get(position).is_some_and(is_it) => Some(position),
            None => self.slots.iter().position(is_it),
            Some(new) => {
                let is_new = |(_, slot): &(usize, &Slot)| matches!(slot, Slot::New(_));
                self.slots.iter().enumerate().filter(is_new).nth(new).map(|(at, _)| at)
            }
        }
    }

    /// The elements that remain, in the order in which they are to stand; none if the order does not fit.
    pub(super) fn sequence(&self) -> Option<Vec<&Slot>> {
        let mut sequence: Vec<&Slot> = Vec::new();
        let mut is_taken = vec![false; self.slots.len()];
        for position in self.order.iter().flatten() {
            let at = self.at(*position)?;
            let taken = is_taken.get_mut(at)?;
            if std::mem::replace(taken, true) {
                return None;
            }
            sequence.extend(self.slots.get(at));
        }
        sequence.extend(self.slots.iter().zip(&is_taken).filter(|(_, taken)| !**taken).map(|(slot, _)| slot));
        sequence.retain(|slot| !matches!(slot, Slot::New(None) | Slot::Old(_, Target::Gone)));
        Some(sequence)
    }
}
