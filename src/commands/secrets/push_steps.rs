//! What a push works with and does, step by step: reading, asking and sending, showing.

use std::collections::BTreeSet;
use std::path::PathBuf;

use crate::commands::interrupts::Interrupts;
use crate::commands::options::ProjectOptions;
use crate::commands::project::ProjectOrDirectory;
use crate::commands::values::hide_project;
use crate::commands::{Outcome, Session};
use crate::desired::{ProviderKey, desired_state};
use crate::error::{CommandError, ErrorKind};
use crate::http::{PARALLELISM, is_loopback};
use crate::model::{SecretName, counted, plural};
use crate::push::{Agreement, PushPlan, PushReport, Rotation, Wanted, plan_push, push, select};
use crate::render::document::{Document, Style, line};
use crate::render::json::{self, JsonTarget};
use crate::render::secrets::{self, PushView, suspicion_text};
use crate::secrets::SourceValues;
use crate::server::StoreError;
use crate::target::{Connection, RecordProblem, ResolvedTarget, Server, TargetFlags, connect_for_writing};

use super::source::SourceOptions;
use super::{api, confirm};

/// Everything that a push works with once it was read.
pub(super) struct Pushed {
    pub(super) source: SourceValues,
    pub(super) wanted: Wanted,
    pub(super) rotation: Rotation,
    pub(super) target: ResolvedTarget,
    /// The target of the project.
    pub(super) named_target: Option<String>,
    /// The directory that `-C` names.
    pub(super) directory: Option<PathBuf>,
    /// The keys of the project's providers.
    pub(super) provider_keys: Vec<ProviderKey>,
}

/// Where a push starts from and where it goes.
pub(super) struct PushContext {
    project: ProjectOrDirectory,
    references: Wanted,
    pub(super) target: ResolvedTarget,
    pub(super) provider_keys: Vec<ProviderKey>,
    named_target: Option<String>,
    pub(super) directory: Option<PathBuf>,
}

/// Reads the project and resolves the target.
pub(super) fn push_context(
    session: &Session,
    options: &ProjectOptions,
    flags: &TargetFlags,
    names_secrets: bool,
) -> Result<PushContext, CommandError> {
    let project = ProjectOrDirectory::read(session, options)?;
    let target = session.locate(flags, &project.pins())?;
    session.announce(&target);
    let project = project.in_target(&target)?;
    let (references, provider_keys) = match &project {
        ProjectOrDirectory::Project(loaded) => {
            let desired = desired_state(&loaded.project);
            (desired.references(), desired.provider_keys(|_| true))
        }
        ProjectOrDirectory::Directory(_) if !names_secrets => {
            let message = "there is no lobu.toml that would say which secrets are needed; nothing was sent";
            return Err(CommandError::new(ErrorKind::InvalidProject, message)
                .hint("Go to the project's directory, name it with -C, or name the secrets."));
        }
        ProjectOrDirectory::Directory(_) => (Wanted::new(), Vec::new()),
    };
    let (named_target, directory) = (target.target_name().map(str::to_owned), options.directory.clone());
    Ok(PushContext { project, references, target, provider_keys, named_target, directory })
}

/// Reads the source and chooses the names. Nothing is sent.
pub(super) fn read(
    session: &Session,
    options: &SourceOptions,
    all: bool,
    given: &BTreeSet<SecretName>,
    rotation: Rotation,
    context: PushContext,
) -> Result<Pushed, CommandError> {
    let PushContext { project, references, target, provider_keys, named_target, directory } = context;
    let default = project.values_file(named_target.as_deref());
    let source = options.read(session, project.directory(), default)?;
    crate::fault::point("secrets-read");
    let wanted = select(references, given, all, &source, &session.environment)?;
    if all {
        tell_unusable(session, &source);
    }
    Ok(Pushed { source, wanted, rotation, target, named_target, directory, provider_keys })
}

fn tell_unusable(session: &Session, source: &SourceValues) {
    let note =
        |why: &str, what: &str| line!("{}not pushed, since {}: {}", Style::Note.of("note: "), why, what).prose(2);
    let mut document = Document::new();
    let names: Vec<_> = source.unusable().collect();
    if !names.is_empty() {
        document.push(note("no secret can have such a name", &names.join(", ")));
    }
    if source.wrapped() > 0 {
        let why = "they look like the end of a value that was wrapped";
        document.push(note(why, &counted(source.wrapped(), "line")));
    }
    if !document.is_empty() {
        session.ui.status(&document);
    }
}

/// Has the client hide every message that repeats a value, or a secret of the project.
fn hide(session: &Session, connection: &Connection, pushed: &Pushed) {
    hide_project(session, pushed.directory.as_deref(), &connection.org);
    connection.org.learn(std::iter::empty(), pushed.source.values(), &BTreeSet::new());
}

