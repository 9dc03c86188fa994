//! Makes an organisation on a Lobu server equal to what a project's files say.

pub mod desired;
pub mod env;
pub mod model;
pub mod org;
pub mod secrets;
pub mod settings;
pub mod wire;
