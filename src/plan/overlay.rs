//! Lays what the files declare over what the org has, since the server replaces each member of a config whole.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FieldPath, SecretName, Text, Value};
use crate::org::HiddenValues;
use crate::schema::{
    Clearing, Declaration, Entries, EntryKey, Field, Keyed, Leaf, ResourceKey, SecretsMode, Shape, Sources,
    element_name,
};

use super::compare::{self, Comparison, Keeping};
use super::{FieldAction, FieldChange, Options};

/// One resource being overlaid; collects what changes.
pub(super) struct Overlay<'plan> {
    pub(super) key: &'plan ResourceKey,
    pub(super) keeping: Keeping,
    pub(super) hidden: &'plan HiddenValues,
    pub(super) options: &'plan Options,
    pub(super) sources: &'plan Sources,
    /// Whether the server takes a version that lacks what the one before had.
    pub(super) clears_versioned: bool,
    pub(super) fields: Vec<FieldChange>,
    /// Places where the org has something of another type than the API knows.
    pub(super) mismatches: Vec<FieldPath>,
    /// Literals that this server would read as references.
    pub(super) misread: Vec<FieldPath>,
    /// The entry being overlaid, if its values go elsewhere than before.
    pub(super) moving: Option<FieldPath>,
    /// What only the org has of an entry that moves, with the entry.
    pub(super) carried: Vec<(FieldPath, FieldPath)>,
}

