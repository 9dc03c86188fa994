//! The client against a scripted listener.

mod answers;
mod connections;
mod requests;
mod retries;
mod secrets;
mod support;

pub(super) use support::FakeClock;
