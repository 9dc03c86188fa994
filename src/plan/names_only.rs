//! A plan for public logs: kinds, ids and names of fields, and nothing that could hold a value.

use std::collections::{BTreeMap, BTreeSet};

use crate::model::{counted, plural};
use crate::schema::file_path;

use super::{FieldAction, FieldChange, Plan, Problem, Row, SecretUse, widenings};

/// What stands for a message: it may repeat a value.
const MESSAGE: &str = "its message is left out by --names-only";

impl Plan {
    /// The same without values, and without sentences that may have one. It is to be shown, not to be carried out.
    #[must_use]
    pub fn names_only(&self) -> Self {
        // Every part is looked at, so that a new one is not shown by mistake.
        let Self {
            secrets,
            generation,
            rows,
            undeclared,
            left_out,
            secrets_used,
            needs,
            missing_secrets,
            provider_keys,
            takes_provider_keys,
            problems,
            mismatches,
            notes,
            warnings,
            not_compared,
        } = self;
        let used = |SecretUse { name, user, destination: _ }: &SecretUse| SecretUse {
            name: name.clone(),
            user: user.clone(),
            destination: None,
        };
        Self {
            secrets: *secrets,
            generation,
            rows: rows.iter().map(named_row).collect(),
            undeclared: undeclared.clone(),
            left_out: left_out.clone(),
            secrets_used: secrets_used.iter().map(used).collect(),
            // Names of secrets, and of the fields that use them.
            needs: needs.clone(),
            missing_secrets: missing_secrets.clone(),
            provider_keys: provider_keys.clone(),
            takes_provider_keys: *takes_provider_keys,
            problems: problems.iter().map(named_problem).collect(),
            mismatches: mismatches.clone(),
            notes: left_out_notes(notes.len()).into_iter().collect(),
            warnings: warnings.iter().map(named_problem).collect(),
            not_compared: *not_compared,
        }
    }
}

/// What is said of notes, which may repeat lists of the files.
fn left_out_notes(count: usize) -> Option<String> {
    let is = plural(count, "is", "are");
    (count > 0).then(|| format!("{} {is} left out by --names-only", counted(count, "note")))
}

fn named_row(row: &Row) -> Row {
    let Row { key, declared_at, overlaid, action, fields, only_in_org, will_restart, attention, writes: _ } = row;
    let opened: BTreeSet<String> = fields.iter().chain(only_in_org).flat_map(|field| opened(row, field)).collect();
    Row {
        key: key.clone(),
        declared_at: declared_at.clone(),
        overlaid: overlaid.clone(),
        action: *action,
        fields: fields.iter().map(named_field).collect(),
        only_in_org: only_in_org.iter().map(named_field).collect(),
        will_restart: *will_restart,
        // Which secrets are sent again, by name.
        attention: attention.iter().cloned().chain(opened).collect(),
        writes: Vec::new(),
    }
}

/// What a field opens, by its name and in words that have nothing of it.
fn opened(row: &Row, field: &FieldChange) -> Vec<String> {
    let FieldChange { path, action, before, after, .. } = field;
    let (before, after) = match action {
        FieldAction::Incomparable => return Vec::new(),
        FieldAction::Drift { .. } => (None, before.as_ref()),
        _ => (before.as_ref(), after.as_ref()),
    };
    let found = widenings(row.key.kind, path, before, after);
    found.iter().map(|opened| format!("{}: {}", file_path(row.key.kind, &opened.path), opened.what)).collect()
}

fn named_field(field: &FieldChange) -> FieldChange {
    let FieldChange { path, action, before: _, after: _, sources: _, guarded } = field;
    let (path, sources) = (path.clone(), BTreeMap::new());
    FieldChange { path, action: *action, before: None, after: None, sources, guarded: *guarded }
}

fn named_problem(problem: &Problem) -> Problem {
    let Problem { key, message: _, hint: _ } = problem;
    Problem { key: key.clone(), message: MESSAGE.to_owned(), hint: None }
}
