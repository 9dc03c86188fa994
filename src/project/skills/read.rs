use std::collections::BTreeMap;

use super::frontmatter::{self, Parts};
use super::{JudgedDomain, Skill, SkillMcpServer, SkillNetwork};
use crate::edit::yaml::{self, Data, Entry, Node, Spot};
use crate::model::{
    Arguments, DomainMistake, Family, NearReference, Position, Severity, Text, classify_command, has_secret_argument,
    is_mask, normalize_domain, normalize_domains,
};
use crate::project::fields::{Fields, expect, null_is_absent};
use crate::project::limits::YamlLimits;
use crate::project::quoted::quoted;
use crate::project::report::Report;

/// Reads the text of a `SKILL.md`; none and an error if its frontmatter is broken.
pub(super) fn read(text: &str, directory: &str, file: &str, limits: &YamlLimits, report: &mut Report) -> Option<Skill> {
    let parts = frontmatter::split(text);
    let mut skill = plain(directory, parts.body, file);
    if parts.is_open {
        let message = "the frontmatter has no closing `---` line, so it is read as text";
        report.add(Severity::Warning, Spot { line: 1, column: 0 }, "frontmatter-open", message, None);
    }
    let Parts { yaml: Some(source), lines, .. } = parts else { return Some(skill) };
    let stream = yaml::read(source, limits);
    for problem in &stream.problems {
        report.push(problem.diagnostic(Family::Agents, file, lines));
    }
    if !stream.problems.is_empty() {
        return None;
    }
    let mut inner = Report::new(file, Family::Agents).starting_at(lines);
    match stream.documents.as_slice() {
        [] => {}
        [document] => fill(&mut skill, &document.root, source, &mut inner),
        [_, second, ..] => {
            inner.error(second.root.spot(), "frontmatter-documents", "the frontmatter must be a single YAML document");
        }
    }
    inner.into_diagnostics().into_iter().for_each(|diagnostic| report.push(diagnostic));
    Some(skill)
}

/// A skill without frontmatter.
pub(super) fn plain(name: &str, content: &str, file: &str) -> Skill {
    Skill {
        name: name.to_owned(),
        repo: repo(name),
        content: content.to_owned(),
        description: None,
        nix_packages: None,
        network: None,
        mcp_servers: Vec::new(),
        position: Position::file(file),
    }
}

fn repo(name: &str) -> String {
    format!("local/{name}")
}

fn fill(skill: &mut Skill, node: &Node, source: &str, report: &mut Report) {
    if node.is_null() {
        return;
    }
    if node.map().is_none() {
        let message = format!("the frontmatter must be a mapping, not {}; it is ignored", node.kind());
        report.add(Severity::Warning, node.spot(), "frontmatter-not-a-mapping", message, None);
        return;
    }
    let Some(mut fields) = Fields::of(node, "frontmatter", report) else { return };
    if let Some(name) = name(&mut fields, source, report) {
        skill.repo = repo(&name);
        skill.name = name;
    }
    skill.description = text("description", &mut fields, report);
    skill.nix_packages = texts("nixPackages", &mut fields, report);
    skill.network = network(&mut fields, report);
    skill.mcp_servers = mcp_servers(&mut fields, report);
    fields.finish(Severity::Note, "skill frontmatter", report);
}

/// The name, unless it is empty or zero. A number becomes text if it is written as that text: `42`, and not `1.10`.
fn name(fields: &mut Fields<'_>, source: &str, report: &mut Report) -> Option<String> {
    let node = fields.node("name", report)?;
    let name = match &node.data {
        Data::Text(text) => text.clone(),
        Data::Number(number) if number.as_i64() == Some(0) => String::new(),
        Data::Number(number) if source.get(node.span.clone()) == Some(number.to_string().as_str()) => {
            number.to_string()
        }
        Data::Number(_) => {
            let hint = "put the name in quotes to keep it exactly as written".to_owned();
            report.add(Severity::Error, node.spot(), "wrong-type", "`name` must be text, not a number", Some(hint));
            return None;
        }
        _ => {
            report.error(node.spot(), "wrong-type", format!("`name` must be text, not {}", node.kind()));
            return None;
        }
    };
    (!name.is_empty()).then_some(name)
}

fn text(key: &'static str, fields: &mut Fields<'_>, report: &mut Report) -> Option<String> {
    fields.text(key, report).map(|(text, _)| text.to_owned())
}

fn texts(key: &'static str, fields: &mut Fields<'_>, report: &mut Report) -> Option<Vec<String>> {
    fields.texts(key, report).map(|texts| texts.into_iter().map(str::to_owned).collect())
}

fn network(fields: &mut Fields<'_>, report: &mut Report) -> Option<SkillNetwork> {
    let network = fields.node("network", report);
    let judges = fields.text_table("judges", report);
    if network.is_none() && judges.is_none() {
        return None;
    }
    let judges: BTreeMap<String, String> =
        judges.unwrap_or_default().into_iter().map(|(name, policy)| (name.to_owned(), policy.to_owned())).collect();
    let mut read = SkillNetwork { judges, ..SkillNetwork::default() };
    let Some(mut inner) = network.and_then(|node| Fields::of(node, "`network`", report)) else { return Some(read) };
    read.allow = domains("allow", &mut inner, report);
    read.deny = domains("deny", &mut inner, report);
    let elements = inner.list("judge", report);
    read.judge = elements.map(|nodes| nodes.iter().filter_map(|node| judged_domain(node, report)).collect());
    inner.finish(Severity::Note, "`network` of a skill", report);
    Some(read)
}

