//! The JSON of `lobu validate`, `whoami`, `context list` and `org list`, version 1.

use serde::Serialize;

use crate::model::Diagnostic;

use super::document::Diagnosis;
use super::write::{FORMAT_VERSION, diagnoses, version, written};

/// `lobu validate --json` of a project without errors.
#[derive(Debug, Clone, Serialize)]
pub struct ValidDocument {
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// How many agents the project has.
    pub agents: usize,
    /// How many resources of the memory schema, by their kind's word; empty without one.
    pub types: std::collections::BTreeMap<String, usize>,
    /// What was found in the project's files.
    pub warnings: Vec<Diagnosis>,
}

/// `lobu whoami --json`. What the server does not tell is null.
#[derive(Debug, Clone, Default, Serialize)]
pub struct WhoamiDocument {
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    pub context: String,
    /// The server's origin.
    pub server: String,
    pub org: Option<String>,
    pub email: Option<String>,
    pub name: Option<String>,
    pub user_id: Option<String>,
    /// The agent that the token acts for.
    pub agent_id: Option<String>,
    pub scopes: Option<String>,
    /// `LOBU_API_TOKEN`, or where the login is stored.
    pub token_source: String,
    /// In how many seconds the token expires.
    pub expires_in: Option<u64>,
    /// Whether it is refreshed then.
    pub is_refreshed: bool,
}

/// `lobu context list --json`.
#[derive(Debug, Clone, Serialize)]
pub struct ContextsDocument {
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    pub contexts: Vec<ListedContext>,
}

/// One of the user's contexts, or the embedded org.
#[derive(Debug, Clone, Serialize)]
pub struct ListedContext {
    pub name: String,
    /// The server's origin; null for the embedded org.
    pub server: Option<String>,
    pub org: Option<String>,
    pub is_current: bool,
    pub is_logged_in: bool,
    /// Where the login is: `files` or `keyring`; null without a login.
    pub login_place: Option<&'static str>,
    pub sends_secret_values: bool,
}

/// `lobu org list --json`.
#[derive(Debug, Clone, Serialize)]
pub struct OrgsDocument {
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    pub orgs: Vec<ListedOrg>,
}

/// One of the orgs that the server lists.
#[derive(Debug, Clone, Serialize)]
pub struct ListedOrg {
    pub slug: String,
    pub name: Option<String>,
    /// Whether the token's user is a member; a public org is listed too.
    pub is_member: bool,
    /// Whether it is the default org of the context.
    pub is_current: bool,
}

/// Writes that a project is valid.
pub fn valid(agents: usize, types: impl IntoIterator<Item = (String, usize)>, found: &[Diagnostic]) -> String {
    let (format_version, lobu_version) = (FORMAT_VERSION, version());
    let (types, warnings) = (types.into_iter().collect(), diagnoses(found));
    written(&ValidDocument { format_version, lobu_version, agents, types, warnings })
}

/// Writes whose token is used.
pub fn whoami(document: WhoamiDocument) -> String {
    written(&WhoamiDocument { format_version: FORMAT_VERSION, lobu_version: version(), ..document })
}

/// Writes contexts.
pub fn contexts(contexts: Vec<ListedContext>) -> String {
    written(&ContextsDocument { format_version: FORMAT_VERSION, lobu_version: version(), contexts })
}

/// Writes orgs.
pub fn orgs(orgs: Vec<ListedOrg>) -> String {
    written(&OrgsDocument { format_version: FORMAT_VERSION, lobu_version: version(), orgs })
}
