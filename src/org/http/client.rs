use std::collections::BTreeSet;
use std::sync::Arc;
use std::time::Duration;

use tokio::sync::OnceCell;
use url::Url;

use crate::env::Network;
use crate::http::{
    Body, Call as HttpCall, ClientError, Clock, Endpoint, Method, Options, Routes, Statistics, Transport, is_loopback,
};
use crate::model::{OrgSlug, Sensitive};
use crate::org::{Request, RequestError};
use crate::schema::Tool;
use crate::secrets::SecretValue;
use crate::wire::{Health, Json};

use super::encode::{Sending, plain_body};
use super::numbers::Numbers;

/// A request to an org: its token is that of the connection.
pub(super) type Call = HttpCall<'static>;

/// An org on a server: one pool of connections to one origin, with one token.
///
/// Clones share the pool, the limits and the counters.
#[derive(Clone)]
pub struct HttpOrg {
    pub(super) transport: Arc<Transport>,
    pub(super) org: OrgSlug,
    pub(super) origin: Url,
    pub(super) health: Arc<OnceCell<Health>>,
    pub(super) sending: Arc<Sending>,
    pub(super) numbers: Numbers,
}

impl HttpOrg {
    /// Starts a client for an org at an endpoint.
    pub fn builder(endpoint: Endpoint, org: OrgSlug) -> HttpOrgBuilder {
        HttpOrgBuilder { endpoint, org, options: Options::new(Routes::Org) }
    }

    /// The same org, with what writes are filled with.
    #[must_use]
    pub fn sending(&self, sending: Sending) -> Self {
        Self { sending: Arc::new(sending), ..self.clone() }
    }

    /// Takes in secrets that this run holds besides the token, for all clones: no message of the server that repeats one is
    /// shown. `shown` are texts that are shown anyway.
    pub fn learn<'held>(
        &self,
        literals: impl Iterator<Item = &'held Sensitive>,
        values: impl Iterator<Item = &'held SecretValue>,
        shown: &BTreeSet<&str>,
    ) {
        self.transport.learn(literals, values, shown);
    }

    /// What was sent and received so far, by all clones.
    pub fn statistics(&self) -> Statistics {
        self.transport.statistics()
    }

    /// A GET.
    pub(super) fn get(&self, segments: &[&str]) -> Result<Call, RequestError> {
        self.call(Method::Get, segments, None)
    }

    /// A GET with a query.
    pub(super) fn get_with(&self, segments: &[&str], query: &[(&str, &str)]) -> Result<Call, RequestError> {
        let mut call = self.call(Method::Get, segments, None)?;
        call.ask_with(query);
        Ok(call)
    }

    /// A request with a body; it changes something unless [`Call::read`] says otherwise.
    pub(super) fn with_body(&self, method: Method, segments: &[&str], body: Body) -> Result<Call, RequestError> {
        self.call(method, segments, Some(body))
    }

    /// A call of a tool.
    pub(super) fn tool(&self, tool: &Tool, members: serde_json::Map<String, Json>) -> Result<Call, RequestError> {
        let action = members.get("action").and_then(Json::as_str).unwrap_or_default().to_owned();
        self.tool_body(tool, &action, plain_body(members))
    }

    /// A call of a tool with a body that is ready, named by its action in errors.
    pub(super) fn tool_body(&self, tool: &Tool, action: &str, body: Body) -> Result<Call, RequestError> {
        let mut call = self.with_body(Method::Post, &["api", self.org.as_str(), tool.name], body)?;
        let what = tool.kind.map(|(_, kind)| format!("{kind} ")).unwrap_or_default();
        call.request.path = format!("{} ({what}{action})", call.request.path);
        Ok(call)
    }

    fn call(&self, method: Method, segments: &[&str], body: Option<Body>) -> Result<Call, RequestError> {
        let not_sent = |path: String, what: &str| {
            Err(RequestError::NotSent { request: Request { method: method.as_str(), path }, what: what.to_owned() })
        };
        // A URL cannot hold these as segments: they would lead to another route.
        if segments.iter().any(|segment| matches!(*segment, "" | "." | "..")) {
            return not_sent(format!("/{}", segments.join("/")), "an empty or dotted name is not valid in a path");
        }
        let mut url = self.origin.clone();
        match url.path_segments_mut() {
            Ok(mut path) => drop(path.clear().extend(segments)),
            Err(()) => return not_sent("/".to_owned(), "the server's address takes no path"),
        }
        let is_secure = self.origin.scheme() == "https" || is_loopback(&self.origin);
        if body.as_ref().is_some_and(|body| body.secret) && !is_secure {
            let what = "it holds secret values, which go only over https or to this machine; \
                        --allow-insecure-http does not cover them";
            return not_sent(url.path().to_owned(), what);
        }
        Ok(Call::new(method, url, body))
    }
}

/// What a client is made from.
pub struct HttpOrgBuilder {
    endpoint: Endpoint,
    org: OrgSlug,
    options: Options,
}

impl HttpOrgBuilder {
    /// Sends this token as the bearer.
    #[must_use]
    pub fn token(mut self, token: Option<Arc<SecretValue>>) -> Self {
        self.options.token = token;
        self
    }

    /// Goes through these proxies, but never to this machine, and trusts these further authorities.
    #[must_use]
    pub fn network(mut self, network: Network) -> Self {
        self.options.network = network;
        self
    }

    /// Keeps at most this many requests in flight, at least one.
    #[must_use]
    pub fn parallelism(mut self, parallelism: usize) -> Self {
        self.options.parallelism = parallelism;
        self
    }

    /// Takes another clock.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.options.clock = clock;
        self
    }

    /// Gives a request another deadline than 30 s.
    #[must_use]
    pub fn deadline(mut self, deadline: Duration) -> Self {
        self.options.deadline = deadline;
        self
    }

    /// Trusts these authorities in place of the system's.
    #[cfg(test)]
    pub(super) fn roots(mut self, roots: Vec<reqwest::Certificate>) -> Self {
        self.options.roots = Some(roots);
        self
    }

    /// Makes the client. Nothing is sent yet.
    pub fn build(self) -> Result<HttpOrg, ClientError> {
        let transport = Transport::new(&[self.endpoint], self.options)?;
        let origin = transport.origins().next().cloned().ok_or(ClientError::Origin)?;
        Ok(HttpOrg {
            transport: Arc::new(transport),
            org: self.org,
            origin,
            health: Arc::new(OnceCell::new()),
            numbers: Numbers::default(),
            sending: Arc::new(Sending::default()),
        })
    }
}
