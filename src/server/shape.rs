//! The types of settings members: what each may hold (`docs/api/settings.md`).

use serde_json::Value;

use super::{refusal::Refusal, secrets::refuse_reference};

/// The type of a JSON value.
pub(super) enum Shape {
    /// A string: an identifier, a URL, a line.
    Text,
    /// A string of prose or a prompt, which may speak of references to secrets: nothing reads them there.
    Prose,
    /// A boolean.
    Flag,
    Number,
    /// An array of strings.
    Texts,
    /// An array.
    List(&'static Shape),
    /// An object whose members all have one type.
    Map(&'static Shape),
    /// An object with known members; others, and null for "not set", are accepted.
    Record(&'static [(&'static str, Shape)]),
    /// Nothing: a place where values would be readable that belong elsewhere.
    Nothing,
}

/// A member of an agent's settings.
pub(super) struct Member {
    /// The name on the wire.
    pub(super) name: &'static str,
    /// What GET shows when nothing is stored, as JSON text; `None`: the member is absent then.
    pub(super) default: Option<&'static str>,
    /// What it may hold.
    pub(super) shape: Shape,
    /// Where it holds secrets.
    pub(super) secrets: Secrets,
}

/// Where the secrets of a settings member are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Secrets {
    /// It has none.
    None,
    /// In the headers, env and OAuth clients of MCP servers.
    McpServers,
    /// Wherever a field's name says so.
    ByName,
}

/// The code of a settings member of the wrong type.
pub(super) const INVALID_SETTINGS: &str = "invalid_settings";

const NETWORK: Shape = Shape::Record(&[
    ("allowedDomains", Shape::Texts),
    ("deniedDomains", Shape::Texts),
    ("judgedDomains", Shape::List(&Shape::Record(&[("domain", Shape::Text), ("judge", Shape::Text)]))),
    ("judges", Shape::Map(&Shape::Prose)),
]);

const OAUTH: Shape = Shape::Record(&[
    ("authUrl", Shape::Text),
    ("tokenUrl", Shape::Text),
    ("clientId", Shape::Text),
    ("clientSecret", Shape::Text),
    ("scopes", Shape::Texts),
    ("tokenEndpointAuthMethod", Shape::Text),
]);

const MCP_SERVER: Shape = Shape::Record(&[
    ("url", Shape::Text),
    ("type", Shape::Text),
    ("command", Shape::Text),
    ("args", Shape::Texts),
    ("env", Shape::Map(&Shape::Text)),
    ("headers", Shape::Map(&Shape::Text)),
    ("authScope", Shape::Text),
    ("oauth", OAUTH),
]);

const SKILL_MCP_SERVER: Shape = Shape::Record(&[
    ("id", Shape::Text),
    ("url", Shape::Text),
    ("type", Shape::Text),
    ("command", Shape::Text),
    ("args", Shape::Texts),
    // Not part of a skill; secrets would be readable here.
    ("env", Shape::Nothing),
    ("headers", Shape::Nothing),
    ("oauth", Shape::Nothing),
]);

const SKILLS: Shape = Shape::Record(&[(
    "skills",
    Shape::List(&Shape::Record(&[
        ("repo", Shape::Text),
        ("name", Shape::Text),
        ("content", Shape::Prose),
        ("enabled", Shape::Flag),
        ("description", Shape::Text),
        ("nixPackages", Shape::Texts),
        ("networkConfig", NETWORK),
        ("mcpServers", Shape::List(&SKILL_MCP_SERVER)),
    ])),
)]);

const ANY_RECORD: Shape = Shape::Record(&[]);

const fn member(name: &'static str, default: Option<&'static str>, shape: Shape) -> Member {
    Member { name, default, shape, secrets: Secrets::None }
}

/// All members of an agent's settings, in the order in which GET shows them.
pub(super) static MEMBERS: [Member; 20] = [
    member("model", None, Shape::Text),
    member("modelSelection", Some("{}"), Shape::Record(&[("mode", Shape::Text), ("pinnedModel", Shape::Text)])),
    member("providerModelPreferences", Some("{}"), Shape::Map(&Shape::Text)),
    member("networkConfig", Some("{}"), NETWORK),
    member("egressConfig", Some("{}"), Shape::Record(&[("extraPolicy", Shape::Prose), ("judgeModel", Shape::Text)])),
    member("nixConfig", Some("{}"), Shape::Record(&[("packages", Shape::Texts)])),
    Member { name: "mcpServers", default: Some("{}"), shape: Shape::Map(&MCP_SERVER), secrets: Secrets::McpServers },
    member("mcpInstallNotified", Some("{}"), ANY_RECORD),
    member("soulMd", Some("\"\""), Shape::Prose),
    member("userMd", Some("\"\""), Shape::Prose),
    member("identityMd", Some("\"\""), Shape::Prose),
    member("skillsConfig", Some("{\"skills\":[]}"), SKILLS),
    member(
        "toolsConfig",
        Some("{}"),
        Shape::Record(&[("allowedTools", Shape::Texts), ("deniedTools", Shape::Texts), ("strictMode", Shape::Flag)]),
    ),
    Member { name: "pluginsConfig", default: Some("{}"), shape: ANY_RECORD, secrets: Secrets::ByName },
    Member { name: "authProfiles", default: Some("[]"), shape: Shape::List(&ANY_RECORD), secrets: Secrets::ByName },
    member(
        "installedProviders",
        Some("[]"),
        Shape::List(&Shape::Record(&[("providerId", Shape::Text), ("installedAt", Shape::Number)])),
    ),
    member("verboseLogging", Some("false"), Shape::Flag),
    member("preApprovedTools", Some("[]"), Shape::Texts),
    member("guardrails", Some("[]"), Shape::Texts),
    member("templateAgentId", None, Shape::Text),
];

