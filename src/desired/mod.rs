//! What a project wants, normalized exactly as the server will store it. `docs/format` describes the files.

mod agent;
mod mcp;
mod network;
mod provider_keys;
mod references;
mod skill;
mod state;
mod values;

#[cfg(test)]
mod tests;

pub use agent::resources_of_skills;
pub use provider_keys::ProviderKey;
pub use references::Reference;
pub use state::DesiredState;

use crate::model::{Family, NotApplied};
use crate::project::Project;

/// Builds the desired state of a project that was read without errors.
pub fn desired_state(project: &Project) -> DesiredState {
    let families = [Some(Family::Agents), project.models.as_ref().map(|_| Family::Memory)];
    let mut state = DesiredState::of_families(families.into_iter().flatten());
    for (config, files) in project.config.agents.iter().zip(&project.agents) {
        for resource in agent::resources(config, files) {
            state.push(resource);
        }
    }
    state.not_applied = project.config.not_applied();
    let evals = project.agents.iter().map(|files| files.evals).sum();
    if evals > 0 {
        state.not_applied.insert("eval", NotApplied::of(evals));
    }
    for (what, found) in &project.elsewhere {
        state.not_applied.entry(what).or_default().add(found.clone());
    }
    if let Some(models) = &project.models {
        for resource in &models.resources {
            state.push(resource.clone());
        }
        for (what, count) in &models.not_applied {
            state.not_applied.entry(what).or_default().add(NotApplied::of(*count));
        }
    }
    if let Some(target) = &project.in_target {
        state.note_overlaid(target);
    }
    state
}