impl Overlay<'_> {
    /// The member as it will be stored; none where nothing is left of it.
    pub(super) fn merge(
        &mut self,
        path: &FieldPath,
        member: &Field,
        declared: Option<&Declaration>,
        actual: Option<&Value>,
    ) -> Option<Value> {
        let actual = actual.filter(|actual| **actual != Value::Null);
        match (member.shape, declared) {
            (Shape::Leaf(Leaf::Noted), _) => None,
            (Shape::Leaf(Leaf::Kept), _) => actual.cloned(),
            (Shape::Leaf(Leaf::SentOnly), declared) => declared.and_then(Declaration::value).cloned(),
            (Shape::Leaf(Leaf::Fallback), declared) => self.fallback(path, member, declared, actual),
            (Shape::Leaf(_) | Shape::Pairs(_) | Shape::Config { .. }, None) => self.undeclared(path, member, actual),
            (Shape::Leaf(leaf), Some(Declaration::Leaf(value))) => Some(self.leaf(path, member, leaf, value, actual)),
            (Shape::Pairs(_) | Shape::Config { .. }, Some(Declaration::Leaf(value))) => {
                Some(self.leaf(path, member, Leaf::List, value, actual))
            }
            (Shape::Leaf(_) | Shape::Pairs(_) | Shape::Config { .. }, Some(_)) => self.cleared(path, member, actual),
            (Shape::Table(members), declared) => self.table(path, members, declared, actual),
            (Shape::Map(entries), declared) => self.map(path, member, entries, declared, actual),
            (Shape::Keyed(keyed), declared) => self.keyed(path, member, keyed, declared, actual),
        }
    }

    fn leaf(&mut self, path: &FieldPath, member: &Field, leaf: Leaf, value: &Value, actual: Option<&Value>) -> Value {
        let misread = leaf == Leaf::SecretText && self.keeping.mode != SecretsMode::References;
        if misread && value.literal().and_then(SecretName::from_reference).is_some() {
            self.misread.push(path.clone());
        }
        let Some(actual) = actual.filter(|actual| !actual.is_blank() || value.is_blank()) else {
            if leaf != Leaf::TextIfKept && !value.is_blank() {
                self.push(path, member, FieldAction::Add, None, Some(value));
            }
            return value.clone();
        };
        if value.is_blank() && actual.is_blank() {
            return actual.clone();
        }
        let compared = compare::leaf(leaf, self.keeping, value, actual);
        match compared.or_told(self.hidden, self.key, path) {
            Comparison::Equal => actual.clone(),
            // What goes to a new destination is what the files say, and not what the org has and does not show.
            Comparison::Incomparable
                if self.moving.is_none() && !self.options.resend.covers(self.key, compare::reference(value)) =>
            {
                self.push(path, member, FieldAction::Incomparable, Some(&compare::before(value, actual)), Some(value));
                actual.clone()
            }
            Comparison::Incomparable | Comparison::Different => {
                self.push(path, member, FieldAction::Change, Some(&compare::before(value, actual)), Some(value));
                value.clone()
            }
        }
    }

    /// What is sent where the org has nothing. What it has instead stays, and nothing removes it.
    fn fallback(
        &mut self,
        path: &FieldPath,
        member: &Field,
        declared: Option<&Declaration>,
        actual: Option<&Value>,
    ) -> Option<Value> {
        let Some(value) = declared.and_then(Declaration::value) else { return actual.cloned() };
        let Some(actual) = actual.filter(|actual| !actual.is_blank()) else {
            self.push(path, member, FieldAction::Add, None, Some(value));
            return Some(value.clone());
        };
        let found = |name: &String| actual.as_map().and_then(|actual| actual.get(name));
        let is_as_declared = match value {
            Value::Map(members) => members.iter().all(|(name, value)| found(name) == Some(value)),
            value => compare::plain(value, actual) == Comparison::Equal,
        };
        if !is_as_declared {
            self.push(path, member, FieldAction::Drift { prunable: false }, Some(actual), None);
        }
        Some(actual.clone())
    }

    fn cleared(&mut self, path: &FieldPath, member: &Field, actual: Option<&Value>) -> Option<Value> {
        match actual {
            Some(actual) if !actual.is_blank() && !member.is_default(actual) => {
                self.push(path, member, FieldAction::Clear, Some(actual), None);
                empty(member)
            }
            other => other.cloned(),
        }
    }

    /// What no file names: carried over as drift, or taken away by `--prune`.
    fn undeclared(&mut self, path: &FieldPath, member: &Field, actual: Option<&Value>) -> Option<Value> {
        let actual = actual?;
        if actual.is_blank() || *actual == Value::Bool(false) || member.is_default(actual) {
            return Some(actual.clone());
        }
        let prunable = member.prunable && (self.clears_versioned || !member.is_versioned());
        if self.options.prune && prunable {
            self.push(path, member, FieldAction::Remove, Some(actual), None);
            return empty(member);
        }
        self.push(path, member, FieldAction::Drift { prunable }, Some(actual), None);
        if member.transfer.is_value() {
            self.carry(path, actual);
        }
        Some(actual.clone())
    }

    /// Notes a value that only the org has, if its entry moves and it could be a secret.
    fn carry(&mut self, path: &FieldPath, actual: &Value) {
        let is_text = |text: &Text| text.literal().is_none_or(|text| !text.is_empty());
        if let Some(entry) = self.moving.clone().filter(|_| actual.any_text(&is_text)) {
            self.carried.push((entry, path.clone()));
        }
    }

    fn table(
        &mut self,
        path: &FieldPath,
        members: &'static [Field],
        declared: Option<&Declaration>,
        actual: Option<&Value>,
    ) -> Option<Value> {
        let found = match self.object(path, declared, actual) {
            Ok(found) => found,
            Err(kept) => return kept,
        };
        let declared = match declared {
            Some(Declaration::Table(declared)) => Some(declared),
            _ => None,
        };
        let is_known = |name: &String| members.iter().any(|member| member.name == name);
        for (name, value) in found.iter().filter(|(name, _)| !is_known(name)) {
            self.carry(&path.join(name.clone()), value);
        }
        let mut merged = found.clone();
        for member in members {
            let of_member = declared.and_then(|declared| declared.get(member.name));
            let value = self.merge(&path.join(member.name), member, of_member, found.get(member.name));
            set(&mut merged, member.name, value);
        }
        (actual.is_some() || !merged.is_empty()).then_some(Value::Map(merged))
    }

    /// The org's object; or, where it is none, what to keep.
    fn object(
        &mut self,
        path: &FieldPath,
        declared: Option<&Declaration>,
        actual: Option<&Value>,
    ) -> Result<BTreeMap<String, Value>, Option<Value>> {
        match actual {
            None => Ok(BTreeMap::new()),
            Some(Value::Map(found)) => Ok(found.clone()),
            Some(other) => {
                if declared.is_some() {
                    self.mismatches.push(path.clone());
                }
                self.carry(path, other);
                Err(Some(other.clone()))
            }
        }
    }

    fn map(
        &mut self,
        path: &FieldPath,
        member: &Field,
        entries: &'static Entries,
        declared: Option<&Declaration>,
        actual: Option<&Value>,
    ) -> Option<Value> {
        let found = match self.object(path, declared, actual) {
            Ok(found) => found,
            Err(kept) => return kept,
        };
        let declared = match declared {
            Some(Declaration::Table(declared)) => declared.clone(),
            Some(Declaration::Clear) => found.keys().map(|name| (name.clone(), Declaration::Clear)).collect(),
            _ => BTreeMap::new(),
        };
        let entry =
            Field { guarded: member.guarded, prunable: member.prunable, transfer: member.transfer, ..entries.entry };
        let mut merged = BTreeMap::new();
        for name in declared.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
            let value = self.map_entry(&path.join(name.clone()), &entry, declared.get(name), found.get(name));
            set(&mut merged, name, value);
        }
        (actual.is_some() || !merged.is_empty()).then_some(Value::Map(merged))
    }

    fn map_entry(
        &mut self,
        path: &FieldPath,
        entry: &Field,
        declared: Option<&Declaration>,
        actual: Option<&Value>,
    ) -> Option<Value> {
        match (entry.shape, declared, actual) {
            (_, Some(Declaration::Clear), actual) => {
                self.cleared(path, entry, actual);
                None
            }
            (Shape::Table(_), None, actual) => self.undeclared_entry(path, entry, actual),
            (Shape::Table(members), Some(declared), None) => {
                let value = self.new_entry(|overlay| overlay.table(path, members, Some(declared), None));
                let value = value.unwrap_or_else(|| Value::Map(BTreeMap::new()));
                self.push(path, entry, FieldAction::Add, None, Some(&value));
                Some(value)
            }
            (Shape::Table(members), Some(declared), Some(actual)) => {
                let moves = self.moves(members, Some(declared), actual);
                let outer = self.moving.take();
                self.moving = if moves { Some(path.clone()) } else { outer.clone() };
                let merged = self.table(path, members, Some(declared), Some(actual));
                self.moving = outer;
                merged
            }
            (_, declared, actual) => self.merge(path, entry, declared, actual),
        }
    }

    /// Whether laying the declaration over the org's entry changes where the entry's values go.
    fn moves(&self, members: &'static [Field], declared: Option<&Declaration>, actual: &Value) -> bool {
        let table = match declared {
            Some(Declaration::Table(table)) => Some(table),
            _ => None,
        };
        members.iter().any(|member| {
            let declared = table.and_then(|table| table.get(member.name));
            let actual = actual.as_map().and_then(|actual| actual.get(member.name)).filter(|actual| !actual.is_blank());
            match (member.shape, declared, actual) {
                (Shape::Table(members), declared, actual) => {
                    self.moves(members, declared, actual.unwrap_or(&Value::Null))
                }
                _ if !member.transfer.is_destination() => false,
                (_, None, Some(_)) => self.options.prune && member.prunable,
                (_, Some(Declaration::Clear), actual) => actual.is_some(),
                (Shape::Leaf(Leaf::TextIfKept), _, None) | (_, None, None) => false,
                (_, Some(Declaration::Leaf(declared)), Some(actual)) => {
                    compare::plain(declared, actual) != Comparison::Equal
                }
                (_, Some(_), _) => true,
            }
        })
    }

    /// An entry that is made new is one change, not one for each of its fields.
    fn new_entry(&mut self, build: impl FnOnce(&mut Self) -> Option<Value>) -> Option<Value> {
        let before = self.fields.len();
        let value = build(self);
        self.fields.truncate(before);
        value
    }

    fn undeclared_entry(&mut self, path: &FieldPath, member: &Field, actual: Option<&Value>) -> Option<Value> {
        let actual = actual?;
        if self.options.prune && member.prunable {
            self.push(path, member, FieldAction::Remove, Some(actual), None);
            return None;
        }
        self.push(path, member, FieldAction::Drift { prunable: member.prunable }, Some(actual), None);
        Some(actual.clone())
    }

    fn keyed(
        &mut self,
        path: &FieldPath,
        member: &Field,
        keyed: &Keyed,
        declared: Option<&Declaration>,
        actual: Option<&Value>,
    ) -> Option<Value> {
        let found = match actual {
            None => Vec::new(),
            Some(Value::List(found)) => found.clone(),
            Some(other) => {
                if declared.is_some() {
                    self.mismatches.push(path.clone());
                }
                return Some(other.clone());
            }
        };
        if matches!(declared, Some(Declaration::Clear)) {
            return self.cleared(path, member, actual);
        }
        let declared = match declared {
            Some(Declaration::Keyed(declared)) => declared.as_slice(),
            _ => &[],
        };
        let found: Vec<_> = found.into_iter().map(|entry| (entry_key(keyed, &entry), entry)).collect();
        let mut merged = Vec::new();
        for (key, declaration) in declared {
            let existing = found.iter().find(|(other, _)| other.as_ref() == Some(key)).map(|(_, entry)| entry);
            merged.push(self.keyed_entry(&path.join(key.step()), member, keyed, (key, declaration), existing));
        }
        let is_declared = |key: &Option<EntryKey>| declared.iter().any(|(other, _)| Some(other) == key.as_ref());
        let mut kept = Vec::new();
        for (key, entry) in found.iter().filter(|(key, _)| !is_declared(key)) {
            let step = key.as_ref().map_or_else(|| "?".to_owned(), EntryKey::step);
            kept.extend(self.undeclared_entry(&path.join(step), member, Some(entry)));
        }
        let before: Vec<_> = found.iter().filter_map(|(key, _)| key.clone()).collect();
        let after: Vec<_> = merged.iter().chain(&kept).filter_map(|entry| entry_key(keyed, entry)).collect();
        if keyed.order_counts && !declared.is_empty() {
            self.order(path, member, &before, &after);
        }
        merged.extend(kept);
        (actual.is_some() || !merged.is_empty()).then_some(Value::List(merged))
    }

    fn keyed_entry(
        &mut self,
        path: &FieldPath,
        member: &Field,
        keyed: &Keyed,
        (key, declaration): (&EntryKey, &Declaration),
        existing: Option<&Value>,
    ) -> Value {
        if let Some(existing) = existing {
            return self
                .table(path, keyed.entry, Some(declaration), Some(existing))
                .unwrap_or_else(|| existing.clone());
        }
        let built = self.new_entry(|overlay| overlay.table(path, keyed.entry, Some(declaration), None));
        let mut entry = match built {
            Some(Value::Map(entry)) => entry,
            _ => BTreeMap::new(),
        };
        entry.extend(keyed.key.iter().zip(&key.0).map(|(name, part)| ((*name).to_owned(), Value::known(part))));
        entry.extend(keyed.new_entry.iter().map(|(name, truth)| ((*name).to_owned(), Value::Bool(*truth))));
        let entry = Value::Map(entry);
        self.push(path, member, FieldAction::Add, None, Some(&entry));
        entry
    }

    /// A change of order alone is a change of the list, where order counts.
    fn order(&mut self, path: &FieldPath, member: &Field, before: &[EntryKey], after: &[EntryKey]) {
        let steps = |keys: &[EntryKey], others: &[EntryKey]| -> Vec<String> {
            keys.iter().filter(|key| others.contains(key)).map(EntryKey::step).collect()
        };
        let (before, after) = (steps(before, after), steps(after, before));
        if before != after {
            let (before, after) = (Value::known_list(before), Value::known_list(after));
            self.push(path, member, FieldAction::Change, Some(&before), Some(&after));
        }
    }

    fn push(
        &mut self,
        path: &FieldPath,
        member: &Field,
        action: FieldAction,
        before: Option<&Value>,
        after: Option<&Value>,
    ) {
        let elements = after.and_then(Value::as_list).unwrap_or_default().iter();
        let named = elements.filter_map(element_name).map(str::to_owned).chain([String::new()]);
        let source = |element: String| {
            let source = self.sources.get(&(path.clone(), element.clone()))?;
            Some((element, source.clone()))
        };
        let sources = named.filter_map(source).collect();
        self.fields.push(FieldChange {
            path: path.clone(),
            action,
            before: before.cloned(),
            after: after.cloned(),
            sources,
            guarded: member.guarded,
        });
    }
}

fn entry_key(keyed: &Keyed, entry: &Value) -> Option<EntryKey> {
    let members = entry.as_map()?;
    let part = |name: &&str| members.get(*name).and_then(Value::literal).map(str::to_owned);
    keyed.key.iter().map(part).collect::<Option<Vec<_>>>().map(EntryKey)
}

/// What stands for nothing: an empty list where a list was, else nothing at all.
fn empty(field: &Field) -> Option<Value> {
    (field.clearing == Clearing::EmptyList && !matches!(field.shape, Shape::Leaf(Leaf::Json)))
        .then(|| Value::List(Vec::new()))
}

fn set(members: &mut BTreeMap<String, Value>, name: &str, value: Option<Value>) {
    match value {
        Some(value) => drop(members.insert(name.to_owned(), value)),
        None => drop(members.remove(name)),
    }
}
