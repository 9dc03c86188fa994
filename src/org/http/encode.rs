//! What goes into a request: the one place where references become references or values of the wire.

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, json};

use crate::http::Body;
use crate::model::{OrgSlug, ProjectMark, SecretName, Text, Value, WipedJson};
use crate::schema::{Change, Clearing, Field, Pair, Pairs, ResourceKey, Sent, Shape, StoredPair, Tool};
use crate::secrets::expose::expose;
use crate::secrets::{Values, exact_buffer};
use crate::wire::{Json, from_value};

/// What requests are filled with, known once the org was probed and before the first write.
///
/// By default there are no values, no secrets API, and the server is not our own.
#[derive(Default)]
pub struct Sending {
    /// The values of `$VAR`s.
    pub values: Arc<Values>,
    /// Whether the org has the secrets API, so that references are sent and no values.
    pub secrets_api: bool,
    /// Whether the server is our own, which keeps what `***` stands for in a settings member.
    pub own_server: bool,
    /// The project that is applied, where the server records it.
    pub project: Option<ProjectMark>,
}

/// Why a value cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsendable {
    #[error("`${0}` has no value; set it in the environment, or give --env-file")]
    NoValue(SecretName),
    #[error("{0}: it holds a value that the server hides, and sending it back would store the mask over it")]
    Hidden(&'static str),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    Config,
    Elsewhere,
}

pub(super) struct Encoder<'a> {
    org: &'a OrgSlug,
    sending: &'a Sending,
    secret: bool,
}

type Encoded<T> = Result<T, Unsendable>;
type Members = Map<String, Json>;

impl<'a> Encoder<'a> {
    pub(super) fn new(org: &'a OrgSlug, sending: &'a Sending) -> Self {
        Self { org, sending, secret: false }
    }

    /// The body of a request to a route, which names the resource in `id` where its path does not; new entries of lists that
    /// are stamped get `now`, in milliseconds.
    pub(super) fn route_body(mut self, sent: &Sent, id: Option<&str>, now: u64) -> Encoded<Body> {
        let mut members = Members::new();
        if let Some(id) = id {
            members.insert(id.to_owned(), json!(sent.key.own_id()));
        }
        // A request that names a new resource has nothing to clear.
        self.fields(&mut members, sent, id.is_none(), now)?;
        Ok(self.finish(members, holds_secrets(sent)))
    }

    /// The body of a call of a tool, about what the server has under a number where there is one.
    pub(super) fn tool_body(
        mut self,
        tool: &Tool,
        (action, number): (&str, Option<String>),
        sent: &Sent,
        now: u64,
    ) -> Encoded<Body> {
        let route = tool.list.zip(number);
        let mut members = tool_call(tool, action, Some(&sent.key).filter(|_| route.is_none()));
        members.extend(route.map(|(route, number)| (route.number.to_owned(), json!(number))));
        self.fields(&mut members, sent, action != "create", now)?;
        Ok(self.finish(members, holds_secrets(sent)))
    }

    fn fields(&mut self, members: &mut Members, sent: &Sent, clears: bool, now: u64) -> Encoded<()> {
        for (field, change) in sent.fields.iter() {
            let json = match change {
                Change::Set(value) => Some(self.field(field, value, now)?),
                Change::Clear => cleared(field.clearing).filter(|_| clears),
            };
            members.extend(json.map(|json| (field.sent_as.to_owned(), json)));
        }
        Ok(())
    }

    fn field(&mut self, field: &'static Field, value: &Value, now: u64) -> Encoded<Json> {
        let within = match field.shape {
            Shape::Config { .. } => Within::Config,
            _ => Within::Elsewhere,
        };
        let hidden = |error| match error {
            Unsendable::Hidden(_) => Unsendable::Hidden(field.name),
            other @ Unsendable::NoValue(_) => other,
        };
        let mut json = self.value(within, value).map_err(hidden)?;
        if let Shape::Keyed(keyed) = field.shape
            && let Some(name) = keyed.stamp
        {
            stamp(&mut json, name, now);
        }
        Ok(json)
    }

