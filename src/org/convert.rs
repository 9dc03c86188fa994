//! From wire to actual state: the border where every value is classified (W1, W2).

use crate::model::Rule;
use crate::model::{OrgSlug, Place, SecretName, StableId, Text, TypeSlug, Value, classify, is_mask};
use crate::wire::{EntityTypeRow, Json, PlatformRow, RelationshipTypeRow, RuleRow, SettingsRow, to_value};

use super::{
    ActualEntityType, ActualMemory, ActualPlatform, ActualRelationshipType, ActualSettings, SecretsMode, StoredRule,
};

/// What classification needs to know of the org.
#[derive(Debug, Clone)]
pub struct Reader {
    /// The org: `secret://` of another one is opaque.
    pub org: OrgSlug,
    /// How secrets are kept.
    pub mode: SecretsMode,
}

impl Reader {
    /// Converts an agent's config.
    pub fn settings(&self, row: SettingsRow) -> ActualSettings {
        let SettingsRow {
            identity_md,
            soul_md,
            user_md,
            skills_config,
            installed_providers,
            model_selection,
            provider_model_preferences,
            network_config,
            egress_config,
            pre_approved_tools,
            tools_config,
            guardrails,
            nix_config,
            mcp_servers,
        } = row;
        ActualSettings {
            identity_md: plain(identity_md.as_ref()),
            soul_md: plain(soul_md.as_ref()),
            user_md: plain(user_md.as_ref()),
            skills_config: plain(skills_config.as_ref()),
            installed_providers: plain(installed_providers.as_ref()),
            model_selection: plain(model_selection.as_ref()),
            provider_model_preferences: plain(provider_model_preferences.as_ref()),
            network_config: plain(network_config.as_ref()),
            egress_config: plain(egress_config.as_ref()),
            pre_approved_tools: plain(pre_approved_tools.as_ref()),
            tools_config: plain(tools_config.as_ref()),
            guardrails: plain(guardrails.as_ref()),
            nix_config: plain(nix_config.as_ref()),
            mcp_servers: mcp_servers.as_ref().map_or(Value::Null, |servers| self.mcp_servers(servers)),
        }
    }

    fn mcp_servers(&self, servers: &Json) -> Value {
        let Json::Object(entries) = servers else { return plain(Some(servers)) };
        Value::Map(entries.iter().map(|(id, entry)| (id.clone(), self.mcp_server(entry))).collect())
    }

    fn mcp_server(&self, entry: &Json) -> Value {
        let Json::Object(members) = entry else { return plain(Some(entry)) };
        let member = |(name, json): (&String, &Json)| {
            let value = match name.as_str() {
                "headers" | "env" => {
                    to_value(json, name, &mut |key, text| self.secret_text(Place::McpValueOfOrg, key, text))
                }
                "oauth" => to_value(json, name, &mut |key, text| {
                    let place = if is_oauth_client(key) { Place::McpValueOfOrg } else { Place::Elsewhere };
                    self.secret_text(place, key, text)
                }),
                _ => to_value(json, name, &mut |key, text| masked_or(text, || classify(Place::Elsewhere, key, text))),
            };
            (name.clone(), value)
        };
        Value::Map(members.iter().map(member).collect())
    }

    /// A text where secrets may stand: masked, a reference, or a literal.
    fn secret_text(&self, place: Place, key: &str, text: &str) -> Text {
        masked_or(text, || {
            if text.starts_with("secret://") {
                return self.own_reference(text).map_or(Text::Opaque, Text::SecretRef);
            }
            let reference = SecretName::from_reference(text);
            match reference {
                // Without the secrets API the text itself is the reference (W3); platforms never hold such a text.
                Some(name) if place == Place::McpValueOfOrg && self.mode != SecretsMode::References => {
                    Text::SecretRef(name)
                }
                _ => classify(place, key, text),
            }
        })
    }

    /// `secret://{this org}/user/{NAME}`, where the server has the secrets API (V3).
    fn own_reference(&self, text: &str) -> Option<SecretName> {
        let rest = text.strip_prefix("secret://")?.strip_prefix(self.org.as_str())?;
        let name = SecretName::parse(rest.strip_prefix("/user/")?).ok()?;
        (self.mode == SecretsMode::References).then_some(name)
    }

    /// Converts a platform.
    pub fn platform(&self, row: &PlatformRow) -> ActualPlatform {
        let config = row.config.iter().filter(|(key, _)| *key != "platform").map(|(key, json)| {
            (key.clone(), to_value(json, key, &mut |key, text| self.secret_text(Place::PlatformConfig, key, text)))
        });
        let settings = row.settings.iter().map(|(key, json)| (key.clone(), plain(Some(json))));
        ActualPlatform {
            id: StableId::from_server(row.id.clone()),
            platform_type: row.platform.clone(),
            config: config.collect(),
            settings: Value::Map(settings.collect()),
        }
    }

