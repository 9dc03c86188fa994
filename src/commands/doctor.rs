//! `lobu doctor`: whether everything that a command needs is in order.

use std::io::Write as _;
use std::path::{Path, PathBuf};

use clap::Args;

use crate::doctor::{Examination, Examined, ProjectLookup, Report, Scope};
use crate::env::{self, Variable};
use crate::error::{CommandError, ErrorKind};
use crate::model::counted;
use crate::render::doctor::{DoctorView, render};
use crate::render::document::{Style, line};
use crate::render::json::{self, JsonDoctorView, JsonSystem, JsonTarget};
use crate::target::{ResolvedTarget, TargetFlags};
use crate::ui::Verbosity;

use super::interrupts::Interrupts;
use super::latest_log::latest_log;
use super::options::{FormatOptions, ProjectOptions};
use super::{Outcome, Session};

/// Check the project, login, server and org for problems (exit code 1 if a check fails)
#[derive(Debug, Args)]
pub struct DoctorArgs {
    /// Fix file modes and .gitignore
    #[arg(long, help_heading = "Doctor")]
    fix: bool,
    /// Skip all checks that need a server
    #[arg(long, help_heading = "Doctor")]
    offline: bool,
    /// Check only the MCP endpoint of the org's memory
    #[arg(long, help_heading = "Doctor", conflicts_with_all = ["offline", "fix"])]
    memory_only: bool,
    /// Also write a report for support, without secrets (never overwrites a file)
    #[arg(long, value_name = "FILE", help_heading = "Doctor")]
    bundle: Option<PathBuf>,
    #[command(flatten, next_help_heading = "Doctor")]
    format: FormatOptions,
    #[command(flatten)]
    project: ProjectOptions,
    #[command(flatten)]
    target: TargetFlags,
}

/// Looks at everything that a command needs. It writes nothing but what `--fix` and `--bundle` say.
pub async fn run(session: &Session, args: &DoctorArgs) -> Result<Outcome, CommandError> {
    let place = args.bundle.as_ref().map(|given| bundle_path(session, given).map(|path| (path, given)));
    let place = place.transpose()?;
    let interrupts = Interrupts::listen();
    let examination = examination(session, args);
    let examined = interrupts.until(examination.run(|target| session.announce(target))).await?;
    if let Some((path, given)) = &place {
        write_bundle(path, given, &bundled(session, &examined))?;
        session.say(line!("The report for support was written to {}.", Style::Bold.of(given.display())));
    }
    show(session, args, &examined);
    conclude(&examined.report, args.project.deny_warnings)
}

/// What is to be looked at, as the flags say.
fn examination<'a>(session: &'a Session, args: &'a DoctorArgs) -> Examination<'a> {
    let DoctorArgs { project, target, fix, offline, memory_only, .. } = args;
    let project = ProjectLookup {
        directory: project.directory.as_deref(),
        allow_path: &project.allow_path,
        allow_unknown_keys: project.allow_unknown_keys,
    };
    let scope = match (offline, memory_only) {
        (_, true) => Scope::MemoryOnly,
        (true, false) => Scope::Offline,
        (false, false) => Scope::Whole,
    };
    let (environment, working_directory) = (&session.environment, session.working_directory.as_path());
    let on_terminal = session.ui.is_attended();
    Examination { environment, working_directory, project, target, on_terminal, scope, mends: *fix }
}

fn show(session: &Session, args: &DoctorArgs, examined: &Examined) {
    if args.format.json {
        return session.ui.product_json(&with_view(examined, json::doctor));
    }
    let lists_all = session.ui.verbosity() >= Verbosity::Verbose;
    let view = DoctorView { fixed: &examined.fixed, lists_all };
    session.ui.page(&render(&examined.report, &view));
}

fn with_view(examined: &Examined, write: impl FnOnce(&Report, &JsonDoctorView<'_>) -> String) -> String {
    let server = examined.target.as_ref().map(ResolvedTarget::server_name).unwrap_or_default();
    let target = examined.target.as_ref().map(|target| JsonTarget {
        context: &target.context,
        server: &server,
        org: target.org.as_str(),
        name: target.target_name(),
    });
    write(&examined.report, &JsonDoctorView { target, fixed: &examined.fixed })
}

/// The bundle's text; what lies in the home directory is told without its name.
fn bundled(session: &Session, examined: &Examined) -> String {
    let home = session.environment.path(Variable::Home).map(|home| home.to_string_lossy().into_owned());
    let (os, architecture) = env::platform();
    let variables = Variable::ALL.iter().filter(|variable| session.environment.is_set(**variable));
    let variables: Vec<&str> = variables.map(|variable| variable.name()).collect();
    let log = session.environment.state_directory().and_then(|state| latest_log(&state));
    let (home, latest_log) = (home.as_deref(), log.as_deref());
    let system = JsonSystem { os, architecture, variables: &variables, home, latest_log };
    with_view(examined, |report, view| json::doctor_bundle(report, view, &system))
}

fn conclude(report: &Report, deny_warnings: bool) -> Result<Outcome, CommandError> {
    let counts = report.counts();
    let checks = |count: usize, what: &str| format!("{} {what}", counted(count, "check"));
    let message = match (counts.failures, counts.warnings) {
        (0, 0) => return Ok(Outcome::Done),
        (0, _) if !deny_warnings => return Ok(Outcome::Done),
        (0, warnings) => format!("{}, and --deny-warnings was given", checks(warnings, "warned")),
        (failures, _) => checks(failures, "failed"),
    };
    Err(CommandError::new(ErrorKind::CheckFailed, message))
}

/// Where the bundle goes. A file that exists is refused before anything is asked.
fn bundle_path(session: &Session, given: &Path) -> Result<PathBuf, CommandError> {
    let path = session.working_directory.join(given);
    match path.symlink_metadata() {
        Ok(_) => Err(bundle_exists(given)),
        Err(_) => Ok(path),
    }
}

/// Writes it, for its owner only; never over another file.
fn write_bundle(path: &Path, given: &Path, text: &str) -> Result<(), CommandError> {
    let failed = |error: &std::io::Error| {
        let message = format!("--bundle {}: it can't be written: {}", given.display(), error.kind());
        CommandError::new(ErrorKind::Unexpected, message)
    };
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = match options.open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(bundle_exists(given)),
        Err(error) => return Err(failed(&error)),
    };
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(|error| failed(&error))
}

fn bundle_exists(given: &Path) -> CommandError {
    let message = format!("--bundle {}: there is something already, and it is not overwritten", given.display());
    CommandError::new(ErrorKind::WouldOverwrite, message).hint("Name another file, or move that one away.")
}
