//! What is known besides flags and environment when a target is resolved: what the project says, and what is stored.

use crate::accounts::{Accounts, AccountsError, Snapshot};
use crate::env::{Environment, Variable};
use crate::model::OrgSlug;
use crate::project::config::Config;

use super::TargetFlags;

/// What a project says about where commands go.
#[derive(Debug, Clone, Default)]
pub struct ProjectPins {
    /// The org that it is pinned to.
    pub org: Option<OrgSlug>,
    /// Its targets.
    pub targets: Vec<ProjectTarget>,
}

/// A target of the project, as `[targets.NAME]` names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProjectTarget {
    /// Its name.
    pub name: String,
    /// The server, as written.
    pub url: Option<String>,
    /// The org.
    pub org: Option<OrgSlug>,
}

impl ProjectPins {
    /// Those of a lobu.toml without errors.
    pub fn of(config: &Config) -> Self {
        let targets = config.targets.iter().map(|target| ProjectTarget {
            name: target.name.value.clone(),
            url: target.url.as_ref().map(|url| url.value.as_str().to_owned()),
            org: target.org.as_ref().and_then(|org| OrgSlug::parse(org.as_str()).ok()),
        });
        let org = config.org_pin().and_then(|pin| OrgSlug::parse(pin.as_str()).ok());
        Self { org, targets: targets.collect() }
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
