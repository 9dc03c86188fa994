use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{DesiredState, ProviderKey, Reference};
use crate::model::{AgentId, Family, NotApplied, SecretName, counted};
use crate::org::{ActualState, ReadScope, SecretsProbe, Wanted};
use crate::schema::kinds::AGENT;
use crate::schema::{
    Declaration, Field, Generation, Kind, Look, Owner, Record, Records, Resource, ResourceKey, Schema, SecretsMode,
};

use super::context::Context;
use super::resource::{self, Compared};
use super::{Action, FieldChange, MissingSecret, Options, Plan, Row, Selection, named_agents, secrets, shared_secrets};

/// The agent that the platforms route is probed with when a project declares none.
const PROBE: &str = "lobu-probe";

/// What a plan needs to read of an org.
pub fn read_scope(schema: &Schema, desired: &DesiredState, selection: &Selection) -> ReadScope {
    let agents = desired.of(AGENT);
    let with_agents = selection.covers_kind(AGENT) && (!agents.is_empty() || selection.is_whole());
    let wanted = |kind: Kind| -> Option<Wanted> {
        if kind.family == Family::Agents && !with_agents || !desired.covers(kind) || !selection.covers_kind(kind) {
            return None;
        }
        let ids: Vec<String> = if kind.is_read_by_agent {
            let agents = agents.iter().map(|agent| &agent.key.id);
            agents.filter(|agent| selection.reaches(kind, agent)).cloned().collect()
        } else {
            let covered = desired.of(kind).iter().filter(|resource| selection.covers(kind, &resource.key.id));
            covered.map(|resource| resource.key.id.clone()).collect()
        };
        Some(Wanted::These(ids))
    };
    let kinds: BTreeMap<Kind, Wanted> = schema.kinds().filter_map(|kind| Some((kind, wanted(kind)?))).collect();
    let apart = kinds.iter().flat_map(|(kind, wanted)| {
        let fields = kind.table().fields.iter().filter(|field| field.is_apart);
        let says = |field| desired.of(*kind).iter().filter(move |resource| resource.declared.get(field).is_some());
        let of_field = move |field| {
            let saying: BTreeSet<&str> = says(field).map(|resource| resource.key.id.as_str()).collect();
            ((*kind, field), wanted.clone().filtered(|id| saying.contains(id.as_str())))
        };
        fields.map(of_field)
    });
    let apart = apart.collect();
    ReadScope { probe: AgentId::from_server(agents.first().map_or(PROBE, |agent| agent.key.id.as_str())), kinds, apart }
}

/// Compares what a project wants with what an org has.
///
/// Pure: no clock, no I/O. Everything that will be sent is decided here, but for what a server injects into an agent that the
/// plan makes.
pub fn diff(desired: &DesiredState, actual: &ActualState, options: &Options) -> Plan {
    // Everything of the actual state is looked at: a new part does not compile until someone decides about it.
    let ActualState { server, secrets: probe, records, hidden } = actual;
    let mode = probe.mode();
    let mut context = Context::new(options, server, mode, hidden);
    let read: Vec<Kind> = records.keys().copied().filter(|kind| desired.covers(*kind)).collect();
    let (of_agents, of_org): (Vec<Kind>, Vec<Kind>) = read.iter().partition(|kind| kind.owner != Owner::Org);
    let mut rows = agent_rows(&mut context, desired, actual, &of_agents);
    for kind in of_org {
        rows.extend(rows_of(&mut context, desired, actual, kind));
    }
    rows.sort_by_key(|row| row.key.kind);
    named_agents::check(&mut context, desired, actual, &rows);
    let listed = read.iter().filter(|kind| !kind.is_read_by_agent);
    let undeclared = listed.filter_map(|kind| undeclared_of(options, desired, *kind, records.get(kind)?)).collect();
    let needs = secrets::needs(mode, &rows);
    let missing_secrets = missing_secrets(&mut context, desired, probe);
    shared_secrets::warn(&mut context, desired, actual);
    not_applied(&mut context, desired);
    let provider_keys = provider_keys(&context, desired, mode);
    let notes =
        context.notes.into_iter().map(|(note, times)| if times > 1 { format!("{note} ({times} times)") } else { note });
    Plan {
        secrets: mode,
        generation: server.generation.word(),
        secrets_used: secrets::used(&rows),
        needs,
        missing_secrets,
        provider_keys,
        takes_provider_keys: mode == SecretsMode::Values && server.generation == Generation::Second,
        rows,
        undeclared,
        left_out: left_out(options, desired),
        problems: context.problems,
        mismatches: context.mismatches,
        notes: notes.collect(),
        warnings: context.warnings,
        not_compared: hidden.not_compared(),
    }
}

