//! Tests of the embedded org through its router.

mod access;
mod agents;
mod applied;
mod compare;
mod config;
mod guard;
mod mcp;
mod migrations;
mod platforms;
mod recorded;
mod schema;
mod secret_access;
mod secret_bodies;
mod secret_references;
mod secrets;
mod secrets_at_rest;
mod serving;
mod storage;
mod support;
mod versions;
mod watchers;
