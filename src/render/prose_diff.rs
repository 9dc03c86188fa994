//! The text diff of prompts and other prose: `--- org`, `+++ files`, three lines of context, behind the gutter.

use std::borrow::Cow;

use std::collections::BTreeSet;

use similar::{Change, ChangeTag, DiffOp, TextDiff};

use crate::model::{counted, plural, with_line_feeds};

use super::apart::{Apart, composed};
use super::document::{Document, Line, Style, line};
use super::fold::fold_around;
use super::text_safety::{SafeText, sanitise, sanitise_block_line};

/// How many equal lines stand around a change.
const CONTEXT: usize = 3;

/// How many lines of a diff are shown before the rest is folded.
const FOLD_AFTER: usize = 40;

/// How many columns of one line are shown before the rest is folded.
const LINE_COLUMNS: usize = 1_000;

/// Whether long things are shown whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Folding {
    /// Long values and diffs are cut, saying how much is missing.
    #[default]
    Fold,
    /// Everything is shown (`--full`).
    Full,
}

/// Which way a change goes: it names the sides of a diff.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Direction {
    /// The org becomes what the files say.
    #[default]
    ToOrg,
    /// The files become what the org has: `--- files`, `+++ org`.
    ToFiles,
}

impl Direction {
    /// What names the sides; a plan only ever goes one way, so it needs no names.
    fn labels(self) -> Option<[&'static str; 2]> {
        match self {
            Self::ToOrg => None,
            Self::ToFiles => Some(["--- files", "+++ org"]),
        }
    }
}

/// Makes the diff from what the org has to what the files say; empty if both are equal.
pub fn prose_diff(org: &str, files: &str, folding: Folding) -> Document {
    diff_between(org, files, folding, Direction::ToOrg)
}

/// Makes the diff from what a side has to what it will have; empty if both are equal.
///
/// Where the files change, the first two lines name the sides. Every line stands behind the gutter and is sanitized; a line break
/// that only one side has at its end, carriage returns that are not part of a line end, spaces at the end of a changed line (`·`)
/// and unusual spaces in it are visible; so is all that tells two lines apart that otherwise look the same.
pub fn diff_between(before: &str, after: &str, folding: Folding, direction: Direction) -> Document {
    let (lf_before, lf_after) = (with_line_feeds(before), with_line_feeds(after));
    // What ends the lines is shown only where the sides differ in nothing else.
    let (before, after) = if lf_before == lf_after { (before, after) } else { (&*lf_before, &*lf_after) };
    // Prompts are trimmed, so neither side ends in a line break: without one their last lines would differ from the same line
    // further up on the other side.
    let (before, after) = if before.ends_with('\n') || after.ends_with('\n') {
        (Cow::Borrowed(before), Cow::Borrowed(after))
    } else {
        (Cow::Owned(format!("{before}\n")), Cow::Owned(format!("{after}\n")))
    };
    let diff = TextDiff::from_lines(before.as_ref(), after.as_ref());
    let hunks = diff.grouped_ops(CONTEXT);
    if hunks.is_empty() {
        return Document::new();
    }
    let apart = ApartLines::of(&diff);
    let mut rows = Vec::new();
    let mut starts = Vec::new();
    for hunk in &hunks {
        starts.push(rows.len());
        rows.push(hunk_header(hunk));
        for op in hunk {
            let changes: Vec<_> = diff.iter_changes(op).collect();
            let shown = |change: &Change<&str>| (change.tag(), apart.shown(change.tag(), change.value()));
            let lines: Vec<_> = changes.iter().map(shown).collect();
            for (change, line) in changes.iter().zip(folded_lines(&lines, folding)) {
                rows.push(line);
                if change.missing_newline() && before.ends_with('\n') != after.ends_with('\n') {
                    rows.push(Style::Dim.line("\\ no line break at the end"));
                }
            }
        }
    }
    let labels = direction.labels().into_iter();
    let mut document: Document =
        labels.flat_map(|[from, to]| [Style::Remove.line(from), Style::Create.line(to)]).collect();
    let shown = if folding == Folding::Full { rows.len() } else { shown_rows(rows.len(), &starts) };
    let hidden = rows.len() - shown;
    let hidden_hunks = starts.iter().filter(|start| **start >= shown).count();
    document.extend(rows.into_iter().take(shown));
    let mut document = document.gutter();
    if hidden > 0 {
        document.push(fold_line(hidden, hidden_hunks));
    }
    document
}

/// How many rows are shown folded: up to the last hunk that still fits, or into the first one if that is too long.
fn shown_rows(rows: usize, starts: &[usize]) -> usize {
    // Folding away two lines to add one would help nobody.
    if rows <= FOLD_AFTER + 2 {
        return rows;
    }
    starts.iter().copied().filter(|start| (FOLD_AFTER / 2..=FOLD_AFTER).contains(start)).max().unwrap_or(FOLD_AFTER)
}

