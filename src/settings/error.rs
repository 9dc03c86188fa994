use crate::model::OrgSlug;

/// What a target error means for the exit code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TargetErrorKind {
    /// Wrong use, or no target: exit code 2.
    Usage,
    /// The org or the origin is not the one that was meant: exit code 4.
    Access,
}

/// Why no target could be resolved (T1, T2). No message quotes a URL, which may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TargetError {
    /// Two flags name a server.
    #[error("--url and -c both name a server; give one of them")]
    TwoServers,
    /// The context does not exist.
    #[error(
        "{source_name} names the context `{name}`, and only `local` exists so far; name a server with --url instead"
    )]
    UnknownContext {
        /// Where the name stands.
        source_name: &'static str,
        /// The name.
        name: String,
    },
    /// Nothing names a server, and there is nobody at a terminal.
    #[error(
        "no server is named; give --url URL, or -c local for the org embedded in this program, or set LOBU_SERVER_URL"
    )]
    NoTarget,
    /// Nothing names an org.
    #[error("no org is named; give --org SLUG, set LOBU_ORG, or write `org` into the memory table of lobu.toml")]
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
    #[error("{source_name} is not the URL of a server: {why}")]
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
    #[error("{source_name} is not an org slug; one matches {}", OrgSlug::PATTERN)]
    BadOrg {
        /// Where the slug stands.
        source_name: &'static str,
    },
    /// `--db` with a server that is not embedded.
    #[error("--db is the database of the embedded org; give it with -c local, or leave it out")]
    DatabaseOfServer,
    /// No place for the embedded org's database.
    #[error("there is no home directory for the embedded org's database; give --db PATH, or set HOME")]
    NoHome,
    /// Two places name different orgs.
    #[error(
        "{first_source} names the org `{first}` and {second_source} `{second}`; make them the same, or say which with --org"
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

impl TargetError {
    /// What it means for the exit code.
    pub fn kind(&self) -> TargetErrorKind {
        match self {
            Self::OrgsDiffer { .. } => TargetErrorKind::Access,
            Self::TwoServers
            | Self::UnknownContext { .. }
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
