//! Reads what a plan needs of an org: lists first, then the details of what is declared, side by side.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt, TryStreamExt};

use crate::model::{AgentId, OrgSlug, Place, TypeSlug, classify};
use crate::wire::{AgentRow, Health};

use super::convert::{Reader, rules, shown};
use super::{
    ActualAgent, ActualMemory, ActualState, Generation, OrgRead, PlatformsProbe, RequestError, SecretsMode,
    ServerTraits,
};

/// What is to be read of an org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadScope {
    /// The agent that the platforms route is probed with, existing or not (P11).
    pub probe: AgentId,
    /// Whether agents are read at all, and of which the config and the platforms.
    pub agents: Option<AgentScope>,
    /// Whether types are read at all, and the rules of which relationship types.
    pub memory: Option<Wanted<TypeSlug>>,
}

/// Whose details are read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentScope {
    /// The agents whose config is read.
    pub settings: Wanted<AgentId>,
    /// The agents whose platforms are read.
    pub platforms: Wanted<AgentId>,
}

/// Which of the things that a list names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted<Id> {
    /// Those of these that are there.
    These(Vec<Id>),
    /// All of them.
    All,
}

impl<Id: Ord + Clone> Wanted<Id> {
    /// The wanted ones among those that are there.
    fn among<T>(&self, found: &BTreeMap<Id, T>) -> Vec<Id> {
        match self {
            Self::These(ids) => {
                let mut seen = BTreeSet::new();
                ids.iter().filter(|id| found.contains_key(*id) && seen.insert(*id)).cloned().collect()
            }
            Self::All => found.keys().cloned().collect(),
        }
    }

    /// The same, of those that are listed only the ones that fulfil the test.
    #[must_use]
    pub fn filtered(self, keep: impl FnMut(&Id) -> bool) -> Self {
        match self {
            Self::These(ids) => Self::These(ids.into_iter().filter(keep).collect()),
            Self::All => Self::All,
        }
    }
}

/// Why an org could not be read.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// A request failed.
    #[error(transparent)]
    Org(#[from] RequestError),
    /// `/health` names a service that is not known (P11).
    #[error("this does not look like the Lobu API: /health names the service `{service}`")]
    UnknownServer {
        /// What it calls itself.
        service: String,
    },
    /// Platforms are kept elsewhere, as on servers of generation G3 (P11, generations.md).
    #[error("this server keeps platforms elsewhere: {what}")]
    PlatformsElsewhere {
        /// What the probe answered.
        what: String,
    },
}

/// How many requests may wait at once while one family's details are read; the transport bounds what is in flight.
const SIDE_BY_SIDE: usize = 64;

/// Reads an org.
///
/// # Errors
/// Any read that fails ends it: unknown is not empty.
pub async fn read_actual(org: &impl OrgRead, slug: &OrgSlug, scope: &ReadScope) -> Result<ActualState, ReadError> {
    let agents = async {
        match &scope.agents {
            Some(_) => org.agents().await.map(Some),
            None => Ok(None),
        }
    };
    let types = async {
        match &scope.memory {
            Some(_) => futures::try_join!(org.entity_types(), org.relationship_types()).map(Some),
            None => Ok(None),
        }
    };
    // Credentials and the org's existence show in the lists; they are looked at before what /health said.
    let (agents, types, health, probe, secrets) =
        futures::join!(agents, types, org.health(), org.probe_platforms(&scope.probe), org.probe_secrets());
    let (agents, types) = (agents?, types?);
    let server = server_traits(&health?)?;
    if let PlatformsProbe::Elsewhere { what } = probe? {
        return Err(ReadError::PlatformsElsewhere { what });
    }
    let secrets = secrets?;
    let reader = Reader { org: slug.clone(), mode: SecretsMode::of(&secrets) };
    let agents = async {
        match (agents, &scope.agents) {
            (Some(rows), Some(details)) => agent_details(org, &reader, rows, details).await.map(Some),
            _ => Ok(None),
        }
    };
    let memory = async {
        match (types, &scope.memory) {
            (Some((entities, relationships)), Some(wanted)) => {
                memory_details(org, reader.memory(entities, relationships), wanted).await.map(Some)
            }
            _ => Ok(None),
        }
    };
    let (agents, memory) = futures::try_join!(agents, memory)?;
    Ok(ActualState { server, secrets, agents, memory })
}

fn server_traits(health: &Health) -> Result<ServerTraits, ReadError> {
    let generation =
        Generation::of(health).ok_or_else(|| ReadError::UnknownServer { service: health.service.clone() })?;
    Ok(ServerTraits::of(generation, health))
}

async fn agent_details(
    org: &impl OrgRead,
    reader: &Reader,
    rows: Vec<AgentRow>,
    details: &AgentScope,
) -> Result<BTreeMap<AgentId, ActualAgent>, ReadError> {
    let agent = |row: AgentRow| {
        let agent = ActualAgent {
            name: classify(Place::Elsewhere, "", &row.name),
            description: shown(row.description),
            settings: None,
            platforms: None,
        };
        (AgentId::from_server(row.agent_id), agent)
    };
    let mut agents: BTreeMap<_, _> = rows.into_iter().map(agent).collect();
    let settings = stream::iter(details.settings.among(&agents))
        .map(|id| async move {
            let row = org.settings(&id).await?;
            Ok::<_, ReadError>((id, row.map(|row| reader.settings(row))))
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .try_collect::<Vec<_>>();
    let platforms = stream::iter(details.platforms.among(&agents))
        .map(|id| async move {
            let rows = org.platforms(&id).await?;
            Ok::<_, ReadError>((id, rows.map(|rows| rows.iter().map(|row| reader.platform(row)).collect::<Vec<_>>())))
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .try_collect::<Vec<_>>();
    let (settings, platforms) = futures::try_join!(settings, platforms)?;
    // An agent that was in the list and is gone now was deleted in between: it is not there.
    for (id, settings) in settings {
        match (settings, agents.get_mut(&id)) {
            (Some(settings), Some(agent)) => agent.settings = Some(settings),
            _ => drop(agents.remove(&id)),
        }
    }
    for (id, platforms) in platforms {
        match (platforms, agents.get_mut(&id)) {
            (Some(platforms), Some(agent)) => agent.platforms = Some(platforms),
            _ => drop(agents.remove(&id)),
        }
    }
    Ok(agents)
}

async fn memory_details(
    org: &impl OrgRead,
    mut memory: ActualMemory,
    wanted: &Wanted<TypeSlug>,
) -> Result<ActualMemory, ReadError> {
    let read = stream::iter(wanted.among(&memory.relationship_types))
        .map(|slug| async move {
            let rows = org.rules(&slug).await?;
            Ok::<_, ReadError>((slug, rules(rows)))
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .try_collect::<Vec<_>>()
        .await?;
    for (slug, rules) in read {
        if let Some(relationship) = memory.relationship_types.get_mut(&slug) {
            relationship.rules = Some(rules);
        }
    }
    Ok(memory)
}
