use std::collections::BTreeSet;

use super::node::{Data, Map, Node};
use super::plan::{Elements, Members, Plan, Slot, Treatment};
use super::rules::Rules;
use super::{Action, Change, Content, NodePath, PatchError, Refusal, Segment};

/// What changes of a document ask for, as a plan of its tree. It may ask for what is there already.
pub(super) fn requested<'c, F: Rules>(
    root: &Node<F>,
    changes: impl IntoIterator<Item = &'c Change>,
) -> Result<Plan, PatchError> {
    let is_order = |change: &&Change| matches!(change.action, Action::Reorder(_));
    // Orders come last, so that the positions in all other changes are those of the document.
    let (orders, others): (Vec<&Change>, Vec<&Change>) = changes.into_iter().partition(is_order);
    let mut ordered = BTreeSet::new();
    let mut plan = Plan::Keep;
    for change in others.into_iter().chain(orders) {
        let request = Request { path: &change.path, action: &change.action };
        if is_order(&change) && !ordered.insert(&change.path) {
            return Err(request.refuse::<F>(None, Refusal::Order));
        }
        at_path(&mut plan, root, change.path.segments(), request)?;
    }
    Ok(plan)
}

#[derive(Debug, Clone, Copy)]
struct Request<'c> {
    path: &'c NodePath,
    action: &'c Action,
}

impl Request<'_> {
    fn refuse<F: Rules>(self, node: Option<&Node<F>>, refusal: Refusal) -> PatchError {
        PatchError { refusal, location: F::location(node, self.path) }
    }

    fn is_removal(self) -> bool {
        matches!(self.action, Action::Remove)
    }
}

fn at_path<F: Rules>(
    plan: &mut Plan,
    node: &Node<F>,
    segments: &[Segment],
    request: Request<'_>,
) -> Result<(), PatchError> {
    if let Plan::Replace(content) = plan {
        // Positions are those of the document: in a list that is set as a whole they would mean nothing.
        let is_about_positions =
            matches!((segments, request.action), ([Segment::Element(_), ..], _) | ([], Action::Reorder(_)));
        if is_about_positions && node.list().is_some() && matches!(content, Content::List(_)) {
            return Err(request.refuse(Some(node), Refusal::Contradiction));
        }
        return in_content::<F>(content, segments, request);
    }
    let Some((segment, rest)) = segments.split_first() else { return here(plan, node, request) };
    match (segment, &node.data) {
        _ if F::is_alias(node) => Err(request.refuse(Some(node), Refusal::Reference)),
        (Segment::Key(key), Data::Map(map)) => at_key(plan, node, map, key, rest, request),
        (Segment::Element(position), Data::List(elements)) => {
            at_element(plan, node, elements, *position, rest, request)
        }
        _ if request.is_removal() => Ok(()),
        (Segment::Key(_), Data::Null) => {
            *plan = Plan::Replace(made::<F>(segments, request)?);
            Ok(())
        }
        (Segment::Key(_), _) => Err(request.refuse(Some(node), Refusal::NotATable)),
        (Segment::Element(_), _) => Err(request.refuse(Some(node), Refusal::NotAList)),
    }
}

fn here<F: Rules>(plan: &mut Plan, node: &Node<F>, request: Request<'_>) -> Result<(), PatchError> {
    match (request.action, &node.data) {
        (Action::Set(content), _) => *plan = Plan::Replace(content.clone()),
        (Action::Remove | Action::Unwrap, _) => return Err(request.refuse::<F>(None, Refusal::Root)),
        _ if F::is_alias(node) => return Err(request.refuse(Some(node), Refusal::Reference)),
        (Action::Append(content), Data::List(elements)) => {
            let slots = slots(plan, elements.len());
            slots.ok_or_else(|| contradiction(node, request))?.push(Slot::New(content.clone()));
        }
        (Action::Append(content), Data::Null) => *plan = Plan::Replace(Content::List(vec![content.clone()])),
        (Action::Reorder(order), Data::List(elements)) => {
            let slots = slots(plan, elements.len()).ok_or_else(|| contradiction(node, request))?;
            *slots =
                reordered(std::mem::take(slots), order).ok_or_else(|| request.refuse(Some(node), Refusal::Order))?;
        }
        (Action::Append(_) | Action::Reorder(_), _) => return Err(request.refuse(Some(node), Refusal::NotAList)),
    }
    Ok(())
}

fn at_key<F: Rules>(
    plan: &mut Plan,
    node: &Node<F>,
    map: &Map<F>,
    key: &str,
    rest: &[Segment],
    request: Request<'_>,
) -> Result<(), PatchError> {
    if map.is_unclear() {
        return Err(request.refuse(Some(node), Refusal::UnclearKeys));
    }
    let members = members(plan).ok_or_else(|| contradiction(node, request))?;
    if let (Some(position), Some(entry)) = (map.position(key), map.entry(key)) {
        let treatment = members.treatments.entry(position).or_insert(Treatment::Changed(Plan::Keep));
        if matches!(treatment, Treatment::Removed) && !request.is_removal() {
            *treatment = Treatment::Changed(Plan::Replace(made::<F>(rest, request)?));
            return Ok(());
        }
        return at_part(treatment, &entry.value, rest, request);
    }
    in_members::<F>(&mut members.added, key, rest, request)
}

