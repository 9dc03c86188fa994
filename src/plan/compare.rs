use crate::model::{FieldPath, SecretName, Text, Value, normalize_domain, trim, with_line_feeds};
use crate::org::HiddenValues;
use crate::schema::{Leaf, ResourceKey, SecretsMode};

/// What comparing a declared value with the org's says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Comparison {
    Equal,
    Different,
    /// Nobody can tell: it counts as equal.
    Incomparable,
}

impl Comparison {
    /// The same, with what the org said of a value that it hides.
    pub(super) fn or_told(self, hidden: &HiddenValues, key: &ResourceKey, path: &FieldPath) -> Self {
        match (self, hidden.is_equal(key, path)) {
            (Self::Incomparable, Some(equal)) => of(equal),
            (comparison, _) => comparison,
        }
    }
}

/// How an org keeps secrets, as far as comparing goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Keeping {
    pub(super) mode: SecretsMode,
    /// Whether references always come back as references, so that a mask is never one.
    pub(super) shows_references: bool,
}

/// Compares a leaf of the config.
pub(super) fn leaf(kind: Leaf, keeping: Keeping, declared: &Value, actual: &Value) -> Comparison {
    match (kind, declared, actual) {
        (Leaf::SecretText, Value::Text(declared), Value::Text(actual)) => mcp_text(keeping, declared, actual),
        (Leaf::Prose, Value::Text(declared), Value::Text(actual)) => {
            let of_text = |text: &Text| text.literal().map(|text| with_line_feeds(trim(text)).into_owned());
            of(of_text(declared).is_some() && of_text(declared) == of_text(actual))
        }
        (Leaf::ById, declared, actual) => plain(&by_id(declared), &by_id(actual)),
        (Leaf::JudgedDomains, declared, actual) => plain(&normalized(declared), &normalized(actual)),
        _ => plain(declared, actual),
    }
}

/// Compares a text of a config that is sent whole.
pub(super) fn config_text(mode: SecretsMode, declared: &Text, actual: &Value) -> Comparison {
    match (declared, actual) {
        (Text::SecretRef(name), Value::Text(Text::SecretRef(other))) => of(name == other),
        (Text::SecretRef(_), _) if mode == SecretsMode::References => Comparison::Different,
        (Text::SecretRef(_), _) | (_, Value::Text(Text::Opaque)) => Comparison::Incomparable,
        (declared, Value::Text(actual)) => of(declared.literal() == actual.literal() && actual.literal().is_some()),
        _ => Comparison::Different,
    }
}

/// In an MCP field the text `$NAME` is that reference, and any other literal cannot be compared with one.
fn mcp_text(keeping: Keeping, declared: &Text, actual: &Text) -> Comparison {
    match (declared, actual) {
        (Text::SecretRef(name), Text::SecretRef(other)) => of(name == other),
        (Text::SecretRef(_), _) if keeping.mode == SecretsMode::References => Comparison::Different,
        (Text::SecretRef(_), Text::Opaque) if keeping.shows_references => Comparison::Different,
        (Text::SecretRef(_), _) | (_, Text::Opaque) => Comparison::Incomparable,
        (declared, actual) => of(declared.literal() == actual.literal() && actual.literal().is_some()),
    }
}

/// Compares values without secrets: by text, whether it may be printed or not.
pub(super) fn plain(declared: &Value, actual: &Value) -> Comparison {
    of(same(declared, actual))
}

/// Compares two texts, printable or not, whatever ends their lines.
fn same_text(declared: &Text, actual: &Text) -> bool {
    let literal = |text: &Text| text.literal().map(|text| with_line_feeds(text).into_owned());
    declared == actual || (declared.literal().is_some() && literal(declared) == literal(actual))
}

fn same(declared: &Value, actual: &Value) -> bool {
    match (declared, actual) {
        (Value::Text(declared), Value::Text(actual)) => same_text(declared, actual),
        (Value::List(declared), Value::List(actual)) => {
            declared.len() == actual.len()
                && declared.iter().zip(actual).all(|(declared, actual)| same(declared, actual))
        }
        (Value::Map(declared), Value::Map(actual)) => {
            declared.len() == actual.len()
                && declared.iter().all(|(name, value)| actual.get(name).is_some_and(|actual| same(value, actual)))
        }
        _ => declared == actual,
    }
}

fn of(equal: bool) -> Comparison {
    if equal { Comparison::Equal } else { Comparison::Different }
}

/// The elements of a list in the order of their ids.
fn by_id(value: &Value) -> Value {
    let Value::List(elements) = value else { return value.clone() };
    let mut elements = elements.clone();
    let id = |element: &Value| element.as_map()?.get("id")?.literal().map(str::to_owned);
    elements.sort_by_key(id);
    Value::List(elements)
}

/// Judged domains with their domains as the runtime matches them.
fn normalized(value: &Value) -> Value {
    let Value::List(elements) = value else { return value.clone() };
    let element = |element: &Value| match element {
        Value::Map(members) => {
            let mut members = members.clone();
            if let Some(domain) = members.get("domain").and_then(Value::literal).and_then(normalize_domain) {
                members.insert("domain".to_owned(), Value::known(domain));
            }
            Value::Map(members)
        }
        other => other.clone(),
    };
    Value::List(elements.iter().map(element).collect())
}

/// The reference that a declared text is.
pub(super) fn reference(value: &Value) -> Option<&SecretName> {
    match value {
        Value::Text(Text::SecretRef(name)) => Some(name),
        _ => None,
    }
}

/// What the org has, as a plan may show it: where the files name a secret it is one, whatever its key.
pub(super) fn before(declared: &Value, actual: &Value) -> Value {
    match (reference(declared), actual) {
        (Some(_), Value::Text(Text::Known(text))) => Value::Text(Text::sensitive(text)),
        _ => actual.clone(),
    }
}
