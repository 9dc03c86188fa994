//! Values of desired and actual state as text.
//!
//! Only `Known` texts are shown; a reference is `$NAME`, everything else is `(hidden)`.

use crate::model::{FieldPath, Text, Value, shown_part};

use super::apart::Apart;
use super::document::{Document, line};
use super::text_safety::{SafeText, sanitise, sanitise_block, shown};

/// What stands for a text that is never shown.
pub(super) const HIDDEN: SafeText = SafeText::literal("(hidden)");

/// Writes a value in one line, whole: JSON with bare keys, members in order of their keys.
///
/// The path says where the value stands; URLs of MCP servers show all but their user-info and query.
pub fn one_line(path: &FieldPath, value: &Value) -> SafeText {
    one_line_apart(path, value, &Apart::default())
}

/// Writes a side of a change in one line, so that it does not look like the other side.
pub(super) fn one_line_apart(path: &FieldPath, value: &Value, apart: &Apart) -> SafeText {
    match value {
        Value::Null => SafeText::literal("null"),
        Value::Bool(true) => SafeText::literal("true"),
        Value::Bool(false) => SafeText::literal("false"),
        Value::Number(number) => shown(number),
        Value::Text(text) => text_line(path, text, apart),
        Value::List(elements) => {
            let parts: Vec<SafeText> = elements.iter().map(|element| one_line_apart(path, element, apart)).collect();
            enclosed("[", &parts, "]")
        }
        Value::Map(members) => {
            let parts: Vec<SafeText> = members
                .iter()
                .map(|(name, member)| {
                    let value = one_line_apart(&path.join(name), member, apart);
                    key_apart(name, apart).then(&SafeText::literal(": ")).then(&value)
                })
                .collect();
            enclosed("{", &parts, "}")
        }
    }
}

/// Writes a value unfolded, one member or element a line.
pub(super) fn unfolded(path: &FieldPath, value: &Value) -> Document {
    match value {
        Value::List(elements) => elements.iter().map(|element| line!("{}", one_line(path, element))).collect(),
        Value::Map(members) => members
            .iter()
            .flat_map(|(name, member)| {
                let inner = path.join(name);
                match member {
                    Value::Map(inside) if !inside.is_empty() => {
                        let head = Document::from(line!("{}:", key(name)));
                        head.with(unfolded(&inner, member).indented(2)).into_lines()
                    }
                    Value::Text(Text::Known(text)) if text.trim_end().contains('\n') => {
                        let lines: Document = sanitise_block(text).into_iter().map(|line| line!("{}", line)).collect();
                        Document::from(line!("{}:", key(name))).with(lines.gutter().indented(2)).into_lines()
                    }
                    other => vec![line!("{}: {}", key(name), one_line(&inner, other))],
                }
            })
            .collect(),
        other => Document::from(line!("{}", one_line(path, other))),
    }
}

fn text_line(path: &FieldPath, text: &Text, apart: &Apart) -> SafeText {
    match text {
        Text::Known(text) => quoted(text, apart),
        Text::SecretRef(name) => sanitise(&name.reference()),
        Text::Sensitive(text) => shown_part(path, text).map_or(HIDDEN, |part| sanitise(&part)),
        Text::Opaque => HIDDEN,
    }
}

fn quoted(text: &str, apart: &Apart) -> SafeText {
    // Backslashes are doubled first, so that what is made visible can be told from what the text says.
    let escaped = text.replace('\\', "\\\\").replace('"', "\\\"");
    let escaped = apart.escaped(text, &escaped);
    SafeText::literal("\"").then(&sanitise(&escaped)).then(&SafeText::literal("\""))
}

/// A name of a member as it is written: bare, or quoted.
pub(super) fn key(name: &str) -> SafeText {
    key_apart(name, &Apart::default())
}

fn key_apart(name: &str, apart: &Apart) -> SafeText {
    let bare = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-' | b'.' | b'$');
    if !name.is_empty() && name.bytes().all(bare) { sanitise(name) } else { quoted(name, apart) }
}

fn enclosed(open: &'static str, parts: &[SafeText], close: &'static str) -> SafeText {
    let mut text = SafeText::literal(open);
    for (position, part) in parts.iter().enumerate() {
        if position > 0 {
            text = text.then(&SafeText::literal(", "));
        }
        text = text.then(part);
    }
    text.then(&SafeText::literal(close))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use crate::model::{Number, SecretName};

    use super::*;

    fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
        Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    fn sensitive(text: &str) -> Value {
        Value::Text(Text::sensitive(text))
    }

    fn path(steps: &[&str]) -> FieldPath {
        FieldPath::of(steps.iter().copied())
    }

    fn line(value: &Value) -> String {
        one_line(&path(&["x"]), value).as_str().to_owned()
    }

    #[test]
    fn values_are_compact_json_with_sorted_bare_keys() {
        let value = map([
            ("b", Value::known_list(["x", "y\"\\z"])),
            ("a b", Value::Null),
            ("c", map([("on", Value::Bool(true)), ("n", Value::Number(Number::from_i64(3).unwrap()))])),
            ("d", Value::List(Vec::new())),
            ("e", Value::Map(BTreeMap::new())),
        ]);
        assert_eq!(line(&value), r#"{"a b": null, b: ["x", "y\"\\z"], c: {n: 3, on: true}, d: [], e: {}}"#);
        assert_eq!(line(&Value::known("a\u{202e}\n\\u{202e}")), r#""a\u{202e}\n\\u{202e}""#);
    }

    #[test]
    fn only_known_texts_and_names_of_references_are_shown() {
        let name = SecretName::parse("BOT_TOKEN").unwrap();
        assert_eq!(line(&Value::Text(Text::SecretRef(name))), "$BOT_TOKEN");
        assert_eq!(line(&sensitive("https://host/path?key=1")), "(hidden)");
        assert_eq!(line(&Value::Text(Text::Opaque)), "(hidden)");
        assert_eq!(line(&Value::List(vec![sensitive("a"), Value::known("b")])), r#"[(hidden), "b"]"#);
    }

    #[test]
    fn urls_of_mcp_servers_hide_user_and_query_only() {
        let url = sensitive("https://u:p@host/a?key=1");
        let servers = map([("s", map([("url", url.clone()), ("headers", map([("url", url.clone())]))]))]);
        assert_eq!(
            one_line(&path(&["mcpServers"]), &servers).as_str(),
            "{s: {headers: {url: (hidden)}, url: https://(hidden)@host/a?(hidden)}}"
        );
        for place in [&["mcpServers", "mcpServers", "env", "url"][..], &["config", "s", "url"], &["url"]] {
            assert_eq!(one_line(&path(place), &url).as_str(), "(hidden)", "{place:?}");
        }
        let hook = sensitive("https://hooks.slack.com/services/T/B/x");
        assert_eq!(one_line(&path(&["mcpServers", "s", "url"]), &hook).as_str(), "(hidden)");
    }
}
