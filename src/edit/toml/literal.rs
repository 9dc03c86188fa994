use std::fmt::Write as _;

use crate::edit::Content;
use crate::edit::hidden::is_direction_mark;
use crate::model::Number;

/// A text longer than this many columns is not put on one line, if it is a list.
const LONGEST_LINE: usize = 100;

/// A key as it is written; quoted where it has to be.
pub(super) fn key(text: &str) -> String {
    let is_bare = |character: char| character.is_ascii_alphanumeric() || matches!(character, '-' | '_');
    if !text.is_empty() && text.chars().all(is_bare) { text.to_owned() } else { basic(text) }
}

/// A content on one line. Null, which TOML lacks, has been refused before.
pub(super) fn inline(content: &Content) -> String {
    match content {
        Content::Null => String::new(),
        Content::Bool(value) => value.to_string(),
        Content::Number(value) => number(*value),
        Content::Text(value) => basic(value),
        Content::List(items) => format!("[{}]", items.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Content::Table(members) if members.is_empty() => "{}".to_owned(),
        Content::Table(members) => {
            let pairs = members.iter().map(|(name, value)| format!("{} = {}", key(name), inline(value)));
            format!("{{ {} }}", pairs.collect::<Vec<_>>().join(", "))
        }
    }
}

/// A content behind a key on a line of its own: texts of several lines and long lists of texts take several.
pub(super) fn on_line(content: &Content, width_before: usize, indent: &str, line_break: &str) -> String {
    match content {
        Content::Text(text) if text.lines().count() > 1 => multi_line(text, true, line_break),
        Content::List(items) if items.iter().all(|item| matches!(item, Content::Text(_))) => {
            let line = inline(content);
            if width_before + line.chars().count() <= LONGEST_LINE {
                return line;
            }
            let rows = items.iter().map(|item| format!("{indent}  {},{line_break}", inline(item)));
            format!("[{line_break}{}{indent}]", rows.collect::<String>())
        }
        _ => inline(content),
    }
}

/// A content in place of an old value, in the old value's style if that can hold it.
pub(super) fn like(old: &str, content: &Content, line_break: &str) -> Option<String> {
    match content {
        Content::Text(text) => text_like(old, text, line_break),
        Content::Number(value) => {
            let is_float = old.contains(['.', 'e', 'E']) && old.replace('_', "").parse::<f64>().is_ok();
            let written = number(*value);
            Some(if is_float && value.as_i64().is_some() { format!("{written}.0") } else { written })
        }
        _ => None,
    }
}

fn text_like(old: &str, text: &str, line_break: &str) -> Option<String> {
    let breaks_first = |quotes: &str| old.strip_prefix(quotes).is_some_and(|rest| rest.starts_with(['\n', '\r']));
    let is_plain = |character: char| character == '\t' || !must_be_escaped(character);
    if old.starts_with("\"\"\"") {
        return Some(multi_line(text, breaks_first("\"\"\""), line_break));
    }
    if old.starts_with("'''") {
        let holds = text.chars().all(|character| is_plain(character) || character == '\n');
        let ends_early = text.contains("'''") || text.ends_with('\'');
        let first = if breaks_first("'''") || text.starts_with('\n') { "\n" } else { "" };
        return (holds && !ends_early).then(|| format!("'''{first}{text}'''").replace('\n', line_break));
    }
    if old.starts_with('\'') {
        return text.chars().all(|character| is_plain(character) && character != '\'').then(|| format!("'{text}'"));
    }
    old.starts_with('"').then(|| basic(text))
}

fn number(value: Number) -> String {
    match value.as_i64() {
        Some(whole) => whole.to_string(),
        // The debug form of a double has a point or an exponent in any case, as TOML wants it.
        None => format!("{:?}", value.as_f64()),
    }
}

/// A text as `"…"`.
fn basic(text: &str) -> String {
    let mut result = String::with_capacity(text.len() + 2);
    result.push('"');
    for character in text.chars() {
        if character == '"' { result.push_str("\\\"") } else { push_escaped(&mut result, character) }
    }
    result.push('"');
    result
}

/// A text as `"""…"""`, line by line. Carriage returns of its own are escaped.
fn multi_line(text: &str, breaks_first: bool, line_break: &str) -> String {
    let mut result = String::from("\"\"\"");
    // A line break directly behind the quotes does not count.
    if breaks_first || text.starts_with('\n') {
        result.push_str(line_break);
    }
    let mut quotes = 0;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        quotes = if character == '"' { quotes + 1 } else { 0 };
        match character {
            // Three in a row, or one at the end, would be read as the end.
            '"' if quotes == 3 || characters.peek().is_none() => {
                result.push_str("\\\"");
                quotes = 0;
            }
            '"' => result.push(character),
            '\n' => result.push_str(line_break),
            _ => push_escaped(&mut result, character),
        }
    }
    result.push_str("\"\"\"");
    result
}

fn push_escaped(result: &mut String, character: char) {
    match character {
        '\\' => result.push_str("\\\\"),
        '\n' => result.push_str("\\n"),
        '\r' => result.push_str("\\r"),
        '\t' => result.push_str("\\t"),
        _ if must_be_escaped(character) => {
            // Writing to a string does not fail.
            let _ = write!(result, "\\u{:04X}", u32::from(character));
        }
        _ => result.push(character),
    }
}

/// Control characters, and those that make a text look like another one.
fn must_be_escaped(character: char) -> bool {
    character.is_control() || is_direction_mark(character)
}
