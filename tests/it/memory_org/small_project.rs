//! A small project with a field of every kind, and what it takes to plan and apply it.

use std::collections::BTreeMap;

use lobu::desired::{Agent, Declaration, DesiredState, EntryKey, Platform, Settings};
use lobu::model::{
    AgentId, Declared, EntityType, MemorySchema, Position, RelationshipType, Rule, SecretName, StableId, Text,
    TypeSlug, Value,
};

fn slug(text: &str) -> TypeSlug {
    TypeSlug::from_server(text)
}

fn position() -> Position {
    Position::file("lobu.toml")
}

fn reference(name: &str) -> Text {
    Text::SecretRef(SecretName::parse(name).expect("a name"))
}

fn table(members: impl IntoIterator<Item = (&'static str, Declaration)>) -> Declaration {
    Declaration::Table(members.into_iter().map(|(name, member)| (name.to_owned(), member)).collect())
}

/// The values of the project's `$VAR`s.
pub(super) fn values() -> BTreeMap<String, String> {
    [("BOT", "made-up-bot-value"), ("HEADER", "made-up-header-value")]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .into()
}

fn triage() -> Agent {
    let headers = table([("Authorization", Declaration::Leaf(Value::Text(reference("HEADER"))))]);
    let server = table([("url", Declaration::known("https://tickets.example/mcp")), ("headers", headers)]);
    let provider = (EntryKey(vec!["anthropic".to_owned()]), Declaration::Table(BTreeMap::new()));
    let skill =
        (EntryKey(vec!["local/sort".to_owned(), "sort".to_owned()]), table([("content", Declaration::known("Sort."))]));
    let list = |texts: &[&str]| Declaration::Leaf(Value::known_list(texts.iter().copied()));
    let settings = Settings {
        soul_md: Some(Declaration::known("Be kind.")),
        installed_providers: Some(Declaration::Keyed(vec![provider])),
        skills_config: Some(table([("skills", Declaration::Keyed(vec![skill]))])),
        network_config: Some(table([("allowedDomains", list(&["tickets.example"]))])),
        pre_approved_tools: Some(list(&["/mcp/tickets/tools/read"])),
        mcp_servers: Some(table([("tickets", server)])),
        guardrails: Some(Declaration::Clear),
        ..Settings::default()
    };
    let config = [
        ("botToken", Declared::Value(reference("BOT"))),
        ("chatId", Declared::Value(Text::known("42"))),
        ("old", Declared::Empty),
    ];
    let platform = Platform {
        id: StableId::derive("triage", "telegram", None),
        platform_type: "telegram".to_owned(),
        name: None,
        config: config.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
        position: position(),
    };
    Agent {
        id: AgentId::parse("triage").expect("an id"),
        name: Text::known("Triage"),
        description: Declared::Value(Text::known("Sorts the post")),
        settings,
        platforms: vec![platform],
        provider_secrets: Vec::new(),
        position: position(),
    }
}

fn entity(name: &str) -> EntityType {
    EntityType {
        slug: slug(name),
        name: Text::known(name),
        description: Declared::Empty,
        icon: Declared::Value(Text::known("🧺")),
        color: Declared::Absent,
        metadata_schema: Declared::Absent,
        event_kinds: Declared::Absent,
        position: position(),
    }
}

fn relationship(name: &str, inverse: &str, source: &str, target: &str) -> RelationshipType {
    RelationshipType {
        slug: slug(name),
        name: Text::known(name),
        description: Declared::Absent,
        metadata_schema: Declared::Absent,
        inverse: Declared::Value(slug(inverse)),
        status: None,
        is_symmetric: Some(false),
        auto_create_when: Declared::Absent,
        rules: Declared::Value(vec![Rule { source: slug(source), target: slug(target) }]),
        position: position(),
    }
}

/// The project.
pub(super) fn project() -> DesiredState {
    let helper = Agent {
        id: AgentId::parse("helper").expect("an id"),
        name: Text::known("Helper"),
        description: Declared::Absent,
        settings: Settings::default(),
        platforms: Vec::new(),
        provider_secrets: Vec::new(),
        position: position(),
    };
    let memory = MemorySchema {
        entity_types: vec![entity("ticket"), entity("customer")],
        relationship_types: vec![
            relationship("raised-by", "raised", "ticket", "customer"),
            relationship("raised", "raised-by", "customer", "ticket"),
        ],
    };
    DesiredState { agents: vec![triage(), helper], memory: Some(memory), not_applied: BTreeMap::new() }
}
