//! How a server is reached and what it shows.

use std::collections::BTreeSet;

use crate::server::{counter::RequestCounter, tokens::AccessToken};

/// How a server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// A loopback TCP port: the `Host` header must name this machine.
    Loopback,
    /// A Unix socket in a directory of its owner: any `Host`.
    UnixSocket,
}

/// Which organizations of the store a server shows; others are 404.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExposedOrgs {
    /// All that exist.
    All,
    /// These slugs only.
    Only(BTreeSet<String>),
}

impl ExposedOrgs {
    /// Tells whether an organization is shown.
    pub(in crate::server) fn contains(&self, slug: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(slugs) => slugs.contains(slug),
        }
    }
}

/// How a server answers.
#[derive(Debug)]
pub struct ServerOptions {
    /// How it is reached.
    pub transport: Transport,
    /// Which organizations it shows.
    pub orgs: ExposedOrgs,
    /// Its public origin, such as `http://127.0.0.1:8787`; part of the memory MCP entry of new agents.
    pub origin: String,
    /// A token that this server alone accepts, for the bootstrap user with all scopes; beside those of the store.
    pub session: Option<AccessToken>,
    /// Counts its requests.
    pub counter: RequestCounter,
}
