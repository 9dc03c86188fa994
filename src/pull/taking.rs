use std::collections::BTreeSet;
use std::sync::Arc;

use crate::desired::{DesiredState, Platform, agent_of_skills};
use crate::model::{AgentId, Declared, EntityType, MemorySchema, Position, RelationshipType, TypeSlug};
use crate::org::{ActualMemory, ActualState, AgentScope, ReadScope, Wanted};
use crate::plan::{self, Selection};
use crate::project::skills::Skill;
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS};
use crate::schema::{Kind, ResourceKey};

/// A family of `--include` and `--exclude` (pull/P4).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum PullFamily {
    /// Agents with their settings, prompts and skills.
    Agents,
    /// Platforms.
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

/// What a pull takes in (L5): of what the project declares everything, of what else the org has what is asked for.
#[derive(Debug, Clone)]
pub struct Taking {
    /// `--all` and `--init`: also resources that the project does not declare.
    pub everything: bool,
    /// The selectors; what they name is taken in, declared or not.
    pub selection: Selection,
    families: BTreeSet<PullFamily>,
}

impl Taking {
    /// Takes in what flags say; `include` restricts to some families, `exclude` leaves some out (pull/P5).
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
    fn wanted<Id: Clone>(&self, kind: Kind, declared: Vec<Id>, named: fn(String) -> Id) -> Wanted<Id> {
        if !self.covers_kind(kind) {
            return Wanted::These(Vec::new());
        }
        if self.selection.is_whole() {
            return if self.everything { Wanted::All } else { Wanted::These(declared) };
        }
        match self.selection.named(kind) {
            Some(ids) => Wanted::These(declared.into_iter().chain(ids.into_iter().map(named)).collect()),
            None => Wanted::All,
        }
    }

    /// What a pull needs to read of an org; without new resources exactly what a plan reads.
    pub fn read_scope(&self, desired: &DesiredState) -> ReadScope {
        let declared = plan::read_scope(desired, &self.selection);
        let ids = |wanted: Option<&Wanted<AgentId>>| match wanted {
            Some(Wanted::These(ids)) => ids.clone(),
            _ => Vec::new(),
        };
        let details = declared.agents.as_ref();
        let settings = ids(details.map(|details| &details.settings));
        let platforms = ids(details.map(|details| &details.platforms));
        let with_agents = self.covers_kind(AGENT) || self.covers_kind(PLATFORM);
        let slugs = match declared.memory {
            Some(Wanted::These(slugs)) => slugs,
            _ => Vec::new(),
        };
        let with_memory = self.covers_kind(ENTITY_TYPE) && desired.memory.is_some();
        ReadScope {
            probe: declared.probe,
            agents: with_agents.then(|| AgentScope {
                settings: self.wanted(SETTINGS, settings, AgentId::from_server),
                platforms: self.wanted(PLATFORM, platforms, AgentId::from_server),
            }),
            memory: with_memory.then(|| self.wanted(RELATIONSHIP_TYPE, slugs, TypeSlug::from_server)),
        }
    }
}

/// A desired state in which what a pull takes in is declared with nothing in it but the skills of every agent, so that the diff shows all of it as drift.
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
    taking: &Taking,
) -> Completed {
    let mut completed = Completed { desired: desired.clone(), added: BTreeSet::new() };
    let declared: BTreeSet<&AgentId> = desired.agents.iter().map(|agent| &agent.id).collect();
    for (id, agent) in actual.agents.iter().flatten() {
        if !declared.contains(id) && taking.adds(AGENT, id.as_str()) && agent.settings.is_some() {
            completed.added.insert(ResourceKey::new(AGENT, id.as_str()));
            completed.desired.agents.push(agent_of_skills(id, &agent.name, shared_skills));
        }
    }
    for agent in &mut completed.desired.agents {
        let found = actual.agents.as_ref().and_then(|agents| agents.get(&agent.id));
        // Servers list them in an order of their own, which differs between two orgs that have the same.
        let mut platforms: Vec<_> = found.and_then(|found| found.platforms.as_ref()).into_iter().flatten().collect();
        platforms.sort_by(|one, other| one.id.cmp(&other.id));
        for platform in platforms {
            let key = ResourceKey::platform(&agent.id, &platform.id);
            let is_declared = agent.platforms.iter().any(|other| other.id == platform.id);
            if !is_declared && taking.covers(PLATFORM, &key.id) {
                completed.added.insert(key);
                agent.platforms.push(Platform {
                    id: platform.id.clone(),
                    platform_type: platform.platform_type.clone(),
                    name: None,
                    config: std::collections::BTreeMap::new(),
                    position: agent.position.clone(),
                });
            }
        }
    }
    if let (Some(schema), Some(memory)) = (&mut completed.desired.memory, &actual.memory) {
        add_types(schema, memory, taking, &mut completed.added);
    }
    completed
}

fn add_types(schema: &mut MemorySchema, memory: &ActualMemory, taking: &Taking, added: &mut BTreeSet<ResourceKey>) {
    for (slug, entity) in &memory.entity_types {
        let is_declared = schema.entity_types.iter().any(|other| other.slug == *slug);
        if !is_declared && taking.adds(ENTITY_TYPE, slug.as_str()) {
            added.insert(ResourceKey::new(ENTITY_TYPE, slug.as_str()));
            schema.entity_types.push(EntityType {
                slug: slug.clone(),
                name: entity.name.clone(),
                description: Declared::Absent,
                icon: Declared::Absent,
                color: Declared::Absent,
                metadata_schema: Declared::Absent,
                event_kinds: Declared::Absent,
                position: Position::file(""),
            });
        }
    }
    for (slug, relationship) in &memory.relationship_types {
        let is_declared = schema.relationship_types.iter().any(|other| other.slug == *slug);
        if !is_declared && taking.adds(RELATIONSHIP_TYPE, slug.as_str()) {
            added.insert(ResourceKey::new(RELATIONSHIP_TYPE, slug.as_str()));
            schema.relationship_types.push(RelationshipType {
                slug: slug.clone(),
                name: relationship.name.clone(),
                description: Declared::Absent,
                metadata_schema: Declared::Absent,
                inverse: Declared::Absent,
                status: None,
                is_symmetric: None,
                auto_create_when: Declared::Absent,
                rules: Declared::Absent,
                position: Position::file(""),
            });
        }
    }
}