/// The rows of agents and of what belongs to them, agent by agent in file order.
fn agent_rows(context: &mut Context<'_>, desired: &DesiredState, actual: &ActualState, kinds: &[Kind]) -> Vec<Row> {
    if !kinds.contains(&AGENT) {
        return Vec::new();
    }
    let below = desired.by_agent();
    let mut rows = Vec::new();
    for agent in desired.of(AGENT) {
        let id = agent.key.id.as_str();
        let with_agent = context.options.selection.covers(AGENT, id);
        let before = rows.len();
        for kind in kinds {
            let declared = below.get(&(*kind, id)).map(Vec::as_slice).unwrap_or_default();
            rows.extend(rows_below(context, actual, *kind, id, declared));
        }
        if actual.record(&agent.key).is_none() && !with_agent && rows.len() > before {
            let (what, how) = ("it is not in the org and not selected", "Select agent/ID: it covers the rest too.");
            context.problem(&agent.key, what, Some(how));
        }
    }
    rows
}

/// The rows of what an agent has of a kind: the declared ones in file order, then those that only the org has, in its order.
fn rows_below(
    context: &mut Context<'_>,
    actual: &ActualState,
    kind: Kind,
    agent: &str,
    declared: &[&Resource],
) -> Vec<Row> {
    let found = if kind.owner == Owner::FirstPart { actual.below(kind, agent) } else { Vec::new() };
    let own_ids: Vec<(&str, &Record)> =
        found.iter().map(|(id, record)| (id.split_once('/').map_or(*id, |(_, own)| own), *record)).collect();
    let declared_ids: Vec<&str> = declared.iter().map(|resource| resource.key.own_id()).collect();
    let mut rows = Vec::new();
    for resource in declared.iter().filter(|resource| context.options.selection.covers(kind, &resource.key.id)) {
        let record = actual.record(&resource.key);
        let row = resource::row(context, &Compared { resource, record, linked_back: BTreeSet::new() });
        let hook = Look {
            id: resource.key.own_id(),
            declared: &resource.declared,
            record,
            is_archived: false,
            adds_version: adds_version(&row),
            server: context.server,
            declared_ids: &declared_ids,
            records: &own_ids,
        };
        resource::look(context, &resource.key, &hook);
        rows.push(row);
    }
    for (id, record) in own_ids.iter().filter(|(id, _)| !declared_ids.contains(id)) {
        let key = ResourceKey::below(kind, agent, id);
        if context.options.selection.covers(kind, &key.id) {
            rows.push(resource::undeclared(key, record));
        }
    }
    rows
}

/// The rows of the declared resources of a kind that belong to no agent.
fn rows_of(context: &mut Context<'_>, desired: &DesiredState, actual: &ActualState, kind: Kind) -> Vec<Row> {
    let by_id: BTreeMap<&str, &Resource> =
        desired.of(kind).iter().map(|resource| (resource.key.id.as_str(), resource)).collect();
    let links: Vec<&'static Field> = kind.fields.iter().filter(|field| field.shape.is_link()).collect();
    let found = actual.records.get(&kind);
    let records: Vec<(&str, &Record)> = actual.of(kind).collect();
    let mut not_taken: BTreeMap<&'static str, usize> = BTreeMap::new();
    let mut rows = Vec::new();
    for resource in desired.of(kind) {
        if !context.options.selection.covers(kind, &resource.key.id) {
            continue;
        }
        let record = actual.record(&resource.key);
        let not_taken_for = || kind.not_taken.and_then(|needs| needs(&resource.declared, context.server));
        // What is there was taken, whoever made it.
        if let Some(why) = record.is_none().then(not_taken_for).flatten() {
            *not_taken.entry(why).or_default() += 1;
            continue;
        }
        for field in &links {
            check_link(context, &by_id, actual, resource, field);
        }
        if let Some(owner) = actual.records.get(&kind).and_then(|records| records.foreign.get(&resource.key.id))
            && record.is_none()
            && kind.one_namespace.is_some_and(|shares| shares(context.server))
        {
            let message = format!("org `{owner}` holds this slug, and on this server a slug belongs to one org only");
            context.problem(&resource.key, message, Some("Choose another slug in the model file."));
        }
        // Existing servers link both ways: what the other side declares is no drift of this one.
        let is_linked_back = |field: &&&'static Field| {
            let other = record.and_then(|record| record.text(field)).and_then(|id| by_id.get(id));
            context.server.links_both_ways
                && other.is_some_and(|other| other.text(field) == Some(resource.key.id.as_str()))
        };
        let linked_back = links.iter().filter(is_linked_back).copied().collect();
        let row = resource::row(context, &Compared { resource, record, linked_back });
        let hook = Look {
            id: &resource.key.id,
            declared: &resource.declared,
            record,
            is_archived: found.is_some_and(|found| found.archived.contains(&resource.key.id)),
            adds_version: adds_version(&row),
            server: context.server,
            declared_ids: &[],
            records: &records,
        };
        resource::look(context, &resource.key, &hook);
        rows.push(row);
    }
    for (why, count) in not_taken {
        context.note(format!("{} not applied: {why}", counted_as(count, kind)));
    }
    rows
}

