//! Secret values inside platform configs and agent settings: what a write seals, keeps and forgets.
//!
//! A stored document holds a mask (`***` and 4 hex digits) where the value is secret, and the value itself lies
//! encrypted in `sealed_values` under the document's owner and the path to it. So reads never decrypt, and an equal
//! value is recognized by its keyed digest.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{
    destination,
    error::StoreError,
    refusal::Refusal,
    request_context::RequestContext,
    secrets::{self, is_reference, is_secret_name, name_of, refuse_partial_reference, refuse_reference},
    vault::{Digest, MASK, ValueLocation, Vault},
};

/// Gives the owner text of a platform's secrets. Agent ids hold no `/`, so no two owners look alike.
pub(super) fn platform_owner(agent: &str, platform: &str) -> String {
    format!("platform/{agent}/{platform}")
}

/// Gives the owner text of the secrets in an agent's settings.
pub(super) fn agent_owner(agent: &str) -> String {
    format!("agent/{agent}")
}

/// What a text in a document is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Secrecy {
    /// Stored as it is.
    Plain,
    /// A secret, unless empty.
    Secret,
    /// A secret, unless it is `$NAME`, which MCP fields read as a reference.
    SecretUnlessVariable,
}

/// Whether a place may hold `secret://…`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum References {
    /// It may: config of a platform; headers, env and OAuth client of an MCP server.
    Accepted,
    /// It may not: nothing would ever put the secret in its place.
    Refused,
}

/// Parts of a key whose value is sealed, in any case. The rule is wider than that of what a client hides: what is sealed too
/// much comes back masked, what is sealed too little is stored in clear.
const SEALED_PARTS: [&str; 9] = ["token", "secret", "password", "passwd", "key", "credential", "auth", "cookie", "dsn"];

fn is_sealed_key(key: &str) -> bool {
    let key = key.to_lowercase();
    SEALED_PARTS.iter().any(|part| key.contains(part))
}

struct Stored {
    version: i64,
    digest: Vec<u8>,
}

/// Replaces the secrets of one document by masks, and collects what is to be written.
pub(super) struct Sealer<'a> {
    context: &'a RequestContext<'a>,
    owner: String,
    /// The code of the 422 for a value that can't be stored.
    code: &'static str,
    /// The document as it is stored, masked; `Null` if there is none.
    document: Value,
    /// How many names of a path lead to the document.
    root_depth: usize,
    stored: BTreeMap<String, Stored>,
    kept: BTreeSet<String>,
    /// How many values were kept by their masks.
    masks: usize,
    /// Whether an address that is a secret itself got another value: its mask may be the same.
    readdressed: bool,
    sealed: Vec<Sealed>,
}

struct Sealed {
    field: String,
    version: i64,
    ciphertext: Vec<u8>,
    digest: Digest,
}

/// What the secrets of a document come to.
pub(super) struct SealedChanges {
    owner: String,
    sealed: Vec<Sealed>,
    replaced: bool,
    removed: Vec<String>,
}

impl<'a> Sealer<'a> {
    /// Starts on a document of an owner. `root` is the path of the document among the owner's secrets: empty for a
    /// platform's config, the member's name for a settings member.
    pub(super) fn new(
        context: &'a RequestContext<'a>,
        owner: String,
        root: &[&str],
        document: Option<Value>,
        code: &'static str,
    ) -> Result<Self, Refusal> {
        let mut stored = BTreeMap::new();
        let mut statement = context
            .connection()
            .prepare_cached("SELECT field, version, digest FROM sealed_values WHERE org = ?1 AND owner = ?2")?;
        let mut rows = statement.query(params![context.org.id, owner])?;
        while let Some(row) = rows.next()? {
            let field: String = row.get(0)?;
            if is_below(&field, root) {
                stored.insert(field, Stored { version: row.get(1)?, digest: row.get(2)? });
            }
        }
        let document = document.unwrap_or(Value::Null);
        Ok(Self {
            context,
            owner,
            code,
            document,
            root_depth: root.len(),
            stored,
            kept: BTreeSet::new(),
            masks: 0,
            readdressed: false,
            sealed: Vec::new(),
        })
    }