    /// Sorts the lists of types into this org's and those of others; system and `$` types are left out (P9).
    pub fn memory(&self, entities: Vec<EntityTypeRow>, relationships: Vec<RelationshipTypeRow>) -> ActualMemory {
        let mut memory = ActualMemory::default();
        for row in entities {
            let slug = TypeSlug::from_server(row.slug.clone());
            match self.owner(row.organization_slug.as_deref()) {
                _ if row.is_system || row.slug.starts_with('$') => {}
                Some(other) => drop(memory.foreign_entity_types.insert(slug, other)),
                None => drop(memory.entity_types.insert(slug, entity_type(row))),
            }
        }
        for row in relationships {
            let slug = TypeSlug::from_server(row.slug.clone());
            match self.owner(row.organization_slug.as_deref()) {
                _ if row.deleted || row.slug.starts_with('$') => {}
                Some(other) => drop(memory.foreign_relationship_types.insert(slug, other)),
                None => drop(memory.relationship_types.insert(slug, relationship_type(row))),
            }
        }
        memory
    }

    /// The other org that owns a row; none for our own. A row without an owner is ours: single-org servers state none.
    fn owner(&self, slug: Option<&str>) -> Option<String> {
        slug.filter(|slug| *slug != self.org.as_str()).map(str::to_owned)
    }
}

/// Converts the rules of a relationship type.
pub(super) fn rules(rows: Vec<RuleRow>) -> Vec<StoredRule> {
    let rule = |row: RuleRow| StoredRule {
        id: row.id,
        rule: Rule { source: TypeSlug::from_server(row.source), target: TypeSlug::from_server(row.target) },
    };
    rows.into_iter().map(rule).collect()
}

/// A text that the org shows, none for null and empty: the server's two ways of having none.
pub(super) fn shown(text: Option<String>) -> Option<Text> {
    text.filter(|text| !text.is_empty()).map(|text| classify(Place::Elsewhere, "", &text))
}

fn entity_type(row: EntityTypeRow) -> ActualEntityType {
    ActualEntityType {
        name: classify(Place::Elsewhere, "", &row.name),
        description: shown(row.description),
        icon: shown(row.icon),
        color: shown(row.color),
        metadata_schema: plain(row.metadata_schema.as_ref()),
        event_kinds: plain(row.event_kinds.as_ref()),
    }
}

fn relationship_type(row: RelationshipTypeRow) -> ActualRelationshipType {
    ActualRelationshipType {
        name: classify(Place::Elsewhere, "", &row.name),
        description: shown(row.description),
        metadata_schema: plain(row.metadata_schema.as_ref()),
        inverse: row.inverse_type_slug.map(TypeSlug::from_server),
        status: row.status,
        is_symmetric: row.is_symmetric,
        auto_create_when: plain(row.auto_create_when.as_ref()),
        rules: None,
    }
}

fn masked_or(text: &str, otherwise: impl FnOnce() -> Text) -> Text {
    if is_mask(text) { Text::Opaque } else { otherwise() }
}

fn is_oauth_client(key: &str) -> bool {
    matches!(key, "clientId" | "clientSecret")
}

/// A value where no secret is expected: hidden only by its shape.
fn plain(json: Option<&Json>) -> Value {
    json.map_or(Value::Null, |json| to_value(json, "", &mut |key, text| classify(Place::Elsewhere, key, text)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn reader(mode: SecretsMode) -> Reader {
        Reader { org: OrgSlug::from_server("dev"), mode }
    }

    fn header(mode: SecretsMode, text: &str) -> Text {
        let servers = json!({"gh": {"headers": {"X": text}}});
        let Value::Map(mut servers) = reader(mode).mcp_servers(&servers) else { panic!() };
        let Some(Value::Map(mut server)) = servers.remove("gh") else { panic!() };
        let Some(Value::Map(mut headers)) = server.remove("headers") else { panic!() };
        let Some(Value::Text(text)) = headers.remove("X") else { panic!() };
        text
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
    fn platform_config_loses_its_injected_key() {
        let config = json!({"platform": "telegram", "botToken": "***oken", "chatId": "1"});
        let row = PlatformRow {
            id: "a-telegram".to_owned(),
            platform: "telegram".to_owned(),
            agent_id: None,
            config: config.as_object().cloned().unwrap(),
            settings: serde_json::Map::new(),
        };
        let platform = reader(SecretsMode::Values).platform(&row);
        let expected = [("botToken".to_owned(), Value::Text(Text::Opaque)), ("chatId".to_owned(), Value::known("1"))];
        assert_eq!(platform.config, BTreeMap::from(expected));
    }

    #[test]
    fn types_of_other_orgs_and_system_types_are_told_apart() {
        let row = |slug: &str, org: &str, is_system: bool| EntityTypeRow {
            slug: slug.to_owned(),
            name: "N".to_owned(),
            description: Some(String::new()),
            icon: None,
            color: None,
            metadata_schema: None,
            event_kinds: None,
            organization_slug: Some(org.to_owned()),
            is_system,
        };
        let rows =
            vec![row("a", "dev", false), row("a", "other", false), row("$member", "dev", false), row("s", "dev", true)];
        let memory = reader(SecretsMode::Values).memory(rows, Vec::new());
        assert_eq!(memory.entity_types.keys().map(TypeSlug::as_str).collect::<Vec<_>>(), ["a"]);
        assert_eq!(memory.entity_types.values().next().unwrap().description, None);
        assert_eq!(memory.foreign_entity_types.len(), 1);
    }
}
