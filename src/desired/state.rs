use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Family, NotApplied, Position, Sensitive, Text};
use crate::project::InTarget;
use crate::schema::{Kind, Overlaid, Resource, ResourceKey};

/// Everything that a project declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DesiredState {
    resources: BTreeMap<Kind, Vec<Resource>>,
    /// The families that are declared at all; those of others are neither read nor drift. A project without a memory table has
    /// no memory.
    families: BTreeSet<Family>,
    /// What the files hold and apply does not send, by what one is called: `connector`, `platform channel`, …
    pub not_applied: BTreeMap<&'static str, NotApplied>,
}

impl DesiredState {
    /// A state that declares nothing of these families, whose order does not count.
    pub fn of_families(families: impl IntoIterator<Item = Family>) -> Self {
        let families = families.into_iter().collect();
        Self { resources: BTreeMap::new(), families, not_applied: BTreeMap::new() }
    }

    /// Whether resources of a kind are declared at all, if perhaps none.
    pub fn covers(&self, kind: Kind) -> bool {
        self.families.contains(&kind.family)
    }

    /// The resources of a kind, in file order.
    pub fn of(&self, kind: Kind) -> &[Resource] {
        self.resources.get(&kind).map(Vec::as_slice).unwrap_or_default()
    }

    /// The literals that are shown nowhere, and the texts that are.
    pub fn literals(&self) -> (Vec<&Sensitive>, BTreeSet<&str>) {
        let mut texts = Vec::new();
        let (mut hidden, mut shown) = (Vec::new(), BTreeSet::new());
        for resource in self.all() {
            hidden.extend(&resource.never_sent);
            resource.declared.iter().for_each(|(_, declared)| declared.each_text(&mut |text| texts.push(text)));
        }
        for text in texts {
            match text {
                Text::Known(text) => drop(shown.insert(text.as_str())),
                Text::Sensitive(text) => hidden.push(text),
                Text::Opaque | Text::SecretRef(_) => {}
            }
        }
        (hidden, shown)
    }

    /// Every resource, in the order of plans.
    pub fn all(&self) -> impl Iterator<Item = &Resource> {
        self.resources.values().flatten()
    }

    /// The resource of a key.
    pub fn get(&self, key: &ResourceKey) -> Option<&Resource> {
        self.of(key.kind).iter().find(|resource| resource.key == *key)
    }

    /// Declares a resource, behind the others of its kind.
    pub fn push(&mut self, resource: Resource) {
        self.resources.entry(resource.key.kind).or_default().push(resource);
    }

    /// Keeps of each resource which of its values a target sets.
    pub(super) fn note_overlaid(&mut self, target: &InTarget) {
        let mut by_key: BTreeMap<&ResourceKey, Vec<(String, Position)>> = BTreeMap::new();
        for value in &target.values {
            by_key.entry(&value.key).or_default().push((value.file_path.clone(), value.position.clone()));
        }
        if by_key.is_empty() {
            return;
        }
        for resource in self.resources.values_mut().flatten() {
            if let Some(values) = by_key.remove(&resource.key) {
                resource.overlaid = Overlaid::of(&target.name, values);
            }
        }
    }

    /// The resources that belong to agents, by kind and agent.
    pub fn by_agent(&self) -> BTreeMap<(Kind, &str), Vec<&Resource>> {
        let mut by_agent: BTreeMap<_, Vec<&Resource>> = BTreeMap::new();
        for resource in self.all() {
            if let Some(agent) = resource.key.agent() {
                by_agent.entry((resource.key.kind, agent)).or_default().push(resource);
            }
        }
        by_agent
    }
}

impl Default for DesiredState {
    fn default() -> Self {
        Self::of_families([Family::Agents])
    }
}
