use tokio::sync::watch;

use crate::error::CommandError;

/// Whether the user pressed Ctrl-C, the process was told to end, or the terminal was closed.
///
/// Listening begins with the value and never stops: a signal that arrives between two waits is not lost, and from then on the
/// system's default, to end at once, no longer applies.
pub(super) struct Interrupts {
    happened: watch::Receiver<bool>,
    /// What a command that ends now can say: that nothing was written, or the like.
    outcome: Option<&'static str>,
}

impl Interrupts {
    /// Begins to listen; must be called on the runtime.
    pub(super) fn listen() -> Self {
        let (sender, receiver) = watch::channel(false);
        let signal = signals();
        tokio::spawn(async move {
            signal.await;
            sender.send_replace(true);
            // The value stays for as long as somebody may ask for it.
            sender.closed().await;
        });
        Self { happened: receiver, outcome: None }
    }

    /// The same for a command that says, where it is stopped, what was not done.
    pub(super) fn with_outcome(self, outcome: &'static str) -> Self {
        Self { outcome: Some(outcome), ..self }
    }

    /// Whether there was a signal.
    pub(super) fn has_happened(&self) -> bool {
        *self.happened.borrow()
    }

    /// Ends the command if there was a signal.
    pub(super) fn check(&self) -> Result<(), CommandError> {
        if self.has_happened() { Err(self.error()) } else { Ok(()) }
    }

    /// Does some work, which a signal ends where it is: then the command ends too.
    pub(super) fn until<T, E>(
        &self,
        work: impl Future<Output = Result<T, E>>,
    ) -> impl Future<Output = Result<T, CommandError>>
    where
        CommandError: From<E>,
    {
        // On the heap: what a command does until then is most of it.
        let work = Box::pin(work);
        async move {
            tokio::select! {
                result = work => Ok(result?),
                () = self.wait() => Err(self.error()),
            }
        }
    }

    fn error(&self) -> CommandError {
        let error = CommandError::interrupted();
        match self.outcome {
            Some(outcome) => error.and(outcome),
            None => error,
        }
    }

    /// Is ready once there was a signal, also if it was before this call.
    pub(super) fn wait(&self) -> impl Future<Output = ()> + Send + use<> {
        let mut receiver = self.happened.clone();
        async move {
            if receiver.wait_for(|interrupted| *interrupted).await.is_err() {
                // Nobody listens any more, so there will be no signal.
                std::future::pending::<()>().await;
            }
        }
    }
}

/// Registers for the signals at once, and is ready with the first. Where the system gives none it is never ready.
#[cfg(unix)]
fn signals() -> impl Future<Output = ()> + Send {
    use tokio::signal::unix::{SignalKind, signal};
    let registered = (signal(SignalKind::interrupt()), signal(SignalKind::terminate()), signal(SignalKind::hangup()));
    async move {
        let (Ok(mut interrupt), Ok(mut terminate), Ok(mut hangup)) = registered else {
            return std::future::pending().await;
        };
        tokio::select! {
            _ = interrupt.recv() => {}
            _ = terminate.recv() => {}
            _ = hangup.recv() => {}
        }
    }
}

/// Is ready with the first Ctrl-C.
#[cfg(not(unix))]
async fn signals() {
    if tokio::signal::ctrl_c().await.is_err() {
        std::future::pending::<()>().await;
    }
}
