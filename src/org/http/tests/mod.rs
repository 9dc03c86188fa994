//! The client against a scripted listener.

mod answers;
mod compare;
mod connections;
mod inspect;
mod requests;
mod retries;
mod secrets;
mod support;
mod watchers;
