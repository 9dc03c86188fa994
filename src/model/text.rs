use std::fmt;

use super::SecretName;

/// A text that may be compared but neither printed nor serialized.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Sensitive(String);

impl Sensitive {
    /// Wraps a text that must not be shown.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// Compares without showing.
    pub fn equals(&self, text: &str) -> bool {
        self.0 == text
    }

    /// Hands the text to the request encoder, the only place that may write it out.
    pub fn for_request(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Sensitive {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(hidden)")
    }
}

/// A text of desired or actual state, by what may be done with it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Text {
    /// Compared and printed.
    Known(String),
    /// Compared, never printed.
    Sensitive(Sensitive),
    /// Neither: `***…`, or a reference of somebody else.
    Opaque,
    /// A reference to a secret by name.
    SecretRef(SecretName),
}

impl Text {
    /// A text that may be printed.
    pub fn known(text: impl Into<String>) -> Self {
        Self::Known(text.into())
    }

    /// A text that may not be printed.
    pub fn sensitive(text: impl Into<String>) -> Self {
        Self::Sensitive(Sensitive::new(text))
    }

    /// The literal text, if there is one: not for opaque values and references.
    pub fn literal(&self) -> Option<&str> {
        match self {
            Self::Known(text) => Some(text),
            Self::Sensitive(text) => Some(text.for_request()),
            Self::Opaque | Self::SecretRef(_) => None,
        }
    }
}
