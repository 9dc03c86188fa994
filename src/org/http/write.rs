use std::future::Future;
use std::time::UNIX_EPOCH;

use crate::http::{Answer, Body, Condition, Method, Repeat};
use crate::org::lookup::{holds, is_exactly};
use crate::org::{OrgRead, OrgWrite, Outcome, Request, RequestError, Stored, Written};
use crate::schema::{Api, Field, Kind, Pair, ResourceKey, Route, Sent, Shape, StoredPair, Tool, UPDATE, Verb};
use crate::wire::{Json, WireRecord, list_route, number_answer, record_answer, version_of_answer};

use super::HttpOrg;
use super::client::Call;
use super::encode::{Encoder, Unsendable, add_pair_call, remove_pair_call};

/// What a look at the org says about a create whose answer was lost.
pub(super) enum Found {
    /// It is there, as it was sent, with its version where the server gives one.
    Ours(Option<u64>),
    /// Something else is there.
    Another,
    /// It is not there.
    Nothing,
}

/// What a create that succeeded made.
struct Made {
    version: Option<u64>,
    /// The server's number for it, where the answer that tells it came.
    number: Option<String>,
}

impl HttpOrg {
    fn encoder(&self) -> Encoder<'_> {
        Encoder::new(&self.org, &self.sending)
    }

    /// Turns what the encoder refused into an error of the request that was not sent.
    fn encoded(
        method: &'static str,
        path: impl FnOnce() -> String,
        body: Result<Body, Unsendable>,
    ) -> Result<Body, RequestError> {
        body.map_err(|error| RequestError::NotSent {
            request: Request { method, path: path() },
            what: error.to_string(),
        })
    }

    /// A request to a route that writes.
    fn route_call(&self, route: &Route, sent: &Sent, condition: Condition) -> Result<Call, RequestError> {
        let method = match route.verb {
            Verb::Post => Method::Post,
            Verb::Patch => Method::Patch,
            Verb::Put => Method::Put,
        };
        let segments = self.segments(route.path, &sent.key);
        let body = self.encoder().route_body(sent, route.id, self.now());
        let body = Self::encoded(method.as_str(), || format!("/{}", segments.join("/")), body)?;
        let call = self.with_body(method, &segments, body)?;
        let call = self.of_project(call.only_if(self.known_condition(condition)));
        Ok(if route.is_final_when_unavailable { call.final_when_unavailable() } else { call })
    }

    /// A call of a tool that writes, about what the server has under a number where there is one.
    fn tool_write(
        &self,
        tool: &Tool,
        (action, number): (&str, Option<String>),
        sent: &Sent,
        condition: Condition,
    ) -> Result<Call, RequestError> {
        let body = self.encoder().tool_body(tool, (action, number), sent, self.now());
        let path = || format!("/api/{}/{}", self.org, tool.name);
        let body = Self::encoded("POST", path, body)?;
        Ok(self.of_project(self.tool_body(tool, action, body)?.only_if(self.known_condition(condition))))
    }

    /// Conditions are for our own server: what others, or what is between us and them, would make of one is not known.
    fn known_condition(&self, condition: Condition) -> Condition {
        if self.sending.own_server { condition } else { Condition::None }
    }

    /// Names the project, for servers that record it.
    fn of_project(&self, call: Call) -> Call {
        call.of_project(self.sending.project.clone())
    }

    /// Sends a create that must not be sent twice: where an answer was lost, the org is looked at first. Gives the version that
    /// the resource has now.
    async fn create_looked_up<F>(&self, kind: Kind, call: &Call, look: impl Fn() -> F) -> Result<Made, RequestError>
    where
        F: Future<Output = Result<Found, RequestError>>,
    {
        let mut schedule = self.transport.schedule();
        loop {
            let error = match self.transport.send_on(call, &mut schedule).await {
                Ok(answer) => {
                    let version = version_of_answer(kind, answer.json());
                    let number = list_route(kind).map(|route| answer.read(|json| number_answer(route, json)));
                    return Ok(Made { version, number: number.transpose()? });
                }
                Err(error) => error,
            };
            if error.outcome() == Outcome::NotDone {
                return Err(error);
            }
            match look().await {
                Ok(Found::Ours(version)) => return Ok(Made { version, number: None }),
                // A refusal such as "already exists" after a lost attempt may be about what that attempt made.
                Ok(Found::Another) | Err(_) => return Err(error),
                Ok(Found::Nothing) => {}
            }
            if let Some(refusal) = error.refusal_after_lost() {
                return Err(refusal.clone());
            }
            if !is_lost(&error) || !self.transport.wait(&mut schedule, None).await {
                return Err(error);
            }
        }
    }

    async fn find(&self, sent: &Sent) -> Result<Found, RequestError> {
        let records = self.records(sent.key.kind).await?;
        let org = self.org.as_str();
        // Where lists do not say whose a resource is, they show the org's own only.
        let states_owner = sent.key.kind.answer.org.is_some();
        let own = |of: Option<&str>| of.map_or(!states_owner, |of| of.eq_ignore_ascii_case(org));
        let is_it =
            |record: &&WireRecord| record.id == sent.key.own_id() && own(record.org.as_deref()) && !record.is_archived;
        let found = records.iter().find(is_it);
        Ok(match found {
            Some(record) if holds(record, sent) => Found::Ours(record.version),
            Some(_) => Found::Another,
            None => Found::Nothing,
        })
    }

    async fn find_pair(&self, key: &ResourceKey, field: &'static Field, pair: &Pair) -> Result<Found, RequestError> {
        let stored = self.pairs(key, field).await?;
        Ok(if stored.iter().any(|stored| stored.pair == *pair) { Found::Ours(None) } else { Found::Nothing })
    }

    fn now(&self) -> u64 {
        let since = self.transport.clock().now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

/// Whether a write may have been carried out although its answer did not arrive.
fn is_lost(error: &RequestError) -> bool {
    let is_answered = matches!(error, RequestError::AfterLost { .. });
    let no_word = matches!(error, RequestError::NoAnswer { .. }) || matches!(error.status(), Some(502..=504));
    no_word && !is_answered && error.outcome() == Outcome::Unknown
}

fn written(kind: Kind, answer: &Answer) -> Result<Written, RequestError> {
    Ok(Written { stored: stored(answer, kind.restarts)?, version: version_of_answer(kind, answer.json()) })
}

/// What became of what was sent, where the answer tells.
fn stored(answer: &Answer, is_restarted: bool) -> Result<Stored, RequestError> {
    let flag = |name: &str| answer.json().get(name).and_then(Json::as_bool) == Some(true);
    if !is_restarted {
        Ok(Stored::Updated)
    } else if answer.status == 201 || flag("created") {
        Ok(Stored::Created)
    } else if flag("noop") {
        Ok(Stored::Unchanged)
    } else if flag("updated") || answer.json().get("platform").is_some_and(Json::is_object) {
        Ok(Stored::Updated)
    } else {
        Err(answer.lacks("platform", "an object"))
    }
}

impl OrgWrite for HttpOrg {
    async fn create(&self, sent: &Sent, condition: Condition) -> Result<Written, RequestError> {
        let kind = sent.key.kind;
        match kind.table().api {
            // The same route as for a change: what is there is replaced.
            Api::Routes(routes) if routes.create.id.is_none() => {
                let answer = self.transport.send(&self.route_call(&routes.create, sent, condition)?).await?;
                written(kind, &answer)
            }
            Api::Routes(routes) => {
                let call = self.route_call(&routes.create, sent, condition)?;
                let mut schedule = self.transport.schedule();
                let answer = self.transport.send_on(&call, &mut schedule).await?;
                let record = answer.read(|json| record_answer(kind, json))?;
                // The server answers 200 to the repetition of a create that it carried out: the row is then our own.
                let is_ours = schedule.lost && record.id == sent.key.own_id() && is_exactly(&record, sent);
                let version = record.version;
                let is_new = answer.status == 201 || is_ours;
                let stored = if is_new { Stored::Created } else { Stored::Existed(Box::new(record)) };
                Ok(Written { stored, version })
            }
            Api::Tool(tool) => {
                let call = self.tool_write(tool, ("create", None), sent, condition)?.repeat(Repeat::WhenNotDone);
                let Made { version, number } = self.create_looked_up(kind, &call, || self.find(sent)).await?;
                if let Some(number) = number {
                    self.numbers.set(&sent.key, number);
                }
                Ok(Written { stored: Stored::Created, version })
            }
        }
    }

    async fn update(&self, sent: &Sent, condition: Condition) -> Result<Written, RequestError> {
        let call = match sent.key.kind.table().api {
            Api::Routes(routes) => self.route_call(&routes.update, sent, condition)?,
            Api::Tool(tool) => {
                // A request says only what one action of the tool changes.
                let action = sent.fields.iter().next().map_or(UPDATE, |(field, _)| field.action);
                self.tool_write(tool, (action, self.number(&sent.key).await?), sent, condition)?
            }
        };
        let answer = self.transport.send(&call).await?;
        written(sent.key.kind, &answer)
    }

    async fn add_pair(
        &self,
        key: &ResourceKey,
        field: &'static Field,
        pair: &Pair,
    ) -> Result<Option<u64>, RequestError> {
        let Shape::Pairs(pairs) = field.shape else { return Ok(None) };
        let tool = Self::tool_of(key.kind)?;
        let call = self.of_project(self.tool(tool, add_pair_call(tool, key, pairs, pair))?.repeat(Repeat::WhenNotDone));
        let made = self.create_looked_up(key.kind, &call, || self.find_pair(key, field, pair)).await?;
        Ok(made.version)
    }

    async fn remove_pair(
        &self,
        key: &ResourceKey,
        field: &'static Field,
        stored: &StoredPair,
    ) -> Result<Option<u64>, RequestError> {
        let Shape::Pairs(pairs) = field.shape else { return Ok(None) };
        let tool = Self::tool_of(key.kind)?;
        let call = self.of_project(self.tool(tool, remove_pair_call(tool, pairs, stored))?);
        let mut schedule = self.transport.schedule();
        match self.transport.send_on(&call, &mut schedule).await {
            Ok(answer) => Ok(version_of_answer(key.kind, answer.json())),
            // An id is never given twice, so what a lost attempt was to remove and is not there was removed by it.
            Err(error) => match error.refusal_after_lost() {
                Some(RequestError::Refused { status: 400 | 404, server, .. }) if says_not_found(server) => Ok(None),
                _ => Err(error),
            },
        }
    }
}

fn says_not_found(server: &crate::wire::ServerError) -> bool {
    server.code.as_deref() == Some("not_found")
        || server.message.as_ref().is_some_and(|message| message.to_lowercase().contains("not found"))
}
