use std::fmt;

use crate::model::{Position, SecretName};

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What is written there.
    pub value: T,
    /// Where its first character stands.
    pub position: Position,
}

/// A text as written, `$` signs included, that may be a secret: its debug form does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Written(String);

/// A list of texts in file order; absent and `[]` differ.
pub type TextList = Option<Spanned<Vec<Spanned<String>>>>;

/// A key of a free table and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<T = Written> {
    pub key: Spanned<String>,
    /// The text, raw: `""` is explicitly empty.
    pub value: Spanned<T>,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, position: Position) -> Self {
        Self { value, position }
    }

    /// Another value at the same place.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: convert(self.value), position: self.position }
    }
}

impl Spanned<String> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.value
    }
}

impl Spanned<Written> {
    /// The text.
    pub fn as_str(&self) -> &str {
        self.value.as_str()
    }
}

impl Written {
    /// Wraps a text of a file.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as written; whoever passes it on decides what may be shown.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that it refers to, where references are read.
    pub fn reference(&self) -> Option<SecretName> {
        SecretName::from_reference(&self.0)
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(hidden)")
    }
}
