//! The way back: from what the org has to what the files are to say, patched in place.

mod agent;
mod beyond_files;
mod compose;
mod draft;
mod file_names;
mod fixpoint;
mod judges;
mod layers;
mod lists;
mod model_text;
mod models;
mod new_agent;
mod node_content;
mod platforms;
mod providers;
mod pull_plan;
mod row;
mod secret_names;
mod selection;
mod servers;
mod settings;
mod skill_entry;
mod skill_lists;
mod skill_text;
mod skills;
mod unrelated_changes;
mod value;
mod writable_rows;

use crate::edit::{Content, NodePath, Segment};

pub use compose::{ComposeError, FileWrite, Texts, compose, new_lobu_toml};
pub use file_names::Listing;
pub use fixpoint::{Decided, Files, NewTexts, OwnListing, ReadProject};
pub use layers::{Layer, Layers};
pub use pull_plan::{Input, pull_plan};
pub use row::{
    FileChange, Kept, Missing, ModelChange, NewReference, Open, PullAction, PullPlan, PullRow, Reason, SkillChange,
    SlugPlace, ValueFrom, Withheld,
};
pub use selection::{PullFamily, PullSelection};
pub use writable_rows::{PullError, Writable, files_of, writable};
