//! The JSON of `lobu pull` and `lobu drift`, version 1.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::{Diagnostic, Value};
use crate::plan::{Action, FieldChange, Plan};
use crate::pull::{FileWrite, PullAction, PullPlan, PullRow, Reason};
use crate::schema::{file_path, toml_key};

use super::document::{Change, Diagnosis, KindWord, Target, Undeclared, Widening};
use super::value::shown;
use super::write::{FORMAT_VERSION, JsonTarget, change, diagnoses, target, version, widens, written};

/// What `lobu pull --json` writes.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PullDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// Where it comes from.
    pub target: Target,
    /// The selectors as they were written.
    pub selectors: Vec<String>,
    /// What a pull does, or would do.
    #[serde(flatten)]
    pub pull: PullObject,
    /// What was found in the project's files.
    pub warnings: Vec<Diagnosis>,
}

/// What a pull does to the files.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PullObject {
    /// The resources whose files change.
    pub changes: Vec<PulledResource>,
    /// The files that change.
    pub files: Vec<PulledFile>,
    /// References that the project did not have.
    pub references: Vec<PulledReference>,
    /// What only the files have; `--prune-local` takes it out of them.
    pub missing: Vec<PulledPlace>,
    /// What is not written, and why.
    pub withheld: Vec<WithheldValue>,
    /// References of the files that stay although the org has something else there.
    pub kept: Vec<KeptReference>,
    /// What the org has and the project does not declare.
    pub undeclared: Vec<Undeclared>,
    /// What to know, a sentence each.
    pub notes: Vec<String>,
    /// How many resources are as the org has them.
    pub unchanged: usize,
}

/// What `lobu drift --json` writes: both directions of the same difference.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DriftDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// What is compared with the project.
    pub target: Target,
    /// The selectors as they were written.
    pub selectors: Vec<String>,
    /// Whether something that the project declares is otherwise in the org: then the exit code is 6.
    pub differs: bool,
    /// What an apply would send, and what it would leave.
    pub apply: Vec<Change>,
    /// What a pull would write.
    pub pull: PullObject,
    /// What was found in the project's files.
    pub warnings: Vec<Diagnosis>,
}

/// What becomes of the files of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum PullWord {
    /// The project gets it.
    Create,
    /// Its files are changed.
    Update,
    /// It is taken out of the project.
    Remove,
}

/// One resource of a pull.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PulledResource {
    /// What it is.
    pub kind: KindWord,
    /// The agent id, `agent/stable-id` of a platform, or the slug of a type.
    pub id: String,
    /// What becomes of its files.
    pub action: PullWord,
    /// Its fields.
    pub fields: Vec<PulledField>,
    /// The files that it changes.
    pub files: Vec<String>,
}

/// One field of a resource.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PulledField {
    /// Where it is, in the server's words: `networkConfig.judges[a.b]`.
    pub path: String,
    /// Where it is, as the files name it: `network.judges."a.b"`, `SOUL.md`.
    pub file_path: String,
    /// What the files say; null where they say nothing or it is sensitive. A reference to a secret is the text `$NAME`.
    pub before: serde_json::Value,
    /// What they will say; null where they will say nothing or it is sensitive.
    pub after: serde_json::Value,
    /// Whether either side holds something that is never shown; then both are null.
    pub sensitive: bool,
    /// What the change lets an agent do that it could not do before.
    pub widens: Vec<Widening>,
    /// The table of a target that it is written to: `targets.production`; null where all targets share it.
    pub table: Option<String>,
}

/// What becomes of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FileWord {
    /// It is made.
    Create,
    /// It is changed.
    Overwrite,
    /// It goes.
    Delete,
}

/// One file of a pull.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PulledFile {
    /// The path below the project directory.
    pub path: String,
    /// What becomes of it.
    pub action: FileWord,
    /// Whether it was done.
    pub written: bool,
}

/// A reference that the project did not have.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PulledReference {
    /// The secret's name, without `$`.
    pub name: String,
    /// Where it stands.
    pub place: String,
    /// Whether the name is of lobu's making: the org has a value there that is not written.
    pub made_up: bool,
}

/// A resource, or a part of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PulledPlace {
    /// What it is.
    pub kind: KindWord,
    /// Which one.
    pub id: String,
    /// The part; empty for the whole.
    pub path: String,
    /// The same as the files name it.
    pub file_path: String,
}

/// Why a value is not written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum WithheldWord {
    /// It may be a secret, and no reference can stand there.
    Suspected,
    /// The server hides it.
    Hidden,
    /// It would become a reference that the project does not have.
    Reference,
    /// No file can say it.
    Unwritable,
}

/// A value that is not written.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct WithheldValue {
    /// What it is.
    pub kind: KindWord,
    /// Which one.
    pub id: String,
    /// The field; empty for the whole resource.
    pub path: String,
    /// The same as the files name it.
    pub file_path: String,
    /// Why.
    pub reason: WithheldWord,
    /// Why, in words; null where the reason says it all.
    pub message: Option<String>,
    /// What `--allow-suspected` takes to write it; null where it can't be written.
    pub allow: Option<String>,
}

/// A reference that stays.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct KeptReference {
    /// What it is.
    pub kind: KindWord,
    /// Which one.
    pub id: String,
    /// The field.
    pub path: String,
    /// The same as the files name it.
    pub file_path: String,
    /// The secret's name, without `$`.
    pub name: String,
    /// Whether the org has a value there, another one or one that it hides.
    pub org_has: bool,
}

