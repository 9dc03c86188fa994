use crate::render::document::{Document, Line, Style, line};
use crate::render::text_safety::SafeText;

/// How far the lines below a row are indented; the mark of a field stands two columns before.
const INDENT: usize = 6;

/// The widest column of labels; behind a longer label its value follows directly.
const WIDEST_LABEL: usize = 24;

/// What stands before a field that a person has to look at, or that is not changed.
pub(in crate::render) type Mark = (Style, &'static str);

/// The columns of a page: what a line may take, and where the values of a block begin.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::render) struct Columns {
    whole: usize,
    label: usize,
}

impl Columns {
    /// The columns of a block with these labels on a page of this width.
    pub(in crate::render) fn of(whole: usize, labels: impl IntoIterator<Item = usize>) -> Self {
        let label = labels.into_iter().filter(|width| *width <= WIDEST_LABEL).max().unwrap_or(0);
        Self { whole, label }
    }

    /// How many columns a value has behind a label.
    pub(in crate::render) fn of_value(self, label: &SafeText) -> usize {
        self.whole.saturating_sub(self.start_of_value(label))
    }

    fn start_of_value(self, label: &SafeText) -> usize {
        INDENT + self.label.max(label.width()) + 2
    }
}

/// One field below a row: its label, its values beside it, and what stands below both.
#[derive(Debug, Clone, Default)]
pub(in crate::render) struct Entry {
    pub(in crate::render) mark: Option<Mark>,
    pub(in crate::render) label: SafeText,
    pub(in crate::render) values: Vec<Valued>,
    pub(in crate::render) below: Document,
    /// Where it is declared, if not where its resource is.
    pub(in crate::render) place: Option<Line>,
}

/// A value with what there is to say of it.
#[derive(Debug, Clone)]
pub(in crate::render) struct Valued {
    pub(in crate::render) value: Line,
    pub(in crate::render) remark: Option<Line>,
}

impl Entry {
    pub(in crate::render) fn new(label: SafeText) -> Self {
        Self { label, ..Self::default() }
    }

    /// The same with a mark, unless it has one.
    #[must_use]
    pub(in crate::render) fn marked(mut self, mark: Mark) -> Self {
        self.mark.get_or_insert(mark);
        self
    }

    /// The same with one more value, on a line of its own.
    #[must_use]
    pub(in crate::render) fn value(mut self, value: Line) -> Self {
        self.values.push(Valued { value, remark: None });
        self
    }

    /// The same with one more value, and what there is to say of it.
    #[must_use]
    pub(in crate::render) fn remarked(mut self, value: Line, remark: Option<Line>) -> Self {
        self.values.push(Valued { value, remark });
        self
    }

    /// The same with further lines below the label.
    #[must_use]
    pub(in crate::render) fn below(mut self, below: Document) -> Self {
        self.below.append(below);
        self
    }

    /// The same with the place where it is declared, at the end of its first line.
    #[must_use]
    pub(in crate::render) fn placed(self, place: Option<Line>) -> Self {
        Self { place, ..self }
    }

    /// The same with a sign before the first value, and the others below it.
    #[must_use]
    pub(in crate::render) fn signed(mut self, sign: &Line) -> Self {
        for (position, Valued { value, .. }) in self.values.iter_mut().enumerate() {
            let before = if position == 0 { sign.clone() } else { Line::new().padded(sign.width()) };
            *value = before.then(std::mem::take(value));
        }
        self
    }

    /// The values, and what stands below them.
    pub(in crate::render) fn into_parts(self) -> (Vec<Line>, Document) {
        (self.values.into_iter().map(|valued| valued.value).collect(), self.below)
    }

    /// Whether a person has to look at it.
    pub(in crate::render) fn wants_a_look(&self) -> bool {
        self.mark.is_some_and(|(style, _)| style == Style::Attention)
    }

    pub(in crate::render) fn label(&self) -> &SafeText {
        &self.label
    }

    /// The lines of the field.
    pub(in crate::render) fn lines(self, columns: Columns) -> Document {
        let start = columns.start_of_value(&self.label);
        let mark = self.mark.map_or_else(Line::new, |(style, mark)| style.line(mark));
        let head = Line::new().padded(INDENT - 2).then(mark).padded(INDENT).then(line!("{}", self.label));
        let mut document = Document::new();
        if self.values.is_empty() {
            match &self.place {
                Some(place) => document.append(head.clone().with_at_right(place.clone(), columns.whole)),
                None => document.push(head.clone()),
            }
        }
        for (position, Valued { value, remark }) in self.values.into_iter().enumerate() {
            let before = if position == 0 { head.clone().padded(start) } else { Line::new().padded(start) };
            let line = before.then(value).prose(start);
            let place = self.place.as_ref().filter(|_| position == 0);
            let remark = match (remark, place) {
                (Some(remark), Some(place)) => Some(line!("{}  {}", remark, place.clone())),
                (remark, place) => remark.or_else(|| place.cloned()),
            };
            match remark {
                Some(remark) => document.append(line.with_at_right(remark, columns.whole)),
                None => document.push(line),
            }
        }
        document.append(self.below.indented(INDENT + 2));
        document
    }
}
