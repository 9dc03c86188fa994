use super::Content;
use super::node::{Data, Entry, Map, Node};
use super::plan::{Elements, Members, Plan, Slot, Treatment};
use super::rules::Rules;

/// A value with the text of its document.
#[derive(Clone, Copy)]
pub(super) struct Sourced<'t, F: Rules> {
    pub(super) text: &'t str,
    pub(super) node: &'t Node<F>,
}

/// Whether a value is what another one is after a plan, with every part that the plan does not name written as it was.
pub(super) fn holds<F: Rules>(old: Sourced<'_, F>, plan: &Plan, new: Sourced<'_, F>) -> bool {
    match plan {
        Plan::Keep => is_same(old, new),
        Plan::Replace(content) => content == new.node,
        Plan::Members(members) => members_hold(old, members, new),
        Plan::Elements(elements) => elements_hold(old, elements, new),
    }
}

/// Whether a plan leaves nothing of a mapping or list.
pub(super) fn empties<F: Rules>(node: &Node<F>, plan: &Plan) -> bool {
    match (&node.data, plan) {
        (Data::Map(map), Plan::Members(members)) => {
            let goes = |(position, node): (usize, &Node<F>)| match members.treatments.get(&position) {
                Some(Treatment::Removed) => true,
                Some(Treatment::Changed(plan)) => F::LOSES_EMPTY && empties(node, plan),
                Some(Treatment::Unwrapped) | None => false,
            };
            let values = map.entries().iter().map(|entry| &entry.value);
            members.added.is_empty() && values.enumerate().all(goes)
        }
        (Data::List(_), Plan::Elements(elements)) => F::LOSES_EMPTY && elements.remaining().next().is_none(),
        (_, Plan::Replace(Content::Table(members))) => !F::LOSES_EMPTY && members.is_empty(),
        _ => false,
    }
}

impl<'t, F: Rules> Sourced<'t, F> {
    fn at(self, node: &'t Node<F>) -> Self {
        Self { text: self.text, node }
    }

    fn source(self) -> Option<&'t str> {
        self.text.get(F::source(self.node)?)
    }
}

/// Whether two values are the same in all but their places in the text.
fn is_same<F: Rules>(old: Sourced<'_, F>, new: Sourced<'_, F>) -> bool {
    let are_same = |one: &Node<F>, other: &Node<F>| is_same(old.at(one), new.at(other));
    let is_same_data = match (&old.node.data, &new.node.data) {
        _ if F::is_alias(old.node) || F::is_alias(new.node) => true,
        (Data::List(one), Data::List(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| are_same(one, other))
        }
        (Data::Map(one), Data::Map(other)) => {
            let entries = one.entries().iter().zip(other.entries());
            one.entries().len() == other.entries().len()
                && entries.clone().all(|(one, other)| are_same(&one.key, &other.key))
                && entries.clone().all(|(one, other)| are_same(&one.value, &other.value))
        }
        (one, other) => one == other,
    };
    is_same_data && old.source() == new.source() && F::is_tied(old.node) == F::is_tied(new.node)
}

fn members_hold<F: Rules>(old: Sourced<'_, F>, members: &Members, new: Sourced<'_, F>) -> bool {
    let (Data::Map(old_map), Data::Map(new_map)) = (&old.node.data, &new.node.data) else { return false };
    let entries = old_map.entries().iter().enumerate();
    let found = entries.map(|(position, entry)| found_of(old, entry, members.treatments.get(&position), new, new_map));
    let is_added = members.added.iter().all(|(key, content)| new_map.get(key).is_some_and(|node| content == node));
    let count = found.sum::<Option<usize>>().map(|kept| kept + members.added.len());
    is_added && count == Some(new_map.entries().len()) && !new_map.is_unclear()
}

/// How many members of the new mapping come of an old one, if they are what they are to be.
fn found_of<F: Rules>(
    old: Sourced<'_, F>,
    entry: &Entry<F>,
    treatment: Option<&Treatment>,
    new: Sourced<'_, F>,
    new_map: &Map<F>,
) -> Option<usize> {
    let stays = |entry: &Entry<F>, plan: &Plan| {
        new_map.get(entry.name()).is_some_and(|node| holds(old.at(&entry.value), plan, new.at(node)))
    };
    match treatment {
        Some(Treatment::Removed) => Some(0),
        None => stays(entry, &Plan::Keep).then_some(1),
        Some(Treatment::Changed(plan)) => {
            let is_gone = || new_map.get(entry.name()).is_none() && F::LOSES_EMPTY && empties(&entry.value, plan);
            if stays(entry, plan) { Some(1) } else { is_gone().then_some(0) }
        }
        Some(Treatment::Unwrapped) => {
            let inner = entry.value.map().unwrap_or_default();
            inner.iter().all(|entry| stays(entry, &Plan::Keep)).then_some(inner.len())
        }
    }
}

fn elements_hold<F: Rules>(old: Sourced<'_, F>, elements: &Elements, new: Sourced<'_, F>) -> bool {
    let (Data::List(before), Data::List(after)) = (&old.node.data, &new.node.data) else { return false };
    let slot_holds = |(slot, node): (&Slot, &Node<F>)| match slot {
        Slot::New(content) => content == node,
        Slot::Old(position, Treatment::Changed(plan)) => {
            before.get(*position).is_some_and(|element| holds(old.at(element), plan, new.at(node)))
        }
        Slot::Old(_, Treatment::Removed | Treatment::Unwrapped) => false,
    };
    elements.remaining().count() == after.len() && elements.remaining().zip(after).all(slot_holds)
}
