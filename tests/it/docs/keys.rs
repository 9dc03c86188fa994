use std::collections::BTreeSet;

use lobu::schema::declared_fields;
use lobu::schema::kinds::SETTINGS;
use toml_edit::{DocumentMut, Item, TableLike};

use super::blocks::{hold, table, text};

/// Each key of lobu.toml: its path, its type, and what becomes of it where it is no field of an agent's settings.
const KEYS: &[(&str, &str, &str)] = &[
    ("agents.<id>.name", "string", "agent `name`; required"),
    ("agents.<id>.description", "string", "agent `description`"),
    ("agents.<id>.dir", "path", "directory of IDENTITY.md, SOUL.md, USER.md and skills/; required"),
    ("agents.<id>.guardrails", "list of strings", ""),
    ("agents.<id>.guardrails_disabled", "list of strings", "second generation; without effect: a warning"),
    ("agents.<id>.guardrails_inline[]", "tables", "second generation; without effect: a warning"),
    ("agents.<id>.providers[].id", "string", ""),
    ("agents.<id>.providers[].model", "string", ""),
    ("agents.<id>.providers[].key", "string or `$VAR`", "the same in every agent; sent by `lobu secrets push` only"),
    ("agents.<id>.providers[].secret_ref", "string or `$VAR`", "not applied yet"),
    ("agents.<id>.platforms[].type", "string", "platform `type`; required, one of the known types"),
    ("agents.<id>.platforms[].name", "string", "part of the platform's id"),
    ("agents.<id>.platforms[].id", "string", "the platform's id, instead of the derived one"),
    ("agents.<id>.platforms[].config.<key>", "string or `$VAR`", "platform `config.<key>`"),
    ("agents.<id>.platforms[].channels", "list of strings", "second generation; not applied yet"),
    ("agents.<id>.preview.<platform>.enabled", "boolean", "second generation; not applied yet"),
    ("agents.<id>.preview.<platform>.surfaces", "list of strings", "second generation; not applied yet"),
    ("agents.<id>.preview.<platform>.code_ttl_minutes", "number", "second generation; not applied yet"),
    ("agents.<id>.network.allowed", "list of domains", ""),
    ("agents.<id>.network.denied", "list of domains", ""),
    ("agents.<id>.network.judge", "list of domains, or of `{domain, judge}`", ""),
    ("agents.<id>.network.judges.<name>", "string", ""),
    ("agents.<id>.egress.extra_policy", "string", ""),
    ("agents.<id>.egress.judge_model", "string", ""),
    ("agents.<id>.tools.pre_approved", "list of `/mcp/ID/tools/NAME`", ""),
    ("agents.<id>.tools.allowed", "list of strings", ""),
    ("agents.<id>.tools.denied", "list of strings", ""),
    ("agents.<id>.tools.strict", "boolean", ""),
    ("agents.<id>.worker.nix_packages", "list of strings", ""),
    ("agents.<id>.skills.mcp.<id>.type", "`streamable-http`, `sse` or `stdio`", ""),
    ("agents.<id>.skills.mcp.<id>.url", "string", ""),
    ("agents.<id>.skills.mcp.<id>.command", "string", ""),
    ("agents.<id>.skills.mcp.<id>.args", "list of strings", ""),
    ("agents.<id>.skills.mcp.<id>.env.<NAME>", "string or `$VAR`", ""),
    ("agents.<id>.skills.mcp.<id>.headers.<name>", "string or `$VAR`", ""),
    ("agents.<id>.skills.mcp.<id>.auth_scope", "`user` or `channel`", ""),
    ("agents.<id>.skills.mcp.<id>.oauth.auth_url", "string", ""),
    ("agents.<id>.skills.mcp.<id>.oauth.token_url", "string", ""),
    ("agents.<id>.skills.mcp.<id>.oauth.client_id", "string or `$VAR`", ""),
    ("agents.<id>.skills.mcp.<id>.oauth.client_secret", "string or `$VAR`", ""),
    ("agents.<id>.skills.mcp.<id>.oauth.scopes", "list of strings", ""),
    ("agents.<id>.skills.mcp.<id>.oauth.token_endpoint_auth_method", "string", ""),
    ("memory.enabled", "boolean", "`false`: model files are not read"),
    ("memory.org", "org slug", "the org that the project is pinned to"),
    ("memory.organization_id", "string", "compared with the org's ID, where the server shows it"),
    ("memory.name", "string", "only in the link that creates the org"),
    ("memory.description", "string", "not applied yet"),
    ("memory.visibility", "`public` or `private`", "not applied yet"),
    ("memory.models", "path", "directory of the model files; default `./models`"),
    ("memory.data", "path", "not applied yet"),
    ("memory.connectors", "open", "second generation; not applied yet"),
    ("targets.<name>.url", "URL", "the server that `-t <name>` selects"),
    ("targets.<name>.org", "org slug", "the org that `-t <name>` selects"),
    ("targets.<name>.env_file", "path", "read by `secrets push -t <name>`, and by an apply that sends values"),
];