impl Shape {
    /// Checks a value; the refusal names the path and the expected type, and never quotes the value.
    pub(super) fn check(&self, path: &str, value: &Value) -> Result<(), Refusal> {
        match (self, value) {
            (Self::Text | Self::Prose, Value::String(_))
            | (Self::Flag, Value::Bool(_))
            | (Self::Number, Value::Number(_)) => Ok(()),
            (Self::Texts, Value::Array(items)) => check_items(&Self::Text, path, items),
            (Self::List(shape), Value::Array(items)) => check_items(shape, path, items),
            (Self::Map(shape), Value::Object(members)) => {
                members.iter().try_for_each(|(name, value)| shape.check(&format!("{path}.{name}"), value))
            }
            (Self::Record(known), Value::Object(members)) => known
                .iter()
                .filter_map(|(name, shape)| Some((name, shape, members.get(*name).filter(|value| !value.is_null())?)))
                .try_for_each(|(name, shape, value)| shape.check(&format!("{path}.{name}"), value)),
            _ => Err(Refusal::field(INVALID_SETTINGS, path, format!("`{path}` must be {}.", self.expected()))),
        }
    }

    /// Refuses references to secrets in every text, those of members that are not known included.
    ///
    /// Exempt is prose only: the three documents of an agent, the content of a skill, the policy for egress and the texts
    /// of judges. Whoever writes there about references means the words.
    pub(super) fn refuse_references(&self, path: &str, value: &Value) -> Result<(), Refusal> {
        match (self, value) {
            (Self::Prose, _) | (_, Value::Null | Value::Bool(_) | Value::Number(_)) => Ok(()),
            (_, Value::String(text)) => refuse_reference(path, text),
            (_, Value::Array(items)) => items
                .iter()
                .enumerate()
                .try_for_each(|(index, item)| self.inner("").refuse_references(&format!("{path}[{index}]"), item)),
            (_, Value::Object(members)) => members
                .iter()
                .try_for_each(|(name, member)| self.inner(name).refuse_references(&format!("{path}.{name}"), member)),
        }
    }

    /// Gives the shape of an element, or of the member of this name; of one that is not known, that of anything.
    fn inner(&self, name: &str) -> &Self {
        match self {
            Self::List(shape) | Self::Map(shape) => shape,
            Self::Record(known) => {
                known.iter().find(|(known, _)| *known == name).map_or(&ANY_RECORD, |(_, shape)| shape)
            }
            _ => &ANY_RECORD,
        }
    }

    fn expected(&self) -> &'static str {
        match self {
            Self::Text | Self::Prose => "a string",
            Self::Flag => "a boolean",
            Self::Number => "a number",
            Self::Texts => "an array of strings",
            Self::List(_) => "an array",
            Self::Map(_) | Self::Record(_) => "an object",
            Self::Nothing => "absent: an MCP server of a skill has no env, headers or oauth",
        }
    }
}

fn check_items(shape: &Shape, path: &str, items: &[Value]) -> Result<(), Refusal> {
    items.iter().enumerate().try_for_each(|(index, item)| shape.check(&format!("{path}[{index}]"), item))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn check(name: &str, value: &Value) -> Result<(), Refusal> {
        MEMBERS.iter().find(|member| member.name == name).unwrap().shape.check(name, value)
    }

    #[test]
    fn every_default_has_its_own_shape() {
        for member in &MEMBERS {
            if let Some(default) = member.default {
                member.shape.check(member.name, &serde_json::from_str(default).unwrap()).unwrap();
            }
        }
    }

    #[test]
    fn every_member_refuses_a_value_of_another_type_and_names_its_path() {
        for member in &MEMBERS {
            assert!(check(member.name, &json!(null)).is_err(), "{}", member.name);
            assert!(check(member.name, &json!([[1]])).is_err(), "{}", member.name);
        }
        let refusal = check("networkConfig", &json!({ "allowedDomains": ["a.com", 7] })).unwrap_err();
        assert!(format!("{refusal:?}").contains("networkConfig.allowedDomains[1]"), "{refusal:?}");
    }

    #[test]
    fn full_members_pass_and_unknown_parts_of_records_are_kept() {
        for (name, value) in [
            ("networkConfig", json!({ "judgedDomains": [{ "domain": "x", "judge": null }], "other": 1 })),
            ("mcpServers", json!({ "gh": { "url": "https://x", "env": { "A": "b" }, "oauth": { "scopes": ["a"] } } })),
            ("skillsConfig", json!({ "skills": [{ "name": "a", "mcpServers": [{ "id": "m", "args": [] }] }] })),
            ("installedProviders", json!([{ "providerId": "p", "installedAt": 1 }])),
        ] {
            check(name, &value).unwrap();
        }
        assert!(check("mcpServers", &json!({ "gh": { "headers": { "A": 1 } } })).is_err());
        assert!(check("skillsConfig", &json!({ "skills": [{ "mcpServers": [{ "env": { "A": "b" } }] }] })).is_err());
    }
}
