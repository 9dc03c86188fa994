//! The store of the embedded org, as the rest of the program sees it.

use std::{path::Path, sync::Arc};

use rusqlite::{Connection, OptionalExtension as _, params};
use tokio::sync::Semaphore;
use zeroize::Zeroizing;

use super::{
    access::{BOOTSTRAP_USER, Role},
    audit::{self, AuditEntry},
    clock::now,
    database::{Database, Pool, Write},
    error::StoreError,
    sealed,
    secrets::{self, SecretAuditEntry},
    tokens::AccessToken,
    vault::{self, Vault},
};

/// How many requests use the database at a time; the others wait without a thread.
const CONCURRENT_REQUESTS: usize = 6;
/// How many bodies are read, or wait to be worked on, at a time; those of the other requests stay in their sockets.
const CONCURRENT_BODIES: usize = 16;

/// What a new personal access token is for.
#[derive(Debug, Clone, Copy, Default)]
pub struct TokenRequest<'a> {
    /// What the token is called.
    pub name: &'a str,
    /// Scope words separated by spaces; `None` means `mcp:read mcp:write`.
    pub scope: Option<&'a str>,
    /// The slug of the only organization in which the token works; `None` for all of its user's.
    pub org: Option<&'a str>,
    /// When it stops working, in milliseconds since 1970; `None` for never.
    pub expires_at: Option<i64>,
}

/// A secret value's place in the store.
#[derive(Debug, Clone, Copy)]
pub enum StoredSecret<'a> {
    /// A value in the config of a platform.
    Platform {
        agent: &'a str,
        /// The platform's id.
        platform: &'a str,
        /// The way to the value inside the config, such as `["botToken"]`.
        path: &'a [&'a str],
    },
    /// A value in an agent's settings.
    Settings {
        agent: &'a str,
        /// The way to the value, such as `["mcpServers", "github", "headers", "Authorization"]`.
        path: &'a [&'a str],
    },
    /// A secret of the organization, to which `secret://{org}/user/{name}` refers.
    User { name: &'a str },
}

pub(super) struct Inner {
    pub(super) pool: Pool,
    pub(super) vault: Vault,
    pub(super) permits: Semaphore,
    pub(super) bodies: Semaphore,
}

/// An open store; clones share it. Its methods block on the disk: on an async runtime they belong in `spawn_blocking`.
#[derive(Clone)]
pub struct Store(pub(super) Arc<Inner>);

impl Store {
    /// Opens a store, and makes the database, its key and its one user if there is none.
    ///
    /// # Errors
    ///
    /// Unsafe paths, a missing or foreign key, a newer schema, a file that is no database of ours.
    pub fn open(location: &Database) -> Result<Self, StoreError> {
        let (pool, vault) = Pool::open(location)?;
        let permits = Semaphore::new(CONCURRENT_REQUESTS);
        let bodies = Semaphore::new(CONCURRENT_BODIES);
        let store = Self(Arc::new(Inner { pool, vault, permits, bodies }));
        store.create_user(BOOTSTRAP_USER, "Local developer", "dev@local")?;
        Ok(store)
    }

    /// Tells whether a database file exists, without making or opening anything.
    pub fn exists(path: &Path) -> bool {
        path.symlink_metadata().is_ok()
    }

    /// Tells whether an organization exists.
    pub fn org_exists(&self, slug: &str) -> Result<bool, StoreError> {
        self.0.pool.read(|connection| Ok(org_id(connection, slug)?.is_some()))
    }

    /// Lists the slugs of all organizations in alphabetical order.
    pub fn orgs(&self) -> Result<Vec<String>, StoreError> {
        self.0.pool.read(|connection| {
            let mut statement = connection.prepare("SELECT slug FROM organizations ORDER BY slug")?;
            let slugs = statement.query_map([], |row| row.get(0))?.collect::<Result<_, _>>()?;
            Ok(slugs)
        })
    }

    /// Makes an organization, with the bootstrap user as its owner.
    ///
    /// # Errors
    ///
    /// A slug that breaks the rule or is reserved, or one that exists.
    pub fn create_org(&self, slug: &str, name: &str) -> Result<(), StoreError> {
        if self.ensure_org(slug, name)? { Ok(()) } else { Err(StoreError::OrgExists { slug: slug.to_owned() }) }
    }

