//! What a project wants, normalised exactly as the server will store it.

mod build;
mod declaration;
mod references;
mod state;

pub use build::{agent_of_skills, desired_state};
pub use declaration::{Declaration, EntryKey};
pub use references::Reference;
pub use state::{Agent, DesiredState, Platform, Settings};
