//! A config that every request carries whole: what the files declare, over what is carried over from the org.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{FieldPath, SecretName, Text, Value};
use crate::schema::{Declaration, Field, ResourceKey};

use super::compare::{self, Comparison};
use super::context::Context;
use super::{FieldAction, FieldChange};

/// A config being merged.
pub(super) struct MergedConfig<'row> {
    key: &'row ResourceKey,
    path: FieldPath,
    pub(super) fields: Vec<FieldChange>,
    /// The config as it will be sent.
    pub(super) config: BTreeMap<String, Value>,
    /// What is sent again because it cannot be compared, should the row be written.
    pub(super) resent: Vec<String>,
    /// What only the org has and keeps.
    pub(super) kept: Vec<FieldPath>,
}

impl<'row> MergedConfig<'row> {
    pub(super) fn of(
        context: &mut Context<'_>,
        key: &'row ResourceKey,
        field: &Field,
        declared: Option<&Declaration>,
        actual: Option<&Value>,
    ) -> Self {
        let mut merged = Self {
            key,
            path: FieldPath::member(field.name),
            fields: Vec::new(),
            config: BTreeMap::new(),
            resent: Vec::new(),
            kept: Vec::new(),
        };
        let nothing = BTreeMap::new();
        let declarations = BTreeMap::new();
        let declared = declared.and_then(Declaration::members).unwrap_or(&declarations);
        let found = actual.and_then(Value::as_map).unwrap_or(&nothing);
        for name in declared.keys().chain(found.keys()).collect::<BTreeSet<_>>() {
            merged.entry(context, name, declared.get(name), found.get(name));
        }
        merged
    }

    fn entry(&mut self, context: &mut Context<'_>, name: &str, declared: Option<&Declaration>, actual: Option<&Value>) {
        match declared {
            Some(Declaration::Leaf(Value::Text(text))) => self.declared(context, name, text, actual),
            Some(_) => self.emptied(context, name, actual),
            None => self.undeclared(context, name, actual),
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
        let compared = compare::config_text(context.mode, text, actual);
        match compared.or_told(context.hidden, self.key, &self.path.join(name)) {
            Comparison::Equal => {}
            Comparison::Incomparable if !context.options.resend.covers(self.key, reference) => {
                let shown = reference.map_or_else(|| format!("`{name}`"), SecretName::reference);
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
        if context.server.removes_config_keys {
            return self.push(name, FieldAction::Clear, Some(actual.clone()), None);
        }
        let kind = self.key.kind.singular;
        context.note(format!("{kind} config keys that the files empty stay: this server never removes a key"));
        self.keep(name, actual);
    }

    fn undeclared(&mut self, context: &mut Context<'_>, name: &str, actual: Option<&Value>) {
        let Some(actual) = actual else { return };
        let removable = context.server.removes_config_keys;
        if context.options.prune && removable && !actual.is_blank() {
            return self.push(name, FieldAction::Remove, Some(actual.clone()), None);
        }
        if context.options.prune && !actual.is_blank() {
            let kind = self.key.kind.singular;
            context.note(format!("{kind} config keys that no file has stay: this server never removes a key"));
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
            self.kept.push(self.path.join(name));
        }
    }

    fn push(&mut self, name: &str, action: FieldAction, before: Option<Value>, after: Option<Value>) {
        let path = self.path.join(name);
        self.fields.push(FieldChange { path, action, before, after, sources: BTreeMap::new(), guarded: false });
    }
}
