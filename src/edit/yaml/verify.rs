use super::plan::{Elements, Fate, Members, Plan};
use super::tree::{Document, Element, Kind, Node};
use crate::edit::Content;

/// Whether a value of a document says what a content says, aliases followed.
pub(super) fn says(document: &Document, node: &Node, content: &Content) -> bool {
    match (&node.kind, content) {
        (Kind::Alias(anchor), _) => document.anchored(*anchor).is_some_and(|node| says(document, node, content)),
        (Kind::Scalar(scalar), _) => scalar.meaning.as_ref() == Some(content),
        (Kind::List(list), Content::List(wanted)) => {
            list.elements.len() == wanted.len()
                && list.elements.iter().zip(wanted).all(|(element, wanted)| says(document, &element.node, wanted))
        }
        (Kind::Map(map), Content::Table(wanted)) => {
            let has = |(key, wanted): &(String, Content)| {
                map.index.get(key).and_then(|at| map.entries.get(*at)).is_some_and(|e| says(document, &e.value, wanted))
            };
            !map.odd_keys && map.entries.len() == wanted.len() && wanted.iter().all(has)
        }
        _ => false,
    }
}

/// Whether the documents after an edit are those before it, with their plans carried out.
pub(super) fn holds(old: &[Document], plans: &[Plan], new: &[Document]) -> bool {
    // A stream without any document is as good as one with an empty one.
    let empty = |document: &Document| document.root.is_null();
    let blank = |documents: &[Document]| documents.iter().all(empty);
    match (old, plans, new) {
        ([], [Plan::Set(content)], [document]) => says(document, &document.root, content),
        ([only], [plan], []) => empties(&only.root, plan),
        _ if new.is_empty() => blank(old) && plans.iter().all(|plan| *plan == Plan::Keep),
        _ => {
            old.len() == new.len()
                && plans.len() == old.len()
                && old.iter().zip(plans).zip(new).all(|((old, plan), new)| document_holds(old, plan, new))
        }
    }
}

fn document_holds(old: &Document, plan: &Plan, new: &Document) -> bool {
    node_holds(&old.root, plan, new, &new.root) || new.root.is_null() && empties(&old.root, plan)
}

/// Whether a plan leaves nothing of a root mapping.
fn empties(root: &Node, plan: &Plan) -> bool {
    match (&root.kind, plan) {
        (Kind::Map(map), Plan::Members(members)) => {
            members.added.is_empty() && (0..map.entries.len()).all(|position| members.is_removed(position))
        }
        (_, Plan::Set(Content::Table(wanted))) => wanted.is_empty(),
        (_, Plan::Keep) => root.is_null(),
        _ => false,
    }
}

fn node_holds(old: &Node, plan: &Plan, document: &Document, new: &Node) -> bool {
    match plan {
        Plan::Keep => same(old, new),
        Plan::Set(content) => says(document, new, content),
        Plan::Members(members) => members_hold(old, members, document, new),
        Plan::Elements(elements) => elements_hold(old, elements, document, new),
    }
}

fn fate_holds(old: &Node, fate: Option<&Fate>, document: &Document, new: &Node) -> bool {
    match fate {
        None => same(old, new),
        Some(Fate::Changed(plan)) => node_holds(old, plan, document, new),
        Some(Fate::Removed) => false,
    }
}

fn members_hold(old: &Node, members: &Members, document: &Document, new: &Node) -> bool {
    let (Kind::Map(old), Kind::Map(new)) = (&old.kind, &new.kind) else { return false };
    let found = |key: &str| new.index.get(key).and_then(|at| new.entries.get(*at)).map(|entry| &entry.value);
    let kept: Vec<_> = old.entries.iter().enumerate().filter(|(position, _)| !members.is_removed(*position)).collect();
    !new.odd_keys
        && new.entries.len() == kept.len() + members.added.len()
        && members.added.iter().all(|(key, content)| found(key).is_some_and(|value| says(document, value, content)))
        && kept.iter().all(|(position, entry)| {
            let value = entry.name.as_deref().and_then(found);
            value.is_some_and(|value| fate_holds(&entry.value, members.fates.get(position), document, value))
        })
}

fn elements_hold(old: &Node, elements: &Elements, document: &Document, new: &Node) -> bool {
    let (Kind::List(old), Kind::List(new)) = (&old.kind, &new.kind) else { return false };
    let mut found = new.elements.iter();
    for (position, element) in old.elements.iter().enumerate() {
        if !inserted_hold(elements, position, document, &mut found) {
            return false;
        }
        let fate = elements.fates.get(&position);
        if fate == Some(&Fate::Removed) {
            continue;
        }
        let Some(new) = found.next() else { return false };
        if !fate_holds(&element.node, fate, document, &new.node) {
            return false;
        }
    }
    inserted_hold(elements, old.elements.len(), document, &mut found) && found.next().is_none()
}

fn inserted_hold<'n>(
    elements: &Elements,
    position: usize,
    document: &Document,
    found: &mut impl Iterator<Item = &'n Element>,
) -> bool {
    let inserted = elements.inserted.get(&position).map_or(&[][..], Vec::as_slice);
    inserted.iter().all(|content| found.next().is_some_and(|new| says(document, &new.node, content)))
}

/// Whether two values are the same in all but their places.
fn same(old: &Node, new: &Node) -> bool {
    if old.anchor != new.anchor || old.properties.is_some() != new.properties.is_some() {
        return false;
    }
    match (&old.kind, &new.kind) {
        (Kind::Scalar(old), Kind::Scalar(new)) => {
            old.style == new.style && old.meaning == new.meaning && old.meaningless == new.meaningless
        }
        (Kind::Alias(old), Kind::Alias(new)) => old == new,
        (Kind::List(old), Kind::List(new)) => {
            old.elements.len() == new.elements.len()
                && old.elements.iter().zip(&new.elements).all(|(old, new)| same(&old.node, &new.node))
        }
        (Kind::Map(old), Kind::Map(new)) => {
            old.entries.len() == new.entries.len()
                && old
                    .entries
                    .iter()
                    .zip(&new.entries)
                    .all(|(old, new)| same(&old.key, &new.key) && same(&old.value, &new.value))
        }
        _ => false,
    }
}
