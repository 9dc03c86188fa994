//! What a pull does not speak of must be declared as it was: files can be shared, by symlinks and as skills of every agent.

use std::collections::BTreeMap;

use crate::desired::DesiredState;
use crate::schema::{Declarations, Field, Leaf, Resource, ResourceKey, Shape, Sources};

/// A resource that is declared otherwise than before and is not one of those that are written.
pub(super) fn changed_besides(
    before: &DesiredState,
    after: &DesiredState,
    is_written: &dyn Fn(&ResourceKey) -> bool,
) -> Option<ResourceKey> {
    let is_in_both = |key: &ResourceKey| before.covers(key.kind) && after.covers(key.kind);
    let by_key = |state: &DesiredState| -> BTreeMap<ResourceKey, Compared> {
        let compared = state.all().filter(|resource| is_in_both(&resource.key));
        compared.map(|resource| (resource.key.clone(), Compared::of(resource))).collect()
    };
    let (old, new) = (by_key(before), by_key(after));
    let went = old.keys().filter(|key| !new.contains_key(*key));
    let changed = new.iter().filter(|(key, compared)| old.get(*key) != Some(*compared)).map(|(key, _)| key);
    went.chain(changed).find(|key| !is_written(key)).cloned()
}

/// What counts of a resource: not where it stands, nor what no answer of a server would show.
#[derive(PartialEq)]
struct Compared {
    declared: Declarations,
    sources: Sources,
}

impl Compared {
    fn of(resource: &Resource) -> Self {
        let is_compared = |field: &'static Field| !matches!(field.shape, Shape::Leaf(Leaf::SentOnly));
        let declared = resource.declared.iter().filter(|(field, _)| is_compared(field));
        let declared = declared.map(|(field, declaration)| (field, declaration.clone())).collect();
        Self { declared, sources: resource.sources.clone() }
    }
}
