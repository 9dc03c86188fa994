//! Who asks, for which organisation, and on which connection: what every operation is handed.

use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, params};

use super::{
    audit::{self, NewEntry},
    database::Write,
    error::StoreError,
    http::ExposedOrgs,
    refusal::Refusal,
    store::{BOOTSTRAP_USER, Role, now},
    tokens::{self, PAT_PREFIX, Scopes},
    vault::Vault,
};

/// An organisation, as requests are about it.
pub(super) struct Org {
    pub(super) id: i64,
    /// The permanent id that answers carry.
    pub(super) public_id: String,
    pub(super) slug: String,
}

/// Who asks.
#[derive(Debug)]
pub(super) struct Actor {
    pub(super) user: String,
    /// `pat`, or `session` for the process that runs the server.
    source: &'static str,
    scopes: Scopes,
    role: Role,
    /// The organisation to which the token is bound.
    pub(super) bound_to: Option<i64>,
}

/// What a request needs of who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Need {
    /// Membership: agents, config, platforms.
    Membership,
    /// Membership and any of the `mcp:` scopes: schema reads, list of organisations.
    ReadScope,
    /// Role owner or admin, and `mcp:admin`: all changes (decisions O2, trap/D25).
    Change,
    /// As [`Self::ReadScope`], for the names of the organisation's secrets.
    SecretNames,
    /// As [`Self::Change`], for the organisation's secrets; reading their list too, since fingerprints tell something
    /// about the values (secrets/SQ13).
    Secrets,
}

/// What a bearer is compared with, besides the tokens of the database.
pub(super) struct Gate<'a> {
    /// The origin of the server, for the challenge of a 401.
    pub(super) origin: &'a str,
    /// Hash of the token of the process that runs the server.
    pub(super) session: Option<[u8; 32]>,
    /// Tells which organisations are served.
    pub(super) exposed: &'a ExposedOrgs,
}

/// One operation on one organisation.
pub(super) struct Scene<'a> {
    connection: &'a Connection,
    write: Option<&'a Write<'a>>,
    pub(super) vault: &'a Vault,
    pub(super) org: Org,
    pub(super) actor: Actor,
    /// The time of the operation, in milliseconds since 1970.
    pub(super) now: i64,
}

impl<'a> Scene<'a> {
    /// Sets the scene of a read.
    pub(super) fn reading(connection: &'a Connection, vault: &'a Vault, org: Org, actor: Actor) -> Self {
        Self { connection, write: None, vault, org, actor, now: now() }
    }

    /// Sets the scene of a change.
    pub(super) fn writing(write: &'a Write<'a>, vault: &'a Vault, org: Org, actor: Actor) -> Self {
        Self { connection: write.connection(), write: Some(write), vault, org, actor, now: now() }
    }

    /// Gives the connection, inside its transaction.
    pub(super) fn connection(&self) -> &Connection {
        self.connection
    }

    /// Notes that a secret value was replaced or deleted.
    pub(super) fn forget_old_values(&self) {
        if let Some(write) = self.write {
            write.forget_old_values();
        }
    }

    /// Writes an audit row.
    pub(super) fn audit(&self, action: &str, target: &str, field: Option<&str>) -> Result<(), StoreError> {
        let entry = NewEntry {
            org: self.org.id,
            actor: &self.actor.user,
            source: self.actor.source,
            at: self.now,
            action,
            target,
            field,
        };
        audit::insert(self.connection, &entry)
    }
}

/// Finds the organisation and who asks, in the order of org-api 5.1: the organisation before the credentials.
pub(super) fn admit(
    connection: &Connection,
    gate: &Gate<'_>,
    slug: &str,
    bearer: Option<&str>,
) -> Result<(Org, Actor), Refusal> {
    let org = find_org(connection, gate, slug)?;
    let (user, source, scopes, bound_to) = identify(connection, gate, bearer)?;
    if bound_to.is_some_and(|bound_to| bound_to != org.id) {
        return Err(forbidden("The token belongs to another organization than the URL."));
    }
    let role: Option<String> = connection
        .prepare_cached("SELECT role FROM memberships WHERE org = ?1 AND user = ?2")?
        .query_row(params![org.id, user], |row| row.get(0))
        .optional()?;
    let Some(role) = role else {
        return Err(forbidden("You are not a member of this organization."));
    };
    let role = Role::parse(&role)?;
    Ok((org, Actor { user, source, scopes, role, bound_to }))
}

