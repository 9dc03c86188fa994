//! A plan as people read it, with or without color, on a terminal or in a CI log.

mod closing;
mod fields;
mod groups;
mod render;
mod secrets;
#[cfg(test)]
mod tests;
mod view;

pub(super) use closing::left_out_of;
pub(super) use fields::{is_prompt, prompt_diff};
pub use render::render;
pub use view::PlanView;
