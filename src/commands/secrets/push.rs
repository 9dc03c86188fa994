use std::collections::BTreeSet;

use crate::commands::connect::{Connection, announce, for_reading, for_writing};
use crate::commands::failures::of_target;
use crate::commands::interrupt::Interrupts;
use crate::commands::{Outcome, ProjectOptions, Session};
use crate::desired::desired_state;
use crate::error::{CommandError, ErrorKind};
use crate::model::SecretName;
use crate::org::http::{PARALLELISM, is_loopback};
use crate::push::{
    Agreement, PushFailure, PushPlan, PushReport, Rotation, SelectionError, Wanted, fits, plan_push, push, select,
};
use crate::render::document::{Document, Line, Style};
use crate::render::json::{self, JsonTarget};
use crate::render::secrets::{self, PushView, suspicion_text};
use crate::secrets::SourceValues;
use crate::settings::{ResolvedTarget, Server, TargetFlags, resolve};

use super::source::{self, SourceChoice, SourceFormat};
use super::surroundings::Surroundings;
use super::{api, confirm, name};

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

/// What `--rotate` without a name stands for.
const ALL: &str = "*";

/// Everything that a push works with once it was read.
struct Pushed {
    source: SourceValues,
    wanted: Wanted,
    rotation: Rotation,
    target: ResolvedTarget,
}

/// `lobu secrets push`: reads one source, compares, shows, asks key by key, and sends one request.
pub async fn secrets_push(session: &Session, command: &SecretsPush) -> Result<Outcome, CommandError> {
    let (given, rotation) = names(command)?;
    flags(command, &rotation)?;
    let place = place(session, command, &given)?;
    if command.if_supported && !has_api(session, &place.target).await? {
        // Before the source is read: where nothing can be sent it need not even be there.
        return Ok(without_api(session, command, &place.target));
    }
    let pushed = read(session, command, &given, rotation, place)?;
    let interrupts = Interrupts::listen();
    let (connection, plan) = tokio::select! {
        planned = plan(session, &pushed) => planned?,
        () = interrupts.wait() => return Err(interrupted()),
    };
    if command.dry_run || !command.json {
        show_plan(session, command, &pushed, &plan);
    }
    warn_of_missing(session, &pushed, &plan);
    fits(&plan, &pushed.source).map_err(|error| {
        CommandError::from_error(ErrorKind::Usage, &error)
            .hint("Nothing was sent. Push in parts: without --all, or from a smaller file.")
    })?;
    secure(&pushed.target, &plan)?;
    if command.dry_run {
        return Ok(if plan.sent().next().is_some() { Outcome::Changes } else { Outcome::Done });
    }
    if plan.sent().next().is_none() {
        if command.json {
            show_plan(session, command, &pushed, &plan);
        }
        return Ok(Outcome::Done);
    }
    let agreement = agree(session, command, &pushed, &plan)?;
    if interrupts.has_happened() {
        return Err(interrupted());
    }
    let result = send(&pushed, connection, plan, &agreement).await;
    end(session, command, &pushed, result, interrupts.has_happened())
}

/// The names that were given, those of `--rotate=NAME` among them.
fn names(command: &SecretsPush) -> Result<(BTreeSet<SecretName>, Rotation), CommandError> {
    let checked = |texts: &[String]| texts.iter().map(|text| name::writable(text)).collect::<Result<BTreeSet<_>, _>>();
    let mut given = checked(&command.names)?;
    let rotation = match &command.rotate {
        None => Rotation::Never,
        // Without a name of its own it is about the names that were given, and only without those about all.
        Some(names) if names == &[ALL] && given.is_empty() => Rotation::All,
        Some(names) if names == &[ALL] => Rotation::Named(given.clone()),
        Some(names) => Rotation::Named(checked(names)?),
    };
    if let Rotation::Named(names) = &rotation {
        given.extend(names.iter().cloned());
    }
    if let SourceChoice::Process(names) = &command.source {
        given.extend(checked(names)?);
    }
    Ok((given, rotation))
}

/// What never comes to a question is demanded before anything is read.
fn flags(command: &SecretsPush, rotation: &Rotation) -> Result<(), CommandError> {
    let rotates = *rotation != Rotation::Never;
    let agreed = command.dry_run || ((command.yes || rotates) && (command.yes_rotate || !rotates));
    let need = if rotates { "--yes-rotate (and --yes for what the org lacks)" } else { "--yes" };
    let demand = |what: &str| {
        let message = format!("{what} asks no questions: add {need}, or --dry-run");
        Err(CommandError::new(ErrorKind::Usage, message).hint("Nothing was read or sent."))
    };
    match command.source {
        _ if agreed => Ok(()),
        SourceChoice::Stdin => demand("--from-stdin"),
        _ if command.json => demand("--json"),
        _ => Ok(()),
    }
}

/// Where a push starts from and where it goes.
struct Place {
    surroundings: Surroundings,
    references: Wanted,
    target: ResolvedTarget,
}

