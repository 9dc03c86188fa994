use std::collections::{BTreeMap, HashSet};

use super::change::YamlPatchError;
use super::parse::is_flow;
use super::plan::{Elements, Fate, Members, Plan};
use super::quote;
use super::tree::{Document, Kind, List, Map, Node};
use super::verify::says;
use crate::edit::Content;

/// Beyond so many comparisons, lists are compared position by position.
const COMPARISONS: usize = 250_000;

/// Turns a plan into the smallest one that does the same: what is left to set is replaced as a whole.
///
/// Refuses to change what an anchor, alias or tag touches, and mappings whose keys are not clear.
pub(super) fn settle(document: &Document, node: &Node, plan: Plan) -> Result<Plan, YamlPatchError> {
    match plan {
        Plan::Keep => Ok(Plan::Keep),
        Plan::Set(content) if says(document, node, &content) => Ok(Plan::Keep),
        Plan::Set(content) => set(document, node, content),
        Plan::Members(members) => settle_members(document, node, members),
        Plan::Elements(elements) => settle_elements(document, node, elements),
    }
}

fn set(document: &Document, node: &Node, content: Content) -> Result<Plan, YamlPatchError> {
    check_itself(node)?;
    match (&node.kind, content) {
        (Kind::Map(map), Content::Table(table)) => {
            check_keys(node, map)?;
            settle_members(document, node, members_of(map, table))
        }
        (Kind::List(list), Content::List(wanted)) => {
            settle_elements(document, node, elements_of(document, list, wanted))
        }
        (_, content) => {
            check_parts(node)?;
            Ok(Plan::Set(content))
        }
    }
}

fn check_itself(node: &Node) -> Result<(), YamlPatchError> {
    match node.kind {
        Kind::Alias(_) => Err(YamlPatchError::Reference { line: node.line }),
        _ if node.properties.is_some() => Err(YamlPatchError::Reference { line: node.line }),
        _ => Ok(()),
    }
}

fn check_parts(node: &Node) -> Result<(), YamlPatchError> {
    node.reference().map_or(Ok(()), |line| Err(YamlPatchError::Reference { line }))
}

fn check_keys(node: &Node, map: &Map) -> Result<(), YamlPatchError> {
    if map.odd_keys { Err(YamlPatchError::Keys { line: node.line }) } else { Ok(()) }
}

fn members_of(map: &Map, table: Vec<(String, Content)>) -> Members {
    let keys: HashSet<&str> = table.iter().map(|(key, _)| key.as_str()).collect();
    let is_gone = |name: &Option<String>| name.as_deref().is_none_or(|name| !keys.contains(name));
    let gone = map.entries.iter().enumerate().filter(|(_, entry)| is_gone(&entry.name));
    let mut members = Members { fates: gone.map(|(at, _)| (at, Fate::Removed)).collect(), added: Vec::new() };
    for (key, content) in table {
        match map.index.get(&key) {
            Some(position) => {
                members.fates.insert(*position, Fate::Changed(Plan::Set(content)));
            }
            None => members.added.push((key, content)),
        }
    }
    members
}

fn settle_members(document: &Document, node: &Node, members: Members) -> Result<Plan, YamlPatchError> {
    let Kind::Map(map) = &node.kind else { return Err(YamlPatchError::Conflict) };
    let mut settled = Members { fates: BTreeMap::new(), added: members.added };
    for (position, fate) in members.fates {
        let Some(entry) = map.entries.get(position) else { continue };
        if fate == Fate::Removed {
            check_parts(&entry.key)?;
        }
        settle_fate(document, &entry.value, position, fate, &mut settled.fates)?;
    }
    if settled.fates.is_empty() && settled.added.is_empty() {
        return Ok(Plan::Keep);
    }
    check_itself(node)?;
    check_keys(node, map)?;
    let is_left = (0..map.entries.len()).any(|position| !settled.is_removed(position));
    let goes_into_braces = is_empty_flow(node) && settled.added.iter().all(|(_, content)| is_simple(content));
    if is_left || settled.added.is_empty() || goes_into_braces {
        Ok(Plan::Members(settled))
    } else {
        Ok(Plan::Set(Content::Table(settled.added)))
    }
}

fn settle_elements(document: &Document, node: &Node, elements: Elements) -> Result<Plan, YamlPatchError> {
    let Kind::List(list) = &node.kind else { return Err(YamlPatchError::Conflict) };
    let mut settled = Elements { fates: BTreeMap::new(), inserted: elements.inserted };
    for (position, fate) in elements.fates {
        if let Some(element) = list.elements.get(position) {
            settle_fate(document, &element.node, position, fate, &mut settled.fates)?;
        }
    }
    if settled.fates.is_empty() && settled.inserted.is_empty() {
        return Ok(Plan::Keep);
    }
    check_itself(node)?;
    let is_left = (0..list.elements.len()).any(|position| !settled.is_removed(position));
    let goes_into_brackets = is_empty_flow(node) && settled.inserted.values().flatten().all(is_simple);
    if is_left || settled.inserted.is_empty() || goes_into_brackets {
        Ok(Plan::Elements(settled))
    } else {
        Ok(Plan::Set(Content::List(settled.inserted.into_values().flatten().collect())))
    }
}

