//! An org in memory, behind the same traits as a server, with the semantics of our own server.
//!
//! It stores a JSON object for each resource of each kind and learns what it does with it from the fields of the kind, so that
//! a new kind needs nothing here.

mod encode;
mod faults;
mod org;
mod read;
mod store;
mod write;

pub(crate) use faults::WriteFault;
pub(crate) use org::MemoryOrg;
pub(crate) use store::Store;
