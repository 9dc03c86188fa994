//! The JSON of `lobu validate`, `whoami`, `context list` and `org list`, version 1.

use schemars::JsonSchema;
use serde::Serialize;

use crate::model::Diagnostic;

use super::document::Diagnosis;
use super::write::{FORMAT_VERSION, diagnoses, version, written};

/// `lobu validate --json` of a project without errors.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ValidDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// How many agents the project has.
    pub agents: usize,
    /// How many resources of the memory schema, by their kind's word; empty without one.
    pub types: std::collections::BTreeMap<String, usize>,
    /// The names of its targets, each of which is valid too.
    pub targets: Vec<String>,
    /// What was found in the project's files.
    pub warnings: Vec<Diagnosis>,
}

/// `lobu whoami --json`. What the server does not tell is null.
#[derive(Debug, Clone, Default, Serialize, JsonSchema)]
pub struct WhoamiDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// The context's name.
    pub context: String,
    /// The server's origin.
    pub server: String,
    /// The slug of the context's default org.
    pub org: Option<String>,
    /// The user's email address.
    pub email: Option<String>,
    /// The user's name.
    pub name: Option<String>,
    /// The user's ID on the server.
    pub user_id: Option<String>,
    /// The agent that the token acts for.
    pub agent_id: Option<String>,
    /// What the token may do, separated by blanks.
    pub scopes: Option<String>,
    /// Where the token comes from: `LOBU_API_TOKEN`, or the login in the files or the keyring.
    pub token_source: String,
    /// In how many seconds the token expires.
    pub expires_in: Option<u64>,
    /// Whether it is refreshed then.
    pub is_refreshed: bool,
}

/// `lobu context list --json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ContextsDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// The contexts, and `local`.
    pub contexts: Vec<ListedContext>,
}

/// One of the user's contexts, or the embedded org.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ListedContext {
    /// The context's name; `local` is the embedded org.
    pub name: String,
    /// The server's origin; null for the embedded org.
    pub server: Option<String>,
    /// The slug of its default org.
    pub org: Option<String>,
    /// Whether it is used where nothing else names one.
    pub is_current: bool,
    /// Whether a login is stored for it.
    pub is_logged_in: bool,
    /// Where the login is: `files` or `keyring`; null without a login.
    pub login_place: Option<&'static str>,
    /// Whether secret values may be sent to a server without the secrets API.
    pub sends_secret_values: bool,
}

/// `lobu org list --json`.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct OrgsDocument {
    /// Always 1.
    #[schemars(extend("const" = 1))]
    pub format_version: u32,
    /// The version of the program that wrote this.
    pub lobu_version: String,
    /// The orgs, in the order of the server.
    pub orgs: Vec<ListedOrg>,
}

/// One of the orgs that the server lists.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ListedOrg {
    /// The org's slug.
    pub slug: String,
    /// The name that the server gives it.
    pub name: Option<String>,
    /// Whether the token's user is a member; a public org is listed too.
    pub is_member: bool,
    /// Whether it is the default org of the context.
    pub is_current: bool,
}

/// Writes that a project is valid.
pub fn valid(
    agents: usize,
    types: impl IntoIterator<Item = (String, usize)>,
    targets: Vec<String>,
    found: &[Diagnostic],
) -> String {
    let (format_version, lobu_version) = (FORMAT_VERSION, version());
    let (types, warnings) = (types.into_iter().collect(), diagnoses(found));
    written(&ValidDocument { format_version, lobu_version, agents, types, targets, warnings })
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
