use std::fmt;

/// The kinds of resource, in the order of every plan (P1).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// An agent's name and description.
    Agent,
    /// An agent's config.
    Settings,
    /// A chat integration of an agent.
    Platform,
    /// An entity type of the memory schema.
    EntityType,
    /// A relationship type of the memory schema.
    RelationshipType,
}

impl Kind {
    /// Every kind, in plan order.
    pub const ALL: [Self; 5] = [Self::Agent, Self::Settings, Self::Platform, Self::EntityType, Self::RelationshipType];

    /// The kind's word in plans, JSON and selectors.
    pub fn word(self) -> &'static str {
        match self {
            Self::Agent => "agent",
            Self::Settings => "settings",
            Self::Platform => "platform",
            Self::EntityType => "entity-type",
            Self::RelationshipType => "relationship-type",
        }
    }

    /// The word for several of the kind.
    pub fn plural(self) -> &'static str {
        match self {
            Self::Agent => "agents",
            Self::Settings => "settings",
            Self::Platform => "platforms",
            Self::EntityType => "entity types",
            Self::RelationshipType => "relationship types",
        }
    }

    /// Reads the kind's word.
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.word() == word)
    }

    /// Whether the kind belongs to the memory schema rather than to the agents.
    pub fn is_memory(self) -> bool {
        matches!(self, Self::EntityType | Self::RelationshipType)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word())
    }
}

/// One resource of an org.
///
/// The id is the agent id for agents and settings, `agent/stable-id` for platforms, the slug for types.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ResourceKey {
    /// What it is.
    pub kind: Kind,
    /// Which one it is.
    pub id: String,
}

impl ResourceKey {
    /// Names a resource.
    pub fn new(kind: Kind, id: impl Into<String>) -> Self {
        Self { kind, id: id.into() }
    }

    /// Names a platform of an agent.
    pub fn platform(agent: &super::AgentId, id: &super::StableId) -> Self {
        Self::new(Kind::Platform, format!("{agent}/{id}"))
    }

    /// The agent that the resource belongs to, none for types.
    pub fn agent(&self) -> Option<&str> {
        match self.kind {
            Kind::Agent | Kind::Settings => Some(&self.id),
            Kind::Platform => self.id.split_once('/').map(|(agent, _)| agent),
            Kind::EntityType | Kind::RelationshipType => None,
        }
    }
}

impl fmt::Display for ResourceKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.kind, self.id)
    }
}
