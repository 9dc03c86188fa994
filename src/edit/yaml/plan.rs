use std::collections::BTreeMap;

use super::change::{YamlChange, YamlPatchError};
use super::tree::{Kind, List, Map, Node};
use crate::edit::{Content, Segment};

/// What a value of the file is to become.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) enum Plan {
    /// What it is.
    #[default]
    Keep,
    /// This value.
    Set(Content),
    /// The same mapping with other members.
    Members(Members),
    /// The same list with other elements.
    Elements(Elements),
}

/// What is to become of the members of a mapping; those not named stay.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Members {
    pub(super) fates: BTreeMap<usize, Fate>,
    pub(super) added: Vec<(String, Content)>,
}

/// What is to become of the elements of a list; those not named stay.
#[derive(Debug, Clone, Default, PartialEq)]
pub(super) struct Elements {
    pub(super) fates: BTreeMap<usize, Fate>,
    /// New elements, by the old element before which they stand; or by the length of the old list.
    pub(super) inserted: BTreeMap<usize, Vec<Content>>,
}

/// What is to become of a member or element.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fate {
    Removed,
    Changed(Plan),
}

/// What a change does at its place.
#[derive(Debug, Clone, Copy)]
enum Act<'c> {
    Set(&'c Content),
    Remove,
    Append(&'c Content),
}

impl Members {
    pub(super) fn is_removed(&self, position: usize) -> bool {
        self.fates.get(&position) == Some(&Fate::Removed)
    }
}

impl Elements {
    pub(super) fn is_removed(&self, position: usize) -> bool {
        self.fates.get(&position) == Some(&Fate::Removed)
    }
}

/// Adds a change to the plan of the document that it concerns.
pub(super) fn add(plan: &mut Plan, root: &Node, change: &YamlChange) -> Result<(), YamlPatchError> {
    match change {
        YamlChange::Set { at, value } => at_place(plan, root, at.place.segments(), Act::Set(value)),
        YamlChange::Remove { at } if at.place.segments().is_empty() => Err(YamlPatchError::Conflict),
        YamlChange::Remove { at } => at_place(plan, root, at.place.segments(), Act::Remove),
        YamlChange::Append { list, value } => at_place(plan, root, list.place.segments(), Act::Append(value)),
    }
}

fn at_place(plan: &mut Plan, node: &Node, steps: &[Segment], act: Act<'_>) -> Result<(), YamlPatchError> {
    if let Plan::Set(content) = plan {
        return in_content(content, steps, act);
    }
    match (steps, &node.kind) {
        ([], kind) => here(plan, node, kind, act),
        ([Segment::Key(key), rest @ ..], Kind::Map(map)) => at_key(plan, node, map, key, rest, act),
        ([Segment::Element(element), rest @ ..], Kind::List(list)) => at_element(plan, node, list, *element, rest, act),
        (_, Kind::Alias(_)) => Err(YamlPatchError::Reference { line: node.line }),
        _ if matches!(act, Act::Remove) => Ok(()),
        ([Segment::Key(_), ..], _) if node.is_null() => {
            let mut content = Content::Null;
            in_content(&mut content, steps, act)?;
            *plan = Plan::Set(content);
            Ok(())
        }
        ([Segment::Key(_), ..], _) => Err(YamlPatchError::NotAMapping { line: node.line }),
        ([Segment::Element(_), ..], _) => Err(YamlPatchError::NotAList { line: node.line }),
    }
}

fn here(plan: &mut Plan, node: &Node, kind: &Kind, act: Act<'_>) -> Result<(), YamlPatchError> {
    match (act, kind) {
        (Act::Set(value), _) => *plan = Plan::Set(value.clone()),
        (Act::Append(value), Kind::List(list)) => {
            elements(plan)?.inserted.entry(list.elements.len()).or_default().push(value.clone());
        }
        (Act::Append(value), _) if node.is_null() => *plan = Plan::Set(Content::List(vec![value.clone()])),
        (Act::Append(_), Kind::Alias(_)) => return Err(YamlPatchError::Reference { line: node.line }),
        (Act::Append(_), _) => return Err(YamlPatchError::NotAList { line: node.line }),
        (Act::Remove, _) => {}
    }
    Ok(())
}

fn at_key(
    plan: &mut Plan,
    node: &Node,
    map: &Map,
    key: &str,
    rest: &[Segment],
    act: Act<'_>,
) -> Result<(), YamlPatchError> {
    if map.odd_keys {
        return Err(YamlPatchError::Keys { line: node.line });
    }
    let found = map.index.get(key).copied();
    let members = members(plan)?;
    if let Some((position, entry)) = found.and_then(|at| Some((at, map.entries.get(at)?))) {
        return at_child(&mut members.fates, position, &entry.value, rest, act);
    }
    if let Some(position) = members.added.iter().position(|(name, _)| name == key) {
        return match members.added.get_mut(position) {
            Some((_, content)) if !is_removal(rest, act) => in_content(content, rest, act),
            _ => {
                members.added.remove(position);
                Ok(())
            }
        };
    }
    if !matches!(act, Act::Remove) {
        let mut content = Content::Null;
        in_content(&mut content, rest, act)?;
        members.added.push((key.to_owned(), content));
    }
    Ok(())
}

fn at_element(
    plan: &mut Plan,
    node: &Node,
    list: &List,
    element: usize,
    rest: &[Segment],
    act: Act<'_>,
) -> Result<(), YamlPatchError> {
    let Some(found) = list.elements.get(element) else {
        let absent = YamlPatchError::NoElement { line: node.line, element };
        return if matches!(act, Act::Remove) { Ok(()) } else { Err(absent) };
    };
    let elements = elements(plan)?;
    if elements.is_removed(element) && !matches!(act, Act::Remove) {
        return Err(YamlPatchError::Conflict);
    }
    at_child(&mut elements.fates, element, &found.node, rest, act)
}

fn at_child(
    fates: &mut BTreeMap<usize, Fate>,
    position: usize,
    child: &Node,
    rest: &[Segment],
    act: Act<'_>,
) -> Result<(), YamlPatchError> {
    if is_removal(rest, act) {
        fates.insert(position, Fate::Removed);
        return Ok(());
    }
    let fate = fates.entry(position).or_insert(Fate::Changed(Plan::Keep));
    match fate {
        Fate::Changed(plan) => at_place(plan, child, rest, act),
        Fate::Removed if matches!(act, Act::Remove) => Ok(()),
        Fate::Removed => {
            let mut content = Content::Null;
            in_content(&mut content, rest, act)?;
            *fate = Fate::Changed(Plan::Set(content));
            Ok(())
        }
    }
}

fn is_removal(rest: &[Segment], act: Act<'_>) -> bool {
    rest.is_empty() && matches!(act, Act::Remove)
}

fn members(plan: &mut Plan) -> Result<&mut Members, YamlPatchError> {
    if matches!(plan, Plan::Keep) {
        *plan = Plan::Members(Members::default());
    }
    match plan {
        Plan::Members(members) => Ok(members),
        _ => Err(YamlPatchError::Conflict),
    }
}

fn elements(plan: &mut Plan) -> Result<&mut Elements, YamlPatchError> {
    if matches!(plan, Plan::Keep) {
        *plan = Plan::Elements(Elements::default());
    }
    match plan {
        Plan::Elements(elements) => Ok(elements),
        _ => Err(YamlPatchError::Conflict),
    }
}

/// Changes a value that an earlier change has brought. Positions in it mean nothing: they are those of the file.
fn in_content(content: &mut Content, steps: &[Segment], act: Act<'_>) -> Result<(), YamlPatchError> {
    match (steps, act) {
        ([], Act::Set(value)) => *content = value.clone(),
        ([], Act::Append(value)) => match content {
            Content::List(elements) => elements.push(value.clone()),
            Content::Null => *content = Content::List(vec![value.clone()]),
            _ => return Err(YamlPatchError::Conflict),
        },
        ([], Act::Remove) => {}
        ([Segment::Element(_), ..], Act::Remove) if *content == Content::Null => {}
        ([Segment::Element(element), ..], _) if *content == Content::Null => {
            return Err(YamlPatchError::NoList { element: *element });
        }
        ([Segment::Element(_), ..], _) => return Err(YamlPatchError::Conflict),
        ([Segment::Key(key), rest @ ..], act) => return in_table(content, key, rest, act),
    }
    Ok(())
}

fn in_table(content: &mut Content, key: &str, rest: &[Segment], act: Act<'_>) -> Result<(), YamlPatchError> {
    if *content == Content::Null && !matches!(act, Act::Remove) {
        *content = Content::Table(Vec::new());
    }
    let Content::Table(members) = content else {
        return if matches!(act, Act::Remove) { Ok(()) } else { Err(YamlPatchError::Conflict) };
    };
    if is_removal(rest, act) {
        members.retain(|(name, _)| name != key);
        return Ok(());
    }
    if let Some((_, member)) = members.iter_mut().find(|(name, _)| name == key) {
        return in_content(member, rest, act);
    }
    if !matches!(act, Act::Remove) {
        let mut member = Content::Null;
        in_content(&mut member, rest, act)?;
        members.push((key.to_owned(), member));
    }
    Ok(())
}
