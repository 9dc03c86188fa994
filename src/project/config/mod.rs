//! lobu.toml as typed data, every leaf with its place, and every problem that the file alone shows.

mod access;
mod agents;
mod domains;
mod free;
pub(super) mod keys;
mod mcp;
mod meant;
mod memory;
mod needed_version;
mod outdated;
pub(super) mod overlay;
mod path;
mod plain_fields;
mod platforms;
mod read;
mod read_plain;
mod reader;
mod references;
mod registry;
mod section;
mod source;
mod spanned;
mod syntax;
mod types;

pub use access::{DEFAULT_DATA_DIR, DEFAULT_MODELS_DIR, Directory, SecretUse};
pub(super) use memory::{OLD_TABLES as OLD_MEMORY_TABLES, is_memory_key};
pub(super) use needed_version::unmet;
pub use overlay::SharedPlaces;
pub use plain_fields::PlainFields;
pub use platforms::is_platform_id;
pub use read::read;
pub use read_plain::{TOOL_PATTERN, is_tool};
pub use spanned::{Entry, Spanned, TextList, Written};
pub use types::{
    AgentConfig, Config, JudgeRule, McpServer, MemoryConfig, ModelOverlay, OauthConfig, OverlaidAgent, OverlaidValue,
    Overlay, PlatformConfig, PreviewConfig, ProviderConfig, ReadOptions, SharedValue, TargetConfig,
};

#[cfg(test)]
mod tests;
