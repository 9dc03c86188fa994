//! Whether two values of a document say the same.

use toml_edit::{Item, TableLike, Value};

use crate::edit::Content;
use crate::model::Number;

/// Whether two items say the same, however each is written.
pub(super) fn is_same(one: &Item, other: &Item) -> bool {
    if let (Some(one), Some(other)) = (one.as_table_like(), other.as_table_like()) {
        return is_same_table(one, other);
    }
    match (one, other) {
        (Item::Value(one), Item::Value(other)) => is_same_value(one, other),
        (Item::ArrayOfTables(one), Item::ArrayOfTables(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| is_same_table(one, other))
        }
        _ => false,
    }
}

fn is_same_table(one: &dyn TableLike, other: &dyn TableLike) -> bool {
    one.len() == other.len() && one.iter().all(|(key, item)| other.get(key).is_some_and(|other| is_same(item, other)))
}

fn is_same_value(one: &Value, other: &Value) -> bool {
    match (one, other) {
        (Value::String(one), Value::String(other)) => one.value() == other.value(),
        (Value::Integer(one), Value::Integer(other)) => one.value() == other.value(),
        (Value::Float(one), Value::Float(other)) => one.value().to_bits() == other.value().to_bits(),
        (Value::Boolean(one), Value::Boolean(other)) => one.value() == other.value(),
        (Value::Datetime(one), Value::Datetime(other)) => one.value() == other.value(),
        (Value::Array(one), Value::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other.iter()).all(|(one, other)| is_same_value(one, other))
        }
        (Value::InlineTable(one), Value::InlineTable(other)) => is_same_table(one, other),
        _ => false,
    }
}

/// What a value says; none of a form that no such value has.
pub(super) fn content(item: &Item) -> Option<Content> {
    of_value(item.as_value()?)
}

fn of_value(value: &Value) -> Option<Content> {
    Some(match value {
        Value::String(text) => Content::text(text.value()),
        Value::Integer(number) => Content::Number(Number::from_i64(*number.value()).ok()?),
        Value::Boolean(flag) => Content::Bool(*flag.value()),
        Value::Array(elements) => Content::List(elements.iter().map(of_value).collect::<Option<_>>()?),
        Value::Float(_) | Value::Datetime(_) | Value::InlineTable(_) => return None,
    })
}
