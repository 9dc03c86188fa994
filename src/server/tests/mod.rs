//! Tests of the embedded org through its router.

mod access;
mod agents;
mod config;
mod guard;
mod platforms;
mod recorded;
mod schema;
mod serving;
mod storage;
mod support;
