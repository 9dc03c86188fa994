//! Reads what a plan needs of an org: lists first, then the details of what is declared, side by side.

use std::collections::{BTreeMap, BTreeSet};

use futures::future::{join_all, try_join_all};
use futures::stream::{self, StreamExt, TryStreamExt};

use crate::model::{AgentId, OrgSlug};
use crate::schema::kinds::AGENT;
use crate::schema::{Field, Generation, Kind, Owner, Record, Records, ResourceKey, ServerTraits, StoredPair};
use crate::wire::{Health, Json, WireRecord};

use super::classify::Classifier;
use super::{ActualState, HiddenValues, OrgRead, PlatformsProbe, RequestError, generation_of};

/// What is to be read of an org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ReadScope {
    /// The agent that the platforms route is probed with, existing or not.
    pub probe: AgentId,
    /// The kinds that are read. Of one that is read by agent: those of which agents; of another: whose pairs are read, too.
    pub kinds: BTreeMap<Kind, Wanted>,
    /// Of which resources the fields are read that a request each reads.
    pub apart: BTreeMap<(Kind, &'static Field), Wanted>,
}

impl ReadScope {
    /// The same, with every field that a request each reads of what is looked at, declared or not: no list shows that the org
    /// has it.
    #[must_use]
    pub fn with_undeclared(self) -> Self {
        let apart = self.kinds.iter().flat_map(|(kind, wanted)| {
            let fields = kind.table().fields.iter().filter(|field| field.is_apart);
            fields.map(move |field| ((*kind, field), wanted.clone()))
        });
        Self { apart: apart.collect(), ..self }
    }
}

/// Which of the things that a list names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Wanted {
    /// Those of these that are there.
    These(Vec<String>),
    /// All of them.
    All,
}

impl Wanted {
    /// None of them.
    pub const NONE: Self = Self::These(Vec::new());

    /// The wanted ones among those that are there.
    fn among(&self, found: &Records) -> Vec<String> {
        match self {
            Self::These(ids) => {
                let mut seen = BTreeSet::new();
                ids.iter().filter(|id| found.own.contains_key(*id) && seen.insert(*id)).cloned().collect()
            }
            Self::All => found.own.keys().cloned().collect(),
        }
    }

    /// The ids that are listed; none of all.
    pub fn listed(&self) -> &[String] {
        match self {
            Self::These(ids) => ids,
            Self::All => &[],
        }
    }

