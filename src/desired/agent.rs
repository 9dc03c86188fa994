use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{FieldPath, Place, Position, SecretName, Sensitive, Value};
use crate::project::AgentFiles;
use crate::project::config::{AgentConfig, Entry, PlainFields, PlatformConfig, ProviderConfig};
use crate::project::skills::Skill;
use crate::schema::kinds::{AGENT, SETTINGS, agent, platform, settings};
use crate::schema::{Declaration, EntryKey, Field, Leaf, Resource, ResourceKey, Shape, Sources};

use super::values::{blank_clears, declared_text, list, list_of, merged, reference_text, table, text};
use super::{mcp, network, skill};

/// An agent from its table and its directory: itself, its config and its platforms.
pub(super) fn resources(config: &AgentConfig, files: &AgentFiles) -> Vec<Resource> {
    let key = ResourceKey::new(AGENT, config.id.value.as_str());
    let own = Resource::new(key, config.id.position.clone())
        .with(agent::NAME, Some(Declaration::Leaf(Value::Text(text(config.name.as_str())))))
        .with(agent::DESCRIPTION, plain(&config.plain, agent::DESCRIPTION));
    let platforms = config.platforms.iter().map(|platform| platform_resource(config, platform));
    [own, settings_resource(config, files)].into_iter().chain(platforms).collect()
}

/// An agent that says nothing itself but its name, with the skills that every agent of a project has.
pub fn resources_of_skills(id: &str, name: &Value, skills: &[Arc<Skill>]) -> [Resource; 2] {
    let position = || Position::file("");
    let own =
        Resource::new(ResourceKey::new(AGENT, id), position()).with(agent::NAME, Some(Declaration::Leaf(name.clone())));
    let mut sources = Sources::new();
    let packages = merged_packages(None, skills, &mut sources);
    let config = Resource::new(ResourceKey::new(SETTINGS, id), position())
        .with(settings::SKILLS, skill::declarations(skills).map(|skills| table([("skills", Some(skills))])))
        .with(settings::NETWORK, network::declaration(None, skills, &mut sources))
        .with(settings::NIX, packages.map(|packages| table([("packages", Some(packages))])))
        .with(settings::MCP_SERVERS, mcp::declaration(&[], skills, &mut sources));
    [own, Resource { sources, ..config }]
}

fn provider_secret(provider: &ProviderConfig) -> Option<(String, SecretName)> {
    Some((provider.id.value.clone(), provider.key.as_ref()?.value.reference()?))
}

/// The provider, where its key is in the file.
fn with_literal_key(provider: &ProviderConfig) -> Option<String> {
    let key = provider.key.as_ref().filter(|key| !key.as_str().trim().is_empty())?;
    key.value.reference().is_none().then(|| provider.id.value.clone())
}

fn literals(provider: &ProviderConfig) -> Vec<Sensitive> {
    let places = [&provider.key, &provider.secret_ref];
    let literals = places.into_iter().flatten().filter(|written| written.value.reference().is_none());
    literals.map(|written| Sensitive::new(written.as_str())).collect()
}

fn platform_resource(agent: &AgentConfig, config: &PlatformConfig) -> Resource {
    let entry = |key: &str, written: &str| {
        if written.is_empty() {
            Declaration::Clear
        } else {
            Declaration::Leaf(Value::Text(reference_text(Place::PlatformConfig, key, written)))
        }
    };
    let entries = config.config.iter();
    let entries =
        entries.map(|written| (written.key.value.clone(), entry(written.key.as_str(), written.value.as_str())));
    let name = config.name.as_ref().map(|name| name.value.as_str()).filter(|name| !name.is_empty());
    let key = ResourceKey::platform(&agent.id.value, &config.stable_id(&agent.id.value));
    Resource::new(key, config.position.clone())
        .with(platform::TYPE, Some(Declaration::known(config.platform_type.as_str())))
        .with(platform::CONFIG, Some(Declaration::Table(entries.collect())))
        .with(platform::NAME, name.map(Declaration::known))
}

