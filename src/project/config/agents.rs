use std::collections::HashSet;

use super::path::shown_key;
use super::reader::Reader;
use super::registry::Registry;
use super::section::{Field, Section};
use super::types::{
    AgentConfig, EgressConfig, JudgeRule, NetworkConfig, PreviewConfig, ProviderConfig, Spanned, TextList, ToolsConfig,
};
use super::{mcp, platforms};
use crate::model::{AgentId, Diagnostic, Family, Severity};

const KEYS: [&str; 14] = [
    "name",
    "description",
    "dir",
    "providers",
    "platforms",
    "skills",
    "network",
    "egress",
    "tools",
    "guardrails",
    "guardrails_disabled",
    "guardrails_inline",
    "preview",
    "worker",
];

/// What other versions and tools keep in an agent's table, and where it belongs here.
const ELSEWHERE: [(&str, &str); 6] = [
    ("nix", "packages belong in `worker.nix_packages`"),
    ("nix_packages", "packages belong in `worker.nix_packages`"),
    ("mcp", "MCP servers belong in `skills.mcp.<id>`"),
    ("mcp_servers", "MCP servers belong in `skills.mcp.<id>`"),
    ("model", "models belong to providers: `[[agents.<id>.providers]]`"),
    ("id", "the id is the table's name: `[agents.<id>]`"),
];

/// The form of a tool that may be approved beforehand (project-format 1.8).
const TOOL_PATTERN: &str = "^/mcp/[a-zA-Z0-9_-]+/tools/([a-zA-Z0-9_-]+|\\*)$";

/// Reads `[agents.<id>]` (project-format 1.3), in file order.
pub(super) fn read_all(reader: &mut Reader<'_>, root: &Section<'_>) -> Vec<AgentConfig> {
    if root.find("agents").is_none() {
        reader.missing(root, "agents", Some("a project without agents says so with an empty table: [agents]"));
    }
    let Some(mut table) = reader.table(root, "agents", root.path.key("agents")) else { return Vec::new() };
    table.family = Family::Agents;
    let mut registry = Registry::default();
    let mut agents = Vec::new();
    for (id, field) in table.fields() {
        if let Some(section) = reader.section_of(table.path.key(id), Family::Agents, &field) {
            agents.push(read(reader, &section, id, &field, &mut registry));
        }
    }
    agents
}

fn read(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    id: &str,
    field: &Field<'_>,
    registry: &mut Registry,
) -> AgentConfig {
    let known: Vec<&str> = KEYS.iter().chain(&platforms::LEGACY_KEYS).copied().collect();
    reader.keys(section, &known, &ELSEWHERE);
    platforms::legacy(reader, section, id);
    let checked_id = agent_id(reader, id, field);
    let blank = || reader.spanned(String::new(), &field.key_span);
    let blank = blank();
    AgentConfig {
        name: reader.needed_name(section, "name", Some("every agent has a name for people")).unwrap_or(blank),
        description: reader.text(section, "description"),
        dir: directory(reader, section, id, registry),
        providers: providers(reader, section),
        platforms: platforms::read_all(reader, section, id, registry),
        mcp_servers: mcp::read_all(reader, section),
        network: network(reader, section).unwrap_or_default(),
        egress: egress(reader, section).unwrap_or_default(),
        tools: tools(reader, section).unwrap_or_default(),
        guardrails: reader.texts(section, "guardrails"),
        guardrails_disabled: reader.texts(section, "guardrails_disabled"),
        guardrails_inline: reader.open_shape(section, "guardrails_inline"),
        previews: previews(reader, section),
        nix_packages: nix_packages(reader, section),
        id: reader.spanned(checked_id, &field.key_span),
    }
}

fn agent_id(reader: &mut Reader<'_>, id: &str, field: &Field<'_>) -> AgentId {
    AgentId::parse(id).unwrap_or_else(|error| {
        let message = format!("`{}` is no agent id: it must match {}", shown_key(id), error.pattern);
        let diagnostic = Diagnostic::new(Severity::Error, Family::Agents, "bad-agent-id", message);
        let hint = "3 to 60 small letters, digits and hyphens, a letter first";
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
        let hint = format!("name the directory of its Markdown files, such as \"./agents/{}\"", shown_key(id));
        reader.missing(section, "dir", Some(&hint));
        return None;
    };
    let directory = reader.text(section, "dir")?;
    registry.directory(reader, id, directory.as_str(), &field.span);
    Some(directory)
}

fn providers(reader: &mut Reader<'_>, agent: &Section<'_>) -> Option<Vec<ProviderConfig>> {
    let (_, elements) = reader.list(agent, "providers", "a list of tables")?;
    let list = agent.path.key("providers");
    let mut seen = HashSet::new();
    let mut providers = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let Some(section) = reader.section_of(list.element(index), agent.family, element) else { continue };
        let Some(provider) = provider(reader, &section) else { continue };
        if !seen.insert(provider.id.value.clone()) {
            let message = format!("provider `{}` is declared twice", shown_key(provider.id.as_str()));
            let diagnostic = Diagnostic::new(Severity::Error, agent.family, "duplicate-provider", message);
            let span = section.find("id").map(|field| field.span).unwrap_or_default();
            reader.report_plain(&span, diagnostic);
        }
        providers.push(provider);
    }
    Some(providers)
}

