use toml_edit::{Item, TableLike, Value};

use super::written::{Data, Node};
use crate::model::Number;

/// Whether another reader finds the same in a table.
pub(super) fn agrees(node: &Node, table: &dyn TableLike) -> bool {
    let Data::Map(map) = &node.data else { return false };
    let mut found = 0;
    let is_same = |(key, item): (&str, &Item)| {
        found += 1;
        map.get(key).is_some_and(|node| item_agrees(node, item))
    };
    table.iter().all(is_same) && found == map.entries().len()
}

fn item_agrees(node: &Node, item: &Item) -> bool {
    match item {
        Item::None => false,
        Item::Value(value) => value_agrees(node, value),
        Item::Table(table) => agrees(node, table),
        Item::ArrayOfTables(tables) => all_agree(node, tables.iter(), |node, table| agrees(node, table)),
    }
}

fn value_agrees(node: &Node, value: &Value) -> bool {
    let is_number = |number: Option<Number>| match (&node.data, number) {
        (Data::Number(one), Some(other)) => *one == other,
        (Data::Other(_), None) => true,
        _ => false,
    };
    match value {
        Value::String(text) => node.text() == Some(text.value()),
        Value::Boolean(value) => node.data == Data::Bool(*value.value()),
        Value::Integer(value) => is_number(Number::from_i64(*value.value()).ok()),
        Value::Float(value) => is_number(Number::from_f64(*value.value()).ok()),
        Value::Datetime(_) => matches!(node.data, Data::Other(_)),
        Value::Array(array) => all_agree(node, array.iter(), value_agrees),
        Value::InlineTable(table) => agrees(node, table),
    }
}

fn all_agree<T>(node: &Node, others: impl Iterator<Item = T>, agrees: impl Fn(&Node, T) -> bool) -> bool {
    let Some(elements) = node.list() else { return false };
    let mut elements = elements.iter();
    let mut others = others;
    others.all(|other| elements.next().is_some_and(|element| agrees(element, other))) && elements.next().is_none()
}
