//! A server at which one request fails, and a log of what it really did.

use std::sync::{Arc, Mutex, MutexGuard};

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use lobu::http::Endpoint;
use lobu::model::OrgSlug;
use lobu::org::http::{HttpOrg, Sending};
use lobu::secrets::SecretValue;
use serde_json::json;
use tokio::task::JoinHandle;
use tower::Service as _;

use crate::support::clock::StoppedClock;
use crate::support::existing_server::{
    Answer, Budget, CuttableListener, RecordedRequest, State, handle, record, respond,
};

/// What answers where nothing fails.
#[derive(Clone)]
pub(super) enum Backend {
    /// A double of an existing server.
    Existing(Box<State>),
    /// Our own server.
    Ours(Router),
}

/// Whether the request was carried out before it failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Effect {
    Before,
    After,
}

/// How a request fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Failing {
    Reset,
    Status500,
    Json503,
    Html503,
    CutAnswer,
}

pub(super) const EFFECTS: [Effect; 2] = [Effect::Before, Effect::After];
pub(super) const FAILINGS: [Failing; 5] =
    [Failing::Reset, Failing::Status500, Failing::Json503, Failing::Html503, Failing::CutAnswer];

/// The fault of a case.
#[derive(Debug, Clone)]
pub(super) struct Fault {
    /// The request that fails, by [`identity`].
    pub(super) at: String,
    pub(super) effect: Effect,
    pub(super) failing: Failing,
    /// Whether it fails every time, or once.
    pub(super) every: bool,
}

struct Shared {
    backend: Mutex<Backend>,
    /// Every request that reached the backend, with its status.
    handled: Mutex<Vec<(RecordedRequest, u16)>>,
    fault: Mutex<Option<Fault>>,
    hits: Mutex<usize>,
}

/// The server, on the runtime of the test.
pub(super) struct Faulty {
    shared: Arc<Shared>,
    pub(super) client: HttpOrg,
    task: JoinHandle<()>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().expect("no handler panics")
}

/// What tells one request from another.
pub(super) fn identity(request: &RecordedRequest) -> String {
    let query = request.query.as_deref().unwrap_or_default();
    format!("{} {}?{query} {}", request.method, request.path, request.text())
}

impl Faulty {
    pub(super) async fn start(backend: Backend, token: &str, sending: Sending) -> Self {
        let shared = Arc::new(Shared {
            backend: Mutex::new(backend),
            handled: Mutex::default(),
            fault: Mutex::default(),
            hits: Mutex::default(),
        });
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("loopback has a free port");
        let origin = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let handed_over = Arc::clone(&shared);
        let router = Router::new().fallback(move |ConnectInfo(budget): ConnectInfo<Budget>, request: Request| {
            let shared = Arc::clone(&handed_over);
            async move { answer(&shared, &budget, record(request).await).await }
        });
        let service = router.into_make_service_with_connect_info::<Budget>();
        let task = tokio::spawn(async move {
            axum::serve(CuttableListener(listener), service).await.expect("accepting does not fail");
        });
        let origin = url::Url::parse(&origin).expect("an origin is a URL");
        let client = HttpOrg::builder(Endpoint::Origin(origin), OrgSlug::from_server("dev"))
            .token(Some(Arc::new(SecretValue::new(token))))
            .clock(Arc::new(StoppedClock::default()))
            .build()
            .expect("a client needs no configuration")
            .sending(sending);
        Self { shared, client, task }
    }

    /// Begins a case: another backend, an empty log, and this fault.
    pub(super) fn begin(&self, backend: Backend, fault: Option<Fault>) {
        *lock(&self.shared.backend) = backend;
        *lock(&self.shared.fault) = fault;
        *lock(&self.shared.hits) = 0;
        lock(&self.shared.handled).clear();
    }

    /// Every request that was carried out, with its status.
    pub(super) fn handled(&self) -> Vec<(RecordedRequest, u16)> {
        lock(&self.shared.handled).clone()
    }

    /// The writes that had their effect.
    pub(super) fn effects(&self) -> Vec<RecordedRequest> {
        let handled = self.handled().into_iter();
        handled.filter(|(request, status)| !request.is_read() && *status < 300).map(|(request, _)| request).collect()
    }

    /// How often the fault happened.
    pub(super) fn hits(&self) -> usize {
        *lock(&self.shared.hits)
    }

    /// The backend as it is now.
    pub(super) fn backend(&self) -> Backend {
        lock(&self.shared.backend).clone()
    }
}

impl Drop for Faulty {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn answer(shared: &Shared, budget: &Budget, request: RecordedRequest) -> Response {
    let fault = {
        let mut fault = lock(&shared.fault);
        let is_once = |fault: &mut Fault| fault.at == identity(&request) && !fault.every;
        fault.take_if(is_once).or_else(|| fault.clone().filter(|fault| fault.at == identity(&request)))
    };
    let Some(Fault { effect, failing, .. }) = fault else { return respond(carried_out(shared, request).await) };
    *lock(&shared.hits) += 1;
    if effect == Effect::After {
        carried_out(shared, request).await;
    }
    respond(match failing {
        Failing::Reset => {
            budget.cut_after(0);
            Answer::text(500, "")
        }
        Failing::Status500 => Answer::error(500, "Internal Server Error"),
        Failing::Json503 => Answer::error(503, "Service Unavailable"),
        Failing::Html503 => {
            let mut answer = Answer::text(503, "<!doctype html><h1>503 Service Unavailable</h1>");
            answer.headers = vec![("content-type".to_owned(), "text/html".to_owned())];
            answer
        }
        Failing::CutAnswer => {
            // The head is shorter than this, the body longer.
            budget.cut_after(400);
            Answer::json(200, &json!({"success": true, "padding": "x".repeat(2_000)}))
        }
    })
}

async fn carried_out(shared: &Shared, request: RecordedRequest) -> Answer {
    let ours = match &mut *lock(&shared.backend) {
        Backend::Existing(state) => Err(handle(state, &request)),
        Backend::Ours(router) => Ok(router.clone()),
    };
    let answer = match ours {
        Err(answer) => answer,
        Ok(mut router) => {
            let query = request.query.as_ref().map(|query| format!("?{query}")).unwrap_or_default();
            let uri = format!("{}{query}", request.path);
            let mut builder = Request::builder().method(request.method.as_str()).uri(uri);
            for (name, value) in &request.headers {
                builder = builder.header(name, value);
            }
            let asked = builder.body(Body::from(request.body.clone())).expect("a request that arrived");
            let response = router.call(asked).await.unwrap_or_else(|never| match never {});
            let (parts, body) = response.into_parts();
            let headers = parts.headers.iter();
            let headers = headers
                .filter(|(name, _)| *name != "content-length")
                .map(|(name, value)| (name.to_string(), String::from_utf8_lossy(value.as_bytes()).into_owned()));
            let body = to_bytes(body, usize::MAX).await.expect("a body in memory").to_vec();
            Answer { status: parts.status.as_u16(), headers: headers.collect(), body }
        }
    };
    lock(&shared.handled).push((request, answer.status));
    answer
}
