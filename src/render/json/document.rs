//! The shapes of version 1. Members are added within a version, never renamed or removed.

use std::borrow::Cow;

use schemars::{JsonSchema, SchemaGenerator, json_schema};
use serde::{Serialize, Serializer};
use serde_json::json;

use crate::schema::{ALL, Kind};

/// A plan, or an apply with what became of it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct PlanDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// What was compared with the project.
    pub target: Target,
    /// The family that was planned; null for both.
    pub only: Option<OnlyWord>,
    /// The selectors as they were written.
    pub selectors: Vec<String>,
    /// A digest of target, rows and both sides, for `apply --expect`: 40 hex digits.
    ///
    /// Null where the plan writes secrets in clear and `LOBU_PLAN_KEY` is not set.
    pub plan_id: Option<String>,
    /// The resources that are made, changed, drift, or have values that cannot be compared.
    ///
    /// Those that are as declared are listed with `--show-unchanged` only.
    pub changes: Vec<Change>,
    /// What the org has and the project does not declare.
    pub undeclared: Vec<Undeclared>,
    /// New or changed uses of secrets.
    pub secrets_used: Vec<SecretUse>,
    /// Secrets that the writes need.
    pub needs: Vec<Need>,
    /// Secrets that the org does not have, where it has the secrets API.
    pub missing_secrets: Vec<MissingSecret>,
    /// The keys of providers that the server does not show, where it has no secrets API. Apply sends none.
    pub provider_keys: Vec<UnseenProviderKey>,
    /// What cannot be applied to this server.
    pub problems: Vec<Problem>,
    /// What the reader can fix.
    pub warnings: Vec<Diagnosis>,
    /// What to know, a sentence each.
    pub notes: Vec<String>,
    /// The counts.
    pub summary: Counts,
    /// What became of each row that had something to write; only of an apply.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub report: Option<Outcomes>,
}

/// What is compared and written.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Target {
    /// The context's name.
    pub context: String,
    /// The server's origin.
    pub server: String,
    /// The org's slug.
    pub org: String,
    /// The server's generation: `G1`, `G2` or `lobu-rs`.
    pub generation: String,
    /// The target of lobu.toml that it is; null where it is none.
    pub name: Option<String>,
}

/// A family of kinds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum OnlyWord {
    /// Agents, settings, platforms.
    Agents,
    /// Entity types and relationship types.
    Memory,
}

/// A kind of resource, by its word.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KindWord(pub Kind);

impl Serialize for KindWord {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.0.word)
    }
}

impl JsonSchema for KindWord {
    fn schema_name() -> Cow<'static, str> {
        Cow::Borrowed("KindWord")
    }

    fn json_schema(_: &mut SchemaGenerator) -> schemars::Schema {
        let word = |kind: Kind| json!({"const": kind.word, "description": kind.summary, "type": "string"});
        json_schema!({"description": "A kind of resource.", "oneOf": ALL.kinds().map(word).collect::<Vec<_>>()})
    }
}

/// What becomes of a resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum ActionWord {
    /// It is made.
    Create,
    /// It is changed.
    Update,
    /// It is as declared.
    Unchanged,
    /// It has what the files do not declare, and is left alone.
    Drift,
}

/// What becomes of a field.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum FieldWord {
    /// It was not there.
    Add,
    /// It has another value.
    Change,
    /// The files say that it is empty.
    Clear,
    /// `--prune` takes it away.
    Remove,
    /// It is left alone.
    Drift,
    /// It counts as equal, since nobody can tell.
    Incomparable,
}

/// One resource of a plan.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Change {
    /// What it is.
    pub kind: KindWord,
    /// The agent id, `agent/stable-id` of a platform, or the slug of a type.
    pub id: String,
    /// What becomes of it.
    pub action: ActionWord,
    /// The file that declares it; null for what only the org has.
    pub file: Option<String>,
    /// The line of that file, from 1.
    pub line: Option<u32>,
    /// Whether a platform restarts.
    pub will_restart: bool,
    /// Its fields that differ, drift or cannot be compared; none where the whole resource drifts.
    pub fields: Vec<Field>,
}

/// One field of a resource.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Field {
    /// Where it is, in the server's words: `networkConfig.judges[a.b]`.
    pub path: String,
    /// Where it is, as the files name it: `network.judges."a.b"`, `SOUL.md`.
    pub file_path: String,
    /// What becomes of it.
    pub action: FieldWord,
    /// What the org has; null where there is nothing or it is sensitive. A reference to a secret is the text `$NAME`.
    pub before: serde_json::Value,
    /// What the org will have; null where there is nothing or it is sensitive.
    pub after: serde_json::Value,
    /// Whether either side holds something that is never shown; then both are null.
    pub sensitive: bool,
    /// Whether a value is left out: one that only the org has, unless `--org-values` is set, or with `--names-only` any.
    pub withheld: bool,
    /// What the change lets an agent do that it could not do before.
    pub widens: Vec<Widening>,
    /// Where a target of lobu.toml sets it; null where the resource's own declaration does.
    pub declared_in: Option<DeclaredIn>,
}

