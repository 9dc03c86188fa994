use crate::accounts::AccountsError;
use crate::model::OrgSlug;

use super::flags::argument;

/// What a target error means for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetErrorKind {
    /// Wrong use, or no target: exit code 2.
    Usage,
    /// The org is not the one that was meant: exit code 4.
    Access,
    /// The token does not belong to the origin: exit code 4.
    Origin,
    /// The files of contexts and logins: exit code 1.
    Files,
}

/// Why no target could be resolved. No message quotes a URL, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// What is stored can't be read.
    #[error(transparent)]
    Accounts(#[from] AccountsError),
    /// Two flags name a server.
    #[error("-t, --url and -c each select a server")]
    TwoServers,
    /// The context does not exist.
    #[error("{source_name} names the context `{name}`, which does not exist")]
    UnknownContext {
        /// Where the name stands.
        source_name: &'static str,
        /// The name.
        name: String,
    },
    /// Nothing names a server, and there is nobody at a terminal.
    #[error("no server is set")]
    NoTarget,
    /// `-t` names no target of the project.
    #[error("unknown target `{name}`: lobu.toml has no [targets.{name}]")]
    UnknownTarget {
        /// The name.
        name: String,
    },
    /// The project is not the same in all its targets, and this run is about none of them, or about several.
    #[error("the project differs by target, and {org} at {server} is not exactly one of its targets")]
    NoTargetOfProject {
        /// The org of the run.
        org: String,
        /// Its server.
        server: String,
        /// The names of the project's targets.
        targets: Vec<String>,
    },
    /// A target of the project names no server.
    #[error("[targets.{name}] in lobu.toml has no `url`")]
    TargetWithoutUrl {
        /// The name.
        name: String,
    },
    /// A target of the project names a server that nobody but the project vouches for.
    #[error("[targets.{name}] in lobu.toml names {server}, but {other}")]
    TargetNotOwned {
        /// The name.
        name: String,
        /// Its server.
        server: String,
        /// What is there instead.
        other: String,
    },
    /// The server of a context is not one that its token belongs to.
    #[error("the token of the context `{context}` does not belong to {server}")]
    NotOfContext {
        /// The context.
        context: String,
        /// The server.
        server: String,
    },
    /// The environment has a token, and only the stored context says what for.
    #[error("LOBU_API_TOKEN is set, but no flag or variable names its server; the current context is for {server}")]
    TokenWithoutTarget {
        /// The server of the current context.
        server: String,
    },
    /// Nothing names an org.
    #[error("no org is set")]
    NoOrg,
    /// Two variables for one thing differ.
    #[error("{first} and {second} are both set and differ")]
    VariablesDiffer {
        /// The one.
        first: &'static str,
        /// The other.
        second: &'static str,
    },
    /// Not a URL of a server.
    #[error("{source_name} is not a server URL: {why}")]
    BadUrl {
        /// Where the URL stands.
        source_name: &'static str,
        /// What is wrong with it, without its text.
        why: &'static str,
    },
    /// Plain http beyond this machine.
    #[error("{source_name} is plain http to another machine, so the token could be read on the way")]
    InsecureHttp {
        /// Where the URL stands.
        source_name: &'static str,
    },
    /// `LOBU_API_URL` names another origin than the one that is used.
    #[error("LOBU_API_URL names {api}, but the command goes to {origin}")]
    ApiUrlElsewhere {
        /// Its origin.
        api: String,
        /// The origin that is used.
        origin: String,
    },
    /// A slug that no org can have.
    #[error("{source_name} is not a valid org slug: it must match {}", OrgSlug::PATTERN)]
    BadOrg {
        /// Where the slug stands.
        source_name: &'static str,
    },
    /// `--db` with a server that is not embedded.
    #[error("--db sets the database of the embedded org, but this target is a server")]
    DatabaseOfServer,
    /// No place for the embedded org's database.
    #[error("no home directory for the embedded org's database")]
    NoHome,
    /// Two places name different orgs.
    #[error("{first_source} names the org `{first}`, but {second_source} names `{second}`")]
    OrgsDiffer {
        /// Where the first stands.
        first_source: &'static str,
        /// The first.
        first: String,
        /// Where the second stands.
        second_source: &'static str,
        /// The second.
        second: String,
    },
}