fn provider(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<ProviderConfig> {
    reader.keys(section, &["id", "model", "key", "secret_ref"], &[("api_key", "did you mean `key`?")]);
    let id = reader.needed_name(section, "id", None);
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

fn network(reader: &mut Reader<'_>, agent: &Section<'_>) -> Option<NetworkConfig> {
    let section = reader.table(agent, "network", agent.path.key("network"))?;
    reader.keys(
        &section,
        &["allowed", "denied", "judge", "judges"],
        &[("allow", "did you mean `allowed`?"), ("deny", "did you mean `denied`?")],
    );
    Some(NetworkConfig {
        allowed: reader.texts(&section, "allowed"),
        denied: reader.texts(&section, "denied"),
        judge: judge(reader, &section),
        judges: reader.text_entries(&section, "judges"),
    })
}

fn judge(reader: &mut Reader<'_>, network: &Section<'_>) -> Option<Spanned<Vec<JudgeRule>>> {
    let (position, elements) = reader.list(network, "judge", "a list of domains")?;
    let list = network.path.key("judge");
    let mut rules = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        let path = list.element(index);
        if element.node.as_table().is_none() {
            rules.extend(judge_text(reader, network, element, &path));
        } else if let Some(section) = reader.section_of(path, network.family, element) {
            reader.keys(&section, &["domain", "judge"], &[]);
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

fn egress(reader: &mut Reader<'_>, agent: &Section<'_>) -> Option<EgressConfig> {
    let section = reader.table(agent, "egress", agent.path.key("egress"))?;
    reader.keys(&section, &["extra_policy", "judge_model"], &[]);
    Some(EgressConfig {
        extra_policy: reader.text(&section, "extra_policy"),
        judge_model: reader.text(&section, "judge_model"),
    })
}

fn tools(reader: &mut Reader<'_>, agent: &Section<'_>) -> Option<ToolsConfig> {
    let section = reader.table(agent, "tools", agent.path.key("tools"))?;
    reader.keys(&section, &["pre_approved", "allowed", "denied", "strict"], &[]);
    let pre_approved = reader.texts(&section, "pre_approved");
    check_tools(reader, &section);
    Some(ToolsConfig {
        pre_approved,
        allowed: reader.texts(&section, "allowed"),
        denied: reader.texts(&section, "denied"),
        strict: reader.flag(&section, "strict"),
    })
}

fn check_tools(reader: &mut Reader<'_>, section: &Section<'_>) {
    let list = section.path.key("pre_approved");
    let elements = section.find("pre_approved").and_then(|field| field.elements()).unwrap_or_default();
    for (index, element) in elements.iter().enumerate() {
        let text = element.node.as_value().and_then(toml_edit::Value::as_str);
        if text.is_some_and(|text| !is_tool(text)) {
            let message = format!("`{}` must match {TOOL_PATTERN}", list.element(index));
            let diagnostic = Diagnostic::new(Severity::Error, section.family, "bad-tool", message);
            reader.report_plain(
                &element.span,
                diagnostic.hint("such as \"/mcp/docs/tools/search\" or \"/mcp/docs/tools/*\""),
            );
        }
    }
}

/// Whether a text names tools that may be approved in advance (project-format 1.9).
pub fn is_tool(text: &str) -> bool {
    let is_word =
        |word: &str| !word.is_empty() && word.bytes().all(|c| c.is_ascii_alphanumeric() || matches!(c, b'_' | b'-'));
    let parts = text.strip_prefix("/mcp/").and_then(|rest| rest.split_once("/tools/"));
    parts.is_some_and(|(server, tool)| is_word(server) && (tool == "*" || is_word(tool)))
}

/// Reads `preview.<platform>` of the second generation; the platform types are the server's business here.
fn previews(reader: &mut Reader<'_>, agent: &Section<'_>) -> Vec<PreviewConfig> {
    let Some(table) = reader.table(agent, "preview", agent.path.key("preview")) else { return Vec::new() };
    let mut previews = Vec::new();
    for (platform, field) in table.fields() {
        let Some(section) = reader.section_of(table.path.key(platform), table.family, &field) else { continue };
        reader.keys(&section, &["enabled", "surfaces", "code_ttl_minutes"], &[]);
        previews.push(PreviewConfig {
            platform: reader.spanned(platform.to_owned(), &field.key_span),
            enabled: reader.flag(&section, "enabled"),
            surfaces: reader.texts(&section, "surfaces"),
            code_ttl_minutes: reader.integer(&section, "code_ttl_minutes"),
        });
    }
    previews
}

fn nix_packages(reader: &mut Reader<'_>, agent: &Section<'_>) -> TextList {
    let section = reader.table(agent, "worker", agent.path.key("worker"))?;
    reader.keys(&section, &["nix_packages"], &[]);
    reader.texts(&section, "nix_packages")
}
