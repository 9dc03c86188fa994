//! What a push would do.

use crate::push::{PushPlan, PushRow, Rotation, RowState, Summary};
use crate::render::document::{Document, Line, Style};
use crate::render::text_safety::SafeText;

use super::words::{brackets, digits, head, name_columns, rotation, suspicion_text, used_by};

/// What a push itself does not know.
#[derive(Debug, Clone, Copy)]
pub struct PushView<'a> {
    /// The org.
    pub org: &'a str,
    /// The server.
    pub server: &'a str,
    /// The context.
    pub context: &'a str,
    /// What the source is called.
    pub source: &'a str,
    /// Whether nothing will be sent in any case.
    pub dry_run: bool,
    /// What may be rotated.
    pub rotation: &'a Rotation,
}

/// Renders what a push would do: a row for each name, then what to know, then the counts.
pub fn plan(plan: &PushPlan, view: &PushView<'_>) -> Document {
    let mut document = Document::from(heading(view));
    let columns = name_columns(plan.rows.iter().map(|row| row.name.as_str()));
    for row in &plan.rows {
        document.push(self::row(row, view, columns).indented(2));
        document.append(below(row).indented(6));
    }
    document.append(remarks(plan, view));
    if plan.sent().next().is_none() {
        document.push(Line::new().plain("Nothing to push."));
    } else if view.dry_run {
        document.push(Line::new().plain("This is a dry run: nothing was sent."));
    }
    document.push(summary(plan.summary()));
    document
}

fn heading(view: &PushView<'_>) -> Line {
    let line = Line::new().plain("Secrets of org ").foreign(Style::Bold, view.org).plain(" on ");
    let line = line.foreign(Style::Bold, view.server).plain(" (context ").foreign(Style::Plain, view.context);
    line.plain("), values from ").foreign(Style::Bold, view.source)
}

fn row(row: &PushRow, view: &PushView<'_>, columns: usize) -> Line {
    let source = Some(format!("source={}", view.source));
    let name = row.name.as_str();
    let used = used_by(&row.places);
    let word = |word: &str| Some(word.to_owned());
    let (head, text) = match &row.state {
        RowState::Create => (head(Style::Create, "+", name, columns), brackets([word("create"), source, used])),
        RowState::Rotate { before, after } => {
            let about = brackets([word("rotate"), source, used]);
            let text = format!("{}  {about}", rotation(before.as_ref(), after.as_ref()));
            (head(Style::Update, "~", name, columns), text)
        }
        RowState::Unchanged(org) => (head(Style::Unchanged, "=", name, columns), org.as_str().to_owned()),
        RowState::Differs { org, here } => {
            let text = format!("{}, here {}: differs, kept", org.as_str(), here.as_str());
            (head(Style::Unchanged, "=", name, columns), text)
        }
        RowState::Set => (head(Style::Unchanged, "=", name, columns), "set".to_owned()),
        RowState::OnlyInOrg(org) => {
            let about = brackets([Some(format!("not in {}", view.source))]);
            (head(Style::Unchanged, "=", name, columns), format!("{}  {about}", digits(org.as_ref())))
        }
        RowState::Missing => {
            let text = format!("missing: neither {} nor the org has it", view.source);
            (head(Style::Attention, "!", name, columns), format!("{text}  {}", brackets([used])))
        }
    };
    head.foreign(Style::Plain, text.trim_end())
}

/// What there is to know of a row that would be sent.
fn below(row: &PushRow) -> Document {
    let mut document = Document::new();
    if let RowState::Rotate { before: Some(before), after: Some(after) } = &row.state
        && before == after
    {
        document.push(Line::new().literal(Style::Dim, "the same four digits: the server compares the whole value"));
    }
    if let Some(suspicion) = row.suspicion {
        document.push(Line::new().literal(Style::Attention, "! ").plain("it ").plain(suspicion_text(suspicion)));
    }
    document
}

fn remarks(plan: &PushPlan, view: &PushView<'_>) -> Document {
    let differing = plan.rows.iter().filter(|row| matches!(row.state, RowState::Differs { .. }));
    let names: Vec<_> = differing.map(|row| row.name.as_str()).collect();
    let Some(first) = names.first() else { return Document::new() };
    let line = Line::new().literal(Style::Hint, "hint: ");
    let line = if matches!(view.rotation, Rotation::Named(_)) {
        line.plain("what was not named with --rotate keeps its value")
    } else {
        line.plain("existing secrets keep their values; to replace one: --rotate=").foreign(Style::Plain, first)
    };
    Document::from(line)
}

/// `Summary: 1 create, 1 rotate, 40 unchanged`, with what else there is.
pub(super) fn summary(summary: Summary) -> Line {
    let Summary { create, rotate, unchanged, kept, missing } = summary;
    let always = [(create, " create"), (rotate, " rotate"), (unchanged, " unchanged")];
    let else_ = [(kept, " kept"), (missing, " missing")].into_iter().filter(|(count, _)| *count > 0);
    let mut line = Line::new().literal(Style::Bold, "Summary: ");
    for (position, (count, word)) in always.into_iter().chain(else_).enumerate() {
        let comma = if position > 0 { ", " } else { "" };
        let text = SafeText::literal(comma).then(&SafeText::count(count)).then(&SafeText::literal(word));
        line = line.text(Style::Bold, text);
    }
    line
}
