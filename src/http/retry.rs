//! Time, and when a request is sent again.

use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

/// How often a request is sent at most, the first time included.
const ATTEMPTS: u32 = 5;
/// When no further attempt is started, counted from the first one.
const TOTAL: Duration = Duration::from_secs(90);
/// The longest wait before the second attempt; it doubles from attempt to attempt.
const FIRST_WAIT: Duration = Duration::from_millis(250);
/// The longest wait that we choose ourselves.
const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// The longest wait that a server may ask for.
pub(super) const LONGEST_RETRY_AFTER: Duration = Duration::from_secs(60);

/// Time and chance, so that tests neither wait nor guess.
pub trait Clock: Send + Sync {
    /// The time of day, for `Retry-After` dates and `installedAt`.
    fn now(&self) -> SystemTime;
    /// The time since some fixed moment, for bounds.
    fn elapsed(&self) -> Duration;
    /// Some time from zero to `most`, evenly spread.
    fn jitter(&self, most: Duration) -> Duration;
    /// Waits.
    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>>;
    /// Is ready when what is waited for has taken too long. Where tests choose the time, that is never.
    fn limit(&self, _: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(std::future::pending())
    }
}

/// The real time.
pub struct SystemClock {
    start: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        Self { start: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        crate::clock::now()
    }

    fn elapsed(&self) -> Duration {
        self.start.elapsed()
    }

    fn jitter(&self, most: Duration) -> Duration {
        // Without a source of chance the longest wait is the polite one.
        let Ok(random) = getrandom::u32() else { return most };
        most.mul_f64(f64::from(random) / f64::from(u32::MAX))
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn limit(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.sleep(duration)
    }
}

/// The attempts of one piece of work: how many were made, since when, and whether an answer was lost on the way.
pub struct Schedule<'clock> {
    clock: &'clock dyn Clock,
    begun: Duration,
    pub(super) made: u32,
    /// Whether an earlier attempt may have been carried out without our knowing.
    pub lost: bool,
    /// Whether a request was sent and its answer is not complete.
    pub(super) is_open: bool,
}

impl<'clock> Schedule<'clock> {
    pub(super) fn new(clock: &'clock dyn Clock) -> Self {
        Self { clock, begun: clock.elapsed(), made: 1, lost: false, is_open: false }
    }

    /// Waits before the next attempt: exponential with full jitter, at least what the server asked for. False when there is
    /// to be none.
    pub(super) async fn wait(&mut self, retry_after: Option<Duration>) -> bool {
        if self.made >= ATTEMPTS {
            return false;
        }
        let doubled = FIRST_WAIT.saturating_mul(1 << (self.made - 1)).min(LONGEST_WAIT);
        let asked = retry_after.unwrap_or_default().min(LONGEST_RETRY_AFTER);
        let wait = self.clock.jitter(doubled).max(asked);
        if self.clock.elapsed().saturating_sub(self.begun).saturating_add(wait) > TOTAL {
            return false;
        }
        self.clock.sleep(wait).await;
        self.made += 1;
        true
    }
}

/// Reads `Retry-After`: seconds or an HTTP date.
pub(super) fn retry_after(text: &str, now: SystemTime) -> Option<Duration> {
    let text = text.trim();
    if !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.parse().map_or(LONGEST_RETRY_AFTER, Duration::from_secs));
    }
    let date = httpdate::parse_http_date(text).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::super::tests::FakeClock;
    use super::*;

    #[test]
    fn both_forms_of_retry_after_are_read() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let table = [
            ("7", Some(7)),
            (" 0 ", Some(0)),
            ("99999999999999999999999", Some(60)),
            ("Sun, 06 Nov 1994 08:49:47 GMT", Some(10)),
            ("Sun, 06 Nov 1994 08:49:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
            ("1.5", None),
            ("", None),
        ];
        for (text, seconds) in table {
            assert_eq!(retry_after(text, now), seconds.map(Duration::from_secs), "{text}");
        }
    }

    #[tokio::test]
    async fn waits_double_and_end() {
        let clock = FakeClock::default();
        let mut schedule = Schedule::new(&clock);
        while schedule.wait(None).await {}
        assert_eq!(clock.slept(), [250, 500, 1000, 2000].map(Duration::from_millis));
    }

    #[tokio::test]
    async fn what_the_server_asks_for_is_capped_and_bound() {
        let clock = FakeClock::default();
        let mut schedule = Schedule::new(&clock);
        while schedule.wait(Some(Duration::from_secs(3600))).await {}
        assert_eq!(clock.slept(), [Duration::from_secs(60)]);
    }
}