/// The line that says how much of a text is not shown: `… 120 more lines; --full shows them`.
pub fn fold_line(lines: usize, hunks: usize) -> Line {
    let with = match hunks {
        0 => String::new(),
        hunks => format!(", with {}", counted(hunks, "more change")),
    };
    let them = plural(lines, "it", "them");
    Style::Dim.line(format!("… {}{with}; --full shows {them}", counted(lines, "more line")))
}

/// The mark at the end of a line of which so many characters are left out.
pub(super) fn more_characters(hidden: usize) -> Line {
    if hidden == 0 { Line::new() } else { Style::Dim.line(format!(" … {}", counted(hidden, "more character"))) }
}

fn hunk_header(hunk: &[DiffOp]) -> Line {
    let side = |range: &dyn Fn(&DiffOp) -> std::ops::Range<usize>| {
        let start = hunk.first().map_or(0, |op| range(op).start);
        let end = hunk.last().map_or(0, |op| range(op).end);
        let length = end - start;
        let start = if length == 0 { start } else { start + 1 };
        if length == 1 { start.to_string() } else { format!("{start},{length}") }
    };
    line!("@@ -{} +{} @@", side(&DiffOp::old_range), side(&DiffOp::new_range)).in_style(Style::Dim)
}

/// What tells the lines of the two sides apart.
struct ApartLines {
    /// The lines that are taken out.
    deleted: Apart,
    /// The lines that are put in.
    inserted: Apart,
    /// What lines of both sides look like that differ only in tabs, or in what is made visible.
    alike: BTreeSet<String>,
}

impl ApartLines {
    fn of(diff: &TextDiff<'_, '_, str>) -> Self {
        let side = |tag: ChangeTag| -> BTreeSet<String> {
            let changes = diff.iter_all_changes().filter(|change| change.tag() == tag);
            changes.map(|change| line_of(change.value()).to_owned()).collect()
        };
        let (deleted, inserted) = (side(ChangeTag::Delete), side(ChangeTag::Insert));
        let apart = |side: &BTreeSet<String>| Apart::from(side.iter().map(String::as_str));
        let mut apart = Self { deleted: apart(&deleted), inserted: apart(&inserted), alike: BTreeSet::new() };
        let looks = |tag, side: &BTreeSet<String>| -> BTreeSet<String> {
            side.iter().map(|line| composed(apart.block(tag, line).as_str())).collect()
        };
        let (one, other) = (looks(ChangeTag::Delete, &deleted), looks(ChangeTag::Insert, &inserted));
        apart.alike = one.intersection(&other).cloned().collect();
        apart
    }

    /// A line of a block, with what the other side could be mistaken for made visible.
    fn block(&self, tag: ChangeTag, line: &str) -> SafeText {
        sanitise_block_line(&self.escaped(tag, line, line))
    }

    fn escaped(&self, tag: ChangeTag, line: &str, written: &str) -> String {
        match tag {
            ChangeTag::Equal => written.to_owned(),
            ChangeTag::Delete => self.inserted.escaped(line, written),
            ChangeTag::Insert => self.deleted.escaped(line, written),
        }
    }

    fn shown(&self, tag: ChangeTag, value: &str) -> SafeText {
        let line = line_of(value);
        let whole = value.strip_suffix('\n').unwrap_or(value);
        let block = self.block(tag, line);
        if tag == ChangeTag::Equal {
            return block;
        }
        let text = if self.alike.contains(&composed(block.as_str())) {
            // Backslashes are doubled first, so that what is made visible can be told from what the text says.
            sanitise(&self.escaped(tag, line, &line.replace('\\', "\\\\")))
        } else {
            block
        };
        text.then(&SafeText::repeat("·", whole.len() - line.len()))
    }
}

/// A line without its end and the spaces before it.
fn line_of(value: &str) -> &str {
    value.strip_suffix('\n').unwrap_or(value).trim_end_matches(' ')
}

