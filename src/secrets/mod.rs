//! Secret values: where they come from, what is compared of them, and the `.env` in which they are kept.

mod buffer;
mod committed;
mod dotenv_file;
mod dump;
pub(crate) mod expose;
mod fingerprint;
mod input;
pub(crate) mod json;
mod json_source;
mod name;
mod source;
mod value;
mod values;

pub use buffer::exact_buffer;
pub use committed::git_state;
pub use dotenv_file::{DotenvFile, DotenvFileError};
pub use dump::protect;
pub use fingerprint::{Fingerprint, Salt};
pub use input::{InputError, read_file, read_stdin};
pub use json_source::JsonProblem;
pub use name::{LONGEST_NAME, NameError, writable_name};
pub use source::{SourceValues, SourceWord};
pub use value::{LONGEST_VALUE, SecretValue, Suspicion, ValueProblem};
pub use values::{DefaultValuesFile, Origin, Values, named_values};
