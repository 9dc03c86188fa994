//! `lobu doctor`, run as people run it.

mod bundle;
mod local;
mod mending;
mod scene;
mod servers;
