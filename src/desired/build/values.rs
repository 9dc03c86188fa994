use std::collections::BTreeSet;

use crate::desired::Declaration;
use crate::model::{Declared, Place, SecretName, Text, Value, classify};
use crate::project::config::{Spanned, TextList};

/// A text where no reference is read.
pub(super) fn text(text: &str) -> Text {
    classify(Place::Elsewhere, "", text)
}

/// A text where references are read: a whole `$NAME`, or with one more `$` the literal of one less (V1).
pub(super) fn reference_text(place: Place, key: &str, written: &str) -> Text {
    if let Some(name) = SecretName::from_reference(written) {
        return Text::SecretRef(name);
    }
    classify(place, key, escaped_literal(written).unwrap_or(written))
}

/// What `$$NAME` stands for: n + 1 dollars mean n.
fn escaped_literal(written: &str) -> Option<&str> {
    let trimmed = written.trim();
    let name = trimmed.trim_start_matches('$');
    let dollars = trimmed.len() - name.len();
    (dollars >= 2 && SecretName::parse(name).is_ok()).then(|| trimmed.strip_prefix('$'))?
}

/// The three states of a text (F1); the text itself is sent as written, as the existing client does.
pub(super) fn declared_text(leaf: Option<&Spanned<String>>) -> Declared<Text> {
    match leaf.map(Spanned::<String>::as_str) {
        None => Declared::Absent,
        Some(written) if written.trim().is_empty() => Declared::Empty,
        Some(written) => Declared::Value(text(written)),
    }
}

/// A leaf of a settings member, in its three states.
pub(super) fn leaf(declared: Declared<Text>) -> Option<Declaration> {
    match declared {
        Declared::Absent => None,
        Declared::Empty => Some(Declaration::Clear),
        Declared::Value(text) => Some(Declaration::Leaf(Value::Text(text))),
    }
}

/// A plain list in its three states, without duplicates.
pub(super) fn list(list: &TextList) -> Option<Declaration> {
    let list = list.as_ref()?;
    Some(list_of(list.value.iter().map(|element| element.value.clone())))
}

/// A declared list: exactly these, each once; none of them clears.
pub(super) fn list_of(texts: impl IntoIterator<Item = String>) -> Declaration {
    let mut seen = BTreeSet::new();
    let texts: Vec<_> = texts.into_iter().filter(|text| seen.insert(text.clone())).collect();
    if texts.is_empty() {
        return Declaration::Clear;
    }
    Declaration::Leaf(Value::List(texts.iter().map(|element| Value::Text(text(element))).collect()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(written: &str) -> Text {
        reference_text(Place::PlatformConfig, "chatId", written)
    }

    #[test]
    fn one_more_dollar_makes_a_literal() {
        let name = SecretName::parse("NAME").unwrap();
        assert_eq!(read(" $NAME "), Text::SecretRef(name));
        assert_eq!(read("$$NAME"), Text::known("$NAME"));
        assert_eq!(read("$$$NAME"), Text::known("$$NAME"));
        for literal in ["$name", "${NAME}", "a$NAME", "$$name", "$", "$$", ""] {
            assert_eq!(read(literal), Text::known(literal), "{literal}");
        }
    }
}
