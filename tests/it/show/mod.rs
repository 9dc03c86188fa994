//! `lobu show`.

mod laws;
mod project;
mod remote;
mod targets;
