use std::fmt;

use crate::model::Declared;
use crate::model::{AgentId, Position, SecretName};

/// A value with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What is written there.
    pub value: T,
    /// Where its first character stands.
    pub position: Position,
}

/// A text as written, `$` signs included, that may be a secret: its debug form does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct Written(String);

/// A list of texts in file order; absent and `[]` differ (F1).
pub type TextList = Option<Spanned<Vec<Spanned<String>>>>;

/// A key of a free table and its text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry<T = Written> {
    /// The key.
    pub key: Spanned<String>,
    /// The text, raw: `""` is explicitly empty.
    pub value: Spanned<T>,
}

/// A lobu.toml of either generation (project-format 1, generations).
///
/// Optional leaves have three states (F1): none is absent, an empty text or list is explicitly empty, else the value as
/// written. Nothing is normalised, and no `$VAR` is interpreted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Config {
    /// `[agents.<id>]`, in file order: that of the headers, or of the first dotted key.
    pub agents: Vec<AgentConfig>,
    /// `[memory]`, or one of its older spellings; none where there is no such table.
    pub memory: Option<MemoryConfig>,
    /// `[targets.<name>]` in file order (T6).
    pub targets: Vec<TargetConfig>,
}

/// `[agents.<id>]` (project-format 1.3).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentConfig {
    /// The id, by the server's rule unless an error says otherwise.
    pub id: Spanned<AgentId>,
    /// The name; blank only where an error was reported.
    pub name: Spanned<String>,
    /// The description.
    pub description: Option<Spanned<String>>,
    /// The directory of the Markdown files; none only where an error was reported. `""` is the project directory.
    pub dir: Option<Spanned<String>>,
    /// The providers, in order of priority; none where the key is absent.
    pub providers: Option<Vec<ProviderConfig>>,
    /// The platforms, in file order; an empty list declares nothing (F1).
    pub platforms: Vec<PlatformConfig>,
    /// `skills.mcp.<id>`, in file order.
    pub mcp_servers: Vec<McpServer>,
    /// `network`.
    pub network: NetworkConfig,
    /// `egress`.
    pub egress: EgressConfig,
    /// `tools`.
    pub tools: ToolsConfig,
    /// `guardrails`.
    pub guardrails: TextList,
    /// `guardrails_disabled`, second generation; not applied.
    pub guardrails_disabled: TextList,
    /// Where `guardrails_inline` stands and how many it holds, second generation; its shape is open and it is not applied.
    pub guardrails_inline: Option<Spanned<usize>>,
    /// `preview.<platform>`, second generation; not applied.
    pub previews: Vec<PreviewConfig>,
    /// `worker.nix_packages`.
    pub nix_packages: TextList,
}

/// `[[agents.<id>.providers]]` (project-format 1.4).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderConfig {
    /// The id, not blank.
    pub id: Spanned<String>,
    /// The model, raw.
    pub model: Option<Spanned<String>>,
    /// A literal or a reference; never sent by apply (V6).
    pub key: Option<Spanned<Written>>,
    /// A literal, `secret://…` or a reference; never sent by apply (V6).
    pub secret_ref: Option<Spanned<Written>>,
}

/// `[[agents.<id>.platforms]]` (project-format 1.5).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformConfig {
    /// The type: one of the known ones, unless a diagnostic says otherwise.
    pub platform_type: Spanned<String>,
    /// The name.
    pub name: Option<Spanned<String>>,
    /// The id to use instead of the derived one (P8).
    pub id: Option<Spanned<String>>,
    /// The config in file order; `""` removes a key (P8).
    pub config: Vec<Entry>,
    /// `team/channel` texts, second generation, Slack only; not applied.
    pub channels: TextList,
    /// Where the platform's table starts.
    pub position: Position,
}

/// `[agents.<id>.skills.mcp.<mcp-id>]` (project-format 1.6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct McpServer {
    /// The id, free text.
    pub id: Spanned<String>,
    /// `streamable-http`, `sse` or `stdio`; `""` clears.
    pub server_type: Option<Spanned<String>>,
    /// The URL; no references are read in it.
    pub url: Option<Spanned<Written>>,
    /// The command; no references are read in it.
    pub command: Option<Spanned<Written>>,
    /// The arguments; no references are read in them.
    pub args: Option<Spanned<Vec<Spanned<Written>>>>,
    /// Environment values.
    pub env: Vec<Entry>,
    /// Header values.
    pub headers: Vec<Entry>,
    /// `user` or `channel`; `""` clears.
    pub auth_scope: Option<Spanned<String>>,
    /// `oauth`; an empty table counts as none.
    pub oauth: Option<OauthConfig>,
}

