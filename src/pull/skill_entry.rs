use std::collections::{BTreeMap, BTreeSet};

use crate::edit::yaml;
use crate::model::{FieldPath, Value, normalize_domain};
use crate::plan::FieldChange;
use crate::project::skills::JudgedDomain;
use crate::schema::EntryKey;
use crate::schema::kinds::settings::SKILLS;

use super::agent::PulledAgent;
use super::draft::Draft;
use super::skill_lists::{ServerEntry, SkillLists};
use super::{Content, NodePath, judges};

/// A skill as the org has it.
#[derive(Debug, Clone)]
pub(super) struct SkillEntry<'org> {
    pub(super) repo: &'org str,
    pub(super) name: &'org str,
    /// Its text; none where the org has no such member.
    pub(super) content: Option<&'org Value>,
    members: &'org BTreeMap<String, Value>,
}

/// The skill that a path names.
pub(super) fn find<'org>(agent: &PulledAgent<'org>, step: &str) -> Option<SkillEntry<'org>> {
    entries(agent).find(|entry| key(entry.repo, entry.name) == step)
}

/// The names of skills that the org has more than once.
pub(super) fn repeated<'org>(agent: &PulledAgent<'org>) -> BTreeSet<&'org str> {
    let mut seen = BTreeSet::new();
    let again = |entry: &SkillEntry<'org>| !seen.insert((entry.repo, entry.name));
    entries(agent).filter(again).map(|entry| entry.name).collect()
}

fn entries<'org>(agent: &PulledAgent<'org>) -> impl Iterator<Item = SkillEntry<'org>> + use<'org> {
    let config = agent.value(SKILLS).and_then(Value::as_map);
    let skills = config.and_then(|config| config.get("skills")?.as_list());
    skills.unwrap_or_default().iter().filter_map(of)
}

fn of(value: &Value) -> Option<SkillEntry<'_>> {
    let members = value.as_map()?;
    let text = |name: &str| members.get(name).and_then(Value::literal);
    Some(SkillEntry { repo: text("repo")?, name: text("name")?, content: members.get("content"), members })
}

/// The change of frontmatter that takes a field over, which also changes what the skill adds; none and told if it can't be.
pub(super) fn frontmatter(
    draft: &mut Draft<'_, '_>,
    field: &FieldChange,
    lists: &mut SkillLists,
) -> Option<(NodePath, Content)> {
    let steps: Vec<&str> = field.path.steps().iter().skip(3).map(String::as_str).collect();
    member(draft, &field.path, &steps, field.before.as_ref(), lists)
}

fn member(
    draft: &mut Draft<'_, '_>,
    path: &FieldPath,
    steps: &[&str],
    value: Option<&Value>,
    lists: &mut SkillLists,
) -> Option<(NodePath, Content)> {
    match steps {
        ["description"] => Some((place(&["description"]), Content::Text(draft.text(path, value)?))),
        ["nixPackages"] => {
            lists.packages = draft.texts(path, value)?;
            Some((place(&["nixPackages"]), Content::texts(lists.packages.clone())))
        }
        ["networkConfig", "allowedDomains"] => {
            lists.allowed = domain_list(draft, path, value)?;
            Some((place(&["network", "allow"]), Content::texts(lists.allowed.clone())))
        }
        ["networkConfig", "deniedDomains"] => {
            lists.denied = domain_list(draft, path, value)?;
            Some((place(&["network", "deny"]), Content::texts(lists.denied.clone())))
        }
        ["networkConfig", "judgedDomains"] => {
            lists.judged = judged(draft, path, value)?;
            Some((place(&["network", "judge"]), rules(&lists.judged)))
        }
        ["networkConfig", "judges", name] => {
            let policy = draft.text(path, value)?;
            lists.judges.insert((*name).to_owned(), policy.clone());
            Some((place(&["judges", name]), Content::Text(policy)))
        }
        ["mcpServers"] => {
            let (table, servers) = servers(draft, path, value)?;
            lists.servers = servers;
            Some((place(&["mcpServers"]), table))
        }
        _ => None,
    }
}

fn domain_list(draft: &mut Draft<'_, '_>, path: &FieldPath, value: Option<&Value>) -> Option<Vec<String>> {
    let texts = draft.texts(path, value)?;
    if !domains(&texts) {
        draft.unwritable(path, "one of its domains is a duplicate, or would be read as a different one");
        return None;
    }
    Some(texts)
}

fn judged(draft: &mut Draft<'_, '_>, path: &FieldPath, value: Option<&Value>) -> Option<Vec<JudgedDomain>> {
    let Some(value) = value else { return Some(Vec::new()) };
    draft.plain(path, value)?;
    let rules = judges::read_rules(value);
    if rules.is_none() {
        draft.unwritable(path, "it is not a list of domains with their judges");
    }
    rules
}

