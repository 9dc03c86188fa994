//! A run of all checks: facts are gathered, looked at, and what was found is put in order.

use std::path::Path;
use std::sync::Arc;

use crate::env::Environment;
use crate::http::is_loopback;
use crate::model::OrgSlug;
use crate::target::{ResolvedTarget, Server, TargetFlags, inspect_record};

use super::checks::{
    EmbeddedFacts, LoginFacts, OrgNames, ProjectFacts, ReferenceFact, account_files_check, credentials_checks,
    embedded_checks, project_checks, secrets_checks, state_file_check, target_checks,
};
use super::error::DoctorError;
use super::gather::project::{FoundProject, ProjectLookup};
use super::gather::server::{Answers, ask, credentials};
use super::gather::target::{FoundTarget, account_files, database, database_facts, login};
use super::repair::repair;
use super::{Group, Report};

/// How far a run looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// At everything.
    Whole,
    /// At what needs no server.
    Offline,
    /// At the MCP endpoint of the org's memory only.
    MemoryOnly,
}

/// What a run looks at.
#[derive(Clone, Copy)]
pub struct Examination<'a> {
    pub environment: &'a Arc<Environment>,
    /// The directory in which the command was started.
    pub working_directory: &'a Path,
    /// Which project.
    pub project: ProjectLookup<'a>,
    /// Where the command goes.
    pub target: &'a TargetFlags,
    /// Whether a person is there, as the rule about stored targets asks.
    pub on_terminal: bool,
    /// How far it looks.
    pub scope: Scope,
    /// Whether what can be fixed is fixed.
    pub mends: bool,
}

/// What was looked at, and what was found.
pub struct Examined {
    /// What all checks found.
    pub report: Report,
    /// What was fixed, a sentence each.
    pub fixed: Vec<String>,
    /// Where commands go; none where that is not known.
    pub target: Option<ResolvedTarget>,
}

const MEMORY_ONLY: &str = "--memory-only was given";

impl Examination<'_> {
    /// Looks at everything that a command needs. `announce` is told which server is asked, before it is.
    pub async fn run(&self, announce: impl Fn(&ResolvedTarget)) -> Result<Examined, DoctorError> {
        let mut project = FoundProject::read(self.working_directory, self.project);
        let mut target = FoundTarget::resolve(self.environment, self.target, &project, self.on_terminal);
        if let (Scope::MemoryOnly, FoundTarget::Refused(error)) = (self.scope, &target) {
            return Err(error.clone().into());
        }
        let database = database(self.environment, self.target, target.known());
        let mut fixed = Vec::new();
        if self.mends {
            fixed = repair(self.environment, &project, database.as_deref()).await?;
            project = FoundProject::read(self.working_directory, self.project);
        }
        project.take_target(target.known());
        let login = match target.known_mut() {
            Some(target) => login(self.environment, target, self.scope == Scope::Offline).await,
            None => None,
        };
        if let Some(target) = target.known().filter(|_| self.scope != Scope::Offline) {
            announce(target);
        }
        let report = match self.scope {
            Scope::MemoryOnly => self.memory(&project, &target).await?,
            Scope::Whole | Scope::Offline => self.whole(&project, &target, login, database.as_deref()).await?,
        };
        Ok(Examined { report, fixed, target: target.known().cloned() })
    }

    async fn memory(&self, project: &FoundProject, target: &FoundTarget) -> Result<Report, DoctorError> {
        let answers = match target.known() {
            Some(target) => {
                ask(self.environment, target, None, None, true, |org| project.hide_in(org, self.environment)).await?
            }
            None => Answers::nothing(target.why_not()),
        };
        let mut skips = answers.skips;
        let others = [Group::Project, Group::Credentials, Group::Embedded];
        skips.extend(others.map(|group| (group, MEMORY_ONLY.to_owned())));
        Ok(Report::new(answers.findings, &skips))
    }

    async fn whole(
        &self,
        project: &FoundProject,
        target: &FoundTarget,
        login: Option<LoginFacts>,
        database: Option<&Path>,
    ) -> Result<Report, DoctorError> {
        let account_files = account_files(self.environment);
        let is_local = matches!(target.known().map(|target| &target.server), Some(Server::Local { .. }));
        let embedded = database_facts(database, is_local).await?;
        let answers = self.answers(project, target, embedded.as_ref()).await?;
        let counts_dotenv = counts_dotenv(target, &answers.names);
        let facts =
            project.facts(self.environment, target.known().and_then(ResolvedTarget::target_name), counts_dotenv);
        let mut findings = project_checks(&facts, &answers.names);
        findings.push(account_files_check(&account_files));
        let state = self.environment.state_directory().and_then(|state| inspect_record(&state));
        findings.push(state_file_check(state.map(|problem| problem.to_string()).as_deref()));
        findings.extend(target_checks(&target.facts()));
        if let Some(target) = target.known() {
            findings.extend(credentials_checks(&credentials(self.environment, target, login, &answers)));
        }
        findings.extend(embedded.as_ref().map(embedded_checks).unwrap_or_default());
        let mut skips = answers.skips;
        if !skips.iter().any(|(group, why)| *group == Group::Secrets && why.starts_with("--offline")) {
            let push = self.target.push_command(self.project.directory);
            findings.extend(secrets_checks(references(&facts), &answers.names, &push));
        }
        findings.extend(answers.findings);
        skips.push((Group::Project, why_no_project(project).to_owned()));
        skips.push((Group::Credentials, target.why_not().to_owned()));
        skips.push((Group::Embedded, "the embedded org is not used, and has no database".to_owned()));
        Ok(Report::new(findings, &skips))
    }

    async fn answers(
        &self,
        project: &FoundProject,
        target: &FoundTarget,
        embedded: Option<&EmbeddedFacts>,
    ) -> Result<Answers, DoctorError> {
        match target.known() {
            Some(target) if self.scope != Scope::Offline => {
                Ok(ask(self.environment, target, pin(project).as_ref(), embedded, false, |org| {
                    project.hide_in(org, self.environment);
                })
                .await?)
            }
            _ => Ok(Answers::nothing(target.why_not())),
        }
    }
}

/// Whether values of `.env` can reach the server: from this machine by an apply, or by a push.
fn counts_dotenv(target: &FoundTarget, names: &OrgNames) -> bool {
    match target.known().map(|target| &target.server) {
        Some(Server::Remote { origin }) => is_loopback(origin) || !names.has_no_api(),
        Some(Server::Local { .. }) | None => true,
    }
}

fn pin(project: &FoundProject) -> Option<OrgSlug> {
    let FoundProject::Opened(opened) = project else { return None };
    let pin = opened.project.as_ref()?.config.org_pin()?;
    OrgSlug::parse(pin.as_str()).ok()
}

fn references(facts: &ProjectFacts) -> Option<&[ReferenceFact]> {
    match facts {
        ProjectFacts::Read(facts) => facts.references.as_deref(),
        ProjectFacts::Missing | ProjectFacts::Unopened { .. } => None,
    }
}

fn why_no_project(project: &FoundProject) -> &'static str {
    match project {
        FoundProject::Missing => "there is no project",
        FoundProject::Unopened(_) => "the project cannot be opened",
        FoundProject::Opened(_) => "lobu.toml cannot be read",
    }
}
