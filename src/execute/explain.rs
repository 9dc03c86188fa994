use crate::org::{Generation, RequestError};
use crate::plan::Write;

/// What a refusal means and what to do about it, where we know more than the server said (P9, P10, A4).
pub fn explain(write: &Write, error: &RequestError, server: Generation) -> Option<String> {
    let RequestError::Refused { status, server: words, .. } = error else { return None };
    let message = words.message.as_deref().unwrap_or_default();
    let existing = server != Generation::Ours;
    let hint = match (write, status) {
        (_, 401) => "The token is not valid here: log in again, or set LOBU_API_TOKEN to a token of this server.",
        (_, 403) => "The token needs the scope mcp:admin, and its user the role owner or admin, in this org.",
        (Write::CreateAgent(_), 409) if message.contains("another organization") => {
            "On this server an agent id belongs to one org only: choose another id in lobu.toml."
        }
        (Write::CreateRelationshipType(_), _) if existing && message.contains("duplicate key") => {
            "A relationship type of this slug was deleted; this server can't create the slug again: choose another one."
        }
        (Write::CreateRelationshipType(_), _) if existing && message.contains("already exists") => {
            "Another org holds this slug, and on this server a slug belongs to one org only: choose another one."
        }
        (_, 400) if existing && message.contains("requires admin or owner access") => {
            "The token's user needs the role owner or admin in this org, and the token the scope mcp:admin."
        }
        (Write::PutPlatform(_), 503) => "This server has no chat manager running, so it takes no platforms now.",
        (Write::PutPlatform(_), 409) => {
            "Another agent has a platform with this id: give the platform a name in lobu.toml."
        }
        (Write::PutPlatform(_), 400) => {
            "The server could not start the platform: check its type and its config, the secret values included."
        }
        _ => return None,
    };
    Some(hint.to_owned())
}
