//! Secret values and where they come from.

mod dump;
pub(crate) mod expose;
mod fingerprint;
mod json;
mod source;
mod value;
mod values;

pub use dump::protect;
pub use fingerprint::{Fingerprint, Salt};
pub use json::JsonProblem;
pub use source::{LONGEST_NAME, SourceValues, SourceWord, is_usable};
pub use value::{LONGEST_VALUE, SecretValue, Suspicion, ValueProblem};
pub use values::{Origin, Values};
