//! Requests outside an org: those of a login, to the origins of one context and nowhere else (T2).

use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::Duration;

use reqwest::header::{ACCEPT, AUTHORIZATION, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Method, Response};
use url::Url;
use zeroize::Zeroize;

use crate::env::Network;
use crate::org::{Cause, OrgError, Request};
use crate::secrets::SecretValue;
use crate::wire::{Json, ServerError, ShapeError, server_error};

use super::body::{self, Received};
use super::client::{bearer, connections, finish, plain_origin};
use super::echo::{Credentials, is_echoed, is_echoed_in_host};
use super::failure::{HIDDEN, is_plain_code, no_answer, shown};
use super::form::Content;
use super::redirect;
use super::retry::{Schedule, retry_after};
use super::{ClientError, Clock, DEADLINE};

/// A request to one of the origins.
#[derive(Clone, Copy)]
pub struct Ask<'a> {
    /// Where it goes.
    pub url: &'a Url,
    /// The token that proves who asks.
    pub bearer: Option<&'a SecretValue>,
    /// What it carries: with nothing it is a GET, else a POST.
    pub content: Content<'a>,
    /// Whether it may be sent again when it failed (A4).
    pub repeats: bool,
}

impl<'a> Ask<'a> {
    /// A GET, which may be repeated.
    pub fn get(url: &'a Url) -> Self {
        Self { url, bearer: None, content: Content::Nothing, repeats: true }
    }

    /// A POST, which is sent once.
    pub fn post(url: &'a Url, content: Content<'a>) -> Self {
        Self { url, bearer: None, content, repeats: false }
    }

    /// The same with a token.
    #[must_use]
    pub fn bearer(mut self, token: &'a SecretValue) -> Self {
        self.bearer = Some(token);
        self
    }

    /// The same, sent again where that is right: it is idempotent.
    #[must_use]
    pub fn repeated(mut self) -> Self {
        self.repeats = true;
        self
    }

    fn is_read(&self) -> bool {
        matches!(self.content, Content::Nothing)
    }

    fn request(&self) -> Request {
        let method = if self.is_read() { "GET" } else { "POST" };
        Request { method, path: self.url.path().to_owned() }
    }

    /// Whether a secret of this request stands in a text.
    fn is_echoed(&self, text: &str) -> bool {
        self.secrets().any(|secret| is_echoed(secret, text))
    }

    fn secrets(&self) -> impl Iterator<Item = &'a SecretValue> {
        self.bearer.into_iter().chain(self.content.secrets())
    }
}

/// A successful answer, whose texts are wiped when it is dropped: it may hold tokens.
pub struct Reply {
    request: Request,
    status: u16,
    json: Option<Json>,
}

impl Reply {
    /// The answer's JSON; none for an empty body.
    pub fn json(&self) -> Option<&Json> {
        self.json.as_ref()
    }

    /// Reads the JSON; an error says what is wrong with it, and quotes nothing.
    pub fn read<T>(&self, read: impl FnOnce(&Json) -> Result<T, ShapeError>) -> Result<T, OrgError> {
        let Some(json) = &self.json else { return Err(self.not_understood("an empty body")) };
        read(json).map_err(|error| OrgError::shape(self.request.clone(), self.status, &error))
    }

    /// Says that it is not what was expected.
    pub fn not_understood(&self, what: &str) -> OrgError {
        OrgError::NotTheApi { request: self.request.clone(), status: self.status, what: what.to_owned() }
    }
}

impl Drop for Reply {
    fn drop(&mut self) {
        self.json.iter_mut().for_each(wipe);
    }
}

fn wipe(json: &mut Json) {
    match json {
        Json::String(text) => text.zeroize(),
        Json::Array(elements) => elements.iter_mut().for_each(wipe),
        Json::Object(members) => members.values_mut().for_each(wipe),
        Json::Null | Json::Bool(_) | Json::Number(_) => {}
    }
}

/// An attempt that failed.
struct Failed {
    error: OrgError,
    again: bool,
    retry_after: Option<Duration>,
}

/// The connections to a set of origins.
pub struct Exchange {
    pools: Vec<(Url, Client)>,
    credentials: Credentials,
    clock: Arc<dyn Clock>,
    bytes: AtomicU64,
}

impl Exchange {
    /// Makes the connections to these origins, through these proxies, but never to this machine (T2). Nothing is sent yet.
    pub fn new(origins: &[Url], network: &Network, clock: Arc<dyn Clock>) -> Result<Self, ClientError> {
        let pool = |origin: &Url| {
            let origin = plain_origin(origin)?;
            let client = finish(connections(&origin, network, DEADLINE, None)?)?;
            Ok((origin, client))
        };
        let pools = origins.iter().map(pool).collect::<Result<_, _>>()?;
        Ok(Self { pools, credentials: Credentials::new(None, network), clock, bytes: AtomicU64::new(0) })
    }

