//! A value that only the org has never goes to another destination: one changed URL in a pull request would steal a credential.

use std::collections::BTreeMap;

use crate::model::FieldPath;
use crate::schema::{ResourceKey, file_path};

use super::context::Context;

/// Words of a config key that say that its value is an address.
const ADDRESS_WORDS: [&str; 10] =
    ["url", "uri", "endpoint", "host", "hostname", "server", "homeserver", "domain", "webhook", "baseurl"];

/// Reports what would go to another destination: paths of values by the entry that moves.
pub(super) fn refuse_carried(context: &mut Context<'_>, key: &ResourceKey, carried: Vec<(FieldPath, FieldPath)>) {
    let mut by_entry: BTreeMap<FieldPath, Vec<String>> = BTreeMap::new();
    for (entry, path) in carried {
        by_entry.entry(entry).or_default().push(file_path(key.kind, &path));
    }
    for (entry, paths) in by_entry {
        let entry = file_path(key.kind, &entry);
        let message = format!(
            "`{entry}` changes where its values are sent, and only the org has `{}`, which would go there too",
            paths.join("`, `")
        );
        context.problem(key, message, Some(DECLARE));
    }
}

const DECLARE: &str = "Declare each of these values in the files, or clear it (\"\").";

/// Whether a key of a platform's config, or what it holds, says where the platform's values go.
pub fn is_address(key: &str, texts: &[Option<&str>]) -> bool {
    texts.iter().flatten().any(|text| text.contains("://")) || ADDRESS_WORDS.contains(&last_word(key).as_str())
}

/// The last word of a key in lower case, split at `-`, `_`, `.` and where a capital follows a small letter.
fn last_word(key: &str) -> String {
    let mut word = String::new();
    let mut was_lower = false;
    for c in key.chars() {
        if matches!(c, '-' | '_' | '.') || (c.is_uppercase() && was_lower) {
            word.clear();
        }
        if c.is_alphanumeric() {
            word.extend(c.to_lowercase());
        }
        was_lower = c.is_lowercase() || c.is_ascii_digit();
    }
    word
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_told_by_its_key_or_its_text() {
        for key in ["url", "serverUrl", "API_URL", "webhook-endpoint", "matrix.homeserver", "host", "serverURL"] {
            assert!(is_address(key, &[Some("x")]), "{key}");
        }
        for key in ["botToken", "chatId", "urls", "ghost", "hostility", ""] {
            assert!(!is_address(key, &[Some("x"), None]), "{key}");
        }
        assert!(is_address("anything", &[None, Some("https://x")]));
    }
}
