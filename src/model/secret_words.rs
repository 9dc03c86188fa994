//! Whether a name says that its value is a secret, by the words that the name is made of.

/// A word that is or ends in one of these, or in its plural, names a secret.
const ENDINGS: [&str; 7] = ["token", "secret", "password", "passwd", "passphrase", "credential", "cookie"];

/// Names of secrets that count as whole words only: `keyboard`, `author` and `bypass` are none.
const WORDS: [&str; 9] = ["key", "keys", "auth", "authorization", "dsn", "bearer", "pwd", "pass", "pat"];

/// Words that people write together, where no capital or sign parts them.
const COMPOUNDS: [&str; 24] = [
    "apikey",
    "apikeys",
    "accesskey",
    "secretkey",
    "privatekey",
    "authkey",
    "signingkey",
    "encryptionkey",
    "masterkey",
    "sharedkey",
    "sessionkey",
    "accountkey",
    "licensekey",
    "servicekey",
    "sshkey",
    "hmackey",
    "passkey",
    "passcode",
    "dbpass",
    "dbpwd",
    "userpass",
    "pgpass",
    "smtppass",
    "xauth",
];

/// Pairs of words of which the second would name a secret alone.
const INNOCENT_PAIRS: [(&str, &str); 2] = [("public", "key"), ("max", "tokens")];

/// Whether a key, a flag or a variable names a secret by itself.
pub fn is_secret_key(name: &str) -> bool {
    let words = words(name);
    words.iter().enumerate().any(|(at, word)| {
        let before = at.checked_sub(1).and_then(|at| words.get(at));
        let is_innocent = before.is_some_and(|before| INNOCENT_PAIRS.contains(&(before.as_str(), word.as_str())));
        !is_innocent && is_secret_word(word)
    })
}

fn is_secret_word(word: &str) -> bool {
    let singular = word.strip_suffix('s').unwrap_or(word);
    WORDS.contains(&word)
        || COMPOUNDS.contains(&word)
        || ENDINGS.iter().any(|ending| word.ends_with(ending) || singular.ends_with(ending))
}

/// The words of a name in lower case: it is parted at signs, at digits, and where the case changes.
fn words(name: &str) -> Vec<String> {
    let characters: Vec<char> = name.chars().collect();
    let mut words = Vec::new();
    let mut word = String::new();
    for (at, character) in characters.iter().enumerate() {
        let before = at.checked_sub(1).and_then(|at| characters.get(at));
        let follows_lower = before.is_some_and(|before| before.is_lowercase());
        // The last capital of `APIKey` begins a word.
        let begins = before.is_some_and(|before| before.is_uppercase())
            && characters.get(at + 1).is_some_and(|next| next.is_lowercase());
        if !character.is_alphabetic() || character.is_uppercase() && (follows_lower || begins) {
            words.push(std::mem::take(&mut word));
        }
        if character.is_alphabetic() {
            word.extend(character.to_lowercase());
        }
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_parted_into_words() {
        let table: [(&str, &[&str]); 7] = [
            ("botToken", &["bot", "token"]),
            ("APIKey", &["api", "key"]),
            ("X-API-Key", &["x", "api", "key"]),
            ("GITHUB_PERSONAL_ACCESS_TOKEN", &["github", "personal", "access", "token"]),
            ("oauth2.clientSecret", &["oauth", "client", "secret"]),
            ("--token1", &["token"]),
            ("", &[]),
        ];
        for (name, expected) in table {
            assert_eq!(words(name), expected, "{name}");
        }
    }

    #[test]
    fn words_name_secrets() {
        for name in [
            "token",
            "tokens",
            "botToken",
            "bottoken",
            "TELEGRAM_BOT_TOKEN2",
            "signingSecret",
            "appPassword",
            "db.passwd",
            "passphrase",
            "credentials",
            "session-cookie",
            "cookies",
            "key",
            "api-key",
            "apikey",
            "APIKEY",
            "apiKeys",
            "x-auth",
            "Authorization",
            "Proxy-Authorization",
            "DSN",
            "sentry_dsn",
            "bearer",
            "pwd",
            "DB_PASS",
            "dbpass",
            "github-pat",
            "publicKeyPassword",
            "private_key",
        ] {
            assert!(is_secret_key(name), "{name}");
        }
    }

    #[test]
    fn words_that_only_hold_such_letters_are_innocent() {
        for name in [
            "keyboard",
            "keyboardLayout",
            "monkey",
            "author",
            "authors",
            "authority",
            "bypass",
            "compass",
            "path",
            "patch",
            "passenger",
            "tokenizer",
            "secretary",
            "publicKey",
            "PUBLIC_KEY",
            "max_tokens",
            "maxTokens",
            "chatId",
            "Accept",
            "keystone",
            "turkey",
            "cookiecutter",
            "",
        ] {
            assert!(!is_secret_key(name), "{name}");
        }
    }
}
