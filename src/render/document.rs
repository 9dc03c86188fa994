//! Styled text as data: color is spans, never bytes in strings.
//!
//! Pure functions return a [`Document`]; `ui` wraps its prose and turns it into bytes, with or without color. Whatever a style
//! says must also be said by a word or a marker, since most readers of logs see no color.

use std::fmt::Display;

use super::text_safety::{SafeText, command_positions, defuse, sanitise};

/// What a piece of text means, not how it looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Style {
    /// Nothing special.
    #[default]
    Plain,
    /// Something that will be, or was, made: `+`.
    Create,
    /// Something that will be, or was, changed: `~`.
    Update,
    /// Something that will be, or was, taken away: `-`.
    Remove,
    /// Something that is as it should be: `=`.
    Unchanged,
    /// Something that the project does not speak about: `?`.
    Drift,
    /// Something that a person has to look at: `!`.
    Attention,
    /// The word of an error and its markers.
    Error,
    /// The word of a warning and its markers.
    Warning,
    /// The word of a note and its markers.
    Note,
    /// The word of an advice.
    Hint,
    /// What the eye may skip: gutters, places, counts of what is folded.
    Dim,
    /// What the eye should catch: names, headings.
    Bold,
}

impl Style {
    /// A text in this style, to stand at a `{}` of [`line!`].
    pub fn of<T>(self, text: T) -> Styled<T> {
        Styled { style: self, text }
    }

    /// A line of nothing but a text in this style.
    pub fn line<T>(self, text: T) -> Line
    where
        Styled<T>: Piece,
    {
        self.of(text).at_end_of(Line::new())
    }
}

/// A text with its style, not yet sanitized.
#[derive(Debug, Clone, Copy)]
pub struct Styled<T> {
    style: Style,
    text: T,
}

/// A piece of a line in one style.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Span {
    /// What it says.
    pub text: SafeText,
    /// What it means.
    pub style: Style,
}

/// Whether a line may be broken to fit the terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Flow {
    /// It stays one line, however long.
    #[default]
    Verbatim,
    /// It is prose: broken at spaces, its further lines indented by so many columns.
    Prose(usize),
    /// It is foreign text behind a gutter in that column: broken at spaces, with the gutter before its further lines.
    Gutter(usize),
}

/// One line of a document.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    spans: Vec<Span>,
    flow: Flow,
}

impl Line {
    /// An empty line, to which pieces are added from left to right.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a text that is safe already.
    #[must_use]
    pub fn text(mut self, style: Style, text: SafeText) -> Self {
        if !text.is_empty() {
            self.spans.push(Span { text, style });
        }
        self
    }

    /// Adds the pieces of another line.
    #[must_use]
    pub fn then(mut self, other: Self) -> Self {
        self.spans.extend(other.spans);
        self
    }

    /// The same with what has no style in this one.
    #[must_use]
    pub fn in_style(mut self, style: Style) -> Self {
        for span in self.spans.iter_mut().filter(|span| span.style == Style::Plain) {
            span.style = style;
        }
        self
    }

    /// The same as prose, whose further lines are indented by so many columns.
    #[must_use]
    pub fn prose(mut self, hanging: usize) -> Self {
        self.flow = Flow::Prose(hanging);
        self
    }

    /// The same with spaces at its end, so that it takes so many columns at least.
    #[must_use]
    pub fn padded(self, columns: usize) -> Self {
        let missing = columns.saturating_sub(self.width());
        self.text(Style::Plain, SafeText::spaces(missing))
    }

    /// The same with another line at the right end of so many columns; below it, where both do not fit beside each other.
    #[must_use]
    pub fn with_at_right(self, right: Self, columns: usize) -> Document {
        let start = columns.saturating_sub(right.width());
        if self.width() + 2 <= start {
            let flow = self.flow;
            return Document::from(Self { flow, ..self.padded(start).then(right) });
        }
        Document::from(self).line(Self::new().padded(start).then(right))
    }

    /// The same behind so many spaces.
    #[must_use]
    pub fn indented(mut self, columns: usize) -> Self {
        if columns > 0 && !self.spans.is_empty() {
            self.spans.insert(0, Span { text: SafeText::spaces(columns), style: Style::Plain });
        }
        self.flow = match self.flow {
            Flow::Prose(hanging) => Flow::Prose(hanging + columns),
            Flow::Gutter(column) => Flow::Gutter(column + columns),
            Flow::Verbatim => Flow::Verbatim,
        };
        self
    }

