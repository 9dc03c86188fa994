//! Secrets among the arguments of a command, which nothing but their flags and names tells from other texts.

use super::{Place, Text, classify, is_secret_key};

/// Names of ways to log in, in front of what is a secret.
const SCHEMES: [&str; 3] = ["bearer", "basic", "digest"];

/// The arguments of one command, looked at one by one and in order.
#[derive(Debug, Default)]
pub struct Arguments {
    /// Whether the last one was a flag whose value is a secret.
    is_value: bool,
}

impl Arguments {
    /// Wraps the next argument by what may be done with it.
    pub fn next(&mut self, argument: &str) -> Text {
        if self.hides(argument) { Text::sensitive(argument) } else { classify(Place::Elsewhere, "", argument) }
    }

    /// Goes on after an element that is no text.
    pub fn skip(&mut self) {
        self.is_value = false;
    }

    fn hides(&mut self, argument: &str) -> bool {
        let is_value = std::mem::take(&mut self.is_value);
        let flag = flag(argument);
        self.is_value = flag.is_some_and(is_secret_key);
        is_value && flag.is_none() && is_literal(argument) || has_secret_argument(argument)
    }
}

/// Wraps a command by what may be done with it: some have arguments in the same text.
pub fn classify_command(command: &str) -> Text {
    if has_secret_argument(command) { Text::sensitive(command) } else { classify(Place::Elsewhere, "", command) }
}

/// Whether one text gives a secret a name: `--token=X`, `TOKEN=X`, `Authorization: Bearer X`, `{"apiKey": "X"}`, or a whole
/// command with such arguments.
pub fn has_secret_argument(text: &str) -> bool {
    let signs = text.char_indices().filter(|(_, character)| matches!(character, '=' | ':'));
    let mut named = signs.map(|(at, _)| text.split_at(at));
    named.any(|(before, rest)| is_named(before, rest)) || is_login(text) || has_flags(text)
}

/// The name of a flag that stands alone.
fn flag(argument: &str) -> Option<&str> {
    let name = argument.trim_start_matches('-');
    let is_name = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
    // `-4a7F` is no flag: what follows one dash and has a digit may be a value.
    let is_value = argument.len() == name.len() + 1 && name.bytes().any(|byte| byte.is_ascii_digit());
    (argument.starts_with('-') && !name.is_empty() && !is_value && name.bytes().all(is_name)).then_some(name)
}

/// Whether a sign has the name of a secret before it, in quotation marks or not, and a value behind it that stands there itself.
fn is_named(before: &str, rest: &str) -> bool {
    let is_quote = |character: char| matches!(character, ' ' | '"' | '\'' | '\\');
    let before = before.trim_end_matches(is_quote);
    let is_name = |character: char| character.is_alphanumeric() || matches!(character, '-' | '_' | '.');
    let outside = before.trim_end_matches(is_name);
    let name = before.strip_prefix(outside).unwrap_or_default();
    let (is_assigned, value) = match (rest.strip_prefix('='), rest.strip_prefix(':')) {
        (Some(value), _) => (true, value),
        (_, value) => (false, value.unwrap_or_default()),
    };
    // `auth.example:443` and `registry/auth-server:1.2` are no names of secrets.
    let is_joined = !is_assigned && !value.starts_with(is_quote);
    let is_place = outside.trim_start().len() > 1 && outside.ends_with('/') || value.starts_with("//");
    if is_joined && is_place {
        return false;
    }
    let own = if is_joined { name.rsplit(['-', '_', '.']).next().unwrap_or_default() } else { name };
    // `-Hauthorization: X`: the value of a short flag may follow it at once.
    let behind_flag = name.strip_prefix('-').filter(|rest| !rest.starts_with('-')).and_then(|rest| rest.get(1..));
    if !is_secret_key(own) && !behind_flag.is_some_and(is_secret_key) {
        return false;
    }
    let end = |character: char| matches!(character, '"' | '\'' | '\\' | ',' | '&' | ';');
    let value = value.trim_start_matches(is_quote).split(end).next().unwrap_or_default();
    let mut words = value.split_whitespace().filter(|word| !is_scheme(word));
    if is_assigned { words.next().is_some_and(is_literal) } else { words.any(is_literal) }
}

