use std::path::{Path, PathBuf};

use clap::Args;

use crate::commands::interrupts::Interrupts;
use crate::commands::options::{FormatOptions, ProjectOptions};
use crate::commands::{Outcome, Session};
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
use crate::target::{ResolvedTarget, Server, TargetFlags};

use super::accounts::{self, AccountsState};
use super::aim::Aim;
use super::files::Files;
use super::online::{Asked, ask, credentials};
use super::{bundle, embedded, mend};

/// Look at everything that a command needs, and say what is wrong and how to mend it; exit 1 if a check fails
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Mend modes of files and .gitignore, and say what was done
    #[arg(long, help_heading = "Doctor")]
    fix: bool,
    /// Ask no server: only the project, the token's place and the embedded org
    #[arg(long, help_heading = "Doctor")]
    offline: bool,
    /// Look only at the MCP endpoint of the org's memory
    #[arg(long, help_heading = "Doctor", conflicts_with_all = ["offline", "fix"])]
    memory_only: bool,
    /// Write a report for support too, without values, token and home directory; never over a file
    #[arg(long, value_name = "FILE", help_heading = "Doctor")]
    bundle: Option<PathBuf>,
    #[command(flatten, next_help_heading = "Doctor")]
    format: FormatOptions,
    #[command(flatten)]
    project: ProjectOptions,
    #[command(flatten)]
    target: TargetFlags,
}

/// What was looked at, and what was found.
struct Examined {
    report: Report,
    mended: Vec<String>,
    target: Option<ResolvedTarget>,
}

/// Looks at everything that a command needs. It writes nothing but what `--fix` and `--bundle` say.
pub async fn run(session: &Session, args: &DoctorArgs) -> Result<Outcome, CommandError> {
    let place = args.bundle.as_ref().map(|given| bundle::place(session, given).map(|path| (path, given)));
    let place = place.transpose()?;
    let interrupts = Interrupts::listen();
    let examined = interrupts.until(examine(session, args)).await?;
    if let Some((path, given)) = &place {
        bundle::write(path, given, &bundled(session, &examined))?;
        let line = Line::new().plain("The report for support was written to ");
        let line = line.foreign(crate::render::document::Style::Bold, &given.display().to_string()).plain(".");
        session.ui.status(&Document::from(line.prose(2)));
    }
    show(session, args, &examined);
    conclude(&examined.report, args.project.deny_warnings)
}

async fn examine(session: &Session, args: &DoctorArgs) -> Result<Examined, CommandError> {
    let mut files = Files::read(session, &args.project);
    let mut aim = Aim::of(session, &args.target, &files);
    if let (true, Aim::Nowhere(error)) = (args.memory_only, &aim) {
        return Err(error.clone().into());
    }
    let database = embedded::database(session, &args.target, aim.target());
    let mut mended = Vec::new();
    if args.fix {
        mended = mend::mend(session, &files, database.as_deref()).await?;
        files = Files::read(session, &args.project);
    }
    let mut accounts = AccountsState { files: accounts::files(session), login: None };
    if let Some(target) = aim.target_mut() {
        accounts.login = accounts::login(session, target, args.offline).await;
    }
    let report = if args.memory_only {
        memory_only(session, &aim).await?
    } else {
        whole(session, args, &files, &aim, &accounts, database.as_deref()).await?
    };
    Ok(Examined { report, mended, target: aim.target().cloned() })
}

async fn memory_only(session: &Session, aim: &Aim) -> Result<Report, CommandError> {
    let asked = match aim.target() {
        Some(target) => {
            session.announce(target);
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
    args: &DoctorArgs,
    files: &Files,
    aim: &Aim,
    accounts: &AccountsState,
    database: Option<&Path>,
) -> Result<Report, CommandError> {
    let is_local = matches!(aim.target().map(|target| &target.server), Some(Server::Local { .. }));
    let embedded = embedded::facts(database, is_local).await?;
    let asked = match aim.target() {
        Some(target) if !args.offline => {
            session.announce(target);
            ask(session, target, pin(files).as_ref(), embedded.as_ref(), false).await?
        }
        _ => Asked::nothing(aim.why_not()),
    };
    let project = files.facts(session, args.target.target.as_deref(), counts_dotenv(aim, &asked.names));
    let mut findings = project_checks(&project, &asked.names);
    findings.push(account_files_check(&accounts.files));
    findings.extend(target_checks(&aim.facts()));
    if let Some(target) = aim.target() {
        findings.extend(credentials_checks(&credentials(session, target, accounts, &asked)));
    }
    findings.extend(embedded.as_ref().map(embedded_checks).unwrap_or_default());
    let mut skips = asked.skips;
    if !skips.iter().any(|(group, why)| *group == Group::Secrets && why.starts_with("--offline")) {
        findings.extend(secrets_checks(
            references(&project),
            &asked.names,
            &args.target.push_command(args.project.directory.as_deref()),
        ));
    }
    findings.extend(asked.findings);
    skips.push((Group::Project, no_project(files).to_owned()));
    skips.push((Group::Credentials, aim.why_not().to_owned()));
    skips.push((Group::Embedded, "the embedded org is not used, and has no database".to_owned()));
    Ok(Report::new(findings, &skips))
}

/// Whether values of `.env` can reach the server: from this machine by an apply, or by a push.
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

fn show(session: &Session, args: &DoctorArgs, examined: &Examined) {
    if args.format.json {
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
