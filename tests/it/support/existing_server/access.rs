//! Who may do what, in the server's order of checks (`docs/api/access.md`).

use super::message::{Answer, RecordedRequest};
use super::state::State;

/// Who asks, once org and bearer have been looked at.
#[derive(Clone, Debug)]
pub(crate) struct Caller {
    /// The org of the path.
    pub(crate) org: String,
    /// The user; `None` for an anonymous reader of a public org.
    pub(crate) user: Option<String>,
    /// `owner`, `admin`, `member`, or none outside the org.
    role: Option<String>,
    /// `None` counts as all scopes.
    scopes: Option<Vec<String>>,
    /// Whether the bearer is of a kind that carries scopes.
    scoped: bool,
}

impl Caller {
    fn has_scope(&self, scope: &str) -> bool {
        self.scopes.as_ref().is_none_or(|scopes| scopes.iter().any(|held| held == scope))
    }

    /// The id of the user, empty for nobody.
    pub(crate) fn user_id(&self) -> String {
        self.user.clone().unwrap_or_default()
    }

    /// The gate of changes: a PAT needs `mcp:admin`; nobody's role is looked at.
    pub(crate) fn admin_gate(&self) -> Result<(), Answer> {
        if self.scoped && !self.has_scope("mcp:admin") {
            return Err(Answer::refusal(
                403,
                "forbidden",
                "This route requires a web session or a token with mcp:admin scope.",
            ));
        }
        Ok(())
    }

    /// The gate of the tool proxy: every refusal is a 400.
    pub(crate) fn tool_gate(&self, read_tier: bool) -> Result<(), Answer> {
        if read_tier {
            let reads = ["mcp:read", "mcp:write", "mcp:admin"].iter().any(|scope| self.has_scope(scope));
            return if reads { Ok(()) } else { Err(Answer::error(400, "This action requires an mcp scope.")) };
        }
        let elevated = matches!(self.role.as_deref(), Some("owner" | "admin"));
        if elevated && self.has_scope("mcp:admin") {
            Ok(())
        } else {
            Err(Answer::error(
                400,
                "This action requires admin or owner access. Ask an organization owner to grant \
                 elevated access.",
            ))
        }
    }
}

/// Resolves org, bearer and membership; an unknown org is a 404 whatever the credentials.
///
/// `public_read` lets anonymous readers of a public org pass (the tool proxy's read tier).
pub(crate) fn resolve(
    state: &State,
    org: &str,
    request: &RecordedRequest,
    public_read: bool,
) -> Result<Caller, Answer> {
    let Some(organization) = state.organizations.iter().find(|organization| organization.slug == org) else {
        return Err(Answer::refusal(404, "invalid_request", &format!("Organization '{org}' not found")));
    };
    let realm = format!("Bearer realm=\"{}/.well-known/oauth-protected-resource\"", state.public_origin);
    let anonymous = Caller { org: org.to_owned(), user: None, role: None, scopes: None, scoped: false };
    let Some(authorization) = request.header("authorization") else {
        if public_read && organization.public {
            return Ok(anonymous);
        }
        return Err(Answer::refusal(401, "unauthorized", "Authentication required. Use OAuth or API key.")
            .with_header("www-authenticate", realm));
    };
    let text = authorization.strip_prefix("Bearer ").unwrap_or_default();
    let Some(token) = state.tokens.get(text) else {
        return Err(Answer::refusal(401, "invalid_token", "Invalid or expired access token")
            .with_header("www-authenticate", format!("{realm}, error=\"invalid_token\"")));
    };
    if token.bound_to.as_deref().is_some_and(|bound| bound != org) {
        return Err(Answer::refusal(403, "forbidden", "Token organization does not match URL organization"));
    }
    let role = state.memberships.get(&(org.to_owned(), token.user.clone())).cloned();
    if role.is_none() && !(public_read && organization.public) {
        return Err(Answer::refusal(403, "forbidden", "User is not a member of this organization"));
    }
    Ok(Caller {
        user: Some(token.user.clone()),
        role,
        scopes: token.scopes.clone(),
        scoped: token.scopes.is_some(),
        ..anonymous
    })
}
