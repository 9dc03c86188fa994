//! Values on their way in and out: references, masks, secrets.

use std::collections::BTreeMap;

use lobu::model::{OrgSlug, SecretName, Text, Value, is_secret_key};
use lobu::org::{Request, RequestError};
use lobu::wire::{Json, from_value};

use super::faults::refused;

/// What a read shows in place of a secret.
pub(super) const MASK: &str = "***5f3a";

/// Where a value goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Place {
    /// A platform's config.
    Platform,
    /// The MCP servers of a config.
    McpServers,
    /// Anything else.
    Elsewhere,
}

/// What encoding needs to know.
pub(super) struct Encoder<'org> {
    pub(super) org: &'org OrgSlug,
    pub(super) values: &'org BTreeMap<String, String>,
    pub(super) secrets_api: bool,
    pub(super) request: &'org Request,
}

impl Encoder<'_> {
    /// The JSON that is stored for a value, given what is stored at its place now.
    pub(super) fn json(&self, place: Place, value: &Value, stored: Option<&Json>) -> Result<Json, RequestError> {
        let mut json = from_value(value, &mut |text| self.text(place, text))?;
        if place == Place::Elsewhere {
            return Ok(json);
        }
        self.keep(&mut json, stored)?;
        Ok(json)
    }

    /// A text that no reference can stand for.
    pub(super) fn plain(&self, text: &Text) -> Result<String, RequestError> {
        self.text(Place::Elsewhere, text)
    }

    fn text(&self, place: Place, text: &Text) -> Result<String, RequestError> {
        match (text, place) {
            (Text::Known(text), _) => Ok(text.clone()),
            (Text::Sensitive(text), _) => Ok(text.for_request().to_owned()),
            (Text::Opaque, Place::Elsewhere) => Err(self.not_sent("a mask where no secret can stand")),
            (Text::Opaque, _) => Ok("***".to_owned()),
            (Text::SecretRef(name), Place::Elsewhere) => {
                Err(self.not_sent(&format!("{} where no reference is read", name.reference())))
            }
            (Text::SecretRef(name), _) if self.secrets_api => self.reference(name),
            (Text::SecretRef(name), Place::Platform) => {
                let value = self.values.get(name.as_str());
                value.cloned().ok_or_else(|| self.not_sent(&format!("{} has no value", name.reference())))
            }
            (Text::SecretRef(name), Place::McpServers) => Ok(name.reference()),
        }
    }

    /// A reference to a secret that the org has (V3, O2).
    fn reference(&self, name: &SecretName) -> Result<String, RequestError> {
        if self.values.contains_key(name.as_str()) {
            return Ok(format!("secret://{}/user/{name}", self.org));
        }
        Err(refused(self.request, 422, "unknown_secret", "no such secret"))
    }

    /// Puts what is stored in the place of each mask (W4).
    fn keep(&self, json: &mut Json, stored: Option<&Json>) -> Result<(), RequestError> {
        match json {
            Json::String(text) if text.starts_with("***") => match stored {
                Some(stored) => *json = stored.clone(),
                None => {
                    return Err(refused(self.request, 422, "invalid_config", "a mask for a value that is not there"));
                }
            },
            Json::Array(elements) => {
                for (at, element) in elements.iter_mut().enumerate() {
                    self.keep(element, stored.and_then(|stored| stored.get(at)))?;
                }
            }
            Json::Object(members) => {
                for (name, member) in members {
                    self.keep(member, stored.and_then(|stored| stored.get(name)))?;
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
        Ok(())
    }

    fn not_sent(&self, what: &str) -> RequestError {
        RequestError::NotSent { request: self.request.clone(), what: what.to_owned() }
    }
}

/// A platform's config as it is read: secrets masked, references as they are.
pub(super) fn masked_config(json: &Json, secret: bool) -> Json {
    match json {
        Json::String(text) if secret && !text.is_empty() && !text.starts_with("secret://") => Json::from(MASK),
        Json::Array(elements) => elements.iter().map(|element| masked_config(element, secret)).collect(),
        Json::Object(members) => {
            let member =
                |(name, json): (&String, &Json)| (name.clone(), masked_config(json, secret || is_secret_key(name)));
            Json::Object(members.iter().map(member).collect())
        }
        other => other.clone(),
    }
}

/// MCP servers as they are read: header and environment values and the client secret masked; `$NAME` stays a text.
pub(super) fn masked_servers(servers: &Json) -> Json {
    let mut servers = servers.clone();
    for server in servers.as_object_mut().into_iter().flat_map(|servers| servers.values_mut()) {
        for place in ["headers", "env"] {
            let texts = server.get_mut(place).and_then(Json::as_object_mut);
            texts.into_iter().flat_map(|texts| texts.values_mut()).for_each(mask_literal);
        }
        if let Some(secret) = server.get_mut("oauth").and_then(|oauth| oauth.get_mut("clientSecret")) {
            mask_literal(secret);
        }
    }
    servers
}

fn mask_literal(json: &mut Json) {
    let is_literal =
        |text: &str| !text.is_empty() && !text.starts_with("secret://") && SecretName::from_reference(text).is_none();
    if json.as_str().is_some_and(is_literal) {
        *json = Json::from(MASK);
    }
}
