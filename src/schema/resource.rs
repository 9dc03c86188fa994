use std::collections::BTreeMap;
use std::fmt;

use crate::model::{FieldPath, Position, SecretName, Sensitive, Value};

use super::declaration::{Declaration, Declarations};
use super::field::{ByField, Field};
use super::kind::{Kind, Owner};

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

    /// Names a resource of an agent. Where an agent has only one of the kind, its own id is not looked at.
    pub fn below(kind: Kind, agent: &str, id: &str) -> Self {
        match kind.owner {
            Owner::FirstPart => Self::new(kind, format!("{agent}/{id}")),
            Owner::SameId | Owner::Org => Self::new(kind, agent),
        }
    }

    /// The agent that the resource belongs to, none for types.
    pub fn agent(&self) -> Option<&str> {
        self.kind.agent_of(&self.id)
    }

    /// Its id without the agent that it begins with.
    pub fn own_id(&self) -> &str {
        match self.kind.owner {
            Owner::FirstPart => self.id.split_once('/').map_or("", |(_, id)| id),
            Owner::Org | Owner::SameId => &self.id,
        }
    }
}

impl fmt::Display for ResourceKey {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{}/{}", self.kind, self.id)
    }
}

/// Where the elements and entries of lists came from, if from a skill: `(path, element)` to the skill's name.
pub type Sources = BTreeMap<(FieldPath, String), String>;

/// How an element of a merged list is named where its source is kept: the text itself, or the judged domain.
pub fn element_name(element: &Value) -> Option<&str> {
    match element {
        Value::Map(members) => members.get("domain").and_then(Value::literal),
        other => other.literal(),
    }
}

/// The values of a resource that a target of the project sets.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Overlaid {
    /// The name of the target.
    target: String,
    /// Where each stands, by the name that people give it in the resource.
    values: BTreeMap<String, Position>,
}

/// The place of a value that a target sets.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OverlaidAt<'a> {
    /// The name of the target.
    pub target: &'a str,
    pub position: &'a Position,
}

impl Overlaid {
    /// Those of a target.
    pub fn of(target: &str, values: impl IntoIterator<Item = (String, Position)>) -> Self {
        Self { target: target.to_owned(), values: values.into_iter().collect() }
    }

    /// The value at a place or, where that is a table or list of tables, the first one in it: `providers`,
    /// `providers[anthropic].model`.
    pub fn at(&self, file_path: &str) -> Option<OverlaidAt<'_>> {
        let is_within = |outer: &str, inner: &str| {
            inner.strip_prefix(outer).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let mut values = self.values.iter();
        let (_, position) = values.find(|(path, _)| is_within(file_path, path) || is_within(path, file_path))?;
        Some(OverlaidAt { target: &self.target, position })
    }

    /// The value at a place, or the one that the place is in.
    pub fn covering(&self, file_path: &str) -> Option<OverlaidAt<'_>> {
        let is_it = |path: &str| {
            file_path.strip_prefix(path).is_some_and(|rest| rest.is_empty() || rest.starts_with(['.', '[']))
        };
        let (_, position) = self.values.iter().find(|(path, _)| is_it(path))?;
        Some(OverlaidAt { target: &self.target, position })
    }

    pub fn is_empty(&self) -> bool {
        self.values.is_empty()
    }
}

/// A resource as the files want it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Which one.
    pub key: ResourceKey,
    /// What the files say of its fields.
    pub declared: Declarations,
    /// What of it a skill says.
    pub sources: Sources,
    /// Secrets that the org looks up by itself and no request sends: the provider that wants each, and its name.
    pub looked_up: Vec<(String, SecretName)>,
    /// The providers whose keys are literals in the files.
    pub literal_keys: Vec<String>,
    /// Literal secrets of the files that no request sends, such as the keys of providers.
    pub never_sent: Vec<Sensitive>,
    /// Where the files declare it.
    pub position: Position,
    /// The files that hold fields of it by themselves, by their paths in the project.
    pub files: ByField<String>,
    /// The targets that it is in; in all where there is no list.
    pub targets: Option<Vec<String>>,
    /// The values that a target of the project sets.
    pub overlaid: Overlaid,
}

impl Resource {
    /// A resource of which nothing is said yet.
    pub fn new(key: ResourceKey, position: Position) -> Self {
        Self {
            key,
            declared: Declarations::default(),
            sources: Sources::new(),
            looked_up: Vec::new(),
            literal_keys: Vec::new(),
            never_sent: Vec::new(),
            position,
            files: ByField::default(),
            targets: None,
            overlaid: Overlaid::default(),
        }
    }

    /// The same, with what the files say of a field, if they do.
    #[must_use]
    pub fn with(mut self, field: &'static Field, declared: Option<Declaration>) -> Self {
        self.declared.set_some(field, declared);
        self
    }

    /// The literal text that a field is declared to be.
    pub fn text(&self, field: &'static Field) -> Option<&str> {
        self.declared.get(field)?.value()?.literal()
    }
}
