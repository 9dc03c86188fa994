use std::ops::Range;

use crate::model::{trim, trim_start};

/// A skill file, taken apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Parts<'t> {
    /// The YAML between the fences, none if there is no frontmatter.
    pub(super) yaml: Option<&'t str>,
    /// How many lines of the file stand before the YAML.
    pub(super) lines: u32,
    /// The rest, trimmed; without frontmatter the whole text.
    pub(super) body: &'t str,
    /// Whether a block is opened and never closed, so that it counts as text.
    pub(super) is_open: bool,
}

/// Takes a skill file apart.
///
/// The trimmed text starts with a line `---`; the block ends at the first line that starts with `---`, of which the rest
/// joins the body. Between them lies at least one character, else there is no frontmatter.
pub(super) fn split(text: &str) -> Parts<'_> {
    let started = trim_start(text);
    let whole = trim(started);
    let none = |is_open| Parts { yaml: None, lines: 0, body: whole, is_open };
    let opened = whole.strip_prefix("---");
    let Some(block) = opened.and_then(|rest| rest.strip_prefix('\n').or_else(|| rest.strip_prefix("\r\n"))) else {
        return none(false);
    };
    if block.starts_with("---") {
        return none(false);
    }
    let Some((yaml, after)) = block.split_once("\n---") else { return none(true) };
    let yaml = yaml.strip_suffix('\r').unwrap_or(yaml);
    if yaml.is_empty() {
        return none(false);
    }
    let before = text.strip_suffix(started).unwrap_or_default();
    let breaks = before.matches('\n').count().saturating_add(1);
    Parts { yaml: Some(yaml), lines: u32::try_from(breaks).unwrap_or(u32::MAX), body: trim(after), is_open: false }
}

/// Where the parts of a skill file stand, in bytes, for patching it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SkillParts {
    /// The YAML between the fences, none if there is no frontmatter.
    pub yaml: Option<Range<usize>>,
    /// The trimmed body; empty where there is none.
    pub body: Range<usize>,
}

/// Tells where the parts of a `SKILL.md` stand.
pub fn skill_parts(text: &str) -> SkillParts {
    let parts = split(text);
    SkillParts { yaml: parts.yaml.map(|yaml| range_of(text, yaml)), body: range_of(text, parts.body) }
}

/// Where a slice of a text stands in it; an empty one may be a constant from elsewhere and stands at the end.
fn range_of(text: &str, part: &str) -> Range<usize> {
    let start = part.as_ptr().addr().wrapping_sub(text.as_ptr().addr());
    if text.get(start..).is_some_and(|rest| rest.starts_with(part)) {
        start..start.saturating_add(part.len())
    } else {
        text.len()..text.len()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(text: &str) -> (Option<&str>, &str) {
        let parts = split(text);
        (parts.yaml, parts.body)
    }

    #[test]
    fn frontmatter_is_recognized_by_the_rules() {
        let table = [
            ("---\nname: a\n---\nbody\n", Some("name: a"), "body"),
            ("---\r\nname: a\r\nb: c\r\n---\r\nbody\r\nmore\r\n", Some("name: a\r\nb: c"), "body\r\nmore"),
            ("\u{FEFF}\n\n---\nname: a\n---\n", Some("name: a"), ""),
            ("---\nname: a\n----\nbody", Some("name: a"), "-\nbody"),
            ("---\nname: a\n--- rest\nbody", Some("name: a"), "rest\nbody"),
            ("---\nname: a\n---", Some("name: a"), ""),
            ("---\n#\n---\nbody\n\n---\nmore", Some("#"), "body\n\n---\nmore"),
            ("---\n---\nbody", None, "---\n---\nbody"),
            ("---\n\n---\nbody", None, "---\n\n---\nbody"),
            ("---\r\n\r\n---\r\nbody", None, "---\r\n\r\n---\r\nbody"),
            ("--- \nname: a\n---\nbody", None, "--- \nname: a\n---\nbody"),
            ("----\nname: a\n---\nbody", None, "----\nname: a\n---\nbody"),
            ("---name: a\n---\nbody", None, "---name: a\n---\nbody"),
            ("text\n---\nname: a\n---\n", None, "text\n---\nname: a\n---"),
            ("---", None, "---"),
            ("", None, ""),
        ];
        for (text, yaml, body) in table {
            assert_eq!(parts(text), (yaml, body), "{text:?}");
        }
    }

    #[test]
    fn parts_are_where_they_stand() {
        for text in
            ["---\nname: a\n---\n\nbody\n", "\u{FEFF}---\r\na: b\r\n---\r\nbody", " body ", "---\na: b\n---\n", ""]
        {
            let (found, ranges) = (split(text), skill_parts(text));
            assert_eq!(text.get(ranges.body).unwrap(), found.body, "{text:?}");
            assert_eq!(ranges.yaml.map(|yaml| text.get(yaml).unwrap()), found.yaml, "{text:?}");
        }
    }

    #[test]
    fn a_block_that_is_never_closed_is_noticed() {
        assert!(split("---\nname: a\nbody").is_open);
        assert!(!split("---\n---\nbody").is_open);
        assert!(!split("text").is_open);
    }

    #[test]
    fn the_lines_before_the_yaml_are_counted() {
        assert_eq!(split("---\na\n---").lines, 1);
        assert_eq!(split("\n \n---\na\n---").lines, 3);
    }
}
