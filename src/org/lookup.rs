//! Whether a resource that is there is the one that we sent.

use std::convert::Infallible;

use crate::model::{Text, Value};
use crate::schema::{Change, Field, Sent};
use crate::wire::{Json, WireRecord, from_value, to_value};

/// Whether every field that was sent is there as it was sent.
pub fn holds(record: &WireRecord, sent: &Sent) -> bool {
    sent.fields.iter().filter(|(field, _)| field.is_compared()).all(|(field, change)| match change {
        Change::Set(value) => same(record.members.get(field), value),
        Change::Clear => !matches!(record.members.get(field), Some(Json::String(text)) if !text.is_empty()),
    })
}

/// Whether it is there as it was sent, and nothing of it was not.
pub(crate) fn is_exactly(record: &WireRecord, sent: &Sent) -> bool {
    let is_nothing = |field: &'static Field| record.members.get(field).is_none_or(|json| plain(json).is_blank());
    let fields = sent.key.kind.fields.iter();
    holds(record, sent) && fields.filter(|field| sent.fields.get(field).is_none()).all(is_nothing)
}

fn same(stored: Option<&Json>, sent: &Value) -> bool {
    let sent = plain(&literal(sent));
    match (stored.map(plain), &sent) {
        (Some(stored), sent) => stored == *sent,
        // The server's ways of having nothing.
        (None, Value::Bool(false)) => true,
        (None, Value::Text(text)) => text.literal() == Some(""),
        (None, _) => false,
    }
}

/// The value with every text alike, so that only content is compared.
fn plain(json: &Json) -> Value {
    to_value(json, "", &mut |_, text| Text::sensitive(text))
}

fn literal(value: &Value) -> Json {
    let written = from_value(value, &mut |text| Ok::<_, Infallible>(text.literal().unwrap_or_default().to_owned()));
    written.unwrap_or_else(|never| match never {})
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::{ALL, ByField, ResourceKey, Shape};

    /// A record whose answer has this member, if any.
    fn record(field: &'static Field, member: Option<Json>) -> WireRecord {
        let mut members = ByField::default();
        members.set_some(field, member);
        WireRecord { id: "one".to_owned(), members, ..WireRecord::default() }
    }

    #[test]
    fn every_field_is_looked_at() {
        for kind in ALL.kinds() {
            let fields = kind.fields.iter().filter(|field| field.is_compared());
            for field in fields.filter(|field| !matches!(field.shape, Shape::Pairs(_))) {
                let nothing_sent = Sent::new(ResourceKey::new(kind, "one"));
                let with = |change| {
                    let mut sent = nothing_sent.clone();
                    sent.fields.set(field, change);
                    sent
                };
                for (value, same, other) in [
                    (Value::known("x"), json!("x"), json!("y")),
                    (Value::known_list(["x"]), json!(["x"]), json!(["x", "y"])),
                    (Value::Bool(true), json!(true), json!(false)),
                ] {
                    let set = with(Change::Set(value));
                    assert!(holds(&record(field, Some(same.clone())), &set), "{kind} {field:?}");
                    assert!(is_exactly(&record(field, Some(same.clone())), &set), "{kind} {field:?}");
                    for record in [record(field, Some(other)), record(field, None)] {
                        assert!(!holds(&record, &set) && !is_exactly(&record, &set), "{kind} {field:?}");
                    }
                    // What was not sent may be there where the resource only has to hold what was.
                    let record = record(field, Some(same));
                    assert!(holds(&record, &nothing_sent) && !is_exactly(&record, &nothing_sent), "{kind} {field:?}");
                }
                for nothing in [None, Some(json!(null)), Some(json!(""))] {
                    assert!(is_exactly(&record(field, nothing.clone()), &nothing_sent), "{kind} {field:?}");
                    assert!(is_exactly(&record(field, nothing), &with(Change::Clear)), "{kind} {field:?}");
                }
                assert!(!holds(&record(field, Some(json!("x"))), &with(Change::Clear)), "{kind} {field:?}");
                for (value, is_there) in [(Value::known(""), true), (Value::Bool(false), true), (Value::Null, false)] {
                    let is_held = holds(&record(field, None), &with(Change::Set(value)));
                    assert_eq!(is_held, is_there, "{kind} {field:?}");
                }
            }
        }
    }
}
