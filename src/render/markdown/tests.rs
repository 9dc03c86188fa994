//! Pages as GitHub reads them: parsed again, whatever the texts of others are.

mod hostile;
mod limits;
mod structure;

use std::collections::BTreeMap;

use crate::model::{Diagnostic, Family, FieldPath, Position, SecretName, Severity, Value};
use crate::plan::{Action, FieldAction, FieldChange, MissingSecret, Need, Plan, Problem, ProviderKey, Row, SecretUse};
use crate::render::plan::PlanView;
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, SETTINGS, WATCHER};
use crate::schema::{Kind, ResourceKey, SecretsMode};

use super::*;

fn view(limit: usize) -> MarkdownView<'static> {
    let plan = PlanView {
        context: "work",
        server: "https://lobu.example",
        org: "acme",
        plan_id: Some("0123456789abcdef0123456789abcdef01234567"),
        with_head: true,
        columns: 80,
        org_values: true,
        show_unchanged: false,
        full: false,
        all: true,
        dry_run: true,
        have: &|_| false,
        push_command: "lobu secrets push",
        selectors: &[],
    };
    MarkdownView { plan, diagnostics: &[], declared: &[], limit }
}

fn empty() -> Plan {
    Plan {
        secrets: SecretsMode::References,
        generation: "G2",
        rows: Vec::new(),
        undeclared: BTreeMap::new(),
        left_out: BTreeMap::new(),
        secrets_used: Vec::new(),
        needs: Vec::new(),
        missing_secrets: Vec::new(),
        problems: Vec::new(),
        mismatches: Vec::new(),
        notes: Vec::new(),
        warnings: Vec::new(),
        provider_keys: Vec::new(),
        takes_provider_keys: false,
        not_compared: None,
    }
}

fn row(kind: Kind, id: &str, action: Action, fields: Vec<FieldChange>) -> Row {
    Row {
        key: ResourceKey::new(kind, id),
        declared_at: None,
        overlaid: crate::schema::Overlaid::default(),
        action,
        fields,
        only_in_org: Vec::new(),
        will_restart: false,
        attention: Vec::new(),
        writes: Vec::new(),
    }
}

fn field(path: &[&str], action: FieldAction, before: Option<Value>, after: Option<Value>) -> FieldChange {
    let path = FieldPath::of(path.iter().copied());
    FieldChange { path, action, before, after, sources: BTreeMap::new(), guarded: false }
}

fn change(path: &[&str], before: &str, after: &str) -> FieldChange {
    field(path, FieldAction::Change, Some(Value::known(before)), Some(Value::known(after)))
}

fn secret(name: &str) -> SecretName {
    SecretName::parse(name).unwrap()
}
