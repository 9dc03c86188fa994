use std::fmt;

use crate::model::has_secret_shape;

/// The longest key that a message repeats.
const LONGEST_KEY: usize = 80;

/// A place in the document, as the keys that lead there; linked to its parent so that it costs nothing until it is shown.
#[derive(Clone, Copy)]
pub(super) struct Path<'a> {
    parent: Option<&'a Path<'a>>,
    step: PathStep<'a>,
}

#[derive(Clone, Copy)]
enum PathStep<'a> {
    Root,
    Key(&'a str),
    /// The place in a list, from 0 as in the existing client.
    Element(usize),
}

impl<'a> Path<'a> {
    pub(super) const ROOT: Path<'static> = Path { parent: None, step: PathStep::Root };

    pub(super) fn key(&'a self, key: &'a str) -> Self {
        Path { parent: Some(self), step: PathStep::Key(key) }
    }

    pub(super) fn element(&'a self, index: usize) -> Self {
        Path { parent: Some(self), step: PathStep::Element(index) }
    }

    /// The key that it ends with; of an element that of its list.
    pub(super) fn leaf(&self) -> &'a str {
        match (self.step, self.parent) {
            (PathStep::Key(key), _) => key,
            (PathStep::Element(_), Some(parent)) => parent.leaf(),
            _ => "",
        }
    }

    /// Whether prose stands there, which may speak of anything: the text of a judge, or a policy.
    pub(super) fn is_prose(&self) -> bool {
        let is_of = |key: &str| self.parent.is_some_and(|parent| parent.leaf() == key);
        matches!(self.leaf(), "extra_policy" | "judge") || is_of("judges")
    }

    pub(super) fn is_root(&self) -> bool {
        matches!(self.step, PathStep::Root)
    }
}

impl fmt::Display for Path<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(parent) = self.parent {
            parent.fmt(formatter)?;
            if !parent.is_root() && matches!(self.step, PathStep::Key(_)) {
                formatter.write_str(".")?;
            }
        }
        match self.step {
            PathStep::Root => Ok(()),
            PathStep::Key(key) => formatter.write_str(&shown_key(key)),
            PathStep::Element(number) => write!(formatter, "[{number}]"),
        }
    }
}

/// A key as a message may repeat it: quoted where TOML would, masked where it looks like a secret or is overlong.
pub(super) fn shown_key(key: &str) -> String {
    if has_secret_shape(key) {
        return "(hidden)".to_owned();
    }
    if key.chars().count() > LONGEST_KEY {
        return "…".to_owned();
    }
    if !key.is_empty() && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_') {
        return key.to_owned();
    }
    format!("\"{key}\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_read_like_the_file() {
        let agents = Path::ROOT.key("agents");
        let agent = agents.key("a b");
        let platforms = agent.key("platforms");
        let platform = platforms.element(0);
        assert_eq!(platform.key("type").to_string(), "agents.\"a b\".platforms[0].type");
    }

    #[test]
    fn keys_that_look_like_secrets_are_not_repeated() {
        assert_eq!(shown_key(&format!("ghp_{}", "a1".repeat(12))), "(hidden)");
        assert_eq!(shown_key(&"k".repeat(100)), "…");
        assert_eq!(shown_key(""), "\"\"");
    }
}
