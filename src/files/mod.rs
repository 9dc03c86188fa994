//! Files that are replaced whole, and the lock that protects them, for modules that keep files below an open directory.

mod leftovers;
mod lock;
mod nameless;
mod replace;
mod siblings;

pub use leftovers::sweep_leftovers;
pub use lock::DirectoryLock;
pub use replace::{Rights, StagedFile, flush};
