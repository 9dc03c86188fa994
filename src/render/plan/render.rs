use crate::plan::Plan;
use crate::render::document::{Document, Style, line};
use crate::render::hidden_values;
use crate::render::phrases::org_at;

use super::{PlanView, closing, groups, secrets};

/// Renders a plan: what it is for, its rows by kind, what to know about them, and last its id and its summary.
///
/// Every marker is a character and every style has its word, so that nothing is lost without color.
pub fn render(plan: &Plan, view: &PlanView<'_>) -> Document {
    let mut blocks = vec![head(plan, view)];
    blocks.extend(groups::groups(plan, view));
    blocks.extend([
        hidden_values::told(plan),
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
        line!("Plan for the embedded org {} (context {}), in which no agent runs", Style::Bold.of(org), context)
    } else {
        line!("Plan for org {}", org_at(org, view.server, context))
    };
    Document::from(line.prose(2)).with(secrets::mode(plan))
}
