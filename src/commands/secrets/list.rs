//! `lobu secrets list`: the org's secrets, without values.

use clap::Args;

use crate::commands::options::{DirectoryOptions, FormatOptions};
use crate::commands::project::pins;
use crate::commands::values::hide_project;
use crate::commands::{Outcome, Session};
use crate::error::CommandError;
use crate::http::PARALLELISM;
use crate::render::document::{Document, line};
use crate::render::json::{self, JsonTarget};
use crate::render::secrets;
use crate::secrets::protect;
use crate::target::TargetFlags;

use super::api;

/// Which org, and in which form its secrets are shown.
#[derive(Debug, Args)]
pub struct ListArgs {
    #[command(flatten)]
    format: FormatOptions,
    #[command(flatten)]
    directory: DirectoryOptions,
    #[command(flatten)]
    target: TargetFlags,
}

/// Shows names, fingerprints, times and sources. Reads only.
pub async fn run(session: &Session, args: &ListArgs) -> Result<Outcome, CommandError> {
    protect();
    let target = session.locate(&args.target, &pins(session, args.directory.directory.as_deref())?)?;
    session.announce(&target);
    let connection = session.connect(&target, PARALLELISM).await?;
    hide_project(session, args.directory.directory.as_deref(), &connection.org);
    let rows = api::listed(session, &target, &connection).await?.ok_or_else(|| api::unsupported(&target))?;
    if args.format.json {
        let server = target.server_name();
        let json_target = JsonTarget {
            context: &target.context,
            server: &server,
            org: target.org.as_str(),
            name: target.target_name(),
        };
        session.ui.product_json(&json::secrets(&rows, &json_target));
    } else if rows.is_empty() {
        session.ui.status(&Document::from(line!("The org has no secrets.")));
    } else {
        session.ui.product(&secrets::list(&rows));
    }
    Ok(Outcome::Done)
}
