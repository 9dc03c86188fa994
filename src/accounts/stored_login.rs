use std::fmt;
use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use url::Url;

use crate::secrets::SecretValue;

/// A login of a context.
#[derive(Clone)]
pub struct Login {
    /// The token that requests are sent with.
    pub access_token: Arc<SecretValue>,
    /// How to get another one, if there is a way.
    pub refresh: Option<Refresh>,
    /// When the token ends, in milliseconds since 1970; none where that is not known.
    pub expires_at: Option<u64>,
    /// Whose it is.
    pub identity: Identity,
}

/// How a login is refreshed. A refresh token is good for once.
#[derive(Clone)]
pub enum Refresh {
    /// By the route of the existing CLI, which shares it.
    Cli { token: Arc<SecretValue> },
    /// By the server's OAuth endpoint, which only this program knows.
    Device {
        token: Arc<SecretValue>,
        /// The client that this program was registered as.
        client_id: String,
        /// Where to refresh; one of the context's origins.
        token_endpoint: Url,
        /// What the login may do, in the server's words; none where that was not kept.
        scope: Option<String>,
    },
}

/// Where the login of a context is.
#[derive(Clone)]
pub enum LoginPlace {
    /// In the files, which were read.
    Files(Box<Login>),
    /// In the keyring of the operating system, which was not asked yet.
    Keyring,
}

/// Who a token belongs to, as far as the server said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Identity {
    /// The e-mail address.
    pub email: Option<String>,
    pub name: Option<String>,
    pub user_id: Option<String>,
    /// The id of the agent that the token acts for, where it does.
    pub agent_id: Option<String>,
}

impl LoginPlace {
    pub fn is_keyring(&self) -> bool {
        matches!(self, Self::Keyring)
    }
}

impl Login {
    /// When it ends, where that is known.
    pub fn end(&self) -> Option<SystemTime> {
        UNIX_EPOCH.checked_add(Duration::from_millis(self.expires_at?))
    }
}

impl Identity {
    /// Whether anybody is named at all.
    pub fn is_somebody(&self) -> bool {
        self.user_id.is_some() || self.email.is_some()
    }

    /// The same, with what was known before where the server says less now.
    #[must_use]
    pub fn or(self, before: &Self) -> Self {
        Self {
            email: self.email.or_else(|| before.email.clone()),
            name: self.name.or_else(|| before.name.clone()),
            user_id: self.user_id.or_else(|| before.user_id.clone()),
            agent_id: self.agent_id.or_else(|| before.agent_id.clone()),
        }
    }
}

impl fmt::Debug for Login {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (refresh, expires_at) = (&self.refresh, &self.expires_at);
        formatter
            .debug_struct("Login")
            .field("refresh", refresh)
            .field("expires_at", expires_at)
            .finish_non_exhaustive()
    }
}

impl fmt::Debug for Refresh {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(match self {
            Self::Cli { .. } => "Cli { .. }",
            Self::Device { .. } => "Device { .. }",
        })
    }
}
