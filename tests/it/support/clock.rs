//! Time that passes only where somebody waits, so that no test does.

use std::future::Future;
use std::pin::Pin;
use std::sync::Mutex;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use lobu::http::Clock;

/// A clock on which every wait is over at once.
#[derive(Default)]
pub(crate) struct StoppedClock {
    waited: Mutex<Duration>,
}

impl Clock for StoppedClock {
    /// The same at every look, since requests that are compared are stamped with it.
    fn now(&self) -> SystemTime {
        UNIX_EPOCH + Duration::from_secs(1_767_225_600)
    }

    fn elapsed(&self) -> Duration {
        *self.waited.lock().expect("no test panics here")
    }

    fn jitter(&self, most: Duration) -> Duration {
        most
    }

    fn sleep(&self, duration: Duration) -> Pin<Box<dyn Future<Output = ()> + Send + '_>> {
        *self.waited.lock().expect("no test panics here") += duration;
        Box::pin(async {})
    }
}
