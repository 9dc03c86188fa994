use super::block_text::BlockText;
use super::fragment::{Fragment, Parent};
use super::quote;
use crate::edit::Content;
use crate::model::Number;

/// Longer keys need a `?`: the parser looks no further than 1024 characters for their colon.
const LONGEST_KEY: usize = 1000;

/// Longer numbers are written with an exponent.
const LONGEST_NUMBER: usize = 24;

/// How new text is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Layout {
    pub(super) line_break: &'static str,
    /// How much deeper what a key holds is indented.
    pub(super) step: usize,
    /// Whether texts of several lines may be written as such.
    pub(super) block_texts: bool,
    /// Whether line breaks at the end of a text may be written as such.
    pub(super) may_keep: bool,
}

/// Writes a content as the text of a whole YAML document in block style.
pub fn render(content: &Content) -> String {
    let layout = Layout { line_break: "\n", step: 2, block_texts: true, may_keep: true };
    let Fragment { head, body } = layout.fragment(content, Parent::Root);
    format!("{head}{body}\n")
}

impl Layout {
    /// Writes a value in block style.
    pub(super) fn fragment(self, content: &Content, parent: Parent) -> Fragment {
        let indent = parent.indent(self.step);
        match content {
            Content::Text(text) => self.text(text, parent),
            Content::List(elements) if !elements.is_empty() => {
                self.stacked(parent, elements.iter().map(|element| self.element(element, indent)))
            }
            Content::Table(members) if !members.is_empty() => {
                self.stacked(parent, members.iter().map(|(key, value)| self.entry(key, value, indent)))
            }
            other => Fragment::inline(flow(other)),
        }
    }

    fn text(self, text: &str, parent: Parent) -> Fragment {
        let block = BlockText {
            indent: parent.indent(self.step),
            parent: parent.column(),
            line_break: self.line_break,
            may_keep: self.may_keep,
            loose: false,
            folded: false,
        };
        let may_stand = self.block_texts && quote::is_multi_line(text) && parent != Parent::Root;
        let written = if may_stand { block.write(text) } else { None };
        written.unwrap_or_else(|| Fragment::inline(quote::inline(text, false)))
    }

    /// Parts below each other: behind a dash or at the root they start at once, behind a key on a line of their own.
    fn stacked(self, parent: Parent, parts: impl Iterator<Item = String>) -> Fragment {
        let mut fragment = Fragment::default();
        for (position, part) in parts.enumerate() {
            if position == 0 && !matches!(parent, Parent::Key(_)) {
                fragment.head = part;
            } else {
                self.new_line(&mut fragment.body, parent.indent(self.step));
                fragment.body.push_str(&part);
            }
        }
        fragment
    }

    pub(super) fn new_line(self, text: &mut String, indent: usize) {
        text.push_str(self.line_break);
        text.extend(std::iter::repeat_n(' ', indent));
    }

    /// A key with its value, for a column.
    pub(super) fn entry(self, key: &str, value: &Content, column: usize) -> String {
        let key = key_text(key, false);
        if !is_long(&key) {
            let Fragment { head, body } = self.fragment(value, Parent::Key(column));
            let blank = if head.is_empty() { "" } else { " " };
            return format!("{key}:{blank}{head}{body}");
        }
        let mut entry = format!("? {key}");
        self.new_line(&mut entry, column);
        let Fragment { head, body } = self.fragment(value, Parent::Dash(column));
        format!("{entry}: {head}{body}")
    }

    /// A dash with its element, for a column.
    pub(super) fn element(self, element: &Content, column: usize) -> String {
        let Fragment { head, body } = self.fragment(element, Parent::Dash(column));
        format!("- {head}{body}")
    }
}

/// A key with its value between braces.
pub(super) fn flow_entry(key: &str, value: &Content) -> String {
    let key = key_text(key, true);
    let mark = if is_long(&key) { "? " } else { "" };
    format!("{mark}{key}: {}", flow(value))
}

/// A value on one line.
pub(super) fn flow(content: &Content) -> String {
    match content {
        Content::Null => "null".to_owned(),
        Content::Bool(truth) => truth.to_string(),
        Content::Number(number) => number_text(*number),
        Content::Text(text) => quote::inline(text, true),
        Content::List(elements) => format!("[{}]", elements.iter().map(flow).collect::<Vec<_>>().join(", ")),
        Content::Table(members) => {
            let members = members.iter().map(|(key, value)| flow_entry(key, value));
            format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
        }
    }
}

fn key_text(key: &str, in_flow: bool) -> String {
    // Without quotes it would be a merge key.
    if key == "<<" { quote::double(key) } else { quote::inline(key, in_flow) }
}

fn is_long(key: &str) -> bool {
    key.chars().nth(LONGEST_KEY).is_some()
}

/// A whole number beyond the safe range would be refused when it is read, unless it has a point or an exponent.
fn number_text(number: Number) -> String {
    let text = number.to_string();
    let is_short = text.len() <= LONGEST_NUMBER && text.contains('.');
    if is_short || number.as_i64().is_some() { text } else { format!("{:e}", number.as_f64()) }
}

/// Whether a value is a collection without texts of several lines.
pub(super) fn fits_flow(content: &Content) -> bool {
    matches!(content, Content::List(_) | Content::Table(_)) && !has_lines(content)
}

fn has_lines(content: &Content) -> bool {
    match content {
        Content::Text(text) => quote::is_multi_line(text),
        Content::List(elements) => elements.iter().any(has_lines),
        Content::Table(members) => members.iter().any(|(_, value)| has_lines(value)),
        Content::Null | Content::Bool(_) | Content::Number(_) => false,
    }
}
