use std::collections::BTreeMap;
use std::sync::Arc;

use crate::desired::{Declaration, EntryKey};
use crate::model::{Declared, Value};
use crate::project::skills::{Skill, SkillMcpServer, SkillNetwork};

use super::agent::{non_empty, table};
use super::network::rule_value;
use super::values::{leaf, list_of, text};

/// The skills of an agent, keyed by repo and name, in first-seen order (project-format 2.2, 2.3).
pub(super) fn declarations(skills: &[Arc<Skill>]) -> Option<Declaration> {
    let entry = |skill: &Arc<Skill>| (EntryKey(vec![skill.repo.clone(), skill.name.clone()]), declaration(skill));
    (!skills.is_empty()).then(|| Declaration::Keyed(skills.iter().map(entry).collect()))
}

fn declaration(skill: &Skill) -> Declaration {
    let Skill { name: _, repo: _, content, description, nix_packages, network, mcp_servers, position: _ } = skill;
    let servers = Value::List(mcp_servers.iter().map(server_value).collect());
    table([
        ("content", leaf(Declared::Value(text(content)))),
        ("description", texts(description, |description| leaf(Declared::Value(text(description))))),
        ("nixPackages", texts(nix_packages, |packages| Some(list_of(packages.iter().cloned())))),
        ("networkConfig", network.as_ref().and_then(network_declaration)),
        ("mcpServers", (!mcp_servers.is_empty()).then_some(Declaration::Leaf(servers))),
    ])
}

fn texts<T>(declared: &Declared<T>, value: impl FnOnce(&T) -> Option<Declaration>) -> Option<Declaration> {
    match declared {
        Declared::Absent => None,
        Declared::Empty => Some(Declaration::Clear),
        Declared::Value(content) => value(content),
    }
}

fn network_declaration(network: &SkillNetwork) -> Option<Declaration> {
    let SkillNetwork { allow, deny, judge, judges } = network;
    let judges = judges.iter().map(|(name, judge)| (name.clone(), Declaration::Leaf(Value::Text(text(judge)))));
    non_empty(table([
        ("allowedDomains", texts(allow, |domains| Some(list_of(domains.iter().cloned())))),
        ("deniedDomains", texts(deny, |domains| Some(list_of(domains.iter().cloned())))),
        (
            "judgedDomains",
            texts(judge, |rules| Some(Declaration::Leaf(Value::List(rules.iter().map(rule_value).collect())))),
        ),
        ("judges", Declaration::table(judges.collect())),
    ]))
}

/// An MCP server as a skill's own object keeps it: its id beside what the file says.
fn server_value(server: &SkillMcpServer) -> Value {
    let SkillMcpServer { id, url, transport, command, args } = server;
    let texts = [("url", url), ("type", transport), ("command", command)];
    let texts = texts.into_iter().filter_map(|(name, declared)| Some((name, Value::Text(text(declared.value()?)))));
    let args = args.value().map(|args| ("args", Value::List(args.iter().map(|arg| Value::Text(text(arg))).collect())));
    let members = texts.chain(args).chain([("id", Value::Text(text(id)))]);
    Value::Map(members.map(|(name, value)| (name.to_owned(), value)).collect::<BTreeMap<_, _>>())
}
