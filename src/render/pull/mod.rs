//! A pull as people read it: what becomes of the files, field by field (L3).

pub(super) mod closing;
mod render;
mod report;
mod rows;
#[cfg(test)]
mod tests;

pub use render::{PullView, render};
pub use report::report;
pub use rows::row_in_full;
