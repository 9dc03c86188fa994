//! What goes into a request: the one place where references become references or values of the wire (W1, W3, W4, V2–V4).

use std::sync::Arc;

use bytes::Bytes;
use serde_json::{Map, json};

use crate::http::Body;
use crate::model::Rule;
use crate::model::{OrgSlug, SecretName, Text, TypeSlug, Value, WipedJson};
use crate::org::{
    AgentCreate, AgentPatch, Change, EntityTypeWrite, PlatformPut, RelationshipTypeWrite, SettingsMember, SettingsPatch,
};
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
    /// Whether the org has the secrets API, so that references are sent and no values (V3).
    pub secrets_api: bool,
    /// Whether the server is our own, which keeps what `***` stands for in a settings member (W4).
    pub own_server: bool,
}

/// Why a value cannot be sent.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum Unsendable {
    #[error("`${0}` has no value; set it in the environment, or give --env-file")]
    NoValue(SecretName),
    #[error("it holds a value that the server hides, and sending it back would store the mask over it")]
    Hidden,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Place {
    PlatformConfig,
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

    /// The body of `POST …/agents`.
    pub(super) fn agent_create(mut self, write: &AgentCreate) -> Encoded<Body> {
        let mut members = Members::new();
        members.insert("agentId".to_owned(), json!(write.agent.as_str()));
        members.insert("name".to_owned(), self.plain(&write.name)?);
        if let Some(description) = &write.description {
            members.insert("description".to_owned(), self.plain(description)?);
        }
        Ok(self.finish(members, false))
    }

    /// The body of `PATCH …/agents/{id}`: null clears the description (org-api 5.2).
    pub(super) fn agent_patch(mut self, write: &AgentPatch) -> Encoded<Body> {
        let mut members = Members::new();
        if let Some(name) = &write.name {
            members.insert("name".to_owned(), self.plain(name)?);
        }
        self.text_change(&mut members, "description", write.description.as_ref(), &Json::Null)?;
        Ok(self.finish(members, false))
    }

    /// The body of `PATCH …/agents/{id}/config`; providers without a time are stamped with `now`, in milliseconds.
    pub(super) fn settings(mut self, write: &SettingsPatch, now: u64) -> Encoded<Body> {
        let mut members = Members::new();
        for (member, value) in &write.members {
            let mut json = self.value(Place::Elsewhere, value)?;
            if *member == SettingsMember::InstalledProviders {
                stamp(&mut json, now);
            }
            members.insert(member.name().to_owned(), json);
        }
        Ok(self.finish(members, write.members.contains_key(&SettingsMember::McpServers)))
    }

    /// The body of a PUT of a platform. The server ignores the name, the existing client sends it.
    pub(super) fn platform(mut self, write: &PlatformPut) -> Encoded<Body> {
        let mut config = Members::new();
        for (key, value) in &write.config {
            config.insert(key.clone(), self.value(Place::PlatformConfig, value)?);
        }
        let mut members = Members::new();
        members.insert("platform".to_owned(), json!(write.platform_type));
        members.insert("config".to_owned(), Json::Object(config));
        if let Some(settings) = &write.settings {
            members.insert("settings".to_owned(), self.value(Place::Elsewhere, settings)?);
        }
        if let Some(name) = &write.name {
            members.insert("name".to_owned(), json!(name));
        }
        Ok(self.finish(members, true))
    }

    /// The body that creates or updates an entity type. On an update `""` clears texts and null what is JSON (org-api 5.5).
    pub(super) fn entity_type(mut self, action: &str, write: &EntityTypeWrite) -> Encoded<Body> {
        let mut members = schema_call("entity_type", action, &write.slug);
        let clears = action != "create";
        if let Some(name) = &write.name {
            members.insert("name".to_owned(), self.plain(name)?);
        }
        let texts = [("description", &write.description), ("icon", &write.icon), ("color", &write.color)];
        for (name, change) in texts {
            self.text_change(&mut members, name, kept(change.as_ref(), clears), &json!(""))?;
        }
        let values = [("metadata_schema", &write.metadata_schema), ("event_kinds", &write.event_kinds)];
        for (name, change) in values {
            self.value_change(&mut members, name, kept(change.as_ref(), clears), &Json::Null)?;
        }
        Ok(self.finish(members, false))
    }

    /// The body that creates or updates a relationship type, whose description null clears (org-api 5.5).
    pub(super) fn relationship_type(mut self, action: &str, write: &RelationshipTypeWrite) -> Encoded<Body> {
        let mut members = schema_call("relationship_type", action, &write.slug);
        let clears = action != "create";
        if let Some(name) = &write.name {
            members.insert("name".to_owned(), self.plain(name)?);
        }
        self.text_change(&mut members, "description", kept(write.description.as_ref(), clears), &Json::Null)?;
        let schema = kept(write.metadata_schema.as_ref(), clears);
        self.value_change(&mut members, "metadata_schema", schema, &Json::Null)?;
        let rules = kept(write.auto_create_when.as_ref(), clears);
        self.value_change(&mut members, "auto_create_when", rules, &json!([]))?;
        match kept(write.inverse.as_ref(), clears) {
            Some(Change::Set(slug)) => drop(members.insert("inverse_type_slug".to_owned(), json!(slug.as_str()))),
            Some(Change::Clear) => drop(members.insert("inverse_type_slug".to_owned(), Json::Null)),
            None => {}
        }
        if let Some(status) = &write.status {
            members.insert("status".to_owned(), json!(status));
        }
        if let Some(symmetric) = write.is_symmetric {
            members.insert("is_symmetric".to_owned(), json!(symmetric));
        }
        Ok(self.finish(members, false))
    }

    fn plain(&mut self, text: &Text) -> Encoded<Json> {
        self.text(Place::Elsewhere, text).map(Json::String)
    }

    fn text_change(
        &mut self,
        members: &mut Members,
        name: &str,
        change: Option<&Change<Text>>,
        clear: &Json,
    ) -> Encoded<()> {
        let json = match change {
            Some(Change::Set(text)) => self.plain(text)?,
            Some(Change::Clear) => clear.clone(),
            None => return Ok(()),
        };
        members.insert(name.to_owned(), json);
        Ok(())
    }

    fn value_change(
        &mut self,
        members: &mut Members,
        name: &str,
        change: Option<&Change<Value>>,
        clear: &Json,
    ) -> Encoded<()> {
        let json = match change {
            Some(Change::Set(value)) => self.value(Place::Elsewhere, value)?,
            Some(Change::Clear) => clear.clone(),
            None => return Ok(()),
        };
        members.insert(name.to_owned(), json);
        Ok(())
    }

    fn value(&mut self, place: Place, value: &Value) -> Encoded<Json> {
        from_value(value, &mut |text| self.text(place, text))
    }

    /// Writes one text. Everything that may not be printed passes here on its way out.
    fn text(&mut self, place: Place, text: &Text) -> Encoded<String> {
        match text {
            Text::Known(text) => Ok(text.clone()),
            Text::Sensitive(text) => {
                self.secret = true;
                Ok(text.for_request().to_owned())
            }
            Text::Opaque if place == Place::PlatformConfig || self.sending.own_server => Ok("***".to_owned()),
            Text::Opaque => Err(Unsendable::Hidden),
            Text::SecretRef(name) if self.sending.secrets_api => Ok(format!("secret://{}/user/{name}", self.org)),
            Text::SecretRef(name) if place == Place::PlatformConfig => {
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

/// The members of a list of types.
pub(super) fn list_call(schema_type: &str) -> Members {
    let mut members = Members::new();
    members.insert("schema_type".to_owned(), json!(schema_type));
    members.insert("action".to_owned(), json!("list"));
    members
}

/// The members of a call about one type.
pub(super) fn schema_call(schema_type: &str, action: &str, slug: &TypeSlug) -> Members {
    let mut members = Members::new();
    members.insert("schema_type".to_owned(), json!(schema_type));
    members.insert("action".to_owned(), json!(action));
    members.insert("slug".to_owned(), json!(slug.as_str()));
    members
}

/// The members that add a rule.
pub(super) fn add_rule_call(slug: &TypeSlug, rule: &Rule) -> Members {
    let mut members = schema_call("relationship_type", "add_rule", slug);
    members.insert("source_entity_type_slug".to_owned(), json!(rule.source.as_str()));
    members.insert("target_entity_type_slug".to_owned(), json!(rule.target.as_str()));
    members
}

/// The members that remove a rule.
pub(super) fn remove_rule_call(id: &Json) -> Members {
    let mut members = Members::new();
    members.insert("schema_type".to_owned(), json!("relationship_type"));
    members.insert("action".to_owned(), json!("remove_rule"));
    members.insert("rule_id".to_owned(), id.clone());
    members
}

/// A change, unless it clears what does not exist yet.
fn kept<T>(change: Option<&Change<T>>, clears: bool) -> Option<&Change<T>> {
    change.filter(|change| clears || matches!(change, Change::Set(_)))
}

fn stamp(providers: &mut Json, now: u64) {
    for provider in providers.as_array_mut().into_iter().flatten().filter_map(Json::as_object_mut) {
        if !provider.contains_key("installedAt") {
            provider.insert("installedAt".to_owned(), json!(now));
        }
    }
}

/// Writes a body, wiped when it is dropped.
fn write(json: &Json) -> Bytes {
    // Neither a counter nor a buffer fails, and no map of a JSON tree has keys that are not texts.
    let buffer = exact_buffer(|out| Ok(serde_json::to_writer(out, json)?));
    buffer.map(Bytes::from_owner).unwrap_or_default()
}
