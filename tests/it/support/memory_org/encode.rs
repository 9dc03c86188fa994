//! Values on their way in and out: references, masks, secrets.

use std::collections::BTreeMap;

use lobu::model::{OrgSlug, SecretName, Text, Value, is_secret_key};
use lobu::org::{Request, RequestError};
use lobu::schema::{Field, Leaf, Shape};
use lobu::wire::{Json, from_value};

use super::faults::refused;

/// What a read shows in place of a secret.
const MASK: &str = "***5f3a";

/// What encoding needs to know.
pub(super) struct Encoder<'org> {
    pub(super) org: &'org OrgSlug,
    pub(super) values: &'org BTreeMap<String, String>,
    pub(super) secrets_api: bool,
    pub(super) request: &'org Request,
}

impl Encoder<'_> {
    /// The JSON that is stored for the value of a field, given what is stored there now.
    pub(super) fn json(&self, field: &Field, value: &Value, stored: Option<&Json>) -> Result<Json, RequestError> {
        let mut json = from_value(value, &mut |text| self.text(field, text))?;
        if field.holds_secrets() {
            self.keep(&mut json, stored)?;
        }
        Ok(json)
    }

    fn text(&self, field: &Field, text: &Text) -> Result<String, RequestError> {
        match text {
            Text::Known(text) => Ok(text.clone()),
            Text::Sensitive(text) => Ok(text.for_request().to_owned()),
            Text::Opaque if field.holds_secrets() => Ok("***".to_owned()),
            Text::Opaque => Err(self.not_sent("a mask where no secret can stand")),
            Text::SecretRef(name) if !field.holds_secrets() => {
                Err(self.not_sent(&format!("{} where no reference is read", name.reference())))
            }
            Text::SecretRef(name) if self.secrets_api => self.reference(name),
            Text::SecretRef(name) if matches!(field.shape, Shape::Config { .. }) => {
                let value = self.values.get(name.as_str());
                value.cloned().ok_or_else(|| self.not_sent(&format!("{} has no value", name.reference())))
            }
            Text::SecretRef(name) => Ok(name.reference()),
        }
    }

    /// A reference to a secret that the org has.
    fn reference(&self, name: &SecretName) -> Result<String, RequestError> {
        if self.values.contains_key(name.as_str()) {
            return Ok(format!("secret://{}/user/{name}", self.org));
        }
        Err(refused(self.request, 422, "unknown_secret", "no such secret"))
    }

    /// Puts what is stored in the place of each mask.
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

/// What a read shows of a field: values of secrets masked; a `$NAME` of an MCP server stays a text, a reference stays one.
pub(super) fn shown(field: &'static Field, json: &Json) -> Json {
    match (field.shape, json) {
        (Shape::Config { .. }, json) => masked_config(json, false),
        (Shape::Leaf(Leaf::SecretText), Json::String(text)) if is_secret_key(field.name) => masked(text),
        (Shape::Table(known), Json::Object(found)) => {
            let member = |name: &String| known.iter().find(|member| member.name == name);
            found.iter().map(|(name, json)| (name.clone(), of_member(member(name), json))).collect()
        }
        (Shape::Map(entries), Json::Object(found)) => {
            let entry = |json: &Json| match (entries.entry.shape, json) {
                (Shape::Leaf(Leaf::SecretText), Json::String(text)) => masked(text),
                _ => shown(&entries.entry, json),
            };
            found.iter().map(|(name, json)| (name.clone(), entry(json))).collect()
        }
        (_, json) => json.clone(),
    }
}

fn of_member(member: Option<&'static Field>, json: &Json) -> Json {
    member.map_or_else(|| json.clone(), |member| shown(member, json))
}

fn masked_config(json: &Json, secret: bool) -> Json {
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

fn masked(text: &str) -> Json {
    let is_literal = !text.is_empty() && !text.starts_with("secret://") && SecretName::from_reference(text).is_none();
    Json::from(if is_literal { MASK } else { text })
}
