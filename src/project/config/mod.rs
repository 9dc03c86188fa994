//! lobu.toml as typed data, every leaf with its place, and every problem that the file alone shows (F2–F4).

mod access;
mod agents;
mod free;
mod mcp;
mod memory;
mod path;
mod platforms;
mod read;
mod reader;
mod references;
mod registry;
mod section;
mod source;
mod syntax;
mod types;

pub use access::{DEFAULT_DATA_DIR, DEFAULT_MODELS_DIR, Directory, SecretUse};
pub use agents::is_tool;
pub(super) use memory::{OLD_TABLES as OLD_MEMORY_TABLES, is_memory_key};
pub use platforms::{PLATFORM_TYPES, is_platform_id};
pub use read::{ReadOptions, read};
pub use types::{
    AgentConfig, Config, EgressConfig, Entry, JudgeRule, McpServer, MemoryConfig, NetworkConfig, OauthConfig,
    PlatformConfig, PreviewConfig, ProviderConfig, Spanned, TargetConfig, TextList, ToolsConfig, Written,
};

#[cfg(test)]
mod tests;
