use std::collections::VecDeque;
use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};
use std::thread;

use rustls::{ServerConfig, ServerConnection, StreamOwned};
use serde_json::Value as Json;
use url::Url;

/// What the listener does with one request.
#[derive(Clone)]
pub(crate) enum Step {
    Answer {
        status: u16,
        headers: Vec<(&'static str, String)>,
        body: Vec<u8>,
    },
    /// Closes without a word.
    Close,
    /// Announces a longer body than it sends, then closes.
    Cut,
    /// Says nothing until the client goes away.
    Hang,
}

pub(crate) fn answer(status: u16, body: &Json) -> Step {
    typed(status, "application/json", body.to_string())
}

pub(crate) fn typed(status: u16, content_type: &str, body: impl Into<Vec<u8>>) -> Step {
    Step::Answer { status, headers: vec![("content-type", content_type.to_owned())], body: body.into() }
}

pub(crate) fn with_header(step: Step, name: &'static str, value: impl Into<String>) -> Step {
    match step {
        Step::Answer { status, mut headers, body } => {
            headers.push((name, value.into()));
            Step::Answer { status, headers, body }
        }
        other => other,
    }
}

/// A request as it arrived.
#[derive(Clone, Debug)]
pub(crate) struct Seen {
    pub(crate) line: String,
    pub(crate) head: String,
    pub(crate) body: String,
}

impl Seen {
    pub(crate) fn json(&self) -> Json {
        serde_json::from_str(&self.body).unwrap()
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        let line = self.head.lines().find(|line| line.to_lowercase().starts_with(&format!("{name}:")))?;
        line.split_once(':').map(|(_, value)| value.trim())
    }
}

/// A listener that answers one request after the other from a script, each on its own connection.
pub(crate) struct Listener {
    pub(crate) port: u16,
    seen: Arc<Mutex<Vec<Seen>>>,
    by_path: Arc<Mutex<Vec<(&'static str, Step)>>>,
}

impl Listener {
    pub(crate) fn start(steps: impl IntoIterator<Item = Step>) -> Self {
        Self::serve(steps, None)
    }

    pub(crate) fn start_tls(steps: impl IntoIterator<Item = Step>, tls: ServerConfig) -> Self {
        Self::serve(steps, Some(Arc::new(tls)))
    }

    /// Answers by the end of the path, as often as asked.
    pub(crate) fn start_by_path(table: Vec<(&'static str, Step)>) -> Self {
        let listener = Self::start([]);
        *listener.by_path.lock().unwrap() = table;
        listener
    }

    /// Answers what ends with this path, or whose body holds this `name=value`: once, if more is said of the same later.
    pub(crate) fn on(&self, key: &'static str, step: Step) -> &Self {
        self.by_path.lock().unwrap().push((key, step));
        self
    }

    /// The same, before all that was said so far.
    pub(crate) fn by_path_first(&self, key: &'static str, step: Step) {
        let mut table = self.by_path.lock().unwrap();
        table.retain(|(other, _)| *other != key);
        table.insert(0, (key, step));
    }

    fn serve(steps: impl IntoIterator<Item = Step>, tls: Option<Arc<ServerConfig>>) -> Self {
        let socket = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = socket.local_addr().unwrap().port();
        let listener = Self { port, seen: Arc::default(), by_path: Arc::default() };
        let script = Script {
            steps: Arc::new(Mutex::new(steps.into_iter().collect())),
            by_path: Arc::clone(&listener.by_path),
            seen: Arc::clone(&listener.seen),
        };
        thread::spawn(move || {
            for stream in socket.incoming().map(Result::unwrap) {
                let (script, tls) = (script.clone(), tls.clone());
                thread::spawn(move || match tls {
                    Some(tls) => {
                        script.handle(&mut StreamOwned::new(ServerConnection::new(tls).unwrap(), stream));
                    }
                    None => script.handle(&mut { stream }),
                });
            }
        });
        listener
    }

    pub(crate) fn origin(&self) -> Url {
        Url::parse(&format!("http://127.0.0.1:{}/", self.port)).unwrap()
    }

    pub(crate) fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    pub(crate) fn lines(&self) -> Vec<String> {
        self.seen().into_iter().map(|seen| seen.line).collect()
    }
}

#[derive(Clone)]
struct Script {
    steps: Arc<Mutex<VecDeque<Step>>>,
    by_path: Arc<Mutex<Vec<(&'static str, Step)>>>,
    seen: Arc<Mutex<Vec<Seen>>>,
}

impl Script {
    fn handle(&self, stream: &mut (impl Read + Write)) {
        let Some(request) = read_request(stream) else { return };
        let by_path = self.take(&request);
        self.seen.lock().unwrap().push(request);
        let next = by_path.or_else(|| self.steps.lock().unwrap().pop_front());
        play(stream, next.unwrap_or_else(|| typed(500, "text/plain", "the script has ended")));
    }
}

impl Script {
    fn take(&self, request: &Seen) -> Option<Step> {
        let mut table = self.by_path.lock().unwrap();
        let is_for = |key: &str| request.line.ends_with(key) || key.contains('=') && request.body.contains(key);
        let at = table.iter().position(|(key, _)| is_for(key))?;
        let (key, step) = table[at].clone();
        if table.iter().filter(|(other, _)| *other == key).count() > 1 {
            table.remove(at);
        }
        Some(step)
    }
}

fn play(stream: &mut (impl Read + Write), step: Step) {
    match step {
        Step::Answer { status, headers, body } => {
            let mut head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n", body.len());
            for (name, value) in headers {
                head.extend([name, ": ", &value, "\r\n"]);
            }
            let sent = stream.write_all(format!("{head}\r\n").as_bytes()).and_then(|()| stream.write_all(&body));
            drop(sent.and_then(|()| stream.flush()));
        }
        Step::Close => {}
        Step::Cut => {
            let head = "HTTP/1.1 200 X\r\ncontent-length: 1000\r\ncontent-type: application/json\r\n\r\n{\"agents\":";
            drop(stream.write_all(head.as_bytes()).and_then(|()| stream.flush()));
        }
        Step::Hang => drop(stream.read(&mut [0; 1])),
    }
}

fn read_request(stream: &mut impl Read) -> Option<Seen> {
    let mut bytes = Vec::new();
    let head_end = loop {
        let mut chunk = [0; 4096];
        let length = stream.read(&mut chunk).ok().filter(|length| *length > 0)?;
        bytes.extend_from_slice(&chunk[..length]);
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
    };
    let head = String::from_utf8_lossy(&bytes[..head_end]).into_owned();
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    let mut body = bytes.split_off(head_end);
    let missing = usize::saturating_sub(length.unwrap_or(0), body.len());
    let mut rest = vec![0; missing];
    stream.read_exact(&mut rest).ok()?;
    body.extend_from_slice(&rest);
    let line = head.lines().next().unwrap_or_default().trim_end_matches(" HTTP/1.1").to_owned();
    Some(Seen { line, head, body: String::from_utf8(body).unwrap() })
}

/// A port where nothing listens.
pub(crate) fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}
