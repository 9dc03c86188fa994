//! What the files call the place of a field: what people read where the server's words would send them looking.

use crate::model::FieldPath;

use super::ALL;
use super::field::{Field, Shape};
use super::kind::{Kind, Owner};

/// Where a file writes the field of a path: `network.judges."a.b"`, `skills/web/SKILL.md`, `providers[anthropic].model`.
///
/// What no file writes keeps the server's words. An agent's path may lead into what belongs to the agent, as in the row of an
/// agent that a pull adds: `platforms[triage-telegram].config.chatId`.
pub fn file_path(kind: Kind, path: &FieldPath) -> String {
    let of_agent = || {
        let (root, rest) = path.steps().split_first().filter(|_| kind.owner == Owner::SameId)?;
        let others = ALL.kinds().filter(|other| *other != kind && other.owner == Owner::SameId);
        if let Some(place) = others.into_iter().find_map(|other| Place::of(other, path)) {
            return Some(filled(&place.pattern, &place.names));
        }
        let part = ALL.kinds().find(|part| part.owner == Owner::FirstPart && part.plural == root)?;
        let (name, rest) = rest.split_first()?;
        Some(format!("{root}[{name}].{}", file_path(part, &FieldPath::of(rest.iter().map(String::as_str)))))
    };
    let place = Place::of(kind, path).map(|place| filled(&place.pattern, &place.names));
    place.or_else(of_agent).unwrap_or_else(|| path.to_string())
}

/// The same up to the first name that the reader chose: `skills.mcp`, `providers`, `config`.
pub fn file_section(kind: Kind, path: &FieldPath) -> String {
    let place = Place::of(kind, path).map(|place| filled(&place.section, &[]));
    place.unwrap_or_else(|| file_path(kind, &FieldPath::member(path.root())))
}

/// The last name of a path as the files write it: `client_secret`; a name that the reader chose stays.
pub fn file_leaf(kind: Kind, path: &FieldPath) -> String {
    let pattern = Place::of(kind, path).map(|place| place.pattern).unwrap_or_default();
    match pattern.rsplit(['.', ' ']).next() {
        Some(name) if !name.is_empty() && !name.contains(['<', '[']) => name.to_owned(),
        _ => path.leaf().to_owned(),
    }
}

/// The members of the entry at a path; none where there is no entry, or one that is no object with known members.
pub fn entry_members(kind: Kind, path: &FieldPath) -> Option<&'static [Field]> {
    match resolved(kind, path)? {
        (At::Entry(members), _) => Some(members),
        (At::Field(Field { name: "", shape: Shape::Table(members), .. }), _) => Some(members),
        _ => None,
    }
}

/// The field at a path. An entry is what its list or object is.
pub fn field_at(kind: Kind, path: &FieldPath) -> Option<&'static Field> {
    resolved(kind, path).map(|(_, field)| field)
}

/// A step on the way to a place in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FileStep {
    /// A key of a table.
    Key(String),
    /// An entry of a list of tables, by its `id`.
    Entry(String),
}

/// The way to the place of a field in the table or the frontmatter that has it: `providers`, `[anthropic]`, `model`.
///
/// It ends before a name that the path does not have, and is empty for what is a file by itself. None for what no file writes.
pub fn file_steps(kind: Kind, path: &FieldPath) -> Option<Vec<FileStep>> {
    let place = Place::of(kind, path)?;
    let (in_file, keys) = match place.pattern.split_once(": ") {
        // The name of the file is the first one.
        Some((_, keys)) => (1, keys),
        None if place.pattern.rsplit('.').next() == Some("md") => return Some(Vec::new()),
        None => (0, place.pattern.as_str()),
    };
    let mut names = place.names.iter().skip(in_file);
    let mut steps = Vec::new();
    let mut keys = keys.split('.').peekable();
    while let Some(key) = keys.next() {
        let is_key_of_entry = key == "id" && matches!(steps.last(), Some(FileStep::Entry(_)));
        if is_key_of_entry && keys.peek().is_some() {
            // What is beside the key of an entry is in the entry.
            continue;
        }
        if key.starts_with('<') {
            let Some(name) = names.next() else { break };
            steps.push(FileStep::Key((*name).to_owned()));
        } else if let Some(list) = key.strip_suffix("[]") {
            steps.push(FileStep::Key(list.to_owned()));
            let Some(name) = names.next() else { break };
            steps.push(FileStep::Entry((*name).to_owned()));
        } else {
            steps.push(FileStep::Key(key.to_owned()));
        }
    }
    Some(steps)
}

/// Whether a file can say what is at a path.
pub fn is_written_by_files(kind: Kind, path: &FieldPath) -> bool {
    resolved(kind, path).is_some_and(|(at, field)| {
        let is_known = !matches!(at, At::Free) || matches!(field.shape, Shape::Config { .. });
        is_known && !field.file.is_empty() && field.is_compared()
    })
}

