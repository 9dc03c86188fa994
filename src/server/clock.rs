//! The time, as the database keeps it and as answers carry it.

use std::time::UNIX_EPOCH;

/// Gives the time in milliseconds since 1970.
pub(super) fn now() -> i64 {
    let since = crate::clock::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_millis()).unwrap_or(i64::MAX)
}

/// Writes a time as `2026-11-22T11:52:11.601Z`.
pub(super) fn iso_time(milliseconds: i64) -> String {
    jiff::Timestamp::from_millisecond(milliseconds)
        .map(|time| time.strftime("%Y-%m-%dT%H:%M:%S%.3fZ").to_string())
        .unwrap_or_default()
}
