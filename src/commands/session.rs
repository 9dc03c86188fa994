use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::env::{self, Environment, TimeLimit, Variable};
use crate::error::{CommandError, ErrorKind};
use crate::model::Diagnostic;
use crate::render::document::{Document, Line, Style, line};
use crate::render::phrases::org_at;
use crate::render::{ci, diagnostics};
use crate::schema::SecretsMode;
use crate::server::AppliedProject;
use crate::target::{
    Connection, OtherProjects, ProjectPins, RecordProblem, ResolvedTarget, SelectedContext, Server, TargetError,
    TargetFlags, argument, connect_for_reading, locate, remember_secrets_api, with_org_of_checkout,
};
use crate::ui::Ui;

use super::checkout::Checkout;

/// What every command works with.
pub struct Session {
    /// The terminal.
    pub ui: Ui,
    /// The environment, captured once.
    pub environment: Arc<Environment>,
    /// The directory in which the command was started.
    pub working_directory: PathBuf,
    /// What was found in the project's files, for the JSON of an error.
    pub(super) found: Mutex<Vec<Diagnostic>>,
}

impl Session {
    /// Starts in the working directory of the process; `ca_file` and `limit` are those of the command line.
    pub fn start(
        ui: Ui,
        environment: Environment,
        ca_file: Option<&Path>,
        limit: Option<TimeLimit>,
    ) -> Result<Self, CommandError> {
        let working_directory = env::working_directory()
            .map_err(|error| CommandError::usage(format!("the working directory can't be used: {}", error.kind())))?;
        let environment = match ca_file {
            Some(path) => environment.with_authorities(read_authorities(&working_directory.join(path))?),
            None => environment,
        };
        let environment = match limit {
            Some(limit) => environment.with_limit(limit),
            None => environment,
        };
        Ok(Self { ui, environment: Arc::new(environment), working_directory, found: Mutex::default() })
    }

