//! What lies on disk, and every diagnostic about it.

pub mod directory;

pub mod dotenv;
pub mod limits;
pub mod yaml;
