use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{Agent, Platform};
use crate::model::{Declared, FieldPath, Text, Value};
use crate::org::{ActualPlatform, PlatformPut};
use crate::schema::ResourceKey;
use crate::schema::kinds::PLATFORM;

use super::agent::field;
use super::compare::{self, Comparison};
use super::context::Context;
use super::destination;
use super::{Action, FieldAction, FieldChange, Row, Write};

/// The rows of an agent's platforms: the declared ones in file order, then those that only the org has, in its order.
pub(super) fn rows(context: &mut Context<'_>, agent: &Agent, actual: &[ActualPlatform]) -> Vec<Row> {
    let mut rows = Vec::new();
    for platform in &agent.platforms {
        let key = ResourceKey::platform(&agent.id, &platform.id);
        if !context.options.selection.covers(PLATFORM, &key.id) {
            continue;
        }
        let existing = actual.iter().find(|other| other.id == platform.id);
        if existing.is_none() {
            warn_of_twin(context, agent, platform, &key, actual);
        }
        rows.push(row(context, agent, platform, key, existing));
    }
    let declared: BTreeSet<_> = agent.platforms.iter().map(|platform| &platform.id).collect();
    for other in actual.iter().filter(|other| !declared.contains(&other.id)) {
        let key = ResourceKey::platform(&agent.id, &other.id);
        if context.options.selection.covers(PLATFORM, &key.id) {
            rows.push(undeclared(key));
        }
    }
    rows
}

/// The row of a resource that only the org has.
pub(super) fn undeclared(key: ResourceKey) -> Row {
    Row {
        key,
        action: Action::Drift,
        fields: Vec::new(),
        will_restart: false,
        attention: Vec::new(),
        writes: Vec::new(),
    }
}

/// Creating beside another platform of the same type is often a rename that was not meant (P8).
fn warn_of_twin(
    context: &mut Context<'_>,
    agent: &Agent,
    platform: &Platform,
    key: &ResourceKey,
    actual: &[ActualPlatform],
) {
    let declared: BTreeSet<_> = agent.platforms.iter().map(|other| &other.id).collect();
    let twin =
        actual.iter().find(|other| other.platform_type == platform.platform_type && !declared.contains(&other.id));
    if let Some(twin) = twin {
        let message = format!("it will be made beside `{}`, another {} platform", twin.id, platform.platform_type);
        let hint = format!("To adopt that one instead, write id = \"{}\" in lobu.toml.", twin.id);
        context.warn(key, message, Some(&hint));
    }
}

fn row(
    context: &mut Context<'_>,
    agent: &Agent,
    platform: &Platform,
    key: ResourceKey,
    actual: Option<&ActualPlatform>,
) -> Row {
    let mut merge =
        Merge { key: &key, fields: Vec::new(), config: BTreeMap::new(), resent: Vec::new(), kept: Vec::new() };
    let nothing = BTreeMap::new();
    let found = actual.map_or(&nothing, |actual| &actual.config);
    if let Some(actual) = actual.filter(|actual| actual.platform_type != platform.platform_type) {
        let (before, after) = (Value::known(&actual.platform_type), Value::known(&platform.platform_type));
        merge.fields.push(field("type", FieldAction::Change, Some(before), Some(after)));
    }
    for name in platform.config.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
        merge.key(context, name, platform.config.get(name).unwrap_or(&Declared::Absent), found.get(name));
    }
    let Merge { fields, config, resent, kept, .. } = merge;
    let put = PlatformPut {
        agent: agent.id.clone(),
        id: platform.id.clone(),
        platform_type: platform.platform_type.clone(),
        name: platform.name.clone(),
        config,
        settings: actual.map(|actual| actual.settings.clone()),
    };
    let action = action(actual.is_some(), &fields);
    let is_change = matches!(action, Action::Create | Action::Update);
    if action == Action::Update && fields.iter().any(moves) {
        let entry = FieldPath::member("config");
        let carried = kept.into_iter().map(|path| (entry.clone(), path)).collect();
        destination::refuse_carried(context, &key, carried);
    }
    let attention = if action == Action::Update && !resent.is_empty() {
        vec![format!("sends {} again: the org's value cannot be compared", resent.join(", "))]
    } else {
        Vec::new()
    };
    let writes = if is_change { vec![Write::PutPlatform(put)] } else { Vec::new() };
    Row { will_restart: action == Action::Update, key, action, fields, attention, writes }
}