    /// The same behind the gutter of foreign text, which its further lines have too.
    #[must_use]
    pub fn gutter(mut self) -> Self {
        let bar = if self.spans.is_empty() { "│" } else { "│ " };
        self.spans.insert(0, Span { text: SafeText::literal(bar), style: Style::Dim });
        self.flow = Flow::Gutter(0);
        self
    }

    /// The pieces from left to right.
    pub fn spans(&self) -> &[Span] {
        &self.spans
    }

    /// Whether and how it may be broken.
    pub fn flow(&self) -> Flow {
        self.flow
    }

    /// How many columns of a terminal it takes.
    pub fn width(&self) -> usize {
        self.spans.iter().map(|span| span.text.width()).sum()
    }

    /// The line as it may be written: commands to a CI log that only the joining of pieces made are broken up too.
    ///
    /// No spaces stand at its end.
    pub fn pieces(&self) -> Vec<Span> {
        let mut spans = self.spans.clone();
        while let Some(last) = spans.last_mut() {
            let trimmed = last.text.as_str().trim_end_matches(' ').chars().count();
            if trimmed > 0 {
                if last.text.as_str().ends_with(' ') {
                    last.text = last.text.characters(0, trimmed);
                }
                break;
            }
            spans.pop();
        }
        let joined: String = spans.iter().map(|span| span.text.as_str()).collect();
        if command_positions(&joined).is_empty() {
            return spans;
        }
        // Rare and only ever an attack: the line loses its styles and keeps its words.
        vec![Span { text: sanitise(&defuse(&joined)), style: Style::Plain }]
    }

    /// The line without styles.
    pub fn to_plain(&self) -> String {
        self.pieces().iter().map(|span| span.text.as_str()).collect()
    }
}

/// Makes a line of a text of this program's source and of what stands at each `{}` in it: anything that can be shown, which
/// is sanitized; such a thing with a style, as [`Style::of`] gives it; or another line.
macro_rules! line {
    ($template:literal $(, $piece:expr)* $(,)?) => {{
        const { assert!($crate::render::document::has_places_for(&[$(stringify!($piece)),*], $template)) };
        let template = $crate::render::document::Template::new($template);
        $(let template = template.with($piece);)*
        template.line()
    }};
}
pub(crate) use line;

/// Whether a template has as many `{}` as there are pieces, and no other brace.
pub const fn has_places_for(pieces: &[&str], template: &str) -> bool {
    let bytes = template.as_bytes();
    let (mut at, mut places) = (0, 0);
    while at < bytes.len() {
        match bytes[at] {
            b'{' if at + 1 < bytes.len() && bytes[at + 1] == b'}' => {
                places += 1;
                at += 2;
            }
            b'{' | b'}' => return false,
            _ => at += 1,
        }
    }
    places == pieces.len()
}

/// A template of [`line!`] that is being filled from left to right.
#[derive(Debug)]
pub struct Template {
    rest: &'static str,
    line: Line,
}

impl Template {
    /// Starts to fill.
    pub fn new(template: &'static str) -> Self {
        Self { rest: template, line: Line::new() }
    }

    /// Fills the next place.
    #[must_use]
    pub fn with(self, piece: impl Piece) -> Self {
        let (before, rest) = self.rest.split_once("{}").unwrap_or((self.rest, ""));
        Self { rest, line: piece.at_end_of(self.line.text(Style::Plain, SafeText::literal(before))) }
    }

    pub fn line(self) -> Line {
        self.line.text(Style::Plain, SafeText::literal(self.rest))
    }
}

/// What can stand at a `{}` of [`line!`].
pub trait Piece {
    /// Adds it to a line.
    fn at_end_of(self, line: Line) -> Line;
}

impl<T: Display> Piece for T {
    fn at_end_of(self, line: Line) -> Line {
        line.text(Style::Plain, sanitise(&self.to_string()))
    }
}

impl<T: Display> Piece for Styled<T> {
    fn at_end_of(self, line: Line) -> Line {
        line.text(self.style, sanitise(&self.text.to_string()))
    }
}

impl Piece for SafeText {
    fn at_end_of(self, line: Line) -> Line {
        line.text(Style::Plain, self)
    }
}

