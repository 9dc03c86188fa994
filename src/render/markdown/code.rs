//! The four forms in which text of others is code and nothing else.

use crate::render::text_safety::{sanitise, sanitise_block};

/// Writes a text as a code span, in which neither links, mentions nor HTML come alive.
pub(super) fn code_span(text: &str) -> String {
    span(sanitise(text).as_str())
}

/// Writes a text as a code span in a cell of a table.
///
/// A bar is escaped even in code. Behind a backslash that escape would mean a backslash and the end of the cell, so a bar is
/// spelled out there.
pub(super) fn table_cell(text: &str) -> String {
    let text = sanitise(text);
    let mut escaped = String::with_capacity(text.as_str().len());
    let mut previous = ' ';
    for c in text.as_str().chars() {
        match (c, previous) {
            ('|', '\\') => escaped.push_str("\\u{7c}"),
            ('|', _) => escaped.push_str("\\|"),
            (c, _) => escaped.push(c),
        }
        previous = c;
    }
    span(&escaped)
}

fn span(text: &str) -> String {
    let fence = "`".repeat(longest_run(text) + 1);
    let padding = if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{padding}{text}{padding}{fence}")
}

/// Writes a text as a fenced block, with a fence longer than any run of backticks in it, ending in a line break.
pub(super) fn fenced(language: &'static str, text: &str) -> String {
    let lines = sanitise_block(text);
    let longest = lines.iter().map(|line| longest_run(line.as_str())).max().unwrap_or(0);
    let fence = "`".repeat((longest + 1).max(3));
    let mut out = format!("{fence}{language}\n");
    for line in &lines {
        out.push_str(line.as_str());
        out.push('\n');
    }
    out.push_str(&fence);
    out.push('\n');
    out
}

/// Writes a text as code in HTML of ours, all on one line: an empty line would end the HTML.
pub(super) fn html_code(text: &str) -> String {
    let mut out = String::from("<code>");
    for c in sanitise(text).as_str().chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c => out.push(c),
        }
    }
    out.push_str("</code>");
    out
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn code_spans_and_blocks_outlast_backticks() {
        assert_eq!(code_span("a`b``c"), "```a`b``c```");
        assert_eq!(code_span("`x`"), "`` `x` ``");
        assert_eq!(code_span("[x](http://h)|<b>"), "`[x](http://h)|<b>`");
        assert_eq!(code_span(""), "`  `");
        assert_eq!(fenced("diff", "+ ```\n- a\u{202e}"), "````diff\n+ ```\n- a\\u{202e}\n````\n");
    }

    #[test]
    fn bars_stay_in_their_cell() {
        assert_eq!(table_cell("a|b"), "`a\\|b`");
        assert_eq!(table_cell("a\\|b"), "`a\\\\u{7c}b`");
        assert_eq!(table_cell("a\\"), "`a\\`");
    }

    #[test]
    fn html_is_escaped_and_one_line() {
        assert_eq!(
            html_code("</summary>\n<b a='1' b=\"2\">&"),
            "<code>&lt;/summary&gt;\\n&lt;b a=&#39;1&#39; b=&quot;2&quot;&gt;&amp;</code>"
        );
    }
}
