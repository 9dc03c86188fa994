//! The keys of providers, of which an org keeps one for each provider, whatever agent declares it.

use std::collections::BTreeMap;

use crate::model::SecretName;
use crate::schema::kinds::AGENT;
use crate::schema::{Resource, ResourceKey};

use super::DesiredState;

/// The key that a project gives a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderKey {
    pub provider: String,
    /// The name that the files give the key; none for a literal, which is never sent.
    pub name: Option<SecretName>,
    /// The agents that declare it, in file order.
    pub agents: Vec<String>,
}

impl ProviderKey {
    /// Where the files have it, in a reader's words: `triage/providers.anthropic`.
    pub fn places(&self) -> Vec<String> {
        self.agents.iter().map(|agent| format!("{agent}/providers.{}", self.provider)).collect()
    }
}

impl DesiredState {
    /// The key of every provider, by its ID, as far as it is declared by these resources.
    pub fn provider_keys(&self, is_wanted: impl Fn(&ResourceKey) -> bool) -> Vec<ProviderKey> {
        let mut keys: BTreeMap<&str, ProviderKey> = BTreeMap::new();
        let by_agent = self.by_agent();
        for agent in self.of(AGENT) {
            let id = agent.key.id.as_str();
            let of_agent = by_agent.iter().filter(|((_, owner), _)| *owner == id).flat_map(|(_, resources)| resources);
            for resource in of_agent.filter(|resource| is_wanted(&resource.key)) {
                for (provider, name) in declared(resource) {
                    let key = keys.entry(provider).or_insert_with(|| ProviderKey {
                        provider: provider.to_owned(),
                        name: name.cloned(),
                        agents: Vec::new(),
                    });
                    if !key.agents.iter().any(|other| other == id) {
                        key.agents.push(id.to_owned());
                    }
                }
            }
        }
        keys.into_values().collect()
    }
}

fn declared(resource: &Resource) -> impl Iterator<Item = (&str, Option<&SecretName>)> {
    let named = resource.looked_up.iter().map(|(provider, name)| (provider.as_str(), Some(name)));
    named.chain(resource.literal_keys.iter().map(|provider| (provider.as_str(), None)))
}
