//! Counts of what a server was asked, for tests of what a run sends.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// Counts requests; clones share the counts.
#[derive(Debug, Clone, Default)]
pub struct RequestCounter(Arc<Counts>);

#[derive(Debug, Default)]
struct Counts {
    reads: AtomicU64,
    writes: AtomicU64,
}

impl RequestCounter {
    /// Gives how many requests could only read: GET, and the reading actions of POST endpoints.
    pub fn reads(&self) -> u64 {
        self.0.reads.load(Ordering::Relaxed)
    }

    /// Gives how many other requests came, refused ones and those that changed nothing included.
    pub fn writes(&self) -> u64 {
        self.0.writes.load(Ordering::Relaxed)
    }

    /// Starts over from zero.
    pub fn reset(&self) {
        self.0.reads.store(0, Ordering::Relaxed);
        self.0.writes.store(0, Ordering::Relaxed);
    }

    pub(super) fn count(&self, read: bool) {
        let counter = if read { &self.0.reads } else { &self.0.writes };
        counter.fetch_add(1, Ordering::Relaxed);
    }
}
