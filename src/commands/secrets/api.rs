//! The org's secrets, or why they can't be had.

use crate::commands::Session;
use crate::commands::errors::of_secrets;
use crate::commands::known_orgs::with_orgs;
use crate::error::{CommandError, ErrorKind};
use crate::org::{SecretsListing, SecretsRead};
use crate::schema::SecretsMode;
use crate::target::{Connection, RecordProblem, ResolvedTarget};
use crate::wire::SecretRow;

/// What is known of the org's secrets.
pub(super) enum OrgSecrets {
    Listed(Vec<SecretRow>),
    /// The server is known to have no secrets API, and was not seen with one; with what is wrong with the record of that.
    NoApi(Option<RecordProblem>),
}

/// Lists the org's secrets; none where the server is known to have no secrets API, and was never seen with one.
pub(super) async fn listed(
    session: &Session,
    target: &ResolvedTarget,
    connection: &Connection,
) -> Result<Option<Vec<SecretRow>>, CommandError> {
    Ok(match look(session, target, connection).await? {
        OrgSecrets::Listed(rows) => Some(rows),
        OrgSecrets::NoApi(_) => None,
    })
}

/// Asks for the org's secrets, and remembers whether it has the secrets API.
pub(super) async fn look(
    session: &Session,
    target: &ResolvedTarget,
    connection: &Connection,
) -> Result<OrgSecrets, CommandError> {
    let listing = match session.waiting_for(target, connection.org.list_secrets()).await {
        Ok(listing) => listing,
        Err(error) => return Err(with_orgs(session, target, None, of_secrets(error)).await),
    };
    let mode = match &listing {
        SecretsListing::Listed(_) => SecretsMode::References,
        SecretsListing::Missing => SecretsMode::Values,
        SecretsListing::Unknown { .. } => SecretsMode::Unknown,
    };
    let problem = session.remember(target, mode)?;
    match listing {
        SecretsListing::Listed(mut rows) => {
            rows.sort_by(|one, other| one.name.cmp(&other.name));
            Ok(OrgSecrets::Listed(rows))
        }
        SecretsListing::Missing => Ok(OrgSecrets::NoApi(problem)),
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
