//! Where a project refers to secrets.

use std::collections::BTreeMap;

use crate::model::{SecretName, Text, Value};
use crate::schema::kinds::AGENT;
use crate::schema::{Declaration, Field, Kind, Owner, Resource, ResourceKey, Shape};

use super::DesiredState;

/// A place in a project that refers to a secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reference {
    /// The secret.
    pub name: SecretName,
    /// The resource that it belongs to.
    pub resource: ResourceKey,
    /// The place in a reader's words, such as `triage/telegram.botToken`.
    pub place: String,
    /// The provider whose key it is: such a reference is never sent by apply. None for all others.
    pub provider: Option<String>,
}

impl DesiredState {
    /// Every secret that the project refers to, with its places.
    ///
    /// The keys of providers count: apply does not send them, but the org's agents look them up.
    pub fn references(&self) -> BTreeMap<SecretName, Vec<String>> {
        let mut places: BTreeMap<_, Vec<String>> = BTreeMap::new();
        for reference in self.all_references() {
            let places = places.entry(reference.name).or_default();
            if !places.contains(&reference.place) {
                places.push(reference.place);
            }
        }
        places
    }

    /// Every place that refers to a secret, agent by agent: what an agent has several of, then its config; then the rest.
    pub fn all_references(&self) -> Vec<Reference> {
        let below = self.by_agent();
        let kinds: Vec<Kind> = self.all().map(|resource| resource.key.kind).fold(Vec::new(), |mut kinds, kind| {
            if kinds.last() != Some(&kind) {
                kinds.push(kind);
            }
            kinds
        });
        let mut found = Vec::new();
        for agent in self.of(AGENT) {
            for owner in [Owner::FirstPart, Owner::SameId] {
                for kind in kinds.iter().filter(|kind| kind.owner == owner) {
                    let resources = below.get(&(*kind, agent.key.id.as_str())).into_iter().flatten();
                    resources.for_each(|resource| of_resource(resource, &mut found));
                }
            }
        }
        for resource in self.all().filter(|resource| resource.key.kind.owner == Owner::Org) {
            of_resource(resource, &mut found);
        }
        found
    }
}

fn of_resource(resource: &Resource, found: &mut Vec<Reference>) {
    let owner = resource.key.agent().unwrap_or(&resource.key.id);
    for field in resource.key.kind.fields.iter().filter(|field| field.holds_secrets()) {
        if let Some(declaration) = resource.declared.get(field) {
            let start = format!("{owner}/{}", name_of_place(&resource.key, field));
            of_declaration(&start, declaration, &mut |place, name| {
                let (resource, provider) = (resource.key.clone(), None);
                found.push(Reference { name: name.clone(), resource, place, provider });
            });
        }
    }
    found.extend(resource.looked_up.iter().map(|(provider, name)| Reference {
        name: name.clone(),
        resource: resource.key.clone(),
        place: format!("{owner}/providers.{provider}"),
        provider: Some(provider.clone()),
    }));
}

