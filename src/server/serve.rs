//! Serving the embedded org on a socket or a loopback port, and ending it in order.

use std::{future::Future, io, net::SocketAddr};

use axum::{Router, serve::ListenerExt as _};
use tokio::net::TcpListener;

/// Binds a port of 127.0.0.1; 0 lets the system choose.
///
/// # Errors
///
/// The port is taken or may not be used.
pub async fn bind_loopback(port: u16) -> io::Result<TcpListener> {
    TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], port))).await
}

/// Serves on a loopback port until `stop` is ready; then requests in flight are answered.
///
/// # Errors
///
/// The listener is not on a loopback address: there is no way to serve other machines.
pub async fn serve_tcp(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    if !listener.local_addr()?.ip().is_loopback() {
        return Err(io::Error::new(io::ErrorKind::InvalidInput, "only loopback addresses are served"));
    }
    // Answers are small and written at once; without this they wait for the client's acknowledgement.
    let listener = listener.tap_io(|stream| drop(stream.set_nodelay(true)));
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}

/// Serves on a Unix socket until `stop` is ready; then requests in flight are answered.
///
/// The caller makes the socket in a directory that only its owner can enter; see [`super::Embedded`].
#[cfg(unix)]
pub async fn serve_unix(
    listener: tokio::net::UnixListener,
    router: Router,
    stop: impl Future<Output = ()> + Send + 'static,
) -> io::Result<()> {
    axum::serve(listener, router).with_graceful_shutdown(stop).await
}
