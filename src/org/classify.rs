//! From wire to actual state: the border where every value is classified, by the shape of its field.

use std::collections::BTreeMap;

use crate::model::{
    Arguments, OrgSlug, Place, SecretName, Text, Value, classify, classify_command, is_mask, is_secret_key,
};
use crate::schema::{Field, Form, Kind, Leaf, Record, Records, SecretsMode, Shape};
use crate::wire::{Json, WireRecord, to_value};

/// What classification needs to know of the org.
#[derive(Debug, Clone)]
pub struct Classifier {
    /// The org: `secret://` of another one is opaque.
    pub org: OrgSlug,
    /// How secrets are kept.
    pub mode: SecretsMode,
}

/// Where a text stands that is part of a field.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Within {
    /// Where no secret is expected: it is hidden only by its shape.
    Plain,
    /// Beside secrets, where a server may show a mask.
    Masked,
    /// Where references are read.
    Secrets(Place),
}

impl Classifier {
    /// Sorts the resources of a list into this org's and those of others; what the server keeps for itself is left out.
    pub fn records(&self, kind: Kind, rows: Vec<WireRecord>) -> Records {
        let mut records = Records::default();
        for (position, row) in rows.into_iter().enumerate() {
            // A row without an owner is ours: single-org servers state none.
            match row.org.as_deref().filter(|org| *org != self.org.as_str()) {
                _ if row.is_archived => drop(records.archived.insert(row.id)),
                _ if kind.answer.reserved.is_some_and(|prefix| row.id.starts_with(prefix)) => {}
                Some(other) => drop(records.foreign.insert(row.id, other.to_owned())),
                None => {
                    let record = Record { position, ..self.record(kind, &row) };
                    records.own.insert(row.id, record);
                }
            }
        }
        records
    }

    /// Converts a resource.
    pub fn record(&self, kind: Kind, row: &WireRecord) -> Record {
        let mut record = Record { version: row.version, applied_by: row.applied_by.clone(), ..Record::default() };
        for field in kind.fields {
            if let Some(json) = row.members.get(field) {
                record.values.set(field, self.value(field, Within::Plain, json));
            }
        }
        record
    }

    /// Adds a field that was read by itself to its record.
    pub fn add_apart(&self, record: &mut Record, field: &'static Field, read: Option<&Json>) {
        record.values.set_some(field, read.map(|json| self.value(field, Within::Plain, json)));
    }

    fn value(&self, field: &'static Field, within: Within, json: &Json) -> Value {
        match (field.shape, json) {
            (Shape::Config { ignored }, Json::Object(members)) => {
                let kept = members.iter().filter(|(key, _)| !ignored.contains(&key.as_str()));
                Value::Map(kept.map(|(key, json)| (key.clone(), self.config(key, json))).collect())
            }
            (Shape::Leaf(Leaf::SecretText), json) => {
                self.texts(Within::Secrets(Place::McpValueOfOrg), field.name, json)
            }
            // What should be an object of secrets, and is none, may still be one.
            (Shape::Map(entries), json) if entries.entry.shape.is_secret() && !json.is_object() => {
                self.texts(Within::Secrets(Place::McpValueOfOrg), field.name, json)
            }
            (Shape::Map(entries), Json::Object(members)) => {
                // An entry that may hold secrets may show masks anywhere.
                let within = if entries.entry.holds_secrets() { Within::Masked } else { within };
                let value = |(name, json): (&String, &Json)| {
                    (name.clone(), self.entry(entries.entry.shape, within, name, json))
                };
                Value::Map(members.iter().map(value).collect::<BTreeMap<_, _>>())
            }
            (Shape::Table(members), Json::Object(found)) => Value::Map(self.members(members, within, found)),
            (Shape::Keyed(keyed), Json::Array(elements)) => self.objects(field, keyed.entry, within, elements),
            (_, json) => self.leaf(field, within, json),
        }
    }

    /// A list of objects with these members; what is none is a text that may be anything.
    fn objects(&self, field: &'static Field, members: &'static [Field], within: Within, elements: &[Json]) -> Value {
        let element = |element: &Json| match element {
            Json::Object(found) => Value::Map(self.members(members, within, found)),
            other => self.texts(within, field.name, other),
        };
        Value::List(elements.iter().map(element).collect())
    }

    /// A value of a config: all that is within one with a secret's name is a secret, too.
    fn config(&self, key: &str, json: &Json) -> Value {
        let inner = |name: &str, json: &Json| self.config(if is_secret_key(key) { key } else { name }, json);
        match json {
            Json::Object(members) => {
                Value::Map(members.iter().map(|(name, json)| (name.clone(), inner(name, json))).collect())
            }
            Json::Array(elements) => Value::List(elements.iter().map(|json| inner(key, json)).collect()),
            json => self.texts(Within::Secrets(Place::PlatformConfig), key, json),
        }
    }

