//! Files that are replaced whole, and the lock under which they are, for whoever keeps files beneath an open directory.

mod leftovers;
mod lock;
mod nameless;
mod replace;
mod siblings;

pub use leftovers::sweep_leftovers;
pub use lock::DirectoryLock;
pub use replace::{Rights, StagedFile, flush};
