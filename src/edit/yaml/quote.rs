use std::fmt::Write as _;

use super::scalar;
use super::written::Data;
use crate::edit::is_hidden;

/// What readers of YAML 1.1 take for a boolean.
const TRUTHS: [&str; 6] = ["yes", "no", "on", "off", "true", "false"];

/// Whether a text has a line break.
pub(super) fn is_multi_line(text: &str) -> bool {
    text.contains('\n')
}

/// Whether a text can stand without quotes and is read as that text.
pub(super) fn is_plain(text: &str, in_flow: bool) -> bool {
    let (Some(first), Some(last)) = (text.chars().next(), text.chars().next_back()) else { return false };
    let is_indicator = "?:,[]{}#&*!|>'\"%@`=".contains(first) || first == '-' && !dash_is_text(text);
    !is_indicator
        && !first.is_whitespace()
        && !last.is_whitespace()
        && last != ':'
        && !text.contains(|c: char| is_hidden(c) || matches!(c, '\n' | '\t'))
        && ![": ", " #"].iter().any(|part| text.contains(part))
        && !["---", "..."].iter().any(|mark| text.starts_with(mark))
        && !(in_flow && text.contains([',', '[', ']', '{', '}']))
        && !TRUTHS.iter().any(|truth| text.eq_ignore_ascii_case(truth))
        && matches!(scalar::resolve(text), Ok(Data::Text(_)))
}

fn dash_is_text(text: &str) -> bool {
    let second = text.chars().nth(1);
    second.is_some_and(|second| !second.is_whitespace() && !",[]{}".contains(second))
}

/// A text on one line, without quotes if it can be.
pub(super) fn inline(text: &str, in_flow: bool) -> String {
    if is_plain(text, in_flow) { text.to_owned() } else { double(text) }
}

/// A text in single quotes, if those can hold it on one line.
pub(super) fn single(text: &str) -> Option<String> {
    let holds = !text.contains(|c: char| is_hidden(c) || matches!(c, '\n' | '\t'));
    holds.then(|| format!("'{}'", text.replace('\'', "''")))
}

/// A text in double quotes, on one line.
pub(super) fn double(text: &str) -> String {
    let mut quoted = String::with_capacity(text.len() + 2);
    quoted.push('"');
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            _ if is_hidden(character) => escape(&mut quoted, u32::from(character)),
            _ => quoted.push(character),
        }
    }
    quoted.push('"');
    quoted
}

fn escape(quoted: &mut String, code: u32) {
    // Writing to a string cannot fail.
    let _ = match code {
        0..=0xFF => write!(quoted, "\\x{code:02X}"),
        0x100..=0xFFFF => write!(quoted, "\\u{code:04X}"),
        _ => write!(quoted, "\\U{code:08X}"),
    };
}
