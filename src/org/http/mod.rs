//! The org over HTTP: what is asked of it, and what goes into a request.

mod client;
mod compare;
mod encode;
mod inspect;
mod memory;
mod numbers;
mod probe;
mod read;
mod secrets;
#[cfg(test)]
mod tests;
mod write;

pub use client::{HttpOrg, HttpOrgBuilder};
pub use encode::Sending;
pub use inspect::{Answered, Inspection};
pub use memory::MemoryEndpoint;
