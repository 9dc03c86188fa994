use std::collections::BTreeSet;
use std::ops::Range;

use crate::edit::lines::Lines;

/// The elements of an array, or the pairs of an inline table, with the text around them.
#[derive(Debug)]
pub(super) struct Sequence<'s> {
    open: &'s str,
    close: &'s str,
    items: Vec<Item<'s>>,
    /// What stands between the last item and the closing bracket.
    tail: &'s str,
    has_trailing_comma: bool,
    line_break: &'static str,
    /// The indentation of the line that the sequence begins in.
    indent: &'s str,
}

#[derive(Debug)]
struct Item<'s> {
    /// Line breaks, indentation and comments in front of it.
    before: &'s str,
    /// What stands between it and its comma.
    gap: &'s str,
    has_comma: bool,
    /// The comment in the rest of its line.
    comment: &'s str,
}

/// One item of the new sequence.
#[derive(Debug)]
pub(super) enum Piece {
    Old { position: usize, text: String },
    New(String),
}

impl Piece {
    fn position(&self) -> Option<usize> {
        match self {
            Self::Old { position, .. } => Some(*position),
            Self::New(_) => None,
        }
    }
}

impl<'s> Sequence<'s> {
    pub(super) fn read(lines: Lines<'s>, span: &Range<usize>, cores: &[Range<usize>], commas: &[usize]) -> Self {
        let get = |range: Range<usize>| lines.slice(range);
        let inner_end = span.end.saturating_sub(1);
        let mut at = span.start + 1;
        let mut items = Vec::new();
        for (position, core) in cores.iter().enumerate() {
            let before = get(at..core.start);
            let comma = commas.get(position).copied();
            let gap = get(core.end..comma.unwrap_or(core.end));
            at = comma.map_or(core.end, |comma| comma + 1);
            let comment = comment_behind(get(at..inner_end));
            at += comment.len();
            items.push(Item { before, gap, has_comma: comma.is_some(), comment });
        }
        Self {
            open: get(span.start..span.start + 1),
            close: get(inner_end..span.end),
            items,
            tail: get(at..inner_end),
            has_trailing_comma: !cores.is_empty() && commas.len() >= cores.len(),
            line_break: lines.line_break(),
            indent: leading_blanks(get(lines.line_start(span.start)..span.start)),
        }
    }

    /// The sequence with other items, as text.
    pub(super) fn rewrite(&self, pieces: &[Piece]) -> String {
        if pieces.is_empty() {
            return format!("{}{}", self.open, self.close);
        }
        let mut result = self.open.to_owned();
        let mut has_open_comment = false;
        let mut next = 0;
        let old = pieces.iter().filter_map(Piece::position);
        let is_permuted = !old.is_sorted();
        for (slot, piece) in pieces.iter().enumerate() {
            let mut before = self.before(slot, piece, next, is_permuted);
            next = piece.position().map_or(next, |position| position + 1);
            if has_open_comment && !before.starts_with(['\n', '\r']) {
                before = format!("{}{}", self.own_line(), before.trim_start_matches([' ', '\t']));
            }
            result.push_str(&before);
            let is_last = slot + 1 == pieces.len();
            has_open_comment = self.push(&mut result, piece, !is_last || self.has_trailing_comma);
        }
        let skipped = if is_permuted {
            self.comments_of_removed(0..self.items.len(), pieces)
        } else {
            self.comments_between(next..self.items.len())
        };
        result.push_str(&skipped);
        let tail = if self.items.is_empty() && self.open == "{" && self.tail.is_empty() { " " } else { self.tail };
        if (has_open_comment || !skipped.is_empty()) && !tail.starts_with(['\n', '\r']) {
            result.push_str(self.line_break);
            result.push_str(self.indent);
        }
        result.push_str(tail);
        result.push_str(self.close);
        result
    }

    /// Writes an item; true if a comment is left open behind it.
    fn push(&self, result: &mut String, piece: &Piece, with_comma: bool) -> bool {
        let comma = if with_comma { "," } else { "" };
        let item = piece.position().and_then(|position| self.items.get(position));
        let (Piece::Old { text, .. } | Piece::New(text)) = piece;
        result.push_str(text);
        let Some(item) = item else {
            result.push_str(comma);
            return false;
        };
        if item.has_comma && (with_comma || item.gap.contains('#')) {
            result.push_str(item.gap);
        }
        result.push_str(comma);
        result.push_str(item.comment);
        let last_line = item.gap.rsplit('\n').next().unwrap_or_default();
        !item.comment.is_empty() || (!with_comma && last_line.contains('#'))
    }