fn settings_resource(config: &AgentConfig, files: &AgentFiles) -> Resource {
    let mut sources = Sources::new();
    let key = ResourceKey::new(SETTINGS, config.id.value.as_str());
    let packages = merged_packages(Some(config), &files.skills, &mut sources);
    let mut resource = Resource::new(key, config.id.position.clone());
    for field in SETTINGS.fields {
        resource.declared.set_some(field, plain(&config.plain, field));
    }
    // What skills add to, and what lobu.toml says in a way of its own.
    let mut resource = resource
        .with(settings::SKILLS, skill::declarations(&files.skills).map(|skills| table([("skills", Some(skills))])))
        .with(settings::PROVIDERS, config.providers.as_deref().map(providers))
        .with(settings::MODELS, config.providers.as_deref().and_then(models))
        .with(settings::MODEL_SELECTION, automatic_model(config))
        .with(settings::NETWORK, network::declaration(Some(config), &files.skills, &mut sources))
        .with(settings::NIX, packages.map(|packages| table([("packages", Some(packages))])))
        .with(settings::MCP_SERVERS, mcp::declaration(&config.mcp_servers, &files.skills, &mut sources));
    for field in [settings::IDENTITY, settings::SOUL, settings::USER] {
        let prompt = files.prompts.get(field.file).map(|prompt| blank_clears(prompt));
        resource.declared.set_some(field, prompt);
    }
    let looked_up = config.providers.iter().flatten().filter_map(provider_secret).collect();
    let literal_keys = config.providers.iter().flatten().filter_map(with_literal_key).collect();
    let never_sent = config.providers.iter().flatten().flat_map(literals).collect();
    Resource { sources, looked_up, literal_keys, never_sent, ..resource }
}

/// An agent with providers lets the server choose among their models, unless somebody pins one.
fn automatic_model(config: &AgentConfig) -> Option<Declaration> {
    let has_providers = config.providers.as_ref().is_some_and(|providers| !providers.is_empty());
    let automatic = Value::Map(BTreeMap::from([("mode".to_owned(), Value::known("auto"))]));
    has_providers.then_some(Declaration::Leaf(automatic))
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
        Some((provider.id.value.clone(), blank_clears(written)))
    };
    Declaration::table(providers.iter().filter_map(model).collect())
}

/// What the plain fields of lobu.toml declare of a field; none of what files write in another way.
fn plain(written: &PlainFields, field: &Field) -> Option<Declaration> {
    match field.shape {
        Shape::Leaf(Leaf::Text) => declared_text(written.text(field.file)),
        Shape::Leaf(Leaf::Flag) => Some(Declaration::Leaf(Value::Bool(written.flag(field.file)?))),
        Shape::Leaf(Leaf::List) => written.list(field.file).map(list),
        Shape::Map(_) => {
            let entries = written.texts(field.file).iter();
            let entry = |entry: &Entry<String>| (entry.key.value.clone(), blank_clears(entry.value.as_str()));
            Declaration::table(entries.map(entry).collect())
        }
        Shape::Table(members) => {
            let declared = members.iter().filter_map(|member| Some((member.name.to_owned(), plain(written, member)?)));
            Declaration::table(declared.collect())
        }
        _ => None,
    }
}

/// The worker's packages, then those of the skills; a list that only skills feed counts as declared.
fn merged_packages(config: Option<&AgentConfig>, skills: &[Arc<Skill>], sources: &mut Sources) -> Option<Declaration> {
    let own = config.and_then(|config| config.plain.list("worker.nix_packages"));
    let own = own.map(|list| list.value.iter().map(|package| package.value.clone()).collect());
    let path = FieldPath::member("nixConfig").join("packages");
    let of_skills = skills.iter().map(|skill| {
        let packages = skill.nix_packages.clone().unwrap_or_default();
        (skill.name.as_str(), packages)
    });
    merged(&path, own, of_skills, sources).map(list_of)
}
