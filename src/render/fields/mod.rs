//! The fields below the rows of plans, pulls and drifts.

mod changed;
mod created;
mod differing;
mod entry;
mod shown;
#[cfg(test)]
mod tests;
mod text;

pub(super) use changed::{changed, drifting, incomparable, named};
pub(super) use created::created;
pub(super) use differing::{differing, differing_label_width};
pub(super) use entry::{Columns, Entry, Valued};
pub(super) use shown::{shown, shown_label_widths};
pub(super) use text::{Page, label_width};
