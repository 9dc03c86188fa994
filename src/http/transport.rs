use std::collections::BTreeSet;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use reqwest::header::{AUTHORIZATION, CONTENT_TYPE, IF_MATCH, IF_NONE_MATCH, RETRY_AFTER};
use reqwest::{Client, Response};
use tokio::sync::Semaphore;
use url::Url;

use crate::env::Network;
use crate::model::Sensitive;
use crate::secrets::SecretValue;
use crate::wire::{Json, ServerError, server_error};

use super::answer::{self, Received};
use super::connections::{Headers, bearer, connections};
use super::echo::{KnownSecrets, is_echoed};
use super::failure::{is_plain_code, no_answer, shown};
use super::head::{PROJECT, SESSION};
use super::origin::{MOST_REDIRECTS, has_user_info, redirect_target, too_many_redirects};
use super::patience::{End, Patience};
use super::retry::{LONGEST_RETRY_AFTER, retry_after};
use super::trace;
use super::{
    Answer, Call, Cause, ClientError, Clock, Condition, DEADLINE, Endpoint, Head, Method, Outcome, Repeat,
    RequestError, Schedule, SystemClock,
};

/// How many requests are in flight at most where nothing else is said.
pub const PARALLELISM: usize = 16;

/// Whose routes are asked: they differ in how they answer, and in how long a server is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Routes {
    /// Those of an org. Every answer has a body, but a 204. A server that answered before, and that no connection leads to
    /// now, may be restarting, and is waited for.
    Org,
    /// Those of logins: answers may be empty and may hold tokens, and an error that is one word is a code (RFC 6749 5.2). A
    /// person waits, and is told at once that no connection leads to the server.
    Login,
}

/// What a transport is made from.
pub struct Options {
    /// Whose routes are asked.
    pub routes: Routes,
    /// The token that every request is sent with.
    pub token: Option<Arc<SecretValue>>,
    /// The proxies that requests go through, but never to this machine, and the further authorities that are trusted.
    pub network: Network,
    /// How many requests are in flight at most.
    pub parallelism: usize,
    /// Time and chance.
    pub clock: Arc<dyn Clock>,
    /// How long a request may take, connection and answer included.
    pub deadline: Duration,
    /// The authorities that tests trust in place of the system's.
    pub(crate) roots: Option<Vec<reqwest::Certificate>>,
}

impl Options {
    /// Without a token and proxies, and with the usual limits.
    pub fn new(routes: Routes) -> Self {
        Self {
            routes,
            token: None,
            network: Network::default(),
            parallelism: PARALLELISM,
            clock: Arc::new(SystemClock::default()),
            deadline: DEADLINE,
            roots: None,
        }
    }
}

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

/// An attempt that failed.
struct Failed {
    error: RequestError,
    again: bool,
    retry_after: Option<Duration>,
}

/// The connections to some origins, and to nothing else, with what is counted and bounded over a run.
pub struct Transport {
    pools: Vec<(Url, Client)>,
    routes: Routes,
    known: KnownSecrets,
    clock: Arc<dyn Clock>,
    in_flight: Semaphore,
    patience: Patience,
    counters: Counters,
    answered: AtomicBool,
}

impl Transport {
    /// Makes the connections. Nothing is sent yet.
    pub fn new(endpoints: &[Endpoint], options: Options) -> Result<Self, ClientError> {
        let headers = Headers { token: options.token.as_deref(), content_type: options.routes == Routes::Org };
        let pool =
            |endpoint| connections(endpoint, &headers, &options.network, options.deadline, options.roots.as_deref());
        let now = options.clock.elapsed();
        let limit = options.network.limit.map(|limit| (now.saturating_add(limit.left()), limit.length));
        Ok(Self {
            pools: endpoints.iter().map(pool).collect::<Result<_, _>>()?,
            routes: options.routes,
            known: KnownSecrets::new(options.token.as_ref(), &options.network),
            clock: options.clock,
            in_flight: Semaphore::new(options.parallelism.max(1)),
            patience: Patience::new(limit),
            counters: Counters::default(),
            answered: AtomicBool::new(false),
        })
    }

