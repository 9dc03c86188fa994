use std::collections::HashSet;

use super::outdated::{NEVER_HAD_AN_EFFECT, WATCHERS_SCHEDULE};
use super::path::shown_key;
use super::read_plain::{self, PlainField};
use super::reader::Reader;
use super::registry::Registry;
use super::section::{Field, Section};
use super::spanned::Spanned;
use super::types::{AgentConfig, JudgeRule, PreviewConfig, ProviderConfig};
use super::{domains, keys, mcp, platforms};
use crate::model::{AgentId, Diagnostic, Family, Severity};
use crate::project::suggest;
use crate::schema::{Schema, names};

/// The keys of an agent's table. Those of its plain fields that are not among them stand behind these in messages.
pub(super) const KEYS: [&str; 15] = names(&keys::AGENT);

/// The keys of a provider.
pub(super) const PROVIDER_KEYS: [&str; 4] = names(&keys::PROVIDER);

/// What other versions and tools keep in an agent's table, and where it belongs here.
const ELSEWHERE: [(&str, &str); 9] = [
    ("schedules", WATCHERS_SCHEDULE),
    ("default_schedule_channel", NEVER_HAD_AN_EFFECT),
    ("connectors", "set the connectors directory with `connectors` in `[memory]`"),
    ("nix", "packages belong in `worker.nix_packages`"),
    ("nix_packages", "packages belong in `worker.nix_packages`"),
    ("mcp", "MCP servers belong in `skills.mcp.<id>`"),
    ("mcp_servers", "MCP servers belong in `skills.mcp.<id>`"),
    ("model", "set the model of a provider in `[[agents.<id>.providers]]`"),
    ("id", "the id is the table's name: `[agents.<id>]`"),
];

/// Reads `[agents.<id>]`, in file order.
pub(super) fn read_all(schema: &Schema, reader: &mut Reader<'_>, root: &Section<'_>) -> Vec<AgentConfig> {
    if root.find("agents").is_none() {
        reader.missing(root, "agents", Some("if the project has no agents, write an empty table: [agents]"));
    }
    let Some(mut table) = reader.table(root, "agents", root.path.key("agents")) else { return Vec::new() };
    table.family = Family::Agents;
    let plain = read_plain::all(schema);
    let mut registry = Registry::default();
    let mut agents = Vec::new();
    for (id, field) in table.fields() {
        if let Some(section) = reader.section_of(table.path.key(id), Family::Agents, &field) {
            agents.push(read(&plain, reader, &section, id, &field, &mut registry));
        }
    }
    agents
}

/// Reads the table of one agent, for itself.
pub(super) fn read_alone(
    plain: &[PlainField],
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    id: &str,
    field: &Field<'_>,
) -> AgentConfig {
    read(plain, reader, section, id, field, &mut Registry::default())
}

fn read(
    plain: &[PlainField],
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    id: &str,
    field: &Field<'_>,
    registry: &mut Registry,
) -> AgentConfig {
    let further = plain.iter().map(|plain| plain.root()).filter(|root| !KEYS.contains(root));
    let known: Vec<&str> = KEYS.into_iter().chain(further).chain(platforms::LEGACY_KEYS).collect();
    reader.keys(section, &known, &ELSEWHERE);
    platforms::legacy(reader, section, id);
    domains::check(reader, section);
    let checked_id = agent_id(reader, id, field);
    guardrails(reader, section);
    let blank = || reader.spanned(String::new(), &field.key_span);
    let blank = blank();
    AgentConfig {
        name: reader.needed_name(section, "name", Some("every agent needs a display name")).unwrap_or(blank),
        targets: reader.targets(section),
        dir: directory(reader, section, id, registry),
        providers: providers(reader, section, id, registry),
        platforms: platforms::read_all(reader, section, id, registry),
        mcp_servers: mcp::read_all(reader, section),
        plain: read_plain::read(plain, reader, section),
        judge: judge(reader, section),
        guardrails_disabled: reader.texts(section, "guardrails_disabled"),
        guardrails_inline: reader.open_shape(section, "guardrails_inline"),
        previews: previews(reader, section),
        id: reader.spanned(checked_id, &field.key_span),
    }
}

/// Warns of guardrails that only look as if they were on: nothing sends them, and no server has them.
fn guardrails(reader: &mut Reader<'_>, section: &Section<'_>) {
    let lists = [
        ("guardrails_inline", "no guard is on", "name guardrails of the server in `guardrails`, or remove it"),
        ("guardrails_disabled", "no guard is off", "remove the names from `guardrails` instead"),
    ];
    for (key, effect, hint) in lists {
        let Some(field) =
            section.find(key).filter(|field| field.elements().is_none_or(|elements| !elements.is_empty()))
        else {
            continue;
        };
        let message = format!("`{}` has no effect: {effect}", section.path.key(key));
        let diagnostic = Diagnostic::new(Severity::Warning, section.family, "guardrail-without-effect", message);
        reader.report(&field.key_span, diagnostic.hint(hint));
    }
}

fn agent_id(reader: &mut Reader<'_>, id: &str, field: &Field<'_>) -> AgentId {
    AgentId::parse(id).unwrap_or_else(|error| {
        let message = format!("invalid agent id `{}`: it must match {}", shown_key(id), error.pattern);
        let diagnostic = Diagnostic::new(Severity::Error, Family::Agents, "bad-agent-id", message);
        let hint = "use 3 to 60 lowercase letters, digits and hyphens, starting with a letter";
        reader.report(&field.key_span, diagnostic.hint(hint));
        // Kept as it is, so that the rest of the agent is checked in the same pass; the error stops the project.
        AgentId::from_server(id)
    })
}

