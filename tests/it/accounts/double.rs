//! A double of the OAuth endpoints of a server, which answers by a script and records what comes.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

use serde_json::{Value, json};

/// A request as it came: its path, its head and its body.
#[derive(Debug, Clone)]
pub(super) struct ReceivedRequest {
    pub(super) path: String,
    pub(super) head: String,
    pub(super) body: String,
}

type Script = Box<dyn Fn(&ReceivedRequest, usize, &str) -> Option<(u16, Value)> + Send>;

/// The double; it stops when it is dropped.
pub(super) struct Double {
    pub(super) url: String,
    came: Arc<Mutex<Vec<ReceivedRequest>>>,
    stopped: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Double {
    /// Starts. The script is given a request, how many came to its path before, and the double's own URL; where it has no
    /// answer the usual one is given.
    pub(super) fn start(
        script: impl Fn(&ReceivedRequest, usize, &str) -> Option<(u16, Value)> + Send + 'static,
    ) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).expect("a free port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let (came, stopped) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (script, seen, own, end): (Script, _, _, _) =
            (Box::new(script), Arc::clone(&came), url.clone(), Arc::clone(&stopped));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if end.load(Ordering::SeqCst) {
                    return;
                }
                let Ok(stream) = stream else { continue };
                let (request, mut stream) = read(stream);
                let before = {
                    let mut seen = seen.lock().expect("no thread panics");
                    let before = seen.iter().filter(|one: &&ReceivedRequest| one.path == request.path).count();
                    seen.push(request.clone());
                    before
                };
                let (status, body) = script(&request, before, &own).unwrap_or_else(|| usual(&request.path, &own));
                let body = body.to_string();
                let head = format!("HTTP/1.1 {status} X\r\ncontent-type: application/json\r\nconnection: close\r\n");
                let text = format!("{head}content-length: {}\r\n\r\n{body}", body.len());
                drop(stream.write_all(text.as_bytes()));
            }
        });
        Self { url, came, stopped, thread: Some(thread) }
    }

    /// What came, in its order.
    pub(super) fn came(&self) -> Vec<ReceivedRequest> {
        self.came.lock().expect("no thread panics").clone()
    }

    /// How often a path was asked.
    pub(super) fn count(&self, path: &str) -> usize {
        self.came().iter().filter(|request| request.path == path).count()
    }
}

impl Drop for Double {
    fn drop(&mut self) {
        self.stopped.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.url.trim_start_matches("http://")));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn read(stream: TcpStream) -> (ReceivedRequest, TcpStream) {
    let mut reader = BufReader::new(stream);
    let (mut head, mut length) = (String::new(), 0);
    loop {
        let mut line = String::new();
        let count = reader.read_line(&mut line).expect("a line");
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        if count == 0 || line == "\r\n" {
            break;
        }
        head.push_str(&line);
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).expect("a body");
    let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
    (ReceivedRequest { path, head, body: String::from_utf8(body).expect("text") }, reader.into_inner())
}

/// What a server says where nothing special is meant: the login is approved at once.
fn usual(path: &str, own: &str) -> (u16, Value) {
    let answer = match path {
        "/.well-known/oauth-authorization-server" => {
            json!({"issuer": own, "token_endpoint": format!("{own}/oauth/token")})
        }
        "/oauth/register" => json!({"client_id": "client-1", "token_endpoint_auth_method": "none"}),
        "/oauth/device_authorization" => json!({
            "device_code": "DEVICE-CODE", "user_code": "ABCD-EFGH", "verification_uri": format!("{own}/device"),
            "expires_in": 900, "interval": 1,
        }),
        "/oauth/token" => json!({
            "access_token": "ACCESS-1", "refresh_token": "REFRESH-1", "token_type": "Bearer", "expires_in": 86_400,
        }),
        "/oauth/userinfo" => json!({"sub": "u1", "email": "ada@example.com", "name": "Ada"}),
        "/oauth/revoke" => json!({}),
        _ => return (404, json!({"error": "not_found"})),
    };
    (200, answer)
}
