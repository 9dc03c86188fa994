//! `lobu doctor`, run as people run it.

mod bundle;
pub(crate) mod harness;
mod local;
mod mending;
mod servers;
