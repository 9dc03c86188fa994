use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::ops::Deref;

use crate::model::Family;

use super::declaration::Declarations;
use super::field::{Field, Leaf, Shape};
use super::injection::Injection;
use super::record::Record;
use super::routes::{Api, Listed, Refusal};
use super::server::ServerTraits;

/// What is particular to a kind of resource.
#[expect(clippy::struct_excessive_bools, reason = "a row of a table: each says one thing of a kind")]
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
    /// Whether one request below each agent reads them, in place of one for the org.
    pub is_read_by_agent: bool,
    /// Its fields, in the order of plans.
    pub fields: &'static [Field],
    /// How model files declare it; none for what lobu.toml declares.
    pub model_files: Option<&'static ModelFiles>,
    /// How it is read and written.
    pub api: Api,
    /// What an answer that has it looks like.
    pub answer: Listed,
    /// Whether a request carries all that a resource has, so that what it leaves out goes.
    pub is_sent_whole: bool,
    /// Whether a resource restarts when it is changed.
    pub restarts: bool,
    /// Whether servers take only one request at a time that writes one.
    pub one_at_a_time: bool,
    /// What a server would need to take a resource, in words that follow "since"; none where it takes it.
    pub not_taken: Option<fn(&Declarations, &ServerTraits) -> Option<&'static str>>,
    /// Whether an id belongs to one org only, by server.
    pub one_namespace: Option<fn(&ServerTraits) -> bool>,
    /// What is particular to a resource beyond its fields.
    pub look: Option<fn(&Look<'_>) -> Vec<Finding>>,
    /// What servers put into it by themselves.
    pub injection: Option<Injection>,
    /// What refusals mean where we know more than the server says.
    pub refusals: &'static [Refusal],
}

/// How model files declare a kind.
#[derive(Debug)]
pub struct ModelFiles {
    /// One of the kind, with its article.
    pub one: &'static str,
    /// The words of `type` for it, the usual one first.
    pub types: &'static [&'static str],
    /// The list of a bundle that holds it.
    pub list: &'static str,
    /// Whether a file may say in which targets of the project one is.
    pub by_target: bool,
    /// Whether the server rewrites slugs: small letters, digits and `-`.
    pub rewrites_slugs: bool,
    /// Slugs that the server keeps for itself.
    pub reserved_slugs: &'static [&'static str],
}

/// A declared resource among those of its kind, as a hook looks at it.
pub struct Look<'plan> {
    /// Its id without that of its agent.
    pub id: &'plan str,
    /// What the files say of it.
    pub declared: &'plan Declarations,
    /// What the org has of it.
    pub record: Option<&'plan Record>,
    /// Whether the org has it archived.
    pub is_archived: bool,
    /// Whether the plan changes what a version of it holds, so that all that share its versions change.
    pub adds_version: bool,
    /// What the plan's server does.
    pub server: &'plan ServerTraits,
    /// The ids without their agent of the resources of the kind that the files declare for the same agent.
    pub declared_ids: &'plan [&'plan str],
    /// The records of the kind of the same agent, in the server's order, with their ids without their agent; of a kind that
    /// belongs to no agent, all of them.
    pub records: &'plan [(&'plan str, &'plan Record)],
}

/// What a hook found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// This server cannot take it.
    Problem {
        /// What is wrong, one sentence without a full stop.
        message: String,
        /// What to do.
        hint: String,
    },
    /// The reader can mend it.
    Warning {
        /// What is wrong, one sentence without a full stop.
        message: String,
        /// What to do.
        hint: String,
    },
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

    /// Its row.
    pub const fn table(&self) -> &'static KindTable {
        self.0
    }

    /// The agent that a resource of the kind with this id belongs to.
    pub fn agent_of<'id>(&self, id: &'id str) -> Option<&'id str> {
        match self.owner {
            Owner::Org => None,
            Owner::SameId => Some(id),
            Owner::FirstPart => id.split_once('/').map(|(agent, _)| agent),
        }
    }

    /// The field of a name.
    pub fn field(&self, name: &str) -> Option<&'static Field> {
        self.0.fields.iter().find(|field| field.name == name)
    }

    /// Its fields that are pairs, which are read and written one by one.
    pub fn pair_fields(&self) -> impl Iterator<Item = &'static Field> + use<> {
        self.0.fields.iter().filter(|field| matches!(field.shape, Shape::Pairs(_)))
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

    pub fn kinds(&self) -> impl Iterator<Item = Kind> + use<> {
        self.kinds.iter().copied()
    }

    /// The fields that are Markdown files in an agent's directory.
    pub fn prompts(&self) -> impl Iterator<Item = &'static Field> + use<> {
        let of_agents = self.kinds().filter(|kind| kind.owner == Owner::SameId);
        of_agents.flat_map(|kind| kind.table().fields).filter(|field| matches!(field.shape, Shape::Leaf(Leaf::Prose)))
    }

    /// The kind of a word.
    pub fn by_word(&self, word: &str) -> Option<Kind> {
        self.kinds().find(|kind| kind.word == word)
    }
}
