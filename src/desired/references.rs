//! Where a project refers to secrets.

use std::collections::BTreeMap;

use crate::model::{SecretName, Text, Value};

use super::{Agent, Declaration, DesiredState, Platform};

impl DesiredState {
    /// Every secret that the project refers to, with the places, such as `triage/telegram.botToken`.
    ///
    /// The keys of providers count: apply does not send them, but the org's agents look them up (V6).
    pub fn references(&self) -> BTreeMap<SecretName, Vec<String>> {
        let mut places = Places(BTreeMap::new());
        for agent in &self.agents {
            for platform in &agent.platforms {
                places.of_platform(agent, platform);
            }
            if let Some(servers) = &agent.settings.mcp_servers {
                places.of_declaration(&format!("{}/mcp", agent.id), servers);
            }
            for (provider, name) in &agent.provider_secrets {
                places.add(name, format!("{}/providers.{provider}", agent.id));
            }
        }
        places.0
    }
}

struct Places(BTreeMap<SecretName, Vec<String>>);

impl Places {
    fn add(&mut self, name: &SecretName, place: String) {
        let places = self.0.entry(name.clone()).or_default();
        if !places.contains(&place) {
            places.push(place);
        }
    }

    fn of_platform(&mut self, agent: &Agent, platform: &Platform) {
        let own = platform.id.as_str().strip_prefix(agent.id.as_str()).and_then(|rest| rest.strip_prefix('-'));
        let name = own.filter(|own| !own.is_empty()).unwrap_or(platform.id.as_str());
        for (key, text) in &platform.config {
            if let Some(Text::SecretRef(secret)) = text.value() {
                self.add(secret, format!("{}/{name}.{key}", agent.id));
            }
        }
    }

    fn of_declaration(&mut self, path: &str, declaration: &Declaration) {
        match declaration {
            Declaration::Clear => {}
            Declaration::Leaf(value) => self.of_value(path, value),
            Declaration::Table(members) => {
                for (name, member) in members {
                    self.of_declaration(&format!("{path}.{name}"), member);
                }
            }
            Declaration::Keyed(entries) => {
                for (key, entry) in entries {
                    self.of_declaration(&format!("{path}.{}", key.step()), entry);
                }
            }
        }
    }

    fn of_value(&mut self, path: &str, value: &Value) {
        match value {
            Value::Text(Text::SecretRef(name)) => self.add(name, path.to_owned()),
            Value::List(elements) => elements.iter().for_each(|element| self.of_value(path, element)),
            Value::Map(members) => {
                for (name, member) in members {
                    self.of_value(&format!("{path}.{name}"), member);
                }
            }
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
        }
    }
}