    /// Masks a value in which the names of fields tell what is secret: any name of the path after the first `skip`, so
    /// that all of `credentials: {…}` is.
    pub(super) fn by_name(
        &mut self,
        path: &mut Vec<String>,
        skip: usize,
        value: &mut Value,
        references: References,
    ) -> Result<(), Refusal> {
        let secret = path.get(skip..).is_some_and(|inner| inner.iter().any(|name| is_sealed_key(name)));
        match value {
            Value::String(_) => {
                self.text(path, value, if secret { Secrecy::Secret } else { Secrecy::Plain }, references)
            }
            Value::Number(_) if secret => {
                Err(self.not_storable(path, "must be a string, since its name marks a secret"))
            }
            Value::Object(members) => {
                for (name, member) in members {
                    path.push(name.clone());
                    self.by_name(path, skip, member, references)?;
                    path.pop();
                }
                Ok(())
            }
            Value::Array(items) => {
                for (index, item) in items.iter_mut().enumerate() {
                    path.push(index.to_string());
                    self.by_name(path, skip, item, references)?;
                    path.pop();
                }
                Ok(())
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => Ok(()),
        }
    }

    /// Masks `mcpServers`: the values of headers and env, the OAuth client secret, and unknown fields by their names.
    pub(super) fn mcp_servers(&mut self, path: &mut Vec<String>, servers: &mut Value) -> Result<(), Refusal> {
        for (id, server) in servers.as_object_mut().into_iter().flatten() {
            path.push(id.clone());
            let masks = self.masks;
            let moves = self.document.get(id).is_some_and(|stored| destination::server_moves(stored, server));
            for (field, value) in server.as_object_mut().into_iter().flatten() {
                path.push(field.clone());
                self.mcp_field(path, field, value)?;
                path.pop();
            }
            if moves && self.masks > masks {
                return Err(destination::refuse(&path.join(".")));
            }
            path.pop();
        }
        Ok(())
    }

    fn mcp_field(&mut self, path: &mut Vec<String>, field: &str, value: &mut Value) -> Result<(), Refusal> {
        match field {
            "headers" | "env" => self.texts(path, value, |_| (Secrecy::SecretUnlessVariable, References::Accepted)),
            "oauth" => self.texts(path, value, |name| match name {
                "clientId" => (Secrecy::Plain, References::Accepted),
                "clientSecret" => (Secrecy::SecretUnlessVariable, References::Accepted),
                "authUrl" | "tokenUrl" | "tokenEndpointAuthMethod" | "scopes" => (Secrecy::Plain, References::Refused),
                name if is_sealed_key(name) => (Secrecy::Secret, References::Refused),
                _ => (Secrecy::Plain, References::Refused),
            }),
            // Never a secret, whatever the texts are like: so masks are no masks here.
            "url" | "type" | "command" | "args" | "authScope" => check_no_references(path, value),
            _ => {
                let names_of_ours = path.len().saturating_sub(1);
                self.by_name(path, names_of_ours, value, References::Refused)
            }
        }
    }

    /// Masks the config of a platform. What it keeps by masks must not go elsewhere.
    pub(super) fn platform_config(&mut self, config: &mut Value) -> Result<(), Refusal> {
        self.by_name(&mut Vec::new(), 0, config, References::Accepted)?;
        if self.masks > 0 && (self.readdressed || destination::platform_moves(&self.document, config)) {
            return Err(destination::refuse("config"));
        }
        Ok(())
    }

    /// Ends: what is stored and was neither kept nor sealed again is removed.
    pub(super) fn finish(self) -> SealedChanges {
        let written: BTreeSet<&String> = self.sealed.iter().map(|sealed| &sealed.field).collect();
        let removed = self
            .stored
            .keys()
            .filter(|field| !self.kept.contains(*field) && !written.contains(field))
            .cloned()
            .collect();
        let replaced = self.sealed.iter().any(|sealed| sealed.version > 1);
        SealedChanges { owner: self.owner, sealed: self.sealed, replaced, removed }
    }

    fn texts(
        &mut self,
        path: &mut Vec<String>,
        members: &mut Value,
        rule: impl Fn(&str) -> (Secrecy, References),
    ) -> Result<(), Refusal> {
        for (name, value) in members.as_object_mut().into_iter().flatten() {
            path.push(name.clone());
            let (secrecy, references) = rule(name);
            if value.is_string() {
                self.text(path, value, secrecy, references)?;
            } else {
                let skip = path.len();
                self.by_name(path, skip, value, References::Refused)?;
            }
            path.pop();
        }
        Ok(())
    }

    /// Handles one text: kept, checked as a reference, sealed, or stored as it is.
    fn text(
        &mut self,
        path: &[String],
        value: &mut Value,
        secrecy: Secrecy,
        references: References,
    ) -> Result<(), Refusal> {
        let Value::String(text) = value else { return Ok(()) };
        if text.starts_with(MASK) {
            return self.keep(path, value);
        }
        match references {
            References::Accepted if is_reference(text) => return self.check_reference(path, text),
            References::Accepted => refuse_partial_reference(&path.join("."), text)?,
            References::Refused => refuse_reference(&path.join("."), text)?,
        }
        let secret = match secrecy {
            Secrecy::Plain => false,
            Secrecy::Secret => !text.is_empty(),
            Secrecy::SecretUnlessVariable => !text.is_empty() && !is_variable(text),
        };
        if secret {
            let plain = Zeroizing::new(std::mem::take(text));
            *text = self.seal(path, &plain)?;
        }
        Ok(())
    }

    /// Puts what is stored at the path in the place of a mask.
    fn keep(&mut self, path: &[String], value: &mut Value) -> Result<(), Refusal> {
        let inner = path.get(self.root_depth..).unwrap_or_default();
        let kept = inner.iter().try_fold(&self.document, |document, name| match document {
            Value::Object(members) => members.get(name),
            Value::Array(items) => name.parse::<usize>().ok().and_then(|index| items.get(index)),
            _ => None,
        });
        let Some(kept) = kept.filter(|kept| !kept.is_null()) else {
            return Err(self.not_storable(path, "is masked (`***`), which keeps the stored value, but none is stored"));
        };
        self.kept.insert(field_text(path));
        self.masks += 1;
        *value = kept.clone();
        Ok(())
    }

    fn seal(&mut self, path: &[String], plain: &str) -> Result<String, Refusal> {
        self.context.refuse_unmet()?;
        let field = field_text(path);
        let place = ValueLocation { org: &self.context.org.public_id, owner: &self.owner, field: &field };
        let digest = self.context.vault.digest(&place, plain.as_bytes())?;
        let mask = digest.mask();
        let stored = self.stored.get(&field);
        if stored.is_some_and(|stored| digest.matches(&stored.digest)) {
            self.kept.insert(field);
            return Ok(mask);
        }
        self.readdressed |= path.last().is_some_and(|name| destination::is_address(name));
        let version = stored.map_or(1, |stored| stored.version.saturating_add(1));
        let ciphertext = self.context.vault.seal(&place, version, plain.as_bytes())?;
        self.sealed.push(Sealed { field, version, ciphertext, digest });
        Ok(mask)
    }

    /// Accepts exactly `secret://{this org}/user/{a name that exists}`.
    fn check_reference(&self, path: &[String], text: &str) -> Result<(), Refusal> {
        let known = match name_of(&self.context.org.slug, text) {
            None => false,
            Some(name) => secrets::exists(self.context, name)?,
        };
        if known {
            return Ok(());
        }
        let field = path.join(".");
        let message = format!("`{field}` refers to a secret that this organization does not have.");
        Err(Refusal::field("unknown_secret", field, message))
    }

    fn not_storable(&self, path: &[String], reason: &str) -> Refusal {
        let field = path.join(".");
        let message = format!("`{field}` {reason}.");
        Refusal::field(self.code, field, message)
    }
}

impl SealedChanges {
    /// Changes nothing.
    pub(super) fn none(owner: String) -> Self {
        Self { owner, sealed: Vec::new(), replaced: false, removed: Vec::new() }
    }