/// Tables whose keys are free, and how the reference calls a key.
const FREE: &[(&str, &str)] = &[
    ("agents", "<id>"),
    ("agents.<id>.network.judges", "<name>"),
    ("agents.<id>.platforms[].config", "<key>"),
    ("agents.<id>.preview", "<platform>"),
    ("agents.<id>.skills.mcp", "<id>"),
    ("agents.<id>.skills.mcp.<id>.env", "<NAME>"),
    ("agents.<id>.skills.mcp.<id>.headers", "<name>"),
    ("targets", "<name>"),
];

/// The keys of a document, in the words of the reference.
fn keys(path: &str, table: &dyn TableLike, found: &mut BTreeSet<String>) {
    let free = FREE.iter().find(|(table, _)| *table == path);
    for (name, item) in table.iter() {
        let name = free.map_or(name, |(_, word)| word);
        let path = if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
        if let Some(table) = item.as_table_like() {
            keys(&path, table, found);
        } else if let Item::ArrayOfTables(tables) = item {
            let path = format!("{path}[]");
            if path == "agents.<id>.guardrails_inline[]" {
                found.insert(path);
                continue;
            }
            tables.iter().for_each(|table| keys(&path, table, found));
        } else {
            found.insert(path);
        }
    }
}

fn keys_of(project: &str) -> BTreeSet<String> {
    let document: DocumentMut = text(&format!("fixtures/projects/{project}/lobu.toml")).parse().expect("TOML");
    let mut found = BTreeSet::new();
    keys("", document.as_table(), &mut found);
    // Empty lists stand for the tables that they have none of.
    found.remove("agents.<id>.providers");
    found
}

#[test]
fn the_reference_has_every_key_that_a_project_can_write() {
    let documented: BTreeSet<String> = KEYS.iter().map(|(path, _, _)| (*path).to_owned()).collect();
    // The project with every field holds each key; tests elsewhere read it without a diagnostic about one.
    assert_eq!(keys_of("everything"), documented, "left: the project; right: the reference");
    assert!(keys_of("support-desk").is_subset(&documented));
}

#[test]
fn the_keys_of_lobu_toml() {
    let fields = declared_fields(SETTINGS);
    let rows = KEYS.iter().map(|(path, kind, purpose)| {
        let in_agent = path.strip_prefix("agents.<id>.").unwrap_or_default();
        let field = fields.iter().find(|field| field.file == in_agent);
        let purpose = match field {
            Some(field) => format!("settings `{}`", field.wire),
            None => (*purpose).to_owned(),
        };
        assert!(!purpose.is_empty(), "{path} goes somewhere");
        [format!("`{path}`"), (*kind).to_owned(), purpose]
    });
    hold("docs/reference/lobu-toml.md", "keys", &table(["key", "type", "maps to"], rows));
}