    /// What was found in the project's files so far.
    pub fn diagnostics(&self) -> Vec<Diagnostic> {
        self.found.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// The context that a verb about logins is about.
    pub(super) fn context(&self, flag: Option<&str>) -> Result<SelectedContext, CommandError> {
        Ok(SelectedContext::read(&self.environment, flag)?)
    }

    /// Says a sentence on stderr.
    pub(super) fn say(&self, line: Line) {
        self.ui.status(&Document::from(line.prose(2)));
    }

    /// Says something that a person should know.
    pub(super) fn note(&self, text: &str) {
        let line = line!("{}{}", Style::Note.of("note: "), text);
        self.ui.notice(&Document::from(line.prose(6)));
    }

    /// The same with a command that follows it.
    pub(super) fn note_command(&self, text: &str, command: &str) {
        let line = line!("{}{}", Style::Note.of("note: "), text).prose(6);
        self.ui.notice(&Document::from(line).line(Style::Bold.line(command.to_owned()).indented(2)));
    }

    /// Shows diagnostics of files below a directory on stderr, and as annotations where GitHub reads them.
    pub(super) fn show(&self, found: &[Diagnostic], directory: &Path) {
        if found.is_empty() {
            return;
        }
        self.found.lock().unwrap_or_else(PoisonError::into_inner).extend_from_slice(found);
        self.ui.notice(&diagnostics::render(found, self.ui.columns()));
        let checkout = Checkout::of(self.environment.path(Variable::GithubWorkspace), directory);
        for diagnostic in found {
            let file = diagnostic.position.as_ref().and_then(|position| checkout.path_of(&position.file));
            self.ui.annotate(|| ci::annotation(diagnostic, file.as_deref()));
        }
    }

    /// Warns of what is about a thing of this name.
    pub(super) fn warn(&self, name: impl std::fmt::Display, what: &str) {
        self.ui.warning(line!("{} {}", Style::Bold.of(name), what));
    }

    /// Says where a command goes, as the first line on stderr.
    pub(super) fn announce(&self, target: &ResolvedTarget) {
        let server = target.server_name();
        let mut line = org_at(target.org.as_str(), &server, &target.via());
        if let Server::Local { database } = &target.server {
            line = line.then(line!(": an embedded org in which no agent runs, in {}", database.display()));
        }
        if let Some(pin) = &target.overridden_pin {
            line = line.then(line!("; the project is pinned to {}", Style::Attention.of(pin.as_str())));
        }
        self.say(line);
    }

    /// Waits for an answer of a target. After half a second a terminal shows a spinner, after two seconds that it waits.
    pub(super) async fn waiting_for<T>(&self, target: &ResolvedTarget, work: impl Future<Output = T>) -> T {
        // On the heap: a read of an org is most of what a command does.
        let mut work = Box::pin(work);
        let mut spinner = self.ui.spinner();
        let server = target.server_name();
        for (pause, words) in [(SPINNER, line!("Reading {}", &server)), (PATIENCE, line!("Waiting for {}", &server))] {
            tokio::select! {
                biased;
                done = &mut work => return done,
                () = tokio::time::sleep(pause) => spinner.show(&words),
            }
        }
        work.await
    }

    /// Connects for reading: the embedded org is left as it is.
    pub(super) async fn connect(
        &self,
        target: &ResolvedTarget,
        parallelism: usize,
    ) -> Result<Connection, CommandError> {
        let connection = connect_for_reading(&self.environment, target, parallelism).await?;
        self.warn_of_new_org(target, &connection.others);
        Ok(connection)
    }

    /// A project whose directory was renamed would get a new org without a word.
    fn warn_of_new_org(&self, target: &ResolvedTarget, others: &OtherProjects) {
        const SHOWN: usize = 4;
        if others.beside.is_empty() {
            return;
        }
        let shown = others.beside.iter().take(SHOWN).map(|AppliedProject { org, path, agents }| {
            let agents = match agents.as_slice() {
                [] => String::new(),
                [agent] => format!("agent {agent}, "),
                [agent, more @ ..] => format!("agent {agent} and {} more, ", more.len()),
            };
            format!("{org} ({agents}from {path})")
        });
        let what = format!(
            "is new in this database, which also has {}; to use one of these, add --org SLUG",
            shown.collect::<Vec<_>>().join(", ")
        );
        self.warn(format!("org {}", target.org), &what);
    }

    /// Remembers an org that has the secrets API: it is never again sent values. A record that can't be used is a warning.
    pub(super) fn remember(
        &self,
        target: &ResolvedTarget,
        mode: SecretsMode,
    ) -> Result<Option<RecordProblem>, CommandError> {
        let Server::Remote { origin } = &target.server else { return Ok(None) };
        let directory = self.environment.state_directory();
        let problem = remember_secrets_api(directory.as_deref(), origin, &target.org, mode)?;
        if let Some(problem) = &problem {
            let why = "It records which orgs have the secrets API. Repair or remove it. To check it:";
            let hint = line!("{}{}", Style::Hint.of("help: "), why).prose(2);
            let command = Style::Bold.line("lobu doctor").indented(2);
            self.ui.warning_with(line!("{}", problem), vec![hint, command]);
        }
        Ok(problem)
    }

    /// What is protected is changed without a question only where `-t` names it.
    pub(super) fn check_protected(
        target: &ResolvedTarget,
        asks_nobody: bool,
        outcome: &str,
    ) -> Result<(), CommandError> {
        let is_named = target.project_target.as_ref().is_some_and(|target| target.is_named);
        if !asks_nobody || !target.is_protected || is_named {
            return Ok(());
        }
        let name = target.target_name().map_or_else(|| "a target".to_owned(), |name| format!("target {name}"));
        let message = format!("{} is {name} of this project, which is protected; {outcome}", target.org);
        Err(CommandError::usage(message).hint("To skip prompts, name the target with -t."))
    }

    /// Resolves where a command goes.
    pub(super) fn locate(&self, flags: &TargetFlags, pins: &ProjectPins) -> Result<ResolvedTarget, CommandError> {
        let target = locate(flags, &self.environment, pins, self.ui.is_attended()).map(with_org_of_checkout);
        target.map_err(|error| {
            let is_open = matches!(error, TargetError::NoOrg | TargetError::NoTarget) && flags.target.is_none();
            let failure = CommandError::from(error);
            if !is_open || pins.targets.is_empty() {
                return failure;
            }
            let targets: Vec<String> =
                pins.targets.iter().map(|target| argument("-t", &target.name).trim().to_owned()).collect();
            failure.hint_command("Or use a target of lobu.toml:", targets.join("\n"))
        })
    }
}

/// When a terminal shows that something is read.
const SPINNER: Duration = Duration::from_millis(500);

/// How much later it says that it waits.
const PATIENCE: Duration = Duration::from_millis(1500);

/// The last second that all libraries can write as a date: the end of the year 9999.
const LAST_SECOND: u64 = 253_402_300_799;

/// Refuses to talk to a server by a clock that shows no date: certificates, tokens and dates in requests need one.
pub(crate) fn check_clock(now: SystemTime) -> Result<(), CommandError> {
    let is_date = now.duration_since(UNIX_EPOCH).is_ok_and(|since| since.as_secs() <= LAST_SECOND);
    if is_date {
        return Ok(());
    }
    let message = "the clock of this machine is before 1970 or after 9999";
    Err(CommandError::new(ErrorKind::Unexpected, message).hint("Set the clock; nothing was sent."))
}

/// How a command that did not fail ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Done, or nothing to do.
    Done,
    /// A plan or dry run that found changes; tells them apart for `--detailed-exitcode`.
    Changes,
}

/// How many bytes a file of authorities may have; the largest bundle in use has a quarter of that.
const LARGEST_AUTHORITIES: u64 = 1024 * 1024;

/// Reads the file of `--ca-file`: only the command line names one, never a project or its `.env`.
fn read_authorities(path: &Path) -> Result<Vec<u8>, CommandError> {
    let refused = |what: &str| {
        let message = format!("--ca-file {}: {what}", path.display());
        CommandError::usage(message).hint("Name a file with certificates in PEM form; nothing was sent.")
    };
    let mut pem = Vec::new();
    let read = File::open(path).and_then(|file| file.take(LARGEST_AUTHORITIES + 1).read_to_end(&mut pem));
    read.map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => refused("no such file"),
        other => refused(&format!("it can't be read: {other}")),
    })?;
    if u64::try_from(pem.len()).is_ok_and(|length| length <= LARGEST_AUTHORITIES) {
        Ok(pem)
    } else {
        Err(refused("it is larger than 1 MiB"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_without_a_date_is_an_error_and_no_panic() {
        let after = |seconds| UNIX_EPOCH.checked_add(Duration::from_secs(seconds)).unwrap();
        for now in [UNIX_EPOCH, SystemTime::now(), after(LAST_SECOND)] {
            assert!(check_clock(now).is_ok());
        }
        let before = UNIX_EPOCH.checked_sub(Duration::from_secs(1)).unwrap();
        for now in [before, after(LAST_SECOND + 1), after(1 << 40)] {
            assert_eq!(check_clock(now).unwrap_err().exit_code(), 1);
        }
    }
}
