use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde_json::json;

use super::doctor::{BundleDocument, DoctorDocument};
use super::document::{ErrorDocument, PlanDocument};
use super::lists::{ContextsDocument, OrgsDocument, ValidDocument, WhoamiDocument};
use super::pull::{DriftDocument, PullDocument};
use super::secrets::{PushDocument, SecretsDocument};
use super::show::{ShowDocument, TargetsDocument};

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
    // A schema is plain JSON: it can always be written.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
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
