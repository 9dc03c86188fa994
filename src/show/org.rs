//! What an org has of the selected resources.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::DesiredState;
use crate::model::{FieldPath, Text, Value};
use crate::org::ActualState;
use crate::plan::Selection;
use crate::schema::{
    Declaration, Declarations, EntryKey, Field, Keyed, Kind, Leaf, Owner, Record, Resource, ResourceKey, Shape,
    field_at,
};

use super::entries::{Entry, entries};
use super::{Said, Shown, ShownField};

/// What an org has of the selected resources, as far as a plan of them reads it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OfOrg {
    /// What is declared, and what is selected by name, in the order of plans.
    pub resources: Vec<Shown>,
    /// How many more the org has that are not declared, by kind.
    pub undeclared: BTreeMap<Kind, usize>,
    /// The selected agents that are not declared: nothing of what belongs to them was read.
    pub without_details: Vec<String>,
}

/// Takes what is selected out of what was read of an org.
///
/// `org_values`: whether values are shown of which the files say nothing.
pub fn of_org(desired: &DesiredState, actual: &ActualState, selection: &Selection, org_values: bool) -> OfOrg {
    let mut found = OfOrg { resources: Vec::new(), undeclared: BTreeMap::new(), without_details: Vec::new() };
    for kind in actual.records.keys().copied() {
        for resource in desired.of(kind).iter().filter(|resource| selection.covers(kind, &resource.key.id)) {
            found.resources.push(declared(resource, actual.record(&resource.key), org_values));
        }
        let is_declared = |id: &str| desired.of(kind).iter().any(|resource| resource.key.id == id);
        let others = actual.of(kind).filter(|(id, _)| !is_declared(id) && selection.covers(kind, id));
        // What a declared agent has beside what is declared is a part of it.
        if selection.is_whole() && kind.owner != Owner::FirstPart {
            found.undeclared.extend(Some(others.count()).filter(|count| *count > 0).map(|count| (kind, count)));
            continue;
        }
        for (id, record) in others {
            let key = ResourceKey::new(kind, id);
            let is_agent = kind.owner == Owner::SameId && !kind.is_read_by_agent;
            found.without_details.extend(is_agent.then(|| id.to_owned()));
            let fields = fields(kind, record).map(|entry| field(&Known::default(), entry, kind, org_values)).collect();
            found.resources.push(Shown { key, declared_at: None, fields, is_missing: false });
        }
    }
    found
}

fn declared(resource: &Resource, record: Option<&Record>, org_values: bool) -> Shown {
    let kind = resource.key.kind;
    let known = Known::of(resource);
    let fields = record.into_iter().flat_map(|record| fields(kind, record));
    Shown {
        key: resource.key.clone(),
        declared_at: Some(resource.position.clone()).filter(|position| !position.file.is_empty()),
        fields: fields.map(|entry| field(&known, entry, kind, org_values)).collect(),
        is_missing: record.is_none(),
    }
}

/// What the files say of a resource, which may be shown of the org, too.
#[derive(Default)]
struct Known {
    said: BTreeMap<FieldPath, Said>,
}

impl Known {
    fn of(resource: &Resource) -> Self {
        let entries = entries(resource.key.kind, &resource.declared).into_iter().filter(|entry| !entry.is_default);
        Self { said: entries.map(|entry| (entry.path, entry.said)).collect() }
    }

    /// Whether the files say something at a place, in it, or of what it is in.
    fn has(&self, path: &FieldPath) -> bool {
        let steps = path.steps();
        self.said.keys().any(|known| known.steps().starts_with(steps) || steps.starts_with(known.steps()))
    }

    /// What the org has, as it may be shown beside what the files say: a literal of theirs as they have it, and never the text
    /// that stands where they name a secret.
    fn beside(&self, path: &FieldPath, value: Value) -> Value {
        let Some(Said::Value(known)) = self.said.get(path) else { return value };
        match (known, &value) {
            (Value::Text(Text::SecretRef(_)), Value::Text(Text::Known(text))) => Value::Text(Text::sensitive(text)),
            (Value::Text(known), Value::Text(own)) if known.literal().is_some() && known.literal() == own.literal() => {
                Value::Text(known.clone())
            }
            _ => value,
        }
    }
}

