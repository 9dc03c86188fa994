//! A resource of a plan: a block that unfolds, and the line that stands for it.

use crate::plan::{Action, Row};
use crate::render::document::{Line, Style};
use crate::render::fields::{Columns, Entry, Page, Valued};
use crate::render::phrases::{brief, marker};
use crate::render::plan::PlanView;
use crate::render::plan::groups::{entries, labels};
use crate::render::text_safety::SafeText;

use super::page::Item;
use super::text::Markdown;

/// How wide the texts of a page are laid out; GitHub breaks what is wider.
const COLUMNS: usize = 120;

/// How many fields a line names.
const NAMED: usize = 6;

/// A row of a plan as it is laid out.
pub(super) struct Resource<'plan> {
    row: &'plan Row,
    entries: Vec<Entry>,
}

impl<'plan> Resource<'plan> {
    pub(super) fn of(row: &'plan Row, view: &PlanView<'_>) -> Self {
        let columns = Columns::of(COLUMNS, labels(row, view));
        Self { row, entries: entries(row, view, Page { columns, folding: view.folding() }) }
    }

    /// Whether a person has to look at it.
    pub(super) fn wants_a_look(&self) -> bool {
        !self.row.attention.is_empty() || self.entries.iter().any(Entry::wants_a_look)
    }

    /// The resource as a block, unfolded where a person has to look at it, and as a line.
    pub(super) fn item(&self) -> Item {
        let has_details = !self.entries.is_empty() || !self.row.attention.is_empty() || self.row.will_restart;
        if !has_details {
            return Item::line(self.line());
        }
        Item { whole: self.block(), line: Some(self.line()), is_block: true }
    }

    fn block(&self) -> Markdown {
        let start = if self.wants_a_look() { "<details open>\n<summary>" } else { "<details>\n<summary>" };
        let head = Markdown::source(start)
            .source_after(self.look())
            .source_after(marker(self.row.action).1)
            .html(brief(&self.name()).as_str())
            .then(&self.sections())
            .source_after("</summary>\n\n");
        head.then(&self.notes()).then(&self.table()).then(&self.diffs()).source_after("</details>\n")
    }

    fn line(&self) -> Markdown {
        // Outside of the code a plus would begin another list.
        let name = SafeText::literal(marker(self.row.action).1).then(&brief(&self.name()));
        let line = Markdown::source("- ").source_after(self.look()).code(name.as_str());
        line.then(&self.fields()).source_after("\n")
    }

    fn name(&self) -> String {
        format!("{} {}", self.row.key.kind.word, self.row.key.id)
    }

    fn look(&self) -> &'static str {
        if self.wants_a_look() { "! " } else { "" }
    }

    /// What changes, in the line that unfolds the block.
    fn sections(&self) -> Markdown {
        let sections = self.row.shown_sections();
        let named = sections.iter().take(NAMED).enumerate().fold(Markdown::default(), |named, (position, section)| {
            named.source_after(if position == 0 { ": " } else { ", " }).html(brief(section).as_str())
        });
        match sections.len().saturating_sub(NAMED) {
            0 => named,
            more => named.prose(&format!(" and {more} more")),
        }
    }

    /// What changes, in the line that stands for the block: first what a person has to look at, and why.
    fn fields(&self) -> Markdown {
        let (marked, others): (Vec<&Entry>, Vec<&Entry>) = self.entries.iter().partition(|entry| entry.wants_a_look());
        let others = others.into_iter().filter(|_| self.row.action != Action::Create);
        let all: Vec<&Entry> = marked.into_iter().chain(others).collect();
        let named = all.iter().take(NAMED).enumerate().fold(Markdown::default(), |named, (position, entry)| {
            let named = named.source_after(if position == 0 { ": " } else { ", " }).code(entry.label.as_str());
            match entry.values.iter().find_map(|value| value.remark.as_ref()) {
                Some(remark) => named.source_after(" (").line(remark).source_after(")"),
                None => named,
            }
        });
        match all.len().saturating_sub(NAMED) {
            0 => named,
            more => named.prose(&format!(" and {more} more")),
        }
    }

    /// Where it is declared, and what is said of it as a whole.
    fn notes(&self) -> Markdown {
        let mut notes = Markdown::default();
        if let Some(at) = self.row.declared_at.as_ref().filter(|at| at.line > 0) {
            notes = notes.source_after("Declared at ").code(&format!("{}:{}", brief(&at.file).as_str(), at.line));
            notes = notes.source_after(".\n");
        }
        if self.row.will_restart {
            notes = notes.source_after("The chat integration will restart.\n");
        }
        if !notes.is_empty() {
            notes = notes.source_after("\n");
        }
        for text in &self.row.attention {
            notes = notes.source_after("- ! ").prose(brief(text).as_str()).source_after("\n");
        }
        if self.row.attention.is_empty() { notes } else { notes.source_after("\n") }
    }

    /// The fields with a value that is a line or two.
    fn table(&self) -> Markdown {
        let rows: Vec<FieldRow> = self.entries.iter().flat_map(FieldRow::of).collect();
        if rows.is_empty() {
            return Markdown::default();
        }
        let value = if self.row.action == Action::Update { "| field | change |" } else { "| field | value |" };
        let has_notes = rows.iter().any(|row| !row.note.is_empty());
        let (note, line) = if has_notes { (" note |\n", "| --- | --- | --- |\n") } else { ("\n", "| --- | --- |\n") };
        let head = Markdown::source(value).source_after(note).source_after(line);
        rows.iter().fold(head, |table, row| table.then(&row.written(has_notes))).source_after("\n")
    }

    /// The fields with a value of many lines, each with its difference.
    fn diffs(&self) -> Markdown {
        let with_diff = self.entries.iter().filter(|entry| !entry.below.is_empty());
        with_diff.fold(Markdown::default(), |page, entry| {
            let look = if entry.wants_a_look() { "! " } else { "" };
            let lines: Vec<String> = entry.below.lines().iter().map(diff_line).collect();
            let head = page.source_after(look).code(entry.label.as_str());
            let head = match &entry.place {
                Some(place) => head.source_after(" at ").code(&place.to_plain()),
                None => head,
            };
            head.source_after("\n\n").fence("diff", &lines.join("\n")).source_after("\n")
        })
    }
}

