use crate::commands::interrupts::Interrupts;
use crate::commands::{Outcome, ProjectOptions, Session};
use crate::error::{CommandError, ErrorKind};
use crate::push::fits;
use crate::target::TargetFlags;

use super::super::source::{SourceChoice, SourceFormat};
use super::sending::Sent;
use super::{reading, sending, show};

/// What `secrets push` was asked.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct SecretsPush {
    /// The names beside those that lobu.toml refers to, unchecked.
    pub names: Vec<String>,
    /// Where the values come from.
    pub source: SourceChoice,
    /// `--format`, where the end of a file's name does not say it.
    pub format: Option<SourceFormat>,
    /// `--rotate`: none if absent, `*` if it has no name, else the names, unchecked.
    pub rotate: Option<Vec<String>>,
    /// `--all`.
    pub all: bool,
    /// `--yes`.
    pub yes: bool,
    /// `--yes-rotate`.
    pub yes_rotate: bool,
    /// `--dry-run`.
    pub dry_run: bool,
    /// `--json`.
    pub json: bool,
    /// `--if-supported`.
    pub if_supported: bool,
    /// How the project is read.
    pub project: ProjectOptions,
    /// Which org.
    pub target: TargetFlags,
}

/// `lobu secrets push`: reads one source, compares, shows, asks key by key, and sends one request.
pub async fn secrets_push(session: &Session, command: &SecretsPush) -> Result<Outcome, CommandError> {
    let (given, rotation) = reading::names(command)?;
    reading::flags(command, &rotation)?;
    let place = reading::place(session, command, &given)?;
    if command.if_supported && !reading::has_api(session, &place.target).await? {
        // Before the source is read: where nothing can be sent it need not even be there.
        return Ok(show::without_api(session, command, &place.target));
    }
    let pushed = reading::read(session, command, &given, rotation, place)?;
    let interrupts = Interrupts::listen().with_outcome("nothing was sent");
    let (connection, plan) = interrupts.until(reading::plan(session, &pushed)).await?;
    let sends = plan.sent().next().is_some();
    // With --json there is one document: the plan, or the report in its place.
    if !command.json || command.dry_run || !sends {
        show::plan(session, command, &pushed, &plan);
    }
    show::missing(session, &pushed, &plan);
    fits(&plan, &pushed.source)?;
    sending::secure(&pushed.target, &plan)?;
    if command.dry_run || !sends {
        return Ok(if sends { Outcome::Changes } else { Outcome::Done });
    }
    let agreement = sending::agree(session, command, &pushed, &plan)?;
    interrupts.check()?;
    let sent = sending::send(&pushed, connection, plan, &agreement).await?;
    show::report(session, command, &pushed, &sent.report);
    end(sent, interrupts.has_happened())
}

fn end(sent: Sent, was_interrupted: bool) -> Result<Outcome, CommandError> {
    sent.closed?;
    if sent.report.overtaken() > 0 {
        let message = "the org has moved since it was shown; what moved was left alone, as the report says";
        return Err(CommandError::new(ErrorKind::Moved, message).hint("Run the command again and look at it anew."));
    }
    if was_interrupted {
        return Err(CommandError::interrupted().and("the report says what was done"));
    }
    Ok(Outcome::Done)
}