fn domains(key: &'static str, network: &mut Fields<'_>, report: &mut Report) -> Option<Vec<String>> {
    let nodes = network.list(key, report)?;
    let element = format!("an element of `{key}`");
    let texts = nodes.iter().filter_map(|node| {
        let text = expect(node, &element, "text", report, Node::text)?;
        warn_of_domain(&element, text, node, report);
        Some(text)
    });
    Some(normalize_domains(texts))
}

/// Warns of a domain that matches no request.
fn warn_of_domain(what: &str, text: &str, node: &Node, report: &mut Report) {
    if let Some(mistake) = DomainMistake::of(text) {
        let message = format!("{what} {mistake}");
        report.add(Severity::Warning, node.spot(), "domain-never-matches", message, Some(mistake.hint()));
    }
}

/// A text, or `{domain, judge?}`.
fn judged_domain(node: &Node, report: &mut Report) -> Option<JudgedDomain> {
    if let Some(text) = node.text() {
        warn_of_domain("an element of `judge`", text, node, report);
        return Some(JudgedDomain { domain: normalize_domain(text)?, judge: None });
    }
    if node.map().is_none() {
        let message = format!("an element of `judge` must be text or a mapping with `domain`, not {}", node.kind());
        report.error(node.spot(), "wrong-type", message);
        return None;
    }
    let mut fields = Fields::of(node, "an element of `judge`", report)?;
    let domain = fields.text("domain", report);
    let judge = fields.text("judge", report).map(|(judge, _)| judge.to_owned());
    fields.finish(Severity::Note, "an element of `judge`", report);
    if node.get("domain").is_none_or(Node::is_null) {
        report.error(node.spot(), "domain-missing", "an element of `judge` needs a `domain`");
    }
    let domain = domain?.0;
    warn_of_domain("the `domain` of an element of `judge`", domain, node, report);
    Some(JudgedDomain { domain: normalize_domain(domain)?, judge })
}

fn mcp_servers(fields: &mut Fields<'_>, report: &mut Report) -> Vec<SkillMcpServer> {
    let Some(node) = fields.node("mcpServers", report) else { return Vec::new() };
    let entries = expect(node, "`mcpServers`", "a mapping", report, Node::map).unwrap_or_default();
    entries.iter().filter_map(|entry| mcp_server(entry, report)).collect()
}

fn mcp_server(entry: &Entry, report: &mut Report) -> Option<SkillMcpServer> {
    if entry.value.is_null() {
        null_is_absent(entry, report);
        return None;
    }
    let what = format!("the MCP server {}", quoted(entry.name()));
    let mut fields = Fields::of(&entry.value, &what, report)?;
    let server = SkillMcpServer {
        id: entry.name().to_owned(),
        url: text("url", &mut fields, report),
        transport: text("type", &mut fields, report),
        command: text("command", &mut fields, report),
        args: texts("args", &mut fields, report),
    };
    check_server(&server, &what, entry.value.spot(), report);
    fields.finish(Severity::Note, "an MCP server of a skill", report);
    Some(server)
}

/// What servers refuse in an MCP server, and what was perhaps not meant: a skill has no place for secrets.
fn check_server(server: &SkillMcpServer, what: &str, spot: Spot, report: &mut Report) {
    let mut arguments = Arguments::default();
    let args: Vec<(&str, Text)> =
        server.args.iter().flatten().map(|argument| (argument.as_str(), arguments.next(argument))).collect();
    let command = server.command.as_deref().map(|command| (command, classify_command(command)));
    let hidden = |url: &str| if has_secret_argument(url) { Text::sensitive(url) } else { Text::known(url) };
    let url = server.url.as_deref().map(|url| (url, hidden(url)));
    let (mut has_mask, mut has_secret, mut near) = (false, false, None);
    for (text, classified) in args.into_iter().chain(command).chain(url) {
        has_mask |= is_mask(text);
        let is_hidden = matches!(classified, Text::Sensitive(_));
        has_secret |= is_hidden && (has_secret_argument(text) || !text.contains("://"));
        near = near.or_else(|| NearReference::find(text, false));
    }
    if has_mask {
        let message = format!("{what} is a masked value, not the secret itself");
        report.error(spot, "masked-value", message);
    }
    if has_secret {
        let hint = "move the server to lobu.toml with the secret as $NAME, and rotate the secret: git history keeps it";
        let message = format!("{what} contains a secret in plain text");
        report.add(Severity::Warning, spot, "literal-secret", message, Some(hint.to_owned()));
    }
    if let Some(near) = near {
        let text = near.written.map_or_else(|| "a text that starts with `$`".to_owned(), |text| format!("`{text}`"));
        let message = format!("{what} contains {text}, which is sent as is, not replaced by a secret");
        let hint = "references work in `env` and `headers` of MCP servers in lobu.toml";
        report.add(Severity::Warning, spot, "near-reference", message, Some(hint.to_owned()));
    }
}