/// A row of the table of fields.
struct FieldRow {
    label: Markdown,
    value: Markdown,
    note: Markdown,
}

impl FieldRow {
    /// The rows of a field, one a value. None where all of it is a difference.
    fn of(entry: &Entry) -> Vec<Self> {
        let label = match entry.mark {
            Some((Style::Attention, _)) => Markdown::source("! "),
            Some((Style::Drift, _)) => Markdown::source("? "),
            _ => Markdown::default(),
        };
        let mut label = Some(label.cell(entry.label.as_str()));
        let mut place = entry.place.as_ref().filter(|_| entry.below.is_empty());
        let mut row = |value: Markdown, note: Markdown| Self {
            label: label.take().unwrap_or_default(),
            value,
            note: place.take().into_iter().fold(note, |note, place| {
                let between = if note.is_empty() { "" } else { ", " };
                note.source_after(between).cell(&place.to_plain())
            }),
        };
        if entry.values.is_empty() && entry.below.is_empty() {
            return vec![row(Markdown::default(), Markdown::default())];
        }
        let of_value = |Valued { value, remark }: &Valued| {
            let value =
                if value.width() == 0 { Markdown::default() } else { Markdown::default().cell(&value.to_plain()) };
            let note = remark.as_ref().map(|remark| Markdown::default().line(remark)).unwrap_or_default();
            row(value, note)
        };
        entry.values.iter().map(of_value).collect()
    }

    fn written(&self, has_notes: bool) -> Markdown {
        let row = Markdown::source("| ").then(&self.label).source_after(" | ").then(&self.value);
        let row = if has_notes { row.source_after(" | ").then(&self.note) } else { row };
        row.source_after(" |\n")
    }
}

/// A line below a field as a line of a difference: what comes, what goes and what changes by its first character.
fn diff_line(line: &Line) -> String {
    let spans = line.spans();
    let is_gutter = |style: Style, text: &str| style == Style::Dim && matches!(text, "│" | "│ ");
    let gutter = spans.iter().position(|span| !span.text.as_str().trim_start_matches(' ').is_empty());
    let gutter = gutter.filter(|at| spans.get(*at).is_some_and(|span| is_gutter(span.style, span.text.as_str())));
    if let Some(at) = gutter {
        let rest = spans.get(at + 1..).unwrap_or_default();
        let text: String = rest.iter().map(|span| span.text.as_str()).collect();
        let first = rest.first().map_or((Style::Plain, ""), |span| (span.style, span.text.as_str()));
        return match first {
            // A line of a text difference has its sign as a piece of its own; headers of hunks are dim.
            (Style::Create, "+") | (Style::Remove, "-") | (Style::Plain, " ") | (Style::Dim, _) => text,
            _ => format!(" {text}"),
        };
    }
    let has = |style: Style| spans.iter().any(|span| span.style == style);
    let sign = match (has(Style::Create), has(Style::Remove)) {
        (true, false) => '+',
        (false, true) => '-',
        (true, true) => '!',
        (false, false) => ' ',
    };
    format!("{sign} {}", line.to_plain())
}
