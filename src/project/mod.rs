//! The files of a project, and every diagnostic about it.

mod agent_files;
pub mod config;
mod conflict;
pub mod directory;
pub mod dotenv;
mod evals;
pub mod excerpt;
mod fields;
pub mod fix;
pub mod git;
mod in_target;
pub mod key_tree;
pub mod limits;
mod mark;
pub mod markdown;
mod misspelled;
pub mod models;
mod names;
mod not_applied;
mod parallel;
mod quoted;
mod read;
mod report;
mod schema_check;
mod secret_lines;
pub mod skills;
mod source_lines;
pub mod suggest;
mod targets;
mod yaml_values;

pub use agent_files::{AgentDirectory, AgentFiles, read_agent_files, read_agents, read_shared_skills};
pub use mark::mark;
pub use models::{Models, read_models};
pub use names::ProjectNames;
pub use read::{InTarget, LeftOut, Project, read_project};
pub use source_lines::attach_excerpts;
