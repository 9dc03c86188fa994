//! One file a verb: the parts put together, no logic of their own.

mod apply;
mod connect;
mod dev;
mod failures;
mod interrupt;
mod load;
mod outcome;
mod validate;
mod values;

pub use apply::{Apply, apply};
pub use dev::{Dev, dev};
pub use load::ProjectOptions;
pub use outcome::{Outcome, Session};
pub use validate::{Validate, validate};
