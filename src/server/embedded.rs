//! The org inside this process: a server on a socket of its own, for as long as the value lives.

use std::{net::SocketAddr, path::PathBuf, time::Duration};

use tokio::{sync::oneshot, task::JoinHandle};

use super::{
    counter::RequestCounter,
    error::StoreError,
    http::{ExposedOrgs, ServerOptions, Transport, router},
    store::Store,
    tokens::AccessToken,
};

/// How long requests in flight may take when the server is asked to stop.
const SHUTDOWN_TIMEOUT: Duration = Duration::from_secs(5);

/// Does work on a store beside the runtime: SQLite blocks.
pub async fn beside_runtime<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, StoreError> + Send + 'static,
) -> Result<T, StoreError> {
    match tokio::task::spawn_blocking(work).await {
        Ok(result) => result,
        Err(error) => Err(StoreError::Ended { what: error.to_string() }),
    }
}

/// Where an embedded server listens.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Endpoint {
    /// A Unix socket in a directory of its own (0700).
    Unix(PathBuf),
    /// A loopback port, where there are no Unix sockets.
    Tcp(SocketAddr),
}

/// What an embedded server is to serve.
#[derive(Debug)]
pub struct EmbeddedOptions {
    /// Which organizations of the store.
    pub orgs: ExposedOrgs,
    /// The origin that new agents get in their memory MCP entry, such as `http://127.0.0.1:8787`.
    pub origin: String,
    /// Counts the requests.
    pub counter: RequestCounter,
}

/// Says why an embedded server did not start.
#[derive(Debug, thiserror::Error)]
pub enum EmbeddedError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// No socket could be made.
    #[error("could not make a socket for the embedded org")]
    Listen(#[source] std::io::Error),
}

/// A running embedded server. Dropping it stops it at once and removes its socket.
#[derive(Debug)]
pub struct Embedded {
    endpoint: Endpoint,
    token: AccessToken,
    stop: Option<oneshot::Sender<()>>,
    task: JoinHandle<std::io::Result<()>>,
    /// Removed with the value.
    _directory: Option<tempfile::TempDir>,
}

impl Embedded {
    /// Starts a server on the current runtime. Its bearer is random, known to this process only, and acts as the
    /// bootstrap user with all scopes.
    ///
    /// # Errors
    ///
    /// No socket can be made, or the system gives no random numbers.
    #[cfg_attr(unix, expect(clippy::unused_async, reason = "awaits where there are no Unix sockets"))]
    pub async fn start(store: Store, options: EmbeddedOptions) -> Result<Self, EmbeddedError> {
        let (stop, stopped) = oneshot::channel::<()>();
        let stopped = async move {
            // An error is the sender dropped, which means the same.
            drop(stopped.await);
        };
        let token = AccessToken::generate_session()?;
        let service = |transport| {
            let server = ServerOptions {
                transport,
                orgs: options.orgs,
                origin: options.origin,
                session: Some(token.duplicate()),
                counter: options.counter,
            };
            router(store, server)
        };
        #[cfg(unix)]
        let (endpoint, task, directory) = {
            let (directory, path, listener) = listen_unix().map_err(EmbeddedError::Listen)?;
            let served = super::serve::serve_unix(listener, service(Transport::UnixSocket), stopped);
            (Endpoint::Unix(path), tokio::spawn(served), Some(directory))
        };
        #[cfg(not(unix))]
        let (endpoint, task, directory) = {
            let listener = super::serve::bind_loopback(0).await.map_err(EmbeddedError::Listen)?;
            let address = listener.local_addr().map_err(EmbeddedError::Listen)?;
            let served = super::serve::serve_tcp(listener, service(Transport::Loopback), stopped);
            (Endpoint::Tcp(address), tokio::spawn(served), None)
        };
        Ok(Self { endpoint, token, stop: Some(stop), task, _directory: directory })
    }

    /// Gives where the server listens.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Gives the bearer that the server accepts.
    pub fn token(&self) -> &AccessToken {
        &self.token
    }

    /// Stops taking connections, and waits a few seconds for what is in flight.
    pub async fn shutdown(mut self) {
        drop(self.stop.take());
        if tokio::time::timeout(SHUTDOWN_TIMEOUT, &mut self.task).await.is_err() {
            self.task.abort();
        }
    }
}

impl Drop for Embedded {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Makes a socket in a fresh directory that only this user can enter.
#[cfg(unix)]
fn listen_unix() -> std::io::Result<(tempfile::TempDir, PathBuf, tokio::net::UnixListener)> {
    use std::os::unix::fs::PermissionsExt as _;
    let make = |parent: Option<&str>| {
        let mut builder = tempfile::Builder::new();
        builder.prefix("lobu-").permissions(std::fs::Permissions::from_mode(0o700));
        let directory = match parent {
            Some(parent) => builder.tempdir_in(parent)?,
            None => builder.tempdir()?,
        };
        let path = directory.path().join("org.sock");
        let listener = tokio::net::UnixListener::bind(&path)?;
        Ok((directory, path, listener))
    };
    // The path of a socket may have about 100 bytes, and the system's directory for temporary files may have more.
    make(None).or_else(
        |error: std::io::Error| {
            if error.kind() == std::io::ErrorKind::InvalidInput { make(Some("/tmp")) } else { Err(error) }
        },
    )
}
