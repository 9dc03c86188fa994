use std::collections::BTreeMap;
use std::fmt;

use super::plain_fields::PlainFields;
use super::spanned::{Entry, Spanned, TextList, Written};
use crate::edit::{Content, NodePath};
use crate::model::{AgentId, Position};
use crate::schema::{Field, Kind, ResourceKey};

/// How strictly a file is read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct ReadOptions {
    /// `--allow-unknown-keys`: unknown keys and platform types are warnings instead of errors.
    pub allow_unknown_keys: bool,
}

/// A lobu.toml of either generation.
///
/// Optional leaves have three states: none is absent, an empty text or list is explicitly empty, else the value as
/// written. Nothing is normalized, and no `$VAR` is interpreted.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Config {
    /// `[agents.<id>]`, in file order: that of the headers, or of the first dotted key.
    pub agents: Vec<AgentConfig>,
    /// `[memory]`, or one of its older spellings; none where there is no such table.
    pub memory: Option<MemoryConfig>,
    /// `[targets.<name>]` in file order.
    pub targets: Vec<TargetConfig>,
}

/// `[agents.<id>]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AgentConfig {
    /// The id, by the server's rule unless an error says otherwise.
    pub id: Spanned<AgentId>,
    /// The name; blank only where an error was reported.
    pub name: Spanned<String>,
    /// The targets that it is in; in all where there is no list.
    pub targets: TextList,
    /// The directory of the Markdown files; none only where an error was reported. `""` is the project directory.
    pub dir: Option<Spanned<String>>,
    /// The providers, in order of priority; none where the key is absent.
    pub providers: Option<Vec<ProviderConfig>>,
    /// The platforms, in file order; an empty list declares nothing.
    pub platforms: Vec<PlatformConfig>,
    /// `skills.mcp.<id>`, in file order.
    pub mcp_servers: Vec<McpServer>,
    /// What it says of itself and of its config in single values.
    pub plain: PlainFields,
    /// `network.judge`; a plain text is a rule without a judge.
    pub judge: Option<Spanned<Vec<JudgeRule>>>,
    /// `guardrails_disabled`, second generation; not applied.
    pub guardrails_disabled: TextList,
    /// Where `guardrails_inline` stands and how many it holds, second generation; its shape is open and it is not applied.
    pub guardrails_inline: Option<Spanned<usize>>,
    /// `preview.<platform>`, second generation; not applied.
    pub previews: Vec<PreviewConfig>,
}

/// `[[agents.<id>.providers]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ProviderConfig {
    /// The id, not blank.
    pub id: Spanned<String>,
    /// The model, raw.
    pub model: Option<Spanned<String>>,
    /// A literal or a reference; never sent by apply.
    pub key: Option<Spanned<Written>>,
    /// A literal, `secret://…` or a reference; no server reads it, so that nothing needs it.
    pub secret_ref: Option<Spanned<Written>>,
}

/// `[[agents.<id>.platforms]]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlatformConfig {
    /// The type: one of the known ones, unless a diagnostic says otherwise.
    pub platform_type: Spanned<String>,
    pub name: Option<Spanned<String>>,
    /// The id to use instead of the derived one.
    pub id: Option<Spanned<String>>,
    /// The config in file order; `""` removes a key.
    pub config: Vec<Entry>,
    /// `team/channel` texts, second generation, Slack only; not applied.
    pub channels: TextList,
    /// The targets that it is in; in all where there is no list.
    pub targets: TextList,
    /// Its place in the list of the file, from 0.
    pub index: usize,
    /// Where the platform's table starts.
    pub position: Position,
}

/// `[agents.<id>.skills.mcp.<mcp-id>]`.
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
    /// The targets that it is in; in all where there is no list.
    pub targets: TextList,
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
    pub scopes: TextList,
    /// Free text.
    pub token_endpoint_auth_method: Option<Spanned<String>>,
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

/// `[memory]`, `[memory.owletto]` or `[memory.lobu]`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryConfig {
    /// Where the table is.
    pub position: Position,
    /// `enabled`; absent means on.
    pub enabled: Option<Spanned<bool>>,
    /// The org slug: the project's pin.
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
    /// The directory of the files of connectors, raw, where `connectors` is a text; not applied.
    pub connectors_path: Option<Spanned<String>>,
}

/// `[targets.<name>]`.
#[derive(Debug, Clone, PartialEq)]
pub struct TargetConfig {
    /// The name that `-t` takes.
    pub name: Spanned<String>,
    /// The server.
    pub url: Option<Spanned<Written>>,
    /// The org slug.
    pub org: Option<Spanned<String>>,
    /// A dotenv file for values.
    pub env_file: Option<Spanned<String>>,
    /// Whether an apply that asks nobody must name it.
    pub protected: bool,
    /// What it says otherwise than the project.
    pub overlay: Overlay,
}

/// What a target says otherwise than the project.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Overlay {
    /// The agents that it changes.
    pub agents: Vec<OverlaidAgent>,
    /// Every value that it sets.
    pub values: Vec<OverlaidValue>,
    /// What it sets of what model files declare.
    pub models: Vec<ModelOverlay>,
    /// Where it has the entries of lists, by where the project has them.
    pub elements: BTreeMap<NodePath, NodePath>,
}

/// What of an agent is otherwise in a target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OverlaidAgent {
    /// The keys of the agent's table in which something is otherwise.
    pub roots: Vec<String>,
    /// The agent, of which only these keys, merged, and what every agent must have were read.
    pub merged: AgentConfig,
}

/// A value that a target sets.
#[derive(Debug, Clone, PartialEq)]
pub struct OverlaidValue {
    /// The resource that has it.
    pub key: ResourceKey,
    /// How people name it in the resource: `providers[anthropic].model`.
    pub file_path: String,
    /// Where lobu.toml has it without targets; none for what a model file has.
    pub shared: Option<NodePath>,
    /// Where lobu.toml has it for the target.
    pub place: NodePath,
    /// Where the value starts.
    pub position: Position,
    /// What the project says there itself.
    pub hides: Option<SharedValue>,
}

/// A value of the project that may be a secret: its debug form does not show it.
#[derive(Clone, PartialEq)]
pub struct SharedValue(Content);

impl SharedValue {
    pub fn new(content: Content) -> Self {
        Self(content)
    }

    pub fn is(&self, content: &Content) -> bool {
        self.0 == *content
    }
}

impl fmt::Debug for SharedValue {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("(hidden)")
    }
}

/// What a target sets of a resource that a model file declares.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ModelOverlay {
    pub kind: Kind,
    pub slug: Spanned<String>,
    /// Texts by field; what they may say is checked once the model files are read.
    pub values: Vec<(&'static Field, Spanned<String>)>,
}
