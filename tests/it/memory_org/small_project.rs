//! A small project with a field of every kind, and what it takes to plan and apply it.

use std::collections::BTreeMap;

use lobu::desired::DesiredState;
use lobu::model::{Family, Position, SecretName, Text, Value};
use lobu::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS, settings};
use lobu::schema::{Declaration, EntryKey, Kind, Pair, Resource, ResourceKey};

/// A resource with fields by name.
fn resource<'name>(kind: Kind, id: &str, fields: impl IntoIterator<Item = (&'name str, Declaration)>) -> Resource {
    let mut resource = Resource::new(ResourceKey::new(kind, id), Position::file("lobu.toml"));
    for (name, declared) in fields {
        resource.declared.set(kind.field(name).expect("a field"), declared);
    }
    resource
}

fn reference(name: &str) -> Declaration {
    Declaration::Leaf(Value::Text(Text::SecretRef(SecretName::parse(name).expect("a name"))))
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

fn triage() -> [Resource; 3] {
    let headers = table([("Authorization", reference("HEADER"))]);
    let server = table([("url", Declaration::known("https://tickets.example/mcp")), ("headers", headers)]);
    let provider = (EntryKey(vec!["anthropic".to_owned()]), Declaration::Table(BTreeMap::new()));
    let skill =
        (EntryKey(vec!["local/sort".to_owned(), "sort".to_owned()]), table([("content", Declaration::known("Sort."))]));
    let list = |texts: &[&str]| Declaration::Leaf(Value::known_list(texts.iter().copied()));
    let automatic = Value::Map([("mode".to_owned(), Value::known("auto"))].into());
    let fields = [
        (settings::SOUL, Declaration::known("Be kind.")),
        (settings::PROVIDERS, Declaration::Keyed(vec![provider])),
        (settings::MODEL_SELECTION, Declaration::Leaf(automatic)),
        (settings::SKILLS, table([("skills", Declaration::Keyed(vec![skill]))])),
        (settings::NETWORK, table([("allowedDomains", list(&["tickets.example"]))])),
        (settings::PRE_APPROVED_TOOLS, list(&["/mcp/tickets/tools/read"])),
        (settings::MCP_SERVERS, table([("tickets", server)])),
        (settings::GUARDRAILS, Declaration::Clear),
    ];
    let config =
        table([("botToken", reference("BOT")), ("chatId", Declaration::known("42")), ("old", Declaration::Clear)]);
    let agent = [("name", Declaration::known("Triage")), ("description", Declaration::known("Sorts the post"))];
    [
        resource(AGENT, "triage", agent),
        resource(SETTINGS, "triage", fields.map(|(field, declared)| (field.name, declared))),
        resource(PLATFORM, "triage/triage-telegram", [("type", Declaration::known("telegram")), ("config", config)]),
    ]
}

fn entity(name: &str) -> Resource {
    let fields = [("name", Declaration::known(name)), ("description", Declaration::Clear)];
    resource(ENTITY_TYPE, name, fields.into_iter().chain([("icon", Declaration::known("🧺"))]))
}

fn relationship(name: &str, inverse: &str, source: &str, target: &str) -> Resource {
    let rule = Pair { first: source.to_owned(), second: target.to_owned() };
    let fields = [
        ("name", Declaration::known(name)),
        ("inverse_type_slug", Declaration::known(inverse)),
        ("is_symmetric", Declaration::Leaf(Value::Bool(false))),
        ("rules", Declaration::Leaf(Value::List(vec![rule.to_value()]))),
    ];
    resource(RELATIONSHIP_TYPE, name, fields)
}

fn resources() -> Vec<Resource> {
    let helper =
        [resource(AGENT, "helper", [("name", Declaration::known("Helper"))]), resource(SETTINGS, "helper", [])];
    let memory = [
        entity("ticket"),
        entity("customer"),
        relationship("raised-by", "raised", "ticket", "customer"),
        relationship("raised", "raised-by", "customer", "ticket"),
    ];
    triage().into_iter().chain(helper).chain(memory).collect()
}

pub(super) fn project() -> DesiredState {
    project_with(|_| ())
}

/// The project with each resource changed.
pub(super) fn project_with(mut change: impl FnMut(&mut Resource)) -> DesiredState {
    let mut desired = DesiredState::of_families([Family::Agents, Family::Memory]);
    for mut resource in resources() {
        change(&mut resource);
        desired.push(resource);
    }
    desired
}
