//! The fields below the rows of plans, pulls and drifts.

mod changed;
mod created;
mod entry;
#[cfg(test)]
mod tests;
mod text;

pub(super) use changed::{changed, drifting, incomparable};
pub(super) use created::created;
pub(super) use entry::{Columns, Entry};
pub(super) use text::{Page, label_width};
