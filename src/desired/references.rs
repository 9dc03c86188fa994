//! Where a project refers to secrets.

use std::collections::BTreeMap;

use crate::model::{Kind, ResourceKey, SecretName, Text, Value};

use super::{Agent, Declaration, DesiredState, Platform};

/// A place in a project that refers to a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The secret.
    pub name: SecretName,
    /// The resource that it belongs to.
    pub resource: ResourceKey,
    /// The place in a reader's words, such as `triage/telegram.botToken`.
    pub place: String,
    /// The provider whose key it is: such a reference is never sent by apply (V6). None for all others.
    pub provider: Option<String>,
}

impl DesiredState {
    /// Every secret that the project refers to, with its places.
    ///
    /// The keys of providers count: apply does not send them, but the org's agents look them up (V6).
    pub fn references(&self) -> BTreeMap<SecretName, Vec<String>> {
        let mut places: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for reference in self.agents.iter().flat_map(Agent::references) {
            let places = places.entry(reference.name).or_default();
            if !places.contains(&reference.place) {
                places.push(reference.place);
            }
        }
        places
    }
}

impl Agent {
    /// Every place of the agent that refers to a secret: platforms, MCP servers, keys of providers.
    pub fn references(&self) -> Vec<Reference> {
        let mut found = Vec::new();
        for platform in &self.platforms {
            self.of_platform(platform, &mut found);
        }
        let settings = ResourceKey::new(Kind::Settings, self.id.as_str());
        if let Some(servers) = &self.settings.mcp_servers {
            of_declaration(&format!("{}/mcp", self.id), servers, &mut |place, name| {
                let resource = settings.clone();
                found.push(Reference { name: name.clone(), resource, place, provider: None });
            });
        }
        found.extend(self.provider_secrets.iter().map(|(provider, name)| Reference {
            name: name.clone(),
            resource: settings.clone(),
            place: format!("{}/providers.{provider}", self.id),
            provider: Some(provider.clone()),
        }));
        found
    }

    fn of_platform(&self, platform: &Platform, found: &mut Vec<Reference>) {
        // A derived id begins with the agent's, which the place begins with already.
        let own = platform.id.as_str().strip_prefix(self.id.as_str()).and_then(|rest| rest.strip_prefix('-'));
        let platform_name = own.filter(|own| !own.is_empty()).unwrap_or(platform.id.as_str());
        for (key, text) in &platform.config {
            if let Some(Text::SecretRef(name)) = text.value() {
                found.push(Reference {
                    name: name.clone(),
                    resource: ResourceKey::platform(&self.id, &platform.id),
                    place: format!("{}/{platform_name}.{key}", self.id),
                    provider: None,
                });
            }
        }
    }
}

fn of_declaration(path: &str, declaration: &Declaration, found: &mut dyn FnMut(String, &SecretName)) {
    match declaration {
        Declaration::Clear => {}
        Declaration::Leaf(value) => of_value(path, value, found),
        Declaration::Table(members) => {
            for (name, member) in members {
                of_declaration(&format!("{path}.{name}"), member, found);
            }
        }
        Declaration::Keyed(entries) => {
            for (key, entry) in entries {
                of_declaration(&format!("{path}.{}", key.step()), entry, found);
            }
        }
    }
}

fn of_value(path: &str, value: &Value, found: &mut dyn FnMut(String, &SecretName)) {
    match value {
        Value::Text(Text::SecretRef(name)) => found(path.to_owned(), name),
        Value::List(elements) => elements.iter().for_each(|element| of_value(path, element, found)),
        Value::Map(members) => {
            for (name, member) in members {
                of_value(&format!("{path}.{name}"), member, found);
            }
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Text(_) => {}
    }
}
