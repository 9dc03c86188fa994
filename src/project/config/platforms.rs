use super::keys;
use super::path::shown_key;
use super::reader::Reader;
use super::registry::{Claim, Registry};
use super::section::Section;
use super::spanned::{Entry, Spanned, TextList};
use super::types::{AgentConfig, PlatformConfig};
use crate::model::{Diagnostic, Severity};
use crate::project::suggest;
use crate::schema::kinds::platform::{NAME_PATTERN, TYPES, config_keys};
use crate::schema::names;

pub(super) const KEYS: [&str; 6] = names(&keys::PLATFORM);

/// The longest id of a platform that servers take, in bytes.
const LONGEST_ID: usize = 256;

/// The config key that the server sets by itself.
const INJECTED_KEY: &str = "platform";

pub(super) fn read_all(
    reader: &mut Reader<'_>,
    agent: &Section<'_>,
    id: &str,
    registry: &mut Registry,
) -> Vec<PlatformConfig> {
    let Some((_, elements)) = reader.list(agent, "platforms", "a list of tables") else { return Vec::new() };
    let list = agent.path.key("platforms");
    let mut platforms = Vec::new();
    for (index, element) in elements.iter().enumerate() {
        if let Some(section) = reader.section_of(list.element(index), agent.family, element) {
            platforms.extend(read(reader, &section, index, id, registry));
        }
    }
    platforms
}

fn read(
    reader: &mut Reader<'_>,
    section: &Section<'_>,
    index: usize,
    agent: &str,
    registry: &mut Registry,
) -> Option<PlatformConfig> {
    reader.keys(section, &KEYS, &[("settings", "platform settings can be changed only in the web interface")]);
    let platform_type = platform_type(reader, section);
    let name = name(reader, section);
    let id = declared_id(reader, section);
    let config = config(reader, section);
    let channels = channels(reader, section, platform_type.as_ref());
    let platform_type = platform_type?;
    near_keys(reader, section, platform_type.as_str(), &config);
    let telling = ["id", "name", "type"].iter().find_map(|key| section.find(key));
    registry.platform(
        reader,
        &Claim {
            agent,
            platform_type: platform_type.as_str(),
            name: name.as_ref().map(Spanned::<String>::as_str),
            declared: id.as_ref().map(Spanned::<String>::as_str),
            span: telling.map_or_else(|| section.span.clone(), |field| field.span),
        },
    );
    let (targets, position) = (reader.targets(section), reader.position(&section.span));
    Some(PlatformConfig { platform_type, name, id, config, channels, targets, index, position })
}

fn platform_type(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Spanned<String>> {
    let hint = format!("use one of {}", TYPES.join(", "));
    let platform_type = reader.needed_name(section, "type", Some(&hint))?;
    if !TYPES.contains(&platform_type.as_str()) {
        let message = format!("unknown platform type `{}`", shown_key(platform_type.as_str()));
        let mut diagnostic = Diagnostic::new(reader.unknown(), section.family, "unknown-platform-type", message);
        diagnostic.hint = Some(suggest::did_you_mean(platform_type.as_str(), TYPES).unwrap_or(hint));
        reader.report_plain(&section.find("type")?.span, diagnostic);
    }
    Some(platform_type)
}

fn name(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Spanned<String>> {
    let name = reader.text(section, "name")?;
    let mut bytes = name.value.bytes();
    let starts = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !starts || !bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
        let message = format!("`{}` must match {NAME_PATTERN}", section.path.key("name"));
        let diagnostic = Diagnostic::new(Severity::Error, section.family, "bad-platform-name", message);
        reader.report_plain(&section.find("name")?.span, diagnostic);
    }
    Some(name)
}

/// Whether a text may be a platform's id: it becomes an element of a URL's path, so nothing that a path normalizes is taken.
pub fn is_platform_id(text: &str) -> bool {
    if text.len() > LONGEST_ID {
        return false;
    }
    let is_wrong = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '/' | '\\');
    !text.bytes().all(|byte| byte == b'.') && !text.contains(is_wrong)
}

