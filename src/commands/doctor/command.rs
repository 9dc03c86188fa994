use std::path::{Path, PathBuf};

use crate::commands::connect::announce;
use crate::commands::interrupts::Interrupts;
use crate::commands::{Outcome, ProjectOptions, Session};
use crate::doctor::{
    Group, OrgNames, ProjectFacts, Report, account_files_check, credentials_checks, embedded_checks, project_checks,
    secrets_checks, target_checks,
};
use crate::env::{self, Variable};
use crate::error::{CommandError, ErrorKind};
use crate::http::is_loopback;
use crate::model::OrgSlug;
use crate::render::doctor::{DoctorView, render};
use crate::render::document::{Document, Line};
use crate::render::json::{self, JsonDoctorView, JsonSystem, JsonTarget};
use crate::target::{ResolvedTarget, Server, TargetFlags, argument};

use super::accounts::{self, AccountsState};
use super::aim::Aim;
use super::files::Files;
use super::online::{Asked, ask, credentials};
use super::{bundle, embedded, mend};

/// What `doctor` was asked.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of its own")]
pub struct Doctor {
    /// `--json`.
    pub json: bool,
    /// `--fix`.
    pub fix: bool,
    /// `--offline`.
    pub offline: bool,
    /// `--memory-only`.
    pub memory_only: bool,
    /// `--bundle`.
    pub bundle: Option<PathBuf>,
    /// How the project is read.
    pub project: ProjectOptions,
    /// What is looked at.
    pub target: TargetFlags,
}

/// What was looked at, and what was found.
struct Examined {
    report: Report,
    mended: Vec<String>,
    target: Option<ResolvedTarget>,
}

/// `lobu doctor`: looks at everything that a command needs. It writes nothing but what `--fix` and `--bundle` say.
pub async fn doctor(session: &Session, command: &Doctor) -> Result<Outcome, CommandError> {
    let place = command.bundle.as_ref().map(|given| bundle::place(session, given).map(|path| (path, given)));
    let place = place.transpose()?;
    let interrupts = Interrupts::listen();
    let examined = interrupts.until(examine(session, command)).await?;
    if let Some((path, given)) = &place {
        bundle::write(path, given, &bundled(session, &examined))?;
        let line = Line::new().plain("The report for support was written to ");
        let line = line.foreign(crate::render::document::Style::Bold, &given.display().to_string()).plain(".");
        session.ui.status(&Document::from(line.prose(2)));
    }
    show(session, command, &examined);
    conclude(&examined.report, command.project.deny_warnings)
}

async fn examine(session: &Session, command: &Doctor) -> Result<Examined, CommandError> {
    let mut files = Files::read(session, &command.project);
    let mut aim = Aim::of(session, &command.target, &files);
    if let (true, Aim::Nowhere(error)) = (command.memory_only, &aim) {
        return Err(error.clone().into());
    }
    let database = embedded::database(session, &command.target, aim.target());
    let mut mended = Vec::new();
    if command.fix {
        mended = mend::mend(session, &files, database.as_deref()).await?;
        files = Files::read(session, &command.project);
    }
    let mut accounts = AccountsState { files: accounts::files(session), login: None };
    if let Some(target) = aim.target_mut() {
        accounts.login = accounts::login(session, target, command.offline).await;
    }
    let report = if command.memory_only {
        memory_only(session, &aim).await?
    } else {
        whole(session, command, &files, &aim, &accounts, database.as_deref()).await?
    };
    Ok(Examined { report, mended, target: aim.target().cloned() })
}

async fn memory_only(session: &Session, aim: &Aim) -> Result<Report, CommandError> {
    let asked = match aim.target() {
        Some(target) => {
            announce(session, target);
            ask(session, target, None, None, true).await?
        }
        None => Asked::nothing(aim.why_not()),
    };
    let mut skips = asked.skips;
    skips.extend([Group::Project, Group::Credentials, Group::Embedded].map(|group| (group, MEMORY_ONLY.to_owned())));
    Ok(Report::new(asked.findings, &skips))
}

const MEMORY_ONLY: &str = "--memory-only was given";

