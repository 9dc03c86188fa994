//! The reader of `.env` files: no expansion, and no echo of what a file holds (K4, F6).

mod error;
mod parser;

pub use error::{Problem, ProblemKind};
pub use parser::{Dotenv, parse};

#[cfg(test)]
mod tests;
