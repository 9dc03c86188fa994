//! Verbs about contexts and logins: `login`, `logout`, `whoami`, `token`, `context`, `org`.

mod chosen;
mod context;
mod given;
mod login;
mod logout;
mod org;
mod token;
mod whoami;

pub use context::{ContextAdd, ContextVerb, context};
pub use given::TokenSource;
pub use login::{Login, login};
pub use logout::{Logout, logout};
pub use org::{OrgVerb, org};
pub use token::{Token, token};
pub use whoami::{Whoami, whoami};
