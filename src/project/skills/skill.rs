use std::collections::BTreeMap;

use crate::model::Position;

/// A skill as its files have it, before it is merged into an agent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Skill {
    pub name: String,
    /// `local/` and its name.
    pub repo: String,
    /// Its text without frontmatter, trimmed.
    pub content: String,
    /// What it is for; an empty text clears it.
    pub description: Option<String>,
    /// Nix packages, in order; an empty list clears them.
    pub nix_packages: Option<Vec<String>>,
    /// What it says of the network; there whenever the frontmatter has `network` or `judges`.
    pub network: Option<SkillNetwork>,
    /// MCP servers, in order, each id once. A table: an empty one declares nothing.
    pub mcp_servers: Vec<SkillMcpServer>,
    /// The file.
    pub position: Position,
}

/// What a skill says of the network. Domains are as `docs/format/normalization.md` says for skills.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SkillNetwork {
    /// Domains that may be reached; may hold `*`, which an agent's own list never takes over.
    pub allow: Option<Vec<String>>,
    /// Domains that may not.
    pub deny: Option<Vec<String>>,
    /// Domains that a judge decides on.
    pub judge: Option<Vec<JudgedDomain>>,
    /// Judges by name. A table: an empty one declares nothing.
    pub judges: BTreeMap<String, String>,
}

/// A domain that a judge decides on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JudgedDomain {
    /// The domain, in the same form as those of [`SkillNetwork`].
    pub domain: String,
    /// The name of the judge, none for the default one.
    pub judge: Option<String>,
}

/// An MCP server that a skill brings along.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillMcpServer {
    pub id: String,
    /// Its address; here and below an empty text or list clears.
    pub url: Option<String>,
    /// Its transport, `type` in the file.
    pub transport: Option<String>,
    /// The command that starts it.
    pub command: Option<String>,
    /// The arguments of the command.
    pub args: Option<Vec<String>>,
}
