use super::SecretName;

/// A part of a text that looks like a reference to a secret, and is sent as text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NearReference {
    /// The part as it is written; none where it could be a secret itself.
    pub written: Option<String>,
    /// The name that may be meant, if a secret can have it.
    pub name: Option<SecretName>,
    /// Whether it is the whole text.
    pub is_whole: bool,
}

/// The longest name that a message repeats.
const LONGEST_NAME: usize = 64;

impl NearReference {
    /// Looks for one. `is_read` says whether a whole `$NAME` is a reference in that place.
    ///
    /// `${env:NAME}` is read by the gateway, and `$$NAME` is the way to write the text `$NAME`.
    pub fn find(text: &str, is_read: bool) -> Option<Self> {
        let trimmed = text.trim();
        if SecretName::from_reference(trimmed).is_some() {
            return (!is_read).then(|| Self::of(trimmed, trimmed.strip_prefix('$').unwrap_or_default(), true));
        }
        let signs: Vec<usize> = trimmed.match_indices('$').map(|(at, _)| at).collect();
        signs.into_iter().find_map(|at| Self::at(trimmed, at))
    }

    fn at(text: &str, at: usize) -> Option<Self> {
        let (before, rest) = text.split_at(at);
        let after = rest.strip_prefix('$')?;
        if before.ends_with('$') {
            return None;
        }
        if let Some((name, behind)) = after.strip_prefix('{').and_then(|inner| inner.split_once('}')) {
            let is_whole = before.is_empty() && behind.is_empty();
            return is_name(name).then(|| Self::of(&format!("${{{name}}}"), name, is_whole));
        }
        let end = after.find(|character: char| !is_name_character(character)).unwrap_or(after.len());
        let (name, behind) = after.split_at(end);
        let written = format!("${name}");
        if before.is_empty() && behind.is_empty() {
            return is_name(name).then(|| Self::of(&written, name, true));
        }
        // Within a longer text only what is spelled like the name of a secret: `pa$word` is a password.
        let is_joined = before.chars().next_back().is_some_and(char::is_alphanumeric);
        let is_spelled = name.len() > 1 && SecretName::parse(name).is_ok();
        (is_spelled && !is_joined).then(|| Self::of(&written, name, false))
    }

    fn of(written: &str, name: &str, is_whole: bool) -> Self {
        // A password may begin with `$`: what has digits in it is not repeated, unless braces or capitals mark a name.
        let is_spelled = written.starts_with("${") || SecretName::parse(name).is_ok();
        let is_plain = name.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'_');
        let is_shown = (is_spelled || is_plain) && name.len() <= LONGEST_NAME && !super::has_secret_shape(name);
        Self {
            written: is_shown.then(|| written.to_owned()),
            name: SecretName::parse(&name.to_uppercase()).ok().filter(|_| is_shown),
            is_whole,
        }
    }
}

fn is_name_character(character: char) -> bool {
    character.is_ascii_alphanumeric() || character == '_'
}

fn is_name(text: &str) -> bool {
    text.starts_with(|first: char| first.is_ascii_alphabetic() || first == '_') && text.chars().all(is_name_character)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn found(text: &str, is_read: bool) -> Option<(String, String)> {
        let near = NearReference::find(text, is_read)?;
        Some((near.written.unwrap_or_default(), near.name.map(|name| name.reference()).unwrap_or_default()))
    }

    fn pair(written: &str, name: &str) -> (String, String) {
        (written.to_owned(), name.to_owned())
    }

    #[test]
    fn what_looks_like_a_reference_is_found() {
        for is_read in [true, false] {
            assert_eq!(found("${SLACK_TOKEN}", is_read), Some(pair("${SLACK_TOKEN}", "$SLACK_TOKEN")));
            assert_eq!(found(" $slack_token ", is_read), Some(pair("$slack_token", "$SLACK_TOKEN")));
            assert_eq!(found("Bearer $TOKEN", is_read), Some(pair("$TOKEN", "$TOKEN")));
            assert_eq!(found("--token=$TOKEN", is_read), Some(pair("$TOKEN", "$TOKEN")));
            assert_eq!(found("https://${host}/x", is_read), Some(pair("${host}", "$HOST")));
        }
        assert_eq!(found("$TOKEN", false), Some(pair("$TOKEN", "$TOKEN")));
        assert_eq!(found("$TOKEN", true), None);
    }

    #[test]
    fn what_looks_like_none_is_not() {
        for text in
            ["", "$", "$5", "US$A1", "pa$word", "pa$$WORD", "${env:TOKEN}", "$(cat x)", "$$TOKEN", "a $$TOKEN", "${}"]
        {
            assert_eq!(found(text, true), None, "{text}");
        }
    }

    #[test]
    fn what_may_be_a_password_is_not_repeated() {
        let near = NearReference::find("$hunter2x9", true).unwrap();
        assert_eq!((near.written, near.name), (None, None));
    }
}