    /// Tells whether no secret changes.
    pub(super) fn is_empty(&self) -> bool {
        self.sealed.is_empty() && self.removed.is_empty()
    }

    /// Writes the changes, with an audit row for each.
    pub(super) fn write(&self, context: &RequestContext<'_>, agent: i64) -> Result<(), Refusal> {
        let connection = context.connection();
        for sealed in &self.sealed {
            connection
                .prepare_cached(
                    "INSERT INTO sealed_values (org, owner, field, agent, version, key_id, sealed, digest)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                     ON CONFLICT (org, owner, field) DO UPDATE SET version = excluded.version,
                     key_id = excluded.key_id, sealed = excluded.sealed, digest = excluded.digest",
                )?
                .execute(params![
                    context.org.id,
                    self.owner,
                    sealed.field,
                    agent,
                    sealed.version,
                    context.vault.key_id(),
                    sealed.ciphertext,
                    sealed.digest.as_bytes(),
                ])?;
            context.audit("secret.write", &self.owner, Some(&sealed.field))?;
        }
        for field in &self.removed {
            connection
                .prepare_cached("DELETE FROM sealed_values WHERE org = ?1 AND owner = ?2 AND field = ?3")?
                .execute(params![context.org.id, self.owner, field])?;
            context.audit("secret.delete", &self.owner, Some(field))?;
        }
        if self.replaced || !self.removed.is_empty() {
            context.forget_old_values();
        }
        Ok(())
    }
}

/// Tells whether a stored value is or has a secret: a mask, or a reference.
pub(super) fn holds_secret(value: &Value) -> bool {
    match value {
        Value::String(text) => text.starts_with(MASK) || is_reference(text),
        Value::Array(items) => items.iter().any(holds_secret),
        Value::Object(members) => members.values().any(holds_secret),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

/// Deletes all secrets of an owner, with an audit row for each.
pub(super) fn delete_owner(context: &RequestContext<'_>, owner: &str) -> Result<(), Refusal> {
    let changes = Sealer::new(context, owner.to_owned(), &[], None, "internal").map(Sealer::finish)?;
    changes.write(context, 0)
}

/// Deletes all secrets of an agent and of its platforms, with an audit row for each.
pub(super) fn delete_agent(context: &RequestContext<'_>, agent: i64) -> Result<(), Refusal> {
    let owners = context
        .connection()
        .prepare_cached("SELECT DISTINCT owner FROM sealed_values WHERE agent = ?1")?
        .query_map([agent], |row| row.get::<_, String>(0))?
        .collect::<Result<Vec<_>, _>>()?;
    owners.iter().try_for_each(|owner| delete_owner(context, owner))
}

/// Decrypts one value; for tests that look into the store.
pub(super) fn open(
    connection: &Connection,
    vault: &Vault,
    org: &str,
    owner: &str,
    path: &[String],
) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
    let field = field_text(path);
    let row = connection
        .query_row(
            "SELECT organizations.public_id, version, sealed FROM sealed_values
             JOIN organizations ON organizations.id = sealed_values.org
             WHERE organizations.slug = ?1 AND owner = ?2 AND field = ?3",
            params![org, owner, field],
            |row| Ok((row.get::<_, String>(0)?, row.get(1)?, row.get::<_, Vec<u8>>(2)?)),
        )
        .optional()?;
    let Some((org, version, sealed)) = row else { return Ok(None) };
    vault.open(&ValueLocation { org: &org, owner, field: &field }, version, &sealed).map(Some)
}

/// Refuses references in a value that is stored as it is.
fn check_no_references(path: &mut Vec<String>, value: &Value) -> Result<(), Refusal> {
    match value {
        Value::String(text) => refuse_reference(&path.join("."), text),
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                path.push(index.to_string());
                check_no_references(path, item)?;
                path.pop();
            }
            Ok(())
        }
        _ => Ok(()),
    }
}

