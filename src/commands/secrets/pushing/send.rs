//! From a plan to the one request.

use std::collections::BTreeSet;

use crate::commands::Session;
use crate::commands::secrets::confirm;
use crate::error::{CommandError, ErrorKind};
use crate::http::{PARALLELISM, is_loopback};
use crate::push::{Agreement, PushPlan, PushReport, push};
use crate::render::document::{Document, Line, Style};
use crate::render::secrets::suspicion_text;
use crate::server::StoreError;
use crate::target::Connection;
use crate::target::connect_for_writing;
use crate::target::{ResolvedTarget, Server};

use super::prepare::Pushed;

/// Values go only over https or to this machine, whatever the flags say.
pub(crate) fn secure(target: &ResolvedTarget, plan: &PushPlan) -> Result<(), CommandError> {
    let Server::Remote { origin } = &target.server else { return Ok(()) };
    if plan.sent().next().is_none() || origin.scheme() == "https" || is_loopback(origin) {
        return Ok(());
    }
    let message = "secret values are not sent over plain http; nothing was sent";
    Err(CommandError::new(ErrorKind::Unsupported, message).hint("Use the server's https address."))
}

/// Asks for agreement, or takes that of the flags.
pub(crate) fn agree(
    session: &Session,
    by_flags: Agreement,
    asks_nothing: bool,
    pushed: &Pushed,
    plan: &PushPlan,
) -> Result<Agreement, CommandError> {
    // What a person is asked about is pointed out in the question.
    let asked: BTreeSet<_> = by_flags.open(plan).into_iter().map(|(_, row)| &row.name).collect();
    for row in plan.sent().filter(|row| !asked.contains(&row.name)) {
        if let Some(suspicion) = row.suspicion {
            let line = Line::new().literal(Style::Warning, "warning: ").foreign(Style::Bold, row.name.as_str());
            session.ui.notice(&Document::from(line.plain(" ").plain(suspicion_text(suspicion)).prose(2)));
        }
    }
    if !asked.is_empty() && asks_nothing {
        let open: Vec<_> = by_flags.open(plan);
        return Err(confirm::unasked("with --json or --from-stdin no question is asked", &open));
    }
    let named = pushed.named_target.as_deref().map(|name| (pushed.source.label.as_str(), name));
    let agreement = confirm::ask(session, &confirm::Destination { target: &pushed.target, named }, plan, by_flags)?;
    if agreement.open(plan).len() == plan.sent().count() {
        return Err(CommandError::declined().and("nothing was sent"));
    }
    Ok(agreement)
}

/// What a push did, and how its connection ended.
pub(crate) struct Sent {
    pub(crate) report: PushReport,
    pub(crate) closed: Result<(), StoreError>,
}

/// Sends what was agreed to, and nothing else.
pub(crate) async fn send(
    pushed: &Pushed,
    reading: Connection,
    plan: PushPlan,
    agreement: &Agreement,
) -> Result<Sent, CommandError> {
    let connection = connect_for_writing(&pushed.target, PARALLELISM).await?.unwrap_or(reading);
    let Pushed { source, wanted, rotation, .. } = pushed;
    let result = push(&connection.org, plan, agreement, wanted, rotation, source).await;
    let closed = connection.close_after_writing().await;
    Ok(Sent { report: result?, closed })
}
