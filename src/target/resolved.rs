use std::path::PathBuf;
use std::sync::Arc;

use url::Url;

use crate::accounts::{Context, LoginPlace, TokenError, access_token};
use crate::env::Environment;
use crate::http::is_loopback;
use crate::model::OrgSlug;
use crate::project::Project;
use crate::secrets::SecretValue;

use super::address::shown;
use super::{ChosenTarget, LocalProject, TargetError};

/// The server that a verb talks to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Server {
    /// The org embedded in this program.
    Local {
        /// Its database.
        database: PathBuf,
    },
    /// A server.
    Remote {
        /// Scheme, host and port, with the path `/`.
        origin: Url,
    },
}

/// Where the org's name comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum OrgSource {
    /// `--org`.
    Flag,
    /// The project's pin.
    Pin,
    /// The target of the project that `-t` names.
    Target,
    /// `LOBU_ORG`.
    Variable,
    /// `LOBU_MEMORY_ORG`.
    OldVariable,
    /// The path of the server's URL.
    Url,
    /// The context.
    Context,
    /// The name of the project's directory: on the embedded org, where nothing named one.
    Directory,
    /// Nothing named one, and there is no project: `dev` on the embedded org.
    Default,
}

/// A stored login whose token is used; it may have to be read from the keyring and to be refreshed first.
#[derive(Clone)]
pub struct StoredLogin {
    /// The context that it belongs to.
    pub context: Context,
    /// Where the login is.
    pub place: LoginPlace,
}

/// Where a verb goes: context, server and org, which the first line on stderr names.
#[derive(Clone)]
pub struct ResolvedTarget {
    /// The name of the context: a stored one's, or `local`; `url` for `--url`; `environment` for `LOBU_SERVER_URL`.
    pub context: String,
    /// The server.
    pub server: Server,
    /// The org.
    pub org: OrgSlug,
    /// Where the org's name comes from.
    pub org_source: OrgSource,
    /// The project's pin, where `--org` or `-t` went over another one.
    pub overridden_pin: Option<OrgSlug>,
    /// The token of `LOBU_API_TOKEN`, if that is used; it is never for the embedded org.
    pub token: Option<Arc<SecretValue>>,
    /// The stored login that is used where there is no such token.
    pub login: Option<StoredLogin>,
    /// Whether plain http to other machines was allowed on the command line.
    pub allow_insecure_http: bool,
    /// Whether secret values may be sent to this server without being asked for again.
    pub sends_secret_values: bool,
    /// The project, where its org is embedded.
    pub project: Option<LocalProject>,
    /// The target of the project.
    pub project_target: Option<ChosenTarget>,
    /// Whether it is that of a protected target, named or not.
    pub is_protected: bool,
}

impl ResolvedTarget {
    /// The server, for people: its origin, or `embedded`.
    pub fn server_name(&self) -> String {
        match &self.server {
            Server::Local { .. } => "embedded".to_owned(),
            Server::Remote { origin } => shown(origin),
        }
    }

    /// The name of the project's target.
    pub fn target_name(&self) -> Option<&str> {
        self.project_target.as_ref().map(|target| target.name.as_str())
    }

    /// The name of the target whose project is used, for a project that may not be the same in all of them. The embedded org
    /// has the project as it is written unless a target is named.
    pub fn target_of(&self, project: &Project) -> Result<Option<&str>, TargetError> {
        let is_open = self.project_target.is_none() && project.differs_by_target();
        if is_open && let Server::Remote { .. } = self.server {
            let (org, server) = (self.org.to_string(), self.server_name());
            let targets = project.config.targets.iter().map(|target| target.name.value.clone()).collect();
            return Err(TargetError::NoTargetOfProject { org, server, targets });
        }
        Ok(self.target_name())
    }

    /// What stands behind the org and its server, for people: `work`, `work, target production`.
    pub fn via(&self) -> String {
        let target = self.target_name().map(|name| format!(", target {name}")).unwrap_or_default();
        format!("{}{target}", self.context)
    }

    /// The token for its server: the environment's, else that of the stored login, which is refreshed first where it ends;
    /// none where there is neither.
    pub async fn access_token(&self, environment: &Environment) -> Result<Option<Arc<SecretValue>>, TokenError> {
        if let Some(token) = &self.token {
            return Ok(Some(Arc::clone(token)));
        }
        let Some(StoredLogin { context, place }) = &self.login else { return Ok(None) };
        access_token(environment, context, Some(place.clone()), self.allow_insecure_http).await.map(Some)
    }

    /// Whether its server is on this machine.
    pub fn is_loopback(&self) -> bool {
        match &self.server {
            Server::Local { .. } => true,
            Server::Remote { origin } => is_loopback(origin),
        }
    }
}
