//! The org's secrets, or why they can't be had.

use crate::commands::Session;
use crate::commands::errors::of_secrets;
use crate::error::{CommandError, ErrorKind};
use crate::org::{SecretsListing, SecretsRead};
use crate::schema::SecretsMode;
use crate::target::Connection;
use crate::target::ResolvedTarget;
use crate::wire::SecretRow;

/// Lists the org's secrets; none where the server is known to have no secrets API, and was never seen with one.
pub(super) async fn listed(
    session: &Session,
    target: &ResolvedTarget,
    connection: &Connection,
) -> Result<Option<Vec<SecretRow>>, CommandError> {
    let listing = session.waiting_for(target, connection.org.list_secrets()).await.map_err(of_secrets)?;
    let mode = match &listing {
        SecretsListing::Listed(_) => SecretsMode::References,
        SecretsListing::Missing => SecretsMode::Values,
        SecretsListing::Unknown { .. } => SecretsMode::Unknown,
    };
    session.remember(target, mode)?;
    match listing {
        SecretsListing::Listed(mut rows) => {
            rows.sort_by(|one, other| one.name.cmp(&other.name));
            Ok(Some(rows))
        }
        SecretsListing::Missing => Ok(None),
        SecretsListing::Unknown { what } => {
            let message = format!("cannot tell whether {} has the secrets API: {what}", target.server_name());
            Err(CommandError::new(ErrorKind::NotLobu, message).hint("No value was sent. Check the URL of the server."))
        }
    }
}

/// The server has no place for secrets.
pub(super) fn unsupported(target: &ResolvedTarget) -> CommandError {
    let message = format!("{} has no secrets API; nothing was sent", target.server_name());
    CommandError::new(ErrorKind::Unsupported, message)
        .hint("On such a server an apply sends platform values itself, after asking.")
}
