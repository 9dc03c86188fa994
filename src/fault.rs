//! Places at which tests let the process fail, so that what must hold then is seen and not hoped for.
//!
//! They exist only with the cargo feature `fault-points` in builds with debug assertions: never in a release build, whatever
//! the features.

/// Fails here if the environment names this place: `LOBU_FAULT=panic:NAME` or `LOBU_FAULT=die:NAME`; with `#7` behind the
/// name, when it is passed for the seventh time.
#[cfg(all(feature = "fault-points", debug_assertions))]
///
/// # Panics
///
/// For `panic:NAME`.
#[expect(clippy::panic, reason = "this is what a test asked for")]
pub fn point(name: &str) {
    use std::sync::atomic::{AtomicUsize, Ordering};

    /// How often the place that the environment names was passed: it names one.
    static PASSED: AtomicUsize = AtomicUsize::new(0);

    let Some(text) = crate::env::fault() else { return };
    let Some(fault) = asked::Fault::parse(&text).filter(|fault| fault.place == name) else { return };
    if PASSED.fetch_add(1, Ordering::Relaxed).saturating_add(1) != fault.time {
        return;
    }
    match fault.kind {
        asked::FaultKind::Panic => panic!("a fault was asked for at {name}"),
        asked::FaultKind::Die => std::process::abort(),
    }
}

/// Does nothing.
#[cfg(not(all(feature = "fault-points", debug_assertions)))]
pub fn point(_name: &str) {}

/// Whether this has no room left: `LOBU_FAULT=full:NAME`.
#[cfg(all(feature = "fault-points", debug_assertions))]
pub fn is_full(name: &str) -> bool {
    crate::env::fault().is_some_and(|text| text.strip_prefix("full:") == Some(name))
}

/// There is room.
#[cfg(not(all(feature = "fault-points", debug_assertions)))]
pub fn is_full(_name: &str) -> bool {
    false
}

/// What the clock shows instead of the time: `LOBU_FAULT=clock:SECONDS`, from 1970 on and also before it.
#[cfg(all(feature = "fault-points", debug_assertions))]
pub fn clock() -> Option<std::time::SystemTime> {
    crate::env::fault().and_then(|text| asked::time(&text))
}

/// The clock shows the time.
#[cfg(not(all(feature = "fault-points", debug_assertions)))]
pub fn clock() -> Option<std::time::SystemTime> {
    None
}

#[cfg(all(feature = "fault-points", debug_assertions))]
mod asked {
    use std::time::{Duration, SystemTime, UNIX_EPOCH};

    /// How the process fails.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) enum FaultKind {
        Panic,
        Die,
    }

    /// The fault that a test asked for.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(super) struct Fault<'a> {
        pub(super) kind: FaultKind,
        pub(super) place: &'a str,
        /// The how-manieth time the place is passed, from 1.
        pub(super) time: usize,
    }

    impl<'a> Fault<'a> {
        /// Reads `kind:place` or `kind:place#time`; none if it is neither.
        pub(super) fn parse(text: &'a str) -> Option<Self> {
            let (kind, place) = text.split_once(':')?;
            let kind = match kind {
                "panic" => FaultKind::Panic,
                "die" => FaultKind::Die,
                _ => return None,
            };
            let (place, time) = match place.split_once('#') {
                Some((place, time)) => (place, time.parse().ok().filter(|time| *time > 0)?),
                None => (place, 1),
            };
            Some(Self { kind, place, time })
        }
    }

    /// Reads `clock:SECONDS`; none if it is something else or a time that the system can't hold.
    pub(super) fn time(text: &str) -> Option<SystemTime> {
        let seconds: i64 = text.strip_prefix("clock:")?.parse().ok()?;
        let distance = Duration::from_secs(seconds.unsigned_abs());
        if seconds < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn a_clock_may_show_a_time_before_1970() {
            for (text, seconds) in [
                ("clock:0", Some(0)),
                ("clock:253402300800", Some(253_402_300_800)),
                ("clock:-1", Some(-1)),
                ("clock:", None),
                ("clock:soon", None),
                ("die:clock", None),
            ] {
                let shown = time(text).map(|time| match time.duration_since(UNIX_EPOCH) {
                    Ok(after) => i128::from(after.as_secs()),
                    Err(before) => -i128::from(before.duration().as_secs()),
                });
                assert_eq!(shown, seconds, "{text}");
            }
        }

        #[test]
        fn a_fault_may_say_at_which_time() {
            let fault = |kind, place, time| Some(Fault { kind, place, time });
            for (text, expected) in [
                ("die:write-staged", fault(FaultKind::Die, "write-staged", 1)),
                ("die:write-staged#1", fault(FaultKind::Die, "write-staged", 1)),
                ("die:write-staged#7", fault(FaultKind::Die, "write-staged", 7)),
                ("panic:a#12", fault(FaultKind::Panic, "a", 12)),
                ("die:a#0", None),
                ("die:a#", None),
                ("die:a#-1", None),
                ("die:a#x", None),
                ("die:a#1#2", None),
                ("stop:a", None),
                ("die", None),
                ("", None),
            ] {
                assert_eq!(Fault::parse(text), expected, "{text}");
            }
        }
    }
}
