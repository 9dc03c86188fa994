use std::collections::BTreeMap;

use crate::project::config::spanned::TextList;
use crate::project::config::types::{AgentConfig, Config, OverlaidAgent, Overlay};

impl Overlay {
    /// Whether the target is like the project itself.
    pub fn is_empty(&self) -> bool {
        self.agents.is_empty() && self.values.is_empty() && self.models.is_empty()
    }
}

/// Whether something is in a target, by the list that says in which ones it is.
pub(in crate::project) fn is_in(targets: &TextList, name: &str) -> bool {
    targets.as_ref().is_none_or(|targets| targets.value.iter().any(|target| target.value == name))
}

impl AgentConfig {
    /// The same with what is otherwise in a target.
    fn overlaid(mut self, overlaid: OverlaidAgent) -> Self {
        let OverlaidAgent { roots, merged } = overlaid;
        for root in roots {
            match root.as_str() {
                "name" => self.name = merged.name.clone(),
                "providers" => self.providers.clone_from(&merged.providers),
                "platforms" => self.platforms.clone_from(&merged.platforms),
                "skills" => self.mcp_servers.clone_from(&merged.mcp_servers),
                plain => self.plain.take(plain, &merged.plain),
            }
        }
        self
    }

    /// The same without what is in other targets only.
    fn within(mut self, target: &str) -> Self {
        self.platforms.retain(|platform| is_in(&platform.targets, target));
        self.mcp_servers.retain(|server| is_in(&server.targets, target));
        self
    }

    /// Whether it, or a part of it, says in which targets it is.
    fn names_targets(&self) -> bool {
        let lists = self.platforms.iter().map(|platform| &platform.targets);
        let lists = lists.chain(self.mcp_servers.iter().map(|server| &server.targets));
        self.targets.is_some() || lists.into_iter().any(Option::is_some)
    }
}

impl Config {
    /// Whether an agent is in a target.
    pub fn has_agent_in(&self, agent: &str, target: &str) -> bool {
        let agent = self.agents.iter().find(|config| config.id.value.as_str() == agent);
        agent.is_some_and(|agent| is_in(&agent.targets, target))
    }

    /// Whether agents, or what belongs to them, are not the same in every target.
    pub fn differs_by_target(&self) -> bool {
        self.targets.iter().any(|target| !target.overlay.is_empty())
            || self.agents.iter().any(AgentConfig::names_targets)
    }

    /// Takes the agents as they are in a target: those that are in it, with what it says otherwise; the rest stays.
    pub(in crate::project) fn take_target(&mut self, target: &str) {
        let found = self.targets.iter_mut().find(|config| config.name.value == target);
        let merged = found.map(|config| std::mem::take(&mut config.overlay.agents)).unwrap_or_default();
        let mut merged: BTreeMap<String, OverlaidAgent> =
            merged.into_iter().map(|agent| (agent.merged.id.value.to_string(), agent)).collect();
        let own = std::mem::take(&mut self.agents).into_iter().filter(|agent| is_in(&agent.targets, target));
        let own = own.map(|agent| match merged.remove(agent.id.value.as_str()) {
            Some(overlaid) => agent.overlaid(overlaid),
            None => agent,
        });
        self.agents = own.map(|agent| agent.within(target)).collect();
    }
}
