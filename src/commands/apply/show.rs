use crate::execute::Report;
use crate::render::json::{self, JsonTarget, JsonView};
use crate::render::plan::PlanView;
use crate::render::{plan as plan_text, report as report_text};

use super::super::Session;
use super::Apply;
use super::consent::is_there;
use super::planning::Planned;

/// Shows a plan on stdout, as text or JSON.
pub(super) fn plan(session: &Session, command: &Apply, planned: &Planned) {
    let server = planned.target.server_name();
    if command.json {
        return session.ui.product_json(&json::plan(&planned.plan, &json_view(command, planned, &server)));
    }
    let view = PlanView {
        context: &planned.target.context,
        server: &server,
        org: planned.target.org.as_str(),
        plan_id: &planned.plan_id,
        is_local: planned.is_local(),
        show_unchanged: command.show_unchanged,
        full: command.full,
        all: command.all,
        dry_run: command.dry_run,
        have: &|name| is_there(planned, name),
        push_command: &planned.options.push_command,
        selectors: &command.selectors,
    };
    session.ui.product(&plan_text::render(&planned.plan, &view));
}

/// Shows what became of a plan.
pub(super) fn report(session: &Session, command: &Apply, planned: &Planned, report: &Report) {
    let server = planned.target.server_name();
    if command.json {
        return session.ui.product_json(&json::apply(&planned.plan, report, &json_view(command, planned, &server)));
    }
    let next = planned.is_local().then_some("lobu apply --url https://YOUR-SERVER --org YOUR-ORG");
    session.ui.product(&report_text::render(report, &planned.plan, planned.is_local(), next));
}

fn json_view<'view>(command: &'view Apply, planned: &'view Planned, server: &'view str) -> JsonView<'view> {
    let target = JsonTarget { context: &planned.target.context, server, org: planned.target.org.as_str() };
    JsonView {
        target,
        only: command.only,
        selectors: &command.selectors,
        warnings: &planned.loaded.diagnostics,
        plan_id: &planned.plan_id,
        show_unchanged: command.show_unchanged,
    }
}
