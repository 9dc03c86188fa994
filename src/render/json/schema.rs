use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::json;

use crate::explain::{lobu_toml_schema, models_schema, skill_schema};
use crate::schema::ALL;

use super::doctor::{BundleDocument, DoctorDocument};
use super::document::{ErrorDocument, PlanDocument};
use super::explain::ExplainDocument;
use super::lists::{ContextsDocument, OrgsDocument, ValidDocument, WhoamiDocument};
use super::pull::{DriftDocument, PullDocument};
use super::secrets::{PushDocument, SecretsDocument};
use super::show::{ShowDocument, TargetsDocument};

/// A schema that `lobu schema` prints, and that `docs/reference` has as `NAME.schema.json`.
pub struct PrintedSchema {
    pub name: &'static str,
    /// Other names, of verbs that print what it describes.
    pub aliases: &'static [&'static str],
    /// What it describes, for a list of them.
    pub says: &'static str,
    /// The schema. It ends with a line break.
    pub text: fn() -> String,
}

/// Every schema: those of project files, and then those of what `--json` prints.
pub const PRINTED: [PrintedSchema; 13] = [
    of("lobu-toml", &[], "lobu.toml, for editors", || pretty(&lobu_toml_schema(&ALL))),
    of("models", &["model"], "model files, for editors", || pretty(&models_schema(&ALL))),
    of("skill", &["skills"], "frontmatter of a SKILL.md, for editors", || pretty(&skill_schema(&ALL))),
    of("plan", &["apply"], "output of lobu plan --json and lobu apply --json", schema),
    of("pull", &["drift"], "output of lobu pull --json and lobu drift --json", pull_schema),
    of("show", &[], "output of lobu show --json", show_schema),
    of("secrets", &[], "output of lobu secrets with --json", secrets_schema),
    of("validate", &[], "output of lobu validate --json", validate_schema),
    of("doctor", &[], "output of lobu doctor --json and --bundle", doctor_schema),
    of("explain", &[], "output of lobu explain --json", explain_schema),
    of("whoami", &[], "output of lobu whoami --json", whoami_schema),
    of("context", &[], "output of lobu context list --json", context_schema),
    of("org", &[], "output of lobu org list --json", org_schema),
];

const fn of(
    name: &'static str,
    aliases: &'static [&'static str],
    says: &'static str,
    text: fn() -> String,
) -> PrintedSchema {
    PrintedSchema { name, aliases, says, text }
}

/// A schema as the reference has it. It is plain JSON, which can always be written.
fn pretty(schema: &serde_json::Value) -> String {
    serde_json::to_string_pretty(schema).unwrap_or_default() + "\n"
}

/// How many of the documents of a schema one document may be.
#[derive(Clone, Copy)]
enum Choice {
    One,
    Any,
}

/// A JSON Schema (2020-12) of version 1: one of these documents, or an error. It ends with a line break.
fn schema_of(
    title: &str,
    description: &str,
    choice: Choice,
    documents: &[fn(&mut SchemaGenerator) -> Schema],
) -> String {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let mut schemas: Vec<Schema> = documents.iter().map(|document| document(&mut generator)).collect();
    schemas.push(document::<ErrorDocument>(&mut generator));
    let choice = match choice {
        Choice::One => "oneOf",
        Choice::Any => "anyOf",
    };
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": format!("lobu {title}, version 1"),
        "description": format!("{description} Members may be added within a version."),
        (choice): schemas,
        "$defs": generator.take_definitions(true),
    });
    pretty(&schema)
}

fn document<Document: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    generator.subschema_for::<Document>()
}

/// That of `lobu plan` and `lobu apply`.
pub fn schema() -> String {
    let what = "What `lobu plan --json` and `lobu apply --json` write: a plan, an apply with its report, or an error.";
    schema_of("plan", what, Choice::One, &[document::<PlanDocument>])
}

/// That of `lobu secrets`.
pub fn secrets_schema() -> String {
    let what = "What `lobu secrets push`, `delete` and `list` write with --json, or an error.";
    // A push of no name is a list of no secret, too.
    schema_of("secrets", what, Choice::Any, &[document::<PushDocument>, document::<SecretsDocument>])
}

/// That of `lobu pull` and `lobu drift`.
pub fn pull_schema() -> String {
    let what = "What `lobu pull --json` writes: what becomes of the files, and what was written; what `lobu drift --json` writes: both directions; or an error.";
    schema_of("pull and lobu drift", what, Choice::One, &[document::<PullDocument>, document::<DriftDocument>])
}

/// That of `lobu show`.
pub fn show_schema() -> String {
    let what = "What `lobu show --json` writes: resources with the origin of each entry; with --diff-targets what differs; or an error.";
    schema_of("show", what, Choice::One, &[document::<ShowDocument>, document::<TargetsDocument>])
}

/// That of `lobu doctor`.
pub fn doctor_schema() -> String {
    let what = "What `lobu doctor --json` writes: every check with what it found; what `lobu doctor --bundle` writes: the same with the system; or an error.";
    schema_of("doctor", what, Choice::One, &[document::<DoctorDocument>, document::<BundleDocument>])
}

/// That of `lobu validate`.
pub fn validate_schema() -> String {
    let what = "What `lobu validate --json` writes: what a valid project declares, with its warnings; or an error, with everything that was found.";
    schema_of("validate", what, Choice::One, &[document::<ValidDocument>])
}

/// That of `lobu explain`.
pub fn explain_schema() -> String {
    let what = "What `lobu explain --json` writes: the keys of project files, or an error.";
    schema_of("explain", what, Choice::One, &[document::<ExplainDocument>])
}

/// That of `lobu whoami`.
pub fn whoami_schema() -> String {
    let what = "What `lobu whoami --json` writes: the user, the org and the token, or an error.";
    schema_of("whoami", what, Choice::One, &[document::<WhoamiDocument>])
}

/// That of `lobu context list`.
pub fn context_schema() -> String {
    let what = "What `lobu context list --json` writes: the contexts, or an error.";
    schema_of("context list", what, Choice::One, &[document::<ContextsDocument>])
}

/// That of `lobu org list`.
pub fn org_schema() -> String {
    let what = "What `lobu org list --json` writes: the orgs, or an error.";
    schema_of("org list", what, Choice::One, &[document::<OrgsDocument>])
}
