//! What a push works with and does, step by step: reading, asking and sending, showing.

mod prepare;
mod send;
mod view;

pub(super) use prepare::{Place, has_api, place, plan, read};
pub(super) use send::{Sent, agree, secure, send};
pub(super) use view::{missing, show_plan, show_report, without_api};
