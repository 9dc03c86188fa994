use crate::plan::Plan;
use crate::render::document::Document;
use crate::render::hidden_values;
use crate::render::phrases::org_at;

use super::{PlanView, closing, groups, secrets};

/// Renders a plan: what it is for, its rows by agent, what to know about them, and last its counts and its id.
///
/// Every mark is a character and every style has its word, so that nothing is lost without color.
pub fn render(plan: &Plan, view: &PlanView<'_>) -> Document {
    let mut blocks = vec![head(plan, view)];
    blocks.extend(groups::groups(plan, view));
    blocks.extend([
        hidden_values::told(plan),
        closing::drift(plan),
        closing::undeclared(plan, view.all),
        secrets::used(plan),
        if view.dry_run { secrets::needs(plan, view.have) } else { Document::new() },
        secrets::missing(plan, view.push_command),
        secrets::provider_keys(plan, view.push_command),
        closing::guarded(plan),
        closing::left_out(plan, view.selectors),
        closing::messages(plan),
        closing::problems(plan),
        closing::last(plan, view),
    ]);
    Document::of_blocks(blocks)
}

fn head(plan: &Plan, view: &PlanView<'_>) -> Document {
    let head = view.with_head.then(|| org_at(view.org, view.server, view.context).prose(2));
    head.into_iter().collect::<Document>().with(secrets::mode(plan))
}
