use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{HeaderValue, RETRY_AFTER};
use reqwest::{Client, Method, Response};
use tokio::sync::{OnceCell, Semaphore};
use url::Url;

use crate::model::OrgSlug;
use crate::org::{Cause, OrgError, Outcome, Request};
use crate::wire::{Health, Json, server_error};

use super::Clock;
use super::body::{self, Received};
use super::echo::Credentials;
use super::encode::Body;
use super::failure::{no_answer, shown};
use super::inspect::Head;
use super::loopback::is_loopback;
use super::redirect;
use super::retry::{Schedule, retry_after};

/// What was sent and received so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Statistics {
    /// Every request that was sent, repetitions and followed redirects included.
    pub requests: u64,
    /// Those of them that may change something.
    pub writes: u64,
    /// How often something was sent again.
    pub retries: u64,
    /// The bytes of answers, after decompression.
    pub bytes: u64,
}

#[derive(Default)]
struct Counters {
    requests: AtomicU64,
    writes: AtomicU64,
    retries: AtomicU64,
    bytes: AtomicU64,
}

/// Whether a request may be sent again.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Repeat {
    /// Whatever became of it: it is idempotent.
    Always,
    /// Only when it was surely not carried out; else its effect is looked up first.
    WhenNotDone,
}

/// A request to be sent, as often as needed.
pub(super) struct Call {
    /// What it is called in errors.
    pub(super) request: Request,
    method: Method,
    url: Url,
    body: Option<Body>,
    changes: bool,
    repeat: Repeat,
    final_when_unavailable: bool,
    session: Option<HeaderValue>,
}

/// The header that names a session of the MCP endpoint (org-api 5.10).
pub(super) const SESSION: &str = "mcp-session-id";

impl Call {
    /// The same as a read, although it is a POST.
    pub(super) fn read(mut self) -> Self {
        self.changes = false;
        self
    }

    /// The same with another rule for sending it again.
    pub(super) fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// The same within a session of the MCP endpoint.
    pub(super) fn session(mut self, session: HeaderValue) -> Self {
        self.session = Some(session);
        self
    }

    /// The same, with a 503 without `Retry-After` being the server's last word: it has no chat manager (A4).
    pub(super) fn final_when_unavailable(mut self) -> Self {
        self.final_when_unavailable = true;
        self
    }
}

/// A successful answer.
#[derive(Debug)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) json: Json,
}

/// An attempt that failed.
struct Failed {
    error: OrgError,
    again: bool,
    retry_after: Option<Duration>,
}

/// One pool of connections to one origin, with what is counted and bounded over a run.
pub(super) struct Transport {
    client: Client,
    origin: Url,
    pub(super) org: OrgSlug,
    credentials: Credentials,
    pub(super) clock: Arc<dyn Clock>,
    in_flight: Semaphore,
    counters: Counters,
    answered: AtomicBool,
    pub(super) health: OnceCell<Health>,
}

impl Transport {
    pub(super) fn new(
        client: Client,
        origin: Url,
        org: OrgSlug,
        credentials: Credentials,
        parallelism: usize,
        clock: Arc<dyn Clock>,
    ) -> Self {
        Self {
            client,
            origin,
            org,
            credentials,
            clock,
            in_flight: Semaphore::new(parallelism),
            counters: Counters::default(),
            answered: AtomicBool::new(false),
            health: OnceCell::new(),
        }
    }

