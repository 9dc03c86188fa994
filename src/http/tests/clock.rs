use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use crate::http::Clock;

/// A clock that never waits and remembers how long it was asked to.
#[derive(Default)]
pub(crate) struct FakeClock {
    slept: Mutex<Vec<Duration>>,
}

impl FakeClock {
    pub(crate) fn slept(&self) -> Vec<Duration> {
        self.slept.lock().unwrap().clone()
    }
}

impl Clock for FakeClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_000_000_000) + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        self.slept().iter().sum()
    }

    fn jitter(&self, most: Duration) -> Duration {
        most
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.slept.lock().unwrap().push(duration);
        Box::pin(async {})
    }
}

/// A clock on which every limit is reached at once, as if that time had passed.
#[derive(Default)]
pub(crate) struct HurriedClock {
    passed: Mutex<Duration>,
}

impl Clock for HurriedClock {
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + self.elapsed()
    }

    fn elapsed(&self) -> Duration {
        *self.passed.lock().unwrap()
    }

    fn jitter(&self, most: Duration) -> Duration {
        most
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        self.limit(duration)
    }

    fn limit(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        *self.passed.lock().unwrap() += duration;
        Box::pin(async {})
    }
}