/// Lines with their signs; without `--full` very long ones are folded, around what differs where one takes the place of another.
fn folded_lines(lines: &[(ChangeTag, SafeText)], folding: Folding) -> Vec<Line> {
    let is_long = |text: &SafeText| folding == Folding::Fold && text.width() > LINE_COLUMNS;
    let mut texts: Vec<SafeText> = lines.iter().map(|(_, text)| text.clone()).collect();
    let of = |tag: ChangeTag| lines.iter().enumerate().filter(move |(_, line)| line.0 == tag).map(|(at, _)| at);
    for (removed, added) in of(ChangeTag::Delete).zip(of(ChangeTag::Insert)) {
        let (Some((_, one)), Some((_, other))) = (lines.get(removed), lines.get(added)) else { continue };
        if is_long(one) || is_long(other) {
            let [one, other] = fold_around(one, other, LINE_COLUMNS);
            for (at, text) in [(removed, one), (added, other)] {
                texts.get_mut(at).into_iter().for_each(|place| *place = text.clone());
            }
        }
    }
    let sign = |tag| match tag {
        ChangeTag::Equal => (Style::Plain, " "),
        ChangeTag::Delete => (Style::Remove, "-"),
        ChangeTag::Insert => (Style::Create, "+"),
    };
    let line = |((tag, _), text): (&(ChangeTag, SafeText), SafeText)| {
        let (style, sign) = sign(*tag);
        // One that is folded around a difference has two marks more.
        let (kept, hidden) =
            if is_long(&text) && text.width() > LINE_COLUMNS + 4 { text.cut(LINE_COLUMNS) } else { (text, 0) };
        line!("{}{}{}", style.of(sign), style.of(kept), more_characters(hidden))
    };
    lines.iter().zip(texts).map(line).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(org: &str, files: &str) -> String {
        prose_diff(org, files, Folding::Fold).to_plain()
    }

    #[test]
    fn a_change_stands_in_three_lines_of_context() {
        let org = "1\n2\n3\n4\n5\n6\n7\n8\n9\n";
        insta::assert_snapshot!(shown(org, &org.replace('5', "five")), @"
        │ @@ -2,7 +2,7 @@
        │  2
        │  3
        │  4
        │ -5
        │ +five
        │  6
        │  7
        │  8
        ");
    }

    #[test]
    fn equal_texts_have_no_diff() {
        assert_eq!(shown("a\n", "a\n"), "");
        assert_eq!(shown("", ""), "");
    }

    #[test]
    fn a_new_and_a_cleared_text_are_whole_diffs() {
        insta::assert_snapshot!(shown("", "You are kind.\n"), @"
        │ @@ -0,0 +1 @@
        │ +You are kind.
        ");
        insta::assert_snapshot!(shown("You are kind.\n", ""), @"
        │ @@ -1 +0,0 @@
        │ -You are kind.
        ");
    }

    #[test]
    fn foreign_text_cannot_leave_its_gutter() {
        insta::assert_snapshot!(shown("a\n", "a\r\r\n::error::b\n\u{1b}[2J\n##[group]\n\tx"), @r"
        │ @@ -1 +1,5 @@
        │ -a
        │ +a\r
        │ +\u{3a}:error::b
        │ +\u{1b}[2J
        │ +#\u{23}[group]
        │ +    x
        │ \ no line break at the end
        ");
    }

    #[test]
    fn a_lost_line_break_at_the_end_is_visible() {
        insta::assert_snapshot!(shown("a\n", "a"), @r"
        │ @@ -1 +1 @@
        │ -a
        │ +a
        │ \ no line break at the end
        ");
    }

    #[test]
    fn lines_that_differ_in_white_space_only_look_different() {
        insta::assert_snapshot!(shown("a  \n\tb\n\tc\n", "a\n    b\n\td\n"), @r"
        │ @@ -1,3 +1,3 @@
        │ -a··
        │ -\tb
        │ -    c
        │ +a
        │ +    b
        │ +    d
        ");
    }

    #[test]
    fn long_diffs_fold_and_unfold() {
        let org = (0..100).fold(String::new(), |text, number| text + &format!("line {number}\n"));
        let files = org.replace('7', "seven");
        let folded = shown(&org, &files);
        assert_eq!(folded.lines().count(), 37);
        assert!(folded.ends_with("\n… 66 more lines, with 5 more changes; --full shows them\n"), "{folded}");
        let full = prose_diff(&org, &files, Folding::Full).to_plain();
        assert_eq!(full.lines().count(), 36 + 66);
        assert!(full.starts_with(folded.rsplit_once('…').unwrap().0));
        let one_hunk = shown("", &"x\n".repeat(100));
        assert!(one_hunk.ends_with("│ +x\n… 61 more lines; --full shows them\n"), "{one_hunk}");
    }

    #[test]
    fn a_line_without_end_is_cut() {
        let folded = shown("", &"x".repeat(1_500));
        assert!(folded.ends_with(&format!("+{} …\n", "x".repeat(996))), "{folded}");
        assert!(prose_diff("", &"x".repeat(1_500), Folding::Full).to_plain().contains(&"x".repeat(1_500)));
    }

    #[test]
    fn long_lines_are_folded_around_what_differs() {
        let line = |word: &str| format!("{}{word}{}", "x".repeat(2_000), "y".repeat(2_000));
        let folded = shown(&line("one"), &line("two"));
        assert!(
            folded.ends_with("│ -… xxxxxxxxxxxxoneyyyyyyyyyyyy …\n│ +… xxxxxxxxxxxxtwoyyyyyyyyyyyy …\n"),
            "{folded}"
        );
    }

    #[test]
    fn a_line_added_at_the_end_of_a_trimmed_text_is_the_only_difference() {
        let document = prose_diff("a\nb", "a\nb\nc", Folding::Fold).to_plain();
        assert!(document.contains("│  b") && document.contains("│ +c"), "{document}");
        assert!(!document.contains("-b"), "{document}");
    }
}
