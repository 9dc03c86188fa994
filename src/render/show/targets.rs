use crate::render::document::{Document, Line, Style, line};
use crate::render::fields::{Columns, Page, differing, differing_label_width};
use crate::render::phrases::{grouped, name, place};
use crate::show::{Difference, OnlyIn};

use super::ShowView;

/// Renders what differs between two targets: first what the one has, then what the other has.
pub fn targets(names: [&str; 2], found: &[Difference], view: ShowView) -> Document {
    let [first, second] = names;
    let head = line!("{}{}{}", Style::Bold.of(first), Style::Dim.of(" → "), Style::Bold.of(second));
    if found.is_empty() {
        return Document::from(head).line(Line::new()).line(line!("The two targets do not differ."));
    }
    let groups = grouped(found, |difference| &difference.key);
    let blocks = groups.iter().map(|group| block(names, group, view));
    Document::of_blocks([Document::from(head)].into_iter().chain(blocks))
}

fn block(names: [&str; 2], resources: &[&Difference], view: ShowView) -> Document {
    let labels = resources
        .iter()
        .flat_map(|resource| resource.fields.iter().map(|field| differing_label_width(resource.key.kind, field)));
    let page = Page { columns: Columns::of(view.columns, labels), folding: view.folding() };
    let mut document = Document::new();
    for resource in resources {
        document.append(head(names, resource, view));
        let entries = resource.fields.iter().map(|field| differing(resource.key.kind, field, page));
        document.extend(entries.flat_map(|entry| entry.lines(page.columns).into_lines()));
    }
    document
}

fn head(names: [&str; 2], resource: &Difference, view: ShowView) -> Document {
    let [first, second] = names;
    let (style, mark, only) = match resource.only_in {
        None => (Style::Update, "~ ", None),
        Some(OnlyIn::First) => (Style::Remove, "- ", Some(first)),
        Some(OnlyIn::Second) => (Style::Create, "+ ", Some(second)),
    };
    let line = line!("{}{}", style.of(mark), name(&resource.key)).indented(2);
    let line = match only {
        Some(only) => line.then(line!(" (only in {})", only).in_style(Style::Dim)),
        None => line,
    };
    match resource.declared_at.as_ref().filter(|at| at.line > 0) {
        Some(at) => line.with_at_right(place(at), view.columns),
        None => line.into(),
    }
}