async fn whole(
    session: &Session,
    command: &Doctor,
    files: &Files,
    aim: &Aim,
    accounts: &AccountsState,
    database: Option<&Path>,
) -> Result<Report, CommandError> {
    let is_local = matches!(aim.target().map(|target| &target.server), Some(Server::Local { .. }));
    let embedded = embedded::facts(database, is_local).await?;
    let asked = match aim.target() {
        Some(target) if !command.offline => {
            announce(session, target);
            ask(session, target, pin(files).as_ref(), embedded.as_ref(), false).await?
        }
        _ => Asked::nothing(aim.why_not()),
    };
    let project = files.facts(session, command.target.target.as_deref(), counts_dotenv(aim, &asked.names));
    let mut findings = project_checks(&project, &asked.names);
    findings.push(account_files_check(&accounts.files));
    findings.extend(target_checks(&aim.facts()));
    if let Some(target) = aim.target() {
        findings.extend(credentials_checks(&credentials(session, target, accounts, &asked)));
    }
    findings.extend(embedded.as_ref().map(embedded_checks).unwrap_or_default());
    let mut skips = asked.skips;
    if !skips.iter().any(|(group, why)| *group == Group::Secrets && why.starts_with("--offline")) {
        findings.extend(secrets_checks(references(&project), &asked.names, &push_command(command)));
    }
    findings.extend(asked.findings);
    skips.push((Group::Project, no_project(files).to_owned()));
    skips.push((Group::Credentials, aim.why_not().to_owned()));
    skips.push((Group::Embedded, "the embedded org is not used, and has no database".to_owned()));
    Ok(Report::new(findings, &skips))
}

/// Whether values of `.env` can reach the server: from this machine by an apply, or by a push (F6).
fn counts_dotenv(aim: &Aim, names: &OrgNames) -> bool {
    match aim.target().map(|target| &target.server) {
        Some(Server::Remote { origin }) => is_loopback(origin) || !matches!(names, OrgNames::NoApi),
        Some(Server::Local { .. }) | None => true,
    }
}

fn pin(files: &Files) -> Option<OrgSlug> {
    let Files::Found(found) = files else { return None };
    let pin = found.project.as_ref()?.config.org_pin()?;
    OrgSlug::parse(pin.as_str()).ok()
}

fn references(project: &ProjectFacts) -> Option<&[crate::doctor::ReferenceFact]> {
    match project {
        ProjectFacts::Read(facts) => facts.references.as_deref(),
        ProjectFacts::Missing | ProjectFacts::Unopened { .. } => None,
    }
}

fn no_project(files: &Files) -> &'static str {
    match files {
        Files::Missing => "there is no project",
        Files::Unopened(_) => "the project can't be opened",
        Files::Found(_) => "lobu.toml can't be read",
    }
}

/// The command that sends secrets to where this one looks.
fn push_command(command: &Doctor) -> String {
    let directory = command.project.directory.as_ref();
    let directory = directory.map(|directory| argument("-C", &directory.to_string_lossy())).unwrap_or_default();
    format!("lobu secrets push{directory}{}", command.target.arguments())
}

fn show(session: &Session, command: &Doctor, examined: &Examined) {
    if command.json {
        return session.ui.product_json(&with_view(examined, json::doctor));
    }
    let view = DoctorView { mended: &examined.mended };
    session.ui.page(&render(&examined.report, &view));
}

fn with_view(examined: &Examined, write: impl FnOnce(&Report, &JsonDoctorView<'_>) -> String) -> String {
    let server = examined.target.as_ref().map(ResolvedTarget::server_name).unwrap_or_default();
    let target = examined.target.as_ref().map(|target| JsonTarget {
        context: &target.context,
        server: &server,
        org: target.org.as_str(),
    });
    write(&examined.report, &JsonDoctorView { target, mended: &examined.mended })
}

/// The bundle's text; what lies in the home directory is told without its name.
fn bundled(session: &Session, examined: &Examined) -> String {
    let home = session.environment.path(Variable::Home).map(|home| home.to_string_lossy().into_owned());
    let (os, architecture) = env::platform();
    let variables = Variable::ALL.iter().filter(|variable| session.environment.is_set(**variable));
    let variables: Vec<&str> = variables.map(|variable| variable.name()).collect();
    let system = JsonSystem { os, architecture, variables: &variables, home: home.as_deref() };
    with_view(examined, |report, view| json::doctor_bundle(report, view, &system))
}

fn conclude(report: &Report, deny_warnings: bool) -> Result<Outcome, CommandError> {
    let counts = report.counts();
    let checks = |count: usize, what: &str| match count {
        1 => format!("1 check {what}"),
        _ => format!("{count} checks {what}"),
    };
    let message = match (counts.failures, counts.warnings) {
        (0, 0) => return Ok(Outcome::Done),
        (0, _) if !deny_warnings => return Ok(Outcome::Done),
        (0, warnings) => format!("{}, and --deny-warnings was given", checks(warnings, "warned")),
        (failures, _) => checks(failures, "failed"),
    };
    Err(CommandError::new(ErrorKind::CheckFailed, message))
}
