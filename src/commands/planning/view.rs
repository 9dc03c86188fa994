use crate::commands::{Session, step_summary};
use crate::execute::Report;
use crate::model::SecretName;
use crate::render::document::Document;
use crate::render::json::{self, JsonTarget, JsonView};
use crate::render::plan::PlanView;
use crate::render::{plan as plan_text, report as report_text};

use super::PlanOptions;
use super::approval::is_there;
use super::planned::Planned;

/// Shows a plan on stdout, as text or JSON.
pub(crate) fn show_plan(session: &Session, options: &PlanOptions, dry_run: bool, planned: &Planned) {
    if options.format.json {
        let server = planned.target.server_name();
        return session.ui.product_json(&json::plan(&planned.plan, &json_view(session, options, planned, &server)));
    }
    let with_head = !session.ui.shows_talk_with_product();
    let org_values = shows_org_values(session, options);
    session.ui.product(&text(session, options, dry_run, planned, with_head, org_values));
}

/// Appends a plan to the page of a CI run, which is no terminal, and as public as the log.
pub(crate) fn summarize_plan(session: &Session, options: &PlanOptions, dry_run: bool, planned: &Planned) {
    let title = if dry_run { "lobu plan" } else { "lobu apply" };
    step_summary::append(session, title, || text(session, options, dry_run, planned, true, options.org_values));
}

fn text(
    session: &Session,
    options: &PlanOptions,
    dry_run: bool,
    planned: &Planned,
    with_head: bool,
    org_values: bool,
) -> Document {
    let server = planned.target.server_name();
    let via = planned.target.via();
    let have = |name: &SecretName| is_there(planned, name);
    let view = PlanView {
        context: &via,
        server: &server,
        org: planned.target.org.as_str(),
        plan_id: planned.plan_id.as_deref(),
        with_head,
        columns: session.ui.product_columns(),
        org_values,
        show_unchanged: options.show_unchanged,
        full: options.full,
        all: options.all,
        dry_run,
        have: &have,
        push_command: &planned.options.push_command,
        selectors: &options.selectors,
    };
    plan_text::render(&planned.plan, &view)
}

/// Whether values of the org that no file declares are shown: where a person looks, or asks for them.
fn shows_org_values(session: &Session, options: &PlanOptions) -> bool {
    options.org_values || session.ui.is_product_seen()
}

/// Shows what became of a plan.
pub(crate) fn show_report(session: &Session, options: &PlanOptions, planned: &Planned, report: &Report) {
    let server = planned.target.server_name();
    let next = planned.is_local().then_some("lobu apply --url https://YOUR-SERVER --org YOUR-ORG");
    let text = report_text::render(report, &planned.plan, next);
    step_summary::append(session, "lobu apply: report", || text.clone());
    if options.format.json {
        let view = json_view(session, options, planned, &server);
        return session.ui.product_json(&json::apply(&planned.plan, report, &view));
    }
    session.ui.product(&text);
}

fn json_view<'view>(
    session: &Session,
    options: &'view PlanOptions,
    planned: &'view Planned,
    server: &'view str,
) -> JsonView<'view> {
    let target = JsonTarget {
        context: &planned.target.context,
        server,
        org: planned.target.org.as_str(),
        name: planned.target.target_name(),
    };
    JsonView {
        target,
        only: options.only,
        selectors: &options.selectors,
        warnings: &planned.loaded.diagnostics,
        plan_id: planned.plan_id.as_deref(),
        show_unchanged: options.show_unchanged,
        org_values: shows_org_values(session, options),
    }
}
