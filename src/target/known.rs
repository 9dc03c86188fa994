//! What is known besides flags and environment when a target is resolved: what the project says, and what is stored.

use std::path::{Path, PathBuf};

use crate::accounts::{Accounts, AccountsError, Snapshot};
use crate::env::{Environment, Variable};
use crate::model::OrgSlug;
use crate::project::config::Config;
use crate::server::is_reserved_org;

use super::TargetFlags;

/// What a project says about where commands go.
#[derive(Debug, Clone, Default)]
pub struct ProjectPins {
    /// The org that it is pinned to.
    pub org: Option<OrgSlug>,
    /// Its targets.
    pub targets: Vec<ProjectTarget>,
    /// The project itself; none outside one.
    pub project: Option<LocalProject>,
}

/// A project on this machine.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocalProject {
    /// The directory of its lobu.toml, without symlinks.
    pub path: PathBuf,
    /// The agents that it declares.
    pub agents: Vec<String>,
}

impl LocalProject {
    /// The org that a project has in a database on this machine unless somebody says otherwise: by the name of its directory.
    pub fn org(&self) -> OrgSlug {
        let name = self.path.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
        let is_kept = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
        let slug: String = name.chars().map(|character| if is_kept(character) { character } else { '-' }).collect();
        match slug.trim_matches(['-', '_']) {
            "" => OrgSlug::from_server(DEFAULT_ORG),
            slug if is_reserved_org(slug) => OrgSlug::from_server(format!("{slug}-project")),
            slug => OrgSlug::from_server(slug),
        }
    }
}

/// The org of a database on this machine outside a project.
pub const DEFAULT_ORG: &str = "dev";

/// A target of the project, as `[targets.NAME]` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectTarget {
    /// Its name.
    pub name: String,
    /// The server, as written.
    pub url: Option<String>,
    /// The org.
    pub org: Option<OrgSlug>,
    /// Whether an apply that asks nobody must name it.
    pub is_protected: bool,
}

impl ProjectPins {
    /// Those of a lobu.toml without errors.
    pub fn of(config: &Config, location: &Path) -> Self {
        let targets = config.targets.iter().map(|target| ProjectTarget {
            name: target.name.value.clone(),
            url: target.url.as_ref().map(|url| url.value.as_str().to_owned()),
            org: target.org.as_ref().and_then(|org| OrgSlug::parse(org.as_str()).ok()),
            is_protected: target.protected,
        });
        let org = config.org_pin().and_then(|pin| OrgSlug::parse(pin.as_str()).ok());
        let path = location.canonicalize().unwrap_or_else(|_| location.to_owned());
        let agents = config.agents.iter().map(|agent| agent.id.value.to_string()).collect();
        Self { org, targets: targets.collect(), project: Some(LocalProject { path, agents }) }
    }
}

/// What is known besides flags and environment.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// The stored contexts and logins, where they were read.
    pub accounts: Option<&'a Snapshot>,
    /// What the project says.
    pub pins: &'a ProjectPins,
    /// Whether somebody is at a terminal.
    pub on_terminal: bool,
}

/// What is stored, if it can matter: where this run names server and token, a home directory that can't be read does not stop
/// it.
pub fn stored_accounts(flags: &TargetFlags, environment: &Environment) -> Result<Option<Snapshot>, AccountsError> {
    let by_flag = flags.target.is_some() || flags.context.is_some();
    let names_context = environment.text(Variable::Context).is_some();
    let server_of_environment =
        environment.text(Variable::ServerUrl).or_else(|| environment.text(Variable::MemoryUrl)).is_some();
    let by_url = !by_flag && (flags.url.is_some() || (!names_context && server_of_environment));
    let Some(accounts) = Accounts::of(environment) else { return Ok(None) };
    let read = accounts.read();
    if by_url && environment.token().is_some() { Ok(read.ok()) } else { read.map(Some) }
}
