//! What a push would do.

use crate::push::{PushPlan, PushRow, Rotation, RowState, Summary};
use crate::render::document::{Document, Line, Style, line};

use super::phrases::{brackets, digits, head, name_columns, rotation, suspicion_text, used_by};

/// What a push itself does not know.
#[derive(Debug, Clone, Copy)]
pub struct PushView<'a> {
    pub org: &'a str,
    pub server: &'a str,
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
        document.push(line!("Nothing to push."));
    } else if view.dry_run {
        document.push(line!("This is a dry run: nothing was sent."));
    }
    document.extend(summary(plan.summary()));
    document
}

fn heading(view: &PushView<'_>) -> Line {
    line!(
        "Secrets of org {} on {} (context {}), values from {}",
        Style::Bold.of(view.org),
        Style::Bold.of(view.server),
        view.context,
        Style::Bold.of(view.source)
    )
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
        RowState::OnlyInOrg { org, is_empty } => {
            let word = if *is_empty { "empty" } else { "not" };
            let about = brackets([Some(format!("{word} in {}", view.source))]);
            (head(Style::Unchanged, "=", name, columns), format!("{}  {about}", digits(org.as_ref())))
        }
        RowState::Missing { is_empty } => {
            let text = if *is_empty {
                format!("missing: empty in {}, and not in the org", view.source)
            } else {
                format!("missing from {} and the org", view.source)
            };
            (head(Style::Attention, "!", name, columns), format!("{text}  {}", brackets([used])))
        }
    };
    line!("{}{}", head, text.trim_end()).prose(6)
}

/// What there is to know of a row that would be sent.
fn below(row: &PushRow) -> Document {
    let mut document = Document::new();
    if let RowState::Rotate { before: Some(before), after: Some(after) } = &row.state
        && before == after
    {
        document.push(Style::Dim.line("the same four digits: the server compares the whole value"));
    }
    if let Some(suspicion) = row.suspicion {
        document.push(line!("{}it {}", Style::Attention.of("! "), suspicion_text(suspicion)));
    }
    document
}

fn remarks(plan: &PushPlan, view: &PushView<'_>) -> Document {
    let differing = plan.rows.iter().filter(|row| matches!(row.state, RowState::Differs { .. }));
    let names: Vec<_> = differing.map(|row| row.name.as_str()).collect();
    let Some(first) = names.first() else { return Document::new() };
    let hint = if matches!(view.rotation, Rotation::Named(_)) {
        line!("what was not named with --rotate keeps its value")
    } else {
        line!("existing secrets keep their values; to replace one: --rotate={}", first)
    };
    Document::from(line!("{}{}", Style::Hint.of("help: "), hint))
}

/// `Push: 1 to create, 1 to rotate, 40 unchanged.`; none for a plan without rows.
pub(super) fn summary(summary: Summary) -> Option<Line> {
    let Summary { create, rotate, unchanged, kept, missing } = summary;
    let counts =
        [(create, "to create"), (rotate, "to rotate"), (unchanged, "unchanged"), (kept, "kept"), (missing, "missing")];
    let counts = counted_words(&counts);
    (!counts.is_empty()).then(|| Style::Bold.line(format!("Push: {counts}.")))
}

/// `2 created, 1 rotated`, without what there is none of.
pub(super) fn counted_words(counts: &[(usize, &str)]) -> String {
    let some = counts.iter().filter(|(count, _)| *count > 0).map(|(count, word)| format!("{count} {word}"));
    some.collect::<Vec<_>>().join(", ")
}
