//! The pure part of a push, and its one request against an org in memory.

mod agreement;
mod laws;
mod plan;
mod run;
mod select;
mod size;
mod support;
