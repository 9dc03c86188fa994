//! What a page is made of, as a reader of GitHub's Markdown sees it.

use comrak::nodes::{AstNode, ListType, NodeValue};
use comrak::{Arena, Options, parse_document};

use crate::render::text_safety::{command_positions, is_hidden};

/// A page as it was read.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Structure {
    /// Its blocks from top to bottom, without what they say: `### `, `<details>`, `table of 3`, `diff`, `- `.
    pub(super) blocks: Vec<String>,
    /// The texts of headings.
    pub(super) headings: Vec<String>,
    /// What code spans and fences say, each on its own.
    pub(super) code: Vec<String>,
    /// How many rows its tables have together.
    pub(super) rows: usize,
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    // What GitHub knows, and a little more.
    let extension = &mut options.extension;
    extension.table = true;
    extension.autolink = true;
    extension.strikethrough = true;
    extension.tasklist = true;
    extension.footnotes = true;
    extension.inline_footnotes = true;
    extension.alerts = true;
    extension.math_dollars = true;
    extension.math_code = true;
    extension.superscript = true;
    extension.subscript = true;
    extension.underline = true;
    extension.wikilinks_title_before_pipe = true;
    extension.multiline_block_quotes = true;
    extension.description_lists = true;
    extension.front_matter_delimiter = Some("---".to_owned());
    options.parse.relaxed_autolinks = true;
    options
}

/// Reads a page, and fails on everything that this program never writes.
#[track_caller]
pub(super) fn read(page: &str) -> Structure {
    assert!(!page.chars().any(|c| c != '\n' && c.is_control()), "{page:?}");
    for line in page.lines() {
        assert_eq!(command_positions(line), Vec::<usize>::new(), "a command to a log: {line:?}");
        assert!(!line.chars().any(|c| is_hidden(c) && !matches!(c, '\u{fe0e}' | '\u{fe0f}')), "{line:?}");
        if line.starts_with('|') {
            cells(line);
        }
    }
    let arena = Arena::new();
    let root = parse_document(&arena, page, &options());
    let mut structure = Structure::default();
    for block in root.children() {
        structure.block(block, "");
    }
    // A line of a table that is no row of it, or of no table, was broken.
    let lines = page.lines().filter(|line| line.starts_with('|') && !line.starts_with("| ---")).count();
    assert_eq!(structure.rows, lines, "{page}");
    let opened = structure.blocks.iter().filter(|block| block.starts_with("<details")).count();
    let closed = structure.blocks.iter().filter(|block| *block == "</details>").count();
    assert_eq!(opened, closed, "{page}");
    structure
}

/// How many cells a line of a table has, where a backslash takes the next character with it.
fn cells(line: &str) -> usize {
    let mut bars = 0;
    let mut characters = line.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => drop(characters.next()),
            '|' => bars += 1,
            _ => {}
        }
    }
    assert!(line.ends_with('|') && matches!(bars, 3 | 4 | 6), "{line:?}");
    bars - 1
}

impl Structure {
    fn block<'a>(&mut self, node: &'a AstNode<'a>, indent: &str) {
        let value = node.data.borrow().value.clone();
        let mut say = |block: String| self.blocks.push(format!("{indent}{block}"));
        match value {
            NodeValue::Heading(heading) => {
                say(format!("{} ", "#".repeat(usize::from(heading.level))));
                let text = self.inline(node);
                self.headings.push(text);
            }
            NodeValue::Paragraph => {
                say("paragraph".to_owned());
                self.inline(node);
            }
            NodeValue::CodeBlock(code) => {
                assert!(code.fenced && matches!(code.info.as_str(), "diff" | "sh" | "mermaid"), "{code:?}");
                say(code.info.clone());
                self.code.push(code.literal.clone());
            }
            NodeValue::HtmlBlock(html) => {
                let block = html_block(&html.literal, &mut self.code);
                self.blocks.push(format!("{indent}{block}"));
            }
            NodeValue::List(list) => {
                assert_eq!(list.list_type, ListType::Bullet);
                for item in node.children() {
                    self.blocks.push(format!("{indent}- "));
                    assert!(matches!(item.data.borrow().value, NodeValue::Item(_)));
                    for block in item.children() {
                        self.block(block, &format!("{indent}  "));
                    }
                }
            }
            NodeValue::Table(_) => {
                let rows: Vec<usize> = node.children().map(|row| row.children().count()).collect();
                // How many rows there are depends on how wide values are.
                self.blocks.push(format!("{indent}table of {}", rows[0]));
                self.rows += rows.len();
                for cell in node.children().flat_map(AstNode::children) {
                    self.inline(cell);
                }
            }
            other => panic!("{other:?}"),
        }
    }

    /// Reads text and code, and gives the text.
    fn inline<'a>(&mut self, node: &'a AstNode<'a>) -> String {
        let mut text = String::new();
        for child in node.children() {
            match &child.data.borrow().value {
                NodeValue::Text(found) => text.push_str(found),
                NodeValue::SoftBreak => text.push(' '),
                NodeValue::Code(code) => {
                    self.code.push(code.literal.clone());
                    // What stands around code stays apart.
                    text.push('\u{1}');
                }
                other => panic!("{other:?} with {text:?}"),
            }
        }
        assert_is_text(&text);
        text
    }
}

/// Whether GitHub makes nothing of a text: no mention, reference, digest, emoji, formula or address.
#[track_caller]
fn assert_is_text(text: &str) {
    let is_expected = |c: char| c.is_ascii_alphanumeric() || " \u{1}.,;:!?()'-→…+~=/".contains(c);
    assert!(text.chars().all(is_expected), "{text:?}");
    for word in text.split([' ', '\u{1}']) {
        let is_digest =
            word.len() >= 7 && word.trim_end_matches(['.', ',', ':']).bytes().all(|b| b.is_ascii_hexdigit());
        assert!(!is_digest, "{text:?}");
        let inner = word.trim_matches(['(', ')', '.', ',', ';', ':', '!', '?']);
        assert!(!inner.contains(['.', ':']), "an address or an emoji: {text:?}");
        assert!(!(inner.contains('-') && inner.contains(|c: char| c.is_ascii_digit())), "a ticket: {text:?}");
    }
}

/// The start or the end of a block that unfolds, with code on the line that is always shown.
#[track_caller]
fn html_block(html: &str, code: &mut Vec<String>) -> String {
    if html == "</details>\n" {
        return "</details>".to_owned();
    }
    let rest = html.strip_prefix("<details").expect(html);
    let (attribute, rest) = rest.split_once(">\n<summary>").expect(html);
    assert!(matches!(attribute, "" | " open"), "{html:?}");
    let mut rest = rest.strip_suffix("</summary>\n").expect(html);
    let mut text = String::new();
    while let Some((before, after)) = rest.split_once("<code>") {
        text.push_str(before);
        text.push('\u{1}');
        let (found, after) = after.split_once("</code>").expect(html);
        assert!(!found.contains(['<', '>', '"', '\'', '\n']), "{html:?}");
        let unescaped = found.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
        code.push(unescaped.replace("&amp;", "&"));
        rest = after;
    }
    text.push_str(rest);
    assert_is_text(&text);
    format!("<details{attribute}>")
}
