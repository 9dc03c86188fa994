use std::ops::Range;

const BOM: &str = "\u{FEFF}";

/// A text seen as lines. Offsets are bytes; those beyond the text count as its end.
#[derive(Debug, Clone, Copy)]
pub(super) struct Lines<'t> {
    text: &'t str,
}

impl<'t> Lines<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        Self { text }
    }

    pub(super) fn text(self) -> &'t str {
        self.text
    }

    pub(super) fn slice(self, range: Range<usize>) -> &'t str {
        self.text.get(range).unwrap_or_default()
    }

    pub(super) fn rest(self, from: usize) -> &'t str {
        self.text.get(from..).unwrap_or_default()
    }

    pub(super) fn before(self, offset: usize) -> &'t str {
        self.text.get(..offset).unwrap_or_default()
    }

    /// Where the text starts, after a byte order mark.
    pub(super) fn start(self) -> usize {
        if self.text.starts_with(BOM) { BOM.len() } else { 0 }
    }

    /// The line break that the text uses.
    pub(super) fn line_break(self) -> &'static str {
        let first = self.text.find('\n').unwrap_or(0);
        if self.before(first).ends_with('\r') { "\r\n" } else { "\n" }
    }

    /// Where the line of an offset ends, before its break.
    pub(super) fn line_end(self, offset: usize) -> usize {
        self.rest(offset).find(['\n', '\r']).map_or(self.text.len(), |length| offset + length)
    }

    /// Where the line of an offset starts, after a byte order mark.
    pub(super) fn line_start(self, offset: usize) -> usize {
        self.before(offset).rfind(['\n', '\r']).map_or(self.start().min(offset), |found| found + 1)
    }

    /// Where the line after that of an offset starts, if there is one.
    pub(super) fn next_line(self, offset: usize) -> Option<usize> {
        let end = self.line_end(offset);
        let rest = self.rest(end);
        let length = if rest.starts_with("\r\n") { 2 } else { usize::from(!rest.is_empty()) };
        (length > 0).then_some(end + length)
    }

    /// Where the line after that of an offset starts, or the end of the text.
    pub(super) fn after_line(self, offset: usize) -> usize {
        self.next_line(offset).unwrap_or(self.text.len())
    }

    /// Where the line before that of an offset ends, if there is one.
    pub(super) fn previous_line_end(self, offset: usize) -> Option<usize> {
        let before = self.before(self.line_start(offset));
        let line = before.strip_suffix("\r\n").or_else(|| before.strip_suffix(['\n', '\r']))?;
        Some(line.len())
    }

    /// The end of the last blank line that follows the line of an offset, or that offset.
    pub(super) fn after_blank_lines(self, offset: usize) -> usize {
        let mut last = offset;
        while let Some(start) = self.next_line(last).filter(|start| *start < self.text.len()) {
            let end = self.line_end(start);
            if !is_blank(self.slice(start..end)) {
                break;
            }
            last = end;
        }
        last
    }

    /// How many characters stand before an offset in its line.
    pub(super) fn column(self, offset: usize) -> usize {
        self.slice(self.line_start(offset)..offset).chars().count()
    }

    /// Whether only blanks stand before an offset in its line.
    pub(super) fn starts_line(self, offset: usize) -> bool {
        is_blank(self.slice(self.line_start(offset)..offset))
    }

    /// Whether an offset is at the start of a line.
    pub(super) fn is_line_start(self, offset: usize) -> bool {
        self.line_start(offset) == offset
    }

    /// The blanks before an offset in its line; none if something else stands there, too.
    pub(super) fn indent(self, offset: usize) -> &'t str {
        let before = self.slice(self.line_start(offset)..offset);
        if is_blank(before) { before } else { "" }
    }

    /// The lines of a range that consists of lines, each with where it is, its break included.
    pub(super) fn within(self, range: Range<usize>) -> impl DoubleEndedIterator<Item = Range<usize>> {
        let mut at = range.start;
        let lines = self.slice(range).split_inclusive('\n').map(move |line| {
            let start = at;
            at += line.len();
            start..at
        });
        lines.collect::<Vec<_>>().into_iter()
    }

    /// Whether nothing but blanks is in a line, which is given with its break.
    pub(super) fn is_blank_line(self, line: Range<usize>) -> bool {
        is_blank(self.slice(line).trim_end_matches(['\r', '\n']))
    }

    /// Where the blanks before an offset begin.
    pub(super) fn before_blanks(self, offset: usize) -> usize {
        self.before(offset).trim_end_matches([' ', '\t']).len()
    }

    /// The next offset that is neither blank nor part of a comment.
    pub(super) fn skip_trivia(self, from: usize) -> usize {
        let mut at = from;
        loop {
            let rest = self.rest(at);
            let trimmed = rest.trim_start_matches([' ', '\t', '\n', '\r', '\u{FEFF}']);
            at += rest.len() - trimmed.len();
            if !trimmed.starts_with('#') || !self.may_start_comment(at) {
                return at;
            }
            at = self.line_end(at);
        }
    }

    fn may_start_comment(self, offset: usize) -> bool {
        let before = self.before(offset);
        before.is_empty() || before.ends_with([' ', '\t', '\n', '\r', '\u{FEFF}'])
    }

    /// Where the comments begin that stand on lines of their own directly above the line of an offset.
    pub(super) fn attached_comments(self, offset: usize, not_before: usize) -> usize {
        let mut first = self.line_start(offset);
        while let Some(above) = self.previous_line_end(first) {
            let start = self.line_start(above);
            if start < not_before || !self.slice(start..above).trim_start().starts_with('#') {
                break;
            }
            first = start;
        }
        first
    }
}

/// Whether a text holds only spaces and tabs.
pub(super) fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}
