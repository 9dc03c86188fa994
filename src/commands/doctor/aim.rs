//! Where the command goes.

use crate::commands::Session;
use crate::doctor::TargetFacts;
use crate::target::{Known, ProjectPins, ResolvedTarget, TargetError, TargetFlags, resolve, stored_accounts};

use super::files::Files;

/// The target, or why there is none.
pub(super) enum Aim {
    /// It is known.
    At(Box<ResolvedTarget>),
    /// Flags, variables and project do not name one.
    Nowhere(TargetError),
    /// lobu.toml can't be read, and may name another org.
    Unknown,
}

impl Aim {
    /// Resolves the target.
    pub(super) fn of(session: &Session, flags: &TargetFlags, files: &Files) -> Self {
        let pins = match files {
            Files::Found(found) => match &found.project {
                Some(project) => ProjectPins::of(&project.config),
                None => return Self::Unknown,
            },
            Files::Missing | Files::Unopened(_) => ProjectPins::default(),
        };
        // Files that can't be read are a finding of their own.
        let accounts = stored_accounts(flags, &session.environment).ok().flatten();
        let known = Known { accounts: accounts.as_ref(), pins: &pins, on_terminal: session.ui.is_attended() };
        match resolve(flags, &session.environment, known) {
            Ok(target) => Self::At(Box::new(target)),
            Err(error) => Self::Nowhere(error),
        }
    }

    /// The target, where it is known.
    pub(super) fn target(&self) -> Option<&ResolvedTarget> {
        match self {
            Self::At(target) => Some(target),
            Self::Nowhere(_) | Self::Unknown => None,
        }
    }

    /// The target, to put a token into it.
    pub(super) fn target_mut(&mut self) -> Option<&mut ResolvedTarget> {
        match self {
            Self::At(target) => Some(target),
            Self::Nowhere(_) | Self::Unknown => None,
        }
    }

    /// Why nothing was asked, where there is no target.
    pub(super) fn why_not(&self) -> &'static str {
        match self {
            Self::At(_) => "--offline was given",
            Self::Nowhere(TargetError::NoTarget | TargetError::NoOrg) => "no server or no org is named",
            Self::Nowhere(_) => "it is not clear which server and org are meant",
            Self::Unknown => "lobu.toml can't be read, and may name another org",
        }
    }

    /// The facts.
    pub(super) fn facts(&self) -> TargetFacts {
        match self {
            Self::At(target) => TargetFacts::At {
                context: target.context.clone(),
                server: target.server_name(),
                org: target.org.to_string(),
            },
            Self::Nowhere(error) => {
                let message = error.to_string();
                match error {
                    TargetError::NoTarget | TargetError::NoOrg => TargetFacts::NotNamed { message },
                    TargetError::OrgsDiffer { .. } => TargetFacts::OrgsDiffer { message },
                    _ => TargetFacts::Refused { message },
                }
            }
            Self::Unknown => TargetFacts::Unknown,
        }
    }
}
