//! When a run gives up on a server: after a while without a completed answer, or when its own time is over.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::Duration;

use super::Clock;

/// How long a run goes on without a completed answer, or a wait that a server announced.
pub const SILENCE: Duration = Duration::from_secs(60);

/// Why a run gave up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(super) enum End {
    /// No answer was completed for [`SILENCE`].
    #[error("no answer for {} s", SILENCE.as_secs())]
    Silence,
    /// The time of the run is over.
    #[error("the time limit of the run is over (--timeout {})", .0.as_secs())]
    Limit(Duration),
}

/// How long a run waits, measured on a clock.
pub(super) struct Patience {
    /// When the last answer was complete, or a wait that was announced ends, or waiting began: milliseconds on the clock.
    since: AtomicU64,
    /// How many pieces of work wait for an answer.
    waiting: AtomicUsize,
    /// When the run ends, and how long it may take.
    limit: Option<(Duration, Duration)>,
    end: OnceLock<End>,
}

/// A piece of work that waits for answers, until this is dropped.
pub(super) struct Waiting<'a>(&'a Patience);

impl Patience {
    /// Ends with a run that may take `limit.1` in all and ends at `limit.0`.
    pub(super) fn new(limit: Option<(Duration, Duration)>) -> Self {
        Self { since: AtomicU64::new(0), waiting: AtomicUsize::new(0), limit, end: OnceLock::new() }
    }

    /// Begins to wait. While nothing waited, a person may have been asked, so that time does not count.
    pub(super) fn begin(&self, clock: &dyn Clock) -> Waiting<'_> {
        if self.waiting.fetch_add(1, Ordering::SeqCst) == 0 {
            self.since.fetch_max(milliseconds(clock.elapsed()), Ordering::SeqCst);
        }
        Waiting(self)
    }

    /// Counts from now on: an answer was completed.
    pub(super) fn answered(&self, clock: &dyn Clock) {
        self.since.fetch_max(milliseconds(clock.elapsed()), Ordering::SeqCst);
    }

    /// Counts from when a wait ends that the server asked for.
    pub(super) fn announced(&self, clock: &dyn Clock, wait: Duration) {
        self.since.fetch_max(milliseconds(clock.elapsed().saturating_add(wait)), Ordering::SeqCst);
    }

    /// Why the run gave up, if it did.
    pub(super) fn end(&self) -> Option<End> {
        self.end.get().copied()
    }

    /// Is ready when the run gives up, and stays so.
    pub(super) async fn over(&self, clock: &dyn Clock) -> End {
        loop {
            if let Some(end) = self.end() {
                return end;
            }
            let now = clock.elapsed();
            let silence = Duration::from_millis(self.since.load(Ordering::SeqCst)).saturating_add(SILENCE);
            let (at, end) = match self.limit {
                Some((at, length)) if at <= silence => (at, End::Limit(length)),
                _ => (silence, End::Silence),
            };
            if now >= at {
                return *self.end.get_or_init(|| end);
            }
            clock.limit(at.saturating_sub(now)).await;
        }
    }
}

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.waiting.fetch_sub(1, Ordering::SeqCst);
    }
}

fn milliseconds(time: Duration) -> u64 {
    u64::try_from(time.as_millis()).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests {
    use super::super::tests::HurriedClock;
    use super::*;

    #[tokio::test]
    async fn a_run_without_answers_ends_and_stays_ended() {
        let clock = HurriedClock::default();
        let patience = Patience::new(None);
        let _waiting = patience.begin(&clock);
        assert_eq!(patience.over(&clock).await, End::Silence);
        assert_eq!(clock.elapsed(), SILENCE);
        patience.answered(&clock);
        assert_eq!(patience.over(&clock).await, End::Silence);
    }

    #[tokio::test]
    async fn answers_and_announced_waits_begin_it_anew() {
        let clock = HurriedClock::default();
        let patience = Patience::new(None);
        let _waiting = patience.begin(&clock);
        clock.limit(Duration::from_secs(50)).await;
        patience.answered(&clock);
        patience.announced(&clock, Duration::from_secs(30));
        assert_eq!(patience.over(&clock).await, End::Silence);
        assert_eq!(clock.elapsed(), Duration::from_secs(50 + 30) + SILENCE);
    }

    #[tokio::test]
    async fn a_pause_between_requests_does_not_count() {
        let clock = HurriedClock::default();
        let patience = Patience::new(None);
        drop(patience.begin(&clock));
        clock.limit(Duration::from_secs(500)).await;
        let _waiting = patience.begin(&clock);
        assert_eq!(patience.over(&clock).await, End::Silence);
        assert_eq!(clock.elapsed(), Duration::from_secs(500) + SILENCE);
    }

    #[tokio::test]
    async fn the_limit_of_a_run_is_told_apart() {
        let clock = HurriedClock::default();
        let five = Duration::from_secs(5);
        let patience = Patience::new(Some((five, five)));
        let _waiting = patience.begin(&clock);
        assert_eq!(patience.over(&clock).await, End::Limit(five));
        assert_eq!(clock.elapsed(), five);
    }
}
