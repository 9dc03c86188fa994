//! `lobu show`.

mod laws;
mod project;