/// What a push would do at an org.
pub(super) enum Planned {
    Secrets(PushPlan),
    /// The server has no secrets API; with what is wrong with the record of orgs that have it.
    NoApi(Option<RecordProblem>),
}

/// Lists the org's secrets and compares.
pub(super) async fn plan(session: &Session, pushed: &Pushed) -> Result<(Connection, Planned), CommandError> {
    let connection = session.connect(&pushed.target, PARALLELISM).await?;
    hide(session, &connection, pushed);
    let planned = match api::look(session, &pushed.target, &connection).await? {
        api::OrgSecrets::Listed(listed) => {
            Planned::Secrets(plan_push(&pushed.wanted, &pushed.source, &listed, &pushed.rotation))
        }
        api::OrgSecrets::NoApi(problem) => Planned::NoApi(problem),
    };
    Ok((connection, planned))
}

/// Values go only over https or to this machine, whatever the flags say.
pub(super) fn secure(target: &ResolvedTarget, sends: bool) -> Result<(), CommandError> {
    let Server::Remote { origin } = &target.server else { return Ok(()) };
    if !sends || origin.scheme() == "https" || is_loopback(origin) {
        return Ok(());
    }
    let message = "secret values are not sent over plain http; nothing was sent";
    Err(CommandError::new(ErrorKind::Unsupported, message).hint("Use the server's https address."))
}

/// Asks for agreement, or takes that of the flags.
pub(super) fn agree(
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
            session.warn(&row.name, suspicion_text(suspicion));
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
pub(super) struct Sent {
    pub(super) report: PushReport,
    pub(super) closed: Result<(), StoreError>,
}

/// Sends what was agreed to, and nothing else.
pub(super) async fn send(
    session: &Session,
    pushed: &Pushed,
    reading: Connection,
    plan: PushPlan,
    agreement: &Agreement,
) -> Result<Sent, CommandError> {
    let connection = connect_for_writing(&pushed.target, PARALLELISM).await?.unwrap_or(reading);
    hide(session, &connection, pushed);
    let Pushed { source, wanted, rotation, .. } = pushed;
    let result = push(&connection.org, plan, agreement, wanted, rotation, source).await;
    let closed = connection.close_after_writing().await;
    Ok(Sent { report: result?, closed })
}

/// Shows a plan on stdout, as text or JSON.
pub(super) fn show_plan(session: &Session, json: bool, dry_run: bool, pushed: &Pushed, push_plan: &PushPlan) {
    let server = pushed.target.server_name();
    if json {
        let target = json_target(&pushed.target, &server);
        return session.ui.product_json(&json::push_plan(push_plan, &pushed.source.label, &target));
    }
    let view = PushView {
        org: pushed.target.org.as_str(),
        server: &server,
        context: &pushed.target.context,
        source: &pushed.source.label,
        dry_run,
        rotation: &pushed.rotation,
    };
    session.ui.product(&secrets::plan(push_plan, &view));
}

/// Shows what became of a push.
pub(super) fn show_report(session: &Session, json: bool, pushed: &Pushed, report: &PushReport) {
    if json {
        let server = pushed.target.server_name();
        let target = json_target(&pushed.target, &server);
        return session.ui.product_json(&json::push_report(report, &pushed.source.label, &target));
    }
    session.ui.product(&secrets::report(report));
}

pub(super) fn json_target<'a>(target: &'a ResolvedTarget, server: &'a str) -> JsonTarget<'a> {
    JsonTarget { context: &target.context, server, org: target.org.as_str(), name: target.target_name() }
}

/// A script that goes on from here should not learn of it by a failing apply.
pub(super) fn missing(session: &Session, pushed: &Pushed, plan: &PushPlan) {
    let missing = plan.summary().missing;
    if missing > 0 {
        let line = line!(
            "{} used in lobu.toml {} in neither {} nor the org; an apply that needs it will fail",
            counted(missing, "secret"),
            plural(missing, "is", "are"),
            &pushed.source.label
        );
        session.ui.warning(line);
    }
}

/// A server without the secrets API was sent nothing but reads.
pub(super) fn without_api(session: &Session, json: bool, target: &ResolvedTarget) {
    let server = target.server_name();
    if json {
        session.ui.product_json(&json::push_unsupported(&json_target(target, &server)));
    }
    let line = line!("{} has no secrets API; nothing was sent.", Style::Bold.of(&server));
    session.say(line);
}

/// How a command ends that sent values.
pub(super) fn end(sent: Sent, interrupts: &Interrupts) -> Result<Outcome, CommandError> {
    sent.closed?;
    if sent.report.overtaken() > 0 {
        let message = "the org has moved since it was shown; what moved was left alone, as the report says";
        return Err(CommandError::new(ErrorKind::Moved, message).hint("Run the command again and review the new plan."));
    }
    if interrupts.has_happened() {
        return Err(CommandError::interrupted().and("the report says what was done"));
    }
    Ok(Outcome::Done)
}
