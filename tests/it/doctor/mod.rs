//! `lobu doctor`, run as people run it.

mod bundle;
mod harness;
mod local;
mod mending;
mod servers;
