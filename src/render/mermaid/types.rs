use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use crate::schema::{ALL, Declaration, Field, Kind, Pair, Pairs, Resource, ResourceKey, Shape};

use super::Diagram;
use super::label::label;

/// Draws entity types and the relationship types between them: a line a rule, from its source to its target.
///
/// `mark` is put before the name of a resource. A relationship type without rules is a box, and so is a type that only a rule
/// names. Two relationship types that are each other's inverse and have the same rules share their lines. None where there is
/// nothing to draw.
pub fn types<'project>(
    resources: impl IntoIterator<Item = &'project Resource>,
    mark: impl Fn(&ResourceKey) -> Option<&'static str>,
) -> Option<Diagram> {
    let marked = |key: &ResourceKey| match mark(key) {
        Some(mark) => format!("{mark} {}", key.id),
        None => key.id.clone(),
    };
    let mut boxes = Boxes::default();
    let mut relations = Vec::new();
    for resource in resources {
        if let Some((field, _)) = pairs_of(resource.key.kind) {
            relations.push(Relation::of(resource, field, marked(&resource.key)));
        } else if is_end(resource.key.kind) {
            boxes.add(&resource.key.id, &marked(&resource.key));
        }
    }
    let mut lines = String::new();
    let mut edges = 0;
    for (relation, name) in with_inverses(&relations) {
        if relation.rules.is_empty() {
            boxes.add_relation(&name);
        }
        for Pair { first, second } in &relation.rules {
            let (first, second) = (boxes.id(first), boxes.id(second));
            // Writing to a string cannot fail.
            _ = writeln!(lines, "    {first} }}o--o{{ {second} : {}", label(&name));
            edges += 1;
        }
    }
    (!boxes.text.is_empty()).then(|| Diagram { text: format!("erDiagram\n{}{lines}", boxes.text), edges })
}

/// Whether a diagram of types shows resources of a kind.
pub fn is_drawn(kind: Kind) -> bool {
    pairs_of(kind).is_some() || is_end(kind)
}

fn pairs_of(kind: Kind) -> Option<(&'static Field, &'static Pairs)> {
    kind.table().fields.iter().find_map(|field| match field.shape {
        Shape::Pairs(pairs) => Some((field, pairs)),
        _ => None,
    })
}

/// Whether the rules of some kind join resources of this one.
fn is_end(kind: Kind) -> bool {
    ALL.kinds().filter_map(pairs_of).any(|(_, pairs)| pairs.ends == kind.word)
}

/// The boxes of a diagram, by the types that they stand for; their ids are ours.
#[derive(Default)]
struct Boxes {
    ids: BTreeMap<String, usize>,
    count: usize,
    text: String,
}

impl Boxes {
    fn add(&mut self, slug: &str, name: &str) -> usize {
        let id = self.write(name);
        self.ids.insert(slug.to_owned(), id);
        id
    }

    fn add_relation(&mut self, name: &str) {
        self.write(&format!("{name} (no rules)"));
    }

    fn write(&mut self, name: &str) -> usize {
        let id = self.count;
        self.count += 1;
        _ = writeln!(self.text, "    t{id}[{}]", label(name));
        id
    }

    /// The box of a type; one that nothing declares is added.
    fn id(&mut self, slug: &str) -> String {
        let id = self.ids.get(slug).copied().unwrap_or_else(|| self.add(slug, slug));
        format!("t{id}")
    }
}

/// A relationship type.
struct Relation<'project> {
    slug: &'project str,
    name: String,
    inverse: Option<&'project str>,
    rules: BTreeSet<Pair>,
}

impl<'project> Relation<'project> {
    fn of(resource: &'project Resource, field: &'static Field, name: String) -> Self {
        let rules = resource.declared.get(field).and_then(Declaration::value).map(Pair::list).unwrap_or_default();
        let link = resource.key.kind.table().fields.iter().find(|field| field.shape.is_link());
        let inverse = link.and_then(|link| resource.text(link));
        Self { slug: &resource.key.id, name, inverse, rules: rules.into_iter().collect() }
    }

    /// Whether another one says the same from the other end.
    fn is_inverse_of(&self, other: &Self) -> bool {
        let reversed = |Pair { first, second }: &Pair| Pair { first: second.clone(), second: first.clone() };
        (self.inverse == Some(other.slug) || other.inverse == Some(self.slug))
            && self.slug != other.slug
            && self.rules == other.rules.iter().map(reversed).collect()
    }
}

/// The relations with what their lines are called; of two that say the same from both ends the first one.
fn with_inverses<'all, 'project>(relations: &'all [Relation<'project>]) -> Vec<(&'all Relation<'project>, String)> {
    let mut shown: Vec<(&Relation<'_>, String)> = Vec::new();
    let mut joined = BTreeSet::new();
    for (position, relation) in relations.iter().enumerate() {
        if joined.contains(relation.slug) {
            continue;
        }
        let others = relations.iter().skip(position + 1);
        let inverse = others.filter(|other| !joined.contains(other.slug)).find(|other| other.is_inverse_of(relation));
        let name = match inverse {
            Some(inverse) => {
                joined.insert(inverse.slug);
                format!("{} / {}", relation.name, inverse.name)
            }
            None => relation.name.clone(),
        };
        shown.push((relation, name));
    }
    shown
}