    pub fn origins(&self) -> impl Iterator<Item = &Url> {
        self.pools.iter().map(|(origin, _)| origin)
    }

    /// Time and chance.
    pub fn clock(&self) -> &dyn Clock {
        &*self.clock
    }

    /// What was sent and received so far.
    pub fn statistics(&self) -> Statistics {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Statistics {
            requests: read(&self.counters.requests),
            writes: read(&self.counters.writes),
            retries: read(&self.counters.retries),
            bytes: read(&self.counters.bytes),
        }
    }

    /// Whether a text of the server repeats a secret that this run holds.
    pub fn repeats_secrets(&self, text: &str) -> bool {
        self.known.stand_in(text)
    }

    /// Takes in secrets that this run holds besides the token: nothing that a server says is shown where it repeats one. A text
    /// that is shown anyway is none.
    pub fn learn<'held>(
        &self,
        literals: impl Iterator<Item = &'held Sensitive>,
        values: impl Iterator<Item = &'held SecretValue>,
        shown: &BTreeSet<&str>,
    ) {
        self.known.learn(literals, values, shown);
    }

    /// The attempts of one piece of work.
    pub fn schedule(&self) -> Schedule<'_> {
        Schedule::new(&*self.clock)
    }

    /// Waits before a further attempt and counts it; false when there is to be none.
    pub async fn wait(&self, schedule: &mut Schedule<'_>, retry_after: Option<Duration>) -> bool {
        if let Some(wait) = retry_after {
            self.patience.announced(&*self.clock, wait.min(LONGEST_RETRY_AFTER));
        }
        let again = schedule.wait(retry_after).await;
        if again {
            self.counters.retries.fetch_add(1, Ordering::Relaxed);
        }
        again
    }

    /// Sends a request on a schedule of its own.
    pub async fn send(&self, call: &Call<'_>) -> Result<Answer, RequestError> {
        self.send_on(call, &mut self.schedule()).await
    }

    /// Sends a request, again where that is right, until the schedule ends.
    ///
    /// An error says `Unknown` as soon as one attempt may have been carried out, also one of an earlier call on the schedule.
    ///
    /// It ends, too, when the run gives up on the server: then an answer that is awaited is not any more.
    pub async fn send_on(&self, call: &Call<'_>, schedule: &mut Schedule<'_>) -> Result<Answer, RequestError> {
        let _waiting = self.patience.begin(&*self.clock);
        if let Some(end) = self.patience.end() {
            return Err(given_up(call, end, schedule.lost));
        }
        let end = tokio::select! {
            biased;
            answered = self.send_repeatedly(call, schedule) => return answered,
            end = self.patience.over(&*self.clock) => end,
        };
        schedule.lost |= call.changes && schedule.is_open;
        Err(given_up(call, end, schedule.lost))
    }

    async fn send_repeatedly(&self, call: &Call<'_>, schedule: &mut Schedule<'_>) -> Result<Answer, RequestError> {
        loop {
            let attempt = self.attempt(call, schedule.made, &mut schedule.is_open).await;
            schedule.is_open = false;
            let failed = match attempt {
                Ok(answer) => return Ok(answer),
                Err(failed) => failed,
            };
            let is_lost = call.changes && failed.error.outcome() == Outcome::Unknown;
            schedule.lost |= is_lost;
            let may_repeat = failed.again
                && match call.repeat {
                    Repeat::Always => true,
                    Repeat::WhenNotDone => !is_lost,
                    Repeat::Never => false,
                };
            if may_repeat && self.wait(schedule, failed.retry_after).await {
                continue;
            }
            return Err(if schedule.lost { failed.error.after_lost() } else { failed.error });
        }
    }

    /// Sends a request once, and gives the head of its answer too.
    ///
    /// An error is of a request that was not answered; what is wrong with an answer stands beside its head.
    pub async fn look(&self, call: &Call<'_>) -> Result<(Head, Result<Answer, RequestError>), RequestError> {
        let _waiting = self.patience.begin(&*self.clock);
        if let Some(end) = self.patience.end() {
            return Err(given_up(call, end, false));
        }
        tokio::select! {
            biased;
            looked = self.look_once(call) => looked,
            end = self.patience.over(&*self.clock) => Err(given_up(call, end, call.changes)),
        }
    }

    async fn look_once(&self, call: &Call<'_>) -> Result<(Head, Result<Answer, RequestError>), RequestError> {
        let started = self.clock.elapsed();
        let response = self.follow(call, 1).await?;
        let took = self.clock.elapsed().saturating_sub(started);
        let head = Head::of(&response, took, self.clock.now());
        let status = response.status().as_u16();
        let received = self.receive(response).await;
        Ok((head, self.judge(call, status, received)))
    }

    /// Sends a request once; `is_open` becomes true as soon as it may have left.
    async fn attempt(&self, call: &Call<'_>, number: u32, is_open: &mut bool) -> Result<Answer, Failed> {
        let Ok(_permit) = self.in_flight.acquire().await else {
            let error = not_sent(call, "the client was closed");
            return Err(Failed { error, again: false, retry_after: None });
        };
        *is_open = true;
        let response = self.follow(call, number).await.map_err(|error| self.without_status(error))?;
        let status = response.status().as_u16();
        let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = asked.and_then(|text| retry_after(text, self.clock.now()));
        let received = self.receive(response).await;
        self.judge(call, status, received).map_err(|error| {
            let unavailable = call.final_when_unavailable && status == 503 && retry_after.is_none();
            let is_final = unavailable || call.final_at_limit && status == 429;
            let again = matches!(status, 429 | 502 | 503 | 504) && !is_final || is_interrupted(&error);
            let error = match error {
                RequestError::Refused { request, server, .. } if unavailable => {
                    RequestError::Unavailable { request, server }
                }
                error => error,
            };
            Failed { error, again, retry_after }
        })
    }

    async fn receive(&self, response: Response) -> Received {
        let received = answer::receive(response, &self.counters.bytes, &self.known).await;
        if !matches!(received, Received::Interrupted(_)) {
            self.patience.answered(&*self.clock);
        }
        received
    }

    fn without_status(&self, error: RequestError) -> Failed {
        // A first connection that fails is a wrong address; a later one may be a restart.
        let restarting = self.routes == Routes::Org
            && matches!(error.cause(), Some(Cause::NoConnection | Cause::NameNotFound))
            && self.answered.load(Ordering::Relaxed);
        let again = restarting || is_interrupted(&error);
        Failed { error, again, retry_after: None }
    }

    /// Sends a request and follows redirects of reads within the origin.
    async fn follow(&self, call: &Call<'_>, attempt: u32) -> Result<Response, RequestError> {
        let client = self.client(call)?;
        let mut url = call.url.clone();
        for _ in 0..=MOST_REDIRECTS {
            let started = self.clock.elapsed();
            trace::details("request", None, call.body.as_ref().map(|body| &*body.bytes), &self.known);
            let sent = self.send_once(client, call, url.clone()).await;
            let took = self.clock.elapsed().saturating_sub(started);
            let response = match sent {
                Ok(response) => response,
                Err(error) => {
                    trace::failed(call, &self.known, attempt, &error, took);
                    return Err(error);
                }
            };
            trace::answered(call, &self.known, attempt, response.status().as_u16(), took);
            trace::details("answer", Some(response.headers()), None, &self.known);
            let may_follow = |status| !call.changes && (call.method == Method::Get || matches!(status, 307 | 308));
            match redirect_target(&call.request, &response, &url, may_follow) {
                Ok(Some(target)) => url = target,
                Ok(None) => return Ok(response),
                Err(RequestError::Redirected { request, to })
                    if self.repeats_secrets(&to) || call.secrets().any(|secret| is_echoed(secret, &to)) =>
                {
                    return Err(RequestError::Redirected { request, to: "another origin".to_owned() });
                }
                Err(error) => return Err(error),
            }
        }
        Err(too_many_redirects(&call.request))
    }

    /// The connections to the origin of a request: to another one there are none.
    fn client(&self, call: &Call<'_>) -> Result<&Client, RequestError> {
        let is_of = |origin: &Url| !has_user_info(&call.url) && origin.origin() == call.url.origin();
        let pool = self.pools.iter().find(|(origin, _)| is_of(origin));
        pool.map(|(_, client)| client).ok_or_else(|| not_sent(call, "its origin is not one of this context"))
    }

    async fn send_once(&self, client: &Client, call: &Call<'_>, url: Url) -> Result<Response, RequestError> {
        let mut request = client.request(method(call.method), url);
        if let Some(token) = call.bearer {
            let header = bearer(token).map_err(|error| not_sent(call, &error.to_string()))?;
            request = request.header(AUTHORIZATION, header);
        }
        if let Some(content_type) = call.content_type {
            request = request.header(CONTENT_TYPE, content_type);
        }
        if let Some(body) = &call.body {
            request = request.body(body.bytes.clone());
        }
        request = match call.condition {
            Condition::None => request,
            Condition::Absent => request.header(IF_NONE_MATCH, "*"),
            Condition::Version(version) => request.header(IF_MATCH, format!("\"{version}\"")),
        };
        if let Some(project) = &call.project {
            request = request.header(PROJECT, project.to_header());
        }
        if let Some(session) = &call.session {
            request = request.header(SESSION, session.0.clone());
        }
        self.counters.requests.fetch_add(1, Ordering::Relaxed);
        if call.changes {
            self.counters.writes.fetch_add(1, Ordering::Relaxed);
        }
        let response = request.send().await.map_err(|error| no_answer(call, &error))?;
        self.answered.store(true, Ordering::Relaxed);
        Ok(response)
    }

    /// Tells an answer of the API from a refusal and from what is not the API.
    fn judge(&self, call: &Call<'_>, status: u16, received: Received) -> Result<Answer, RequestError> {
        let request = call.request.clone();
        let json = match (received, self.routes) {
            (Received::Json(json), _) => Some(json),
            (Received::Nothing, Routes::Login) => None,
            (Received::Nothing, Routes::Org) if status == 204 => Some(Json::Object(serde_json::Map::new())),
            (Received::Nothing, Routes::Org) => {
                return Err(RequestError::NotTheApi { request, status, what: "an empty body".to_owned() });
            }
            (Received::Other(what), _) => {
                // It may name the type that the answer claims to have.
                let what = if self.repeats_secrets(&what) { "a body that is not JSON".to_owned() } else { what };
                return Err(RequestError::NotTheApi { request, status, what });
            }
            (Received::Interrupted(error), _) => return Err(no_answer(call, &error)),
        };
        let error = json.as_ref().and_then(server_error);
        if error.is_none() && (200..300).contains(&status) {
            return Ok(Answer { request, status, json, is_wiped: self.routes == Routes::Login });
        }
        let server = shown(self.coded(error.unwrap_or_default()), call, &self.known);
        Err(RequestError::Refused { request, status, server })
    }

    /// The errors of RFC 6749 are codes with or without a description.
    fn coded(&self, error: ServerError) -> ServerError {
        let is_code = self.routes == Routes::Login && error.code.is_none();
        if is_code && error.message.as_deref().is_some_and(is_plain_code) {
            return ServerError { code: error.message, message: None, ..error };
        }
        error
    }
}

fn not_sent(call: &Call<'_>, what: &str) -> RequestError {
    RequestError::NotSent { request: call.request.clone(), what: what.to_owned() }
}

/// The error of a request whose answer is not awaited any more.
fn given_up(call: &Call<'_>, end: End, is_lost: bool) -> RequestError {
    let outcome = if is_lost { Outcome::Unknown } else { Outcome::NotDone };
    RequestError::NoAnswer { request: call.request.clone(), cause: Cause::TimedOut, what: end.to_string(), outcome }
}

fn is_interrupted(error: &RequestError) -> bool {
    matches!(error.cause(), Some(Cause::TimedOut | Cause::Cut))
}

fn method(method: Method) -> reqwest::Method {
    match method {
        Method::Get => reqwest::Method::GET,
        Method::Post => reqwest::Method::POST,
        Method::Put => reqwest::Method::PUT,
        Method::Patch => reqwest::Method::PATCH,
    }
}
