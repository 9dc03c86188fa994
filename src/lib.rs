//! Makes an organisation on a Lobu server equal to what a project's files say.

pub mod desired;
pub mod env;
pub mod error;
pub mod execute;
pub mod model;
pub mod org;
pub mod plan;
pub mod project;
pub mod render;
pub mod secrets;
pub mod server;
pub mod settings;
pub mod ui;
pub mod wire;
