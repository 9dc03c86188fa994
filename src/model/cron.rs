//! Cron schedules: why one can't be used, and when it runs next. All times are UTC.

use std::cell::RefCell;
use std::collections::BTreeMap;

use croner::Cron;
use croner::parser::{CronParser, Seconds, Year};
use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::TimeZone;

const MAX_BYTES: usize = 256;

/// How many schedules are remembered.
const MOST_SEEN: usize = 512;

/// Where the search for a first run begins, in seconds since 1970: the start of 2000.
const REFERENCE: i64 = 946_684_800;

const FIELDS: [&str; 5] = ["minute", "hour", "day of the month", "month", "day of the week"];

/// Says why a text is not a usable schedule.
///
/// Taken are five fields, six with seconds first, and names such as `@daily`, as long as two runs are never less than a minute
/// apart.
pub fn cron_problem(text: &str) -> Option<String> {
    // Reading a schedule lays out all years, which takes longer than all else that is read of a watcher; projects repeat a few.
    thread_local! {
        static SEEN: RefCell<BTreeMap<String, Option<String>>> = const { RefCell::new(BTreeMap::new()) };
    }
    SEEN.with_borrow_mut(|seen| {
        if let Some(found) = seen.get(text) {
            return found.clone();
        }
        if seen.len() >= MOST_SEEN {
            seen.clear();
        }
        let found = problem(text);
        seen.insert(text.to_owned(), found.clone());
        found
    })
}

fn problem(text: &str) -> Option<String> {
    if text.len() > MAX_BYTES {
        return Some(format!("it is longer than {MAX_BYTES} bytes"));
    }
    let fields: Vec<&str> = text.split_whitespace().collect();
    if fields.is_empty() {
        return Some("it is empty".to_owned());
    }
    let Some(cron) = parse(text) else {
        return Some(reason(&fields));
    };
    if cron.pattern.seconds.values().len() > 1 {
        return Some("it runs more than once a minute; the shortest interval is one minute".to_owned());
    }
    if next_of(&cron, REFERENCE).is_none() {
        return Some("it never runs: no date matches all of its fields".to_owned());
    }
    None
}

/// Gives the first run after a time, both in seconds since 1970; none for a text that is not a schedule or never runs.
pub fn next_run(text: &str, after_unix_seconds: i64) -> Option<i64> {
    next_of(&parse(text)?, after_unix_seconds)
}

fn next_of(cron: &Cron, after_unix_seconds: i64) -> Option<i64> {
    let after = Timestamp::from_second(after_unix_seconds).ok()?;
    let after: DateTime = TimeZone::UTC.to_datetime(after);
    let next = cron.find_next_occurrence(&after, false).ok()?;
    let next = TimeZone::UTC.to_timestamp(next).ok()?;
    Some(next.as_second())
}

fn parse(text: &str) -> Option<Cron> {
    if text.len() > MAX_BYTES {
        return None;
    }
    CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).build().parse(text).ok()
}

/// Finds the field that can't be read: each is tried alone among fields that match everything.
fn reason(fields: &[&str]) -> String {
    let (names, offset): (Vec<&str>, usize) = match fields.len() {
        1 if fields.concat().starts_with('@') => {
            return "the names of schedules are @hourly, @daily, @weekly, @monthly and @yearly".to_owned();
        }
        5 => (FIELDS.to_vec(), 1),
        6 => (std::iter::once("second").chain(FIELDS).collect(), 0),
        number => {
            return format!(
                "a schedule has 5 fields (minute, hour, day of the month, month, day of the week), and this has {number}"
            );
        }
    };
    for (at, (field, name)) in fields.iter().zip(names).enumerate() {
        let mut alone = ["*"; 6];
        if let Some(place) = alone.get_mut(at + offset) {
            *place = field;
        }
        if parse(&alone.join(" ")).is_none() {
            return format!("its {name} `{field}` is not valid");
        }
    }
    "it is not a cron schedule".to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-12-01T05:06:37Z, a Tuesday.
    const NOW: i64 = 1_796_101_597;

    #[test]
    fn usual_schedules_have_no_problem() {
        for text in [
            "0 6 * * *",
            "30 5 * * 1",
            "*/15 9-17 * * MON-FRI",
            "0 0 1,15 * *",
            "0 8 * jan sun",
            "0 0 29 2 *",
            "0 0 * * 7",
            "0 0 L * *",
            "  0   6 * * *  ",
            "30 0 6 * * *",
            "@daily",
            "@weekly",
        ] {
            assert_eq!(cron_problem(text), None, "{text}");
        }
    }

    #[test]
    fn a_problem_is_said_in_plain_words() {
        for (text, reason) in [
            ("", "it is empty"),
            (" \t", "it is empty"),
            (
                "whenever",
                "a schedule has 5 fields (minute, hour, day of the month, month, day of the week), and this has 1",
            ),
            ("@noon", "the names of schedules are @hourly, @daily, @weekly, @monthly and @yearly"),
            ("0 25 * * *", "its hour `25` is not valid"),
            ("60 * * * *", "its minute `60` is not valid"),
            ("0 0 * 13 *", "its month `13` is not valid"),
            ("0 0 0 * *", "its day of the month `0` is not valid"),
            ("0 0 * * someday", "its day of the week `someday` is not valid"),
            ("x 0 0 * * *", "its second `x` is not valid"),
            (
                "0 0 0 * * * 2030",
                "a schedule has 5 fields (minute, hour, day of the month, month, day of the week), and this has 7",
            ),
            ("* * * * * *", "it runs more than once a minute; the shortest interval is one minute"),
            ("0,30 * * * * *", "it runs more than once a minute; the shortest interval is one minute"),
            ("0 0 30 2 *", "it never runs: no date matches all of its fields"),
        ] {
            assert_eq!(cron_problem(text).as_deref(), Some(reason), "{text}");
        }
        assert_eq!(cron_problem(&"0".repeat(300)).as_deref(), Some("it is longer than 256 bytes"));
    }

    #[test]
    fn the_next_run_is_after_the_given_time_and_in_utc() {
        for (text, expected) in [
            ("0 6 * * *", "2026-12-01T06:00:00Z"),
            ("0 5 * * *", "2026-12-02T05:00:00Z"),
            ("30 5 * * 1", "2026-12-07T05:30:00Z"),
            ("7 5 * * *", "2026-12-01T05:07:00Z"),
            // A day of the month and one of the week: either will do.
            ("0 0 15 * 5", "2026-12-04T00:00:00Z"),
            ("0 0 29 2 *", "2028-02-29T00:00:00Z"),
        ] {
            let expected: Timestamp = expected.parse().unwrap();
            assert_eq!(next_run(text, NOW), Some(expected.as_second()), "{text}");
        }
        let run = next_run("0 6 * * *", NOW).unwrap();
        assert_eq!(next_run("0 6 * * *", run), Some(run + 86_400), "the time itself does not count");
        assert_eq!(next_run("whenever", NOW), None);
        assert_eq!(next_run("0 0 30 2 *", NOW), None);
        assert_eq!(next_run("0 6 * * *", i64::MAX), None);
    }

    #[test]
    fn whatever_is_typed_is_answered() {
        proptest::proptest!(|(text in "[0-9*/,LW#?+@A-Za-zß\u{0}-\u{20}-]{0,40}")| {
            let problem = cron_problem(&text);
            proptest::prop_assert!(problem.is_some() || next_run(&text, NOW).is_some());
        });
    }
}