    fn leaf(&self, field: &'static Field, within: Within, json: &Json) -> Value {
        let shown = |text: &str, otherwise: Text| {
            if within == Within::Masked && is_mask(text) { Text::Opaque } else { otherwise }
        };
        match (field.form, json) {
            // One text in place of a list of arguments may have all of them.
            (Form::Command | Form::Arguments, Json::String(text)) => Value::Text(shown(text, classify_command(text))),
            (Form::Arguments, Json::Array(elements)) => {
                let mut arguments = Arguments::default();
                let element = |element: &Json| match element {
                    Json::String(text) => Value::Text(shown(text, arguments.next(text))),
                    other => {
                        arguments.skip();
                        self.texts(within, field.name, other)
                    }
                };
                Value::List(elements.iter().map(element).collect())
            }
            (Form::Objects(members), Json::Array(elements)) => self.objects(field, members, within, elements),
            (_, json) => self.texts(within, field.name, json),
        }
    }

    fn entry(&self, shape: Shape, within: Within, name: &str, json: &Json) -> Value {
        match (shape, json) {
            (Shape::Leaf(Leaf::SecretText), json) => self.texts(Within::Secrets(Place::McpValueOfOrg), name, json),
            (Shape::Table(members), Json::Object(found)) => Value::Map(self.members(members, within, found)),
            (Shape::Table(_), json) => self.texts(Within::Plain, name, json),
            (_, json) => self.texts(within, name, json),
        }
    }

    fn members(
        &self,
        members: &'static [Field],
        within: Within,
        found: &serde_json::Map<String, Json>,
    ) -> BTreeMap<String, Value> {
        let value = |(name, json): (&String, &Json)| {
            let known = members.iter().find(|member| member.name == name);
            let value = match known {
                Some(member) => self.value(member, within, json),
                None => self.texts(within, name, json),
            };
            (name.clone(), value)
        };
        found.iter().map(value).collect()
    }

    fn texts(&self, within: Within, key: &str, json: &Json) -> Value {
        to_value(json, key, &mut |key, text| match within {
            Within::Plain => classify(Place::Elsewhere, key, text),
            Within::Masked => masked_or(text, || classify(Place::Elsewhere, key, text)),
            Within::Secrets(place) => self.secret_text(place, key, text),
        })
    }

    /// A text where secrets may stand: masked, a reference, or a literal.
    fn secret_text(&self, place: Place, key: &str, text: &str) -> Text {
        masked_or(text, || {
            if text.starts_with("secret://") {
                return self.own_reference(text).map_or(Text::Opaque, Text::SecretRef);
            }
            let reference = SecretName::from_reference(text);
            match reference {
                // Without the secrets API the text itself is the reference; platforms never hold such a text.
                Some(name) if place == Place::McpValueOfOrg && self.mode != SecretsMode::References => {
                    Text::SecretRef(name)
                }
                _ => classify(place, key, text),
            }
        })
    }

    /// `secret://{this org}/user/{NAME}`, where the server has the secrets API.
    fn own_reference(&self, text: &str) -> Option<SecretName> {
        let rest = text.strip_prefix("secret://")?.strip_prefix(self.org.as_str())?;
        let name = SecretName::parse(rest.strip_prefix("/user/")?).ok()?;
        (self.mode == SecretsMode::References).then_some(name)
    }
}