    /// The same, of those that are listed only the ones that fulfil the test.
    #[must_use]
    pub fn filtered(self, keep: impl FnMut(&String) -> bool) -> Self {
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
    /// `/health` names a service that is not known.
    #[error("this does not look like the Lobu API: /health names the service `{service}`")]
    UnknownServer {
        /// What it calls itself.
        service: String,
    },
    /// Platforms are kept elsewhere, as on the newest servers.
    #[error("this server keeps platforms elsewhere: {what}")]
    PlatformsElsewhere {
        /// What the probe answered.
        what: String,
    },
}

/// How many requests may wait at once while one kind's details are read; the transport bounds what is in flight.
const SIDE_BY_SIDE: usize = 64;

/// Reads an org.
///
/// # Errors
/// Any read that fails ends it: unknown is not empty.
pub async fn read_actual(org: &impl OrgRead, slug: &OrgSlug, scope: &ReadScope) -> Result<ActualState, ReadError> {
    let listed: Vec<Kind> = scope.kinds.keys().copied().filter(|kind| !kind.is_read_by_agent).collect();
    let lists = join_all(listed.iter().map(|kind| org.records(*kind)));
    // Credentials and the org's existence show in the lists; they are looked at before what /health said.
    let (lists, health, probe, secrets) =
        futures::join!(lists, org.health(), org.probe_platforms(&scope.probe), org.probe_secrets());
    let lists = lists.into_iter().collect::<Result<Vec<_>, _>>()?;
    let server = server_traits(&health?)?;
    if let PlatformsProbe::Elsewhere { what } = probe? {
        return Err(ReadError::PlatformsElsewhere { what });
    }
    let secrets = secrets?;
    let classifier = Classifier { org: slug.clone(), mode: secrets.mode() };
    let sorted = listed.into_iter().zip(lists).map(|(kind, rows)| (kind, classifier.records(kind, rows)));
    let mut records: BTreeMap<Kind, Records> = sorted.collect();
    let agents = records.get(&AGENT).cloned().unwrap_or_default();
    let by_agent = scope.kinds.iter().filter(|(kind, _)| kind.is_read_by_agent);
    let by_agent = by_agent.map(|(kind, wanted)| read_by_agent(org, &classifier, *kind, wanted.among(&agents)));
    let pairs = scope.kinds.iter().flat_map(|(kind, wanted)| {
        let found = records.get(kind);
        kind.pair_fields().map(move |field| (*kind, field, found.map(|found| wanted.among(found)).unwrap_or_default()))
    });
    let pairs: Vec<_> = pairs.collect();
    let pairs = pairs.into_iter().map(|(kind, field, ids)| read_pairs(org, kind, field, ids));
    let apart: Vec<_> = scope
        .apart
        .iter()
        .filter_map(|((kind, field), wanted)| Some((*kind, *field, wanted.among(records.get(kind)?))))
        .collect();
    let apart = apart.into_iter().map(|(kind, field, ids)| read_apart(org, kind, field, ids));
    let (by_agent, pairs, apart) =
        futures::try_join!(try_join_all(by_agent), try_join_all(pairs), try_join_all(apart))?;
    for (key, field, read) in apart.into_iter().flatten() {
        if let Some(record) = records.get_mut(&key.kind).and_then(|records| records.own.get_mut(&key.id)) {
            classifier.add_apart(record, field, read.as_ref());
        }
    }
    for (key, field, read) in pairs.into_iter().flatten() {
        if let Some(record) = records.get_mut(&key.kind).and_then(|records| records.own.get_mut(&key.id)) {
            record.pairs.set(field, read);
        }
    }
    for (kind, found) in by_agent {
        add_by_agent(&mut records, kind, found);
    }
    Ok(ActualState { server, secrets, records, hidden: HiddenValues::default() })
}

/// Reads what further agents have of a kind, of which a plan did not ask at first.
///
/// # Errors
/// As of [`read_actual`].
pub async fn read_agents(
    org: &impl OrgRead,
    slug: &OrgSlug,
    actual: &mut ActualState,
    kind: Kind,
    agents: Vec<String>,
) -> Result<(), ReadError> {
    let classifier = Classifier { org: slug.clone(), mode: actual.secrets.mode() };
    let (kind, found) = read_by_agent(org, &classifier, kind, agents).await?;
    add_by_agent(&mut actual.records, kind, found);
    Ok(())
}

/// Reads the list of a kind, of which a plan did not ask at first.
///
/// # Errors
/// As of [`read_actual`].
pub async fn read_list(
    org: &impl OrgRead,
    slug: &OrgSlug,
    actual: &mut ActualState,
    kind: Kind,
) -> Result<(), ReadError> {
    let classifier = Classifier { org: slug.clone(), mode: actual.secrets.mode() };
    actual.records.insert(kind, classifier.records(kind, org.records(kind).await?));
    Ok(())
}

fn server_traits(health: &Health) -> Result<ServerTraits, ReadError> {
    let generation =
        generation_of(health).ok_or_else(|| ReadError::UnknownServer { service: health.service.clone() })?;
    let has = |name: &str| generation == Generation::Ours && health.features.iter().any(|feature| feature == name);
    let (compares_hidden_values, has_versions, records_projects) = (has("compare"), has("versions"), has("applied-by"));
    let traits = ServerTraits::of(generation, health.version.clone());
    Ok(ServerTraits { compares_hidden_values, has_versions, records_projects, ..traits })
}

/// What an agent has of a kind, none if there is no such agent.
type ByAgent = Vec<(String, Option<Vec<(String, Record)>>)>;

async fn read_by_agent(
    org: &impl OrgRead,
    classifier: &Classifier,
    kind: Kind,
    agents: Vec<String>,
) -> Result<(Kind, ByAgent), ReadError> {
    // No project declares an agent with a slash in its id; what it has could not be told from what another one has.
    let is_clear = |agent: &String| kind.owner != Owner::FirstPart || !agent.contains('/');
    let found = stream::iter(agents.into_iter().filter(is_clear))
        .map(|agent| async move {
            let rows = org.records_of(kind, &AgentId::from_server(agent.as_str())).await?;
            let record = |(position, row): (usize, &WireRecord)| {
                let key = ResourceKey::below(kind, &agent, &row.id);
                (key.id, Record { position, ..classifier.record(kind, row) })
            };
            let records = rows.map(|rows| rows.iter().enumerate().map(record).collect());
            Ok::<_, ReadError>((agent, records))
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .try_collect::<Vec<_>>()
        .await?;
    Ok((kind, found))
}

/// An agent that was in the list and is gone now was deleted in between: it is not there.
fn add_by_agent(records: &mut BTreeMap<Kind, Records>, kind: Kind, found: ByAgent) {
    records.entry(kind).or_default();
    for (agent, of_agent) in found {
        let is_there = records.get(&AGENT).is_some_and(|agents| agents.own.contains_key(&agent));
        match of_agent {
            Some(of_agent) if is_there => records.entry(kind).or_default().own.extend(of_agent),
            _ => {
                for (other, records) in records.iter_mut() {
                    records.own.retain(|id, _| other.agent_of(id) != Some(&agent));
                }
            }
        }
    }
}

async fn read_pairs(
    org: &impl OrgRead,
    kind: Kind,
    field: &'static Field,
    ids: Vec<String>,
) -> Result<Vec<(ResourceKey, &'static Field, Vec<StoredPair>)>, ReadError> {
    stream::iter(ids)
        .map(|id| async move {
            let key = ResourceKey::new(kind, id);
            let pairs = org.pairs(&key, field).await?;
            Ok::<_, ReadError>((key, field, pairs))
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .try_collect()
        .await
}

/// A field of a resource as a request of its own read it.
type Apart = (ResourceKey, &'static Field, Option<Json>);

async fn read_apart(
    org: &impl OrgRead,
    kind: Kind,
    field: &'static Field,
    ids: Vec<String>,
) -> Result<Vec<Apart>, ReadError> {
    stream::iter(ids)
        .map(|id| async move {
            let key = ResourceKey::new(kind, id);
            let read = org.apart(&key, field).await?;
            Ok::<_, ReadError>((key, field, read))
        })
        .buffer_unordered(SIDE_BY_SIDE)
        .try_collect()
        .await
}
