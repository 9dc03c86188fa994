use std::borrow::Cow;

use toml_parser::Raw;
use toml_parser::decoder::ScalarKind;

use crate::edit::Content;
use crate::model::Number;

/// What a value that is neither a list nor a table says.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Scalar {
    Bool(bool),
    Number(Number),
    Text(String),
    /// A date, or a number that the server could not keep: only ever kept or replaced as a whole.
    Other(String),
}

impl Scalar {
    /// Reads a scalar of a valid document.
    pub(super) fn decode(raw: Raw<'_>) -> Self {
        let mut decoded = Cow::Borrowed("");
        let kind = raw.decode_scalar(&mut decoded, &mut ());
        let number = match kind {
            ScalarKind::String => return Self::Text(decoded.into_owned()),
            ScalarKind::Boolean(value) => return Self::Bool(value),
            ScalarKind::DateTime => None,
            ScalarKind::Float => decoded.parse().ok().and_then(|number| Number::from_f64(number).ok()),
            ScalarKind::Integer(radix) => {
                i64::from_str_radix(&decoded, radix.value()).ok().and_then(|number| Number::from_i64(number).ok())
            }
        };
        number.map_or_else(|| Self::Other(decoded.into_owned()), Self::Number)
    }

    /// Whether it says what a content says.
    pub(super) fn equals(&self, content: &Content) -> bool {
        match (self, content) {
            (Self::Bool(old), Content::Bool(new)) => old == new,
            (Self::Number(old), Content::Number(new)) => old == new,
            (Self::Text(old), Content::Text(new)) => old == new,
            _ => false,
        }
    }
}