/// Tells why the actor may not do what is needed; `None` if nothing is lacking. The first part is the audit action.
///
/// The routes of the secrets say so in the structured shape, by which a client knows that they are there (decisions V2).
pub(super) fn lacks(actor: &Actor, need: Need) -> Option<(&'static str, Refusal)> {
    let changes = matches!(need, Need::Change | Need::Secrets);
    let refusal = if changes && !actor.role.may_change() {
        let role = actor.role.as_str();
        let refusal = match need {
            Need::Secrets => secrets_forbidden(
                "forbidden_role",
                format!("Secrets need the role owner or admin in this organization; your role is {role}."),
            ),
            _ => forbidden("Changes need the role owner or admin in this organization."),
        };
        ("refused.role", refusal)
    } else if changes && !actor.scopes.admin() {
        let refusal = match need {
            Need::Secrets => {
                secrets_forbidden("forbidden_scope", "Secrets need a token with the scope mcp:admin.".to_owned())
            }
            _ => forbidden("Changes need a token with the scope mcp:admin."),
        };
        ("refused.scope", refusal)
    } else if matches!(need, Need::ReadScope | Need::SecretNames) && !actor.scopes.any() {
        let description = "This request needs a token with the scope mcp:read.";
        let refusal = match need {
            Need::SecretNames => secrets_forbidden("forbidden_scope", description.to_owned()),
            _ => forbidden(description),
        };
        ("refused.scope", refusal)
    } else {
        return None;
    };
    Some(refusal)
}

fn secrets_forbidden(code: &'static str, message: String) -> Refusal {
    Refusal::new(StatusCode::FORBIDDEN, code, message)
}

fn find_org(connection: &Connection, gate: &Gate<'_>, slug: &str) -> Result<Org, Refusal> {
    let found = if gate.exposed.contains(slug) {
        connection
            .prepare_cached("SELECT id, public_id, slug FROM organizations WHERE slug = ?1")?
            .query_row([slug], |row| Ok(Org { id: row.get(0)?, public_id: row.get(1)?, slug: row.get(2)? }))
            .optional()?
    } else {
        None
    };
    found.ok_or_else(|| {
        let shown: String = slug.chars().take(100).collect();
        Refusal::Access {
            status: StatusCode::NOT_FOUND,
            error: "invalid_request",
            description: format!("Organization '{shown}' was not found."),
            challenge: None,
        }
    })
}

type Identity = (String, &'static str, Scopes, Option<i64>);

fn identify(connection: &Connection, gate: &Gate<'_>, bearer: Option<&str>) -> Result<Identity, Refusal> {
    let realm = format!("Bearer realm=\"{}/.well-known/oauth-protected-resource\"", gate.origin);
    let Some(bearer) = bearer else {
        return Err(Refusal::Access {
            status: StatusCode::UNAUTHORIZED,
            error: "unauthorized",
            description: "Authentication required: send a bearer token.".to_owned(),
            challenge: Some(realm),
        });
    };
    let hash = tokens::hash(bearer);
    // Comparing hashes tells nothing about the token by its timing.
    if gate.session == Some(hash) {
        return Ok((BOOTSTRAP_USER.to_owned(), "session", Scopes::ALL, None));
    }
    let token = if bearer.starts_with(PAT_PREFIX) {
        connection
            .prepare_cached(
                "SELECT user, scope, org FROM tokens WHERE hash = ?1 AND revoked_at IS NULL
                 AND (expires_at IS NULL OR expires_at > ?2)",
            )?
            .query_row(params![hash, now()], |row| Ok((row.get(0)?, row.get::<_, Option<String>>(1)?, row.get(2)?)))
            .optional()?
    } else {
        None
    };
    let Some((user, scope, bound_to)) = token else {
        return Err(Refusal::Access {
            status: StatusCode::UNAUTHORIZED,
            error: "invalid_token",
            description: "The access token is unknown, revoked or expired.".to_owned(),
            challenge: Some(format!("{realm}, error=\"invalid_token\"")),
        });
    };
    Ok((user, "pat", Scopes::parse(scope.as_deref()), bound_to))
}

fn forbidden(description: &str) -> Refusal {
    Refusal::Access {
        status: StatusCode::FORBIDDEN,
        error: "forbidden",
        description: description.to_owned(),
        challenge: None,
    }
}
