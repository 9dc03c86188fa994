use std::collections::BTreeMap;
use std::sync::Arc;

use crate::model::{FieldPath, Place, Value};
use crate::project::config::{Entry, McpServer, OauthConfig, Spanned, Written};
use crate::project::skills::{Skill, SkillMcpServer};
use crate::schema::{Declaration, Sources};

use super::values::{
    arguments, blank_clears, command, declared_text, empty_clears, list, non_empty, reference_text, table,
};

/// `mcpServers`: the agent's own, then those of its skills whose id is free.
pub(super) fn declaration(servers: &[McpServer], skills: &[Arc<Skill>], sources: &mut Sources) -> Option<Declaration> {
    let mut all: BTreeMap<_, _> =
        servers.iter().map(|server| (server.id.value.clone(), server_declaration(server))).collect();
    for skill in skills {
        for server in &skill.mcp_servers {
            if all.contains_key(&server.id) {
                continue;
            }
            let path = FieldPath::member("mcpServers").join(server.id.clone());
            sources.insert((path, String::new()), skill.name.clone());
            all.insert(server.id.clone(), skill_server(server));
        }
    }
    Declaration::table(all)
}

fn server_declaration(server: &McpServer) -> Declaration {
    let McpServer { id: _, server_type, url, command: program, args, env, headers, auth_scope, oauth, targets: _ } =
        server;
    let args = args.as_ref().map(|args| arguments(args.value.iter().map(Spanned::<Written>::as_str)));
    let program = program.as_ref().map(Spanned::<Written>::as_str);
    table([
        ("type", declared_text(server_type.as_ref())),
        ("url", written(url.as_ref())),
        ("command", program.map(|written| command(written, written.trim().is_empty()))),
        ("args", args),
        ("env", entries(env)),
        ("headers", entries(headers)),
        ("authScope", declared_text(auth_scope.as_ref())),
        ("oauth", oauth.as_ref().and_then(oauth_declaration)),
    ])
}

/// A text where no reference is read.
fn written(leaf: Option<&Spanned<Written>>) -> Option<Declaration> {
    leaf.map(|leaf| blank_clears(leaf.as_str()))
}

/// A text where references are read.
fn secret(key: &str, leaf: Option<&Spanned<Written>>) -> Option<Declaration> {
    let written = leaf?.as_str();
    let reference = || Declaration::Leaf(Value::Text(reference_text(Place::McpValue, key, written)));
    Some(if written.is_empty() { Declaration::Clear } else { reference() })
}

fn entries(entries: &[Entry]) -> Option<Declaration> {
    let entry = |entry: &Entry| {
        let key = entry.key.value.clone();
        secret(&key, Some(&entry.value)).map(|declaration| (key, declaration))
    };
    Declaration::table(entries.iter().filter_map(entry).collect())
}

fn oauth_declaration(oauth: &OauthConfig) -> Option<Declaration> {
    let OauthConfig { auth_url, token_url, client_id, client_secret, scopes, token_endpoint_auth_method } = oauth;
    non_empty(table([
        ("authUrl", written(auth_url.as_ref())),
        ("tokenUrl", written(token_url.as_ref())),
        ("clientId", secret("client_id", client_id.as_ref())),
        ("clientSecret", secret("client_secret", client_secret.as_ref())),
        ("scopes", scopes.as_ref().map(list)),
        ("tokenEndpointAuthMethod", declared_text(token_endpoint_auth_method.as_ref())),
    ]))
}

fn skill_server(server: &SkillMcpServer) -> Declaration {
    let SkillMcpServer { id: _, url, transport, command: program, args } = server;
    let args = args.as_ref().map(|args| arguments(args.iter().map(String::as_str)));
    let text = |written: &Option<String>| written.as_deref().map(empty_clears);
    let program = program.as_deref().map(|written| command(written, written.is_empty()));
    table([("type", text(transport)), ("url", text(url)), ("command", program), ("args", args)])
}