    /// What goes in front of an item in its new place.
    fn before(&self, slot: usize, piece: &Piece, next: usize, is_permuted: bool) -> String {
        let Piece::Old { position, .. } = piece else { return self.before_new(slot) };
        let own = self.items.get(*position).map_or("", |item| item.before);
        if is_permuted {
            return if own.contains('#') { own.to_owned() } else { self.spacing(slot).to_owned() };
        }
        let skipped = self.comments_between(next..*position);
        let is_wrapped = |item: &Item<'_>| item.before.contains('\n');
        let removed_break = self.items.get(next..*position).unwrap_or_default().iter().find(|item| is_wrapped(item));
        let spacing = match (own.contains('\n'), removed_break, slot) {
            (false, Some(removed), _) => after_comments(removed.before),
            (false, None, 0) => self.items.first().map_or("", |item| item.before),
            // It was the first one, directly behind the bracket.
            (false, None, _) if *position == 0 && own.is_empty() => match self.items.get(1) {
                Some(second) if !second.before.contains('\n') => second.before,
                _ => " ",
            },
            _ => own,
        };
        if skipped.is_empty() || spacing.starts_with(['\n', '\r']) {
            format!("{skipped}{spacing}")
        } else {
            format!("{skipped}{}{spacing}", self.own_line())
        }
    }

    fn before_new(&self, slot: usize) -> String {
        let wrapped = self.items.iter().rev().find(|item| item.before.contains('\n'));
        match (self.items.as_slice(), wrapped) {
            ([], _) if self.tail.contains('\n') => self.own_line(),
            ([], _) => if self.open == "{" || slot > 0 { " " } else { "" }.to_owned(),
            ([only], Some(_)) => after_comments(only.before).to_owned(),
            ([_, .., last], Some(_)) => after_comments(last.before).to_owned(),
            _ if slot == 0 => self.items.first().map_or("", |item| item.before).to_owned(),
            ([_, second, ..], None) if !second.before.is_empty() => second.before.to_owned(),
            _ => " ".to_owned(),
        }
    }

    fn spacing(&self, slot: usize) -> &'s str {
        self.items.get(slot).or(self.items.last()).map_or("", |item| after_comments(item.before))
    }

    /// A line break with the indentation of the items.
    fn own_line(&self) -> String {
        let wrapped = self.items.iter().find(|item| item.before.contains('\n'));
        wrapped.map_or_else(
            || format!("{}{}  ", self.line_break, self.indent),
            |item| after_comments(item.before).to_owned(),
        )
    }

    fn comments_between(&self, range: Range<usize>) -> String {
        let removed = self.items.get(range).unwrap_or_default();
        removed.iter().map(|item| comment_lines(item.before)).collect()
    }

    fn comments_of_removed(&self, range: Range<usize>, pieces: &[Piece]) -> String {
        let kept: BTreeSet<usize> = pieces.iter().filter_map(Piece::position).collect();
        range.filter(|at| !kept.contains(at)).map(|at| self.comments_between(at..at + 1)).collect()
    }
}

/// A comment in the rest of a line, with the blanks in front of it.
fn comment_behind(text: &str) -> &str {
    let line = text.split(['\n', '\r']).next().unwrap_or_default();
    if line.trim_start_matches([' ', '\t']).starts_with('#') { line } else { "" }
}

fn leading_blanks(line: &str) -> &str {
    let blanks = line.len() - line.trim_start_matches([' ', '\t']).len();
    line.get(..blanks).unwrap_or_default()
}

/// The part with comments of what stands in front of an item, without the last line break.
fn comment_lines(before: &str) -> &str {
    if !before.contains('#') {
        return "";
    }
    before.rsplit_once('\n').map_or("", |(comments, _)| comments.strip_suffix('\r').unwrap_or(comments))
}

/// What stands in front of an item, from its last line break on.
fn after_comments(before: &str) -> &str {
    let Some(at) = before.rfind('\n') else { return before };
    let start = if before.get(..at).is_some_and(|rest| rest.ends_with('\r')) { at - 1 } else { at };
    before.get(start..).unwrap_or_default()
}
