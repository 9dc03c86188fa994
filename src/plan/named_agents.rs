//! Agents that resources of other kinds name: servers do not check that they are there.

use crate::org::ActualState;
use crate::schema::kinds::AGENT;
use crate::schema::{Form, ResourceKey, Sent, Write};

use super::context::Context;
use super::{Plan, Row};

/// Whether a plan writes the name of an agent, and the agents of the org were not read.
pub fn names_unread_agents(plan: &Plan, actual: &ActualState) -> bool {
    !actual.records.contains_key(&AGENT) && plan.rows.iter().any(|row| agent_of(row).is_some())
}

/// Reports names of agents that neither the org has nor this plan makes.
pub(super) fn check(context: &mut Context<'_>, actual: &ActualState, rows: &[Row]) {
    if !actual.records.contains_key(&AGENT) {
        return;
    }
    for row in rows {
        let Some(agent) = agent_of(row) else { continue };
        let is_made = || rows.iter().any(|row| row.is_creation_of(AGENT, agent));
        if actual.record(&ResourceKey::new(AGENT, agent)).is_none() && !is_made() {
            let message = format!("its agent `{agent}` is not in the org and not part of this plan");
            context.problem(&row.key, message, Some("Apply the agent first, or plan both together."));
        }
    }
}

/// The agent that the writes of a row name.
pub(super) fn agent_of(row: &Row) -> Option<&str> {
    let sent = row.writes.iter().filter_map(Write::sent).flat_map(Sent::values);
    let mut agents = sent.filter(|(field, _)| matches!(field.form, Form::Agent));
    agents.next().and_then(|(_, agent)| agent.literal())
}