/// What a place with secrets is called in an agent: a resource of its own by its id, a part of its config by where files have it.
fn name_of_place(key: &ResourceKey, field: &Field) -> String {
    match field.shape {
        Shape::Config { .. } => {
            // A derived id begins with the agent's, which the place begins with already.
            let (agent, id) = (key.agent().unwrap_or_default(), key.own_id());
            let own = id.strip_prefix(agent).and_then(|rest| rest.strip_prefix('-'));
            own.filter(|own| !own.is_empty()).unwrap_or(id).to_owned()
        }
        _ => field
            .file
            .split(['<', '['])
            .next()
            .unwrap_or_default()
            .trim_end_matches('.')
            .rsplit('.')
            .next()
            .unwrap_or_default()
            .to_owned(),
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

#[cfg(test)]
mod tests {
    use crate::model::{AgentId, Position, StableId};
    use crate::schema::EntryKey;
    use crate::schema::kinds::{SETTINGS, platform, settings};

    use super::*;

    fn name(text: &str) -> SecretName {
        SecretName::parse(text).unwrap()
    }

    fn reference(text: &str) -> Value {
        Value::Text(Text::SecretRef(name(text)))
    }

    fn leaf(text: &str) -> Declaration {
        Declaration::Leaf(reference(text))
    }

    fn table<const N: usize>(members: [(&str, Declaration); N]) -> Declaration {
        Declaration::Table(members.into_iter().map(|(name, member)| (name.to_owned(), member)).collect())
    }

    fn resource(key: ResourceKey) -> Resource {
        Resource::new(key, Position::file("lobu.toml"))
    }

    fn agent(id: &str) -> Resource {
        resource(ResourceKey::new(AGENT, id))
    }

    fn config(id: &str) -> Resource {
        resource(ResourceKey::new(SETTINGS, id))
    }

    fn platform<const N: usize>(agent: &str, id: &StableId, entries: [(&str, Declaration); N]) -> Resource {
        resource(ResourceKey::platform(&AgentId::from_server(agent), id)).with(platform::CONFIG, Some(table(entries)))
    }

    /// `NAME: place, place`, line by line.
    fn told(resources: impl IntoIterator<Item = Resource>) -> Vec<String> {
        let mut state = DesiredState::default();
        resources.into_iter().for_each(|resource| state.push(resource));
        state.references().into_iter().map(|(name, places)| format!("{name}: {}", places.join(", "))).collect()
    }

    #[test]
    fn a_platform_is_called_by_its_own_part_of_the_id() {
        let derived = |name| StableId::derive("triage", "telegram", name);
        let ids = [
            derived(None),
            derived(Some("Crew")),
            StableId::from_server("telegram-triage-1767225600000"),
            StableId::from_server("triage"),
            StableId::from_server("triage-"),
            StableId::from_server("triagetelegram"),
        ];
        let platforms = ids.iter().map(|id| platform("triage", id, [("botToken", leaf("TOKEN"))]));
        assert_eq!(
            told([agent("triage")].into_iter().chain(platforms)),
            ["TOKEN: triage/telegram.botToken, triage/telegram-crew.botToken, \
              triage/telegram-triage-1767225600000.botToken, triage/triage.botToken, triage/triage-.botToken, \
              triage/triagetelegram.botToken"]
        );
    }

    #[test]
    fn only_references_count() {
        let text = |text| Declaration::Leaf(Value::Text(text));
        let entries = [
            ("botToken", leaf("TOKEN")),
            ("chatId", text(Text::known("$NOT_ONE"))),
            ("apiKey", text(Text::sensitive("hunter2"))),
            ("old", Declaration::Clear),
            ("opaque", text(Text::Opaque)),
        ];
        let platform = platform("triage", &StableId::derive("triage", "telegram", None), entries);
        let config = config("triage").with(settings::SOUL, Some(Declaration::known("$PROSE")));
        assert_eq!(told([agent("triage"), config, platform, agent("other")]), ["TOKEN: triage/telegram.botToken"]);
        assert_eq!(told([]), [""; 0]);
    }

    #[test]
    fn tools_are_searched_at_every_depth() {
        let list = Value::List(vec![reference("IN_LIST"), Value::Null, Value::known("x")]);
        let map = Value::Map([("Authorization".to_owned(), reference("IN_MAP"))].into_iter().collect());
        let servers = table([
            (
                "tracker",
                table([
                    ("headers", table([("Authorization", leaf("TRACKER_TOKEN"))])),
                    ("env", table([("KEY", leaf("TRACKER_KEY"))])),
                    ("oauth", table([("clientId", leaf("CLIENT")), ("clientSecret", leaf("CLIENT_SECRET"))])),
                    ("url", Declaration::known("https://tracker.example/")),
                ]),
            ),
            ("lists", table([("args", Declaration::Leaf(list)), ("headers", Declaration::Leaf(map))])),
            ("cleared", Declaration::Clear),
            ("keyed", Declaration::Keyed(vec![(EntryKey(vec!["a/b".to_owned(), "b".to_owned()]), leaf("KEYED"))])),
        ]);
        let config = config("triage").with(settings::MCP_SERVERS, Some(servers));
        assert_eq!(
            told([agent("triage"), config]),
            [
                "CLIENT: triage/mcp.tracker.oauth.clientId",
                "CLIENT_SECRET: triage/mcp.tracker.oauth.clientSecret",
                "IN_LIST: triage/mcp.lists.args",
                "IN_MAP: triage/mcp.lists.headers.Authorization",
                "KEYED: triage/mcp.keyed.a/b",
                "TRACKER_KEY: triage/mcp.tracker.env.KEY",
                "TRACKER_TOKEN: triage/mcp.tracker.headers.Authorization",
            ]
        );
    }

    #[test]
    fn providers_count_although_apply_does_not_send_their_keys() {
        let mut config = config("triage");
        config.looked_up = vec![("anthropic".to_owned(), name("ANTHROPIC")), ("openai".to_owned(), name("OPENAI"))];
        assert_eq!(
            told([agent("triage"), config]),
            ["ANTHROPIC: triage/providers.anthropic", "OPENAI: triage/providers.openai"]
        );
    }

    #[test]
    fn a_name_that_is_used_twice_has_every_place_once() {
        let with_token = |id: &str| {
            let mut config = config(id);
            config.looked_up = vec![("anthropic".to_owned(), name("SHARED"))];
            let derived = platform(id, &StableId::derive(id, "telegram", None), [("botToken", leaf("SHARED"))]);
            [agent(id), config, derived.clone(), derived]
        };
        assert_eq!(
            told(with_token("one").into_iter().chain(with_token("two"))),
            ["SHARED: one/telegram.botToken, one/providers.anthropic, two/telegram.botToken, two/providers.anthropic"]
        );
    }
}
