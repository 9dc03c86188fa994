//! Agents that resources of other kinds name: servers do not check that they are there.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::DesiredState;
use crate::org::ActualState;
use crate::schema::kinds::AGENT;
use crate::schema::{Field, Form, Kind, Resource, ResourceKey, Sent, Write};

use super::context::Context;
use super::{Plan, Row};

/// Whether a plan writes what an agent works on, and the agents of the org were not read.
pub fn names_unread_agents(plan: &Plan, actual: &ActualState) -> bool {
    let names_one = |row: &Row| row.is_change() && agent_field(row.key.kind).is_some();
    !actual.records.contains_key(&AGENT) && plan.rows.iter().any(names_one)
}

/// Reports names of agents that neither the org has nor this plan makes: what is written for such an agent can't run.
pub(super) fn check(context: &mut Context<'_>, desired: &DesiredState, actual: &ActualState, rows: &[Row]) {
    if !actual.records.contains_key(&AGENT) {
        return;
    }
    let made: BTreeSet<&str> =
        rows.iter().filter(|row| row.is_creation_of(AGENT, &row.key.id)).map(|row| row.key.id.as_str()).collect();
    let by_key: BTreeMap<&ResourceKey, &Row> = rows.iter().map(|row| (&row.key, row)).collect();
    let names_agent = |resource: &&Resource| agent_field(resource.key.kind).is_some();
    for resource in desired.all().filter(names_agent) {
        let Some(row) = by_key.get(&resource.key) else { continue };
        let declared = agent_field(resource.key.kind).and_then(|field| resource.text(field));
        let Some(agent) = declared.filter(|agent| !made.contains(agent)) else { continue };
        if actual.record(&ResourceKey::new(AGENT, agent)).is_some() {
            continue;
        }
        let message = format!("its agent `{agent}` is not in the org and not part of this plan");
        let hint = Some("Apply the agent first, or plan both together.");
        if row.is_change() {
            context.problem(&row.key, message, hint);
        } else {
            context.warn(&row.key, message, hint);
        }
    }
}

/// The field of a kind that names an agent of the project.
fn agent_field(kind: Kind) -> Option<&'static Field> {
    kind.table().fields.iter().find(|field| matches!(field.form, Form::Agent))
}

/// The agent that the writes of a row name.
pub(super) fn agent_of(row: &Row) -> Option<&str> {
    let sent = row.writes.iter().filter_map(Write::sent).flat_map(Sent::values);
    let mut agents = sent.filter(|(field, _)| matches!(field.form, Form::Agent));
    agents.next().and_then(|(_, agent)| agent.literal())
}
