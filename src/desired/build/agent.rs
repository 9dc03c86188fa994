use std::collections::BTreeMap;
use std::sync::Arc;

use crate::desired::{Agent, Declaration, EntryKey, Platform, Settings};
use crate::model::{AgentId, Declared, FieldPath, Place, Position, Text, Value};
use crate::project::AgentFiles;
use crate::project::config::{
    AgentConfig, EgressConfig, NetworkConfig, PlatformConfig, ProviderConfig, TextList, ToolsConfig,
};
use crate::project::skills::Skill;

use super::values::{declared_text, leaf, list, list_of, reference_text, text};
use super::{mcp, network, skill};

/// Where the elements and entries of an agent's lists came from, if from a skill: `(path, element)` to its name.
pub(super) type Sources = BTreeMap<(FieldPath, String), String>;

/// An agent from its table and its directory.
pub(super) fn build(config: &AgentConfig, files: &AgentFiles) -> Agent {
    let secrets = config.providers.iter().flatten().flat_map(provider_secrets).collect();
    Agent {
        id: config.id.value.clone(),
        name: text(config.name.as_str()),
        description: declared_text(config.description.as_ref()),
        settings: settings(config, files),
        platforms: config.platforms.iter().map(|platform| build_platform(config, platform)).collect(),
        provider_secrets: secrets,
        position: config.id.position.clone(),
    }
}

/// An agent that says nothing itself, with the skills that every agent of a project has.
pub(super) fn of_skills(id: &AgentId, name: &Text, skills: &[Arc<Skill>]) -> Agent {
    let mut sources = Sources::new();
    let packages = merged_packages(&None, skills, &mut sources);
    let settings = Settings {
        skills_config: skill::declarations(skills).map(|skills| table([("skills", Some(skills))])),
        network_config: network::declaration(&NetworkConfig::default(), skills, &mut sources),
        nix_config: packages.map(|packages| table([("packages", Some(packages))])),
        mcp_servers: mcp::declaration(&[], skills, &mut sources),
        sources,
        ..Settings::default()
    };
    Agent {
        id: id.clone(),
        name: name.clone(),
        description: Declared::Absent,
        settings,
        platforms: Vec::new(),
        provider_secrets: Vec::new(),
        position: Position::file(""),
    }
}

fn provider_secrets(provider: &ProviderConfig) -> Vec<(String, crate::model::SecretName)> {
    let places = [&provider.key, &provider.secret_ref];
    let names = places.into_iter().flatten().filter_map(|written| written.value.reference());
    names.map(|name| (provider.id.value.clone(), name)).collect()
}

fn build_platform(agent: &AgentConfig, platform: &PlatformConfig) -> Platform {
    let value = |key: &str, written: &str| {
        if written.is_empty() {
            Declared::Empty
        } else {
            Declared::Value(reference_text(Place::PlatformConfig, key, written))
        }
    };
    let entries = platform.config.iter();
    Platform {
        id: platform.stable_id(&agent.id.value),
        platform_type: platform.platform_type.value.clone(),
        name: platform.name.as_ref().map(|name| name.value.clone()).filter(|name| !name.is_empty()),
        config: entries
            .map(|entry| (entry.key.value.clone(), value(entry.key.as_str(), entry.value.as_str())))
            .collect(),
        position: platform.position.clone(),
    }
}

fn settings(config: &AgentConfig, files: &AgentFiles) -> Settings {
    let mut sources = Sources::new();
    let packages = merged_packages(&config.nix_packages, &files.skills, &mut sources);
    Settings {
        identity_md: leaf(markdown(&files.identity_md)),
        soul_md: leaf(markdown(&files.soul_md)),
        user_md: leaf(markdown(&files.user_md)),
        skills_config: skill::declarations(&files.skills).map(|skills| table([("skills", Some(skills))])),
        installed_providers: config.providers.as_deref().map(providers),
        provider_model_preferences: config.providers.as_deref().and_then(models),
        network_config: network::declaration(&config.network, &files.skills, &mut sources),
        egress_config: egress(&config.egress),
        pre_approved_tools: list(&config.tools.pre_approved),
        tools_config: tools(&config.tools),
        guardrails: list(&config.guardrails),
        nix_config: packages.map(|packages| table([("packages", Some(packages))])),
        mcp_servers: mcp::declaration(&config.mcp_servers, &files.skills, &mut sources),
        sources,
    }
}

