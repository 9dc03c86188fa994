//! The problems of a project, as people read them: each with its place, its line and what to do.

use crate::model::{Diagnostic, Excerpt, Severity, counted};

use super::document::{Document, Line, Style, line};
use super::text_safety::{SafeText, char_width, sanitise_block_line};

/// What stands for the part of an excerpt that does not fit.
const ELLIPSIS: &str = "…";

/// The least room for an excerpt, however narrow the terminal is.
const LEAST_COLUMNS: usize = 20;

/// A diagnostic as machines read it; texts are as they are, the writer of JSON escapes them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DiagnosticView<'a> {
    /// The stable word of the problem.
    pub code: &'static str,
    /// What happened.
    pub message: &'a str,
    /// The path below the project directory.
    pub file: Option<&'a str>,
    /// The line, from 1.
    pub line: Option<u32>,
    /// The column in characters, from 1.
    pub column: Option<u32>,
    /// `error`, `warning` or `note`.
    pub severity: &'static str,
    /// What to do.
    pub hint: Option<String>,
}

/// Makes the machine's view of a diagnostic.
pub fn view(diagnostic: &Diagnostic) -> DiagnosticView<'_> {
    let position = diagnostic.position.as_ref();
    let some = |number: u32| Some(number).filter(|number| *number > 0);
    DiagnosticView {
        code: diagnostic.code,
        message: &diagnostic.message,
        file: position.map(|position| position.file.as_str()),
        line: position.and_then(|position| some(position.line)),
        column: position.and_then(|position| some(position.column)),
        severity: word(diagnostic.severity),
        hint: diagnostic.advice(),
    }
}

/// Renders diagnostics sorted by place, each once, with a closing line of counts; empty if there are none.
///
/// An excerpt wider than `columns` shows the part around its marker; without a width nothing is cut.
pub fn render(diagnostics: &[Diagnostic], columns: Option<usize>) -> Document {
    let sorted = sorted(diagnostics);
    let mut document = Document::new();
    for diagnostic in &sorted {
        document.append(one(diagnostic, columns));
        document.blank();
    }
    if !sorted.is_empty() {
        document.push(count_line(&sorted));
    }
    document
}

/// Puts diagnostics in the order in which they are shown, without repetitions.
pub fn sorted(diagnostics: &[Diagnostic]) -> Vec<&Diagnostic> {
    let mut sorted: Vec<&Diagnostic> = diagnostics.iter().collect();
    sorted.sort();
    sorted.dedup();
    sorted
}

/// Renders one diagnostic, without a line after it.
pub fn one(diagnostic: &Diagnostic, columns: Option<usize>) -> Document {
    let word = word(diagnostic.severity);
    let head = line!("{}: ", word).in_style(style(diagnostic.severity));
    let mut document = Document::from(line!("{}{}", head, Style::Bold.of(&diagnostic.message)).prose(2));
    let number = diagnostic.position.as_ref().map_or(0, |position| position.line);
    let excerpt = diagnostic.excerpt.as_ref().filter(|_| number > 0);
    let digits = if excerpt.is_some() { number.to_string().len() } else { 1 };
    if let Some(position) = &diagnostic.position {
        let arrow = line!("{}--> ", SafeText::spaces(digits + 1)).in_style(Style::Dim);
        let mut line = line!("{}{}", arrow, &position.file);
        for number in [position.line, position.column].into_iter().take_while(|number| *number > 0) {
            line = line.then(line!(":{}", number));
        }
        document.push(line);
    }
    if let Some(excerpt) = excerpt {
        document.append(excerpt_block(excerpt, number, digits, diagnostic.severity, columns));
    }
    if let Some(hint) = &diagnostic.hint {
        let indent = digits + 2;
        document.push(line!("{}{}{}", Style::Dim.of("= "), Style::Hint.of("help: "), hint).prose(2).indented(indent));
        // Never wrapped: it is there to be copied.
        document.extend(diagnostic.command.map(|command| Style::Bold.line(command).indented(indent + 2)));
    }
    document
}

/// Counts diagnostics by weight: `2 errors, 1 warning`.
pub fn count_line(diagnostics: &[&Diagnostic]) -> Line {
    let mut line = Line::new();
    for severity in [Severity::Error, Severity::Warning, Severity::Note] {
        let count = diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).count();
        if count == 0 {
            continue;
        }
        if !line.spans().is_empty() {
            line = line.then(line!(", "));
        }
        line = line.then(style(severity).line(counted(count, word(severity))));
    }
    line
}