/// The servers of a skill: a list with ids on the server, a mapping in the file.
fn servers(
    draft: &mut Draft<'_, '_>,
    path: &FieldPath,
    value: Option<&Value>,
) -> Option<(Content, BTreeMap<String, ServerEntry>)> {
    let elements = value.and_then(Value::as_list).unwrap_or_default();
    if let Some(value) = value {
        draft.plain(path, value)?;
    }
    let (mut table, mut entries) = (Vec::new(), BTreeMap::new());
    for element in elements {
        let Some((id, content, entry)) = server(element).filter(|(id, ..)| !entries.contains_key(id)) else {
            draft.unwritable(path, "it has an MCP server that frontmatter cannot express");
            return None;
        };
        table.push((id.clone(), content));
        entries.insert(id, entry);
    }
    Some((Content::Table(table), entries))
}

fn server(element: &Value) -> Option<(String, Content, ServerEntry)> {
    let members = element.as_map()?;
    let id = members.get("id")?.literal()?.to_owned();
    let mut table = Vec::new();
    for name in ["type", "url", "command"] {
        if let Some(value) = members.get(name) {
            table.push((name.to_owned(), Content::text(value.literal()?)));
        }
    }
    if let Some(args) = members.get("args") {
        let args: Option<Vec<&str>> = args.as_list()?.iter().map(Value::literal).collect();
        table.push(("args".to_owned(), Content::texts(args?)));
    }
    if members.len() != table.len() + 1 {
        return None;
    }
    let entry = members.iter().filter(|(name, _)| *name != "id").map(|(name, value)| (name.clone(), value.clone()));
    Some((id, Content::Table(table), entry.collect()))
}

/// The frontmatter of a new skill, and what it adds; none and told if a part of it can't be written.
pub(super) fn whole_frontmatter(
    draft: &mut Draft<'_, '_>,
    path: &FieldPath,
    entry: &SkillEntry<'_>,
) -> Option<(Vec<(String, Content)>, SkillLists)> {
    let mut table = vec![("name".to_owned(), Content::text(entry.name))];
    let mut lists = SkillLists::default();
    let mut network = Vec::new();
    let mut judge_policies = Vec::new();
    let mut rest = Vec::new();
    let flat = ["description", "nixPackages", "mcpServers"];
    let nested = ["allowedDomains", "deniedDomains", "judgedDomains"];
    for name in flat {
        let Some(value) = entry.members.get(name).filter(|value| !value.is_blank()) else { continue };
        let (_, content) = member(draft, &path.join(name), &[name], Some(value), &mut lists)?;
        if name == "mcpServers" { &mut rest } else { &mut table }.push((name.to_owned(), content));
    }
    let config = entry.members.get("networkConfig").and_then(Value::as_map);
    let network_path = path.join("networkConfig");
    for name in nested {
        let Some(value) = config.and_then(|config| config.get(name)).filter(|value| !value.is_blank()) else {
            continue;
        };
        let (place, content) =
            member(draft, &network_path.join(name), &["networkConfig", name], Some(value), &mut lists)?;
        if let Some(super::Segment::Key(key)) = place.segments().last() {
            network.push((key.clone(), content));
        }
    }
    let policies = config.and_then(|config| config.get("judges")).and_then(Value::as_map);
    for (name, value) in policies.into_iter().flatten() {
        let path = network_path.join("judges").join(name.clone());
        let text = draft.text(&path, Some(value))?;
        lists.judges.insert(name.clone(), text.clone());
        judge_policies.push((name.clone(), Content::Text(text)));
    }
    for (key, members) in [("network", network), ("judges", judge_policies)] {
        if !members.is_empty() {
            table.push((key.to_owned(), Content::Table(members)));
        }
    }
    table.extend(rest);
    Some((table, lists))
}

/// The text of a new SKILL.md.
pub(super) fn new_file(frontmatter: &[(String, Content)], body: &str) -> String {
    let yaml = yaml::render(&Content::Table(frontmatter.to_vec()));
    if body.is_empty() {
        return format!("---\n{yaml}# The org has no text for this skill; write it below.\n---\n");
    }
    format!("---\n{yaml}---\n\n{body}\n")
}

/// How a path names a skill.
pub(super) fn key(repo: &str, name: &str) -> String {
    EntryKey(vec![repo.to_owned(), name.to_owned()]).step()
}

/// A list of domains in the form of frontmatter: each as it is read, and once; none if it would be read as something else.
fn domains(texts: &[String]) -> bool {
    let mut seen = BTreeSet::new();
    texts.iter().all(|text| normalize_domain(text).as_ref() == Some(text) && seen.insert(text))
}

/// Where a list of frontmatter stands.
fn place(keys: &[&str]) -> NodePath {
    NodePath::of(keys.iter().copied())
}

/// Rules as frontmatter writes them.
fn rules(rules: &[JudgedDomain]) -> Content {
    Content::List(rules.iter().map(judges::rule_content).collect())
}
