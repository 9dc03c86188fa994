//! An org in memory, behind the same traits as a server, with the semantics of our own server (O2).

mod encode;
mod faults;
mod org;
mod read;
mod store;
mod write;

pub(crate) use faults::WriteFault;
pub(crate) use org::MemoryOrg;
pub(crate) use store::Store;
