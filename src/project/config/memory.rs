use super::keys;
use super::outdated::NEVER_HAD_AN_EFFECT;
use super::reader::Reader;
use super::section::{Field, Section};
use super::spanned::Spanned;
use super::types::{MemoryConfig, Overlay, TargetConfig};
use crate::model::{Diagnostic, Family, OrgSlug, Severity};
use crate::schema::names;

const KEYS: [&str; 9] = names(&keys::MEMORY);

/// The tables of the first generation, and of the day between.
pub(in crate::project) const OLD_TABLES: [&str; 2] = ["owletto", "lobu"];

const ELSEWHERE: [(&str, &str); 5] = [
    ("config", NEVER_HAD_AN_EFFECT),
    ("schema", "declare types in model files (one per type, or a bundle) in the directory that `models` sets"),
    ("entities", "declare types in model files in the directory that `models` sets"),
    ("relationships", "declare types in model files in the directory that `models` sets"),
    ("mcp_url", "remove it: set the server with --url or a context, and the org with `org`"),
];

const TARGET_KEYS: [&str; 5] = names(&keys::TARGET);

/// Whether a key is one of the second generation's memory table.
pub(in crate::project) fn is_memory_key(key: &str) -> bool {
    KEYS.contains(&key)
}

/// Reads the memory table in whichever spelling it stands.
pub(super) fn read(reader: &mut Reader<'_>, root: &Section<'_>) -> Option<MemoryConfig> {
    let mut memory = reader.table(root, "memory", root.path.key("memory"))?;
    memory.family = Family::Memory;
    let old: Vec<(&str, Field<'_>)> =
        memory.fields().into_iter().filter(|(name, _)| OLD_TABLES.contains(name)).collect();
    let Some((old_name, old_field)) = old.first() else {
        reader.keys(&memory, &KEYS, &ELSEWHERE);
        return Some(table(reader, &memory));
    };
    let has_new = memory.names().any(is_memory_key);
    if let Some((second, field)) = if has_new { Some((*old_name, old_field)) } else { old.get(1).map(|(n, f)| (*n, f)) }
    {
        let first = if has_new { "memory".to_owned() } else { format!("memory.{old_name}") };
        let message = format!("`memory.{second}` and `{first}` are the same table, and the file has both");
        let diagnostic = Diagnostic::new(Severity::Error, Family::Project, "two-memory-tables", message);
        reader.report(&field.key_span, diagnostic.hint("keep only `[memory]`"));
    } else {
        let message = format!("`[memory.{old_name}]` is deprecated: use `[memory]`");
        let diagnostic = Diagnostic::new(Severity::Warning, Family::Memory, "old-memory-table", message);
        reader.report(&old_field.key_span, diagnostic.hint_command("to rewrite it:", "lobu validate --fix"));
    }
    let known: Vec<&str> = KEYS.iter().chain(&OLD_TABLES).copied().collect();
    reader.keys(&memory, &known, &ELSEWHERE);
    if has_new {
        return Some(table(reader, &memory));
    }
    let section = reader.section_of(memory.path.key(old_name), Family::Memory, old_field)?;
    reader.keys(&section, &KEYS, &ELSEWHERE);
    Some(table(reader, &section))
}

fn table(reader: &mut Reader<'_>, section: &Section<'_>) -> MemoryConfig {
    MemoryConfig {
        position: reader.position(&section.span),
        enabled: reader.flag(section, "enabled"),
        org: org(reader, section),
        organization_id: reader.text(section, "organization_id"),
        name: reader.text(section, "name"),
        description: reader.text(section, "description"),
        visibility: reader.choice(section, "visibility", &keys::VISIBILITIES),
        models: reader.text(section, "models"),
        data: reader.text(section, "data"),
        connectors: reader.open_shape(section, "connectors"),
        connectors_path: reader.text_if_any(section, "connectors"),
    }
}

/// A pin: it decides where everything goes, so a bad one stops agents and memory alike.
fn org(reader: &mut Reader<'_>, section: &Section<'_>) -> Option<Spanned<String>> {
    let org = reader.text(section, "org")?;
    if OrgSlug::parse(org.as_str()).is_err() {
        let message = format!("`{}` must match {}", section.path.key("org"), OrgSlug::PATTERN);
        let diagnostic = Diagnostic::new(Severity::Error, Family::Project, "bad-org", message);
        reader.report_plain(&section.find("org")?.span, diagnostic);
        return None;
    }
    Some(org)
}

/// Keys of the project that no target has.
const TARGET_ELSEWHERE: [(&str, &str); 2] = [
    ("memory", "a target has its own `org`; the rest of `[memory]` is the same in all targets"),
    ("models", "the memory schema is the same in all targets"),
];

/// Reads `[targets.<name>]` but for what it says otherwise than the project.
///
/// `models` are the further keys, those of the tables about model files.
pub(super) fn targets(reader: &mut Reader<'_>, root: &Section<'_>, models: &[&'static str]) -> Vec<TargetConfig> {
    let Some(table) = reader.table(root, "targets", root.path.key("targets")) else { return Vec::new() };
    let mut targets = Vec::new();
    for (name, field) in table.fields() {
        if name.trim().is_empty() {
            reader.empty_key(&table.path, Family::Project, &field.key_span);
        }
        let Some(section) = reader.section_of(table.path.key(name), Family::Project, &field) else { continue };
        let known: Vec<&str> = TARGET_KEYS.iter().chain(models).copied().collect();
        reader.keys(&section, &known, &TARGET_ELSEWHERE);
        targets.push(TargetConfig {
            name: reader.spanned(name.to_owned(), &field.key_span),
            url: reader.written(&section, "url"),
            org: org(reader, &section),
            env_file: reader.text(&section, "env_file"),
            protected: reader.flag(&section, "protected").is_some_and(|flag| flag.value),
            overlay: Overlay::default(),
        });
    }
    targets
}
