//! The database of the embedded org.

use std::path::{Path, PathBuf};

use crate::commands::Session;
use crate::doctor::EmbeddedFacts;
use crate::error::CommandError;
use crate::server::beside_runtime;
use crate::server::inspect_store;
use crate::target::{ResolvedTarget, Server, TargetFlags, local_database};

/// Where the database is, or would be; none where nothing says where.
pub(super) fn database(session: &Session, flags: &TargetFlags, target: Option<&ResolvedTarget>) -> Option<PathBuf> {
    match target.map(|target| &target.server) {
        Some(Server::Local { database }) => Some(database.clone()),
        _ => local_database(flags.database.as_deref(), &session.environment).ok(),
    }
}

/// Looks at it; none where it is not used and does not exist, so that there is nothing to say.
pub(super) async fn facts(database: Option<&Path>, is_target: bool) -> Result<Option<EmbeddedFacts>, CommandError> {
    let Some(database) = database else { return Ok(None) };
    let path = database.to_owned();
    let found = beside_runtime(move || Ok(inspect_store(&path))).await?;
    let facts = EmbeddedFacts { database: database.display().to_string(), found };
    Ok((is_target || facts.found.is_some()).then_some(facts))
}