/// Writes a path as a JSON array, which no other path can look like.
pub(super) fn field_text(path: &[String]) -> String {
    Value::from(path.to_vec()).to_string()
}

fn is_below(field: &str, root: &[&str]) -> bool {
    let Ok(path) = serde_json::from_str::<Vec<String>>(field) else { return false };
    path.iter().zip(root).all(|(name, expected)| name == expected) && path.len() >= root.len()
}

/// Tells whether the whole trimmed text is `$NAME`.
fn is_variable(text: &str) -> bool {
    text.trim().strip_prefix('$').is_some_and(is_secret_name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_whole_name_is_a_variable() {
        for text in ["$FOO", "  $FOO_1  "] {
            assert!(is_variable(text), "{text}");
        }
        for text in ["$foo", "$1A", "$_A", "${FOO}", "x$FOO", "Bearer $FOO", "$$FOO", "$", ""] {
            assert!(!is_variable(text), "{text}");
        }
    }

    #[test]
    fn a_field_is_below_its_own_root_only() {
        let field = field_text(&["mcpServers".to_owned(), "a".to_owned()]);
        assert!(is_below(&field, &["mcpServers"]));
        assert!(is_below(&field, &[]));
        assert!(!is_below(&field, &["authProfiles"]));
        assert!(!is_below(&field, &["mcpServers", "a", "b"]));
    }
}