/// Whether a field that is written, or of which nobody can tell, says where the platform's values go.
fn moves(field: &FieldChange) -> bool {
    let is_sent = field.action.is_change() || field.action == FieldAction::Incomparable;
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::literal).map(str::to_owned);
    let (before, after) = (text(&field.before), text(&field.after));
    let is_type = field.path.steps().len() == 1;
    is_sent && (is_type || destination::is_address(field.path.leaf(), &[before.as_deref(), after.as_deref()]))
}

fn action(exists: bool, fields: &[FieldChange]) -> Action {
    let any = |wanted: fn(FieldAction) -> bool| fields.iter().any(|field| wanted(field.action));
    if !exists {
        Action::Create
    } else if any(FieldAction::is_change) {
        Action::Update
    } else if any(|action| matches!(action, FieldAction::Drift { .. })) {
        Action::Drift
    } else {
        Action::Unchanged
    }
}

/// A platform's config being merged: a PUT carries all of it (P8).
struct Merge<'key> {
    key: &'key ResourceKey,
    fields: Vec<FieldChange>,
    config: BTreeMap<String, Value>,
    /// What is sent again because it cannot be compared, should the row be written (W3).
    resent: Vec<String>,
    /// What only the org has and keeps.
    kept: Vec<FieldPath>,
}

impl Merge<'_> {
    fn key(&mut self, context: &mut Context<'_>, name: &str, declared: &Declared<Text>, actual: Option<&Value>) {
        match declared {
            Declared::Value(text) => self.declared(context, name, text, actual),
            Declared::Empty => self.emptied(context, name, actual),
            Declared::Absent => self.undeclared(context, name, actual),
        }
    }

    fn declared(&mut self, context: &Context<'_>, name: &str, text: &Text, actual: Option<&Value>) {
        let after = Value::Text(text.clone());
        self.config.insert(name.to_owned(), after.clone());
        let Some(actual) = actual.filter(|actual| !actual.is_blank()) else {
            return self.push(name, FieldAction::Add, None, Some(after));
        };
        let reference = compare::reference(&after);
        let before = compare::before(&after, actual);
        match compare::platform_text(context.mode, text, actual) {
            Comparison::Equal => {}
            Comparison::Incomparable if !context.options.resend.covers(self.key, reference) => {
                let shown = reference.map_or_else(|| format!("`{name}`"), crate::model::SecretName::reference);
                self.resent.push(shown);
                self.push(name, FieldAction::Incomparable, Some(before), Some(after));
            }
            Comparison::Incomparable | Comparison::Different => {
                self.push(name, FieldAction::Change, Some(before), Some(after));
            }
        }
    }

    fn emptied(&mut self, context: &mut Context<'_>, name: &str, actual: Option<&Value>) {
        let Some(actual) = actual.filter(|actual| !actual.is_blank()) else { return };
        if context.server.removes_platform_keys {
            return self.push(name, FieldAction::Clear, Some(actual.clone()), None);
        }
        context.note("platform config keys that the files empty stay: this server never removes a key");
        self.keep(name, actual);
    }

    fn undeclared(&mut self, context: &mut Context<'_>, name: &str, actual: Option<&Value>) {
        let Some(actual) = actual else { return };
        let removable = context.server.removes_platform_keys;
        if context.options.prune && removable && !actual.is_blank() {
            return self.push(name, FieldAction::Remove, Some(actual.clone()), None);
        }
        if context.options.prune && !actual.is_blank() {
            context.note("platform config keys that no file has stay: this server never removes a key");
        }
        self.keep(name, actual);
        if !actual.is_blank() {
            self.push(name, FieldAction::Drift { prunable: removable }, Some(actual.clone()), None);
        }
    }

    /// Carries over what only the org has.
    fn keep(&mut self, name: &str, actual: &Value) {
        self.config.insert(name.to_owned(), actual.clone());
        if actual.any_text(&|text| text.literal().is_none_or(|text| !text.is_empty())) {
            self.kept.push(FieldPath::member("config").join(name));
        }
    }

    fn push(&mut self, name: &str, action: FieldAction, before: Option<Value>, after: Option<Value>) {
        let path = FieldPath::member("config").join(name);
        self.fields.push(FieldChange { path, action, before, after, sources: BTreeMap::new(), guarded: false });
    }
}