fn directory(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    id: &str,
    registry: &mut Registry,
) -> Option<Spanned<String>> {
    let Some(field) = section.find("dir") else {
        let hint = format!("set the directory of its Markdown files, such as \"./agents/{}\"", shown_key(id));
        reader.missing(section, "dir", Some(&hint));
        return None;
    };
    let directory = reader.text(section, "dir")?;
    registry.directory(reader, id, directory.as_str(), &field.span);
    Some(directory)
}

fn providers(
    reader: &mut Reader<'_>,
    agent: &Section<'_>,
    id: &str,
    registry: &mut Registry,
) -> Option<Vec<ProviderConfig>> {
    let (_, elements) = reader.list(agent, "providers", "a list of tables")?;
    let list = agent.path.key("providers");
    let mut seen = HashSet::new();
    let mut providers = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let Some(section) = reader.section_of(list.element(index), agent.family, element) else { continue };
        let Some(provider) = provider(reader, &section) else { continue };
        if let Some(field) = section.find("key")
            && let Some(key) = &provider.key
        {
            registry.provider_key(reader, id, provider.id.as_str(), key, &field.span);
        }
        if !seen.insert(provider.id.value.clone()) {
            let message = format!("duplicate provider `{}`", shown_key(provider.id.as_str()));
            let diagnostic = Diagnostic::new(Severity::Error, agent.family, "duplicate-provider", message);
            let span = section.find("id").map(|field| field.span).unwrap_or_default();
            reader.report_plain(&span, diagnostic);
        }
        providers.push(provider);
    }
    Some(providers)
}

fn provider(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<ProviderConfig> {
    reader.keys(section, &PROVIDER_KEYS, &[("api_key", "did you mean `key`?")]);
    let id = reader.needed_name(section, "id", None);
    near_provider(reader, section, id.as_ref());
    let model = reader.text(section, "model");
    let key = reader.reference(section, "key");
    let secret_ref = reader.reference(section, "secret_ref");
    let both = [&key, &secret_ref].iter().all(|text| text.as_ref().is_some_and(|text| !text.as_str().is_empty()));
    if let Some(field) = section.find("secret_ref").filter(|_| both) {
        let message = format!("`{}` has both `key` and `secret_ref`", section.path);
        let diagnostic = Diagnostic::new(Severity::Error, section.family, "key-and-secret-ref", message);
        reader.report(&field.key_span, diagnostic.hint("keep one of them"));
    }
    Some(ProviderConfig { id: id?, model, key, secret_ref })
}

/// Well-known providers. A server may have others.
const PROVIDERS: [&str; 12] = [
    "anthropic",
    "openai",
    "gemini",
    "google",
    "openrouter",
    "mistral",
    "deepseek",
    "cohere",
    "perplexity",
    "together",
    "fireworks",
    "cerebras",
];

/// Warns of a provider that is almost a well-known one: no server tells, and the agent has no model.
fn near_provider(reader: &mut Reader<'_>, section: &Section<'_>, id: Option<&Spanned<String>>) {
    let Some(id) = id.map(Spanned::<String>::as_str).filter(|id| !PROVIDERS.contains(id)) else { return };
    let Some(meant) = suggest::closest(id, PROVIDERS) else { return };
    let Some(field) = section.find("id") else { return };
    let message = format!("`{}` is not a well-known provider", section.path.key("id"));
    let diagnostic = Diagnostic::new(Severity::Warning, section.family, "unusual-provider", message);
    reader.report_plain(&field.span, diagnostic.hint(format!("did you mean `{meant}`?")));
}

fn judge(reader: &mut Reader<'_>, agent: &Section<'_>) -> Option<Spanned<Vec<JudgeRule>>> {
    // That it is a table was said with its plain fields.
    let network = agent.find("network")?.section(agent.path.key("network"), agent.family)?;
    let (position, elements) = reader.list(&network, "judge", "a list of domains")?;
    let list = network.path.key("judge");
    let mut rules = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let path = list.element(index);
        if element.node.as_table().is_none() {
            rules.extend(judge_text(reader, &network, element, &path));
        } else if let Some(section) = reader.section_of(path, network.family, element) {
            reader.keys(&section, &names(&keys::JUDGE_RULE), &[]);
            let domain = reader.needed_name(&section, "domain", None);
            let judge = reader.text(&section, "judge");
            rules.extend(domain.map(|domain| JudgeRule { domain, judge, is_table: true }));
        }
    }
    Some(Spanned::new(rules, position))
}

fn judge_text(
    reader: &mut Reader<'_>,
    network: &Section<'_>,
    element: &Field<'_>,
    path: &super::path::Path<'_>,
) -> Option<JudgeRule> {
    let domain = reader.text_of(path, network.family, element)?;
    if domain.value.trim().is_empty() {
        reader.empty(path, network.family, &element.span);
        return None;
    }
    Some(JudgeRule { domain, judge: None, is_table: false })
}

/// Reads `preview.<platform>` of the second generation; the platform types are the server's business here.
fn previews(reader: &mut Reader<'_>, agent: &Section<'_>) -> Vec<PreviewConfig> {
    let Some(table) = reader.table(agent, "preview", agent.path.key("preview")) else { return Vec::new() };
    let mut previews = Vec::new();
    for (platform, field) in table.fields() {
        let Some(section) = reader.section_of(table.path.key(platform), table.family, &field) else { continue };
        reader.keys(&section, &names(&keys::PREVIEW), &[]);
        previews.push(PreviewConfig {
            platform: reader.spanned(platform.to_owned(), &field.key_span),
            enabled: reader.flag(&section, "enabled"),
            surfaces: reader.texts(&section, "surfaces"),
            code_ttl_minutes: reader.integer(&section, "code_ttl_minutes"),
        });
    }
    previews
}
