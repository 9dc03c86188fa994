//! What is found of a resource while its plan is carried out, held against what the plan wants and what it was made of.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FieldPath, OrgSlug, Text, Value};
use crate::org::{ActualState, Classifier, HiddenLiteral, HiddenValues};
use crate::schema::{
    Change, Declaration, Field, Generation, Kind, Leaf, Record, Resource, ResourceKey, SecretsMode, Sent, ServerTraits,
    Shape, Write,
};

use super::context::Context;
use super::resource::{self, Compared};
use super::{FieldAction, Options, Plan, Resend, Row};

/// How a resource stands to one write of its row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// What the write wants is there already.
    Wanted,
    /// Everything that the write replaces is as it was when the plan was made.
    AsRead,
    /// What can be compared is as wanted; the server hides the rest.
    Hidden,
    /// It is neither: someone else changed it.
    Moved,
}

/// Fields of a resource that are not as the files want them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Unmet {
    /// Those that differ.
    pub different: Vec<FieldPath>,
    /// Those that the row changes and the server hides.
    pub hidden: Vec<FieldPath>,
    /// The literals of the files among these, which a server may compare.
    pub literals: Vec<HiddenLiteral>,
}

/// What a row was made of.
#[derive(Debug, Clone)]
struct Made {
    resource: Resource,
    read: Option<Record>,
}

/// Compares resources with a plan while it is carried out, by the rules that made the plan.
#[derive(Debug, Clone)]
pub struct Verifier {
    rows: BTreeMap<ResourceKey, Made>,
    options: Options,
    server: ServerTraits,
    mode: SecretsMode,
}

