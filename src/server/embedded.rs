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

/// How the name of a directory with a socket starts, and what the socket is called.
#[cfg(unix)]
const SOCKET_DIRECTORY: &str = "lobu-";
#[cfg(unix)]
const SOCKET: &str = "org.sock";

/// How old a directory is when its socket is either served or left over.
#[cfg(unix)]
const SETTLED: Duration = Duration::from_secs(60);

/// How many names of the directory for temporary files are looked at.
#[cfg(unix)]
const MOST_NAMES: usize = 10_000;

/// Removes the directories of sockets on which nobody listens any more: their processes were killed.
#[cfg(unix)]
fn sweep_sockets(parent: &std::path::Path) {
    let Ok(entries) = std::fs::read_dir(parent) else { return };
    for entry in entries.flatten().take(MOST_NAMES) {
        let is_named = entry.file_name().to_str().is_some_and(|name| name.starts_with(SOCKET_DIRECTORY));
        let socket = entry.path().join(SOCKET);
        if is_named && is_settled(&entry).unwrap_or_default() && is_dead(&socket) {
            drop(std::fs::remove_file(&socket));
            // Fails where something else is in it.
            drop(std::fs::remove_dir(entry.path()));
        }
    }
}

/// Whether an entry is a directory of our own that only we can enter, and not of this minute.
#[cfg(unix)]
fn is_settled(entry: &std::fs::DirEntry) -> std::io::Result<bool> {
    use std::os::unix::fs::MetadataExt as _;
    let metadata = entry.metadata()?;
    let age = std::time::SystemTime::now().duration_since(metadata.modified()?).unwrap_or_default();
    let is_own = metadata.uid() == super::files::own_user() && metadata.mode() & 0o777 == 0o700;
    Ok(metadata.is_dir() && is_own && age >= SETTLED)
}

/// Whether a socket is one on which nobody listens.
#[cfg(unix)]
fn is_dead(socket: &std::path::Path) -> bool {
    use std::os::unix::fs::FileTypeExt as _;
    let is_socket = socket.symlink_metadata().is_ok_and(|metadata| metadata.file_type().is_socket());
    let refused = || {
        std::os::unix::net::UnixStream::connect(socket)
            .is_err_and(|error| error.kind() == std::io::ErrorKind::ConnectionRefused)
    };
    is_socket && refused()
}

/// Makes a socket in a fresh directory that only this user can enter.
#[cfg(unix)]
fn listen_unix() -> std::io::Result<(tempfile::TempDir, PathBuf, tokio::net::UnixListener)> {
    use std::os::unix::fs::PermissionsExt as _;
    let make = |parent: Option<&str>| {
        let mut builder = tempfile::Builder::new();
        builder.prefix(SOCKET_DIRECTORY).permissions(std::fs::Permissions::from_mode(0o700));
        let directory = match parent {
            Some(parent) => builder.tempdir_in(parent)?,
            None => builder.tempdir()?,
        };
        let path = directory.path().join(SOCKET);
        if let Some(parent) = directory.path().parent() {
            sweep_sockets(parent);
        }
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

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;
    use std::os::unix::net::UnixListener;
    use std::path::Path;
    use std::time::{Duration, SystemTime};

    use super::*;

    fn socket(parent: &Path, name: &str, mode: u32, age: u64) -> (PathBuf, UnixListener) {
        let directory = parent.join(name);
        std::fs::create_dir(&directory).unwrap();
        std::fs::set_permissions(&directory, std::fs::Permissions::from_mode(mode)).unwrap();
        let listener = UnixListener::bind(directory.join(SOCKET)).unwrap();
        let modified = SystemTime::now() - Duration::from_secs(age);
        std::fs::File::open(&directory).unwrap().set_modified(modified).unwrap();
        (directory, listener)
    }

    #[test]
    fn sockets_of_killed_processes_are_swept() {
        let parent = tempfile::tempdir().unwrap();
        let (dead, listener) = socket(parent.path(), "lobu-dead", 0o700, 3600);
        drop(listener);
        let (new, listener) = socket(parent.path(), "lobu-new", 0o700, 0);
        drop(listener);
        let (open, listener) = socket(parent.path(), "lobu-open", 0o755, 3600);
        drop(listener);
        let (other, listener) = socket(parent.path(), "other", 0o700, 3600);
        drop(listener);
        let (live, _listener) = socket(parent.path(), "lobu-live", 0o700, 3600);
        sweep_sockets(parent.path());
        let left = [dead, new, open, other, live].map(|directory| directory.exists());
        assert_eq!(left, [false, true, true, true, true]);
    }
}
