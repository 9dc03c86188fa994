use crate::model::Position;
use crate::render::document::{Document, line};
use crate::render::fields::{Columns, Page, shown, shown_label_widths};
use crate::render::phrases::{grouped, name, place};
use crate::show::Shown;

use super::ShowView;

/// Renders resources: those of an agent together, then those that belong to none, by kind.
pub fn render(resources: &[Shown], view: ShowView) -> Document {
    if resources.is_empty() {
        return Document::from(line!("The project declares no resources."));
    }
    Document::of_blocks(grouped(resources, |shown| &shown.key).iter().map(|group| block(group, view)))
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
        match at {
            Some(at) => document.append(head.with_at_right(place(at), view.columns)),
            None => document.push(head),
        }
        let entries = shown(resource.key.kind, &resource.fields, page).into_iter();
        document.extend(entries.flat_map(|entry| entry.lines(page.columns).into_lines()));
    }
    document
}
