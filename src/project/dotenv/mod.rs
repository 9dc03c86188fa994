//! The reader and editor of `.env` files: no expansion, and no echo of what a file holds.

mod edit;
mod error;
mod parser;
mod read;

pub use edit::{EditError, remove, set};
pub use error::{Problem, ProblemKind};
pub use parser::{Dotenv, is_name, parse};
pub use read::read_dotenv;

#[cfg(test)]
mod tests;
