//! The org over HTTP: transport, retries, limits, and what goes into a request.

mod body;
mod client;
mod clock;
mod echo;
mod encode;
mod exchange;
mod failure;
mod form;
mod inspect;
mod lookup;
mod loopback;
mod memory;
mod probe;
mod read;
mod redirect;
mod retry;
mod secrets;
#[cfg(test)]
pub(crate) mod tests;
mod transport;
mod write;

pub use body::{LARGEST as LARGEST_ANSWER, LARGEST_SUM as LARGEST_SUM_OF_ANSWERS};
pub use client::{CONNECT_DEADLINE, ClientError, DEADLINE, Endpoint, HttpOrgBuilder, PARALLELISM, check_token};
pub use clock::{Clock, SystemClock};
pub use echo::is_given_back;
pub use encode::Sending;
pub use exchange::{Ask, Exchange, Reply};
pub use form::{Content, Part};
pub use inspect::{Answered, Inspection};
pub use loopback::is_loopback;
pub use memory::MemoryEndpoint;
pub use read::HttpOrg;
pub use transport::Statistics;
