//! A plan as people read it, with or without color, on a terminal or in a CI log.

pub(super) mod closing;
pub(super) mod groups;
mod render;
pub(super) mod secrets;
#[cfg(test)]
mod tests;
mod view;

pub(super) use closing::{left_out_of, undeclared};
pub use render::render;
pub use view::PlanView;
