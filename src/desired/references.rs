//! Where a project refers to secrets.

use std::collections::BTreeMap;

use crate::model::{SecretName, Text, Value};
use crate::schema::ResourceKey;
use crate::schema::kinds::SETTINGS;

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
        let settings = ResourceKey::new(SETTINGS, self.id.as_str());
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

#[cfg(test)]
mod tests {
    use crate::desired::{EntryKey, Settings};
    use crate::model::{AgentId, Declared, Position, StableId};

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

    fn agent(id: &str) -> Agent {
        Agent {
            id: AgentId::parse(id).unwrap(),
            name: Text::known("Agent"),
            description: Declared::Absent,
            settings: Settings::default(),
            platforms: Vec::new(),
            provider_secrets: Vec::new(),
            position: Position::file("lobu.toml"),
        }
    }

    fn platform<const N: usize>(id: StableId, config: [(&str, Declared<Text>); N]) -> Platform {
        Platform {
            id,
            platform_type: "telegram".to_owned(),
            name: None,
            config: config.into_iter().map(|(key, text)| (key.to_owned(), text)).collect(),
            position: Position::file("lobu.toml"),
        }
    }

    fn secret(text: &str) -> Declared<Text> {
        Declared::Value(Text::SecretRef(name(text)))
    }

    /// `NAME: place, place`, line by line.
    fn told(agents: Vec<Agent>) -> Vec<String> {
        let state = DesiredState { agents, ..DesiredState::default() };
        state.references().into_iter().map(|(name, places)| format!("{name}: {}", places.join(", "))).collect()
    }

    #[test]
    fn a_platform_is_called_by_its_own_part_of_the_id() {
        let mut triage = agent("triage");
        let config = || [("botToken", secret("TOKEN"))];
        let derived = |name| StableId::derive("triage", "telegram", name);
        triage.platforms = vec![
            platform(derived(None), config()),
            platform(derived(Some("Crew")), config()),
            platform(StableId::from_server("telegram-triage-1767225600000"), config()),
            platform(StableId::from_server("triage"), config()),
            platform(StableId::from_server("triage-"), config()),
            platform(StableId::from_server("triagetelegram"), config()),
        ];
        assert_eq!(
            told(vec![triage]),
            ["TOKEN: triage/telegram.botToken, triage/telegram-crew.botToken, \
              triage/telegram-triage-1767225600000.botToken, triage/triage.botToken, triage/triage-.botToken, \
              triage/triagetelegram.botToken"]
        );
    }

    #[test]
    fn only_references_count() {
        let mut triage = agent("triage");
        let config = [
            ("botToken", secret("TOKEN")),
            ("chatId", Declared::Value(Text::known("$NOT_ONE"))),
            ("apiKey", Declared::Value(Text::sensitive("hunter2"))),
            ("old", Declared::Empty),
            ("opaque", Declared::Value(Text::Opaque)),
        ];
        triage.platforms = vec![platform(StableId::derive("triage", "telegram", None), config)];
        triage.settings.soul_md = Some(Declaration::known("$PROSE"));
        assert_eq!(told(vec![triage, agent("other")]), ["TOKEN: triage/telegram.botToken"]);
        assert_eq!(told(Vec::new()), [""; 0]);
    }

    #[test]
    fn tools_are_searched_at_every_depth() {
        let mut triage = agent("triage");
        let list = Value::List(vec![reference("IN_LIST"), Value::Null, Value::known("x")]);
        let map = Value::Map([("Authorization".to_owned(), reference("IN_MAP"))].into_iter().collect());
        triage.settings.mcp_servers = Some(table([
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
        ]));
        assert_eq!(
            told(vec![triage]),
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
        let mut triage = agent("triage");
        triage.provider_secrets =
            vec![("anthropic".to_owned(), name("ANTHROPIC")), ("openai".to_owned(), name("OPENAI"))];
        assert_eq!(told(vec![triage]), ["ANTHROPIC: triage/providers.anthropic", "OPENAI: triage/providers.openai"]);
    }

    #[test]
    fn a_name_that_is_used_twice_has_every_place_once() {
        let with_token = |id: &str| {
            let mut agent = agent(id);
            let derived = platform(StableId::derive(id, "telegram", None), [("botToken", secret("SHARED"))]);
            agent.platforms = vec![derived.clone(), derived];
            agent.provider_secrets = vec![("anthropic".to_owned(), name("SHARED"))];
            agent
        };
        assert_eq!(
            told(vec![with_token("one"), with_token("two")]),
            ["SHARED: one/telegram.botToken, one/providers.anthropic, two/telegram.botToken, two/providers.anthropic"]
        );
    }
}