    /// Makes an organization unless it exists; tells whether it was made.
    ///
    /// # Errors
    ///
    /// A slug that breaks the rule or is reserved.
    pub fn ensure_org(&self, slug: &str, name: &str) -> Result<bool, StoreError> {
        check_org_slug(slug)?;
        if self.org_exists(slug)? {
            return Ok(false);
        }
        let mut id = [0; 8];
        vault::random(&mut id)?;
        let public_id = format!("org-{}", vault::hex(&id));
        self.0.pool.write(|write| {
            let connection = write.connection();
            let made = connection.execute(
                "INSERT INTO organizations (public_id, slug, name, created_at) VALUES (?1, ?2, ?3, ?4)
                 ON CONFLICT (slug) DO NOTHING",
                params![public_id, slug, name, now()],
            )?;
            if made == 0 {
                return Ok(false);
            }
            connection.execute(
                "INSERT INTO memberships (org, user, role) VALUES (?1, ?2, 'owner')",
                params![connection.last_insert_rowid(), BOOTSTRAP_USER],
            )?;
            Ok(true)
        })
    }

    /// Adds a user unless the id exists; tells whether it was added.
    pub fn create_user(&self, id: &str, name: &str, email: &str) -> Result<bool, StoreError> {
        let known = |connection: &Connection| {
            connection.query_row("SELECT 1 FROM users WHERE id = ?1", [id], |_| Ok(())).optional()
        };
        if self.0.pool.read(|connection| Ok::<_, StoreError>(known(connection)?.is_some()))? {
            return Ok(false);
        }
        self.0.pool.write(|write| {
            let added = write.connection().execute(
                "INSERT INTO users (id, name, email, created_at) VALUES (?1, ?2, ?3, ?4) ON CONFLICT DO NOTHING",
                params![id, name, email, now()],
            )?;
            Ok(added > 0)
        })
    }

    /// Gives a user a role in an organization, or changes it; `None` ends the membership.
    pub fn set_role(&self, org: &str, user: &str, role: Option<Role>) -> Result<(), StoreError> {
        self.0.pool.write(|write| {
            let connection = write.connection();
            let org = known_org_id(connection, org)?;
            check_user(connection, user)?;
            match role {
                Some(role) => connection.execute(
                    "INSERT INTO memberships (org, user, role) VALUES (?1, ?2, ?3)
                     ON CONFLICT (org, user) DO UPDATE SET role = excluded.role",
                    params![org, user, role.as_str()],
                )?,
                None => {
                    connection.execute("DELETE FROM memberships WHERE org = ?1 AND user = ?2", params![org, user])?
                }
            };
            Ok(())
        })
    }

    /// Makes a personal access token for a user; only its hash is kept.
    pub fn create_token(&self, user: &str, request: TokenRequest<'_>) -> Result<AccessToken, StoreError> {
        let token = AccessToken::generate()?;
        self.0.pool.write(|write| insert_token(write, &token, user, request, false))?;
        Ok(token)
    }

    /// Ends a token; tells whether it was a live one.
    pub fn revoke_token(&self, token: &AccessToken) -> Result<bool, StoreError> {
        self.0.pool.write(|write| {
            let revoked = write.connection().execute(
                "UPDATE tokens SET revoked_at = ?2 WHERE hash = ?1 AND revoked_at IS NULL",
                params![token.hash(), now()],
            )?;
            Ok(revoked > 0)
        })
    }

    /// Folds the write-ahead log into the database file: who copies the file after a command that wrote copies the org.
    pub fn checkpoint(&self) {
        self.0.pool.checkpoint();
    }

    /// Lists the audit rows of an organization, oldest first.
    pub fn audit(&self, org: &str) -> Result<Vec<AuditEntry>, StoreError> {
        self.0.pool.read(|connection| audit::list(connection, known_org_id(connection, org)?))
    }

    /// Lists the writes of the secrets of an organization, oldest first.
    pub fn secret_audit(&self, org: &str) -> Result<Vec<SecretAuditEntry>, StoreError> {
        self.0.pool.read(|connection| secrets::list_audit(connection, known_org_id(connection, org)?))
    }

