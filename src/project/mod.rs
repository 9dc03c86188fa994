//! What lies on disk, and every diagnostic about it.

pub mod config;
pub mod directory;
pub mod dotenv;
pub mod excerpt;
mod fields;
pub mod fix;
pub mod limits;
pub mod models;
mod parallel;
mod report;
mod schema_check;
mod suggest;
pub mod yaml;
