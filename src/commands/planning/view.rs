use crate::commands::Session;
use crate::execute::Report;
use crate::render::json::{self, JsonTarget, JsonView};
use crate::render::plan::PlanView;
use crate::render::{plan as plan_text, report as report_text};

use super::PlanOptions;
use super::approval::is_there;
use super::planned::Planned;

/// Shows a plan on stdout, as text or JSON.
pub(crate) fn show_plan(session: &Session, options: &PlanOptions, dry_run: bool, planned: &Planned) {
    let server = planned.target.server_name();
    if options.format.json {
        return session.ui.product_json(&json::plan(&planned.plan, &json_view(options, planned, &server)));
    }
    let view = PlanView {
        context: &planned.target.context,
        server: &server,
        org: planned.target.org.as_str(),
        plan_id: planned.plan_id.as_deref(),
        is_local: planned.is_local(),
        show_unchanged: options.show_unchanged,
        full: options.full,
        all: options.all,
        dry_run,
        have: &|name| is_there(planned, name),
        push_command: &planned.options.push_command,
        selectors: &options.selectors,
    };
    session.ui.product(&plan_text::render(&planned.plan, &view));
}

/// Shows what became of a plan.
pub(crate) fn show_report(session: &Session, options: &PlanOptions, planned: &Planned, report: &Report) {
    let server = planned.target.server_name();
    if options.format.json {
        return session.ui.product_json(&json::apply(&planned.plan, report, &json_view(options, planned, &server)));
    }
    let next = planned.is_local().then_some("lobu apply --url https://YOUR-SERVER --org YOUR-ORG");
    session.ui.product(&report_text::render(report, &planned.plan, planned.is_local(), next));
}

fn json_view<'view>(options: &'view PlanOptions, planned: &'view Planned, server: &'view str) -> JsonView<'view> {
    let target = JsonTarget { context: &planned.target.context, server, org: planned.target.org.as_str() };
    JsonView {
        target,
        only: options.only,
        selectors: &options.selectors,
        warnings: &planned.loaded.diagnostics,
        plan_id: planned.plan_id.as_deref(),
        show_unchanged: options.show_unchanged,
    }
}
