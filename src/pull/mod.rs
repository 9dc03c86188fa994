//! The way back: from what the org has to what the files are to say, patched in place (pull/P1–P40, L1–L8).

mod agent;
mod compose;
mod contributions;
mod draft;
mod fixpoint;
mod judges;
mod lists;
mod memory;
mod model_text;
mod names;
mod new_agent;
mod node_content;
mod platforms;
mod providers;
mod pull_plan;
mod row;
mod secret_names;
mod servers;
mod settings;
mod skill_entry;
mod skill_text;
mod skills;
mod taking;
mod unrelated_changes;
mod untold;
mod value;
mod writable_rows;

use crate::edit::{Content, NodePath as Place, Segment as Step};

pub use compose::{ComposeError, FileWrite, Texts, compose, new_lobu_toml};
pub use fixpoint::{Decided, Files, NewTexts, OwnListing, ReadProject};
pub use pull_plan::{Input, pull_plan};
pub use row::{
    FileChange, Kept, Missing, ModelChange, NewReference, PullAction, PullPlan, PullRow, Reason, SkillChange,
    SlugPlace, Withheld,
};
pub use skills::Listing;
pub use taking::{PullFamily, Taking};
pub use writable_rows::{PullError, Writable, files_of, writable};
