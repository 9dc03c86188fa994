//! Requests over HTTP, for orgs and for logins: connections, redirects, retries, limits, and why a request failed.
//!
//! Nothing else names the HTTP library. What is asked, and what answers mean, is said by `org` and `accounts`.

mod answer;
mod call;
mod certificate;
mod connections;
mod content;
mod echo;
mod error;
mod failure;
mod head;
mod mcp;
mod origin;
mod patience;
mod reach;
mod retry;
#[cfg(test)]
pub(crate) mod tests;
mod trace;
mod transport;

pub use answer::{Answer, LARGEST as LARGEST_ANSWER, LARGEST_SUM as LARGEST_SUM_OF_ANSWERS};
pub use call::{Call, Condition, Method, Repeat};
pub use connections::{CONNECT_DEADLINE, DEADLINE, Endpoint, check_token, install_cryptography};
pub use content::{Body, Content, Part};
pub use echo::is_given_back;
pub use error::{Cause, ClientError, Outcome, Request, RequestError};
pub use head::{Head, Session};
pub use mcp::mcp_initialize;
pub use origin::{has_user_info, is_loopback, origin_of};
pub use patience::SILENCE;
pub use reach::{addresses, connect, proxy_of};
pub use retry::{Clock, Schedule, SystemClock};
pub use transport::{Options, PARALLELISM, Routes, Statistics, Transport};
