//! What lies on disk, and every diagnostic about it.

mod agent_files;
pub mod directory;
pub mod dotenv;
mod fields;
pub mod limits;
pub mod markdown;
pub mod models;
mod parallel;
mod quoted;
mod report;
mod schema_check;
pub mod skills;
mod source_lines;
pub mod suggest;
pub mod yaml;

pub use agent_files::{AgentDirectory, AgentFiles, read_agent_files, read_agents, read_shared_skills};
pub use models::{Models, read_models};
pub use source_lines::attach_excerpts;
