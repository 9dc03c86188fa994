//! Secret values and where they come from.

mod buffer;
mod dump;
pub(crate) mod expose;
mod fingerprint;
pub(crate) mod json;
mod json_source;
mod source;
mod value;
mod values;

pub use buffer::exact_buffer;
pub use dump::protect;
pub use fingerprint::{Fingerprint, Salt};
pub use json_source::JsonProblem;
pub use source::{LONGEST_NAME, SourceValues, SourceWord, is_usable};
pub use value::{LONGEST_VALUE, SecretValue, Suspicion, ValueProblem};
pub use values::{Origin, Values};
