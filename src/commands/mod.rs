//! One file a verb: the parts put together, no logic of their own.

mod accounts;
mod apply;
mod authorities;
mod connect;
mod credentials;
mod dev;
mod doctor;
mod dotenv;
mod drift;
mod errors;
mod interrupts;
mod load;
mod pull;
mod questions;
mod secrets;
mod session;
mod validate;
mod values;

pub use accounts::{
    ContextAdd, ContextVerb, Login, Logout, OrgVerb, Token, TokenSource, Whoami, context, login, logout, org, token,
    whoami,
};
pub use apply::{Apply, apply};
pub use authorities::read_authorities;
pub use dev::{Dev, dev};
pub use doctor::{Doctor, doctor};
pub use drift::{Drift, drift};
pub use load::ProjectOptions;
pub use pull::{Pull, pull};
pub use secrets::{
    LocalAction, SecretsDelete, SecretsList, SecretsLocal, SecretsPush, SourceChoice, SourceFormat, secrets_delete,
    secrets_list, secrets_local, secrets_push,
};
pub use session::{Outcome, Session};
pub use validate::{Validate, validate};