fn masked_or(text: &str, otherwise: impl FnOnce() -> Text) -> Text {
    if is_mask(text) { Text::Opaque } else { otherwise() }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::schema::kinds::{self, ENTITY_TYPE, PLATFORM, SETTINGS};
    use crate::wire::records_answer;

    fn classifier(mode: SecretsMode) -> Classifier {
        Classifier { org: OrgSlug::from_server("dev"), mode }
    }

    #[track_caller]
    fn header(mode: SecretsMode, text: &str) -> Text {
        let answer = json!({"updatedAt": 1, "mcpServers": {"gh": {"headers": {"X": text}}}});
        let rows = records_answer(SETTINGS, &answer).unwrap();
        let record = classifier(mode).record(SETTINGS, &rows[0]);
        let mut value = record.value(kinds::settings::MCP_SERVERS).unwrap();
        for step in ["gh", "headers", "X"] {
            value = &value.as_map().unwrap()[step];
        }
        match value {
            Value::Text(text) => text.clone(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn mcp_values_are_sensitive_masked_or_references() {
        let name = SecretName::parse("A").unwrap();
        assert_eq!(header(SecretsMode::Values, "***x"), Text::Opaque);
        assert_eq!(header(SecretsMode::Values, "$A"), Text::SecretRef(name.clone()));
        assert_eq!(header(SecretsMode::References, "$A"), Text::sensitive("$A"));
        assert_eq!(header(SecretsMode::References, "secret://dev/user/A"), Text::SecretRef(name));
        assert_eq!(header(SecretsMode::References, "secret://other/user/A"), Text::Opaque);
        assert_eq!(header(SecretsMode::Values, "secret://dev/user/A"), Text::Opaque);
        assert_eq!(header(SecretsMode::Values, "plain"), Text::sensitive("plain"));
    }

    #[test]
    fn what_should_be_an_object_of_secrets_is_hidden_all_the_same() {
        let answer = json!({"updatedAt": 1, "mcpServers": {"gh": {"headers": "hunter2", "url": "***u"}}});
        let rows = records_answer(SETTINGS, &answer).unwrap();
        let record = classifier(SecretsMode::References).record(SETTINGS, &rows[0]);
        let server = record.value(kinds::settings::MCP_SERVERS).unwrap().as_map().unwrap()["gh"].as_map().unwrap();
        assert_eq!(server["headers"], Value::Text(Text::sensitive("hunter2")));
        assert_eq!(server["url"], Value::Text(Text::Opaque));
    }

    #[test]
    fn platform_config_loses_its_injected_key() {
        let config = json!({"platform": "telegram", "botToken": "***oken", "chatId": "1"});
        let answer = json!({"platforms": [{"id": "a-telegram", "platform": "telegram", "config": config}]});
        let rows = records_answer(PLATFORM, &answer).unwrap();
        let record = classifier(SecretsMode::Values).record(PLATFORM, &rows[0]);
        let expected = [("botToken".to_owned(), Value::Text(Text::Opaque)), ("chatId".to_owned(), Value::known("1"))];
        assert_eq!(record.value(kinds::platform::CONFIG), Some(&Value::Map(BTreeMap::from(expected))));
    }

    #[test]
    fn types_of_other_orgs_and_system_types_are_told_apart() {
        let row = |slug: &str, org: &str, is_system: bool| json!({"slug": slug, "name": "N", "organization_slug": org, "is_system": is_system});
        let rows =
            [row("a", "dev", false), row("a", "other", false), row("$member", "dev", false), row("s", "dev", true)];
        let rows = records_answer(ENTITY_TYPE, &json!({"entity_types": rows})).unwrap();
        let records = classifier(SecretsMode::Values).records(ENTITY_TYPE, rows);
        assert_eq!(records.own.keys().collect::<Vec<_>>(), ["a"]);
        assert_eq!(records.foreign.len(), 1);
    }

    /// Every place of every kind at which a text may stand: what has the shape of a credential is never shown, and where
    /// references are read the org's texts are hidden whatever they look like.
    #[test]
    fn every_field_is_classified() {
        fn answer_of(field: &'static Field, text: &str) -> Json {
            match field.shape {
                Shape::Table(members) => members.iter().map(|member| (member.name, answer_of(member, text))).collect(),
                Shape::Map(entries) => json!({"entry": answer_of(&entries.entry, text)}),
                Shape::Keyed(keyed) => {
                    let members = keyed.entry.iter().map(|member| (member.name, answer_of(member, text)));
                    Json::Array(vec![members.collect()])
                }
                Shape::Config { .. } => json!({"botToken": text}),
                _ => json!(text),
            }
        }
        let token = format!("ghp_{}", "A1".repeat(18));
        for kind in crate::schema::ALL.kinds() {
            for field in kind.fields.iter().filter(|field| !matches!(field.shape, Shape::Pairs(_))) {
                let value = |text: &str| {
                    classifier(SecretsMode::References).value(field, Within::Plain, &answer_of(field, text))
                };
                let shown = |text: &Text| matches!(text, Text::Known(_));
                assert!(!value(&token).any_text(&shown), "{kind} {field:?}");
                let is_all_hidden = !value("plain").any_text(&shown);
                let holds_only_secrets = matches!(field.shape, Shape::Config { .. });
                assert_eq!(is_all_hidden, holds_only_secrets, "{kind} {field:?}");
                let has_hidden = value("plain").has_hidden();
                assert_eq!(has_hidden, field.holds_secrets(), "{kind} {field:?}");
            }
        }
    }
}
