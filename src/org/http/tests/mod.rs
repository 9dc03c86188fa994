//! The client against a scripted listener.

mod answers;
mod connections;
mod requests;
mod retries;
mod support;

pub(super) use support::FakeClock;