impl Verifier {
    /// Keeps what the written rows of a plan were made of.
    pub fn new<'declared>(
        plan: &Plan,
        declared: impl IntoIterator<Item = &'declared Resource>,
        actual: &ActualState,
        options: &Options,
    ) -> Self {
        let declared: BTreeMap<&ResourceKey, &Resource> =
            declared.into_iter().map(|resource| (&resource.key, resource)).collect();
        let made = |row: &Row| {
            let resource = (*declared.get(&row.key)?).clone();
            Some((row.key.clone(), Made { resource, read: actual.record(&row.key).cloned() }))
        };
        let rows = plan.rows.iter().filter(|row| !row.writes.is_empty()).filter_map(made).collect();
        // What was sent again because it could not be compared is not to be sent once more for that.
        let options = Options { resend: Resend::default(), ..options.clone() };
        Self { rows, options, server: actual.server.clone(), mode: plan.secrets }
    }

    /// The org of the plan.
    pub fn org(&self) -> &OrgSlug {
        &self.options.org
    }

    /// The generation of its server.
    pub fn generation(&self) -> Generation {
        self.server.generation
    }

    /// Whether the server's objects have versions, and writes may be bound to them.
    pub fn has_versions(&self) -> bool {
        self.server.has_versions
    }

    /// Whether the server says whether a literal is the value that it hides.
    pub fn compares_hidden_values(&self) -> bool {
        self.server.compares_hidden_values
    }

    /// What the org had of a resource when the plan was made.
    pub fn read(&self, key: &ResourceKey) -> Option<&Record> {
        self.rows.get(key)?.read.as_ref()
    }

    /// What sorts the answers of the server.
    pub fn classifier(&self) -> Classifier {
        Classifier { org: self.options.org.clone(), mode: self.mode }
    }

    /// How a resource, if it is there, stands to a write of its row.
    pub fn standing(&self, row: &Row, write: &Write, found: Option<&Record>) -> Standing {
        let Some(made) = self.rows.get(&row.key) else { return Standing::Moved };
        let sent = match write {
            Write::Create(sent) | Write::Update(sent) | Write::Link(sent) => sent,
            Write::Add(_, field, pair) => {
                let is_there = |found: &Record| found.pairs(field).iter().any(|stored| stored.pair == *pair);
                return found.map_or(Standing::Moved, |found| of_pair(is_there(found)));
            }
            Write::Remove(_, field, gone) => {
                let is_there = |found: &Record| found.pairs(field).iter().any(|stored| stored.handle == gone.handle);
                return found.map_or(Standing::Wanted, |found| of_pair(!is_there(found)));
            }
        };
        let Some(found) = found else {
            return if made.read.is_none() && !matches!(write, Write::Link(_)) {
                Standing::AsRead
            } else {
                Standing::Moved
            };
        };
        let fields: BTreeSet<&'static Field> = sent.fields.iter().map(|(field, _)| field).collect();
        let unmet = self.unmet_of(made, row, found, |field| fields.contains(field));
        if unmet.different.is_empty() && unmet.hidden.is_empty() {
            Standing::Wanted
        } else if self.is_as_read(made, sent, found) {
            Standing::AsRead
        } else if unmet.different.is_empty() {
            Standing::Hidden
        } else {
            Standing::Moved
        }
    }

    /// What of the fields that a row changes is not as the files want it.
    pub fn unmet(&self, row: &Row, found: &Record) -> Unmet {
        let Some(made) = self.rows.get(&row.key) else { return Unmet::default() };
        let changed = changed_fields(row);
        self.unmet_of(made, row, found, |field| changed.contains(field))
    }

    /// What a new plan would say of some fields of a resource.
    fn unmet_of(&self, made: &Made, row: &Row, found: &Record, wanted: impl Fn(&'static Field) -> bool) -> Unmet {
        // What was compared while planning says nothing of what is there now.
        let hidden = HiddenValues::default();
        let mut context = Context::new(&self.options, &self.server, self.mode, &hidden);
        let compared = Compared { resource: &made.resource, record: Some(found), linked_back: BTreeSet::new() };
        let again = resource::row(&mut context, &compared);
        let kind = row.key.kind;
        let is_sent = |path: &FieldPath| {
            let sent = row.fields.iter().filter(|field| field.action.is_change());
            sent.map(|field| field.path.steps()).any(|steps| path.steps().starts_with(steps))
        };
        let mut unmet = Unmet::default();
        // What is never changed is no change of a plan either.
        for field in kind.fields.iter().filter(|field| field.create_only && wanted(field)) {
            let declared = made.resource.declared.get(field).and_then(Declaration::value);
            if something(field, declared) != something(field, found.value(field)) {
                unmet.different.push(FieldPath::member(field.name));
            }
        }
        for field in again.fields {
            if !kind.field(field.path.root()).is_some_and(&wanted) {
                continue;
            }
            if field.action.is_change() {
                unmet.different.push(field.path);
            } else if field.action == FieldAction::Incomparable && is_sent(&field.path) {
                if let Some(Value::Text(literal)) = field.after.filter(|after| after.literal().is_some()) {
                    let (key, path) = (row.key.clone(), field.path.clone());
                    unmet.literals.push(HiddenLiteral { key, path, literal });
                }
                unmet.hidden.push(field.path);
            }
        }
        unmet
    }

    /// Whether every field that is sent has what it had when the plan was made, or what is sent. Where a version says that
    /// something changed, a hidden value that a literal is to replace may be it.
    fn is_as_read(&self, made: &Made, sent: &Sent, found: &Record) -> bool {
        let kind = sent.key.kind;
        let values = |record: &Record| {
            let mut values = record.values.clone();
            if let Some(injection) = kind.table().injection.as_ref() {
                (injection.take)(&self.options.org, &made.resource.declared, &mut values);
            }
            values
        };
        let found_version = found.version;
        let (found, read) = (values(found), made.read.as_ref().map(values).unwrap_or_default());
        let is_newer = self.server.has_versions && found_version != made.read.as_ref().and_then(|read| read.version);
        sent.fields.iter().all(|(field, change)| {
            let is_literal = |text: &Text| matches!(text, Text::Sensitive(_));
            let hides = |value: &Value| value.has_opaque();
            if is_newer
                && found.get(field).is_some_and(hides)
                && matches!(change, Change::Set(value) if value.any_text(&is_literal))
            {
                return false;
            }
            let found = something(field, found.get(field));
            let wanted = match change {
                Change::Set(value) => something(field, Some(value)),
                Change::Clear => None,
            };
            let is_kept = found == something(field, read.get(field)) && !field.create_only;
            matches!(field.shape, Shape::Leaf(Leaf::SentOnly)) || is_kept || found == wanted
        })
    }
}

fn of_pair(is_as_wanted: bool) -> Standing {
    if is_as_wanted { Standing::Wanted } else { Standing::AsRead }
}

/// The fields that a row changes.
fn changed_fields(row: &Row) -> BTreeSet<&'static Field> {
    let kind: Kind = row.key.kind;
    let changed = row.fields.iter().filter(|field| field.action.is_change());
    changed.filter_map(|field| kind.field(field.path.root())).collect()
}

/// A value that is more than what servers have where nobody set anything.
fn something<'value>(field: &Field, value: Option<&'value Value>) -> Option<&'value Value> {
    value.filter(|value| !is_nothing(value) && !field.is_default(value))
}

/// Whether nothing is in it: also an object whose members are all nothing, such as `{"skills": []}`.
fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Map(members) => members.values().all(is_nothing),
        value => value.is_blank() || *value == Value::Bool(false),
    }
}