/// Where a path leads, with the innermost field that has a name. An agent's path may lead into what belongs to the agent.
fn resolved(kind: Kind, path: &FieldPath) -> Option<(At, &'static Field)> {
    if let Some(place) = Place::of(kind, path) {
        return Some((place.at, place.field));
    }
    let (root, rest) = path.steps().split_first().filter(|_| kind.owner == Owner::SameId)?;
    let of_agent = ALL.kinds().filter(|other| other.owner == Owner::SameId).find_map(|other| Place::of(other, path));
    if let Some(place) = of_agent {
        return Some((place.at, place.field));
    }
    let part = ALL.kinds().find(|part| part.owner == Owner::FirstPart && part.plural == root)?;
    let inner = FieldPath::of(rest.get(1..)?.iter().map(String::as_str));
    Place::of(part, &inner).map(|place| (place.at, place.field))
}

/// A place of the schema, with the names that a path has for its free steps.
struct Place<'path> {
    pattern: String,
    /// The pattern up to what the schema does not know by name.
    section: String,
    names: Vec<&'path str>,
    at: At,
    /// The innermost field that has a name.
    field: &'static Field,
}

/// Where a walk along a path is.
#[derive(Clone, Copy)]
enum At {
    Field(&'static Field),
    /// In an entry of a list with keys.
    Entry(&'static [Field]),
    /// In what the schema does not know by name.
    Free,
}

impl<'path> Place<'path> {
    /// None where the schema does not know the root of the path, or no file writes it.
    fn of(kind: Kind, path: &'path FieldPath) -> Option<Self> {
        let (root, rest) = path.steps().split_first()?;
        let root = kind.field(root)?;
        let (mut at, mut pattern, mut section, mut names) = (At::Field(root), pattern_of(root), None, Vec::new());
        let mut innermost = root;
        for step in rest.iter().map(String::as_str) {
            let members: &'static [Field] = match at {
                At::Field(field) => match field.shape {
                    Shape::Table(members) => members,
                    Shape::Map(entries) => {
                        names.push(step);
                        at = At::Field(&entries.entry);
                        continue;
                    }
                    Shape::Keyed(keyed) => {
                        names.push(step);
                        at = At::Entry(keyed.entry);
                        continue;
                    }
                    _ => &[],
                },
                At::Entry(members) => members,
                At::Free => &[],
            };
            if let Some(member) = members.iter().find(|member| member.name == step) {
                pattern = pattern_of(member);
                at = At::Field(member);
                innermost = member;
            } else {
                // The keys of a config are free, and a server may have members that the schema does not know.
                section.get_or_insert_with(|| pattern.clone());
                pattern.push_str(".<key>");
                names.push(step);
                at = At::Free;
            }
        }
        let is_written = !pattern.is_empty() && !pattern.starts_with('.');
        let section = section.unwrap_or_else(|| pattern.clone());
        is_written.then_some(Self { section, pattern, names, at, field: innermost })
    }
}

/// Where a file writes a field. A table that no file writes by itself is named as its members are, up to their own names.
fn pattern_of(field: &Field) -> String {
    match (field.file, field.shape) {
        ("", Shape::Table(members)) => table_place(members).to_owned(),
        (file, _) => file.to_owned(),
    }
}

/// Where a file writes the table of these members.
pub fn table_place(members: &'static [Field]) -> &'static str {
    let place = |member: &'static Field| match (member.file, member.shape) {
        ("", Shape::Table(members)) => table_place(members),
        (file, _) => file,
    };
    let first = members.iter().map(place).find(|place| !place.is_empty()).unwrap_or_default();
    first.rsplit_once(['.', ' ']).map_or(first, |(table, _)| table).trim_end_matches(':')
}

/// Puts names in the places of a pattern: `<name>`, and `[]` of a list whose entries have a key. It ends before a place for
/// which there is no name.
fn filled(pattern: &str, names: &[&str]) -> String {
    let is_of_key = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '-');
    let mut names = names.iter();
    let mut out = String::new();
    let mut rest = pattern;
    while let Some(at) = rest.find(['<', '[']) {
        let (before, place) = rest.split_at(at);
        out.push_str(before);
        let Some(name) = names.next() else {
            return out.trim_end_matches(['.', '/', ':', ' ']).to_owned();
        };
        let end = if place.starts_with('<') { '>' } else { ']' };
        rest = place.split_once(end).map_or("", |(_, rest)| rest);
        match out.chars().last() {
            _ if end == ']' => {
                out.push('[');
                out.push_str(name);
                out.push(']');
                // The key of an entry is the entry, and what is beside the key is in it.
                rest = rest.strip_prefix(".id").filter(|rest| !rest.starts_with(is_of_key)).unwrap_or(rest);
            }
            // A directory: the skills of a project are known by their names.
            Some('/') => out.push_str(name.strip_prefix("local/").unwrap_or(name)),
            _ => out.push_str(&toml_key(name)),
        }
    }
    out + rest
}

