use std::collections::HashMap;
use std::ops::Range;

use super::path::shown_key;
use super::reader::Reader;
use super::spanned::{Spanned, Written};
use crate::model::{Diagnostic, Family, Severity, StableId};

/// What must be unique across the agents of a project.
#[derive(Default)]
pub(super) struct Registry {
    platforms: HashMap<StableId, Holder>,
    directories: HashMap<String, (String, u32)>,
    provider_keys: HashMap<String, KeyHolder>,
}

/// The agent whose key a provider has. The key may be a secret: no debug form shows it.
struct KeyHolder {
    agent: String,
    key: Written,
    line: u32,
}

/// The platform that has an id.
struct Holder {
    agent: String,
    platform_type: String,
    name: Option<String>,
    line: u32,
}

/// A platform as far as its id goes.
pub(super) struct Claim<'a> {
    pub(super) agent: &'a str,
    pub(super) platform_type: &'a str,
    pub(super) name: Option<&'a str>,
    pub(super) declared: Option<&'a str>,
    /// What gives it its id.
    pub(super) span: Range<usize>,
}

impl Registry {
    /// Takes a platform's id, and reports one that is taken: duplicates within an agent, and collisions anywhere.
    pub(super) fn platform(&mut self, reader: &mut Reader<'_>, claim: &Claim<'_>) {
        let id = match claim.declared {
            Some(id) => StableId::from_server(id),
            None => StableId::derive(claim.agent, claim.platform_type, claim.name),
        };
        let Some(holder) = self.platforms.get(&id) else {
            let holder = Holder {
                agent: claim.agent.to_owned(),
                platform_type: claim.platform_type.to_owned(),
                name: claim.name.map(str::to_owned),
                line: reader.position(&claim.span).line,
            };
            self.platforms.insert(id, holder);
            return;
        };
        let same = holder.agent == claim.agent
            && holder.platform_type == claim.platform_type
            && holder.name.as_deref() == claim.name;
        let diagnostic = if same && claim.declared.is_none() {
            let message = format!(
                "agent `{}` already has a platform of this type and name, on line {}",
                shown_key(claim.agent),
                holder.line
            );
            Diagnostic::new(Severity::Error, Family::Agents, "duplicate-platform", message)
                .hint("give each platform of the same type a different `name`")
        } else {
            let message = format!(
                "platform id `{}` is already used by agent `{}`, on line {}",
                shown_key(id.as_str()),
                shown_key(&holder.agent),
                holder.line
            );
            Diagnostic::new(Severity::Error, Family::Agents, "platform-id-collision", message)
                .hint("ids are derived from agent, type and name: change a `name`, or set an `id`")
        };
        reader.report_plain(&claim.span, diagnostic);
    }

    /// Takes an agent's directory, and warns of one that another agent has: pull then refuses to write there.
    pub(super) fn directory(&mut self, reader: &mut Reader<'_>, agent: &str, directory: &str, span: &Range<usize>) {
        let line = reader.position(span).line;
        let Some((other, line)) = self.directories.get(&plain(directory)) else {
            self.directories.insert(plain(directory), (agent.to_owned(), line));
            return;
        };
        let message = format!("agent `{}` uses the same `dir`, on line {line}", shown_key(other));
        let diagnostic = Diagnostic::new(Severity::Warning, Family::Agents, "shared-agent-dir", message);
        reader.report_plain(
            span,
            diagnostic.hint("both agents get the same prompts, and pull cannot write to this directory"),
        );
    }
}

impl Registry {
    /// Takes the key of an agent's provider, and reports another one: servers keep one for all agents of an org.
    pub(super) fn provider_key(
        &mut self,
        reader: &mut Reader<'_>,
        agent: &str,
        provider: &str,
        key: &Spanned<Written>,
        span: &Range<usize>,
    ) {
        if key.as_str().trim().is_empty() {
            return;
        }
        let Some(holder) = self.provider_keys.get(provider) else {
            let (agent, key, line) = (agent.to_owned(), key.value.clone(), key.position.line);
            self.provider_keys.insert(provider.to_owned(), KeyHolder { agent, key, line });
            return;
        };
        let is_same = match (holder.key.reference(), key.value.reference()) {
            (None, None) => holder.key == key.value,
            (one, other) => one == other,
        };
        if is_same {
            return;
        }
        let message = format!(
            "provider `{}` has another `key` in agent `{}`, on line {}, and an org keeps one key for each provider",
            shown_key(provider),
            shown_key(&holder.agent),
            holder.line
        );
        let diagnostic = Diagnostic::new(Severity::Error, Family::Agents, "provider-key-conflict", message);
        reader.report(span, diagnostic.hint("use the same `$NAME` in every agent"));
    }
}

/// A path without the steps that say nothing.
fn plain(directory: &str) -> String {
    let rooted = if directory.starts_with('/') { "/" } else { "" };
    let steps: Vec<&str> = directory.split('/').filter(|step| !matches!(*step, "" | ".")).collect();
    format!("{rooted}{}", steps.join("/"))
}
