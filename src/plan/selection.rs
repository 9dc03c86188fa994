use wildmatch::WildMatch;

use crate::schema::ALL;
use crate::schema::kinds::AGENT;
use crate::schema::{Kind, Owner, ResourceKey};

use super::Plan;

/// One of the two families of resources.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Only {
    /// Agents, settings and platforms.
    Agents,
    /// Entity types and relationship types.
    Memory,
}

impl Only {
    /// Both families.
    pub const ALL: [Self; 2] = [Self::Agents, Self::Memory];

    /// The word of the command line.
    pub fn word(self) -> &'static str {
        match self {
            Self::Agents => "agents",
            Self::Memory => "memory",
        }
    }
}

/// A selector: `kind/id`, with `*` and `?` in the id; `agent/x` covers its settings and platforms.
#[derive(Debug, Clone, PartialEq)]
pub struct Selector {
    kind: Kind,
    id: WildMatch,
    text: String,
}

/// A selector that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not a selector: write kind/id, with kind one of {}", words_of_kinds())]
pub struct InvalidSelector {
    /// What was written.
    pub text: String,
}

fn words_of_kinds() -> String {
    ALL.kinds().map(|kind| kind.word).collect::<Vec<_>>().join(", ")
}

impl Selector {
    /// Reads a selector.
    pub fn parse(text: &str) -> Result<Self, InvalidSelector> {
        let invalid = || InvalidSelector { text: text.to_owned() };
        let (kind, id) = text.split_once('/').ok_or_else(invalid)?;
        let kind = ALL.by_word(kind).filter(|_| !id.is_empty()).ok_or_else(invalid)?;
        Ok(Self { kind, id: WildMatch::new(id), text: text.to_owned() })
    }

    /// The selector as it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Whether it selects a resource.
    fn matches(&self, kind: Kind, id: &str) -> bool {
        if kind == self.kind {
            return self.id.matches(id);
        }
        self.kind == AGENT && kind.agent_of(id).is_some_and(|agent| self.id.matches(agent))
    }

    /// Whether it could select something that an agent has of a kind.
    fn reaches(&self, kind: Kind, agent: &str) -> bool {
        if self.kind == AGENT {
            return self.id.matches(agent);
        }
        if kind.owner != Owner::FirstPart {
            return self.matches(kind, agent);
        }
        let id = self.text.split_once('/').map_or("", |(_, id)| id);
        // A pattern without a slash can only match by a `*` that spans it.
        self.kind == kind && id.split_once('/').is_none_or(|(pattern, _)| WildMatch::new(pattern).matches(agent))
    }
}

/// What a plan speaks about: a family, and selectors within it.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Selection {
    /// The family; the other is neither read, shown nor counted.
    pub only: Option<Only>,
    /// The selectors; none selects everything.
    pub selectors: Vec<Selector>,
}

impl Selection {
    /// Whether a kind is planned at all.
    pub fn covers_kind(&self, kind: Kind) -> bool {
        match self.only {
            Some(Only::Agents) => !kind.is_memory(),
            Some(Only::Memory) => kind.is_memory(),
            None => true,
        }
    }

    /// Whether a resource is planned.
    pub fn covers(&self, kind: Kind, id: &str) -> bool {
        self.covers_kind(kind)
            && (self.selectors.is_empty() || self.selectors.iter().any(|selector| selector.matches(kind, id)))
    }

    /// Whether something that an agent has of a kind could be planned, declared or not: it must be read to know.
    pub(super) fn reaches(&self, kind: Kind, agent: &str) -> bool {
        self.covers_kind(kind)
            && (self.selectors.is_empty() || self.selectors.iter().any(|selector| selector.reaches(kind, agent)))
    }

    /// The ids that selectors name whole, of the agents whose details of a kind they ask for, or of a kind of type; none if one of
    /// them is a pattern.
    pub fn named(&self, kind: Kind) -> Option<Vec<String>> {
        let asks = |selector: &&Selector| selector.kind == kind || selector.kind == AGENT && kind.owner != Owner::Org;
        let name = |selector: &Selector| {
            let (_, id) = selector.text.split_once('/')?;
            let id = if selector.kind.owner == Owner::FirstPart { id.split('/').next().unwrap_or(id) } else { id };
            (!id.contains(['*', '?'])).then(|| id.to_owned())
        };
        self.selectors.iter().filter(asks).map(name).collect()
    }

    /// The selectors that match nothing of a plan, neither in the project nor in the org: most likely misspelt.
    pub fn without_effect(&self, plan: &Plan) -> Vec<&str> {
        let is_there = |selector: &&Selector| {
            plan.rows.iter().any(|row| selector.matches(row.key.kind, &row.key.id))
                || plan.undeclared.iter().any(|(kind, ids)| ids.iter().any(|id| selector.matches(*kind, id)))
        };
        self.selectors.iter().filter(|selector| !is_there(selector)).map(Selector::as_str).collect()
    }

    /// The selectors that match none of these resources.
    pub fn unmatched(&self, keys: &[&ResourceKey]) -> Vec<&str> {
        let is_there = |selector: &&Selector| keys.iter().any(|key| selector.matches(key.kind, &key.id));
        self.selectors.iter().filter(|selector| !is_there(selector)).map(Selector::as_str).collect()
    }

    /// Whether everything of a family is planned, so that what is not declared can be spoken of.
    pub fn is_whole(&self) -> bool {
        self.selectors.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::kinds::{ENTITY_TYPE, PLATFORM, SETTINGS};

    use super::*;

    #[test]
    fn an_agent_covers_its_settings_and_platforms() {
        let selection = Selection { only: None, selectors: vec![Selector::parse("agent/tri*").unwrap()] };
        assert!(selection.covers(AGENT, "triage"));
        assert!(selection.covers(SETTINGS, "triage"));
        assert!(selection.covers(PLATFORM, "triage/triage-slack"));
        assert!(!selection.covers(PLATFORM, "other/triage-slack"));
        assert!(!selection.covers(ENTITY_TYPE, "triage"));
    }

    #[test]
    fn a_family_leaves_the_other_out() {
        let selection = Selection { only: Some(Only::Memory), selectors: Vec::new() };
        assert!(selection.covers(ENTITY_TYPE, "a") && !selection.covers(AGENT, "a"));
    }

    #[test]
    fn selectors_are_kind_and_id() {
        for text in ["agent", "agents/x", "agent/", "/x", ""] {
            assert!(Selector::parse(text).is_err(), "{text}");
        }
    }
}
