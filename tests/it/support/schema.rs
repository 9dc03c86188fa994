//! Documents held against the schemas of the reference.

use serde_json::Value;

/// A text that is one document, as this schema of `docs/reference` says.
#[track_caller]
pub(crate) fn checked(schema: &str, text: &str) -> Value {
    let path = format!("{}/docs/reference/{schema}.schema.json", env!("CARGO_MANIFEST_DIR"));
    let schema = std::fs::read_to_string(&path).unwrap_or_else(|_| panic!("no {path}"));
    let schema = serde_json::from_str(&schema).expect("a schema is JSON");
    let schema = jsonschema::draft202012::new(&schema).expect("a schema");
    let document = serde_json::from_str(text).unwrap_or_else(|_| panic!("no JSON\n{text}"));
    let wrong: Vec<String> = schema.iter_errors(&document).map(|error| error.to_string()).collect();
    assert_eq!(wrong, [""; 0], "{text}");
    document
}