impl Piece for Styled<SafeText> {
    fn at_end_of(self, line: Line) -> Line {
        line.text(self.style, self.text)
    }
}

impl Piece for Line {
    fn at_end_of(self, line: Line) -> Line {
        line.then(self)
    }
}

/// Lines from top to bottom.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Document {
    lines: Vec<Line>,
}

impl Document {
    /// A document without lines.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a line at the end.
    pub fn push(&mut self, line: Line) {
        self.lines.push(line);
    }

    /// The same with one more line.
    #[must_use]
    pub fn line(mut self, line: Line) -> Self {
        self.push(line);
        self
    }

    /// Adds an empty line at the end.
    pub fn blank(&mut self) {
        self.push(Line::new());
    }

    /// Adds another document's lines at the end.
    pub fn append(&mut self, other: Self) {
        self.lines.extend(other.lines);
    }

    /// The same with another document's lines at the end.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.append(other);
        self
    }

    /// Blocks with blank lines between them; empty ones do not count.
    pub fn of_blocks(blocks: impl IntoIterator<Item = Self>) -> Self {
        let mut document = Self::new();
        for block in blocks.into_iter().filter(|block| !block.is_empty()) {
            if !document.is_empty() {
                document.blank();
            }
            document.append(block);
        }
        document
    }

    /// The same behind so many spaces.
    #[must_use]
    pub fn indented(self, columns: usize) -> Self {
        self.lines.into_iter().map(|line| line.indented(columns)).collect()
    }

    /// The same behind the gutter of foreign text.
    #[must_use]
    pub fn gutter(self) -> Self {
        self.lines.into_iter().map(Line::gutter).collect()
    }

    /// The lines from top to bottom, taken out.
    pub fn into_lines(self) -> Vec<Line> {
        self.lines
    }

    /// The lines from top to bottom.
    pub fn lines(&self) -> &[Line] {
        &self.lines
    }

    /// Whether it has no line.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The document without styles, each line ended.
    pub fn to_plain(&self) -> String {
        self.lines.iter().map(|line| line.to_plain() + "\n").collect()
    }
}

impl From<Line> for Document {
    fn from(line: Line) -> Self {
        Self { lines: vec![line] }
    }
}

impl FromIterator<Line> for Document {
    fn from_iter<I: IntoIterator<Item = Line>>(lines: I) -> Self {
        Self { lines: lines.into_iter().collect() }
    }
}

impl Extend<Line> for Document {
    fn extend<I: IntoIterator<Item = Line>>(&mut self, lines: I) {
        self.lines.extend(lines);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_built_from_left_to_right() {
        let line = line!("{}agent {} ", Style::Create.of("+ "), Style::Bold.of("tri\u{1b}age"));
        assert_eq!(line.to_plain(), "+ agent tri\\u{1b}age");
        assert_eq!(line.width(), 21);
    }

    #[test]
    fn a_template_has_as_many_places_as_pieces() {
        for (template, count) in [("", 0), ("a {} b", 1), ("{}{}", 2)] {
            let pieces = vec!["x"; count];
            assert!(has_places_for(&pieces, template));
            assert!(!has_places_for(&["x", "x", "x"], template));
        }
        assert!(!has_places_for(&["x"], "{x}") && !has_places_for(&["x"], "}{}"));
    }

    #[test]
    fn gutters_and_indents_come_before_everything() {
        let block = Document::new().line(line!("a")).line(Line::new());
        assert_eq!(block.clone().gutter().indented(2).to_plain(), "  │ a\n  │\n");
        assert_eq!(block.indented(2).to_plain(), "  a\n\n");
    }

    #[test]
    fn indenting_prose_indents_its_further_lines() {
        let line = line!("words").prose(2).indented(4);
        assert_eq!(line.flow(), Flow::Prose(6));
        assert_eq!(line.gutter().indented(2).flow(), Flow::Gutter(2));
    }

    #[test]
    fn commands_that_only_joining_makes_are_broken_up() {
        let line = line!("{}:error::x", Style::Bold.of(":"));
        assert_eq!(line.to_plain(), "\\u{3a}:error::x");
        let line = line!("{}vso[y]", Style::Bold.of("x##"));
        assert_eq!(line.to_plain(), "x#\\u{23}vso[y]");
    }
}
