use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::desired::{DesiredState, resources_of_skills};
use crate::model::{Position, Value};
use crate::org::{ActualState, ReadScope, Wanted};
use crate::plan::{self, Selection};
use crate::project::skills::Skill;
use crate::schema::kinds::{AGENT, PLATFORM, agent};
use crate::schema::{Declaration, Kind, Owner, Record, Resource, ResourceKey, Schema};

/// A family of `--include` and `--exclude`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PullFamily {
    /// Agents with their settings, prompts and skills.
    Agents,
    Platforms,
    /// Entity types and relationship types.
    Memory,
}

impl PullFamily {
    /// All families.
    pub const ALL: [Self; 3] = [Self::Agents, Self::Platforms, Self::Memory];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Agents => "agents",
            Self::Platforms => "platforms",
            Self::Memory => "memory",
        }
    }

    fn of(kind: Kind) -> Self {
        if kind.is_memory() {
            Self::Memory
        } else if kind == PLATFORM {
            Self::Platforms
        } else {
            Self::Agents
        }
    }
}

/// What a pull takes in: of what the project declares everything, of what else the org has what is asked for.
#[derive(Debug, Clone)]
pub struct PullSelection {
    /// `--all` and `--init`: also resources that the project does not declare.
    pub everything: bool,
    /// The selectors; what they name is taken in, declared or not.
    pub selection: Selection,
    families: BTreeSet<PullFamily>,
}

impl PullSelection {
    /// Takes in what flags say; `include` restricts to some families, `exclude` leaves some out.
    pub fn new(everything: bool, selection: Selection, include: &[PullFamily], exclude: &[PullFamily]) -> Self {
        let is_in = |family: &PullFamily| (include.is_empty() || include.contains(family)) && !exclude.contains(family);
        Self { everything, selection, families: PullFamily::ALL.into_iter().filter(is_in).collect() }
    }

    /// Whether no family is left.
    pub fn is_empty(&self) -> bool {
        self.families.is_empty()
    }

    /// Whether a kind is pulled at all.
    pub(super) fn covers_kind(&self, kind: Kind) -> bool {
        self.families.contains(&PullFamily::of(kind)) && self.selection.covers_kind(kind)
    }

    /// Whether a resource is pulled, if the project declares it.
    pub(super) fn covers(&self, kind: Kind, id: &str) -> bool {
        self.covers_kind(kind) && self.selection.covers(kind, id)
    }

    /// Whether a resource that the project does not declare is taken in.
    fn adds(&self, kind: Kind, id: &str) -> bool {
        (self.everything || !self.selection.is_whole()) && self.covers(kind, id)
    }

    /// The details that are read: those of what the project declares, and of what may be added.
    fn wanted(&self, kind: Kind, declared: &[String]) -> Wanted {
        if !self.covers_kind(kind) {
            return Wanted::NONE;
        }
        if self.selection.is_whole() {
            return if self.everything { Wanted::All } else { Wanted::These(declared.to_vec()) };
        }
        match self.selection.named(kind) {
            Some(ids) => Wanted::These(declared.iter().cloned().chain(ids).collect()),
            None => Wanted::All,
        }
    }

    /// What a pull needs to read of an org; without new resources exactly what a plan reads.
    pub fn read_scope(&self, schema: &Schema, desired: &DesiredState) -> ReadScope {
        let ReadScope { probe, kinds, .. } = plan::read_scope(schema, desired, &self.selection);
        let of_agents = |kind: &Kind| kind.owner != Owner::Org;
        let with_agents = schema.kinds().filter(of_agents).any(|kind| self.covers_kind(kind));
        let is_read = |kind: &Kind| {
            if of_agents(kind) { with_agents } else { desired.covers(*kind) && self.covers_kind(*kind) }
        };
        let wanted = |kind: Kind| {
            let declared = kinds.get(&kind).map(Wanted::listed).unwrap_or_default();
            (kind, self.wanted(kind, declared))
        };
        let kinds: BTreeMap<Kind, Wanted> = schema.kinds().filter(is_read).map(wanted).collect();
        ReadScope { probe, kinds, apart: BTreeMap::new() }.with_undeclared()
    }
}

/// A desired state in which what a pull takes in is declared with nothing in it but the skills of every agent, so that the diff
/// shows all of it as drift.
#[derive(Debug, Clone)]
pub(super) struct Completed {
    pub(super) desired: DesiredState,
    /// What the project does not declare.
    pub(super) added: BTreeSet<ResourceKey>,
}

/// Adds what a pull takes in to what a project declares.
pub(super) fn completed(
    desired: &DesiredState,
    shared_skills: &[Arc<Skill>],
    actual: &ActualState,
    selection: &PullSelection,
) -> Completed {
    let mut completed = Completed { desired: desired.clone(), added: BTreeSet::new() };
    let declared: BTreeSet<&ResourceKey> = desired.all().map(|resource| &resource.key).collect();
    let has_config =
        |id: &str| actual.records.iter().any(|(kind, records)| is_config(*kind) && records.get(id).is_some());
    for (id, record) in actual.of(AGENT) {
        let key = ResourceKey::new(AGENT, id);
        if !declared.contains(&key) && selection.adds(AGENT, id) && has_config(id) {
            let name = record.value(agent::NAME).cloned().unwrap_or(Value::Null);
            for resource in resources_of_skills(id, &name, shared_skills) {
                completed.desired.push(resource);
            }
            completed.added.insert(key);
        }
    }
    let agents: Vec<(String, Position)> =
        completed.desired.of(AGENT).iter().map(|agent| (agent.key.id.clone(), agent.position.clone())).collect();
    for kind in actual.records.keys().filter(|kind| kind.owner == Owner::FirstPart) {
        for (agent, position) in &agents {
            // Servers list them in an order of their own, which differs between two orgs that have the same.
            let found: BTreeMap<&str, &Record> = actual.below(*kind, agent).into_iter().collect();
            for (id, record) in found {
                let key = ResourceKey::new(*kind, id);
                if !declared.contains(&key) && selection.covers(*kind, id) {
                    completed.desired.push(empty_resource(key.clone(), record, position.clone()));
                    completed.added.insert(key);
                }
            }
        }
    }
    for kind in actual.records.keys().filter(|kind| kind.owner == Owner::Org && desired.covers(**kind)) {
        for (id, record) in actual.of(*kind) {
            let key = ResourceKey::new(*kind, id);
            if !declared.contains(&key) && selection.adds(*kind, id) {
                completed.desired.push(empty_resource(key.clone(), record, Position::file("")));
                completed.added.insert(key);
            }
        }
    }
    completed
}

/// Whether every agent has one of the kind, which is read apart from the agent.
fn is_config(kind: Kind) -> bool {
    kind.owner == Owner::SameId && kind.is_read_by_agent
}

/// A resource that says what every one of its kind must, and nothing else.
fn empty_resource(key: ResourceKey, record: &Record, position: Position) -> Resource {
    let required = key.kind.fields.iter().filter(|field| field.required);
    let declared = required.filter_map(|field| Some((field, record.value(field)?.clone())));
    let declared = declared.filter(|(_, value)| value.literal().is_some() || value.as_map().is_none());
    let declared = declared.map(|(field, value)| (field, Declaration::Leaf(value))).collect();
    Resource { declared, ..Resource::new(key, position) }
}