/// Whether a row changes what a version of the resource holds, or what is kept beside its versions.
fn adds_version(row: &Row) -> bool {
    let field = |change: &FieldChange| row.key.kind.field(change.path.root());
    let is_of_version = |field: &'static Field| field.is_versioned() || field.is_apart;
    let changes = row.fields.iter().filter(|change| change.action.is_change());
    row.action == Action::Update && changes.filter_map(field).any(is_of_version)
}

/// How many of a kind, with the verb of what becomes of them.
fn counted_as(count: usize, kind: Kind) -> String {
    if count == 1 { format!("1 {} is", kind.singular) } else { format!("{count} {} are", kind.plural) }
}

/// A link must lead to what the org has or this plan makes.
fn check_link(
    context: &mut Context<'_>,
    declared: &BTreeMap<&str, &Resource>,
    actual: &ActualState,
    resource: &Resource,
    field: &'static Field,
) {
    let kind = resource.key.kind;
    let Some(other) = resource.declared.get(field).and_then(Declaration::value).and_then(|value| value.literal())
    else {
        return;
    };
    let is_planned = context.options.selection.covers(kind, other) && declared.contains_key(other);
    if !is_planned && actual.record(&ResourceKey::new(kind, other)).is_none() {
        let message = format!("its inverse `{other}` is neither in the org nor part of this plan");
        context.problem(&resource.key, message, Some("Declare the inverse in a model file."));
    }
}

fn undeclared_of(
    options: &Options,
    desired: &DesiredState,
    kind: Kind,
    records: &Records,
) -> Option<(Kind, Vec<String>)> {
    let declared: BTreeSet<&str> = desired.of(kind).iter().map(|resource| resource.key.id.as_str()).collect();
    let others = records.own.keys().filter(|id| !declared.contains(id.as_str()));
    let ids: Vec<_> = others.filter(|id| options.selection.covers(kind, id)).cloned().collect();
    (!ids.is_empty()).then_some((kind, ids))
}

fn left_out(options: &Options, desired: &DesiredState) -> BTreeMap<Kind, usize> {
    let mut left_out = BTreeMap::new();
    if options.selection.is_whole() {
        return left_out;
    }
    for ResourceKey { kind, id } in desired.all().map(|resource| &resource.key) {
        if options.selection.covers_kind(*kind) && !options.selection.covers(*kind, id) {
            *left_out.entry(*kind).or_default() += 1;
        }
    }
    left_out
}

/// On a server with the secrets API, the names that the project refers to and the org does not have: what the writes need, the keys
/// of providers, which apply never sends, and references that are there already, whose secrets were deleted.
fn missing_secrets(context: &mut Context<'_>, desired: &DesiredState, probe: &SecretsProbe) -> Vec<MissingSecret> {
    let SecretsProbe::Present(Some(names)) = probe else {
        if matches!(probe, SecretsProbe::Present(None)) {
            context.note("the names of the org's secrets were not checked: this token may not list them");
        }
        return Vec::new();
    };
    let known: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let mut missing: BTreeMap<SecretName, Vec<String>> = BTreeMap::new();
    for Reference { name, resource, place, provider } in desired.all_references() {
        if known.contains(name.as_str()) || !context.options.selection.covers(resource.kind, &resource.id) {
            continue;
        }
        let user = if provider.is_some() { resource.id } else { place };
        let users = missing.entry(name).or_default();
        if !users.contains(&user) {
            users.push(user);
        }
    }
    missing.into_iter().map(|(name, users)| MissingSecret { name, users }).collect()
}

fn not_applied(context: &mut Context<'_>, desired: &DesiredState) {
    let of_sort = |(what, found): (&&str, &NotApplied)| {
        let names = named(found.names.iter().map(String::as_str));
        let count = match what.split_once(" with ") {
            Some((thing, part)) => format!("{} with {part}", counted(found.count, thing)),
            None => counted(found.count, what),
        };
        if names.is_empty() { count } else { format!("{count} ({names})") }
    };
    let sorts: Vec<_> = desired.not_applied.iter().map(of_sort).collect();
    if !sorts.is_empty() {
        context.note(format!("not applied by this version: {}", sorts.join("; ")));
    }
}

/// Without the secrets API nothing says whether the server has the key of a provider, and apply never sends one.
fn provider_keys(context: &Context<'_>, desired: &DesiredState, mode: SecretsMode) -> Vec<ProviderKey> {
    if mode == SecretsMode::References {
        return Vec::new();
    }
    desired.provider_keys(|key| context.options.selection.covers(key.kind, &key.id))
}

/// How many names a note has.
const NAMED: usize = 8;

/// Names in a row; of many the first ones, and how many more there are.
fn named<'name>(names: impl ExactSizeIterator<Item = &'name str>) -> String {
    let more = names.len().saturating_sub(NAMED);
    let first = names.take(NAMED).collect::<Vec<_>>().join(", ");
    if more == 0 { first } else { format!("{first}, and {more} more") }
}

impl Plan {
    /// The rows that are written, which are read again before the first write.
    pub fn changes(&self) -> impl Iterator<Item = &Row> {
        self.rows.iter().filter(|row| matches!(row.action, Action::Create | Action::Update))
    }
}
