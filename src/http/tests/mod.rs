//! What tests of requests need: a clock that does not wait, and a scripted listener.

mod clock;
pub(crate) mod listener;

pub(crate) use clock::{FakeClock, HurriedClock};
