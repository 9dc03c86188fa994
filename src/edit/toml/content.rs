use super::TomlPatchError;
use super::target::{Action, Change};
use crate::edit::{Content, Segment};

/// Whether a content can't be written in TOML.
pub(super) fn has_null(content: &Content) -> bool {
    match content {
        Content::Null => true,
        Content::List(items) => items.iter().any(has_null),
        Content::Table(members) => members.iter().any(|(_, value)| has_null(value)),
        _ => false,
    }
}

/// Carries out a change in what is not in the file yet.
pub(super) fn change_content(
    content: &mut Content,
    steps: &[Segment],
    change: Change<'_>,
) -> Result<(), TomlPatchError> {
    match (steps.split_first(), content) {
        (None, content) => act(content, change),
        (Some((Segment::Key(key), rest)), Content::Table(members)) => change_members(members, key, rest, change),
        // Positions are those of the file: in a list that is not in it they would change with each removal.
        (Some((Segment::Element(position), [])), Content::List(items))
            if *position < items.len() && matches!(change.action, Action::Remove) =>
        {
            Err(TomlPatchError::NoSuchElement(change.place.clone()))
        }
        (Some((Segment::Element(position), rest)), Content::List(items)) => match items.get_mut(*position) {
            Some(item) => change_content(item, rest, change),
            None if matches!(change.action, Action::Remove) => Ok(()),
            None => Err(TomlPatchError::NoSuchElement(change.place.clone())),
        },
        _ if matches!(change.action, Action::Remove) => Ok(()),
        (Some((Segment::Key(_), _)), _) => Err(TomlPatchError::NotATable(change.place.clone())),
        (Some((Segment::Element(_), _)), _) => Err(TomlPatchError::NotAList(change.place.clone())),
    }
}

fn act(content: &mut Content, change: Change<'_>) -> Result<(), TomlPatchError> {
    match (change.action, content) {
        (Action::Set(value), content) => *content = value.clone(),
        (Action::Append(table), Content::List(items)) => items.push(Content::Table(table.to_vec())),
        (Action::Reorder(order), Content::List(items)) => {
            let old = std::mem::take(items);
            *items = reordered(old, order).ok_or_else(|| TomlPatchError::Order(change.place.clone()))?;
        }
        _ => return Err(TomlPatchError::NotAList(change.place.clone())),
    }
    Ok(())
}

/// Elements in a new order; those that are not named follow. None if the order does not fit.
pub(super) fn reordered<T>(elements: Vec<T>, order: &[usize]) -> Option<Vec<T>> {
    let mut slots: Vec<Option<T>> = elements.into_iter().map(Some).collect();
    let mut result = Vec::with_capacity(slots.len());
    for position in order {
        result.push(slots.get_mut(*position)?.take()?);
    }
    result.extend(slots.into_iter().flatten());
    Some(result)
}

/// Carries out a change at a key of a table that is not in the file, or that does not have the key.
pub(super) fn change_members(
    members: &mut Vec<(String, Content)>,
    key: &str,
    rest: &[Segment],
    change: Change<'_>,
) -> Result<(), TomlPatchError> {
    let position = members.iter().position(|(name, _)| name == key);
    if matches!(change.action, Action::Remove) {
        return match position {
            Some(position) if rest.is_empty() => {
                members.remove(position);
                Ok(())
            }
            Some(position) => {
                members.get_mut(position).map_or(Ok(()), |(_, content)| change_content(content, rest, change))
            }
            None => Ok(()),
        };
    }
    if let Some((_, content)) = position.and_then(|position| members.get_mut(position)) {
        return change_content(content, rest, change);
    }
    let mut content = match change.action {
        Action::Append(_) if rest.is_empty() => Content::List(Vec::new()),
        _ => Content::Table(Vec::new()),
    };
    change_content(&mut content, rest, change)?;
    members.push((key.to_owned(), content));
    Ok(())
}
