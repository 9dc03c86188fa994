use granit_parser::{ScalarStyle, Tag};

use super::reader::{Data, resolve, resolve_tagged};
use crate::edit::Content;

/// What a scalar says, by the rules by which the project reads it; nothing if those refuse it.
pub(super) fn of_scalar(text: &str, style: ScalarStyle, tag: Option<&Tag>) -> Option<Content> {
    match tag {
        None if style == ScalarStyle::Plain => of_plain(text),
        None => Some(Content::text(text)),
        Some(tag) if is_not_plain(tag) => Some(Content::text(text)),
        Some(tag) => of_tagged(text, tag.core_suffix()?),
    }
}

/// `!` alone means: not plain.
fn is_not_plain(tag: &Tag) -> bool {
    matches!((tag.handle(), tag.suffix()), ("", "!") | ("!", ""))
}

fn of_tagged(text: &str, tag: &str) -> Option<Content> {
    of_data(resolve_tagged(text, tag).ok()?)
}

/// What a plain scalar says by the core schema of YAML 1.2.
pub(super) fn of_plain(text: &str) -> Option<Content> {
    of_data(resolve(text).ok()?)
}

/// Scalars only: nothing else comes of one.
fn of_data(data: Data) -> Option<Content> {
    match data {
        Data::Null => Some(Content::Null),
        Data::Bool(truth) => Some(Content::Bool(truth)),
        Data::Number(number) => Some(Content::Number(number)),
        Data::Text(text) => Some(Content::Text(text)),
        Data::List(_) | Data::Map(_) => None,
    }
}