fn field(known: &Known, entry: Entry, kind: Kind, org_values: bool) -> ShownField {
    let Entry { path, said, .. } = entry;
    let is_default = |value: &Value| field_at(kind, &path).is_some_and(|field| field.is_default(value));
    let said = match said {
        Said::Value(value) if org_values || known.has(&path) || is_default(&value) => {
            Said::Value(known.beside(&path, value))
        }
        Said::Value(_) => Said::Withheld,
        other => other,
    };
    ShownField { path, said, origin: None, elements: Vec::new() }
}

/// What a record has, entry by entry; what is blank is not there.
fn fields(kind: Kind, record: &Record) -> impl Iterator<Item = Entry> {
    let mut found = Declarations::default();
    for field in kind.table().fields {
        let pairs = record.pairs(field);
        if !pairs.is_empty() {
            let pairs = pairs.iter().map(|stored| stored.pair.to_value()).collect();
            found.set(field, Declaration::Leaf(Value::List(pairs)));
        }
        found.set_some(field, record.value(field).and_then(|value| declaration(field, value)));
    }
    entries(kind, &found).into_iter().filter(|entry| !entry.is_default)
}

/// A value as files would declare it; none for what is blank, and for what a request sends and no answer is looked at for.
fn declaration(field: &Field, value: &Value) -> Option<Declaration> {
    if value.is_blank() || matches!(field.shape, Shape::Leaf(Leaf::SentOnly | Leaf::Noted)) {
        return None;
    }
    match (field.shape, value) {
        (Shape::Table(members), Value::Map(found)) => Declaration::table(table(members, found)),
        (Shape::Map(entries), Value::Map(found)) => {
            let entry = |(name, value): (&String, &Value)| {
                let empty = || matches!(value, Value::Map(_)).then(|| Declaration::Table(BTreeMap::new()));
                Some((name.clone(), declaration(&entries.entry, value).or_else(empty)?))
            };
            Declaration::table(found.iter().filter_map(entry).collect())
        }
        (Shape::Config { .. }, Value::Map(found)) => {
            let keys = found.iter().filter(|(_, value)| !value.is_blank());
            Declaration::table(keys.map(|(key, value)| (key.clone(), Declaration::Leaf(value.clone()))).collect())
        }
        (Shape::Keyed(keyed), Value::List(elements)) => {
            let entries: Option<Vec<_>> = elements.iter().map(|element| keyed_entry(keyed, element)).collect();
            // What has no key is shown as it is.
            Some(entries.map_or_else(|| Declaration::Leaf(value.clone()), Declaration::Keyed))
        }
        _ => Some(Declaration::Leaf(value.clone())),
    }
}

fn table(members: &'static [Field], found: &BTreeMap<String, Value>) -> BTreeMap<String, Declaration> {
    let member = |(name, value): (&String, &Value)| {
        let declared = match members.iter().find(|member| member.name == name) {
            // What an agent has by itself says nothing.
            Some(Field { shape: Shape::Leaf(Leaf::Kept), .. }) => None,
            Some(member) => declaration(member, value),
            None => Some(Declaration::Leaf(value.clone())).filter(|_| !value.is_blank()),
        };
        Some((name.clone(), declared?))
    };
    found.iter().filter_map(member).collect()
}

fn keyed_entry(keyed: &Keyed, element: &Value) -> Option<(EntryKey, Declaration)> {
    let found = element.as_map()?;
    let part = |name: &&str| found.get(*name).and_then(Value::literal).map(str::to_owned);
    let key = EntryKey(keyed.key.iter().map(part).collect::<Option<_>>()?);
    let names: BTreeSet<&str> = keyed.key.iter().copied().collect();
    let others = found.iter().filter(|(name, _)| !names.contains(name.as_str()));
    let others = others.map(|(name, value)| (name.clone(), value.clone())).collect();
    Some((key, Declaration::Table(table(keyed.entry, &others))))
}
