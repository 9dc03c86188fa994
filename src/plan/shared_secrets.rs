//! An agent whose ID changed in the files is made anew, and the old one keeps running with the same secrets.

use std::collections::BTreeSet;

use crate::desired::DesiredState;
use crate::model::{SecretName, Text, Value};
use crate::org::ActualState;
use crate::schema::kinds::platform::{CONFIG, TYPE};
use crate::schema::kinds::{AGENT, PLATFORM};
use crate::schema::{Declaration, Resource, SecretsMode};

use super::Plan;
use super::context::Context;

/// The agents of the org that the project does not declare, where a new agent of it has a platform with a secret: only then is it
/// worth a request each to see what they use.
pub fn agents_to_look_at(desired: &DesiredState, actual: &ActualState, plan: &Plan) -> Vec<String> {
    // Elsewhere no answer shows which secret a platform uses.
    let shows_references = actual.secrets.mode() == SecretsMode::References;
    let is_new = |platform: &&Resource| {
        platform.key.agent().is_some_and(|agent| plan.rows.iter().any(|row| row.is_creation_of(AGENT, agent)))
    };
    let has_secret = desired.of(PLATFORM).iter().filter(is_new).any(|platform| !references(platform).is_empty());
    if !shows_references || !has_secret {
        return Vec::new();
    }
    undeclared_agents(desired, actual).map(str::to_owned).collect()
}

/// Warns of a new agent whose platform uses a secret that a platform of an undeclared agent uses, too.
pub(super) fn warn(context: &mut Context<'_>, desired: &DesiredState, actual: &ActualState) {
    let others: BTreeSet<&str> = undeclared_agents(desired, actual).collect();
    for platform in desired.of(PLATFORM) {
        let Some(agent) = platform.key.agent().filter(|agent| is_made(context, actual, agent)) else { continue };
        let names = references(platform);
        for (id, record) in actual.of(PLATFORM) {
            let Some(other) = PLATFORM.agent_of(id).filter(|other| others.contains(other)) else { continue };
            let is_same_type = record.text(TYPE) == platform.text(TYPE);
            let used = record.value(CONFIG).map(references_of).unwrap_or_default();
            let Some(shared) = names.intersection(&used).next().filter(|_| is_same_type) else { continue };
            let message = format!(
                "agent {other} is in the org and not in this project, and its platform {id} uses {} too",
                shared.reference()
            );
            let hint = format!(
                "If you renamed {other} to {agent}, delete {other} in the web interface. Otherwise give {agent} a secret of its own."
            );
            context.warn(&platform.key, message, Some(&hint));
        }
    }
}

fn is_made(context: &Context<'_>, actual: &ActualState, agent: &str) -> bool {
    context.options.selection.covers(AGENT, agent) && !actual.of(AGENT).any(|(id, _)| id == agent)
}

fn undeclared_agents<'state>(
    desired: &'state DesiredState,
    actual: &'state ActualState,
) -> impl Iterator<Item = &'state str> {
    let declared: BTreeSet<&str> = desired.of(AGENT).iter().map(|agent| agent.key.id.as_str()).collect();
    actual.of(AGENT).map(|(id, _)| id).filter(move |id| !declared.contains(id))
}

/// The secrets that a platform's config refers to.
fn references(platform: &Resource) -> BTreeSet<SecretName> {
    let members = platform.declared.get(CONFIG).and_then(Declaration::members);
    let values = members.into_iter().flatten().filter_map(|(_, declared)| declared.value());
    values.flat_map(references_of).collect()
}

fn references_of(value: &Value) -> BTreeSet<SecretName> {
    let mut names = BTreeSet::new();
    value.each_text(&mut |text| {
        if let Text::SecretRef(name) = text {
            names.insert(name.clone());
        }
    });
    names
}
