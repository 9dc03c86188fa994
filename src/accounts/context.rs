use url::Url;

use crate::http::origin_of;
use crate::model::OrgSlug;

use super::address::origin_text;

/// The context that always exists.
pub const BUILT_IN: &str = "lobu";

/// The names of the org embedded in this program.
const EMBEDDED: [&str; 2] = ["local", "embedded"];

/// Whether a name is one of the org embedded in this program, unless a context of the user's has it.
pub fn is_embedded(name: &str) -> bool {
    EMBEDDED.contains(&name)
}

/// A context: where its tokens may go, and what is set for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Context {
    pub name: String,
    /// The URL of its API for logins, as it is stored.
    pub api_url: String,
    /// The origins that its token belongs to, that of `api_url` first. Paths are `/`.
    pub origins: Vec<Url>,
    /// The origin that the orgs' API is on. It need not be one of `origins`: then the token does not go there.
    pub server: Url,
    /// The org that is used where nothing else names one.
    pub org: Option<OrgSlug>,
    /// Whether secret values may be sent to this server without being asked for again.
    pub sends_secret_values: bool,
    /// Whether it is the context that always exists, with the origin that it always has.
    pub is_built_in: bool,
}

impl Context {
    /// Whether the token of this context belongs to the origin of a URL.
    pub fn owns(&self, url: &Url) -> bool {
        self.origins.contains(&origin_of(url))
    }

    /// The server of its orgs, for people.
    pub fn server_name(&self) -> String {
        origin_text(&self.server)
    }
}

/// What memory.json says, which is for the context `lobu`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct MemoryFile {
    /// The URL of the MCP endpoint, whose origin is that of the orgs' API.
    pub mcp_url: Option<Url>,
    pub active_org: Option<OrgSlug>,
}

impl MemoryFile {
    /// The saved org, else the one in the path of the server's URL.
    pub(super) fn org(&self) -> Option<OrgSlug> {
        let in_path = || OrgSlug::parse(self.mcp_url.as_ref()?.path().strip_prefix("/mcp/")?.trim_matches('/')).ok();
        self.active_org.clone().or_else(in_path)
    }
}
