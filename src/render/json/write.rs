use serde::Serialize;

use crate::error::CommandError;
use crate::execute::{Report, RowOutcome, Verification};
use crate::model::{Diagnostic, Severity};
use crate::plan::{Action, FieldAction, FieldChange, Only, Plan, Row, Summary, widenings};
use crate::render::diagnostics::view;
use crate::render::hidden_values::why_not_compared;
use crate::schema::{Kind, OverlaidAt, ResourceKey, file_path, toml_key};

use super::document::{
    ActionWord, Change, Counts, DeclaredIn, Diagnosis, ErrorDocument, ErrorObject, FailedRow, Field, FieldWord,
    KindWord, MissingSecret, Need, OnlyWord, Outcomes, PlanDocument, Problem, RowFields, RowName, SecretUse,
    SeverityWord, Target, Undeclared, UnknownRow, UnseenProviderKey, Widening,
};
use super::value::shown;

pub(super) const FORMAT_VERSION: u32 = 1;

/// The code of what a plan warns of in the org; warnings of files have their own.
const PLAN_WARNING: &str = "plan";

/// What a plan is for.
#[derive(Debug, Clone, Copy)]
pub struct JsonTarget<'a> {
    /// The context's name.
    pub context: &'a str,
    /// The server's origin.
    pub server: &'a str,
    /// The org's slug.
    pub org: &'a str,
    /// The target of lobu.toml that it is.
    pub name: Option<&'a str>,
}

/// What a plan itself does not know.
#[derive(Debug, Clone, Copy)]
pub struct JsonView<'a> {
    /// What it is for.
    pub target: JsonTarget<'a>,
    /// The family that was planned.
    pub only: Option<Only>,
    /// The selectors as they were written.
    pub selectors: &'a [String],
    /// What was found in the project's files.
    pub warnings: &'a [Diagnostic],
    /// None where the plan writes hidden literals, and there is no key for their digests.
    pub plan_id: Option<&'a str>,
    /// Whether resources that are as declared are listed (`--show-unchanged`).
    pub show_unchanged: bool,
    /// Whether values of the org that no file declares are shown (`--org-values`).
    pub org_values: bool,
}

/// Writes a plan.
pub fn plan(plan: &Plan, view: &JsonView<'_>) -> String {
    written(&document(plan, view, None))
}

/// Writes a plan with what became of it.
pub fn apply(plan: &Plan, report: &Report, view: &JsonView<'_>) -> String {
    written(&document(plan, view, Some(outcomes(report))))
}

/// Writes the failure of a command.
pub fn error(error: &CommandError, warnings: &[Diagnostic]) -> String {
    written(&ErrorDocument {
        format_version: FORMAT_VERSION,
        lobu_version: version(),
        error: ErrorObject {
            kind: error.kind.word().to_owned(),
            exit_code: error.exit_code(),
            message: error.to_string(),
            causes: error.causes(),
            hints: error.hints.iter().flat_map(|hint| hint.lines().map(str::to_owned)).collect(),
        },
        warnings: diagnoses(warnings),
    })
}

pub(super) fn written(document: &impl Serialize) -> String {
    // Texts, numbers and lists of them: nothing in a document can fail to be written.
    serde_json::to_string_pretty(document).unwrap_or_default()
}

pub(super) fn version() -> String {
    env!("CARGO_PKG_VERSION").to_owned()
}

