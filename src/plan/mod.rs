//! The difference between what a project wants and what an org has: pure, ordered, plain data.

mod agent;
mod compare;
mod context;
mod destination;
mod diff;
mod identity;
mod injected;
mod memory;
mod options;
mod overlay;
mod platform;
mod row;
mod secrets;
mod selection;
mod settings;
mod shape;
mod tasks;
#[cfg(test)]
mod tests;

pub use destination::is_address;
pub use diff::{diff, read_scope};
pub use injected::carry_injected;
pub use options::{Options, Resend};
pub use row::{Action, FieldAction, FieldChange, Need, Plan, Problem, Row, SecretUse, Summary, Write};
pub use selection::{InvalidSelector, Only, Selection, Selector};
pub use shape::{FieldRow, declared_fields};
pub use tasks::{Task, tasks};