/// Reads the project and resolves the target.
fn place(session: &Session, command: &SecretsPush, given: &BTreeSet<SecretName>) -> Result<Place, CommandError> {
    let surroundings = Surroundings::read(session, &command.project)?;
    let references = match &surroundings {
        Surroundings::Project(loaded) => desired_state(&loaded.project).references(),
        Surroundings::Directory(_) if given.is_empty() && !command.all => {
            let message = "there is no lobu.toml that would say which secrets are needed; nothing was sent";
            return Err(CommandError::new(ErrorKind::InvalidProject, message)
                .hint("Go to the project's directory, name it with -C, or name the secrets."));
        }
        Surroundings::Directory(_) => Wanted::new(),
    };
    let target = resolve(&command.target, &session.environment, surroundings.pin().as_ref(), session.ui.is_attended())
        .map_err(|error| of_target(&error))?;
    announce(session, &target);
    Ok(Place { surroundings, references, target })
}

async fn has_api(session: &Session, target: &ResolvedTarget) -> Result<bool, CommandError> {
    let connection = for_reading(session, target, PARALLELISM).await?;
    Ok(api::listed(session, target, &connection).await?.is_some())
}

/// Reads the source and chooses the names. Nothing is sent.
fn read(
    session: &Session,
    command: &SecretsPush,
    given: &BTreeSet<SecretName>,
    rotation: Rotation,
    place: Place,
) -> Result<Pushed, CommandError> {
    let Place { surroundings, references, target } = place;
    let source = source::read(session, surroundings.directory(), &command.source, command.format)?;
    crate::fault::point("secrets-read");
    let wanted = select(references, given, command.all, &source, &session.environment).map_err(|e| unselected(&e))?;
    if command.all {
        tell_unusable(session, &source);
    }
    Ok(Pushed { source, wanted, rotation, target })
}

fn unselected(error: &SelectionError) -> CommandError {
    let failure = CommandError::from_error(ErrorKind::Usage, error);
    failure.hint(match error {
        SelectionError::NotInSource { .. } => "Nothing was sent. Check the names, or name another source.",
        SelectionError::Placeholders { .. } => {
            "Nothing was sent. `***…`, `lobu_secret_…` and `secret://…` stand for a value on a server; put the value there."
        }
        SelectionError::TooLong { .. } => "Nothing was sent. Keep what is longer elsewhere.",
        SelectionError::EnvironmentDiffers { .. } => {
            "Nothing was sent. Unset them in the environment, or take them from there: --from-process NAME."
        }
    })
}

fn tell_unusable(session: &Session, source: &SourceValues) {
    let note = || Line::new().literal(Style::Note, "note: ");
    let mut document = Document::new();
    let names: Vec<_> = source.unusable().collect();
    if !names.is_empty() {
        let line = note().plain("not pushed, since no secret can have such a name: ");
        document.push(line.foreign(Style::Plain, &names.join(", ")).prose(2));
    }
    if source.wrapped() > 0 {
        let line = note().plain("not pushed, since they look like the end of a value that was wrapped: ");
        document
            .push(line.count(source.wrapped()).plain(if source.wrapped() == 1 { " line" } else { " lines" }).prose(2));
    }
    if !document.is_empty() {
        session.ui.status(&document);
    }
}

async fn plan(session: &Session, pushed: &Pushed) -> Result<(Connection, PushPlan), CommandError> {
    let connection = for_reading(session, &pushed.target, PARALLELISM).await?;
    let listed = api::listed(session, &pushed.target, &connection).await?;
    let listed = listed.ok_or_else(|| {
        api::unsupported(&pushed.target).hint("In a script for several servers: --if-supported makes this exit 0.")
    })?;
    let plan = plan_push(&pushed.wanted, &pushed.source, &listed, &pushed.rotation);
    Ok((connection, plan))
}

/// A script that goes on from here should not learn of it by a failing apply.
fn warn_of_missing(session: &Session, pushed: &Pushed, plan: &PushPlan) {
    let missing = plan.summary().missing;
    if missing > 0 {
        let line = Line::new().literal(Style::Warning, "warning: ").count(missing);
        let line = line.plain(if missing == 1 {
            " secret that lobu.toml uses is"
        } else {
            " secrets that lobu.toml uses are"
        });
        let line = line.plain(" neither in ").foreign(Style::Plain, &pushed.source.label);
        session.ui.notice(&Document::from(line.plain(" nor in the org; an apply that needs it will stop").prose(2)));
    }
}

/// Values go only over https or to this machine, whatever the flags say (T2).
fn secure(target: &ResolvedTarget, plan: &PushPlan) -> Result<(), CommandError> {
    let Server::Remote { origin } = &target.server else { return Ok(()) };
    if plan.sent().next().is_none() || origin.scheme() == "https" || is_loopback(origin) {
        return Ok(());
    }
    let message = "secret values are not sent over plain http; nothing was sent";
    Err(CommandError::new(ErrorKind::Unsupported, message).hint("Use the server's https address."))
}

