//! The one integration test binary.

#![expect(clippy::expect_used, clippy::panic, reason = "all of this crate is tests, helpers included")]

mod bad_input;
mod double;
mod generated_projects;
mod memory_org;
mod project_laws;
mod support;
mod wire_replay;