fn at_element<F: Rules>(
    plan: &mut Plan,
    node: &Node<F>,
    elements: &[Node<F>],
    position: usize,
    rest: &[Segment],
    request: Request<'_>,
) -> Result<(), PatchError> {
    let Some(element) = elements.get(position) else {
        let absent = || request.refuse(Some(node), Refusal::NoElement(position));
        return if request.is_removal() { Ok(()) } else { Err(absent()) };
    };
    let slots = slots(plan, elements.len()).ok_or_else(|| contradiction(node, request))?;
    match slots.get_mut(position) {
        Some(Slot::Old(_, Treatment::Removed)) if request.is_removal() => Ok(()),
        Some(Slot::Old(_, Treatment::Removed)) => Err(request.refuse::<F>(None, Refusal::ElementRemoved)),
        Some(Slot::Old(_, treatment)) => at_part(treatment, element, rest, request),
        Some(Slot::New(_)) | None => Err(contradiction(node, request)),
    }
}

/// A change of a member or element, or of something in it.
fn at_part<F: Rules>(
    treatment: &mut Treatment,
    node: &Node<F>,
    rest: &[Segment],
    request: Request<'_>,
) -> Result<(), PatchError> {
    match (rest, request.action, &mut *treatment) {
        ([], Action::Remove, _) => *treatment = Treatment::Removed,
        ([], Action::Unwrap, _) if node.map().is_none() => return Err(request.refuse(Some(node), Refusal::NotATable)),
        ([], Action::Unwrap, Treatment::Changed(Plan::Keep)) => *treatment = Treatment::Unwrapped,
        (_, Action::Remove, Treatment::Removed) => {}
        (_, _, Treatment::Changed(plan)) => return at_path(plan, node, rest, request),
        _ => return Err(contradiction(node, request)),
    }
    Ok(())
}

fn contradiction<F: Rules>(node: &Node<F>, request: Request<'_>) -> PatchError {
    request.refuse(Some(node), Refusal::Contradiction)
}

fn members(plan: &mut Plan) -> Option<&mut Members> {
    if matches!(plan, Plan::Keep) {
        *plan = Plan::Members(Members::default());
    }
    match plan {
        Plan::Members(members) => Some(members),
        _ => None,
    }
}

fn slots(plan: &mut Plan, length: usize) -> Option<&mut Vec<Slot>> {
    if matches!(plan, Plan::Keep) {
        *plan = Plan::Elements(Elements::kept(length));
    }
    match plan {
        Plan::Elements(elements) => Some(&mut elements.slots),
        _ => None,
    }
}

/// What a change makes where nothing is.
fn made<F: Rules>(segments: &[Segment], request: Request<'_>) -> Result<Content, PatchError> {
    let mut content = Content::Null;
    in_content::<F>(&mut content, segments, request)?;
    Ok(content)
}

/// Carries out a change in what an earlier change has brought. Positions in it mean nothing: they are those of the document.
fn in_content<F: Rules>(content: &mut Content, segments: &[Segment], request: Request<'_>) -> Result<(), PatchError> {
    let Some((segment, rest)) = segments.split_first() else { return on_content::<F>(content, request) };
    let refusal = match (segment, &mut *content) {
        (Segment::Key(key), Content::Table(members)) => return in_members::<F>(members, key, rest, request),
        (Segment::Element(_), Content::List(_)) => Refusal::Contradiction,
        _ if request.is_removal() => return Ok(()),
        (Segment::Key(key), Content::Null) => {
            let mut members = Vec::new();
            in_members::<F>(&mut members, key, rest, request)?;
            *content = Content::Table(members);
            return Ok(());
        }
        (Segment::Key(_), _) => Refusal::NotATable,
        (Segment::Element(position), Content::Null) => Refusal::NoElement(*position),
        (Segment::Element(_), _) => Refusal::NotAList,
    };
    Err(request.refuse::<F>(None, refusal))
}

fn on_content<F: Rules>(content: &mut Content, request: Request<'_>) -> Result<(), PatchError> {
    let refused = |refusal| request.refuse::<F>(None, refusal);
    match (request.action, &mut *content) {
        (Action::Remove, _) => {}
        (Action::Set(value), _) => *content = value.clone(),
        (Action::Append(value), Content::Null) => *content = Content::List(vec![value.clone()]),
        (Action::Append(value), Content::List(elements)) => elements.push(value.clone()),
        (Action::Reorder(order), Content::List(elements)) => {
            *elements = reordered(std::mem::take(elements), order).ok_or_else(|| refused(Refusal::Order))?;
        }
        (Action::Append(_) | Action::Reorder(_), _) => return Err(refused(Refusal::NotAList)),
        (Action::Unwrap, _) => return Err(refused(Refusal::Contradiction)),
    }
    Ok(())
}

fn in_members<F: Rules>(
    members: &mut Vec<(String, Content)>,
    key: &str,
    rest: &[Segment],
    request: Request<'_>,
) -> Result<(), PatchError> {
    match members.iter().position(|(name, _)| name == key) {
        Some(position) if rest.is_empty() && request.is_removal() => {
            members.remove(position);
            Ok(())
        }
        Some(position) => {
            let found = members.get_mut(position);
            found.map_or(Ok(()), |(_, content)| in_content::<F>(content, rest, request))
        }
        None if request.is_removal() => Ok(()),
        None => {
            members.push((key.to_owned(), made::<F>(rest, request)?));
            Ok(())
        }
    }
}

/// Elements in another order; those that are not named follow. None if the order does not fit.
fn reordered<T>(elements: Vec<T>, order: &[usize]) -> Option<Vec<T>> {
    let mut left: Vec<Option<T>> = elements.into_iter().map(Some).collect();
    let mut result = Vec::with_capacity(left.len());
    for position in order {
        result.push(left.get_mut(*position)?.take()?);
    }
    result.extend(left.into_iter().flatten());
    Some(result)
}
