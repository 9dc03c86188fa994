use std::sync::Once;
use std::sync::atomic::{AtomicBool, Ordering};

static CATCHING: Once = Once::new();
static CAME: AtomicBool = AtomicBool::new(false);

/// The signals that ask the process to end, held back so that it can put things in order first.
#[derive(Debug, Clone, Copy)]
pub struct Signals(());

impl Signals {
    /// Holds back SIGINT, SIGTERM and SIGHUP from now on, for the rest of the process: who calls it asks whether one came.
    ///
    /// Where the system refuses, they end the process as they do by default.
    pub fn catch() -> Self {
        #[cfg(unix)]
        CATCHING.call_once(listen);
        Self(())
    }

    /// Whether one has come.
    pub fn have_come(self) -> bool {
        CAME.load(Ordering::SeqCst)
    }
}

/// Registers for the signals at once, and waits for the first on a thread of its own: what is interrupted here is not async.
#[cfg(unix)]
fn listen() {
    use tokio::signal::unix::{SignalKind, signal};

    let Ok(runtime) = tokio::runtime::Builder::new_current_thread().enable_io().build() else { return };
    let registered = {
        let _entered = runtime.enter();
        (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), signal(SignalKind::hangup()))
    };
    let wait = async move {
        let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) = registered else { return };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
        CAME.store(true, Ordering::SeqCst);
    };
    // It ends with the process.
    drop(std::thread::spawn(move || runtime.block_on(wait)));
}