fn agree(
    session: &Session,
    command: &SecretsPush,
    pushed: &Pushed,
    plan: &PushPlan,
) -> Result<Agreement, CommandError> {
    let by_flags = Agreement::by_flags(command.yes, command.yes_rotate);
    // What a person is asked about is pointed out in the question.
    let asked: BTreeSet<_> = by_flags.open(plan).into_iter().map(|(_, row)| &row.name).collect();
    for row in plan.sent().filter(|row| !asked.contains(&row.name)) {
        if let Some(suspicion) = row.suspicion {
            let line = Line::new().literal(Style::Warning, "warning: ").foreign(Style::Bold, row.name.as_str());
            session.ui.notice(&Document::from(line.plain(" ").plain(suspicion_text(suspicion)).prose(2)));
        }
    }
    if !asked.is_empty() && asks_nothing(command) {
        let open: Vec<_> = by_flags.open(plan);
        return Err(confirm::unasked("with --json or --from-stdin no question is asked", &open));
    }
    let agreement = confirm::ask(session, &pushed.target, plan, by_flags)?;
    if agreement.open(plan).len() == plan.sent().count() {
        return Err(CommandError::new(ErrorKind::Declined, "declined; nothing was sent"));
    }
    Ok(agreement)
}

fn asks_nothing(command: &SecretsPush) -> bool {
    command.json || command.source == SourceChoice::Stdin
}

async fn send(
    pushed: &Pushed,
    reading: Connection,
    plan: PushPlan,
    agreement: &Agreement,
) -> Result<PushReport, CommandError> {
    let connection = for_writing(&pushed.target, PARALLELISM).await?.unwrap_or(reading);
    let Pushed { source, wanted, rotation, target: _ } = pushed;
    let result = push(&connection.org, plan, agreement, wanted, rotation, source).await;
    let closed = connection.close_after_writing().await;
    let report = result.map_err(|failure| failed(&failure))?;
    closed.map(|()| report)
}

fn failed(failure: &PushFailure) -> CommandError {
    match failure {
        PushFailure::Refused(error) => api::of_secrets(error),
        PushFailure::Unknown { .. } => CommandError::from_error(ErrorKind::PartlyApplied, failure)
            .hint("Look with `lobu secrets push --dry-run`; what is missing then can be pushed again."),
        PushFailure::Conflicts => CommandError::from_error(ErrorKind::Moved, failure).hint("Run the command again."),
        PushFailure::NotListed => CommandError::from_error(ErrorKind::Refused, failure),
    }
}

fn end(
    session: &Session,
    command: &SecretsPush,
    pushed: &Pushed,
    result: Result<PushReport, CommandError>,
    was_interrupted: bool,
) -> Result<Outcome, CommandError> {
    let report = result?;
    if command.json {
        let server = pushed.target.server_name();
        let target = json_target(&pushed.target, &server);
        session.ui.product_json(&json::push_report(&report, &pushed.source.label, &target));
    } else {
        session.ui.product(&secrets::report(&report));
    }
    if report.overtaken() > 0 {
        let message = "the org has moved since it was shown; what moved was left alone, as the report says";
        return Err(CommandError::new(ErrorKind::Moved, message).hint("Run the command again and look at it anew."));
    }
    if was_interrupted {
        let message = "interrupted; the report says what was done";
        return Err(CommandError::new(ErrorKind::Interrupted, message));
    }
    Ok(Outcome::Done)
}

fn show_plan(session: &Session, command: &SecretsPush, pushed: &Pushed, plan: &PushPlan) {
    let server = pushed.target.server_name();
    if command.json {
        let target = json_target(&pushed.target, &server);
        return session.ui.product_json(&json::push_plan(plan, &pushed.source.label, &target));
    }
    let view = PushView {
        org: pushed.target.org.as_str(),
        server: &server,
        context: &pushed.target.context,
        source: &pushed.source.label,
        dry_run: command.dry_run,
        rotation: &pushed.rotation,
    };
    session.ui.product(&secrets::plan(plan, &view));
}

fn json_target<'a>(target: &'a ResolvedTarget, server: &'a str) -> JsonTarget<'a> {
    JsonTarget { context: &target.context, server, org: target.org.as_str() }
}

/// A server without the secrets API was sent nothing but reads (K1).
fn without_api(session: &Session, command: &SecretsPush, target: &ResolvedTarget) -> Outcome {
    let server = target.server_name();
    if command.json {
        session.ui.product_json(&json::push_unsupported(&json_target(target, &server)));
    }
    let line = Line::new().foreign(Style::Bold, &server).plain(" has no secrets API; nothing was sent.");
    session.ui.status(&Document::from(line.prose(2)));
    Outcome::Done
}

fn interrupted() -> CommandError {
    CommandError::new(ErrorKind::Interrupted, "interrupted; nothing was sent")
}
