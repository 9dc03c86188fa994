//! What the files of a project may say, as trees of keys: what is said by the kinds, and what the readers have beside that.

mod agent_directory;
mod fields;
mod lobu_toml;
mod model_file;
mod node;
mod overlay;
mod skill;

pub use agent_directory::agent_directory;
pub use lobu_toml::lobu_toml;
pub use model_file::model_files;
pub use node::{KeyField, Node, Repeats};
pub use skill::skill;
