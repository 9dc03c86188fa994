//! What a project says, what an org has, and what differs between two targets, as people read it.

mod resources;
mod targets;
mod view;

pub use resources::{org, project};
pub use targets::targets;
pub use view::ShowView;
