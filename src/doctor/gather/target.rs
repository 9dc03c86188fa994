//! Where the command goes: the target, its login, and the database of the embedded org.

use std::path::{Path, PathBuf};
use std::time::SystemTime;

use crate::accounts::{Accounts, FileState, Finding, Login, LoginPlace};
use crate::clock;
use crate::doctor::checks::{AccountFilesFacts, EmbeddedFacts, LoginFacts, PlaceFacts, TargetFacts};
use crate::env::Environment;
use crate::server::{StoreError, beside_runtime, inspect_store};
use crate::target::{
    Known, ProjectPins, ResolvedTarget, Server, StoredLogin, TargetError, TargetFlags, local_database, resolve,
    stored_accounts,
};

use super::project::FoundProject;

/// The target, or why there is none.
pub(in crate::doctor) enum FoundTarget {
    Known(Box<ResolvedTarget>),
    /// Flags, variables and project do not name one.
    Refused(TargetError),
    /// lobu.toml cannot be read, and may set another org.
    Unknown,
}

impl FoundTarget {
    pub(in crate::doctor) fn resolve(
        environment: &Environment,
        flags: &TargetFlags,
        found: &FoundProject,
        on_terminal: bool,
    ) -> Self {
        let pins = match found {
            FoundProject::Opened(opened) => match &opened.project {
                Some(project) => ProjectPins::of(&project.config, opened.directory.location()),
                None => return Self::Unknown,
            },
            FoundProject::Missing | FoundProject::Unopened(_) => ProjectPins::default(),
        };
        // Files that can't be read are a finding of their own.
        let accounts = stored_accounts(flags, environment).ok().flatten();
        let known = Known { accounts: accounts.as_ref(), pins: &pins, on_terminal };
        match resolve(flags, environment, known) {
            Ok(target) => match found.target_of(&target) {
                Ok(()) => Self::Known(Box::new(target)),
                Err(error) => Self::Refused(error),
            },
            Err(error) => Self::Refused(error),
        }
    }

    /// The target, where it is known.
    pub(in crate::doctor) fn known(&self) -> Option<&ResolvedTarget> {
        match self {
            Self::Known(target) => Some(target),
            Self::Refused(_) | Self::Unknown => None,
        }
    }

    /// The target, to put a token into it.
    pub(in crate::doctor) fn known_mut(&mut self) -> Option<&mut ResolvedTarget> {
        match self {
            Self::Known(target) => Some(target),
            Self::Refused(_) | Self::Unknown => None,
        }
    }

    /// Why nothing was asked, where there is no target.
    pub(in crate::doctor) fn why_not(&self) -> &'static str {
        match self {
            Self::Known(_) => "--offline was given",
            Self::Refused(TargetError::NoTarget | TargetError::NoOrg) => "no server or no org is set",
            Self::Refused(_) => "server and org are not clear",
            Self::Unknown => "lobu.toml cannot be read, and may set another org",
        }
    }

    pub(in crate::doctor) fn facts(&self) -> TargetFacts {
        match self {
            Self::Known(target) => TargetFacts::At {
                context: target.context.clone(),
                server: target.server_name(),
                org: target.org.to_string(),
            },
            Self::Refused(error) => {
                let (message, advice) = (error.to_string(), error.advice());
                match error {
                    TargetError::NoTarget | TargetError::NoOrg => TargetFacts::NotNamed { message, advice },
                    TargetError::OrgsDiffer { .. } => TargetFacts::OrgsDiffer { message, advice },
                    _ => TargetFacts::Refused { message, advice },
                }
            }
            Self::Unknown => TargetFacts::Unknown,
        }
    }
}

/// Looks at the files.
pub(in crate::doctor) fn account_files(environment: &Environment) -> AccountFilesFacts {
    let Some(accounts) = Accounts::of(environment) else { return AccountFilesFacts::default() };
    let mut facts = AccountFilesFacts::default();
    for Finding { path, file, state } in accounts.findings() {
        match state {
            FileState::Broken(problem) => facts.broken.push(format!("{}: {problem}.", path.display())),
            // The existing CLI leaves its directory to the umask, and none of the files in it to others.
            FileState::OpenToOthers { .. } if file.is_some() => facts.open.push(path.display().to_string()),
            FileState::OpenToOthers { .. } | FileState::Missing | FileState::Fine => {}
        }
    }
    facts
}

/// Looks at the login that is used, and refreshes it where it ends, as every command would.
pub(in crate::doctor) async fn login(
    environment: &Environment,
    target: &mut ResolvedTarget,
    offline: bool,
) -> Option<LoginFacts> {
    let StoredLogin { context, place } = target.login.clone()?;
    let in_keyring = place.is_keyring();
    let read = match (place, Accounts::of(environment)) {
        (LoginPlace::Files(login), _) => Ok(*login),
        (place, Some(accounts)) => accounts.login(&context, place).await.map_err(|error| error.to_string()),
        (_, None) => return None,
    };
    let refused = if offline || read.is_err() {
        None
    } else {
        match target.access_token(environment).await {
            Ok(token) => {
                target.token = token;
                None
            }
            Err(error) => Some(error.to_string()),
        }
    };
    let left = |end: SystemTime| end.duration_since(clock::now()).unwrap_or_default().as_secs();
    let seconds_left = read.as_ref().ok().and_then(Login::end).map(left);
    let can_refresh = read.as_ref().is_ok_and(|login| login.refresh.is_some());
    let place = if in_keyring { PlaceFacts::Keyring { unreadable: read.err() } } else { PlaceFacts::Files };
    Some(LoginFacts { context: context.name, seconds_left, can_refresh, refused, place })
}

/// Where the database is, or would be; none where nothing says where.
pub(in crate::doctor) fn database(
    environment: &Environment,
    flags: &TargetFlags,
    target: Option<&ResolvedTarget>,
) -> Option<PathBuf> {
    match target.map(|target| &target.server) {
        Some(Server::Local { database }) => Some(database.clone()),
        _ => local_database(flags.database.as_deref(), environment).ok(),
    }
}

/// Looks at it; none where it is not used and does not exist, so that there is nothing to say.
pub(in crate::doctor) async fn database_facts(
    database: Option<&Path>,
    is_target: bool,
) -> Result<Option<EmbeddedFacts>, StoreError> {
    let Some(database) = database else { return Ok(None) };
    let path = database.to_owned();
    let found = beside_runtime(move || Ok(inspect_store(&path))).await?;
    let facts = EmbeddedFacts { database: database.display().to_string(), found };
    Ok((is_target || facts.found.is_some()).then_some(facts))
}
