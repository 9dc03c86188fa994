use std::collections::BTreeMap;

use super::{Number, Text};

/// A value of desired or actual state: JSON, with texts told apart by what may be done with them.
///
/// Two values are equal as the server compares them: the order of members does not count, the order of elements does.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Value {
    /// JSON null.
    Null,
    /// A boolean.
    Bool(bool),
    Number(Number),
    Text(Text),
    /// A list, in order.
    List(Vec<Value>),
    /// An object.
    Map(BTreeMap<String, Value>),
}

impl Value {
    /// A text that may be printed.
    pub fn known(text: impl Into<String>) -> Self {
        Self::Text(Text::known(text))
    }

    /// A list of texts that may be printed.
    pub fn known_list<T: Into<String>>(texts: impl IntoIterator<Item = T>) -> Self {
        Self::List(texts.into_iter().map(Self::known).collect())
    }

    /// Whether nothing is there: null, an empty text, list or object. The server's defaults are all of these.
    pub fn is_blank(&self) -> bool {
        match self {
            Self::Null => true,
            Self::Bool(_) | Self::Number(_) => false,
            Self::Text(text) => text.literal().is_some_and(str::is_empty),
            Self::List(elements) => elements.is_empty(),
            Self::Map(members) => members.is_empty(),
        }
    }

    /// Whether any text in it may not be printed.
    pub fn has_hidden(&self) -> bool {
        self.any_text(&|text| matches!(text, Text::Sensitive(_) | Text::Opaque))
    }

    /// Whether any text in it is opaque.
    pub fn has_opaque(&self) -> bool {
        self.any_text(&|text| matches!(text, Text::Opaque))
    }

    /// Whether any text in it fulfils the test.
    pub fn any_text(&self, fulfils: &impl Fn(&Text) -> bool) -> bool {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) => false,
            Self::Text(text) => fulfils(text),
            Self::List(elements) => elements.iter().any(|element| element.any_text(fulfils)),
            Self::Map(members) => members.values().any(|member| member.any_text(fulfils)),
        }
    }

    /// Visits every text in it.
    pub fn each_text<'value>(&'value self, visit: &mut dyn FnMut(&'value Text)) {
        match self {
            Self::Null | Self::Bool(_) | Self::Number(_) => {}
            Self::Text(text) => visit(text),
            Self::List(elements) => elements.iter().for_each(|element| element.each_text(visit)),
            Self::Map(members) => members.values().for_each(|member| member.each_text(visit)),
        }
    }

    /// The members of an object.
    pub fn as_map(&self) -> Option<&BTreeMap<String, Value>> {
        match self {
            Self::Map(members) => Some(members),
            _ => None,
        }
    }

    /// The elements of a list.
    pub fn as_list(&self) -> Option<&[Value]> {
        match self {
            Self::List(elements) => Some(elements),
            _ => None,
        }
    }

    /// The literal text, if it is one.
    pub fn literal(&self) -> Option<&str> {
        match self {
            Self::Text(text) => text.literal(),
            _ => None,
        }
    }
}
