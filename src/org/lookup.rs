//! Whether a resource that is there is the one that we sent.

use std::convert::Infallible;

use crate::model::{Text, Value};
use crate::schema::{Change, Field, Sent};
use crate::wire::{Json, WireRecord, from_value, to_value};

/// Whether every field that was sent is there as it was sent.
pub fn holds(record: &WireRecord, sent: &Sent) -> bool {
    sent.fields.iter().all(|(field, change)| match change {
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
