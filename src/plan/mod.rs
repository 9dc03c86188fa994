//! The difference between what a project wants and what an org has: pure, ordered, plain data.

mod compare;
mod context;
mod destination;
mod diff;
mod identity;
mod merged_config;
mod named_agents;
mod names_only;
mod options;
mod overlay;
mod resource;
mod row;
mod secrets;
mod selection;
mod shared_secrets;
mod tasks;
#[cfg(test)]
mod tests;
mod verifier;
mod widening;

pub use crate::desired::ProviderKey;
pub use destination::is_address;
pub use diff::{diff, read_scope};
pub use identity::{Reviewed, Seal};
pub use named_agents::names_unread_agents;
pub use options::{Options, Resend};
pub use resource::carry_injected;
pub use row::{Action, FieldAction, FieldChange, MissingSecret, Need, Plan, Problem, Row, SecretUse, Summary};
pub use selection::{InvalidSelector, Only, Selection, Selector};
pub use shared_secrets::agents_to_look_at;
pub use tasks::{Task, tasks};
pub use verifier::{Standing, Unmet, Verifier};
pub use widening::{Widening, widenings};
