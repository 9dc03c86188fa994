//! A port that records every byte, for tests that say what is never sent.

use std::io::{ErrorKind, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

/// How often a waiting thread looks whether it should stop.
const TICK: Duration = Duration::from_millis(5);

/// What to do with one connection.
#[derive(Clone, Debug)]
pub(crate) enum Reply {
    /// Once a request's head is complete, these bytes, as they are; then the connection closes.
    Bytes(Vec<u8>),
    /// The same, but so much later.
    Late(Duration, Vec<u8>),
    /// The connection closes at once.
    Close,
    /// Nothing is ever said, and everything that comes is recorded.
    Silence,
}

impl Reply {
    /// An HTTP answer that ends the connection.
    pub(crate) fn http(head: &str, body: &str) -> Self {
        let text = format!("HTTP/1.1 {head}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        Self::Bytes(text.into_bytes())
    }
}

#[derive(Default)]
struct Shared {
    received: Mutex<Vec<Vec<u8>>>,
    stopped: AtomicBool,
}

/// A listener on 127.0.0.1 that answers by a script; it stops when dropped.
pub(crate) struct Listener {
    address: SocketAddr,
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    /// Starts; the first connection gets the first reply, and so on; the last one repeats.
    pub(crate) fn start(script: Vec<Reply>) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("loopback has a free port");
        listener.set_nonblocking(true).expect("a socket can be made non-blocking");
        let address = listener.local_addr().expect("a bound socket has an address");
        let shared = Arc::new(Shared::default());
        let accepting = Arc::clone(&shared);
        let thread = std::thread::spawn(move || accept(&listener, &script, &accepting));
        Self { address, shared, thread: Some(thread) }
    }

    /// `127.0.0.1:<port>`
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// What came on each connection, in the order of their arrival.
    pub(crate) fn received(&self) -> Vec<String> {
        let received = self.shared.received.lock().expect("no thread panics");
        received.iter().map(|bytes| String::from_utf8_lossy(bytes).into_owned()).collect()
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.shared.stopped.store(true, Ordering::SeqCst);
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn accept(listener: &TcpListener, script: &[Reply], shared: &Arc<Shared>) {
    let mut threads = Vec::new();
    let mut accepted = 0;
    while !shared.stopped.load(Ordering::SeqCst) {
        match listener.accept() {
            Ok((stream, _)) => {
                let reply = script.get(accepted).or(script.last()).cloned().unwrap_or(Reply::Silence);
                let slot = {
                    let mut received = shared.received.lock().expect("no thread panics");
                    received.push(Vec::new());
                    received.len() - 1
                };
                accepted += 1;
                let shared = Arc::clone(shared);
                threads.push(std::thread::spawn(move || talk(stream, &reply, slot, &shared)));
            }
            Err(_) => std::thread::sleep(TICK),
        }
    }
    for thread in threads {
        drop(thread.join());
    }
}

fn talk(mut stream: TcpStream, reply: &Reply, slot: usize, shared: &Shared) {
    if matches!(reply, Reply::Close) {
        return;
    }
    stream.set_nonblocking(false).expect("a socket can be made blocking");
    stream.set_read_timeout(Some(TICK)).expect("a socket has time-outs");
    let mut buffer = [0; 4096];
    let mut answered = false;
    while !shared.stopped.load(Ordering::SeqCst) {
        let count = match stream.read(&mut buffer) {
            Ok(0) => return,
            Ok(count) => count,
            Err(error) if matches!(error.kind(), ErrorKind::WouldBlock | ErrorKind::TimedOut) => {
                // Whatever followed the head has come by now.
                if answered {
                    return;
                }
                continue;
            }
            Err(_) => return,
        };
        let whole = {
            let mut received = shared.received.lock().expect("no thread panics");
            let Some(bytes) = received.get_mut(slot) else {
                return;
            };
            bytes.extend(buffer.get(..count).unwrap_or_default());
            bytes.clone()
        };
        let (pause, reply) = match reply {
            Reply::Bytes(reply) => (Duration::ZERO, reply),
            Reply::Late(pause, reply) => (*pause, reply),
            Reply::Close | Reply::Silence => continue,
        };
        if !answered && whole.windows(4).any(|window| window == b"\r\n\r\n") {
            answered = true;
            std::thread::sleep(pause);
            // A client that went away is recorded all the same.
            drop(stream.write_all(reply));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(address: SocketAddr, text: &str) -> String {
        let mut stream = TcpStream::connect(address).expect("the port is open");
        drop(stream.write_all(text.as_bytes()));
        let mut answer = String::new();
        drop(stream.read_to_string(&mut answer));
        answer
    }

    #[test]
    fn every_byte_is_recorded_and_the_script_is_followed() {
        let listener =
            Listener::start(vec![Reply::Close, Reply::http("418 Teapot", "short"), Reply::Bytes(b"raw".to_vec())]);
        assert_eq!(say(listener.address(), ""), "");
        let answer = say(listener.address(), "GET / HTTP/1.1\r\n\r\n");
        assert_eq!(answer, "HTTP/1.1 418 Teapot\r\ncontent-length: 5\r\nconnection: close\r\n\r\nshort");
        assert_eq!(say(listener.address(), "\u{1}\r\n\r\n"), "raw");
        let received = listener.received();
        assert_eq!(received.get(1).map(String::as_str), Some("GET / HTTP/1.1\r\n\r\n"));
        assert_eq!(received.get(2).map(String::as_str), Some("\u{1}\r\n\r\n"));
    }

    #[test]
    fn silence_lasts_until_the_listener_is_dropped() {
        let listener = Listener::start(vec![Reply::Silence]);
        let mut stream = TcpStream::connect(listener.address()).expect("the port is open");
        stream.write_all(b"anybody?").expect("the port is open");
        while listener.received().first().is_none_or(String::is_empty) {
            std::thread::sleep(TICK);
        }
        assert_eq!(listener.received(), ["anybody?"]);
        drop(listener);
        let mut rest = Vec::new();
        drop(stream.read_to_end(&mut rest));
        assert_eq!(rest, b"");
    }
}
