use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Instant;

use crate::commands::errors::doctor_advice;
use crate::commands::values::hide;
use crate::commands::{Outcome, Session};
use crate::error::{CommandError, ErrorKind};
use crate::execute::{ApprovedPlan, Event, Limits, Report, RowOutcome, execute as carry_out};
use crate::org::http::{HttpOrg, Sending};
use crate::render::report::{finished_line, row_line};
use crate::render::text_safety::SafeText;
use crate::schema::{Generation, SecretsMode};
use crate::server::StoreError;
use crate::target::Connection;
use crate::target::connect_for_writing;
use crate::ui::{Progress as _, ProgressEvent};

use super::planned::Planned;

/// The org with what writing needs: values, and how they are sent. Only this can write.
pub(crate) struct Writer {
    pub(crate) org: HttpOrg,
    connection: Option<Connection>,
}

impl Writer {
    /// Ends the connection that wrote, where it is the embedded org's.
    pub(crate) async fn close(self) -> Result<(), StoreError> {
        match self.connection {
            Some(connection) => connection.close_after_writing().await,
            None => Ok(()),
        }
    }
}

/// Connects for writing. The embedded org is made here if it does not exist yet.
pub(crate) async fn writer(planned: &Planned, parallelism: usize) -> Result<Writer, CommandError> {
    let connection = connect_for_writing(&planned.target, parallelism).await?;
    if let Some(connection) = &connection {
        connection.remember_project(&planned.target).await?;
    }
    let org = connection.as_ref().map_or(&planned.connection.org, |connection| &connection.org);
    hide(org, &planned.desired, &planned.values);
    let sending = Sending {
        values: Arc::clone(&planned.values),
        secrets_api: planned.plan.secrets == SecretsMode::References,
        own_server: planned.generation == Generation::Ours,
        project: planned.mark.clone(),
    };
    Ok(Writer { org: org.sending(sending), connection })
}

/// Carries the plan out and shows how far it is.
pub(crate) async fn execute(
    session: &Session,
    limits: Limits,
    planned: &Planned,
    org: &HttpOrg,
    approved: &ApprovedPlan,
    interrupted: impl Future<Output = ()>,
) -> Report {
    let rows = &approved.plan().rows;
    let total = rows.iter().filter(|row| row.is_change()).count();
    let progress = session.ui.progress();
    progress.report(ProgressEvent::Started { label: SafeText::literal("Applying"), total: total as u64 });
    let reporter = Mutex::new(&progress);
    let mut begun: BTreeMap<usize, Instant> = BTreeMap::new();
    let mut on_event = |event: Event| match event {
        Event::Started { row } => drop(begun.insert(row, Instant::now())),
        Event::Finished { row: position, outcome } => {
            let took = begun.get(&position).map(|begun| begun.elapsed().as_millis()).unwrap_or_default();
            if let (Some(row), Ok(progress)) = (rows.get(position), reporter.lock()) {
                let (seen, logged) = (finished_line(row, &outcome, took), row_line(row, &outcome));
                progress.report(ProgressEvent::Done { seen, logged });
            }
        }
    };
    let report = carry_out(org, approved, &planned.verifier, limits, interrupted, &mut on_event).await;
    progress.report(ProgressEvent::Finished);
    report
}

/// The exit code of a report: nothing done is a refusal, something done is a part.
pub(crate) fn outcome(report: &Report) -> Result<Outcome, CommandError> {
    if report.is_complete() {
        return Ok(Outcome::Done);
    }
    if report.interrupted {
        return Err(CommandError::interrupted().and("the report says what was done"));
    }
    let (kind, message) = if !report.wrote && report.unknown() > 0 {
        let message =
            "it is unknown what was done; the report says what may have been. Run the command again: it looks first";
        (ErrorKind::PartlyApplied, message)
    } else if report.wrote {
        (ErrorKind::PartlyApplied, "partly applied; the report says what was done. Run the command again to go on")
    } else if report.has_moved() {
        let message = "the org has changed since the plan; nothing was changed";
        return Err(
            CommandError::new(ErrorKind::Moved, message).hint("Run the command again and look at the new plan.")
        );
    } else if report.is_refused_for_rights() {
        (ErrorKind::Forbidden, "the server refused; nothing was changed")
    } else {
        (ErrorKind::Refused, "the server refused or failed; nothing was changed")
    };
    let error = CommandError::new(kind, message);
    Err(match advice(report) {
        Some(advice) => error.hint(advice),
        None => error,
    })
}

/// What to do about the failures, where that is the same for all rows.
fn advice(report: &Report) -> Option<&'static str> {
    report.rows.iter().find_map(|(_, outcome)| match outcome {
        RowOutcome::Failed(failure) => failure.error().and_then(doctor_advice),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use crate::execute::{FailureReason, Verification};
    use crate::schema::ResourceKey;
    use crate::schema::kinds::AGENT;

    use super::*;

    #[test]
    fn what_moved_ends_with_6_if_nothing_was_written_and_else_with_5() {
        let report = |wrote| Report {
            rows: vec![(ResourceKey::new(AGENT, "a"), RowOutcome::Failed(FailureReason::Moved.into()))],
            interrupted: false,
            wrote,
            verification: Verification::default(),
        };
        let kind = |wrote| outcome(&report(wrote)).map(drop).unwrap_err().kind;
        assert_eq!(kind(false), ErrorKind::Moved);
        assert_eq!(kind(true), ErrorKind::PartlyApplied);
    }
}
