use std::collections::BTreeSet;
use std::fmt::Write as _;

use sha2::{Digest as _, Sha256};

use crate::model::SecretName;

/// Names that start so are settings of this program, or never come from the process environment.
const RESERVED: [&str; 4] = ["LOBU_", "GITHUB_", "ACTIONS_", "CI_"];

/// How long a name may be, in characters.
const LONGEST: usize = 128;

/// Makes names for values that can't be written: qualified by where the value stands, and new to the project.
#[derive(Debug, Default)]
pub(super) struct SecretNames {
    known: BTreeSet<SecretName>,
    taken: BTreeSet<SecretName>,
}

impl SecretNames {
    /// Starts with the names that the project refers to, and with those that mean something in the org.
    pub(super) fn new(
        known: impl IntoIterator<Item = SecretName>,
        of_org: impl IntoIterator<Item = SecretName>,
    ) -> Self {
        let known: BTreeSet<SecretName> = known.into_iter().collect();
        Self { taken: known.iter().cloned().chain(of_org).collect(), known }
    }

    /// Whether the project refers to a name.
    pub(super) fn knows(&self, name: &SecretName) -> bool {
        self.known.contains(name)
    }

    /// A new name from the parts of a place, such as agent, platform and key: `TRIAGE_SLACK_OPS_BOT_TOKEN`.
    pub(super) fn make(&mut self, parts: &[&str]) -> SecretName {
        let base = shortened(parts);
        let numbered = (2..).map(|number: u32| format!("{base}_{number}"));
        let candidates = std::iter::once(base.clone()).chain(numbered);
        let free = candidates.filter_map(|name| SecretName::parse(&name).ok()).find(|name| !self.taken.contains(name));
        // There is always a free number; the fallback is for the type checker.
        let name = free.unwrap_or_else(|| SecretName::from_server(base));
        self.taken.insert(name.clone());
        name
    }
}

fn shortened(parts: &[&str]) -> String {
    let words: Vec<String> = parts.iter().map(|part| upper_snake(part)).filter(|word| !word.is_empty()).collect();
    let mut name = words.join("_");
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_uppercase());
    if !starts || RESERVED.iter().any(|prefix| name.starts_with(prefix)) {
        name.insert_str(0, "AGENT_");
    }
    // Room for the number that makes it unique.
    let most = LONGEST - 12;
    if name.len() > most {
        let digest = Sha256::digest(name.as_bytes());
        name.truncate(most - 9);
        name.push('_');
        for byte in digest.iter().take(4) {
            let _infallible = write!(name, "{byte:02X}");
        }
    }
    name
}

/// `botToken` → `BOT_TOKEN`; what is no ASCII letter or digit separates words.
fn upper_snake(text: &str) -> String {
    let mut name = String::new();
    let mut after_small = false;
    // A server's names may be of any length; a name of ours is not.
    for character in text.chars().take(LONGEST) {
        if !character.is_ascii_alphanumeric() {
            after_small = false;
            if !name.is_empty() && !name.ends_with('_') {
                name.push('_');
            }
            continue;
        }
        if character.is_ascii_uppercase() && after_small {
            name.push('_');
        }
        after_small = character.is_ascii_lowercase() || character.is_ascii_digit();
        name.push(character.to_ascii_uppercase());
    }
    name.trim_end_matches('_').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_say_where_the_value_stands() {
        let mut names = SecretNames::default();
        let table = [
            (vec!["triage", "slack", "ops", "botToken"], "TRIAGE_SLACK_OPS_BOT_TOKEN"),
            (vec!["triage", "telegram", "botToken"], "TRIAGE_TELEGRAM_BOT_TOKEN"),
            (vec!["a", "mcp", "gh", "Authorization"], "A_MCP_GH_AUTHORIZATION"),
            (vec!["a", "mcp", "x.y", "X-API-Key"], "A_MCP_X_Y_X_API_KEY"),
            (vec!["a", "", "é", "k2V"], "A_K2_V"),
        ];
        for (parts, name) in table {
            assert_eq!(names.make(&parts).as_str(), name);
        }
    }

    #[test]
    fn names_are_new_valid_and_none_that_mean_something_else() {
        let taken = SecretName::parse("A_B").unwrap();
        let mut names = SecretNames::new([taken.clone()], [SecretName::parse("A_C").unwrap()]);
        assert!(names.knows(&taken));
        assert_eq!(names.make(&["a", "b"]).as_str(), "A_B_2");
        assert_eq!(names.make(&["a", "b"]).as_str(), "A_B_3");
        assert!(!names.knows(&SecretName::parse("A_C").unwrap()));
        assert_eq!(names.make(&["a", "c"]).as_str(), "A_C_2");
        assert_eq!(names.make(&["lobu", "token"]).as_str(), "AGENT_LOBU_TOKEN");
        assert_eq!(names.make(&["github", "token"]).as_str(), "AGENT_GITHUB_TOKEN");
        assert_eq!(names.make(&["1", "b"]).as_str(), "AGENT_1_B");
        assert_eq!(names.make(&["\u{202E}"]).as_str(), "AGENT_");
        let long = names.make(&[&"x".repeat(1 << 20), "y"]);
        assert!(long.as_str().len() <= LONGEST && SecretName::parse(long.as_str()).is_ok(), "{long}");
    }
}
