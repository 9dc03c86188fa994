//! Random projects as files, with every field in play.
//!
//! A small structured spec is generated, so that failures shrink well, and rendered to files. A project is valid by
//! construction. What it declares of `is_symmetric` depends on the slug alone, so that any two generated projects can
//! follow each other on one org.

mod markdown;
mod memory;
mod overlay;
mod project;
mod spec;
mod strategies;
mod texts;
mod toml;
mod yaml;

pub(crate) use overlay::{Overlaid, TARGET, overlaid, overlay_twice};
pub(crate) use project::ProjectFiles;
pub(crate) use strategies::{project, project_without_variables};
