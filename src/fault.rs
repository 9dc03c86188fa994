//! Places at which tests let the process fail, so that what must hold then is seen and not hoped for.
//!
//! They exist only with the cargo feature `fault-points` in builds with debug assertions: never in a release build, whatever
//! the features.

/// Fails here if the environment names this place: `LOBU_FAULT=panic:NAME` or `LOBU_FAULT=die:NAME`.
#[cfg(all(feature = "fault-points", debug_assertions))]
///
/// # Panics
///
/// For `panic:NAME`.
#[expect(clippy::panic, reason = "this is what a test asked for")]
pub fn point(name: &str) {
    match crate::env::fault() {
        Some((kind, place)) if place == name && kind == "panic" => panic!("a fault was asked for at {name}"),
        Some((kind, place)) if place == name && kind == "die" => std::process::abort(),
        _ => {}
    }
}

/// Does nothing.
#[cfg(not(all(feature = "fault-points", debug_assertions)))]
pub fn point(_name: &str) {}
