use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use crate::model::{AgentId, Family, StableId};

/// What is particular to a kind of resource.
#[derive(Debug)]
pub struct KindTable {
    /// Its word in plans, JSON and selectors.
    pub word: &'static str,
    /// The word for one of the kind, in a sentence.
    pub singular: &'static str,
    /// The word for several of the kind.
    pub plural: &'static str,
    /// What a resource of the kind is, one sentence.
    pub summary: &'static str,
    /// Its place among the kinds in every plan.
    pub order: u8,
    /// What `--only` selects it with.
    pub family: Family,
    /// How ids name the agent that a resource belongs to.
    pub owner: Owner,
}

/// The agent that a resource belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Owner {
    /// None.
    Org,
    /// The agent whose id is the resource's own.
    SameId,
    /// The agent that the id begins with: `agent/stable-id`.
    FirstPart,
}

/// A kind of resource: a row of the schema. Two kinds are the same if their words are.
#[derive(Clone, Copy)]
pub struct Kind(&'static KindTable);

impl Kind {
    /// The kind of a table.
    pub const fn of(table: &'static KindTable) -> Self {
        Self(table)
    }

    /// The agent that a resource of the kind with this id belongs to.
    pub fn agent_of<'id>(&self, id: &'id str) -> Option<&'id str> {
        match self.owner {
            Owner::Org => None,
            Owner::SameId => Some(id),
            Owner::FirstPart => id.split_once('/').map(|(agent, _)| agent),
        }
    }

    /// Whether the kind belongs to the memory schema rather than to the agents.
    pub fn is_memory(&self) -> bool {
        self.family == Family::Memory
    }
}

impl Deref for Kind {
    type Target = KindTable;

    fn deref(&self) -> &KindTable {
        self.0
    }
}

impl fmt::Debug for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.word)
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.pad(self.word)
    }
}

impl PartialEq for Kind {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Kind {}

impl PartialOrd for Kind {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Kind {
    fn cmp(&self, other: &Self) -> Ordering {
        (self.order, self.word).cmp(&(other.order, other.word))
    }
}

impl Hash for Kind {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.word.hash(state);
    }
}

/// The kinds that a walk goes through, in the order of plans.
#[derive(Debug, Clone, Copy)]
pub struct Schema {
    kinds: &'static [Kind],
}

impl Schema {
    /// A schema of these kinds, which must be in the order of plans.
    pub const fn of(kinds: &'static [Kind]) -> Self {
        Self { kinds }
    }

    /// The kinds.
    pub fn kinds(&self) -> impl Iterator<Item = Kind> + use<> {
        self.kinds.iter().copied()
    }

    /// The kind of a word.
    pub fn by_word(&self, word: &str) -> Option<Kind> {
        self.kinds().find(|kind| kind.word == word)
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
    pub fn platform(agent: &AgentId, id: &StableId) -> Self {
        Self::new(super::kinds::PLATFORM, format!("{agent}/{id}"))
    }

    /// The agent that the resource belongs to, none for types.
    pub fn agent(&self) -> Option<&str> {
        self.kind.agent_of(&self.id)
    }
}

impl fmt::Display for ResourceKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.kind, self.id)
    }
}
