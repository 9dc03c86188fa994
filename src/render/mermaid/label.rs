//! Text of others in a diagram: a quoted label, in which nothing is syntax.

use std::fmt::Write as _;

use crate::render::text_safety::sanitise;

/// How many columns of a label are shown: a diagram is an overview.
const COLUMNS: usize = 60;

/// Writes a text as a quoted label; what mermaid could read as anything but text is written as `#35;`.
///
/// Letters of every script stay. Mermaid looks for comments, directives, HTML, Markdown, icons and formulas also within quotes, so
/// of ASCII only letters, digits, spaces and a few signs are written as they are.
pub(super) fn label(text: &str) -> String {
    let (shown, more) = sanitise(text).cut(COLUMNS);
    let mut out = String::from("\"");
    for c in shown.as_str().chars() {
        if is_plain(c) {
            out.push(c);
        } else {
            // Writing to a string cannot fail.
            _ = write!(out, "#{};", u32::from(c));
        }
    }
    if more > 0 {
        out.push('…');
    }
    // An empty label is no label in some diagrams.
    if out.len() == 1 {
        out.push(' ');
    }
    out.push('"');
    out
}

fn is_plain(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, ' ' | '_' | '-' | '.' | '/' | '+' | '~' | ',') || !c.is_ascii()
}