fn markdown(file: &Declared<String>) -> Declared<Text> {
    match file {
        Declared::Absent => Declared::Absent,
        Declared::Empty => Declared::Empty,
        Declared::Value(content) => Declared::Value(text(content)),
    }
}

/// A table of what is declared of the given members.
pub(super) fn table<const N: usize>(members: [(&str, Option<Declaration>); N]) -> Declaration {
    let declared = members.into_iter().filter_map(|(name, declaration)| Some((name.to_owned(), declaration?)));
    Declaration::Table(declared.collect())
}

/// A table, or none if it would declare nothing (F1).
pub(super) fn non_empty(table: Declaration) -> Option<Declaration> {
    match table {
        Declaration::Table(members) => Declaration::table(members),
        other => Some(other),
    }
}

fn providers(providers: &[ProviderConfig]) -> Declaration {
    if providers.is_empty() {
        return Declaration::Clear;
    }
    let entry = |provider: &ProviderConfig| (EntryKey(vec![provider.id.value.clone()]), table([]));
    Declaration::Keyed(providers.iter().map(entry).collect())
}

fn models(providers: &[ProviderConfig]) -> Option<Declaration> {
    let model = |provider: &ProviderConfig| {
        let written = provider.model.as_ref()?.as_str().trim();
        let declared = if written.is_empty() { Declared::Empty } else { Declared::Value(text(written)) };
        Some((provider.id.value.clone(), leaf(declared)?))
    };
    Declaration::table(providers.iter().filter_map(model).collect())
}

fn egress(egress: &EgressConfig) -> Option<Declaration> {
    non_empty(table([
        ("extraPolicy", leaf(declared_text(egress.extra_policy.as_ref()))),
        ("judgeModel", leaf(declared_text(egress.judge_model.as_ref()))),
    ]))
}

fn tools(tools: &ToolsConfig) -> Option<Declaration> {
    non_empty(table([
        ("allowedTools", list(&tools.allowed)),
        ("deniedTools", list(&tools.denied)),
        ("strictMode", tools.strict.as_ref().map(|strict| Declaration::Leaf(Value::Bool(strict.value)))),
    ]))
}

/// The worker's packages, then those of the skills; a list that only skills feed counts as declared (F5).
fn merged_packages(own: &TextList, skills: &[Arc<Skill>], sources: &mut Sources) -> Option<Declaration> {
    let own = own.as_ref().map(|list| list.value.iter().map(|package| package.value.clone()).collect());
    let path = FieldPath::member("nixConfig").join("packages");
    let of_skills = skills.iter().map(|skill| {
        let packages = skill.nix_packages.value().cloned().unwrap_or_default();
        (skill.name.as_str(), packages)
    });
    merged(&path, own, of_skills, sources).map(list_of)
}

/// An agent's own list, then what its skills add; none if nobody says anything.
pub(super) fn merged<'skill>(
    path: &FieldPath,
    own: Option<Vec<String>>,
    of_skills: impl Iterator<Item = (&'skill str, Vec<String>)>,
    sources: &mut Sources,
) -> Option<Vec<String>> {
    let declared = own.is_some();
    let mut all = own.unwrap_or_default();
    for (skill, elements) in of_skills {
        for element in elements {
            if !all.contains(&element) {
                sources.insert((path.clone(), element.clone()), skill.to_owned());
                all.push(element);
            }
        }
    }
    (declared || !all.is_empty()).then_some(all)
}