fn settle_fate(
    document: &Document,
    node: &Node,
    position: usize,
    fate: Fate,
    fates: &mut BTreeMap<usize, Fate>,
) -> Result<(), YamlPatchError> {
    let settled = match fate {
        Fate::Removed => {
            check_parts(node)?;
            Fate::Removed
        }
        Fate::Changed(plan) => Fate::Changed(settle(document, node, plan)?),
    };
    if settled != Fate::Changed(Plan::Keep) {
        fates.insert(position, settled);
    }
    Ok(())
}

fn is_empty_flow(node: &Node) -> bool {
    match &node.kind {
        Kind::Map(map) => is_flow(map.style) && map.entries.is_empty(),
        Kind::List(list) => is_flow(list.style) && list.elements.is_empty(),
        Kind::Scalar(_) | Kind::Alias(_) => false,
    }
}

/// Whether a value fits well into brackets.
fn is_simple(content: &Content) -> bool {
    match content {
        Content::Text(text) => !quote::is_multi_line(text),
        Content::List(elements) => elements.is_empty(),
        Content::Table(members) => members.is_empty(),
        Content::Null | Content::Bool(_) | Content::Number(_) => true,
    }
}

/// The elements that stay are those of a longest common subsequence. Between them, mappings at equal positions change into
/// each other, and all else goes or comes.
fn elements_of(document: &Document, list: &List, wanted: Vec<Content>) -> Elements {
    let kept = common(document, list, &wanted);
    let mut wanted: Vec<Option<Content>> = wanted.into_iter().map(Some).collect();
    let mut elements = Elements::default();
    let (mut old, mut new) = (0, 0);
    for (kept_old, kept_new) in kept.into_iter().chain([(list.elements.len(), wanted.len())]) {
        gap(&mut elements, list, old..kept_old, wanted.get_mut(new..kept_new).unwrap_or_default());
        (old, new) = (kept_old + 1, kept_new + 1);
    }
    elements
}

fn gap(elements: &mut Elements, list: &List, old: std::ops::Range<usize>, new: &mut [Option<Content>]) {
    let mut wanted = new.iter_mut().filter_map(Option::take);
    for position in old.clone() {
        let is_map = list.elements.get(position).is_some_and(|element| matches!(element.node.kind, Kind::Map(_)));
        let fate = match wanted.next() {
            Some(content @ Content::Table(_)) if is_map => Fate::Changed(Plan::Set(content)),
            Some(content) => {
                elements.inserted.entry(position).or_default().push(content);
                Fate::Removed
            }
            None => Fate::Removed,
        };
        elements.fates.insert(position, fate);
    }
    let rest: Vec<Content> = wanted.collect();
    if !rest.is_empty() {
        elements.inserted.entry(old.end).or_default().extend(rest);
    }
}

/// The pairs of positions of a longest common subsequence.
fn common(document: &Document, list: &List, wanted: &[Content]) -> Vec<(usize, usize)> {
    let equal = |old: usize, new: usize| match (list.elements.get(old), wanted.get(new)) {
        (Some(element), Some(content)) => says(document, &element.node, content),
        _ => false,
    };
    let (old_length, new_length) = (list.elements.len(), wanted.len());
    let shorter = old_length.min(new_length);
    let head = (0..shorter).take_while(|at| equal(*at, *at)).count();
    let tail = (0..shorter - head).take_while(|at| equal(old_length - 1 - at, new_length - 1 - at)).count();
    let (rows, columns) = (old_length - head - tail, new_length - head - tail);
    let mut pairs: Vec<(usize, usize)> = (0..head).map(|at| (at, at)).collect();
    if rows.saturating_mul(columns) <= COMPARISONS {
        let middle = longest_common(rows, columns, |row, column| equal(head + row, head + column));
        pairs.extend(middle.into_iter().map(|(row, column)| (head + row, head + column)));
    } else {
        pairs.extend((head..shorter - tail).filter(|at| equal(*at, *at)).map(|at| (at, at)));
    }
    pairs.extend((0..tail).rev().map(|at| (old_length - 1 - at, new_length - 1 - at)));
    pairs
}

fn longest_common(rows: usize, columns: usize, equal: impl Fn(usize, usize) -> bool) -> Vec<(usize, usize)> {
    let width = columns + 1;
    let mut lengths = vec![0_u32; (rows + 1) * width];
    let mut equals = vec![false; rows * columns];
    let length = |lengths: &[u32], row: usize, column: usize| lengths.get(row * width + column).copied().unwrap_or(0);
    for row in (0..rows).rev() {
        for column in (0..columns).rev() {
            let is_equal = equal(row, column);
            let best = if is_equal {
                length(&lengths, row + 1, column + 1) + 1
            } else {
                length(&lengths, row + 1, column).max(length(&lengths, row, column + 1))
            };
            lengths.get_mut(row * width + column).into_iter().for_each(|cell| *cell = best);
            equals.get_mut(row * columns + column).into_iter().for_each(|cell| *cell = is_equal);
        }
    }
    let (mut row, mut column, mut pairs) = (0, 0, Vec::new());
    while row < rows && column < columns {
        if equals.get(row * columns + column) == Some(&true) {
            pairs.push((row, column));
            (row, column) = (row + 1, column + 1);
        } else if length(&lengths, row + 1, column) >= length(&lengths, row, column + 1) {
            row += 1;
        } else {
            column += 1;
        }
    }
    pairs
}