    /// Sends a request, again where it may be (A4).
    pub async fn send(&self, ask: &Ask<'_>) -> Result<Reply, OrgError> {
        let mut schedule = Schedule::new(&*self.clock);
        loop {
            let failed = match self.attempt(ask).await {
                Ok(reply) => return Ok(reply),
                Err(failed) => failed,
            };
            if !(ask.repeats && failed.again && schedule.wait(failed.retry_after).await) {
                return Err(failed.error);
            }
        }
    }

    async fn attempt(&self, ask: &Ask<'_>) -> Result<Reply, Failed> {
        let unanswered = |error: OrgError| Failed { again: is_interrupted(&error), error, retry_after: None };
        let response = self.follow(ask).await.map_err(unanswered)?;
        let status = response.status().as_u16();
        let asked = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
        let retry_after = asked.and_then(|text| retry_after(text, self.clock.now()));
        let received = body::receive(response, &self.bytes).await;
        self.judge(ask, status, received).map_err(|error| {
            let again = matches!(status, 429 | 502 | 503 | 504) || is_interrupted(&error);
            Failed { error, again, retry_after }
        })
    }

    /// Sends a request and follows redirects of reads within the origin (T2).
    async fn follow(&self, ask: &Ask<'_>) -> Result<Response, OrgError> {
        let client = self.client(ask)?;
        let request = ask.request();
        let mut url = ask.url.clone();
        for _ in 0..=redirect::MOST {
            let response = send_once(client, ask, &request, url.clone()).await?;
            match redirect::target(&request, &response, &url, |_| ask.is_read()) {
                Ok(Some(target)) => url = target,
                Ok(None) => return Ok(response),
                Err(OrgError::Redirected { request, to })
                    if ask.secrets().any(|secret| is_echoed_in_host(secret, &to)) =>
                {
                    return Err(OrgError::Redirected { request, to: "another origin".to_owned() });
                }
                Err(error) => return Err(error),
            }
        }
        Err(redirect::too_many(&request))
    }

    /// The connections to the origin of a request: to another one there are none.
    fn client(&self, ask: &Ask<'_>) -> Result<&Client, OrgError> {
        let plain = ask.url.username().is_empty() && ask.url.password().is_none();
        let pool = self.pools.iter().find(|(origin, _)| plain && origin.origin() == ask.url.origin());
        pool.map(|(_, client)| client).ok_or_else(|| {
            let what = "its origin is none of this context".to_owned();
            OrgError::NotSent { request: ask.request(), what }
        })
    }

    /// Tells an answer from a refusal, and from what is not the API.
    fn judge(&self, ask: &Ask<'_>, status: u16, received: Received) -> Result<Reply, OrgError> {
        let request = ask.request();
        let json = match received {
            Received::Json(json) => Some(json),
            Received::Nothing => None,
            Received::Other(what) => return Err(OrgError::NotTheApi { request, status, what }),
            Received::Interrupted(error) => return Err(no_answer(&request, &error, !ask.is_read())),
        };
        let error = json.as_ref().and_then(server_error);
        if error.is_none() && (200..300).contains(&status) {
            return Ok(Reply { request, status, json });
        }
        let server = self.shown(ask, error.unwrap_or_default());
        Err(OrgError::Refused { request, status, server })
    }

    /// The server's description as far as it may be shown: nothing in it gives a secret back (K7, P10).
    fn shown(&self, ask: &Ask<'_>, error: ServerError) -> ServerError {
        let ServerError { mut code, mut message, structured } = error;
        // The errors of RFC 6749 are codes with or without a description.
        if code.is_none() && message.as_deref().is_some_and(is_plain_code) {
            code = message.take();
        }
        let code = code.filter(|code| !ask.is_echoed(code));
        let message = message.map(|message| if ask.is_echoed(&message) { HIDDEN.to_owned() } else { message });
        shown(ServerError { code, message, structured }, None, &self.credentials)
    }
}

async fn send_once(client: &Client, ask: &Ask<'_>, request: &Request, url: Url) -> Result<Response, OrgError> {
    let method = if ask.is_read() { Method::GET } else { Method::POST };
    let mut builder = client.request(method, url).header(ACCEPT, "application/json");
    if let Some(token) = ask.bearer {
        let header =
            bearer(token).map_err(|error| OrgError::NotSent { request: request.clone(), what: error.to_string() })?;
        builder = builder.header(AUTHORIZATION, header);
    }
    if let Some((kind, bytes)) = ask.content.encoded() {
        builder = builder.header(CONTENT_TYPE, kind).body(bytes);
    }
    builder.send().await.map_err(|error| no_answer(request, &error, !ask.is_read()))
}

fn is_interrupted(error: &OrgError) -> bool {
    matches!(error.cause(), Some(Cause::TimedOut | Cause::Cut))
}
