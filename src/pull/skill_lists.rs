use std::collections::{BTreeMap, BTreeSet};

use crate::model::{Text, Value};
use crate::project::skills::{JudgedDomain, Skill, SkillMcpServer};
use crate::schema::Field;

use super::agent::PulledAgent;

/// An MCP server as a skill brings it: its members on the wire, without its id.
pub(super) type ServerEntry = BTreeMap<String, Value>;

/// What a skill adds to the lists of its agent, or all of an agent's skills do.
#[derive(Debug, Clone, Default)]
pub(super) struct SkillLists {
    pub(super) allowed: Vec<String>,
    pub(super) denied: Vec<String>,
    pub(super) packages: Vec<String>,
    pub(super) judged: Vec<JudgedDomain>,
    pub(super) judges: BTreeMap<String, String>,
    pub(super) servers: BTreeMap<String, ServerEntry>,
}

/// What becomes of an agent's skills.
#[derive(Debug, Default)]
pub(super) struct PulledSkills {
    /// The lists of skills that change, by name.
    pub(super) changed: BTreeMap<String, SkillLists>,
    /// The lists of skills that are new, by the name of their directory.
    pub(super) new: BTreeMap<String, SkillLists>,
    /// The names of skills that go.
    pub(super) removed: BTreeSet<String>,
}

impl SkillLists {
    /// What is added to a list of the agent's config.
    pub(super) fn list(&self, field: &Field) -> &[String] {
        match field.name {
            "allowedDomains" => &self.allowed,
            "deniedDomains" => &self.denied,
            "packages" => &self.packages,
            _ => &[],
        }
    }

    pub(super) fn of(skill: &Skill) -> Self {
        let network = skill.network.as_ref();
        let list = |declared: Option<&Option<Vec<String>>>| declared.cloned().flatten().unwrap_or_default();
        Self {
            allowed: list(network.map(|network| &network.allow)),
            denied: list(network.map(|network| &network.deny)),
            packages: list(Some(&skill.nix_packages)),
            judged: network.and_then(|network| network.judge.clone()).unwrap_or_default(),
            judges: network.map(|network| network.judges.clone()).unwrap_or_default(),
            servers: skill.mcp_servers.iter().map(|server| (server.id.clone(), server_entry(server))).collect(),
        }
    }
}

impl SkillLists {
    /// What the skills of an agent add after the pull: those of its files, changed as the pull changes them, then new ones.
    pub(super) fn after(agent: &PulledAgent<'_>, pulled: &PulledSkills) -> Self {
        let mut all = Self::default();
        let skills = agent.files.map(|files| files.skills.as_slice()).unwrap_or_default();
        for skill in skills {
            match pulled.changed.get(&skill.name) {
                Some(lists) => all.add(lists),
                None if pulled.removed.contains(&skill.name) => {}
                None => all.add(&SkillLists::of(skill)),
            }
        }
        // In the order of their directories, in which they will be read.
        pulled.new.values().for_each(|lists| all.add(lists));
        all
    }

    fn add(&mut self, lists: &SkillLists) {
        // A skill's `*` opens its own network only, never the agent's.
        self.allowed.extend(lists.allowed.iter().filter(|domain| *domain != "*").cloned());
        self.denied.extend(lists.denied.iter().cloned());
        self.packages.extend(lists.packages.iter().cloned());
        // The last skill that has a judge of a name says what it is.
        self.judges.extend(lists.judges.clone());
        for (id, server) in &lists.servers {
            // The first skill that brings a server has it.
            self.servers.entry(id.clone()).or_insert_with(|| server.clone());
        }
        for rule in &lists.judged {
            match self.judged.iter_mut().find(|other| other.domain == rule.domain) {
                Some(other) => *other = rule.clone(),
                None => self.judged.push(rule.clone()),
            }
        }
    }
}

fn server_entry(server: &SkillMcpServer) -> ServerEntry {
    let SkillMcpServer { id: _, url, transport, command, args } = server;
    let texts = [("url", url), ("type", transport), ("command", command)];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name.to_owned(), known(filled(text.as_ref())?))));
    let args = args.as_ref().filter(|args| !args.is_empty());
    let args = args.map(|args| ("args".to_owned(), Value::List(args.iter().map(|arg| known(arg)).collect())));
    texts.chain(args).collect()
}

fn filled(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

fn known(text: &str) -> Value {
    Value::Text(Text::known(text))
}

/// Whether a server of the config is what a skill brings: then the skill says it, and lobu.toml need not.
pub(super) fn is_brought(entry: &Value, brought: &ServerEntry) -> bool {
    let Some(members) = entry.as_map() else { return false };
    let same = |(name, value): (&String, &Value)| {
        brought.get(name).is_some_and(|other| texts_of(value).is_some() && texts_of(value) == texts_of(other))
    };
    let found = members.iter().filter(|(_, value)| !value.is_blank());
    // The org may lack the type, which counts as equal.
    let is_there = |name: &&String| *name == "type" || members.contains_key(*name);
    found.clone().all(same) && brought.keys().all(|name| is_there(&name))
}

/// The literal texts of a text or a list of texts.
fn texts_of(value: &Value) -> Option<Vec<&str>> {
    match value {
        Value::List(elements) => elements.iter().map(Value::literal).collect(),
        other => Some(vec![other.literal()?]),
    }
}