    pub(super) fn statistics(&self) -> Statistics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Statistics {
            requests: read(&self.counters.requests),
            writes: read(&self.counters.writes),
            retries: read(&self.counters.retries),
            bytes: read(&self.counters.bytes),
        }
    }

    /// The attempts of one piece of work.
    pub(super) fn schedule(&self) -> Schedule<'_> {
        Schedule::new(&*self.clock)
    }

    /// Waits before a further attempt and counts it; false when there is to be none.
    pub(super) async fn wait(&self, schedule: &mut Schedule<'_>, retry_after: Option<Duration>) -> bool {
        let again = schedule.wait(retry_after).await;
        if again {
            self.counters.retries.fetch_add(1, Ordering::Relaxed);
        }
        again
    }

    /// A GET.
    pub(super) fn get(&self, segments: &[&str]) -> Result<Call, OrgError> {
        self.call(Method::GET, "GET", segments, None).map(Call::read)
    }

    /// A request with a body; it changes something unless [`Call::read`] says otherwise.
    pub(super) fn with_body(&self, method: &Method, segments: &[&str], body: Body) -> Result<Call, OrgError> {
        self.call(method.clone(), method_name(method), segments, Some(body))
    }

    fn call(
        &self,
        method: Method,
        name: &'static str,
        segments: &[&str],
        body: Option<Body>,
    ) -> Result<Call, OrgError> {
        let not_sent = |path: String, what: &str| {
            Err(OrgError::NotSent { request: Request { method: name, path }, what: what.to_owned() })
        };
        // A URL cannot hold these as segments: they would lead to another route.
        if segments.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
            return not_sent(format!("/{}", segments.join("/")), "an empty or dotted name cannot stand in a path");
        }
        let mut url = self.origin.clone();
        match url.path_segments_mut() {
            Ok(mut path) => drop(path.clear().extend(segments)),
            Err(()) => return not_sent("/".to_owned(), "the server's address takes no path"),
        }
        let request = Request { method: name, path: url.path().to_owned() };
        if body.as_ref().is_some_and(|body| body.secret) && !self.is_secure() {
            let what = "it holds secret values, which go only over https or to this machine; \
                        --allow-insecure-http does not cover them";
            return Err(OrgError::NotSent { request, what: what.to_owned() });
        }
        let (repeat, final_when_unavailable) = (Repeat::Always, false);
        Ok(Call { request, method, url, body, changes: true, repeat, final_when_unavailable, session: None })
    }

    fn is_secure(&self) -> bool {
        self.origin.scheme() == "https" || is_loopback(&self.origin)
    }

    /// Sends a request on a schedule of its own.
    pub(super) async fn send(&self, call: &Call) -> Result<Answer, OrgError> {
        self.send_on(call, &mut self.schedule()).await
    }

    /// Sends a request, again where that is right (A4), until the schedule ends.
    ///
    /// An error says `Unknown` as soon as one attempt may have been carried out.
    pub(super) async fn send_on(&self, call: &Call, schedule: &mut Schedule<'_>) -> Result<Answer, OrgError> {
        let mut lost = None;
        loop {
            let failed = match self.attempt(call).await {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let is_lost = call.changes && failed.error.outcome() == Outcome::Unknown;
            schedule.lost |= is_lost;
            let may_repeat = failed.again && (call.repeat == Repeat::Always || !is_lost);
            if may_repeat && self.wait(schedule, failed.retry_after).await {
                if is_lost {
                    lost = Some(failed.error);
                }
                continue;
            }
            return Err(match lost {
                Some(lost) if failed.again && !is_lost => lost,
                _ => failed.error,
            });
        }
    }

    /// Sends a request once, and gives the head of its answer too.
    ///
    /// An error is of a request that was not answered; what is wrong with an answer stands beside its head.
    pub(super) async fn look(&self, call: &Call) -> Result<(Head, Result<Answer, OrgError>), OrgError> {
        let started = self.clock.elapsed();
        let response = self.follow(call).await?;
        let took = self.clock.elapsed().saturating_sub(started);
        let head = Head::of(&response, took, self.clock.now());
        let status = response.status().as_u16();
        let received = body::receive(response, &self.counters.bytes).await;
        Ok((head, self.judge(call, status, received)))
    }

    /// Whether a text of the server repeats the token or a proxy's password.
    pub(super) fn repeats_credentials(&self, text: &str) -> bool {
        self.credentials.stand_in(text)
    }

    /// Where requests go.
    pub(super) fn origin(&self) -> &Url {
        &self.origin
    }

    async fn attempt(&self, call: &Call) -> Result<Answer, Failed> {
        let Ok(_permit) = self.in_flight.acquire().await else {
            let error = OrgError::NotSent { request: call.request.clone(), what: "the client was closed".to_owned() };
            return Err(Failed { error, again: false, retry_after: None });
        };
        let response = self.follow(call).await.map_err(|error| self.without_status(error))?;
        let status = response.status().as_u16();
        let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = asked.and_then(|text| retry_after(text, self.clock.now()));
        let received = body::receive(response, &self.counters.bytes).await;
        self.judge(call, status, received).map_err(|error| {
            let unavailable = call.final_when_unavailable && status == 503 && retry_after.is_none();
            let again = matches!(status, 429 | 502 | 503 | 504) && !unavailable || is_interrupted(&error);
            Failed { error, again, retry_after }
        })
    }

    fn without_status(&self, error: OrgError) -> Failed {
        // A first connection that fails is a wrong address; a later one may be a restart.
        let restarting = matches!(error.cause(), Some(Cause::NoConnection | Cause::NameNotFound))
            && self.answered.load(Ordering::Relaxed);
        let again = restarting || is_interrupted(&error);
        Failed { error, again, retry_after: None }
    }

    /// Sends a request and follows redirects of reads within the origin (T2).
    async fn follow(&self, call: &Call) -> Result<Response, OrgError> {
        let mut url = call.url.clone();
        for _ in 0..=redirect::MOST {
            let response = self.send_once(call, url.clone()).await?;
            let may_follow = |status| !call.changes && (call.method == Method::GET || matches!(status, 307 | 308));
            match redirect::target(&call.request, &response, &url, may_follow)? {
                Some(target) => url = target,
                None => return Ok(response),
            }
        }
        Err(redirect::too_many(&call.request))
    }

    async fn send_once(&self, call: &Call, url: Url) -> Result<Response, OrgError> {
        let mut request = self.client.request(call.method.clone(), url);
        if let Some(body) = &call.body {
            request = request.body(body.bytes.clone());
        }
        if let Some(session) = &call.session {
            request = request.header(SESSION, session.clone());
        }
        self.counters.requests.fetch_add(1, Ordering::Relaxed);
        if call.changes {
            self.counters.writes.fetch_add(1, Ordering::Relaxed);
        }
        let response = request.send().await.map_err(|error| no_answer(&call.request, &error, call.changes))?;
        self.answered.store(true, Ordering::Relaxed);
        Ok(response)
    }

    /// Tells an answer of the API from a refusal and from what is not the API (org-api 5.0, P11).
    fn judge(&self, call: &Call, status: u16, received: Received) -> Result<Answer, OrgError> {
        let request = || call.request.clone();
        let json = match received {
            Received::Json(json) => json,
            Received::Nothing if status == 204 => Json::Object(serde_json::Map::new()),
            Received::Nothing => {
                return Err(OrgError::NotTheApi { request: request(), status, what: "an empty body".to_owned() });
            }
            Received::Other(what) => return Err(OrgError::NotTheApi { request: request(), status, what }),
            Received::Interrupted(error) => return Err(no_answer(&call.request, &error, call.changes)),
        };
        let error = server_error(&json);
        if error.is_none() && (200..300).contains(&status) {
            return Ok(Answer { status, json });
        }
        let sent = call.body.as_ref().filter(|body| body.hushed).map(|body| &*body.bytes);
        let server = shown(error.unwrap_or_default(), sent, &self.credentials);
        Err(OrgError::Refused { request: request(), status, server })
    }
}

fn is_interrupted(error: &OrgError) -> bool {
    matches!(error.cause(), Some(Cause::TimedOut | Cause::Cut))
}

fn method_name(method: &Method) -> &'static str {
    match *method {
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        _ => "GET",
    }
}
