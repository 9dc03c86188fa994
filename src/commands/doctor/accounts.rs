//! The files of contexts and logins, and the login that is used.

use std::time::SystemTime;

use crate::accounts::{Accounts, FileState, Finding};
use crate::commands::Session;
use crate::doctor::{AccountFilesFacts, LoginFacts};
use crate::target::{ResolvedTarget, StoredLogin};

/// What was found.
#[derive(Debug, Clone, Default)]
pub(super) struct AccountsState {
    pub(super) files: AccountFilesFacts,
    pub(super) login: Option<LoginFacts>,
}

/// Looks at the files.
pub(super) fn files(session: &Session) -> AccountFilesFacts {
    let Some(accounts) = Accounts::of(&session.environment) else { return AccountFilesFacts::default() };
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
pub(super) async fn login(session: &Session, target: &mut ResolvedTarget, offline: bool) -> Option<LoginFacts> {
    let StoredLogin { context, login } = target.login.clone()?;
    let refused = if offline {
        None
    } else {
        match target.access_token(&session.environment).await {
            Ok(token) => {
                target.token = token;
                None
            }
            Err(error) => Some(error.to_string()),
        }
    };
    let left = |end: SystemTime| end.duration_since(SystemTime::now()).unwrap_or_default().as_secs();
    let seconds_left = login.end().map(left);
    Some(LoginFacts { context: context.name, seconds_left, can_refresh: login.refresh.is_some(), refused })
}
