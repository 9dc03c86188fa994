use crate::commands::connect::{announce, for_reading};
use crate::commands::{Outcome, ProjectOptions, Session};
use crate::error::CommandError;
use crate::http::PARALLELISM;
use crate::render::document::{Document, Line};
use crate::render::json::{self, JsonTarget};
use crate::render::secrets;
use crate::target::TargetFlags;

use super::{api, surroundings};

/// What `secrets list` was asked.
#[derive(Debug, Clone, Default)]
pub struct SecretsList {
    /// `--json`.
    pub json: bool,
    /// Whose pin counts.
    pub project: ProjectOptions,
    /// Which org.
    pub target: TargetFlags,
}

/// `lobu secrets list`: names, fingerprints, times and sources. Reads only.
pub async fn secrets_list(session: &Session, command: &SecretsList) -> Result<Outcome, CommandError> {
    let pins = surroundings::pins(session, &command.project)?;
    let target = session.locate(&command.target, &pins)?;
    announce(session, &target);
    let connection = for_reading(session, &target, PARALLELISM).await?;
    let rows = api::listed(session, &target, &connection).await?.ok_or_else(|| api::unsupported(&target))?;
    if command.json {
        let server = target.server_name();
        let json_target = JsonTarget { context: &target.context, server: &server, org: target.org.as_str() };
        session.ui.product_json(&json::secrets(&rows, &json_target));
    } else if rows.is_empty() {
        session.ui.status(&Document::from(Line::new().plain("The org has no secrets.")));
    } else {
        session.ui.product(&secrets::list(&rows));
    }
    Ok(Outcome::Done)
}
