use super::keys;
use super::reader::Reader;
use super::section::Section;
use super::spanned::{Spanned, Written};
use super::types::{McpServer, OauthConfig};
use crate::schema::kinds::settings::{AUTH_SCOPES, SERVER_TYPES};
use crate::schema::names;

pub(super) const KEYS: [&str; 9] = names(&keys::SERVER);

/// Keys as other tools spell them, which no distance finds.
const ELSEWHERE: [(&str, &str); 1] = [("transport", "did you mean `type`?")];

/// Keys of public projects beside `mcp`.
const SKILLS_ELSEWHERE: [(&str, &str); 1] =
    [("enabled", "this key never had an effect: every skill in a `skills` directory is applied; remove it")];

/// Reads `skills.mcp`.
pub(super) fn read_all(reader: &mut Reader<'_>, agent: &Section<'_>) -> Vec<McpServer> {
    let Some(skills) = reader.table(agent, "skills", agent.path.key("skills")) else { return Vec::new() };
    reader.keys(&skills, &names(&keys::SKILLS), &SKILLS_ELSEWHERE);
    let Some(servers) = reader.table(&skills, "mcp", skills.path.key("mcp")) else { return Vec::new() };
    let mut found = Vec::new();
    for (name, field) in servers.fields() {
        if name.is_empty() {
            reader.empty_key(&servers.path, servers.family, &field.key_span);
        }
        if let Some(section) = reader.section_of(servers.path.key(name), servers.family, &field) {
            let id = reader.spanned(name.to_owned(), &field.key_span);
            found.push(read(reader, &section, id));
        }
    }
    found
}

fn read(reader: &mut Reader<'_>, section: &Section<'_>, id: Spanned<String>) -> McpServer {
    reader.keys(section, &KEYS, &ELSEWHERE);
    for key in ["url", "command"] {
        reader.check_plain(section, key);
    }
    reader.check_arguments(section, "args");
    McpServer {
        id,
        server_type: reader.choice(section, "type", &SERVER_TYPES),
        url: reader.written(section, "url"),
        command: reader.written(section, "command"),
        args: reader.texts(section, "args").map(hide),
        env: reader.reference_entries(section, "env"),
        headers: reader.reference_entries(section, "headers"),
        auth_scope: reader.choice(section, "auth_scope", &AUTH_SCOPES),
        oauth: oauth(reader, section),
        targets: reader.targets(section),
    }
}

fn hide(texts: Spanned<Vec<Spanned<String>>>) -> Spanned<Vec<Spanned<Written>>> {
    texts.map(|texts| texts.into_iter().map(|text| text.map(Written::new)).collect())
}

fn oauth(reader: &mut Reader<'_>, server: &Section<'_>) -> Option<OauthConfig> {
    let section = reader.table(server, "oauth", server.path.key("oauth"))?;
    if section.is_empty() {
        return None;
    }
    reader.keys(&section, &names(&keys::OAUTH), &[]);
    for key in ["auth_url", "token_url"] {
        if section.find(key).is_none() {
            reader.missing(&section, key, None);
        }
        reader.check_plain(&section, key);
    }
    Some(OauthConfig {
        auth_url: reader.written(&section, "auth_url"),
        token_url: reader.written(&section, "token_url"),
        client_id: reader.reference(&section, "client_id"),
        client_secret: reader.reference(&section, "client_secret"),
        scopes: reader.texts(&section, "scopes"),
        token_endpoint_auth_method: reader.text(&section, "token_endpoint_auth_method"),
    })
}
