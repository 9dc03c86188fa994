//! A project as plain data.

use serde_json::{Map, Value as Json};

/// A field in its three states.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Field<T> {
    Absent,
    Empty,
    Value(T),
}

/// A text at a place where references are read.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Entry {
    /// Explicitly empty.
    Empty,
    /// Itself.
    Literal(String),
    /// `$NAME`, blanks around it or not.
    Variable { name: &'static str, blanks: bool },
    /// `$$NAME`, which means the text `$NAME`.
    Escaped(&'static str),
}

pub(super) type Entries = Vec<(String, Entry)>;

#[derive(Debug, Clone)]
pub(super) struct ProjectSpec {
    pub(super) agents: Vec<AgentSpec>,
    pub(super) shared_skills: Vec<SkillSpec>,
    pub(super) memory: Option<MemorySpec>,
}

#[derive(Debug, Clone)]
pub(super) struct AgentSpec {
    pub(super) id: &'static str,
    pub(super) name: String,
    pub(super) description: Field<String>,
    pub(super) identity: Field<String>,
    pub(super) soul: Field<String>,
    pub(super) user: Field<String>,
    /// None where the key is absent; an empty list clears.
    pub(super) providers: Option<Vec<ProviderSpec>>,
    pub(super) platforms: Vec<PlatformSpec>,
    pub(super) servers: Vec<ServerSpec>,
    pub(super) network: NetworkSpec,
    pub(super) extra_policy: Field<String>,
    pub(super) judge_model: Field<String>,
    pub(super) tools: ToolsSpec,
    pub(super) guardrails: Field<Vec<String>>,
    pub(super) packages: Field<Vec<String>>,
    pub(super) skills: Vec<SkillSpec>,
    /// What apply reads and does not send: previews, `guardrails_disabled`, `guardrails_inline`.
    pub(super) unsent: bool,
}

#[derive(Debug, Clone)]
pub(super) struct ProviderSpec {
    pub(super) id: &'static str,
    pub(super) model: Field<String>,
    /// `key`, `secret_ref` or neither; never sent.
    pub(super) secret: Option<(&'static str, &'static str)>,
}

#[derive(Debug, Clone)]
pub(super) struct PlatformSpec {
    pub(super) platform_type: &'static str,
    pub(super) name: Option<&'static str>,
    /// Whether it carries an id of its own instead of the derived one.
    pub(super) adopted: bool,
    pub(super) config: Entries,
    /// Whether tables are written inline.
    pub(super) inline: bool,
}

#[derive(Debug, Clone)]
pub(super) struct ServerSpec {
    pub(super) id: &'static str,
    pub(super) transport: Transport,
    pub(super) auth_scope: Field<&'static str>,
    pub(super) env: Entries,
    pub(super) headers: Entries,
    pub(super) oauth: Option<OauthSpec>,
}

#[derive(Debug, Clone)]
pub(super) enum Transport {
    /// No keys at all, or only those beside the transport.
    None,
    Url {
        server_type: Field<&'static str>,
        url: Field<String>,
    },
    Command {
        server_type: Field<&'static str>,
        command: Field<String>,
        args: Field<Vec<String>>,
    },
}

#[derive(Debug, Clone)]
pub(super) struct OauthSpec {
    pub(super) client_id: Option<Entry>,
    pub(super) client_secret: Option<Entry>,
    pub(super) scopes: Field<Vec<String>>,
    pub(super) method: Field<String>,
}

#[derive(Debug, Clone)]
pub(super) struct NetworkSpec {
    pub(super) allowed: Field<Vec<String>>,
    pub(super) denied: Field<Vec<String>>,
    /// Domains, each with the name of a judge or none; some without are written as plain texts.
    pub(super) judge: Field<Vec<(String, Option<String>)>>,
    pub(super) judges: Vec<(String, Field<String>)>,
}

#[derive(Debug, Clone)]
pub(super) struct ToolsSpec {
    pub(super) pre_approved: Field<Vec<String>>,
    pub(super) allowed: Field<Vec<String>>,
    pub(super) denied: Field<Vec<String>>,
    pub(super) strict: Option<bool>,
}

#[derive(Debug, Clone)]
pub(super) struct SkillSpec {
    pub(super) name: &'static str,
    pub(super) body: String,
    /// None for a file of its own, whose frontmatter is not parsed.
    pub(super) frontmatter: Option<FrontmatterSpec>,
}

#[derive(Debug, Clone)]
pub(super) struct FrontmatterSpec {
    /// Whether it states the name, or leaves it to the directory.
    pub(super) named: bool,
    pub(super) description: Option<String>,
    pub(super) packages: Option<Vec<String>>,
    pub(super) allow: Option<Vec<String>>,
    pub(super) deny: Option<Vec<String>>,
    pub(super) judge: Option<Vec<(String, Option<String>)>>,
    pub(super) judges: Vec<(String, String)>,
    pub(super) servers: Vec<(&'static str, bool)>,
}

#[derive(Debug, Clone)]
pub(super) struct MemorySpec {
    /// Where the models are; none for the default.
    pub(super) models: Option<&'static str>,
    pub(super) enabled: Option<bool>,
    pub(super) layout: Layout,
    pub(super) entities: Vec<EntitySpec>,
    pub(super) relationships: Vec<RelationshipSpec>,
    pub(super) watchers: Vec<WatcherSpec>,
}

/// A watcher as its document, but for its slug and its agent.
#[derive(Debug, Clone)]
pub(super) struct WatcherSpec {
    pub(super) slug: &'static str,
    /// None where the only agent of the project is meant.
    pub(super) agent: Option<&'static str>,
    pub(super) document: Map<String, Json>,
    pub(super) script: Field<String>,
}

/// How types are spread over files.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// One file a type.
    Files,
    /// All types in one bundle.
    Bundle,
    /// All types in one stream of documents.
    Stream,
}

#[derive(Debug, Clone)]
pub(super) struct EntitySpec {
    pub(super) slug: &'static str,
    pub(super) name: String,
    pub(super) description: Field<String>,
    pub(super) icon: Field<String>,
    pub(super) color: Field<String>,
    pub(super) metadata_schema: Field<Json>,
    pub(super) event_kinds: Field<Json>,
}

#[derive(Debug, Clone)]
pub(super) struct RelationshipSpec {
    pub(super) slug: &'static str,
    pub(super) name: String,
    pub(super) description: Field<String>,
    pub(super) metadata_schema: Field<Json>,
    pub(super) inverse: Field<&'static str>,
    pub(super) status: Option<&'static str>,
    pub(super) states_symmetry: bool,
    pub(super) auto_create_when: Field<Json>,
    pub(super) rules: Field<Vec<(String, String)>>,
}

/// Whether a relationship type of this slug reads the same both ways, in every generated project.
pub(super) fn is_symmetric(slug: &str) -> bool {
    slug == "beside"
}
