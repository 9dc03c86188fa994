//! The reader of `.env` files: no expansion, and no echo of what a file holds (K4, F6).

mod error;
mod parser;
mod read;

pub use error::{Problem, ProblemKind};
pub use parser::{Dotenv, parse};
pub use read::read_dotenv;

#[cfg(test)]
mod tests;
