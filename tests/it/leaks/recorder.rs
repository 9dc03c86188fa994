//! A server with the secrets API, as bad as a scenario wants it, that records every byte it understood.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::{ServerConnection, StreamOwned};
use serde_json::{Value, json};

use super::sentinels::SALT;
use crate::support::tls;

/// One request.
pub(super) struct Asked {
    /// Request line and headers.
    pub(super) head: String,
    pub(super) body: Vec<u8>,
}

impl Asked {
    /// Whether it is the one request that carries values.
    pub(super) fn is_push(&self) -> bool {
        self.head.starts_with("POST ") && self.line().contains("/secrets/manage ")
    }

    /// The request line.
    pub(super) fn line(&self) -> &str {
        self.head.lines().next().unwrap_or_default()
    }

    /// The body as text.
    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// What a header holds; its name in lower case.
    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (header, value) = line.split_once(':')?;
            (header.to_ascii_lowercase() == name).then(|| value.trim())
        })
    }
}

/// What makes the bytes of an answer; after them the connection closes.
pub(super) type Answering = Arc<dyn Fn(&Asked) -> Vec<u8> + Send + Sync>;

/// The server, on a thread that ends with the test binary.
pub(super) struct Recorder {
    scheme: &'static str,
    address: SocketAddr,
    received: Arc<Mutex<Vec<u8>>>,
}

impl Recorder {
    /// Starts on a port of its own.
    pub(super) fn start(answering: Answering) -> Self {
        Self::serve("http", move |stream, received| talk(stream, &answering, received))
    }

    /// The same with TLS; the second is the certificate that a client would have to trust, as PEM.
    pub(super) fn start_tls(answering: Answering) -> (Self, String) {
        let (config, certificate) = tls::self_signed();
        let talk = move |stream: TcpStream, received: &Mutex<Vec<u8>>| {
            let connection = ServerConnection::new(Arc::clone(&config)).expect("a configuration that works");
            talk(StreamOwned::new(connection, stream), &answering, received);
        };
        (Self::serve("https", talk), certificate)
    }

    fn serve(scheme: &'static str, talk: impl Fn(TcpStream, &Mutex<Vec<u8>>) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        let address = listener.local_addr().expect("a bound socket has an address");
        let received = Arc::new(Mutex::new(Vec::new()));
        let shared = Arc::clone(&received);
        let talk = Arc::new(talk);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (talk, received) = (Arc::clone(&talk), Arc::clone(&shared));
                thread::spawn(move || talk(stream, &received));
            }
        });
        Self { scheme, address, received }
    }

    /// `http://127.0.0.1:<port>`
    pub(super) fn url(&self) -> String {
        format!("{}://{}", self.scheme, self.address)
    }

    /// `127.0.0.1:<port>`
    pub(super) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Everything that was understood so far.
    pub(super) fn received(&self) -> Vec<u8> {
        self.received.lock().expect("no thread panics").clone()
    }
}

/// Reads one request, and answers.
fn talk(mut stream: impl Read + Write, answering: &Answering, received: &Mutex<Vec<u8>>) {
    let mut bytes = Vec::new();
    let mut buffer = [0; 16 * 1024];
    let asked = loop {
        // Of a client that goes away, or that does not trust this server, what came is recorded.
        let Ok(count @ 1..) = stream.read(&mut buffer) else { return };
        bytes.extend_from_slice(&buffer[..count]);
        received.lock().expect("no thread panics").extend_from_slice(&buffer[..count]);
        if let Some(asked) = whole(&bytes) {
            break asked;
        }
    };
    drop(stream.write_all(&answering(&asked)));
    drop(stream.flush());
}

fn whole(bytes: &[u8]) -> Option<Asked> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")? + 4;
    let asked = Asked { head: String::from_utf8_lossy(&bytes[..end]).into_owned(), body: bytes[end..].to_vec() };
    let length = asked.header("content-length").map_or(0, |length| length.parse().expect("a length"));
    (asked.body.len() >= length).then_some(asked)
}

/// An answer of HTTP.
pub(super) fn http(status: &str, content_type: &str, body: &str) -> Vec<u8> {
    let length = body.len();
    let head = format!("HTTP/1.1 {status}\r\ncontent-type: {content_type}\r\ncontent-length: {length}");
    format!("{head}\r\nconnection: close\r\n\r\n{body}").into_bytes()
}

/// An answer of the API.
pub(super) fn json_answer(status: &str, body: &Value) -> Vec<u8> {
    http(status, "application/json", &body.to_string())
}

/// The org that has a secret `EXISTING`, and does what it is told.
pub(super) fn good(asked: &Asked) -> Vec<u8> {
    if !asked.is_push() {
        let row = json!({
            "name": "EXISTING", "fingerprint": "a3f1", "salt": SALT, "updatedAt": 1_767_225_600_000_i64, "source": "env",
        });
        return json_answer("200 OK", &json!([row]));
    }
    json_answer("200 OK", &json!({"results": results(asked)}))
}

/// A result for each action.
pub(super) fn results(asked: &Asked) -> Vec<Value> {
    let body: Value = serde_json::from_slice(&asked.body).expect("a push is JSON");
    let actions = body["actions"].as_array().expect("a push has actions").iter();
    let result = |action: &Value| {
        let done = if action["op"] == "rotate" { json!("rotated") } else { action["op"].clone() };
        json!({"name": action["name"], "action": done, "fingerprint": "9b22"})
    };
    actions.map(result).collect()
}
