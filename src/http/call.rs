use url::Url;

use crate::model::ProjectMark;
use crate::secrets::SecretValue;

use super::{Body, Content, Request, Session};

/// The method of a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Method {
    /// Reads.
    Get,
    /// Creates, or asks with a body.
    Post,
    /// Replaces.
    Put,
    /// Changes members.
    Patch,
}

impl Method {
    /// As it is written.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
        }
    }
}

/// Whether a request may be sent again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Repeat {
    /// Whatever became of it: it is idempotent.
    Always,
    /// Only when it was surely not carried out; else its effect is looked up first.
    WhenNotDone,
    /// Not at all: the first attempt may use up what it carries.
    Never,
}

/// What a request asks of the object that it changes, on servers whose objects have versions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Condition {
    /// Nothing.
    #[default]
    None,
    /// That it does not exist: `If-None-Match: *`.
    Absent,
    /// That it has this version: `If-Match: "5"`.
    Version(u64),
}

/// A request to be sent, as often as needed.
pub struct Call<'a> {
    /// What it is called in errors.
    pub request: Request,
    pub(super) method: Method,
    pub(super) url: Url,
    pub(super) body: Option<Body>,
    pub(super) content_type: Option<&'static str>,
    pub(super) bearer: Option<&'a SecretValue>,
    /// The secrets in the body, as far as they are known one by one.
    pub(super) body_secrets: Vec<&'a SecretValue>,
    pub(super) changes: bool,
    pub(super) condition: Condition,
    pub(super) project: Option<ProjectMark>,
    pub(super) repeat: Repeat,
    pub(super) final_when_unavailable: bool,
    pub(super) final_at_limit: bool,
    pub(super) session: Option<Session>,
}

impl<'a> Call<'a> {
    /// A request that may be repeated, and that changes something if it has a body.
    pub fn new(method: Method, url: Url, body: Option<Body>) -> Self {
        Self {
            request: Request { method: method.as_str(), path: url.path().to_owned() },
            changes: body.is_some(),
            method,
            url,
            body,
            content_type: None,
            bearer: None,
            body_secrets: Vec::new(),
            condition: Condition::None,
            project: None,
            repeat: Repeat::Always,
            final_when_unavailable: false,
            final_at_limit: false,
            session: None,
        }
    }

    /// A GET, which may be repeated.
    pub fn get(url: &Url) -> Self {
        Self::new(Method::Get, url.clone(), None)
    }

    /// Asks with a query, which is part of no error and no log.
    pub fn ask_with(&mut self, query: &[(&str, &str)]) {
        self.url.query_pairs_mut().extend_pairs(query);
    }

    /// A POST of what is not JSON of the org's API, which is sent once.
    pub fn post(url: &Url, content: Content<'a>) -> Self {
        let (content_type, body) = content.encoded();
        let call = Self::new(Method::Post, url.clone(), Some(body)).repeat(Repeat::Never);
        Self { content_type: Some(content_type), body_secrets: content.secrets().collect(), ..call }
    }

    /// The same as a read, although it has a body.
    #[must_use]
    pub fn read(mut self) -> Self {
        self.changes = false;
        self
    }

    /// The same with another rule for sending it again.
    #[must_use]
    pub fn repeat(mut self, repeat: Repeat) -> Self {
        self.repeat = repeat;
        self
    }

    /// The same, refused with 412 where this does not hold.
    #[must_use]
    pub fn only_if(mut self, condition: Condition) -> Self {
        self.condition = condition;
        self
    }

    /// The same, naming the project for which it is sent.
    #[must_use]
    pub fn of_project(mut self, project: Option<ProjectMark>) -> Self {
        self.project = project;
        self
    }

    /// The same with a token of its own.
    #[must_use]
    pub fn bearer(mut self, token: &'a SecretValue) -> Self {
        self.bearer = Some(token);
        self
    }

    /// The same within a session of the MCP endpoint.
    #[must_use]
    pub fn session(mut self, session: Session) -> Self {
        self.session = Some(session);
        self
    }

    /// The same, with a 503 without `Retry-After` being the server's last word: it has no chat manager.
    #[must_use]
    pub fn final_when_unavailable(mut self) -> Self {
        self.final_when_unavailable = true;
        self
    }

    /// The same, with a 429 being the server's last word: its limit is one of a day.
    #[must_use]
    pub fn final_at_limit(mut self) -> Self {
        self.final_at_limit = true;
        self
    }

    /// The secrets that it carries, besides the token of the connection.
    pub(super) fn secrets(&self) -> impl Iterator<Item = &'a SecretValue> {
        self.bearer.into_iter().chain(self.body_secrets.iter().copied())
    }

    /// The body, where the server's words about it are not shown.
    pub(super) fn hushed_body(&self) -> Option<&[u8]> {
        self.body.as_ref().filter(|body| body.hushed).map(|body| &*body.bytes)
    }
}