    /// Reads back one stored secret value. For tests that look into the store; no route calls it, since the
    /// server never decrypts to serve a request.
    pub fn stored_secret(&self, org: &str, secret: StoredSecret<'_>) -> Result<Option<Zeroizing<Vec<u8>>>, StoreError> {
        let (owner, path) = match secret {
            StoredSecret::Platform { agent, platform, path } => (sealed::platform_owner(agent, platform), path),
            StoredSecret::Settings { agent, path } => (sealed::agent_owner(agent), path),
            StoredSecret::User { name } => {
                return self.0.pool.read(|connection| secrets::open(connection, &self.0.vault, org, name));
            }
        };
        let path: Vec<String> = path.iter().map(|&part| part.to_owned()).collect();
        self.0.pool.read(|connection| sealed::open(connection, &self.0.vault, org, &owner, &path))
    }
}

/// Inserts the row of a token.
pub(super) fn insert_token(
    write: &Write<'_>,
    token: &AccessToken,
    user: &str,
    request: TokenRequest<'_>,
    bootstrap: bool,
) -> Result<(), StoreError> {
    let connection = write.connection();
    check_user(connection, user)?;
    let org = request.org.map(|slug| known_org_id(connection, slug)).transpose()?;
    connection.execute(
        "INSERT INTO tokens (hash, prefix, name, user, scope, org, bootstrap, created_at, expires_at)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
        params![
            token.hash(),
            token.prefix(),
            request.name,
            user,
            request.scope,
            org,
            bootstrap,
            now(),
            request.expires_at
        ],
    )?;
    Ok(())
}

fn org_id(connection: &Connection, slug: &str) -> Result<Option<i64>, StoreError> {
    let id = connection
        .prepare_cached("SELECT id FROM organizations WHERE slug = ?1")?
        .query_row([slug], |row| row.get(0))
        .optional()?;
    Ok(id)
}

pub(super) fn known_org_id(connection: &Connection, slug: &str) -> Result<i64, StoreError> {
    org_id(connection, slug)?.ok_or_else(|| StoreError::UnknownOrg { slug: slug.to_owned() })
}

fn check_user(connection: &Connection, user: &str) -> Result<(), StoreError> {
    connection
        .query_row("SELECT 1 FROM users WHERE id = ?1", [user], |_| Ok(()))
        .optional()?
        .ok_or_else(|| StoreError::UnknownUser { user: user.to_owned() })
}

/// The slugs that the database of the existing server forbids.
const RESERVED_ORG_SLUGS: [&str; 19] = [
    "settings",
    "auth",
    "api",
    "templates",
    "help",
    "account",
    "admin",
    "health",
    "login",
    "logout",
    "signup",
    "register",
    "www",
    "mcp",
    "static",
    "assets",
    "cdn",
    "docs",
    "mail",
];

/// Whether no org may have this slug, since it names something else.
pub fn is_reserved_org(slug: &str) -> bool {
    RESERVED_ORG_SLUGS.contains(&slug)
}

fn check_org_slug(slug: &str) -> Result<(), StoreError> {
    let invalid = |reason| Err(StoreError::InvalidOrgSlug { slug: slug.to_owned(), reason });
    let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = slug.as_bytes();
    let well_formed = bytes.iter().all(|byte| alphanumeric(byte) || matches!(byte, b'-' | b'_'))
        && bytes.first().is_some_and(alphanumeric)
        && bytes.last().is_some_and(alphanumeric);
    if !well_formed {
        return invalid(
            "it may hold lower-case letters, digits, `-` and `_`, and begins and ends with a letter or digit",
        );
    }
    if is_reserved_org(slug) {
        return invalid("it is reserved");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn org_slugs_follow_the_rule() {
        for slug in ["dev", "a", "a-b_c", "9lives", "a--b"] {
            assert!(check_org_slug(slug).is_ok(), "{slug}");
        }
        for slug in ["", "-a", "a-", "_a", "A", "a b", "é", "a/b", "api", "mail", "docs", "settings"] {
            assert!(check_org_slug(slug).is_err(), "{slug}");
        }
    }

    #[test]
    fn an_org_is_made_once_and_listed() {
        let store = Store::open(&Database::Memory).unwrap();
        assert!(!store.org_exists("dev").unwrap());
        store.create_org("dev", "Dev").unwrap();
        assert!(store.org_exists("dev").unwrap());
        assert!(matches!(store.create_org("dev", "Dev"), Err(StoreError::OrgExists { .. })));
        assert!(!store.ensure_org("dev", "Dev").unwrap());
        assert_eq!(store.orgs().unwrap(), ["dev"]);
    }
}
