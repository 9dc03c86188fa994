//! What stands below the rows of a pull.

use std::collections::BTreeMap;

use crate::pull::{FileWrite, Missing, PullAction, PullPlan, Reason, Withheld};
use crate::render::document::{Document, Line, Style};
use crate::render::plan::{brief, counted, joined, left_out_of, name, sentence};
use crate::render::prose_diff::plural;
use crate::render::text_safety::SafeText;
use crate::schema::ResourceKey;

use super::PullView;

/// The references that the files get (L2), those with names of lobu's making told apart.
pub(super) fn references(plan: &PullPlan) -> Document {
    let mut by_name: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for reference in plan.rows.iter().flat_map(|row| &row.references) {
        by_name.entry((&reference.name, reference.is_made_up)).or_default().push(&reference.place);
    }
    if by_name.is_empty() {
        return Document::new();
    }
    let mut document = Document::from(Line::new().literal(Style::Bold, "References that the files get:"));
    for ((name, is_made_up), places) in by_name {
        let line = Line::new().literal(Style::Attention, "! ").foreign(Style::Bold, &name.reference());
        let line = line.plain(" for ").foreign(Style::Plain, &places.join(", "));
        let line = if is_made_up {
            line.plain("; the org's value is not written: set it with lobu secrets push before an apply sends the name")
        } else {
            line
        };
        document.push(line.prose(4).indented(2));
    }
    document
}

/// What is not written, and why.
pub(in crate::render) fn withheld(plan: &PullPlan) -> Document {
    if plan.withheld.is_empty() {
        return Document::new();
    }
    let mut document = Document::from(Line::new().literal(Style::Bold, "Not written:"));
    document.extend(plan.withheld.iter().map(|one| why(one).prose(4).indented(2)));
    document
}

fn why(withheld: &Withheld) -> Line {
    let line = place(Line::new().literal(Style::Attention, "! "), &withheld.key, &withheld.path).plain(": ");
    match &withheld.reason {
        Reason::Suspected => line
            .plain("it may hold a secret, and no reference can stand there; to write it: --allow-suspected '")
            .foreign(Style::Plain, &withheld.name())
            .plain("'"),
        Reason::Hidden => line.plain("the server hides it"),
        Reason::Reference(name) => line
            .plain("the org has the text ")
            .foreign(Style::Bold, &name.reference())
            .plain(", which would become a reference that this project does not have; to write it: --allow-suspected '")
            .foreign(Style::Plain, &withheld.name())
            .plain("'"),
        Reason::Unwritable(why) => line.foreign(Style::Plain, why),
    }
}

fn place(line: Line, key: &ResourceKey, path: &crate::model::FieldPath) -> Line {
    let line = line.then(name(key));
    if path.steps().is_empty() { line } else { line.plain(" ").text(Style::Plain, brief(&path.to_string())) }
}

/// References of the files that stay (L2).
pub(in crate::render) fn kept(plan: &PullPlan) -> Document {
    let line = |kept: &crate::pull::Kept| {
        let line = place(Line::new().literal(Style::Unchanged, "= "), &kept.key, &kept.path);
        line.plain(" stays ")
            .foreign(Style::Bold, &kept.name.reference())
            .plain("; the org has something else there")
            .prose(4)
    };
    plan.kept.iter().map(line).collect()
}

/// What only the files have.
pub(super) fn missing(plan: &PullPlan) -> Document {
    if plan.missing.is_empty() {
        return Document::new();
    }
    let head = Line::new().literal(Style::Bold, "Only in the files; --prune-local takes it out of them:");
    let line = |missing: &Missing| {
        place(Line::new().literal(Style::Drift, "? "), &missing.key, &missing.path).prose(4).indented(2)
    };
    Document::from(head.prose(2)).with(plan.missing.iter().map(line).collect())
}

/// What the org has and the project does not declare (L5).
pub(in crate::render) fn undeclared(plan: &PullPlan) -> Document {
    let kinds = plan.undeclared.iter().filter(|(_, ids)| !ids.is_empty());
    let line = |(kind, ids): (&crate::schema::Kind, &Vec<String>)| {
        Line::new()
            .literal(Style::Drift, "? ")
            .text(Style::Plain, counted(*kind, ids.len()))
            .text(Style::Plain, plural(ids.len(), " is not in this project (", " are not in this project ("))
            .foreign(Style::Plain, &some(ids))
            .text(
                Style::Plain,
                plural(ids.len(), "); --all or kind/id takes it in", "); --all or kind/id takes them in"),
            )
            .prose(2)
    };
    kinds.map(line).collect()
}

/// The first names of many.
fn some(ids: &[String]) -> String {
    const SHOWN: usize = 5;
    let shown = ids.iter().take(SHOWN).cloned().collect::<Vec<_>>().join(", ");
    if ids.len() > SHOWN { format!("{shown}, …") } else { shown }
}

/// What selectors left out (P12).
pub(super) fn left_out(plan: &PullPlan, selectors: &[String]) -> Document {
    left_out_of(&plan.left_out, selectors, " is pulled; left out: ")
}

/// What there is to know.
pub(in crate::render) fn notes(plan: &PullPlan) -> Document {
    plan.notes.iter().map(|note| sentence(Style::Note, "note: ", note)).collect()
}

/// The files by what becomes of them (pull/P11).
pub(super) fn files(writes: &[FileWrite]) -> Document {
    if writes.is_empty() {
        return Document::new();
    }
    let head = Line::new().literal(Style::Bold, "files:");
    Document::from(head).with(writes.iter().map(|write| file(write).indented(2)).collect())
}

/// A file with its marker.
pub(super) fn file(write: &FileWrite) -> Line {
    let (style, marker) = match (&write.before, &write.after) {
        (None, _) => (Style::Create, "+ "),
        (Some(_), Some(_)) => (Style::Update, "~ "),
        (Some(_), None) => (Style::Remove, "- "),
    };
    Line::new().literal(style, marker).foreign(Style::Plain, &write.path)
}

/// What comes of it, and the summary, always the last line.
pub(super) fn last(plan: &PullPlan, writes: &[FileWrite], view: &PullView<'_>) -> Document {
    let mut document = Document::new();
    if writes.is_empty() {
        let text = if plan.withheld.is_empty() { "Nothing to pull." } else { "Nothing that can be written." };
        document.push(Line::new().plain(text));
    } else if view.dry_run {
        document.push(Line::new().plain("This is a dry run: nothing was written."));
    }
    let count = |action: PullAction| plan.rows.iter().filter(|row| row.action == action).count();
    let mut parts = vec![
        (count(PullAction::Create), " create"),
        (count(PullAction::Update), " update"),
        (plan.unchanged, " unchanged"),
        (plan.missing.len(), " only in the files"),
    ];
    let more = [(count(PullAction::Remove), " removed"), (plan.withheld.len(), " not written")];
    parts.extend(more.into_iter().filter(|(count, _)| *count > 0));
    let parts: Vec<SafeText> =
        parts.into_iter().map(|(count, word)| SafeText::count(count).then(&SafeText::literal(word))).collect();
    document.push(Line::new().literal(Style::Bold, "Summary: ").text(Style::Bold, joined(&parts)));
    document
}
