//! Text for places with rules of their own: annotations of a CI log, and Markdown of its summary page.

use crate::model::{Diagnostic, Severity};

use super::document::Document;
use super::text_safety::{sanitise, sanitise_block};

/// One line that a GitHub log turns into an annotation of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Annotation(String);

impl Annotation {
    /// The line, without its line break.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Makes the annotation of a diagnostic: `::error file=…,line=…,col=…,title=…::message`.
pub fn annotation(diagnostic: &Diagnostic) -> Annotation {
    let command = match diagnostic.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "notice",
    };
    let mut properties = Vec::new();
    if let Some(position) = &diagnostic.position {
        properties.push(format!("file={}", annotation_property(&position.file)));
        if position.line > 0 {
            properties.push(format!("line={}", position.line));
        }
        if position.column > 0 {
            properties.push(format!("col={}", position.column));
        }
    }
    properties.push(format!("title={}", annotation_property(diagnostic.code)));
    let mut message = diagnostic.message.clone();
    if let Some(advice) = diagnostic.advice() {
        message.push_str(" (");
        message.push_str(&advice);
        message.push(')');
    }
    Annotation(format!("::{command} {}::{}", properties.join(","), annotation_message(&message)))
}

/// Escapes the message of an annotation; what could not be seen is visible afterwards.
pub fn annotation_message(text: &str) -> String {
    sanitise(text).as_str().replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of an annotation, in which colons and commas mean something too.
pub fn annotation_property(text: &str) -> String {
    annotation_message(text).replace(':', "%3A").replace(',', "%2C")
}

/// Writes a text as a Markdown code span: the only inline form in which neither links, mentions nor HTML come alive.
pub fn markdown_code(text: &str) -> String {
    let text = sanitise(text);
    let text = text.as_str();
    let fence = "`".repeat(longest_run(text) + 1);
    let padding = if text.is_empty() || text.starts_with(['`', ' ']) || text.ends_with(['`', ' ']) { " " } else { "" };
    format!("{fence}{padding}{text}{padding}{fence}")
}

/// Writes a text as a code span in a cell of a Markdown table, where bars are escaped even in code.
pub fn markdown_cell(text: &str) -> String {
    markdown_code(text).replace('|', "\\|")
}

/// Writes a text as a fenced Markdown block, with a fence longer than any run of backticks in it, ending in a line break.
///
/// The language is a word of ours, such as `diff`, or empty.
pub fn markdown_block(language: &'static str, text: &str) -> String {
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

/// How many bytes of a page are written: GitHub shows none of a step that writes more than 1 MiB.
const LONGEST_SUMMARY: usize = 400_000;

/// Writes a document as a section of a step summary: a heading of ours, with a code span for what it is about, and a block.
pub fn step_summary(about: &str, document: &Document) -> String {
    let text = document.to_plain();
    let mut kept: String = text
        .split_inclusive('\n')
        .scan(0, |bytes, line| {
            *bytes += line.len();
            (*bytes <= LONGEST_SUMMARY).then_some(line)
        })
        .collect();
    let missing = text.lines().count() - kept.lines().count();
    if missing > 0 {
        kept = format!("{kept}… {missing} more lines are in the log\n");
    }
    format!("### {}\n\n{}\n", markdown_code(about), markdown_block("text", &kept))
}

fn longest_run(text: &str) -> usize {
    text.split(|c| c != '`').map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::model::{Family, Position};

    use crate::render::document::line;

    use super::*;

    #[test]
    fn annotations_follow_the_rules_of_workflow_commands() {
        let position = Position { file: "a,b:c.toml".into(), line: 3, column: 9 };
        let diagnostic = Diagnostic::new(Severity::Error, Family::Agents, "agent-id", "100% wrong\n::stop-commands::x")
            .at(position)
            .hint("write a-b");
        insta::assert_snapshot!(
            annotation(&diagnostic).as_str(),
            @"::error file=a%2Cb%3Ac.toml,line=3,col=9,title=agent-id::100%25 wrong\\n::stop-commands::x (write a-b)"
        );
        let whole = Diagnostic::new(Severity::Note, Family::Project, "x", "m").at(Position::file("lobu.toml"));
        insta::assert_snapshot!(annotation(&whole).as_str(), @"::notice file=lobu.toml,title=x::m");
    }

    #[test]
    fn code_spans_and_blocks_outlast_backticks() {
        assert_eq!(markdown_code("a`b``c"), "```a`b``c```");
        assert_eq!(markdown_code("`x`"), "`` `x` ``");
        assert_eq!(markdown_code("[x](http://h)|<b>"), "`[x](http://h)|<b>`");
        assert_eq!(markdown_cell("a|b"), "`a\\|b`");
        assert_eq!(markdown_code(""), "`  `");
        assert_eq!(markdown_block("diff", "+ ```\n- a\u{202e}"), "````diff\n+ ```\n- a\\u{202e}\n````\n");
    }

    #[test]
    fn a_step_summary_is_a_heading_and_a_block_that_nothing_ends() {
        let document = Document::from(line!("+ agent {}", "```\n<img src=x>")).line(line!("{}", "[x](http://h)"));
        assert_eq!(
            step_summary("lobu plan: a`b", &document),
            "### ``lobu plan: a`b``\n\n````text\n+ agent ```\\n<img src=x>\n[x](http://h)\n````\n\n"
        );
        let long: Document = (0..20_000).map(|number| line!("line {} of many words in a row", number)).collect();
        let summary = step_summary("lobu plan", &long);
        assert!(summary.len() < LONGEST_SUMMARY + 200, "{}", summary.len());
        assert!(summary.contains(" more lines are in the log\n```\n"));
    }

    proptest! {
        #[test]
        fn annotations_are_one_line(text in "(?s).{0,40}") {
            let diagnostic = Diagnostic::new(Severity::Warning, Family::Project, "c", text.clone());
            let annotation = annotation(&diagnostic.at(Position::file(text)));
            prop_assert!(!annotation.as_str().contains(['\n', '\r']));
            prop_assert_eq!(annotation.as_str().matches(',').count(), annotation.as_str().split_once("::").map_or(0, |_| {
                annotation.as_str().splitn(3, "::").nth(2).map_or(0, |message| message.matches(',').count()) + 1
            }));
        }

        #[test]
        fn nothing_ends_a_fence_but_its_end(text in "[`~a\n]{0,40}") {
            let block = markdown_block("", &text);
            let fence = block.lines().next().unwrap();
            prop_assert_eq!(block.lines().filter(|line| line.trim_start().starts_with(fence)).count(), 2);
        }
    }
}
