//! Everything that can be wrong with a project, a command line, a server or a connection, against the real binary.
//!
//! Each case ends with the documented exit code and one clear message, writes nothing, and leaks nothing. The messages
//! are files of `snapshots/`, one a group, to be read as a person would read them.

mod config;
mod files;
mod github;
mod harness;
mod models;
mod servers;
mod terminal;
mod text;
mod tls;
mod usage;
