//! A pull as people read it: what becomes of the files, field by field.

pub(super) mod closing;
mod render;
mod rows;
#[cfg(test)]
mod tests;
mod view;

pub use closing::report;
pub use render::render;
pub use rows::row_in_full;
pub use view::PullView;
