use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::Value;
use crate::project::skills::{JudgedDomain, Skill, SkillMcpServer, SkillNetwork};
use crate::schema::{Declaration, EntryKey};

use super::network::rule_value;
use super::values::{arguments, command, empty_clears, list_of, non_empty, table, text};

/// The skills of an agent, keyed by repo and name, in first-seen order.
pub(super) fn declarations(skills: &[Arc<Skill>]) -> Option<Declaration> {
    let entry = |skill: &Arc<Skill>| (EntryKey(vec![skill.repo.clone(), skill.name.clone()]), declaration(skill));
    (!skills.is_empty()).then(|| Declaration::Keyed(skills.iter().map(entry).collect()))
}

fn declaration(skill: &Skill) -> Declaration {
    let Skill { name: _, repo: _, content, description, nix_packages, network, mcp_servers, position: _ } = skill;
    let servers = Value::List(mcp_servers.iter().map(server_value).collect());
    let packages = nix_packages.as_ref().map(|packages| list_of(packages.iter().cloned()));
    table([
        ("content", Some(Declaration::Leaf(Value::Text(text(content))))),
        ("description", description.as_deref().map(empty_clears)),
        ("nixPackages", packages),
        ("networkConfig", network.as_ref().and_then(network_declaration)),
        ("mcpServers", (!mcp_servers.is_empty()).then_some(Declaration::Leaf(servers))),
    ])
}

fn network_declaration(network: &SkillNetwork) -> Option<Declaration> {
    let SkillNetwork { allow, deny, judge, judges } = network;
    let judges = judges.iter().map(|(name, judge)| (name.clone(), Declaration::Leaf(Value::Text(text(judge)))));
    let domains = |domains: &Option<Vec<String>>| domains.as_ref().map(|domains| list_of(domains.iter().cloned()));
    let rules = |rules: &Vec<JudgedDomain>| {
        if rules.is_empty() {
            return Declaration::Clear;
        }
        Declaration::Leaf(Value::List(rules.iter().map(rule_value).collect()))
    };
    non_empty(table([
        ("allowedDomains", domains(allow)),
        ("deniedDomains", domains(deny)),
        ("judgedDomains", judge.as_ref().map(rules)),
        ("judges", Declaration::table(judges.collect())),
    ]))
}

/// An MCP server as a skill's own object keeps it: its id beside what the file says.
fn server_value(server: &SkillMcpServer) -> Value {
    let SkillMcpServer { id, url, transport, command: program, args } = server;
    let texts = [("url", url), ("type", transport)];
    let texts = texts.into_iter().filter_map(|(name, written)| {
        let written = written.as_deref().filter(|written| !written.is_empty())?;
        Some((name, Value::Text(text(written))))
    });
    let program = program.as_deref().map(|written| ("command", command(written, written.is_empty())));
    let args = args.as_ref().map(|args| ("args", arguments(args.iter().map(String::as_str))));
    let others = [program, args].into_iter().flatten();
    let others = others.filter_map(|(name, declared)| Some((name, declared.value()?.clone())));
    let members = texts.chain(others).chain([("id", Value::Text(text(id)))]);
    Value::Map(members.map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>())
}