/// The place of a value that a target sets.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct DeclaredIn {
    /// The file.
    pub file: String,
    /// The line, from 1.
    pub line: u32,
    /// The table that has it: `targets.production`.
    pub table: String,
}

/// Something that a change opens, for a person to look at.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Widening {
    /// The field, in the server's words.
    pub path: String,
    /// The element of a list; null for the field as a whole, and where it is never shown.
    pub element: Option<String>,
    /// A stable word: `any-host`, `pattern`, `public-suffix`, `shared-host`, `address`, `metadata-address`,
    /// `runs-without-asking`, `guard-removed`, `trusted` or `policy`.
    pub reason: String,
    /// The same in words.
    pub message: String,
}

/// A secret that the project refers to and the org does not have.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct MissingSecret {
    /// The secret's name, without `$`.
    pub name: String,
    /// What uses it: agents whose providers look it up, and places.
    pub used_by: Vec<String>,
}

/// The key of a provider of which nobody can tell whether the server has it.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UnseenProviderKey {
    /// The provider's ID.
    pub provider: String,
    /// The name of the key, without `$`; null for a literal, which is never sent.
    pub name: Option<String>,
    /// The agents that declare it.
    pub used_by: Vec<String>,
    /// Whether `lobu secrets push` can send it to this server.
    pub can_push: bool,
}

/// What the org has of a kind and the project does not declare.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Undeclared {
    /// The kind.
    pub kind: KindWord,
    /// Which ones.
    pub ids: Vec<String>,
}

/// A new or changed use of a secret.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct SecretUse {
    /// The secret's name, without `$`.
    pub name: String,
    /// Where it goes: `agent/platform.field`, or the host of an MCP server.
    pub place: String,
}

/// A secret that the writes need: its value where the server has no secrets API, its name where it has.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Need {
    /// The secret's name, without `$`.
    pub name: String,
    /// The places that use it.
    pub places: Vec<String>,
}

/// Something that cannot be applied to this server.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Problem {
    /// What it is.
    pub kind: KindWord,
    /// Which one.
    pub id: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub hint: Option<String>,
}

/// How much a diagnosis weighs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum SeverityWord {
    /// The project cannot be applied.
    Error,
    /// Something that the reader can fix.
    Warning,
    /// Something to know.
    Note,
}

/// Something about the project's files, or about the org, that the reader can fix.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Diagnosis {
    /// A stable kebab-case word.
    pub code: String,
    /// What happened.
    pub message: String,
    /// The path below the project directory.
    pub file: Option<String>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column in characters, from 1.
    pub column: Option<u32>,
    /// How much it weighs.
    pub severity: SeverityWord,
    /// What to do.
    pub hint: Option<String>,
}

/// How many resources, and parts of them, a plan makes, changes and leaves.
#[derive(Debug, Clone, Copy, Serialize, JsonSchema)]
pub struct Counts {
    /// Resources that are made.
    pub create: usize,
    /// Resources that are changed.
    pub update: usize,
    /// Fields and entries that `--prune` takes away.
    pub remove: usize,
    /// Resources that are as declared.
    pub unchanged: usize,
    /// Resources with drift and nothing to write.
    pub drift: usize,
    /// Values that cannot be compared.
    pub incomparable: usize,
}

/// What became of the rows of an apply, in plan order.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct Outcomes {
    /// Everything of them was done.
    pub done: Vec<RowName>,
    /// They were refused.
    pub failed: Vec<FailedRow>,
    /// They were not begun.
    pub not_tried: Vec<RowName>,
    /// They may have been done.
    pub unknown: Vec<UnknownRow>,
    /// Done, but the server hides these fields, or the row could not be read back.
    pub not_verified: Vec<RowFields>,
    /// Done, and changed by someone else since.
    pub changed_since: Vec<RowName>,
}

/// A row with some of its fields.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RowFields {
    /// What it is.
    pub kind: KindWord,
    /// Which one.
    pub id: String,
    /// The fields, as the files name them; none for the row as a whole.
    pub fields: Vec<String>,
}

/// A row by name.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct RowName {
    /// What it is.
    pub kind: KindWord,
    /// Which one.
    pub id: String,
}

/// A row that failed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct FailedRow {
    /// What it is.
    pub kind: KindWord,
    /// Which one.
    pub id: String,
    /// What happened.
    pub message: String,
    /// The HTTP status, where the server answered.
    pub status: Option<u16>,
    /// The server's code, where it gave one.
    pub code: Option<String>,
    /// What to do, where it is known.
    pub hint: Option<String>,
}

/// A row that may have been done.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UnknownRow {
    /// What it is.
    pub kind: KindWord,
    /// Which one.
    pub id: String,
    /// Why nobody can tell.
    pub message: String,
}

/// A command that failed without a plan to report.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ErrorDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// Why it failed.
    pub error: ErrorObject,
    /// What was found in the project's files up to then.
    pub warnings: Vec<Diagnosis>,
}

/// Why a command failed.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ErrorObject {
    /// A stable kebab-case word.
    pub kind: String,
    /// The exit code.
    pub exit_code: u8,
    /// What happened.
    pub message: String,
    /// Why, from the outside in.
    pub causes: Vec<String>,
    /// What to do.
    pub hints: Vec<String>,
}
