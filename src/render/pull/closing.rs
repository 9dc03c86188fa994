//! What stands below the rows of a pull.

use std::collections::BTreeMap;

use crate::model::{FieldPath, counted, plural};
use crate::pull::{FileWrite, Missing, PullAction, PullPlan, Reason, ValueFrom, Withheld};
use crate::render::document::{Document, Line, Style, line};
use crate::render::phrases::{counted_kind, field_name, name, sentence};
use crate::render::plan::left_out_of;
use crate::schema::{Kind, ResourceKey};

/// The references that the files get, those with names of lobu's making told apart.
pub(super) fn references(plan: &PullPlan) -> Document {
    let mut by_name: BTreeMap<_, Vec<&str>> = BTreeMap::new();
    for reference in plan.rows.iter().flat_map(|row| &row.references) {
        let key = (&reference.name, reference.is_made_up, reference.value_from);
        by_name.entry(key).or_default().push(&reference.place);
    }
    if by_name.is_empty() {
        return Document::new();
    }
    let mut document = Document::from(Style::Bold.line("References that the files get:"));
    for ((name, is_made_up, value_from), places) in by_name {
        let line = line!("{}{} for {}", Style::Attention.of("! "), Style::Bold.of(name.reference()), places.join(", "));
        let line = if is_made_up {
            let how = match value_from {
                ValueFrom::OrgSecrets => "push it as a secret before the next apply",
                ValueFrom::Environment => "set it in .env or the environment before the next apply",
                ValueFrom::ServerEnvironment => "set it in the server's environment before the next apply",
            };
            line.then(line!("; the org's value is not written: {}", how))
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
    let mut document = Document::from(Style::Bold.line("Not written:"));
    document.extend(plan.withheld.iter().map(|one| why(one).prose(4).indented(2)));
    document
}

fn why(withheld: &Withheld) -> Line {
    let line = place(Style::Attention.line("! "), &withheld.key, &withheld.path).then(line!(": "));
    match &withheld.reason {
        Reason::Suspected => line.then(line!(
            "it may be a secret, and references are not supported here; to write it: --allow-suspected '{}'",
            withheld.name()
        )),
        Reason::Hidden => line.then(line!("the server hides it")),
        Reason::Reference(name) => line.then(line!(
            "the org has the text {}, which would become a reference that this project does not have; to write it: \
             --allow-suspected '{}'",
            Style::Bold.of(name.reference()),
            withheld.name()
        )),
        Reason::Unwritable(why) => line.then(line!("{}", why)),
    }
}

fn place(line: Line, key: &ResourceKey, path: &FieldPath) -> Line {
    let line = line.then(name(key));
    if path.steps().is_empty() { line } else { line.then(line!(" {}", field_name(key.kind, path))) }
}

/// References of the files that stay.
pub(in crate::render) fn kept(plan: &PullPlan) -> Document {
    let line = |kept: &crate::pull::Kept| {
        let line = place(Style::Unchanged.line("= "), &kept.key, &kept.path);
        line.then(line!(" stays {}; the org has something else there", Style::Bold.of(kept.name.reference()))).prose(4)
    };
    plan.kept.iter().map(line).collect()
}

/// What only the files have.
pub(super) fn missing(plan: &PullPlan) -> Document {
    if plan.missing.is_empty() {
        return Document::new();
    }
    let head = Style::Bold.line("Only in the files; --prune-local removes it:");
    let line = |missing: &Missing| place(Style::Drift.line("? "), &missing.key, &missing.path).prose(4).indented(2);
    Document::from(head.prose(2)).with(plan.missing.iter().map(line).collect())
}

/// What the org has and the project does not declare.
pub(in crate::render) fn undeclared(plan: &PullPlan) -> Document {
    let kinds = plan.undeclared.iter().filter(|(_, ids)| !ids.is_empty());
    let line = |(kind, ids): (&Kind, &Vec<String>)| {
        line!(
            "{}{} {} not in this project ({}); --all or kind/id takes {} in",
            Style::Drift.of("? "),
            counted_kind(*kind, ids.len()),
            plural(ids.len(), "is", "are"),
            some(ids),
            plural(ids.len(), "it", "them")
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

/// What selectors left out.
pub(super) fn left_out(plan: &PullPlan, selectors: &[String]) -> Document {
    left_out_of(&plan.left_out, selectors, " is pulled; left out: ")
}

/// What there is to know.
pub(in crate::render) fn notes(plan: &PullPlan) -> Document {
    plan.notes.iter().map(|note| sentence(Style::Note, "note: ", note)).collect()
}

/// The files by what becomes of them.
pub(super) fn files(writes: &[FileWrite]) -> Document {
    if writes.is_empty() {
        return Document::new();
    }
    let head = Style::Bold.line("Files:");
    Document::from(head).with(writes.iter().map(|write| file(write).indented(2)).collect())
}

/// A file with its marker.
fn file(write: &FileWrite) -> Line {
    let (style, marker) = match (&write.before, &write.after) {
        (None, _) => (Style::Create, "+ "),
        (Some(_), Some(_)) => (Style::Update, "~ "),
        (Some(_), None) => (Style::Remove, "- "),
    };
    line!("{}{}", style.of(marker), &write.path)
}

/// What comes of it, always the last line.
pub(super) fn last(plan: &PullPlan, writes: &[FileWrite]) -> Line {
    let count = |action: PullAction| plan.rows.iter().filter(|row| row.action == action).count();
    let counts = [
        (count(PullAction::Create), "to add"),
        (count(PullAction::Update), "to update"),
        (count(PullAction::Remove), "to remove"),
        (plan.withheld.len(), "not written"),
    ];
    let counts: Vec<String> =
        counts.iter().filter(|(count, _)| *count > 0).map(|(count, what)| format!("{count} {what}")).collect();
    if writes.is_empty() {
        let text = if plan.withheld.is_empty() { "Nothing to pull." } else { "Nothing that can be written." };
        let unchanged = (plan.unchanged > 0).then(|| line!(" {} unchanged.", counted(plan.unchanged, "resource")));
        return line!("{}{}", text, unchanged.unwrap_or_default());
    }
    if counts.is_empty() {
        return line!("Pull: {} to write.", counted(writes.len(), "file"));
    }
    line!("{}{}.", Style::Bold.of("Pull: "), Style::Bold.of(counts.join(", ")))
}

/// What was written: the count where everything was, else file by file what was and what was not.
pub fn report(written: &[FileWrite], planned: &[FileWrite], is_complete: bool) -> Document {
    if is_complete {
        let head = Style::Bold.of("Pull complete: ");
        return Document::from(line!("{}{} written.", head, counted(written.len(), "file")));
    }
    let mut document = Document::from(Style::Bold.line("Written:"));
    if written.is_empty() {
        document.push(line!("  nothing"));
    }
    document.extend(written.iter().map(|write| file(write).indented(2)));
    let rest: Vec<&FileWrite> = planned.iter().filter(|write| !written.contains(write)).collect();
    if !rest.is_empty() {
        document.push(Style::Bold.line("Not written:"));
        document.extend(rest.into_iter().map(|write| file(write).indented(2)));
    }
    document
}