    fn value(&mut self, within: Within, value: &Value) -> Encoded<Json> {
        from_value(value, &mut |text| self.text(within, text))
    }

    /// Writes one text. Everything that may not be printed passes here on its way out.
    fn text(&mut self, within: Within, text: &Text) -> Encoded<String> {
        match text {
            Text::Known(text) => Ok(text.clone()),
            Text::Sensitive(text) => {
                self.secret = true;
                Ok(text.for_request().to_owned())
            }
            Text::Opaque if within == Within::Config || self.sending.own_server => Ok("***".to_owned()),
            Text::Opaque => Err(Unsendable::Hidden("")),
            Text::SecretRef(name) if self.sending.secrets_api => Ok(format!("secret://{}/user/{name}", self.org)),
            Text::SecretRef(name) if within == Within::Config => {
                let (_, value) = self.sending.values.find(name).ok_or_else(|| Unsendable::NoValue(name.clone()))?;
                self.secret = true;
                Ok(expose(value).to_owned())
            }
            Text::SecretRef(name) => Ok(name.reference()),
        }
    }

    fn finish(self, members: Members, hushed: bool) -> Body {
        let json = Json::Object(members);
        let bytes = write(&json);
        if self.secret {
            drop(WipedJson(json));
        }
        Body { bytes, hushed: hushed || self.secret, secret: self.secret }
    }
}

/// The body of a call of the schema tool that holds nothing but slugs.
pub(super) fn plain_body(members: Members) -> Body {
    Body { bytes: write(&Json::Object(members)), hushed: false, secret: false }
}

/// Whether a request says something that no log may have.
fn holds_secrets(sent: &Sent) -> bool {
    sent.fields.iter().any(|(field, _)| field.holds_secrets())
}

/// What stands in a request for nothing; none where that is said by leaving it out.
fn cleared(clearing: Clearing) -> Option<Json> {
    match clearing {
        Clearing::Null => Some(Json::Null),
        Clearing::EmptyText => Some(json!("")),
        Clearing::EmptyList => Some(json!([])),
        Clearing::EmptyObject => Some(json!({})),
        Clearing::LeftOut | Clearing::Never => None,
    }
}

/// The members of a call of a tool, about one resource or the kind as a whole.
pub(super) fn tool_call(tool: &Tool, action: &str, key: Option<&ResourceKey>) -> Members {
    let mut members = Members::new();
    members.extend(tool.kind.map(|(name, kind)| (name.to_owned(), json!(kind))));
    members.insert("action".to_owned(), json!(action));
    members.extend(key.map(|key| (tool.id.to_owned(), json!(key.own_id()))));
    members
}

/// The members that add a pair.
pub(super) fn add_pair_call(tool: &Tool, key: &ResourceKey, pairs: &Pairs, pair: &Pair) -> Members {
    let mut members = tool_call(tool, pairs.actions.0, Some(key));
    members.insert(pairs.first.1.to_owned(), json!(pair.first));
    members.insert(pairs.second.1.to_owned(), json!(pair.second));
    members
}

/// The members that remove a pair.
pub(super) fn remove_pair_call(tool: &Tool, pairs: &Pairs, stored: &StoredPair) -> Members {
    let mut members = tool_call(tool, pairs.actions.1, None);
    members.insert(pairs.handle.1.to_owned(), stored.handle.clone());
    members
}

fn stamp(entries: &mut Json, name: &str, now: u64) {
    for entry in entries.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
        if !entry.contains_key(name) {
            entry.insert(name.to_owned(), json!(now));
        }
    }
}

/// Writes a body, wiped when it is dropped.
pub(super) fn write(json: &Json) -> Bytes {
    // Neither a counter nor a buffer fails, and no map of a JSON tree has keys that are not texts.
    let buffer = exact_buffer(|out| Ok(serde_json::to_writer(out, json)?));
    buffer.map(Bytes::from_owner).unwrap_or_default()
}
