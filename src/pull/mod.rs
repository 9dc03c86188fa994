//! The way back: from what the org has to what the files are to say, patched in place (pull/P1–P40, L1–L8).

mod content;
mod place;

pub use content::Content;
pub use place::{Place, Step};
