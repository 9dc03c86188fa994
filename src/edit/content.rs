use crate::model::Number;

/// What a file is to say at a place: plain data, decided to be fit for a file that people read and commit.
#[derive(Debug, Clone, PartialEq)]
pub enum Content {
    /// YAML null; TOML has none.
    Null,
    /// A boolean.
    Bool(bool),
    Number(Number),
    Text(String),
    /// A list, in order.
    List(Vec<Content>),
    /// A table, in the order in which its keys are to be written.
    Table(Vec<(String, Content)>),
}

impl Content {
    /// Whether there is a null in it.
    pub(super) fn has_null(&self) -> bool {
        match self {
            Self::Null => true,
            Self::List(items) => items.iter().any(Self::has_null),
            Self::Table(members) => members.iter().any(|(_, value)| value.has_null()),
            Self::Bool(_) | Self::Number(_) | Self::Text(_) => false,
        }
    }

    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    /// A list of texts.
    pub fn texts<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::text).collect())
    }
}
