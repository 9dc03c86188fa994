use crate::model::{Position, plural};
use crate::render::document::{Document, Line, Style, line};
use crate::render::fields::{Columns, Page, shown, shown_label_widths};
use crate::render::phrases::{counted_kind, grouped, name, place};
use crate::show::{OfOrg, Said, Shown};

use super::ShowView;

/// Renders the resources of a project: those of an agent together, then those that belong to none, by kind.
pub fn project(resources: &[Shown], view: ShowView) -> Document {
    if resources.is_empty() {
        return Document::from(line!("The project declares no resources."));
    }
    Document::of_blocks(blocks(resources, view))
}

/// Renders what an org has, below a line that names it.
pub fn org(found: &OfOrg, head: Option<Line>, view: ShowView) -> Document {
    let head: Document = head.map(|head| head.prose(2)).into_iter().collect();
    let last = [withheld(found), without_details(found), undeclared(found)];
    let last = last.into_iter().fold(Document::new(), Document::with);
    Document::of_blocks([head].into_iter().chain(blocks(&found.resources, view)).chain([last]))
}

fn blocks(resources: &[Shown], view: ShowView) -> Vec<Document> {
    grouped(resources, |shown| &shown.key).iter().map(|group| block(group, view)).collect()
}

/// The resources of a group, with their values in one column.
fn block(resources: &[&Shown], view: ShowView) -> Document {
    let labels = resources.iter().flat_map(|resource| shown_label_widths(resource.key.kind, &resource.fields));
    let page = Page { columns: Columns::of(view.columns, labels), folding: view.folding() };
    let mut shown_at: Option<&Position> = None;
    let mut document = Document::new();
    for resource in resources {
        // What stands at the same place as the resource above it says so once.
        let at = resource.declared_at.as_ref().filter(|at| at.line > 0 && Some(*at) != shown_at);
        shown_at = resource.declared_at.as_ref().or(shown_at);
        let head = line!("{}", name(&resource.key)).indented(2);
        let head = if resource.is_missing { head.then(Style::Attention.line(" (not in the org)")) } else { head };
        match at {
            Some(at) => document.append(head.with_at_right(place(at), view.columns)),
            None => document.push(head),
        }
        let entries = shown(resource.key.kind, &resource.fields, page).into_iter();
        document.extend(entries.flat_map(|entry| entry.lines(page.columns).into_lines()));
    }
    document
}

/// That values are left out.
fn withheld(found: &OfOrg) -> Document {
    let is_withheld = found.resources.iter().flat_map(|shown| &shown.fields).any(|field| field.said == Said::Withheld);
    let text = "Values that only the org has are not shown; add --org-values to show them.";
    is_withheld.then(|| line!("{}{}", Style::Drift.of("? "), text).prose(2)).into_iter().collect()
}

/// That what belongs to agents of which the project says nothing was not read.
fn without_details(found: &OfOrg) -> Document {
    let line = |id: &String| {
        let what = "settings and platforms are not read: the project does not declare it";
        line!("{}agent {}: {}", Style::Drift.of("? "), id, what).prose(2)
    };
    found.without_details.iter().map(line).collect()
}

/// What else the org has.
fn undeclared(found: &OfOrg) -> Document {
    let line = |(kind, count): (&crate::schema::Kind, &usize)| {
        let (is, one) = (plural(*count, "is", "are"), plural(*count, "it", "one"));
        let count = counted_kind(*kind, *count);
        line!("{}{} {} not in this project; select {} to show it", Style::Drift.of("? "), count, is, one).prose(2)
    };
    found.undeclared.iter().map(line).collect()
}
