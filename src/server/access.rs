//! Who asks, for which organization, and what they may do there.

use axum::http::StatusCode;
use rusqlite::{Connection, OptionalExtension as _, params};
use serde_json::json;

use super::{
    clock::now,
    error::StoreError,
    http::ExposedOrgs,
    refusal::{Answer, Refusal},
    tokens::{self, PAT_PREFIX, Scopes},
};

/// The id of the one user that a new database has.
pub(super) const BOOTSTRAP_USER: &str = "bootstrap-user";

/// An organization, as requests are about it.
pub(super) struct Org {
    pub(super) id: i64,
    /// The permanent id that answers carry.
    pub(super) public_id: String,
    pub(super) slug: String,
}

/// What a user may do in an organization.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// May change everything.
    Owner,
    /// May change everything.
    Admin,
    /// May read.
    Member,
}

impl Role {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Owner => "owner",
            Self::Admin => "admin",
            Self::Member => "member",
        }
    }

    pub(super) fn parse(text: &str) -> Result<Self, StoreError> {
        match text {
            "owner" => Ok(Self::Owner),
            "admin" => Ok(Self::Admin),
            "member" => Ok(Self::Member),
            _ => Err(StoreError::Corrupt { what: "an unknown role" }),
        }
    }

    /// Tells whether the role may change things.
    pub(super) fn may_change(self) -> bool {
        matches!(self, Self::Owner | Self::Admin)
    }
}

/// Who asks.
#[derive(Debug)]
pub(super) struct Actor {
    pub(super) user: String,
    /// `pat`, or `session` for the process that runs the server.
    pub(super) source: &'static str,
    scopes: Scopes,
    role: Role,
    /// The organization to which the token is bound.
    pub(super) bound_to: Option<i64>,
}

/// What a request requires of who asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Permission {
    /// Membership: agents, config, platforms.
    Membership,
    /// Membership and any of the `mcp:` scopes: schema reads, list of organizations.
    Read,
    /// Role owner or admin, and `mcp:admin`: all changes.
    Change,
    /// As [`Self::Read`], for the names of the organization's secrets.
    SecretNames,
    /// As [`Self::Change`], for the organization's secrets; reading their list too, since fingerprints tell something
    /// about the values.
    Secrets,
}

/// What a bearer is compared with, besides the tokens of the database.
pub(super) struct AccessPolicy<'a> {
    /// The origin of the server, for the challenge of a 401.
    pub(super) origin: &'a str,
    /// Hash of the token of the process that runs the server.
    pub(super) session: Option<[u8; 32]>,
    /// Tells which organizations are served.
    pub(super) exposed: &'a ExposedOrgs,
}

/// Finds the organization and who asks, the organization before the credentials; the order is that
/// of `docs/api/access.md`.
pub(super) fn authenticate(
    connection: &Connection,
    policy: &AccessPolicy<'_>,
    slug: &str,
    bearer: Option<&str>,
) -> Result<(Org, Actor), Refusal> {
    let org = find_org(connection, policy, slug)?;
    let (user, source, scopes, bound_to) = identify(connection, policy, bearer)?;
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

/// Answers whose a token is, and in which of the organizations that are served it works: those of its user, or the one to which
/// it is bound.
pub(super) fn account(
    connection: &Connection,
    policy: &AccessPolicy<'_>,
    bearer: Option<&str>,
) -> Result<Answer, Refusal> {
    let (user, _, _, bound_to) = identify(connection, policy, bearer)?;
    let (name, email): (String, String) =
        connection
            .query_row("SELECT name, email FROM users WHERE id = ?1", [&user], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut statement = connection.prepare_cached(
        "SELECT organizations.public_id, organizations.slug, organizations.name FROM organizations
         JOIN memberships ON memberships.org = organizations.id
         WHERE memberships.user = ?1 AND (?2 IS NULL OR organizations.id = ?2) ORDER BY organizations.slug",
    )?;
    let rows = statement.query_map(params![user, bound_to], |row| {
        Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
    })?;
    let mut orgs = Vec::new();
    for row in rows {
        let (id, slug, name) = row?;
        if policy.exposed.contains(&slug) {
            orgs.push(json!({ "id": id, "slug": slug, "name": name }));
        }
    }
    Ok(Answer::ok(json!({ "sub": user, "name": name, "email": email, "organizations": orgs }).to_string()))
}

/// Tells why the actor may not do what is needed; `None` if nothing is lacking. The first part is the audit action.
///
/// The routes of the secrets say so in the structured shape, by which a client knows that they are there.
pub(super) fn missing_permission(actor: &Actor, permission: Permission) -> Option<(&'static str, Refusal)> {
    let changes = matches!(permission, Permission::Change | Permission::Secrets);
    let refusal = if changes && !actor.role.may_change() {
        let role = actor.role.as_str();
        let refusal = match permission {
            Permission::Secrets => secrets_forbidden(
                "forbidden_role",
                format!("Secrets need the role owner or admin in this organization; your role is {role}."),
            ),
            _ => forbidden("Changes need the role owner or admin in this organization."),
        };
        ("refused.role", refusal)
    } else if changes && !actor.scopes.admin() {
        let refusal = match permission {
            Permission::Secrets => {
                secrets_forbidden("forbidden_scope", "Secrets need a token with the scope mcp:admin.".to_owned())
            }
            _ => forbidden("Changes need a token with the scope mcp:admin."),
        };
        ("refused.scope", refusal)
    } else if matches!(permission, Permission::Read | Permission::SecretNames) && !actor.scopes.any() {
        let description = "This request needs a token with the scope mcp:read.";
        let refusal = match permission {
            Permission::SecretNames => secrets_forbidden("forbidden_scope", description.to_owned()),
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

fn find_org(connection: &Connection, policy: &AccessPolicy<'_>, slug: &str) -> Result<Org, Refusal> {
    let found = if policy.exposed.contains(slug) {
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

fn identify(connection: &Connection, policy: &AccessPolicy<'_>, bearer: Option<&str>) -> Result<Identity, Refusal> {
    let realm = format!("Bearer realm=\"{}/.well-known/oauth-protected-resource\"", policy.origin);
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
    if policy.session == Some(hash) {
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
