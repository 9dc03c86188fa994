//! The client against a scripted listener.

mod answers;
mod connections;
mod inspect;
mod requests;
mod retries;
mod secrets;
pub(crate) mod support;

pub(crate) use support::FakeClock;
