use jsonschema::ValidationError;
use jsonschema::error::ValidationErrorKind;

use super::report::Report;
use super::yaml_values::to_json;
use crate::edit::yaml::{Data, Node};

/// After so many places the rest would tell nothing new.
const PLACES: usize = 10;

/// Checks a JSON Schema by its `$schema`, else by draft 2020-12; no network, no files, references only within.
pub(super) fn check(schema: &Node, what: &str, report: &mut Report) {
    if !check_dialect(schema, what, report) || !check_references(schema, report) {
        return;
    }
    let json = to_json(schema);
    let Err(first) = jsonschema::options().with_retriever(Refusing).build(&json) else { return };
    if matches!(first.kind(), ValidationErrorKind::Referencing(_)) {
        let message = format!("a `$ref` in {what} does not resolve");
        report.error(broken_reference(schema, &json).unwrap_or(schema).spot(), "schema-reference", message);
        return;
    }
    let Ok(meta) = jsonschema::meta::validator_for(&json) else {
        return tell(&first, schema, what, report);
    };
    let all: Vec<_> = meta.iter_errors(&json).take(PLACES).collect();
    for error in &all {
        tell(error, schema, what, report);
    }
    if all.is_empty() {
        tell(&first, schema, what, report);
    }
}

/// Refuses every reference that is not within the schema.
struct Refusing;

impl jsonschema::Retrieve for Refusing {
    fn retrieve(
        &self,
        _uri: &jsonschema::Uri<String>,
    ) -> Result<serde_json::Value, Box<dyn std::error::Error + Send + Sync>> {
        Err("references lead nowhere but within the schema".into())
    }
}

/// The value of the schema itself is left out: library messages quote it.
fn tell(error: &ValidationError<'_>, schema: &Node, what: &str, report: &mut Report) {
    let pointer = error.instance_path().as_str();
    let place = at(schema, pointer);
    let keyword = if pointer.is_empty() { String::new() } else { format!(" at `{pointer}`") };
    let message = format!("{what} is not a valid JSON Schema{keyword}: {}", reason(error.kind()));
    report.error(place.spot(), "invalid-schema", message);
}

fn reason(kind: &ValidationErrorKind) -> String {
    match kind {
        ValidationErrorKind::Type { kind: jsonschema::error::TypeKind::Single(wanted) } => {
            format!("it must be {wanted}")
        }
        ValidationErrorKind::Type { .. } => "it has the wrong type".to_owned(),
        ValidationErrorKind::Enum { .. } | ValidationErrorKind::AnyOf { .. } => "this value is not allowed".to_owned(),
        ValidationErrorKind::Format { format } => format!("it is not a valid {format}"),
        ValidationErrorKind::Minimum { limit } => format!("it must be at least {limit}"),
        ValidationErrorKind::UniqueItems => "it has a duplicate element".to_owned(),
        ValidationErrorKind::MinItems { .. } => "it must not be empty".to_owned(),
        _ => "it does not match the draft".to_owned(),
    }
}

/// The node that a JSON pointer names, or the deepest one on its way.
fn at<'n>(schema: &'n Node, pointer: &str) -> &'n Node {
    let mut node = schema;
    for step in pointer.split('/').skip(1) {
        let step = step.replace("~1", "/").replace("~0", "~");
        let next = match &node.data {
            Data::List(elements) => step.parse().ok().and_then(|index: usize| elements.get(index)),
            _ => node.get(&step),
        };
        match next {
            Some(next) => node = next,
            None => break,
        }
    }
    node
}

/// Whether the draft is one that we know; a meta-schema of one's own would have to be fetched.
fn check_dialect(schema: &Node, what: &str, report: &mut Report) -> bool {
    let Some(dialect) = schema.get("$schema") else { return true };
    let Some(text) = dialect.text() else { return true };
    if jsonschema::Draft::from_schema_uri(text) == jsonschema::Draft::Unknown {
        let message = format!("unknown JSON Schema draft in the `$schema` of {what}");
        report.error(dialect.spot(), "unknown-schema-draft", message);
        return false;
    }
    true
}

/// Whether all references stay within, as far as their text shows; relative ones are resolved by the build.
fn check_references(schema: &Node, report: &mut Report) -> bool {
    let mut stays = true;
    each_reference(schema, &mut |node, text| {
        if text.contains("://") || text.starts_with("file:") || text.starts_with('/') {
            report.error(node.spot(), "schema-reference-outside", "a `$ref` can point only within its own schema");
            stays = false;
        }
    });
    stays
}

/// The first reference to a place of the document that is not there.
fn broken_reference<'n>(schema: &'n Node, json: &serde_json::Value) -> Option<&'n Node> {
    let (mut broken, mut only, mut count) = (None, None, 0);
    each_reference(schema, &mut |node, text| {
        count += 1;
        only = Some(node);
        let pointer = text.strip_prefix('#').filter(|pointer| pointer.is_empty() || pointer.starts_with('/'));
        let resolves = pointer.is_some_and(|pointer| json.pointer(pointer).is_some());
        if !resolves && broken.is_none() {
            broken = Some(node);
        }
    });
    broken.or(only.filter(|_| count == 1))
}

/// Visits every `$ref` and `$dynamicRef` that is a text, but for values that only look like schemas.
fn each_reference<'n>(node: &'n Node, visit: &mut impl FnMut(&'n Node, &'n str)) {
    match &node.data {
        Data::List(elements) => elements.iter().for_each(|element| each_reference(element, visit)),
        Data::Map(map) => {
            for entry in map.entries() {
                match (entry.name(), entry.value.text()) {
                    ("$ref" | "$dynamicRef", Some(text)) => visit(&entry.value, text),
                    ("const" | "enum" | "default" | "examples", _) if entry.value.map().is_none() => {}
                    _ => each_reference(&entry.value, visit),
                }
            }
        }
        _ => {}
    }
}
