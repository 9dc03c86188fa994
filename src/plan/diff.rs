use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{Agent, DesiredState};
use crate::model::{AgentId, MemorySchema};
use crate::org::{ActualAgent, ActualMemory, ActualState, AgentScope, ReadScope, SecretsMode, SecretsProbe, Wanted};
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS};
use crate::schema::{Kind, ResourceKey};

use super::context::Context;
use super::{Action, Need, Options, Plan, Row, Selection, agent, memory, platform, secrets, settings};

/// The agent that the platforms route is probed with when a project declares none (P11).
const PROBE: &str = "lobu-probe";

/// What a plan needs to read of an org.
pub fn read_scope(desired: &DesiredState, selection: &Selection) -> ReadScope {
    let ids = |kind: Kind| -> Wanted<AgentId> {
        let wanted = desired.agents.iter().filter(|agent| wants(selection, agent, kind));
        Wanted::These(wanted.map(|agent| agent.id.clone()).collect())
    };
    let agents = selection.covers_kind(AGENT) && (!desired.agents.is_empty() || selection.is_whole());
    let slugs = |memory: &MemorySchema| {
        let slugs = memory.relationship_types.iter().map(|relationship| relationship.slug.clone());
        Wanted::These(slugs.filter(|slug| selection.covers(RELATIONSHIP_TYPE, slug.as_str())).collect())
    };
    ReadScope {
        probe: desired.agents.first().map_or_else(|| AgentId::from_server(PROBE), |agent| agent.id.clone()),
        agents: agents.then(|| AgentScope { settings: ids(SETTINGS), platforms: ids(PLATFORM) }),
        memory: desired.memory.as_ref().filter(|_| selection.covers_kind(ENTITY_TYPE)).map(slugs),
    }
}

/// Whether an agent's settings or platforms are wanted; a platform selector may name one that only the org has.
fn wants(selection: &Selection, agent: &Agent, kind: Kind) -> bool {
    if kind == PLATFORM {
        selection.reaches_platforms_of(agent.id.as_str())
    } else {
        selection.covers(kind, agent.id.as_str())
    }
}

/// Compares what a project wants with what an org has.
///
/// Pure: no clock, no I/O. Everything that will be sent is decided here, but for the injected memory MCP entry of an agent
/// that the plan makes (P6).
pub fn diff(desired: &DesiredState, actual: &ActualState, options: &Options) -> Plan {
    // Everything of the actual state is looked at: a new part does not compile until someone decides about it.
    let ActualState { server, secrets: probe, agents, memory } = actual;
    let mode = SecretsMode::of(probe);
    let mut context = Context::new(options, server, mode);
    let mut rows = Vec::new();
    let mut undeclared = BTreeMap::new();
    if let Some(agents) = agents {
        rows.extend(agent_rows(&mut context, desired, agents));
        undeclared.extend(undeclared_agents(options, desired, agents));
    }
    if let (Some(wanted), Some(memory)) = (&desired.memory, memory) {
        rows.extend(memory::rows(&mut context, wanted, memory));
        undeclared.extend(undeclared_types(options, wanted, memory));
    }
    rows.sort_by_key(|row| row.key.kind);
    let needs = secrets::needs(mode, &rows);
    missing_names(&mut context, desired, probe, &needs, &mut rows);
    not_applied(&mut context, desired);
    let notes =
        context.notes.into_iter().map(|(note, times)| if times > 1 { format!("{note} ({times} times)") } else { note });
    Plan {
        secrets: mode,
        generation: server.generation.word(),
        secrets_used: secrets::used(&rows),
        needs,
        rows,
        undeclared,
        left_out: left_out(options, desired),
        problems: context.problems,
        mismatches: context.mismatches,
        notes: notes.collect(),
        warnings: context.warnings,
    }
}

fn agent_rows(context: &mut Context<'_>, desired: &DesiredState, agents: &BTreeMap<AgentId, ActualAgent>) -> Vec<Row> {
    let mut rows = Vec::new();
    for agent in &desired.agents {
        let actual = agents.get(&agent.id);
        let id = agent.id.as_str();
        let selection = &context.options.selection;
        let (with_agent, with_settings) = (selection.covers(AGENT, id), selection.covers(SETTINGS, id));
        let before = rows.len();
        if with_agent {
            rows.push(agent::row(context.options, agent, actual));
        }
        if with_settings {
            rows.push(settings::row(context, agent, actual.and_then(|actual| actual.settings.as_ref())));
        }
        let platforms = actual.and_then(|actual| actual.platforms.as_deref()).unwrap_or_default();
        rows.extend(platform::rows(context, agent, platforms));
        if actual.is_none() && !with_agent && rows.len() > before {
            let key = ResourceKey::new(AGENT, id);
            context.problem(
                &key,
                "it is not in the org and not selected",
                Some("Select agent/ID: it covers the rest too."),
            );
        }
    }
    rows
}