fn is_scheme(word: &str) -> bool {
    SCHEMES.iter().any(|scheme| word.eq_ignore_ascii_case(scheme))
}

/// Whether a text is the value of an `Authorization` header.
fn is_login(text: &str) -> bool {
    let words: Vec<&str> = text.split_whitespace().collect();
    matches!(words.as_slice(), [scheme, value] if is_scheme(scheme) && is_literal(value))
}

/// Whether a text is a command of its own, with a secret among its arguments.
fn has_flags(text: &str) -> bool {
    if !text.contains(char::is_whitespace) {
        return false;
    }
    let mut arguments = Arguments::default();
    text.split_whitespace().any(|word| arguments.hides(word.trim_matches(['"', '\''])))
}

/// Whether a value is one, and not the place of one: `$NAME`, `${NAME}`, `${env:NAME}`.
fn is_literal(value: &str) -> bool {
    let value = value.trim_end_matches([')', ']']);
    let name = value.trim_end_matches('}').strip_prefix('$');
    let is_name =
        |name: &str| name.bytes().all(|byte| byte.is_ascii_uppercase() || byte.is_ascii_digit() || byte == b'_');
    let is_reference = name.is_some_and(|name| match name.strip_prefix('{') {
        Some(inside) => !inside.contains(['{', '}', '$']) && value.ends_with('}'),
        None => !name.is_empty() && is_name(name),
    });
    !is_reference && !matches!(value, "" | "true" | "false" | "null" | "}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hidden(arguments: &[&str]) -> Vec<bool> {
        let mut read = Arguments::default();
        arguments.iter().map(|argument| matches!(read.next(argument), Text::Sensitive(_))).collect()
    }

    #[test]
    fn the_value_of_a_flag_is_hidden() {
        let command = ["-y", "server", "--api-key", "X", "--port", "80", "--password", "hunter2", "-v"];
        assert_eq!(hidden(&command), [false, false, false, true, false, false, false, true, false]);
        assert_eq!(hidden(&["--token", "--verbose", "--token", "-Ab3xQ", "x"]), [false, false, false, true, false]);
        assert_eq!(hidden(&["--token", "$TOKEN", "--token", "${env:TOKEN}"]), [false; 4]);
    }

    #[test]
    fn what_a_text_names_is_hidden() {
        for text in [
            "--token=X",
            "TOKEN=X",
            "-eGITHUB_TOKEN=X",
            "--env=TOKEN=X",
            "Authorization: Bearer X",
            "authorization:X",
            "-Hauthorization: X",
            "--header=X-Api-Key: X",
            "Cookie: a=b",
            "Bearer X",
            r#"{"apiKey":"X"}"#,
            r#"{\"apiKey\": \"X\"}"#,
            "{apiKey: X}",
            "/token:X",
            "export TOKEN=X && server",
            "npx server --api-key X",
            "TOKEN=${A}X",
            "--password=$ecret",
            "url=jdbc;user=a;password=X",
        ] {
            assert_eq!(hidden(&[text]), [true], "{text}");
            assert!(matches!(classify_command(text), Text::Sensitive(_)), "{text}");
        }
    }

    #[test]
    fn what_holds_no_secret_is_shown() {
        for text in [
            "npx",
            "server.js",
            "--keyboard=us",
            "--token=",
            "--token=$TOKEN",
            "--token=${TOKEN}",
            "Authorization:${AUTH_HEADER}",
            "Authorization: Bearer ${TOKEN}",
            r#"{"apiKey":"${KEY}"}"#,
            "--auth=true",
            "https://auth.example:443/mcp",
            "--url=https://auth.example/mcp",
            "ghcr.io/some/auth:1.2",
            "auth-server:1.2",
            "npx server --api-key $KEY",
            "KEY=$KEY server --port 80",
            "A=B",
            "",
        ] {
            assert_eq!(hidden(&[text]), [false], "{text}");
            assert!(matches!(classify_command(text), Text::Known(_)), "{text}");
        }
    }
}