/// The id that a platform declares.
fn declared_id(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Spanned<String>> {
    let id = reader.text(section, "id")?;
    if !is_platform_id(id.as_str()) {
        let message = format!("`{}` is not a valid platform id", section.path.key("id"));
        let diagnostic = Diagnostic::new(Severity::Error, section.family, "bad-platform-id", message);
        let hint = "use the id of a platform that the org has, or remove the key";
        reader.report(&section.find("id")?.span, diagnostic.hint(hint));
        return None;
    }
    Some(id)
}

fn config(reader: &mut Reader<'_>, section: &Section<'_>) -> Vec<Entry> {
    if section.find("config").is_none() {
        reader.missing(section, "config", Some("if the platform needs no config, write config = {}"));
    }
    let entries = reader.reference_entries(section, "config");
    let injected = reader.table(section, "config", section.path.key("config"));
    if let Some(field) = injected.and_then(|table| table.find(INJECTED_KEY)) {
        let message = format!("`{}.{INJECTED_KEY}` is set by the server", section.path.key("config"));
        let diagnostic = Diagnostic::new(Severity::Error, section.family, "reserved-config-key", message);
        reader.report(&field.key_span, diagnostic.hint("remove it: the server takes it from the platform's `type`"));
    }
    entries
}

/// Warns of config keys that are almost those of the type: the platform would start without its token.
fn near_keys(reader: &mut Reader<'_>, section: &Section<'_>, platform_type: &str, config: &[Entry]) {
    let known: Vec<&str> = config_keys(platform_type).map(|key| key.name).collect();
    let is_there = |key: &str| config.iter().any(|entry| entry.key.value == key);
    let Some(table) = reader.table(section, "config", section.path.key("config")) else { return };
    for entry in config.iter().filter(|entry| !known.contains(&entry.key.as_str())) {
        let key = entry.key.as_str();
        let Some(meant) = suggest::closest(key, known.iter().copied()).filter(|meant| !is_there(meant)) else {
            continue;
        };
        let Some(field) = table.find(key) else { continue };
        let message = format!("`{}` is not a usual key of {platform_type}", section.path.key("config").key(key));
        let diagnostic = Diagnostic::new(Severity::Warning, section.family, "unusual-config-key", message);
        reader.report(&field.key_span, diagnostic.hint(format!("did you mean `{meant}`?")));
    }
}

/// Channels of the second generation (generations, "Project formats"); they are not applied, so their form is a warning.
fn channels(reader: &mut Reader<'_>, section: &Section<'_>, platform_type: Option<&Spanned<String>>) -> TextList {
    let channels = reader.texts(section, "channels")?;
    let field = section.find("channels")?;
    let warn = |message: String| Diagnostic::new(Severity::Warning, section.family, "bad-channel", message);
    if platform_type.is_some_and(|platform_type| platform_type.value != "slack") {
        reader.report(&field.key_span, warn(format!("`{}` is supported only for slack", section.path.key("channels"))));
    }
    let has_parts = |text: &str| {
        let parts = text.split_once('/');
        parts.is_some_and(|(team, channel)| !team.is_empty() && !channel.is_empty() && !channel.contains('/'))
    };
    if channels.value.iter().any(|channel| !has_parts(channel.as_str())) {
        let message = format!("`{}` must be a list of team/channel", section.path.key("channels"));
        reader.report(&field.span, warn(message));
    }
    Some(channels)
}

/// Reports blocks that were renamed or moved, in whatever form they stand.
pub(super) fn legacy(reader: &mut Reader<'_>, agent: &Section<'_>, id: &str) {
    let id = shown_key(id);
    if let Some(field) = agent.find("connections") {
        let message = format!("`{}` was renamed to `platforms`", agent.path.key("connections"));
        let diagnostic = Diagnostic::new(Severity::Error, agent.family, "renamed-connections", message);
        reader.report(&field.key_span, diagnostic.hint(format!("write `[[agents.{id}.platforms]]`")));
    }
    if let Some(field) = agent.find("watchers") {
        let message = format!("`{}` is not supported in lobu.toml", agent.path.key("watchers"));
        let diagnostic = Diagnostic::new(Severity::Error, agent.family, "moved-watchers", message);
        let hint = format!("declare watchers in model files: `type: watcher` with `agent: {id}`");
        reader.report(&field.key_span, diagnostic.hint(hint));
    }
}

/// Not a key of agents, but of what is reported apart.
pub(super) const LEGACY_KEYS: [&str; 2] = ["connections", "watchers"];

impl AgentConfig {
    /// The channels that its platforms name; they are not applied.
    pub(super) fn channels(&self) -> impl Iterator<Item = &str> {
        let lists = self.platforms.iter().filter_map(|platform| platform.channels.as_ref());
        lists.flat_map(|list| list.value.iter().map(Spanned::<String>::as_str))
    }
}
