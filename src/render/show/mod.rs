//! What a project says, or an org has, as people read it.

mod resources;
mod view;

pub use resources::render;
pub use view::ShowView;
