use std::collections::BTreeSet;

use crate::model::{Arguments, FieldPath, Place, SecretName, Text, Value, classify, classify_command};
use crate::project::config::Spanned;
use crate::schema::{Declaration, Sources};

/// A text where no reference is read.
pub(super) fn text(text: &str) -> Text {
    classify(Place::Elsewhere, "", text)
}

/// The arguments of a command: order and duplicates count.
pub(super) fn arguments<'file>(written: impl IntoIterator<Item = &'file str>) -> Declaration {
    let mut read = Arguments::default();
    let arguments: Vec<_> = written.into_iter().map(|argument| Value::Text(read.next(argument))).collect();
    if arguments.is_empty() { Declaration::Clear } else { Declaration::Leaf(Value::List(arguments)) }
}

/// A command; one that is nothing clears.
pub(super) fn command(written: &str, is_nothing: bool) -> Declaration {
    if is_nothing { Declaration::Clear } else { Declaration::Leaf(Value::Text(classify_command(written))) }
}

/// A text where references are read: a whole `$NAME`, or with one more `$` the literal of one less.
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

/// What a text declares: a blank one clears. The text itself is sent as written, as the existing client does.
pub(super) fn blank_clears(written: &str) -> Declaration {
    if written.trim().is_empty() { Declaration::Clear } else { Declaration::Leaf(Value::Text(text(written))) }
}

/// What a text of a skill declares: an empty one clears.
pub(super) fn empty_clears(written: &str) -> Declaration {
    if written.is_empty() { Declaration::Clear } else { Declaration::Leaf(Value::Text(text(written))) }
}

/// What a leaf of lobu.toml declares, if it is there.
pub(super) fn declared_text(leaf: Option<&Spanned<String>>) -> Option<Declaration> {
    leaf.map(|leaf| blank_clears(leaf.as_str()))
}

/// A plain list, without duplicates.
pub(super) fn list(list: &Spanned<Vec<Spanned<String>>>) -> Declaration {
    list_of(list.value.iter().map(|element| element.value.clone()))
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

/// A table of what is declared of the given members.
pub(super) fn table<const N: usize>(members: [(&str, Option<Declaration>); N]) -> Declaration {
    let declared = members.into_iter().filter_map(|(name, declaration)| Some((name.to_owned(), declaration?)));
    Declaration::Table(declared.collect())
}

/// A table, or none if it would declare nothing.
pub(super) fn non_empty(table: Declaration) -> Option<Declaration> {
    match table {
        Declaration::Table(members) => Declaration::table(members),
        other => Some(other),
    }
}

/// An agent's own list, then what its skills add; none if nobody says anything.
pub(super) fn merged<'skill>(
    path: &FieldPath,
    own: Option<Vec<String>>,
    of_skills: impl Iterator<Item = (&'skill str, Vec<String>)>,
    sources: &mut Sources,
) -> Option<Vec<String>> {
    let declared = own.is_some();
    let mut all = own.unwrap_or_default();
    for (skill, elements) in of_skills {
        for element in elements {
            if !all.contains(&element) {
                sources.insert((path.clone(), element.clone()), skill.to_owned());
                all.push(element);
            }
        }
    }
    (declared || !all.is_empty()).then_some(all)
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
