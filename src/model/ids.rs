use std::fmt;

/// Slugs of entity types that the server keeps for itself.
pub const RESERVED_ENTITY_SLUGS: [&str; 14] = [
    "agents",
    "connectors",
    "events",
    "members",
    "settings",
    "watchers",
    "organization",
    "user",
    "watcher",
    "content",
    "source",
    "sources",
    "connections",
    "connector",
];

/// A name that does not have the form its place demands.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{kind} must match {pattern}")]
pub struct InvalidName {
    /// What the name stands for, in the user's words.
    pub kind: &'static str,
    /// The form, as a regular expression to show.
    pub pattern: &'static str,
}

macro_rules! name_type {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub struct $name(String);

        impl $name {
            /// The name as text.
            pub fn as_str(&self) -> &str {
                &self.0
            }

            /// Takes a name that a server gave; its form is the server's business.
            pub fn from_server(name: impl Into<String>) -> Self {
                Self(name.into())
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str(&self.0)
            }
        }
    };
}

name_type! {
    /// An agent's id, unique in its org.
    AgentId
}
name_type! {
    /// The path element that names an organization in `/api/{org}/…`.
    OrgSlug
}
name_type! {
    /// A platform's id in its org.
    StableId
}
name_type! {
    /// The name of a secret: what follows the `$` of a reference.
    SecretName
}
name_type! {
    /// The slug of an entity type or a relationship type, in the form that the server stores.
    TypeSlug
}

impl AgentId {
    /// The server's rule for ids.
    pub const PATTERN: &'static str = "^[a-z][a-z0-9-]{2,59}$";

    /// Checks an id by the server's rule, which is stricter than the file format's.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let mut bytes = text.bytes();
        let starts = bytes.next().is_some_and(|byte| byte.is_ascii_lowercase());
        let rest = bytes.all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        if starts && rest && (3..=60).contains(&text.len()) {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName { kind: "an agent id", pattern: Self::PATTERN })
        }
    }
}

impl OrgSlug {
    /// The client-side rule for slugs.
    pub const PATTERN: &'static str = "^[a-z0-9](?:[a-z0-9_-]*[a-z0-9])?$";

    /// Checks a slug that a person wrote; capitals are accepted and kept.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let edge = |byte: Option<u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric());
        let inner = text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_');
        if edge(text.bytes().next()) && edge(text.bytes().last()) && inner {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName { kind: "an org slug", pattern: Self::PATTERN })
        }
    }

    /// Whether two slugs name one org: the server's rule for slugs ignores case.
    pub fn is_same_org(&self, other: &Self) -> bool {
        self.0.eq_ignore_ascii_case(&other.0)
    }
}

impl SecretName {
    /// The form of a name.
    pub const PATTERN: &'static str = "^[A-Z][A-Z0-9_]*$";

    /// Checks a bare name, without its `$`.
    pub fn parse(text: &str) -> Result<Self, InvalidName> {
        let starts = text.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase());
        let rest = text.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
        if starts && rest {
            Ok(Self(text.to_owned()))
        } else {
            Err(InvalidName { kind: "a secret name", pattern: Self::PATTERN })
        }
    }

    /// Reads a reference: the whole trimmed text is `$NAME`.
    pub fn from_reference(text: &str) -> Option<Self> {
        Self::parse(text.trim().strip_prefix('$')?).ok()
    }

    /// The reference as a file writes it.
    pub fn reference(&self) -> String {
        format!("${}", self.0)
    }
}

impl StableId {
    /// Derives the id of a platform from agent, type and optional name.
    ///
    /// An empty name counts as none; parts that slugify to nothing leave their hyphens behind, as the existing client does.
    pub fn derive(agent: &str, platform_type: &str, name: Option<&str>) -> Self {
        let mut parts = vec![slugify(agent), slugify(platform_type)];
        if let Some(name) = name.filter(|name| !name.is_empty()) {
            parts.push(slugify(name));
        }
        Self(parts.join("-"))
    }
}

impl TypeSlug {
    /// Rewrites an entity slug as the server does on create: lower case, other characters become `-`.
    pub fn rewritten(text: &str) -> Self {
        let kept = |c: char| if c.is_ascii_lowercase() || c.is_ascii_digit() { c } else { '-' };
        Self(text.to_lowercase().chars().map(kept).collect())
    }

    /// Takes a relationship slug, which the server stores as it is.
    pub fn verbatim(text: &str) -> Self {
        Self(text.to_owned())
    }
}

fn slugify(text: &str) -> String {
    let mut slug = String::with_capacity(text.len());
    for c in text.to_lowercase().chars() {
        if c.is_ascii_lowercase() || c.is_ascii_digit() {
            slug.push(c);
        } else if !slug.ends_with('-') {
            slug.push('-');
        }
    }
    slug.trim_matches('-').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stable_ids_follow_the_table_of_section_4() {
        let table = [
            ("triage", "telegram", None, "triage-telegram"),
            ("triage", "slack", Some("ops"), "triage-slack-ops"),
            ("Tri Age", "Slack/Ops", Some("Bot 1"), "tri-age-slack-ops-bot-1"),
            ("my--agent", "gchat", Some("a--b"), "my-agent-gchat-a-b"),
            ("-lead-", "teams", Some("-x-"), "lead-teams-x"),
            ("Ünï-cøde", "slack", Some("Éclair"), "n-c-de-slack-clair"),
            ("a_b", "whats.app", Some("v1.2"), "a-b-whats-app-v1-2"),
            ("9lives", "discord", Some("prod-"), "9lives-discord-prod"),
            ("agent", "slack", Some(""), "agent-slack"),
            ("agent", "slack", Some("!!!"), "agent-slack-"),
            ("agent", "!!!", None, "agent-"),
            ("İstanbul", "telegram", None, "i-stanbul-telegram"),
            ("ẞtrasse", "telegram", Some("\u{212A}elvin"), "trasse-telegram-kelvin"),
        ];
        for (agent, platform_type, name, id) in table {
            assert_eq!(StableId::derive(agent, platform_type, name).as_str(), id);
        }
    }

    #[test]
    fn references_are_whole_trimmed_values() {
        for text in ["$FOO", "  $FOO  "] {
            assert_eq!(SecretName::from_reference(text).unwrap().as_str(), "FOO");
        }
        for text in ["$foo", "$1A", "$_A", "${FOO}", "prefix$FOO", "Bearer $FOO", "$", "", "$$FOO"] {
            assert_eq!(SecretName::from_reference(text), None, "{text}");
        }
    }

    #[test]
    fn agent_ids_follow_the_servers_rule() {
        for id in ["abc", "a-1", &"a".repeat(60)] {
            assert!(AgentId::parse(id).is_ok(), "{id}");
        }
        for id in ["a", "ab", "1bot", "Abc", "a_b", "", &"a".repeat(61)] {
            assert!(AgentId::parse(id).is_err(), "{id}");
        }
    }

    #[test]
    fn entity_slugs_are_rewritten_as_the_server_does() {
        assert_eq!(TypeSlug::rewritten("fund_Round").as_str(), "fund-round");
        assert_eq!(TypeSlug::rewritten("a  b").as_str(), "a--b");
    }

    #[test]
    fn org_slugs_have_alphanumeric_edges() {
        for slug in ["dev", "a", "a_b-c", "Dev"] {
            assert!(OrgSlug::parse(slug).is_ok(), "{slug}");
        }
        for slug in ["", "-a", "a-", "a b", "a/b", "ü"] {
            assert!(OrgSlug::parse(slug).is_err(), "{slug}");
        }
    }
}
