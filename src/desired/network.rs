use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{FieldPath, Value, normalize_domain, normalize_own_domain};
use crate::project::config::AgentConfig;
use crate::project::skills::{JudgedDomain, Skill, SkillNetwork};
use crate::schema::{Declaration, Sources};

use super::values::{declared_text, list_of, merged, non_empty, table, text};

/// `networkConfig`: the agent's own table with what its skills add.
pub(super) fn declaration(
    config: Option<&AgentConfig>,
    skills: &[Arc<Skill>],
    sources: &mut Sources,
) -> Option<Declaration> {
    let path = FieldPath::member("networkConfig");
    // A skill's `*` opens its own network only, never the agent's.
    let allowed = of_skills(skills, |network| &network.allow)
        .map(|(skill, domains)| (skill, domains.into_iter().filter(|domain| domain != "*").collect::<Vec<_>>()));
    let allowed = merged(&path.join("allowedDomains"), own(config, "network.allowed"), allowed, sources);
    let denied = of_skills(skills, |network| &network.deny);
    let denied = merged(&path.join("deniedDomains"), own(config, "network.denied"), denied, sources);
    non_empty(table([
        ("allowedDomains", allowed.map(list_of)),
        ("deniedDomains", denied.map(list_of)),
        ("judgedDomains", judged(&path, config, skills, sources)),
        ("judges", judges(&path, config, skills, sources)),
    ]))
}

/// A list of the agent's own, in which `/…` stays as it is.
fn own(config: Option<&AgentConfig>, place: &str) -> Option<Vec<String>> {
    let list = config?.plain.list(place)?;
    Some(list.value.iter().filter_map(|element| normalize_own_domain(element.as_str())).collect())
}

fn of_skills<'skill>(
    skills: &'skill [Arc<Skill>],
    list: impl Fn(&SkillNetwork) -> &Option<Vec<String>> + 'skill,
) -> impl Iterator<Item = (&'skill str, Vec<String>)> {
    skills.iter().map(move |skill| {
        let domains = skill.network.as_ref().and_then(|network| list(network).clone());
        (skill.name.as_str(), domains.unwrap_or_default())
    })
}

/// Judged domains: the skills' first, the agent's own in their place or behind them, each domain once.
fn judged(
    path: &FieldPath,
    config: Option<&AgentConfig>,
    skills: &[Arc<Skill>],
    sources: &mut Sources,
) -> Option<Declaration> {
    let path = path.join("judgedDomains");
    let mut rules: Vec<JudgedDomain> = Vec::new();
    let mut put = |rule: JudgedDomain| match rules.iter_mut().find(|other| other.domain == rule.domain) {
        Some(other) => *other = rule,
        None => rules.push(rule),
    };
    for skill in skills {
        let of_skill = skill.network.as_ref().and_then(|network| network.judge.as_ref());
        for rule in of_skill.into_iter().flatten() {
            sources.insert((path.clone(), rule.domain.clone()), skill.name.clone());
            put(rule.clone());
        }
    }
    let own = config.and_then(|config| config.judge.as_ref()).map(|list| list.value.as_slice());
    for rule in own.unwrap_or_default() {
        // Normalized like the skills', so that an own `*.x` overrides a skill's `.x`.
        let Some(domain) = normalize_domain(rule.domain.as_str()) else { continue };
        sources.remove(&(path.clone(), domain.clone()));
        let judge = rule.judge.as_ref().map(|judge| judge.value.clone()).filter(|judge| !judge.is_empty());
        put(JudgedDomain { domain, judge });
    }
    match (own, rules.is_empty()) {
        (None, true) => None,
        (Some(_), true) => Some(Declaration::Clear),
        (_, false) => Some(Declaration::Leaf(Value::List(rules.iter().map(rule_value).collect()))),
    }
}

/// A judged domain as the server keeps it.
pub(super) fn rule_value(rule: &JudgedDomain) -> Value {
    let judge = rule.judge.as_ref().map(|judge| ("judge".to_owned(), Value::Text(text(judge))));
    let domain = ("domain".to_owned(), Value::Text(text(&rule.domain)));
    Value::Map([domain].into_iter().chain(judge).collect())
}

/// Judges by name: the skills' in order, then the agent's own; an empty text takes one away.
fn judges(
    path: &FieldPath,
    config: Option<&AgentConfig>,
    skills: &[Arc<Skill>],
    sources: &mut Sources,
) -> Option<Declaration> {
    let path = path.join("judges");
    let mut all = BTreeMap::new();
    for skill in skills {
        for (name, judge) in skill.network.iter().flat_map(|network| &network.judges) {
            sources.insert((path.join(name.clone()), String::new()), skill.name.clone());
            all.insert(name.clone(), Declaration::Leaf(Value::Text(text(judge))));
        }
    }
    let own = config.map(|config| config.plain.texts("network.judges.<name>")).unwrap_or_default();
    for entry in own {
        let name = entry.key.value.clone();
        sources.remove(&(path.join(name.clone()), String::new()));
        all.extend(declared_text(Some(&entry.value)).map(|declaration| (name, declaration)));
    }
    Declaration::table(all)
}