/// What to do about an error, and the commands that do it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetAdvice {
    /// A sentence, which introduces the command.
    pub text: &'static str,
    /// The command, which can be copied; none where a sentence is all there is.
    pub command: Option<String>,
}

/// Why a URL with user-info is none.
pub(super) const USER_INFO: &str = "it contains a user name or password";

impl TargetError {
    /// What to do, where the message does not make it plain.
    pub fn advice(&self) -> Option<TargetAdvice> {
        let command = match self {
            Self::UnknownContext { .. } => Some("lobu context list".to_owned()),
            Self::NoTarget => Some("lobu login".to_owned()),
            Self::NoOrg => Some("lobu org use SLUG".to_owned()),
            Self::NoTargetOfProject { targets, .. } if !targets.is_empty() => {
                let flags: Vec<String> =
                    targets.iter().map(|name| argument("-t", name).trim_start().to_owned()).collect();
                Some(flags.join("\n"))
            }
            Self::TargetNotOwned { server, .. } => {
                Some(format!("lobu context add NAME{}\nlobu login -c NAME", argument("--url", server)))
            }
            Self::NotOfContext { context, .. } => Some(format!("lobu login{} --force", argument("-c", context))),
            _ => None,
        };
        Some(TargetAdvice { text: self.advice_text()?, command })
    }

    fn advice_text(&self) -> Option<&'static str> {
        Some(match self {
            Self::UnknownContext { .. } => "To list contexts:",
            Self::NoTarget => {
                "Set one with --url, -c or LOBU_SERVER_URL, or use the embedded org with -c local. To log in to a server:"
            }
            Self::NoOrg => "Set one with --org, LOBU_ORG or `org` of [memory] in lobu.toml, or for the context:",
            Self::TwoServers => "Use only one of them; -t also goes with -c local.",
            Self::NoTargetOfProject { targets, .. } if targets.is_empty() => {
                "Declare it in lobu.toml, as [targets.NAME] with `url` and `org`."
            }
            Self::NoTargetOfProject { .. } => "Choose one:",
            Self::TargetWithoutUrl { .. } => "Add the URL of its server.",
            Self::TargetNotOwned { .. } => "If you trust that server, set LOBU_SERVER_URL to it, or log in to it:",
            Self::NotOfContext { .. } => "Use another context with -c, or log in again:",
            Self::TokenWithoutTarget { .. } => {
                "Name its server with --url, -c or LOBU_SERVER_URL, or unset LOBU_API_TOKEN."
            }
            Self::VariablesDiffer { .. } => "Unset one of them.",
            Self::BadUrl { why, .. } if *why == USER_INFO => "Put a token in LOBU_API_TOKEN.",
            Self::InsecureHttp { .. } => "Use https, or --allow-insecure-http if you trust the network.",
            Self::ApiUrlElsewhere { .. } => "Unset LOBU_API_URL, or set it to the same server.",
            Self::DatabaseOfServer => "Use it with -c local, or remove it.",
            Self::NoHome => "Set one with --db PATH, or set HOME.",
            Self::OrgsDiffer { .. } => "Make them the same, or choose one with --org.",
            Self::Accounts(_) | Self::UnknownTarget { .. } | Self::BadUrl { .. } | Self::BadOrg { .. } => return None,
        })
    }

    /// What it means for the exit code.
    pub fn kind(&self) -> TargetErrorKind {
        match self {
            Self::Accounts(_) => TargetErrorKind::Files,
            Self::OrgsDiffer { .. } => TargetErrorKind::Access,
            Self::TargetNotOwned { .. } | Self::NotOfContext { .. } => TargetErrorKind::Origin,
            Self::TwoServers
            | Self::UnknownContext { .. }
            | Self::UnknownTarget { .. }
            | Self::NoTargetOfProject { .. }
            | Self::TargetWithoutUrl { .. }
            | Self::TokenWithoutTarget { .. }
            | Self::NoTarget
            | Self::NoOrg
            | Self::VariablesDiffer { .. }
            | Self::BadUrl { .. }
            | Self::InsecureHttp { .. }
            | Self::ApiUrlElsewhere { .. }
            | Self::BadOrg { .. }
            | Self::DatabaseOfServer
            | Self::NoHome => TargetErrorKind::Usage,
        }
    }
}