fn undeclared_agents(
    options: &Options,
    desired: &DesiredState,
    agents: &BTreeMap<AgentId, ActualAgent>,
) -> Option<(Kind, Vec<String>)> {
    let declared: BTreeSet<_> = desired.agents.iter().map(|agent| &agent.id).collect();
    let others = agents.keys().filter(|id| !declared.contains(id)).map(ToString::to_string);
    undeclared_of(options, AGENT, others)
}

fn undeclared_types(options: &Options, desired: &MemorySchema, actual: &ActualMemory) -> Vec<(Kind, Vec<String>)> {
    let entities: BTreeSet<_> = desired.entity_types.iter().map(|entity| &entity.slug).collect();
    let relationships: BTreeSet<_> = desired.relationship_types.iter().map(|relationship| &relationship.slug).collect();
    let other_entities = actual.entity_types.keys().filter(|slug| !entities.contains(slug)).map(ToString::to_string);
    let other_relationships =
        actual.relationship_types.keys().filter(|slug| !relationships.contains(slug)).map(ToString::to_string);
    let entities = undeclared_of(options, ENTITY_TYPE, other_entities);
    let relationships = undeclared_of(options, RELATIONSHIP_TYPE, other_relationships);
    entities.into_iter().chain(relationships).collect()
}

fn undeclared_of(options: &Options, kind: Kind, ids: impl Iterator<Item = String>) -> Option<(Kind, Vec<String>)> {
    let ids: Vec<_> = ids.filter(|id| options.selection.covers(kind, id)).collect();
    (!ids.is_empty()).then_some((kind, ids))
}

fn left_out(options: &Options, desired: &DesiredState) -> BTreeMap<Kind, usize> {
    let mut left_out = BTreeMap::new();
    if options.selection.is_whole() {
        return left_out;
    }
    for (kind, id) in resources(desired) {
        if options.selection.covers_kind(kind) && !options.selection.covers(kind, &id) {
            *left_out.entry(kind).or_default() += 1;
        }
    }
    left_out
}

/// Every resource that a project declares, by kind and id.
fn resources(desired: &DesiredState) -> Vec<(Kind, String)> {
    let mut resources = Vec::new();
    for agent in &desired.agents {
        resources.push((AGENT, agent.id.to_string()));
        resources.push((SETTINGS, agent.id.to_string()));
        let platforms = agent.platforms.iter().map(|platform| ResourceKey::platform(&agent.id, &platform.id).id);
        resources.extend(platforms.map(|id| (PLATFORM, id)));
    }
    if let Some(memory) = &desired.memory {
        resources.extend(memory.entity_types.iter().map(|entity| (ENTITY_TYPE, entity.slug.to_string())));
        let relationships = memory.relationship_types.iter();
        resources.extend(relationships.map(|relationship| (RELATIONSHIP_TYPE, relationship.slug.to_string())));
    }
    resources
}

/// On a server with the secrets API a name that the org lacks is worth a look: the key of a provider, which apply never
/// sends (V6), and a reference that stands already, whose secret was deleted. What rows to be written need is told apart (V5).
fn missing_names(
    context: &mut Context<'_>,
    desired: &DesiredState,
    probe: &SecretsProbe,
    needs: &[Need],
    rows: &mut [Row],
) {
    let SecretsProbe::Present(Some(names)) = probe else {
        if matches!(probe, SecretsProbe::Present(None)) {
            context.note("the names of the org's secrets were not checked: this token may not list them");
        }
        return;
    };
    let known: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let needed: BTreeSet<&str> = needs.iter().map(|need| need.name.as_str()).collect();
    let mut rows: BTreeMap<_, _> = rows.iter_mut().map(|row| (row.key.clone(), row)).collect();
    for reference in desired.agents.iter().flat_map(Agent::references) {
        let name = reference.name.as_str();
        let is_told = reference.provider.is_none() && needed.contains(name);
        if known.contains(name) || is_told {
            continue;
        }
        if let Some(row) = rows.get_mut(&reference.resource) {
            let reference_text = reference.name.reference();
            let command = format!("{} {name}", context.options.push_command);
            row.attention.push(match &reference.provider {
                Some(provider) => {
                    format!("provider {provider} wants {reference_text}, which the org lacks: {command}")
                }
                None => format!("{} uses {reference_text}, which the org lacks: {command}", reference.place),
            });
        }
    }
}

fn not_applied(context: &mut Context<'_>, desired: &DesiredState) {
    let counts: Vec<_> = desired.not_applied.iter().map(|(what, count)| format!("{count} {what}")).collect();
    if !counts.is_empty() {
        context.note(format!("not applied by this version: {}", counts.join(", ")));
    }
}

impl Plan {
    /// The rows that are written, which are read again before the first write (A2).
    pub fn changes(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| matches!(row.action, Action::Create | Action::Update))
    }
}
