//! From a project's files to the state that they want (project-format 2.4, with the differences of F1, P4 and P7).

mod agent;
mod mcp;
mod network;
mod skill;
mod values;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use crate::model::{AgentId, Text};
use crate::project::Project;
use crate::project::skills::Skill;

use super::{Agent, DesiredState};

/// An agent that a project does not declare, as it would be with nothing but the skills that every agent of it has.
pub fn agent_of_skills(id: &AgentId, name: &Text, skills: &[Arc<Skill>]) -> Agent {
    agent::of_skills(id, name, skills)
}

/// Builds the desired state of a project that was read without errors.
pub fn desired_state(project: &Project) -> DesiredState {
    let mut state = DesiredState::default();
    for (config, files) in project.config.agents.iter().zip(&project.agents) {
        state.agents.push(agent::build(config, files));
    }
    state.memory = project.models.as_ref().map(|models| models.schema.clone());
    state.not_applied = project.config.not_applied();
    for (what, count) in project.models.iter().flat_map(|models| &models.not_applied) {
        *state.not_applied.entry(what).or_default() += count;
    }
    state
}
