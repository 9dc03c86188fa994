//! Secret values and where they come from.

pub(crate) mod expose;
mod value;
mod values;

pub use value::SecretValue;
pub use values::{Origin, Values};