/// A key as TOML writes it.
/// A key as TOML writes it.
pub fn toml_key(name: &str) -> String {
    let is_bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-');
    if !name.is_empty() && name.bytes().all(is_bare) {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('\\', "\\\\").replace('"', "\\\""))
    }
}

#[cfg(test)]
mod tests {
    use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS};

    use super::*;

    #[test]
    fn places_are_named_as_the_files_name_them() {
        let table: [(Kind, &[&str], &str, &str); 28] = [
            (AGENT, &["name"], "name", "name"),
            (ENTITY_TYPE, &["metadata_schema"], "metadata_schema", "metadata_schema"),
            (RELATIONSHIP_TYPE, &["rules"], "rules", "rules"),
            (PLATFORM, &["type"], "type", "type"),
            (PLATFORM, &["config", "chatId"], "config.chatId", "config"),
            (PLATFORM, &["config", "chat.id"], "config.\"chat.id\"", "config"),
            (PLATFORM, &["config"], "config", "config"),
            (SETTINGS, &["soulMd"], "SOUL.md", "SOUL.md"),
            (SETTINGS, &["networkConfig"], "network", "network"),
            (SETTINGS, &["networkConfig", "allowedDomains"], "network.allowed", "network.allowed"),
            (SETTINGS, &["networkConfig", "judges", "a.b"], "network.judges.\"a.b\"", "network.judges"),
            (SETTINGS, &["networkConfig", "judges"], "network.judges", "network.judges"),
            (SETTINGS, &["egressConfig", "extraPolicy"], "egress.extra_policy", "egress.extra_policy"),
            (SETTINGS, &["nixConfig", "packages"], "worker.nix_packages", "worker.nix_packages"),
            (SETTINGS, &["mcpServers"], "skills.mcp", "skills.mcp"),
            (SETTINGS, &["mcpServers", "gh"], "skills.mcp.gh", "skills.mcp"),
            (SETTINGS, &["mcpServers", "gh", "url"], "skills.mcp.gh.url", "skills.mcp"),
            (SETTINGS, &["mcpServers", "gh", "env", "TOKEN"], "skills.mcp.gh.env.TOKEN", "skills.mcp"),
            (SETTINGS, &["mcpServers", "gh", "headers", "X-Y"], "skills.mcp.gh.headers.X-Y", "skills.mcp"),
            (SETTINGS, &["mcpServers", "gh", "auth"], "skills.mcp.gh.auth", "skills.mcp"),
            (SETTINGS, &["mcpServers", "gh", "oauth"], "skills.mcp.gh.oauth", "skills.mcp"),
            (SETTINGS, &["mcpServers", "gh", "oauth", "clientId"], "skills.mcp.gh.oauth.client_id", "skills.mcp"),
            (SETTINGS, &["skillsConfig", "skills", "local/web"], "skills/web/SKILL.md", "skills"),
            (SETTINGS, &["skillsConfig", "skills", "a/b/web", "content"], "skills/a/b/web/SKILL.md", "skills"),
            (
                SETTINGS,
                &["skillsConfig", "skills", "local/web", "networkConfig", "judges", "x"],
                "skills/web/SKILL.md: judges.x",
                "skills",
            ),
            (SETTINGS, &["installedProviders", "anthropic"], "providers[anthropic]", "providers"),
            (SETTINGS, &["installedProviders"], "providers", "providers"),
            (SETTINGS, &["providerModelPreferences", "anthropic"], "providers[anthropic].model", "providers"),
        ];
        for (kind, steps, whole, section) in table {
            let path = FieldPath::of(steps.iter().copied());
            assert_eq!((file_path(kind, &path).as_str(), file_section(kind, &path).as_str()), (whole, section));
        }
    }

    #[test]
    fn an_agents_path_leads_into_what_belongs_to_it() {
        for (steps, name) in [
            (&["soulMd"][..], "SOUL.md"),
            (&["mcpServers", "gh", "url"], "skills.mcp.gh.url"),
            (&["platforms", "triage-telegram", "config", "chatId"], "platforms[triage-telegram].config.chatId"),
            (&["platforms"], "platforms"),
        ] {
            assert_eq!(file_path(AGENT, &FieldPath::of(steps.iter().copied())), name);
        }
        assert_eq!(file_section(AGENT, &FieldPath::of(["networkConfig", "allowedDomains"])), "network");
    }

    #[test]
    fn what_no_file_writes_keeps_the_words_of_the_server() {
        for steps in [&["modelSelection"][..], &["modelSelection", "mode"], &["unheardOf", "a.b"]] {
            let path = FieldPath::of(steps.iter().copied());
            assert_eq!(file_path(SETTINGS, &path), path.to_string());
        }
        assert_eq!(file_path(SETTINGS, &FieldPath::default()), "");
    }

    #[test]
    fn what_is_beside_the_key_of_an_entry_is_in_the_entry() {
        let path = FieldPath::of(["installedProviders", "anthropic", "key"]);
        assert_eq!(file_path(SETTINGS, &path), "providers[anthropic].key");
    }

    type Way = Option<Vec<FileStep>>;

    #[test]
    fn the_way_to_a_place_has_the_names_of_the_path() {
        use FileStep::Entry;
        let key = |name: &str| FileStep::Key(name.to_owned());
        let provider = || Entry("anthropic".to_owned());
        let table: [(Kind, &[&str], Way); 13] = [
            (SETTINGS, &["networkConfig", "judges", "a.b"], Some(vec![key("network"), key("judges"), key("a.b")])),
            (SETTINGS, &["networkConfig"], Some(vec![key("network")])),
            (SETTINGS, &["mcpServers", "gh"], Some(vec![key("skills"), key("mcp"), key("gh")])),
            (SETTINGS, &["mcpServers"], Some(vec![key("skills"), key("mcp")])),
            (
                SETTINGS,
                &["mcpServers", "gh", "oauth", "clientId"],
                Some(["skills", "mcp", "gh", "oauth", "client_id"].map(key).to_vec()),
            ),
            (
                SETTINGS,
                &["providerModelPreferences", "anthropic"],
                Some(vec![key("providers"), provider(), key("model")]),
            ),
            (SETTINGS, &["installedProviders", "anthropic"], Some(vec![key("providers"), provider(), key("id")])),
            (
                SETTINGS,
                &["installedProviders", "anthropic", "key"],
                Some(vec![key("providers"), provider(), key("key")]),
            ),
            (SETTINGS, &["skillsConfig", "skills", "local/web", "content"], Some(Vec::new())),
            (
                SETTINGS,
                &["skillsConfig", "skills", "local/web", "networkConfig", "judges", "x"],
                Some(vec![key("judges"), key("x")]),
            ),
            (PLATFORM, &["config", "chat.id"], Some(vec![key("config"), key("chat.id")])),
            (SETTINGS, &["soulMd"], Some(Vec::new())),
            (SETTINGS, &["modelSelection"], None),
        ];
        for (kind, steps, way) in table {
            assert_eq!(file_steps(kind, &FieldPath::of(steps.iter().copied())), way, "{steps:?}");
        }
    }

    #[test]
    fn the_last_name_is_the_one_of_the_files_or_of_the_reader() {
        let leaf = |steps: &[&str]| file_leaf(SETTINGS, &FieldPath::of(steps.iter().copied()));
        assert_eq!(leaf(&["mcpServers", "gh", "oauth", "clientSecret"]), "client_secret");
        assert_eq!(leaf(&["mcpServers", "gh", "headers", "X-Client.Secret"]), "X-Client.Secret");
        assert_eq!(leaf(&["mcpServers", "gh", "env", "clientSecret"]), "clientSecret");
        assert_eq!(leaf(&["unknown", "clientSecret"]), "clientSecret");
        assert_eq!(leaf(&["skillsConfig", "skills", "local/web", "nixPackages"]), "nixPackages");
    }

    #[test]
    fn no_two_fields_of_a_kind_have_one_name() {
        fn collect(kind: Kind, path: &FieldPath, field: &'static Field, seen: &mut Vec<String>) {
            let members: &[Field] = match field.shape {
                Shape::Table(members) => members,
                Shape::Map(entries) => return collect(kind, &path.join("x"), &entries.entry, seen),
                Shape::Keyed(keyed) => {
                    seen.push(file_path(kind, &path.join("x")));
                    return keyed.entry.iter().for_each(|member| {
                        // The body of a skill is its file, like the skill itself.
                        if member.name != "content" {
                            collect(kind, &path.join("x").join(member.name), member, seen);
                        }
                    });
                }
                _ => return seen.push(file_path(kind, path)),
            };
            for member in members {
                collect(kind, &path.join(member.name), member, seen);
            }
        }
        for kind in ALL.kinds() {
            let mut seen = Vec::new();
            kind.table()
                .fields
                .iter()
                .for_each(|field| collect(kind, &FieldPath::member(field.name), field, &mut seen));
            let count = seen.len();
            seen.sort();
            seen.dedup();
            assert_eq!(seen.len(), count, "{kind}: {seen:#?}");
        }
    }
}
