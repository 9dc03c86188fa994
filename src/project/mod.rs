//! What lies on disk, and every diagnostic about it.

pub mod directory;
pub mod dotenv;
mod fields;
pub mod limits;
pub mod models;
mod parallel;
mod report;
mod schema_check;
mod suggest;
pub mod yaml;