/// `oauth` of an MCP server.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OauthConfig {
    /// Required; none only where an error was reported.
    pub auth_url: Option<Spanned<Written>>,
    /// Required; none only where an error was reported.
    pub token_url: Option<Spanned<Written>>,
    /// A literal or a reference.
    pub client_id: Option<Spanned<Written>>,
    /// A literal or a reference.
    pub client_secret: Option<Spanned<Written>>,
    /// The scopes.
    pub scopes: TextList,
    /// Free text.
    pub token_endpoint_auth_method: Option<Spanned<String>>,
}

/// `[agents.<id>.network]` (project-format 1.7).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NetworkConfig {
    /// `allowed`, before rule N1.
    pub allowed: TextList,
    /// `denied`, before rule N1.
    pub denied: TextList,
    /// `judge`; a plain text is a rule without a judge.
    pub judge: Option<Spanned<Vec<JudgeRule>>>,
    /// `judges`, by name.
    pub judges: Vec<Entry<String>>,
}

/// An element of `network.judge`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgeRule {
    /// The domain, raw.
    pub domain: Spanned<String>,
    /// The name of a judge.
    pub judge: Option<Spanned<String>>,
    /// Whether it is written as a table; else it is a plain text.
    pub is_table: bool,
}

/// `[agents.<id>.egress]` (project-format 1.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EgressConfig {
    /// `extra_policy`.
    pub extra_policy: Option<Spanned<String>>,
    /// `judge_model`.
    pub judge_model: Option<Spanned<String>>,
}

/// `[agents.<id>.tools]` (project-format 1.8).
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ToolsConfig {
    /// `pre_approved`, each of the right form unless an error says otherwise.
    pub pre_approved: TextList,
    /// `allowed`.
    pub allowed: TextList,
    /// `denied`.
    pub denied: TextList,
    /// `strict`.
    pub strict: Option<Spanned<bool>>,
}

/// `[agents.<id>.preview.<platform>]` of the second generation; not applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PreviewConfig {
    /// The platform type.
    pub platform: Spanned<String>,
    /// `enabled`.
    pub enabled: Option<Spanned<bool>>,
    /// `surfaces`.
    pub surfaces: TextList,
    /// `code_ttl_minutes`, in minutes.
    pub code_ttl_minutes: Option<Spanned<i64>>,
}

/// `[memory]`, `[memory.owletto]` or `[memory.lobu]` (project-format 1.10, generations).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryConfig {
    /// Where the table is.
    pub position: Position,
    /// `enabled`; absent means on.
    pub enabled: Option<Spanned<bool>>,
    /// The org slug: the project's pin (T1).
    pub org: Option<Spanned<String>>,
    /// The org's id; not applied.
    pub organization_id: Option<Spanned<String>>,
    /// The org's name; not applied.
    pub name: Option<Spanned<String>>,
    /// The org's description; not applied.
    pub description: Option<Spanned<String>>,
    /// `public` or `private`; not applied.
    pub visibility: Option<Spanned<String>>,
    /// The directory of model files, raw.
    pub models: Option<Spanned<String>>,
    /// The directory of data files, raw; not applied.
    pub data: Option<Spanned<String>>,
    /// Where `connectors` stands and how many it holds; its shape is open and it is not applied.
    pub connectors: Option<Spanned<usize>>,
}

/// `[targets.<name>]` (T6).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TargetConfig {
    /// The name that `-t` takes.
    pub name: Spanned<String>,
    /// The server.
    pub url: Option<Spanned<Written>>,
    /// The org slug.
    pub org: Option<Spanned<String>>,
    /// A dotenv file for values.
    pub env_file: Option<Spanned<String>>,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, position: Position) -> Self {
        Self { value, position }
    }

    /// Another value at the same place.
    pub fn map<U>(self, convert: impl FnOnce(T) -> U) -> Spanned<U> {
        Spanned { value: convert(self.value), position: self.position }
    }
}

impl Spanned<String> {
    /// The text.
    pub fn as_str(&self) -> &str {
        &self.value
    }

    /// The three states of a leaf (F1), blank texts counting as empty.
    pub fn declared(leaf: Option<&Self>) -> Declared<&str> {
        match leaf.map(|leaf| leaf.value.trim()) {
            None => Declared::Absent,
            Some("") => Declared::Empty,
            Some(text) => Declared::Value(text),
        }
    }
}

impl Spanned<Written> {
    /// The text.
    pub fn as_str(&self) -> &str {
        self.value.as_str()
    }
}

impl Written {
    /// Wraps a text of a file.
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text as written; whoever passes it on decides what may be shown (W2).
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The name that it refers to, where references are read (V1).
    pub fn reference(&self) -> Option<SecretName> {
        SecretName::from_reference(&self.0)
    }
}

impl fmt::Debug for Written {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(hidden)")
    }
}