fn document(plan: &Plan, view: &JsonView<'_>, report: Option<Outcomes>) -> PlanDocument {
    // Every part of a plan is looked at, so that a new one is not forgotten here. The document has no member for
    // what the selectors left out.
    let Plan {
        secrets: _,
        generation,
        rows,
        undeclared,
        left_out: _,
        secrets_used,
        needs,
        missing_secrets,
        provider_keys,
        takes_provider_keys,
        problems,
        mismatches: _,
        notes,
        warnings: _,
        not_compared,
    } = plan;
    let is_listed = |row: &&Row| view.show_unchanged || row.action != Action::Unchanged || !row.fields.is_empty();
    let why = not_compared.and_then(why_not_compared).map(str::to_owned);
    PlanDocument {
        format_version: FORMAT_VERSION,
        lobu_version: version(),
        target: target(&view.target, generation),
        only: view.only.map(only),
        selectors: view.selectors.to_vec(),
        plan_id: view.plan_id.map(str::to_owned),
        changes: rows.iter().filter(is_listed).map(|row| change(row, view.org_values)).collect(),
        undeclared: undeclared.iter().map(|(of, ids)| Undeclared { kind: KindWord(*of), ids: ids.clone() }).collect(),
        secrets_used: secrets_used
            .iter()
            .map(|one| SecretUse { name: one.name.to_string(), place: one.place() })
            .collect(),
        needs: needs.iter().map(|need| Need { name: need.name.to_string(), places: need.places.clone() }).collect(),
        missing_secrets: missing_secrets
            .iter()
            .map(|one| MissingSecret { name: one.name.to_string(), used_by: one.users.clone() })
            .collect(),
        provider_keys: provider_keys
            .iter()
            .map(|key| UnseenProviderKey {
                provider: key.provider.clone(),
                name: key.name.as_ref().map(ToString::to_string),
                used_by: key.agents.clone(),
                can_push: *takes_provider_keys && key.name.is_some(),
            })
            .collect(),
        problems: problems.iter().map(problem).collect(),
        warnings: warnings(plan, view.warnings),
        notes: notes.iter().cloned().chain(why).chain(attention(rows)).collect(),
        summary: counts(plan.summary()),
        report,
    }
}

pub(super) fn target(target: &JsonTarget<'_>, generation: &str) -> Target {
    Target {
        context: target.context.to_owned(),
        server: target.server.to_owned(),
        org: target.org.to_owned(),
        generation: generation.to_owned(),
        name: target.name.map(str::to_owned),
    }
}

pub(super) fn change(row: &Row, org_values: bool) -> Change {
    Change {
        kind: KindWord(row.key.kind),
        id: row.key.id.clone(),
        action: match row.action {
            Action::Create => ActionWord::Create,
            Action::Update => ActionWord::Update,
            Action::Unchanged => ActionWord::Unchanged,
            Action::Drift => ActionWord::Drift,
        },
        file: row.declared_at.as_ref().map(|position| position.file.clone()),
        line: row.declared_at.as_ref().map(|position| position.line).filter(|line| *line > 0),
        will_restart: row.will_restart,
        fields: row
            .fields
            .iter()
            .chain(&row.only_in_org)
            .map(|change| Field { declared_in: declared_in(row, change), ..field(row.key.kind, change, org_values) })
            .collect(),
    }
}

/// Where a target sets a field of a row.
fn declared_in(row: &Row, change: &FieldChange) -> Option<DeclaredIn> {
    let OverlaidAt { target, position } = row.overlaid.at(&file_path(row.key.kind, &change.path))?;
    Some(DeclaredIn {
        file: position.file.clone(),
        line: position.line,
        table: format!("targets.{}", toml_key(target)),
    })
}

fn field(kind: Kind, change: &FieldChange, org_values: bool) -> Field {
    let is_drift = matches!(change.action, FieldAction::Drift { .. });
    let withheld = is_drift && !org_values && change.before.is_some() || change.is_only_named();
    let sides = [change.before.as_ref().filter(|_| !withheld), change.after.as_ref()];
    let sensitive = sides.into_iter().flatten().any(crate::model::Value::has_hidden);
    let [before, after] = sides.map(|side| shown(side.filter(|_| !sensitive)));
    Field {
        path: change.path.to_string(),
        file_path: file_path(kind, &change.path),
        action: match change.action {
            FieldAction::Add => FieldWord::Add,
            FieldAction::Change => FieldWord::Change,
            FieldAction::Clear => FieldWord::Clear,
            FieldAction::Remove => FieldWord::Remove,
            FieldAction::Drift { .. } => FieldWord::Drift,
            FieldAction::Incomparable => FieldWord::Incomparable,
        },
        before,
        after,
        sensitive,
        withheld,
        widens: widens(kind, change, withheld),
        declared_in: None,
    }
}

