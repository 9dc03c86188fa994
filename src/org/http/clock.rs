use std::future::Future;
use std::pin::Pin;
use std::time::{Duration, Instant, SystemTime};

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
        SystemTime::now()
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
}