/// What a pull itself does not know.
#[derive(Debug, Clone, Copy)]
pub struct PullView<'a> {
    /// Where it comes from.
    pub target: JsonTarget<'a>,
    /// The server's generation.
    pub generation: &'a str,
    /// The selectors as they were written.
    pub selectors: &'a [String],
    /// What was found in the project's files.
    pub warnings: &'a [Diagnostic],
    /// The files.
    pub writes: &'a [FileWrite],
    /// Those that were written.
    pub written: &'a [FileWrite],
}

/// Writes a pull.
pub fn pull(plan: &PullPlan, view: &PullView<'_>) -> String {
    written(&PullDocument {
        format_version: FORMAT_VERSION,
        lobu_version: version(),
        target: target(&view.target, view.generation),
        selectors: view.selectors.to_vec(),
        pull: object(plan, view.writes, view.written),
        warnings: diagnoses(view.warnings),
    })
}

/// What a drift itself does not know.
#[derive(Debug, Clone, Copy)]
pub struct DriftView<'a> {
    /// What is compared.
    pub target: JsonTarget<'a>,
    /// The selectors as they were written.
    pub selectors: &'a [String],
    /// What was found in the project's files.
    pub warnings: &'a [Diagnostic],
    /// Whether something that is declared differs.
    pub differs: bool,
    /// Whether values of the org that no file declares are shown (`--org-values`).
    pub org_values: bool,
    /// The files that a pull would write.
    pub writes: &'a [FileWrite],
}

/// Writes a drift.
pub fn drift(plan: &Plan, pull: &PullPlan, view: &DriftView<'_>) -> String {
    let is_listed = |row: &&crate::plan::Row| row.action != Action::Unchanged || !row.fields.is_empty();
    written(&DriftDocument {
        format_version: FORMAT_VERSION,
        lobu_version: version(),
        target: target(&view.target, plan.generation),
        selectors: view.selectors.to_vec(),
        differs: view.differs,
        apply: plan.rows.iter().filter(is_listed).map(|row| change(row, view.org_values)).collect(),
        pull: object(pull, view.writes, &[]),
        warnings: diagnoses(view.warnings),
    })
}

fn object(plan: &PullPlan, writes: &[FileWrite], done: &[FileWrite]) -> PullObject {
    // Every part is looked at, so that a new one is not forgotten here.
    let PullPlan {
        rows,
        missing,
        withheld,
        kept,
        undeclared,
        left_out: _,
        unchanged,
        notes,
        unused_allowed: _,
        unmatched: _,
        open: _,
    } = plan;
    let references = rows.iter().flat_map(|row| &row.references);
    PullObject {
        changes: rows.iter().map(resource).collect(),
        files: writes.iter().map(|write| file(write, done.contains(write))).collect(),
        references: references
            .map(|one| PulledReference {
                name: one.name.to_string(),
                place: one.place.clone(),
                made_up: one.is_made_up,
            })
            .collect(),
        missing: missing
            .iter()
            .map(|one| PulledPlace {
                kind: KindWord(one.key.kind),
                id: one.key.id.clone(),
                path: one.path.to_string(),
                file_path: file_path(one.key.kind, &one.path),
            })
            .collect(),
        withheld: withheld.iter().map(withheld_value).collect(),
        kept: kept
            .iter()
            .map(|one| KeptReference {
                kind: KindWord(one.key.kind),
                id: one.key.id.clone(),
                path: one.path.to_string(),
                file_path: file_path(one.key.kind, &one.path),
                name: one.name.to_string(),
                org_has: one.org_has,
            })
            .collect(),
        undeclared: undeclared.iter().map(|(of, ids)| Undeclared { kind: KindWord(*of), ids: ids.clone() }).collect(),
        notes: notes.clone(),
        unchanged: *unchanged,
    }
}

fn resource(row: &PullRow) -> PulledResource {
    PulledResource {
        kind: KindWord(row.key.kind),
        id: row.key.id.clone(),
        action: match row.action {
            PullAction::Create => PullWord::Create,
            PullAction::Update => PullWord::Update,
            PullAction::Remove => PullWord::Remove,
        },
        fields: row.fields.iter().map(|change| field(row, change)).collect(),
        files: row.paths().into_iter().collect(),
    }
}

fn field(row: &PullRow, change: &FieldChange) -> PulledField {
    let kind = row.key.kind;
    let table = row.overlaid.at(&file_path(kind, &change.path));
    let sides = [change.before.as_ref(), change.after.as_ref()];
    let sensitive = sides.into_iter().flatten().any(Value::has_hidden);
    let [before, after] = sides.map(|side| shown(side.filter(|_| !sensitive)));
    PulledField {
        path: change.path.to_string(),
        file_path: file_path(kind, &change.path),
        before,
        after,
        sensitive,
        widens: widens(kind, change, false),
        table: table.map(|at| format!("targets.{}", toml_key(at.target))),
    }
}

fn file(write: &FileWrite, is_written: bool) -> PulledFile {
    let action = match (&write.before, &write.after) {
        (None, _) => FileWord::Create,
        (Some(_), Some(_)) => FileWord::Overwrite,
        (Some(_), None) => FileWord::Delete,
    };
    PulledFile { path: write.path.clone(), action, written: is_written }
}

fn withheld_value(one: &crate::pull::Withheld) -> WithheldValue {
    let (reason, message) = match &one.reason {
        Reason::Suspected => (WithheldWord::Suspected, None),
        Reason::Hidden => (WithheldWord::Hidden, None),
        Reason::Reference(name) => (WithheldWord::Reference, Some(name.reference())),
        Reason::Unwritable(why) => (WithheldWord::Unwritable, Some(why.clone())),
    };
    WithheldValue {
        kind: KindWord(one.key.kind),
        id: one.key.id.clone(),
        path: one.path.to_string(),
        file_path: file_path(one.key.kind, &one.path),
        reason,
        message,
        allow: one.is_suspected().then(|| one.name()),
    }
}
