use crate::pull::{FileWrite, PullPlan};
use crate::render::document::{Document, Style, line};
use crate::render::phrases::org_at;

use super::{PullView, closing, rows};

/// Renders a pull: where it comes from, its rows by kind, what is not written and why, the files, and last the summary.
///
/// Every marker is a character and every style has its word, so that nothing is lost without color.
pub fn render(plan: &PullPlan, writes: &[FileWrite], view: &PullView<'_>) -> Document {
    let mut blocks = vec![head(view)];
    blocks.extend(rows::groups(plan, view));
    blocks.extend([
        closing::references(plan),
        closing::withheld(plan),
        closing::kept(plan),
        closing::missing(plan),
        closing::undeclared(plan),
        closing::left_out(plan, view.selectors),
        closing::notes(plan),
        closing::files(writes),
        closing::last(plan, writes).into(),
    ]);
    Document::of_blocks(blocks)
}

fn head(view: &PullView<'_>) -> Document {
    let head = view.with_head.then(|| org_at(view.org, view.server, view.context).prose(2));
    let place = view.new_project.as_ref().map(|place| line!("New project in {}", Style::Bold.of(place)).prose(2));
    head.into_iter().chain(place).collect()
}
