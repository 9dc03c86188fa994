use crate::accounts::AccountsError;
use crate::model::OrgSlug;

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
    #[error("-t, --url and -c each select a server; use only one")]
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
    /// A target of the project names no server.
    #[error("[targets.{name}] in lobu.toml has no `url`")]
    TargetWithoutUrl {
        /// The name.
        name: String,
    },
    /// A target of the project names a server that nobody but the project vouches for.
    #[error(
        "[targets.{name}] in lobu.toml names {server}, and {other}; log in to that server, or set LOBU_SERVER_URL to it"
    )]
    TargetNotOwned {
        /// The name.
        name: String,
        /// Its server.
        server: String,
        /// What is there instead.
        other: String,
    },
    /// The server of a context is not one that its token belongs to.
    #[error("the token of the context `{context}` does not belong to {server}; log in to it, or name another context")]
    NotOfContext {
        /// The context.
        context: String,
        /// The server.
        server: String,
    },
    /// The environment has a token, and only the stored context says what for.
    #[error(
        "LOBU_API_TOKEN is set, and nothing of this run says which server it is for; the current context's is {server}: \
         name it with --url, -c or LOBU_SERVER_URL, or unset the token"
    )]
    TokenWithoutTarget {
        /// The server of the current context.
        server: String,
    },
    /// Nothing names an org.
    #[error("no org is set")]
    NoOrg,
    /// Two variables for one thing differ.
    #[error("{first} and {second} are both set and differ; unset one of them")]
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
    #[error(
        "{source_name} is plain http to another machine, so the token could be read on the way; use https, or \
         --allow-insecure-http if you know the network"
    )]
    InsecureHttp {
        /// Where the URL stands.
        source_name: &'static str,
    },
    /// `LOBU_API_URL` names another origin than the one that is used.
    #[error("LOBU_API_URL names {api} and the server used is {origin}; unset it, or make them the same")]
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
    #[error("--db sets the database of the embedded org; use it with -c local, or remove it")]
    DatabaseOfServer,
    /// No place for the embedded org's database.
    #[error("no home directory for the embedded org's database; use --db PATH, or set HOME")]
    NoHome,
    /// Two places name different orgs.
    #[error(
        "{first_source} names the org `{first}` and {second_source} `{second}`; make them the same, or choose one with --org"
    )]
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

/// What to do about an error, and the command that does it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TargetAdvice {
    /// A sentence, which introduces the command.
    pub text: &'static str,
    /// The command, which can be copied.
    pub command: &'static str,
}

impl TargetError {
    /// What to do, where the message does not say it.
    pub fn advice(&self) -> Option<TargetAdvice> {
        let (text, command) = match self {
            Self::UnknownContext { .. } => ("To list contexts:", "lobu context list"),
            Self::NoTarget => (
                "Set one with --url, -c or LOBU_SERVER_URL, or use the embedded org with -c local. To log in to a server:",
                "lobu login",
            ),
            Self::NoOrg => (
                "Set one with --org, LOBU_ORG or `org` of [memory] in lobu.toml, or for the context:",
                "lobu org use SLUG",
            ),
            _ => return None,
        };
        Some(TargetAdvice { text, command })
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
