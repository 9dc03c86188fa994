//! Makes an organisation on a Lobu server equal to what a project's files say.

pub mod desired;
pub mod model;
pub mod server;