fn word(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn style(severity: Severity) -> Style {
    match severity {
        Severity::Error => Style::Error,
        Severity::Warning => Style::Warning,
        Severity::Note => Style::Note,
    }
}

fn excerpt_block(
    excerpt: &Excerpt,
    number: u32,
    digits: usize,
    severity: Severity,
    columns: Option<usize>,
) -> Document {
    let bar = || line!("{}│", SafeText::spaces(digits + 2)).in_style(Style::Dim);
    let room = columns.map(|columns| columns.saturating_sub(digits + 4).max(LEAST_COLUMNS));
    let (text, before, marked) = Window::of(excerpt).fit(room);
    let numbered = line!(" {}{}", line!("{} │ ", number).in_style(Style::Dim), text);
    let marks = style(severity).of(SafeText::repeat("^", marked));
    let below = line!("{} {}{}", bar(), SafeText::spaces(before), marks);
    Document::new().line(bar()).line(numbered).line(below)
}

/// A sanitized excerpt, in its three parts.
struct Window {
    before: SafeText,
    marked: SafeText,
    after: SafeText,
}

impl Window {
    fn of(excerpt: &Excerpt) -> Self {
        let part = |start: usize, length: usize| -> SafeText {
            let part: String = excerpt.line.chars().skip(start).take(length).collect();
            // Sanitised part by part, since what becomes visible moves everything after it.
            sanitise_block_line(part.trim_end_matches(['\n', '\r']))
        };
        let end = excerpt.start.saturating_add(excerpt.length);
        Self {
            before: part(0, excerpt.start),
            marked: part(excerpt.start, excerpt.length),
            after: part(end, usize::MAX),
        }
    }

    /// The text that fits, how many columns stand before the marker, and how many it takes.
    fn fit(self, room: Option<usize>) -> (SafeText, usize, usize) {
        // Behind the end of a line nothing is marked, and the marker takes a column nevertheless.
        let (before, marked, after) = (self.before.width(), self.marked.width().max(1), self.after.width());
        let Some(room) = room.filter(|room| before + marked + after > *room) else {
            return (self.before.then(&self.marked).then(&self.after), before, marked);
        };
        let (marked_text, cut) = self.marked.cut(room - 2);
        let left = room - 2 - marked_text.width().max(1);
        // What is left goes to both sides, and what one side does not need, to the other.
        let head = before.min((left / 2).max(left.saturating_sub(after)));
        let tail = if cut > 0 { 0 } else { left - head };
        let (mut text, skipped) = ending(&self.before, head);
        if skipped {
            text = SafeText::literal(ELLIPSIS).then(&text);
        }
        let indent = text.width();
        let carets = marked_text.width().max(1);
        let (rest, hidden) = self.after.cut(tail);
        text = text.then(&marked_text).then(&rest);
        if hidden > 0 || cut > 0 {
            text = text.then(&SafeText::literal(ELLIPSIS));
        }
        (text, indent, carets)
    }
}

/// The longest end of a text that fits into so many columns, and whether that leaves anything out.
fn ending(text: &SafeText, columns: usize) -> (SafeText, bool) {
    if text.width() <= columns {
        return (text.clone(), false);
    }
    let mut used = 0;
    let kept = text
        .as_str()
        .chars()
        .rev()
        .take_while(|c| {
            used += char_width(*c);
            used <= columns
        })
        .count();
    let count = text.as_str().chars().count();
    // What comes first may need to be shown in another way there: a combining mark without its letter is written out.
    let fits =
        (0..=kept).rev().map(|kept| text.characters(count - kept, kept)).find(|ending| ending.width() <= columns);
    (fits.unwrap_or_else(|| text.characters(count, 0)), true)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use crate::model::{Family, Position};

    use super::*;

    fn at(file: &str, line: u32, column: u32) -> Position {
        Position { file: file.to_owned(), line, column }
    }

    fn error(message: &str) -> Diagnostic {
        Diagnostic::new(Severity::Error, Family::Agents, "agent-id", message)
    }

    fn excerpt(line: &str, start: usize, length: usize) -> Excerpt {
        Excerpt { line: line.to_owned(), start, length }
    }

    #[test]
    fn diagnostics_are_sorted_counted_and_shown_with_their_line() {
        let diagnostics = [
            error("an agent id must match ^[a-z][a-z0-9-]{2,59}$")
                .at(at("lobu.toml", 113, 9))
                .hint("write bad-id")
                .excerpt(Some(excerpt("[agents.Bad_ID]", 8, 6))),
            Diagnostic::new(Severity::Warning, Family::Memory, "x", "the models directory is missing")
                .at(at("lobu.toml", 3, 0))
                .excerpt(Some(excerpt("models = \"models\"", 0, 17))),
            error("SOUL.md is not UTF-8").at(Position::file("agents/triage/SOUL.md")),
            Diagnostic::new(Severity::Note, Family::Project, "x", "nothing is declared"),
            error("SOUL.md is not UTF-8").at(Position::file("agents/triage/SOUL.md")),
        ];
        insta::assert_snapshot!(render(&diagnostics, Some(80)).to_plain(), @r#"
        note: nothing is declared

        error: SOUL.md is not UTF-8
          --> agents/triage/SOUL.md

        warning: the models directory is missing
          --> lobu.toml:3
           │
         3 │ models = "models"
           │ ^^^^^^^^^^^^^^^^^

        error: an agent id must match ^[a-z][a-z0-9-]{2,59}$
            --> lobu.toml:113:9
             │
         113 │ [agents.Bad_ID]
             │         ^^^^^^
             = help: write bad-id

        2 errors, 1 warning, 1 note
        "#);
        assert!(render(&[], None).is_empty());
    }

    #[test]
    fn markers_stay_below_what_they_mark_when_characters_become_visible() {
        let diagnostic =
            error("a\u{1b}b").at(at("l\u{202e}.toml", 1, 4)).excerpt(Some(excerpt("\t日\u{200b}x = 1\n", 3, 1)));
        insta::assert_snapshot!(render(&[diagnostic], Some(80)).to_plain(), @r"
        error: a\u{1b}b
          --> l\u{202e}.toml:1:4
           │
         1 │     日\u{200b}x = 1
           │               ^

        1 error
        ");
    }

    #[test]
    fn wide_excerpts_show_the_part_around_the_marker() {
        let line = format!("{}MARK{}", "a".repeat(100), "b".repeat(100));
        let shown = |line: &str, start, length| {
            one(&error("m").at(at("f", 7, 1)).excerpt(Some(excerpt(line, start, length))), Some(40)).to_plain()
        };
        insta::assert_snapshot!(shown(&line, 100, 4), @r"
        error: m
          --> f:7:1
           │
         7 │ …aaaaaaaaaaaaaaMARKbbbbbbbbbbbbbbb…
           │                ^^^^
        ");
        insta::assert_snapshot!(shown(&line, 0, 4), @r"
        error: m
          --> f:7:1
           │
         7 │ aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
           │ ^^^^
        ");
        insta::assert_snapshot!(shown(&line, 200, 4), @r"
        error: m
          --> f:7:1
           │
         7 │ …bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb
           │                               ^^^^
        ");
        insta::assert_snapshot!(shown(&line, 50, 100), @r"
        error: m
          --> f:7:1
           │
         7 │ …aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa…
           │  ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
        ");
    }

    #[test]
    fn a_marker_behind_the_end_of_a_full_line_still_fits() {
        let line = "a".repeat(34);
        let document = one(&error("m").at(at("f", 7, 1)).excerpt(Some(excerpt(&line, 34, 1))), Some(39));
        assert!(document.lines().iter().all(|line| line.width() <= 39), "{}", document.to_plain());
        assert!(document.to_plain().ends_with("^\n"));
    }

    #[test]
    fn machines_get_the_same_as_data() {
        let diagnostic = error("m").at(at("f", 7, 0)).hint("h");
        let expected = DiagnosticView {
            code: "agent-id",
            message: "m",
            file: Some("f"),
            line: Some(7),
            column: None,
            severity: "error",
            hint: Some("h".to_owned()),
        };
        assert_eq!(view(&diagnostic), expected);
    }

    proptest! {
        #[test]
        fn excerpts_fit_and_never_panic(line in ".{0,120}", start in 0_usize..140, length in 1_usize..140, columns in 0_usize..100) {
            let document = one(&error("m").at(at("f", 12, 1)).excerpt(Some(excerpt(&line, start, length))), Some(columns));
            for line in document.lines().iter().skip(2) {
                prop_assert!(line.width() <= columns.max(LEAST_COLUMNS + 6) , "{}", line.to_plain());
            }
        }
    }
}
