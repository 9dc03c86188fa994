use crate::pull::{FileWrite, PullPlan};
use crate::render::document::{Document, Line, Style};
use crate::render::plan::at_org;
use crate::render::prose_diff::Folding;

use super::{closing, rows};

/// Where a pull comes from, and how much of it is shown.
#[derive(Clone)]
pub struct PullView<'a> {
    /// The context's name.
    pub context: &'a str,
    /// The server's origin.
    pub server: &'a str,
    /// The org's slug.
    pub org: &'a str,
    /// Whether long values, and the fields of what is new, are shown (`--full`).
    pub full: bool,
    /// Whether nothing will be written.
    pub dry_run: bool,
    /// The selectors as they were written.
    pub selectors: &'a [String],
    /// Where a new project is made, if one is.
    pub new_project: Option<String>,
}

impl PullView<'_> {
    pub(super) fn folding(&self) -> Folding {
        if self.full { Folding::Full } else { Folding::Fold }
    }
}

/// Renders a pull: where it comes from, its rows by kind, what is not written and why, the files, and last the summary.
///
/// Every marker is a character and every style has its word, so that nothing is lost without colour.
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
        closing::last(plan, writes, view),
    ]);
    Document::of_blocks(blocks)
}

fn head(view: &PullView<'_>) -> Document {
    let line = at_org(Line::new().plain("Pull from org "), view.org, view.server, view.context);
    let line = match &view.new_project {
        Some(place) => line.plain(", into a new project in ").foreign(Style::Bold, place),
        None => line,
    };
    Document::from(line.prose(2))
}
