//! The one integration test binary.

mod double;
mod support;
mod wire_replay;
