use schemars::generate::SchemaSettings;
use serde_json::json;

use super::doctor::{BundleDocument, DoctorDocument};
use super::document::{ErrorDocument, PlanDocument};
use super::pull::{DriftDocument, PullDocument};
use super::secrets::{PushDocument, SecretsDocument};

/// The JSON Schema (2020-12) of version 1: a plan, an apply, or an error. It ends with a line break.
pub fn schema() -> String {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let (plan, error) = (generator.subschema_for::<PlanDocument>(), generator.subschema_for::<ErrorDocument>());
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lobu plan, version 1",
        "description": "What `lobu plan --json` and `lobu apply --json` write: a plan, an apply with its report, or an error. Members may be added within a version.",
        "oneOf": [plan, error],
        "$defs": generator.take_definitions(true),
    });
    // A schema is plain JSON: it can always be written.
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// The JSON Schema (2020-12) of version 1 of `lobu secrets`: a push or delete, a list, or an error. It ends with a line break.
pub fn secrets_schema() -> String {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let push = generator.subschema_for::<PushDocument>();
    let (list, error) = (generator.subschema_for::<SecretsDocument>(), generator.subschema_for::<ErrorDocument>());
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lobu secrets, version 1",
        "description": "What `lobu secrets push`, `delete` and `list` write with --json, or an error. Members may be added within a version.",
        // Not `oneOf`: a push of no name is a list of no secret, too.
        "anyOf": [push, list, error],
        "$defs": generator.take_definitions(true),
    });
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// The JSON Schema (2020-12) of version 1 of `lobu pull` and `lobu drift`: a pull, a drift, or an error. It ends with a line break.
pub fn pull_schema() -> String {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let (pull, drift) = (generator.subschema_for::<PullDocument>(), generator.subschema_for::<DriftDocument>());
    let error = generator.subschema_for::<ErrorDocument>();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lobu pull and lobu drift, version 1",
        "description": "What `lobu pull --json` writes: what becomes of the files, and what was written; what `lobu drift --json` writes: both directions; or an error. Members may be added within a version.",
        "oneOf": [pull, drift, error],
        "$defs": generator.take_definitions(true),
    });
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}

/// The JSON Schema (2020-12) of version 1 of `lobu doctor`: a report, its bundle, or an error. It ends with a line break.
pub fn doctor_schema() -> String {
    let mut generator = SchemaSettings::draft2020_12().for_serialize().into_generator();
    let (report, bundle) = (generator.subschema_for::<DoctorDocument>(), generator.subschema_for::<BundleDocument>());
    let error = generator.subschema_for::<ErrorDocument>();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "lobu doctor, version 1",
        "description": "What `lobu doctor --json` writes: every check with what it found; what `lobu doctor --bundle` writes: the same with the system; or an error. Members may be added within a version.",
        "oneOf": [report, bundle, error],
        "$defs": generator.take_definitions(true),
    });
    serde_json::to_string_pretty(&schema).unwrap_or_default() + "\n"
}
