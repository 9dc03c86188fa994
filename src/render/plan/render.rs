use crate::model::SecretName;
use crate::plan::Plan;
use crate::render::document::{Document, Line, Style};
use crate::render::prose_diff::Folding;

use super::words::at_org;
use super::{closing, groups, secrets};

/// Where a plan is for, and how much of it is shown.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line, in any combination")]
#[derive(Clone, Copy)]
pub struct PlanView<'a> {
    /// The context's name.
    pub context: &'a str,
    /// The server's origin.
    pub server: &'a str,
    /// The org's slug.
    pub org: &'a str,
    /// The plan's id.
    pub plan_id: &'a str,
    /// Whether the org is the embedded one.
    pub is_local: bool,
    /// Whether rows that are as declared are shown (`--show-unchanged`).
    pub show_unchanged: bool,
    /// Whether long values, and the fields of what is made, are shown (`--full`).
    pub full: bool,
    /// Whether what the project does not declare is shown one by one (`--all`).
    pub all: bool,
    /// Whether nothing will be written, so that what an apply needs is listed.
    pub dry_run: bool,
    /// Whether a needed secret is at hand: its value, or its name in the org.
    pub have: &'a dyn Fn(&SecretName) -> bool,
    /// The command that sends secrets to where this plan goes.
    pub push_command: &'a str,
    /// The selectors as they were written.
    pub selectors: &'a [String],
}

impl PlanView<'_> {
    pub(super) fn folding(&self) -> Folding {
        if self.full { Folding::Full } else { Folding::Fold }
    }
}

/// Renders a plan: what it is for, its rows by kind, what to know about them, and last its id and its summary.
///
/// Every marker is a character and every style has its word, so that nothing is lost without colour.
pub fn render(plan: &Plan, view: &PlanView<'_>) -> Document {
    let mut blocks = vec![head(plan, view)];
    blocks.extend(groups::groups(plan, view));
    blocks.extend([
        closing::incomparable(plan),
        closing::undeclared(plan, view.all),
        secrets::used(plan),
        if view.dry_run { secrets::needs(plan, view.have, view.push_command) } else { Document::new() },
        closing::guarded(plan),
        closing::left_out(plan, view.selectors),
        closing::messages(plan),
        closing::problems(plan),
        closing::last(plan, view),
    ]);
    Document::of_blocks(blocks)
}

fn head(plan: &Plan, view: &PlanView<'_>) -> Document {
    let (org, context) = (view.org, view.context);
    let line = if view.is_local {
        Line::new()
            .plain("Plan for the embedded org ")
            .foreign(Style::Bold, org)
            .plain(" (context ")
            .foreign(Style::Plain, context)
            .plain("), in which no agent runs")
    } else {
        at_org(Line::new().plain("Plan for org "), org, view.server, context)
    };
    Document::from(line.prose(2)).with(secrets::mode(plan))
}
