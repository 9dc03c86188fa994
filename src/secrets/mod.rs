//! Secret values: where they come from, what is compared of them, and the `.env` in which they are kept.

mod dotenv_file;
pub(crate) mod expose;
mod fingerprint;
mod input;
pub(crate) mod json;
mod json_source;
mod memory;
mod name;
mod plan_key;
mod source;
mod value;
mod values;

pub use dotenv_file::{DotenvFile, DotenvFileError, git_state};
pub use fingerprint::{Fingerprint, Salt};
pub use input::{InputError, read_file, read_stdin};
pub use json_source::JsonProblem;
pub use memory::{exact_buffer, protect};
pub use name::{LONGEST_NAME, NameError, writable_name};
pub use plan_key::PlanKey;
pub use source::{SourceValues, SourceWord};
pub use value::{LONGEST_VALUE, SecretValue, Suspicion, ValueProblem};
pub use values::{DefaultValuesFile, Origin, Values, named_values};
