use std::collections::BTreeMap;

use crate::desired::Agent;
use crate::model::{Declared, FieldPath, Text, Value};
use crate::org::{ActualAgent, AgentCreate, AgentPatch, Change};
use crate::schema::ResourceKey;
use crate::schema::kinds::AGENT;

use super::compare::same_text;
use super::{Action, FieldAction, FieldChange, Options, Row, Write};

/// The row of an agent's name and description.
pub(super) fn row(options: &Options, agent: &Agent, actual: Option<&ActualAgent>) -> Row {
    let key = ResourceKey::new(AGENT, agent.id.as_str());
    let Some(actual) = actual else { return created(agent, key) };
    // Settings and platforms have rows of their own.
    let ActualAgent { name, description, settings: _, platforms: _ } = actual;
    let mut fields = Fields::new(options.prune);
    let new_name = fields.required("name", &agent.name, name);
    let new_description = fields.optional("description", &agent.description, description.as_ref());
    let patch = AgentPatch { agent: agent.id.clone(), name: new_name, description: new_description };
    fields.into_row(key, Write::UpdateAgent(patch))
}

fn created(agent: &Agent, key: ResourceKey) -> Row {
    let description = agent.description.value().cloned();
    let mut fields = vec![added("name", Value::Text(agent.name.clone()))];
    fields.extend(description.iter().map(|text| added("description", Value::Text(text.clone()))));
    let write = AgentCreate { agent: agent.id.clone(), name: agent.name.clone(), description };
    let writes = vec![Write::CreateAgent(write)];
    Row { key, action: Action::Create, fields, will_restart: false, attention: Vec::new(), writes }
}

/// A field that is made new.
pub(super) fn added(member: &str, value: Value) -> FieldChange {
    field(member, FieldAction::Add, None, Some(value))
}

/// A field of a resource's own member.
pub(super) fn field(member: &str, action: FieldAction, before: Option<Value>, after: Option<Value>) -> FieldChange {
    FieldChange { path: FieldPath::member(member), action, before, after, sources: BTreeMap::new(), guarded: false }
}

/// The fields of a resource with flat members, as they are compared.
pub(super) struct Fields {
    prune: bool,
    changes: Vec<FieldChange>,
}

impl Fields {
    pub(super) fn new(prune: bool) -> Self {
        Self { prune, changes: Vec::new() }
    }

    pub(super) fn push(&mut self, change: FieldChange) {
        self.changes.push(change);
    }

    /// A text that is always declared.
    pub(super) fn required(&mut self, member: &str, declared: &Text, actual: &Text) -> Option<Text> {
        if same_text(declared, actual) {
            return None;
        }
        let (before, after) = (Value::Text(actual.clone()), Value::Text(declared.clone()));
        self.push(field(member, FieldAction::Change, Some(before), Some(after)));
        Some(declared.clone())
    }

    /// A text in its three states.
    pub(super) fn optional(
        &mut self,
        member: &str,
        declared: &Declared<Text>,
        actual: Option<&Text>,
    ) -> Option<Change<Text>> {
        let declared = match declared {
            Declared::Absent => Declared::Absent,
            Declared::Empty => Declared::Empty,
            Declared::Value(text) => Declared::Value(Value::Text(text.clone())),
        };
        let actual = actual.map_or(Value::Null, |text| Value::Text(text.clone()));
        self.value(member, &declared, &actual).and_then(|change| match change {
            Change::Set(Value::Text(text)) => Some(Change::Set(text)),
            Change::Set(_) => None,
            Change::Clear => Some(Change::Clear),
        })
    }

    /// A value in its three states; blank counts as nothing on both sides.
    pub(super) fn value(&mut self, member: &str, declared: &Declared<Value>, actual: &Value) -> Option<Change<Value>> {
        let before = (!actual.is_blank()).then(|| actual.clone());
        match (declared, before) {
            (Declared::Value(value), before) if !equal(value, before.as_ref()) => {
                let action = if before.is_some() { FieldAction::Change } else { FieldAction::Add };
                self.push(field(member, action, before, Some(value.clone())));
                Some(Change::Set(value.clone()))
            }
            (Declared::Empty, Some(before)) => {
                self.push(field(member, FieldAction::Clear, Some(before), None));
                Some(Change::Clear)
            }
            (Declared::Absent, Some(before)) if self.prune => {
                self.push(field(member, FieldAction::Remove, Some(before), None));
                Some(Change::Clear)
            }
            (Declared::Absent, Some(before)) => {
                self.push(field(member, FieldAction::Drift { prunable: true }, Some(before), None));
                None
            }
            _ => None,
        }
    }

    pub(super) fn has_changes(&self) -> bool {
        self.changes.iter().any(|change| change.action.is_change())
    }

    /// The row of a resource that is there, with the one write that updates it.
    pub(super) fn into_row(self, key: ResourceKey, write: Write) -> Row {
        let writes = if self.has_changes() { vec![write] } else { Vec::new() };
        self.into_row_with(key, writes)
    }

    /// The row of a resource that is there, with its writes.
    pub(super) fn into_row_with(self, key: ResourceKey, writes: Vec<Write>) -> Row {
        let drifts = self.changes.iter().any(|change| matches!(change.action, FieldAction::Drift { .. }));
        let action = match (self.has_changes(), drifts) {
            (true, _) => Action::Update,
            (false, true) => Action::Drift,
            (false, false) => Action::Unchanged,
        };
        Row { key, action, fields: self.changes, will_restart: false, attention: Vec::new(), writes }
    }

    pub(super) fn into_changes(self) -> Vec<FieldChange> {
        self.changes
    }
}

fn equal(declared: &Value, actual: Option<&Value>) -> bool {
    match actual {
        Some(actual) => super::compare::plain(declared, actual) == super::compare::Comparison::Equal,
        None => declared.is_blank(),
    }
}