/// What a change opens; of what only the org has, what that is.
pub(super) fn widens(kind: Kind, change: &FieldChange, withheld: bool) -> Vec<Widening> {
    let sides = match change.action {
        FieldAction::Incomparable => return Vec::new(),
        FieldAction::Drift { .. } => (None, change.before.as_ref()),
        _ => (change.before.as_ref(), change.after.as_ref()),
    };
    let one = |widening: crate::plan::Widening| Widening {
        path: widening.path.to_string(),
        element: widening.element.filter(|_| !withheld),
        reason: widening.word.to_owned(),
        message: widening.what,
    };
    widenings(kind, &change.path, sides.0, sides.1).into_iter().map(one).collect()
}

fn only(only: Only) -> OnlyWord {
    match only {
        Only::Agents => OnlyWord::Agents,
        Only::Memory => OnlyWord::Memory,
    }
}

fn problem(problem: &crate::plan::Problem) -> Problem {
    Problem {
        kind: KindWord(problem.key.kind),
        id: problem.key.id.clone(),
        message: problem.message.clone(),
        hint: problem.hint.clone(),
    }
}

/// The warnings of the files, then those of the plan.
fn warnings(plan: &Plan, diagnostics: &[Diagnostic]) -> Vec<Diagnosis> {
    let of_plan = plan.warnings.iter().map(|warning| Diagnosis {
        code: PLAN_WARNING.to_owned(),
        message: format!("{}: {}", warning.key, warning.message),
        file: None,
        line: None,
        column: None,
        severity: SeverityWord::Warning,
        hint: warning.hint.clone(),
    });
    diagnoses(diagnostics).into_iter().chain(of_plan).collect()
}

pub(super) fn diagnoses(diagnostics: &[Diagnostic]) -> Vec<Diagnosis> {
    let one = |diagnostic: &Diagnostic| {
        let view = view(diagnostic);
        Diagnosis {
            code: view.code.to_owned(),
            message: view.message.to_owned(),
            file: view.file.map(str::to_owned),
            line: view.line,
            column: view.column,
            severity: match diagnostic.severity {
                Severity::Error => SeverityWord::Error,
                Severity::Warning => SeverityWord::Warning,
                Severity::Note => SeverityWord::Note,
            },
            hint: view.hint,
        }
    };
    diagnostics.iter().map(one).collect()
}

/// The `!` lines of rows, which version 1 has no member for.
fn attention(rows: &[Row]) -> impl Iterator<Item = String> {
    rows.iter().flat_map(|row| row.attention.iter().map(|text| format!("{}: {text}", row.key)))
}

fn counts(summary: Summary) -> Counts {
    let Summary { create, update, remove, unchanged, drift, incomparable } = summary;
    Counts { create, update, remove, unchanged, drift, incomparable }
}

fn outcomes(report: &Report) -> Outcomes {
    let Verification { hidden, changed_since, unread } = &report.verification;
    let fields = |key: &ResourceKey, fields: &[String]| RowFields {
        kind: KindWord(key.kind),
        id: key.id.clone(),
        fields: fields.to_vec(),
    };
    let hidden = hidden.iter().map(|(key, hidden)| fields(key, hidden));
    let unread = unread.iter().map(|key| fields(key, &[]));
    let mut outcomes = Outcomes {
        done: Vec::new(),
        failed: Vec::new(),
        not_tried: Vec::new(),
        unknown: Vec::new(),
        not_verified: hidden.chain(unread).collect(),
        changed_since: changed_since.iter().map(name).collect(),
    };
    for (key, outcome) in &report.rows {
        match outcome {
            RowOutcome::Done(_) => outcomes.done.push(name(key)),
            RowOutcome::NotTried => outcomes.not_tried.push(name(key)),
            RowOutcome::Failed(failure) => outcomes.failed.push(FailedRow {
                kind: KindWord(key.kind),
                id: key.id.clone(),
                message: failure.reason.to_string(),
                status: failure.status(),
                code: failure.error().and_then(|error| error.code()).map(str::to_owned),
                hint: failure.hint.clone(),
            }),
            RowOutcome::Unknown(why) => {
                outcomes.unknown.push(UnknownRow {
                    kind: KindWord(key.kind),
                    id: key.id.clone(),
                    message: why.clone(),
                });
            }
        }
    }
    outcomes
}

fn name(key: &ResourceKey) -> RowName {
    RowName { kind: KindWord(key.kind), id: key.id.clone() }
}
