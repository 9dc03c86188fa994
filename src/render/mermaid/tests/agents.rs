use std::collections::BTreeMap;

use proptest::prelude::*;

use crate::model::{Position, SecretName, Text, Value};
use crate::render::mermaid::{Diagram, agents};
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, SETTINGS, platform, settings};
use crate::schema::{Declaration, Kind, Resource, ResourceKey};

use super::reader::{Statement, read};
use super::{ATTACKS, nasty, shown};

fn resource(kind: Kind, id: &str) -> Resource {
    Resource::new(ResourceKey::new(kind, id), Position::file("lobu.toml"))
}

fn platform_of(agent: &str, id: &str, config: &[(&str, Declaration)]) -> Resource {
    let config = config.iter().map(|(name, declared)| ((*name).to_owned(), declared.clone())).collect();
    Resource::new(ResourceKey::below(PLATFORM, agent, id), Position::file("lobu.toml"))
        .with(platform::CONFIG, Declaration::table(config))
}

fn reference(name: &str) -> Declaration {
    Declaration::Leaf(Value::Text(Text::SecretRef(SecretName::parse(name).unwrap())))
}

fn servers(servers: &[(&str, Declaration)]) -> Option<Declaration> {
    let entry = |headers: &Declaration| {
        let headers = Declaration::table(BTreeMap::from([("Authorization".to_owned(), headers.clone())]));
        Declaration::table(BTreeMap::from([("headers".to_owned(), headers.unwrap())])).unwrap()
    };
    Declaration::table(servers.iter().map(|(id, headers)| ((*id).to_owned(), entry(headers))).collect())
}

fn settings_of(agent: &str, tools: Option<Declaration>, providers: &[(&str, &str)]) -> Resource {
    let mut settings = resource(SETTINGS, agent).with(settings::MCP_SERVERS, tools);
    let name = |name: &str| SecretName::parse(name).unwrap();
    settings.looked_up.extend(providers.iter().map(|(provider, secret)| ((*provider).to_owned(), name(secret))));
    settings
}

#[test]
fn agents_have_platforms_servers_and_secrets() {
    let secret = Declaration::Leaf(Value::Text(Text::sensitive("sk-123")));
    let resources = [
        resource(AGENT, "triage"),
        settings_of(
            "triage",
            servers(&[("tracker", reference("TRACKER_TOKEN")), ("docs", secret.clone())]),
            &[("anthropic", "ANTHROPIC_API_KEY"), ("openai", "OPENAI_API_KEY")],
        ),
        platform_of("triage", "triage-slack", &[("botToken", reference("BOT_TOKEN")), ("x", secret)]),
        resource(AGENT, "desk"),
        settings_of("desk", servers(&[("tracker", reference("TRACKER_TOKEN"))]), &[("anthropic", "ANTHROPIC_API_KEY")]),
        resource(ENTITY_TYPE, "customer"),
    ];
    let drawn = agents(&resources).unwrap();
    insta::assert_snapshot!(drawn.text, @r##"
    flowchart LR
        a0["agent triage"]
        m1[["MCP server docs"]]
        m2[["MCP server tracker"]]
        s3{{"#36;TRACKER_TOKEN"}}
        s4{{"#36;ANTHROPIC_API_KEY"}}
        s5{{"#36;OPENAI_API_KEY"}}
        p6(["platform triage-slack"])
        s7{{"#36;BOT_TOKEN"}}
        a8["agent desk"]
        m9[["MCP server tracker"]]
        a0 --> m1
        a0 --> m2
        m2 -.-> s3
        a0 -.->|"provider anthropic"| s4
        a0 -.->|"provider openai"| s5
        a0 --> p6
        p6 -.-> s7
        a8 --> m9
        m9 -.-> s3
        a8 -.->|"provider anthropic"| s4
    "##);
    assert_eq!(drawn.edges, 10);
    assert_eq!(agents(&resources[5..]), None);
}

/// The diagram of an agent with a platform, a server and a provider, by any names, read again.
fn assert_stays_text(id: &str, server: &str, provider: &str) -> Result<(), TestCaseError> {
    let name = "ANTHROPIC_API_KEY";
    let resources = [
        resource(AGENT, id),
        settings_of(id, servers(&[(server, reference(name))]), &[(provider, name)]),
        Resource::new(ResourceKey::below(PLATFORM, "other", id), Position::file("lobu.toml")),
    ];
    let Diagram { text, edges } = agents(&resources).unwrap();
    let read = read(&text);
    prop_assert_eq!(&read.head, "flowchart LR");
    let labels: Vec<&str> = read
        .statements
        .iter()
        .map(|statement| match statement {
            Statement::Box { label, .. } | Statement::Line { label, .. } => label.as_str(),
        })
        .collect();
    let boxes = [format!("agent {id}"), format!("MCP server {server}"), format!("${name}"), "agent other".to_owned()];
    let expected = boxes.iter().map(|label| shown(label)).chain([
        shown(&format!("platform {id}")),
        String::new(),
        String::new(),
        shown(&format!("provider {provider}")),
        String::new(),
    ]);
    prop_assert_eq!(labels, expected.collect::<Vec<_>>(), "{}", text);
    prop_assert_eq!(edges, 4);
    Ok(())
}

#[test]
fn no_name_is_syntax() {
    for attack in ATTACKS {
        assert_stays_text(&format!("a{attack}").replace('/', "-"), attack, attack).unwrap();
    }
}

proptest! {
    #[test]
    fn no_names_are_syntax(id in nasty(), server in nasty(), provider in nasty()) {
        let id = format!("a{}", id.replace('/', "-"));
        prop_assume!(id != "other");
        assert_stays_text(&id, &server, &provider)?;
    }
}
