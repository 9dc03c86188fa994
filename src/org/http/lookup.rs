//! Whether a type that is there is the one that we sent (A4).

use std::convert::Infallible;

use crate::model::{Text, Value};
use crate::org::{Change, EntityTypeWrite, RelationshipTypeWrite};
use crate::wire::{EntityTypeRow, Json, RelationshipTypeRow, from_value, to_value};

/// Whether every field that a create sent is there as it was sent.
pub(super) fn same_entity_type(row: &EntityTypeRow, write: &EntityTypeWrite) -> bool {
    same_name(&row.name, write.name.as_ref())
        && same_text(row.description.as_deref(), write.description.as_ref())
        && same_text(row.icon.as_deref(), write.icon.as_ref())
        && same_text(row.color.as_deref(), write.color.as_ref())
        && same_value(row.metadata_schema.as_ref(), write.metadata_schema.as_ref())
        && same_value(row.event_kinds.as_ref(), write.event_kinds.as_ref())
}

/// Whether every field that a create sent is there as it was sent.
pub(super) fn same_relationship_type(row: &RelationshipTypeRow, write: &RelationshipTypeWrite) -> bool {
    let inverse = match &write.inverse {
        Some(Change::Set(slug)) => row.inverse_type_slug.as_deref() == Some(slug.as_str()),
        Some(Change::Clear) | None => true,
    };
    inverse
        && same_name(&row.name, write.name.as_ref())
        && same_text(row.description.as_deref(), write.description.as_ref())
        && same_value(row.metadata_schema.as_ref(), write.metadata_schema.as_ref())
        && same_value(row.auto_create_when.as_ref(), write.auto_create_when.as_ref())
        && write.status.as_ref().is_none_or(|status| row.status.as_ref() == Some(status))
        && write.is_symmetric.is_none_or(|symmetric| row.is_symmetric == symmetric)
}

fn same_name(stored: &str, sent: Option<&Text>) -> bool {
    sent.is_none_or(|sent| sent.literal() == Some(stored))
}

fn same_text(stored: Option<&str>, sent: Option<&Change<Text>>) -> bool {
    match sent {
        Some(Change::Set(text)) => text.literal() == Some(stored.unwrap_or_default()),
        Some(Change::Clear) => stored.is_none_or(str::is_empty),
        None => true,
    }
}

fn same_value(stored: Option<&Json>, sent: Option<&Change<Value>>) -> bool {
    match sent {
        Some(Change::Set(value)) => stored.is_some_and(|stored| plain(stored) == plain(&literal(value))),
        Some(Change::Clear) | None => true,
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
