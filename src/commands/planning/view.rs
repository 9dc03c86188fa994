use std::borrow::Cow;

use crate::commands::options::Format;
use crate::commands::{Session, step_summary};
use crate::execute::Report;
use crate::model::{SecretName, Severity};
use crate::plan::Plan;
use crate::render::json::{self, JsonTarget, JsonView};
use crate::render::markdown::{self, COMMENT, Markdown, MarkdownView};
use crate::render::plan::PlanView;
use crate::render::{ci, plan as plan_text, report as report_text};

use super::PlanOptions;
use super::approval::is_there;
use super::planned::Planned;

/// Shows a plan on stdout, in the form that was asked for.
pub(crate) fn show_plan(session: &Session, options: &PlanOptions, dry_run: bool, planned: &Planned) {
    match options.format.format() {
        Format::Text => {
            let with_head = !session.ui.shows_talk_with_product();
            let org_values = shows_org_values(session, options);
            let text = with_view(session, options, dry_run, planned, |view| {
                plan_text::render(&shown(options, planned), &PlanView { with_head, org_values, ..*view })
            });
            session.ui.product(&text);
        }
        Format::Json => {
            let server = planned.target.server_name();
            let json = json::plan(&shown(options, planned), &json_view(session, options, planned, &server));
            session.ui.product_json(&json);
        }
        Format::Markdown => {
            session.ui.product_markdown(&markdown(session, options, dry_run, planned, COMMENT));
        }
    }
}

/// Appends a plan to the page of a CI run, which is no terminal, and as public as the log; its warnings are annotations too.
pub(crate) fn summarize_plan(session: &Session, options: &PlanOptions, dry_run: bool, planned: &Planned) {
    let plan = shown(options, planned);
    for problem in &plan.problems {
        session.ui.annotate(|| ci::plan_problem(Severity::Error, problem));
    }
    for warning in &plan.warnings {
        session.ui.annotate(|| ci::plan_problem(Severity::Warning, warning));
    }
    step_summary::append(session, |limit| markdown(session, options, dry_run, planned, limit));
}

fn markdown(session: &Session, options: &PlanOptions, dry_run: bool, planned: &Planned, limit: usize) -> Markdown {
    // The diagram shows rules, which are values.
    let declared: Vec<_> = planned.desired.all().filter(|_| !options.names_only).collect();
    with_view(session, options, dry_run, planned, |view| {
        let diagnostics = &planned.loaded.diagnostics;
        let view = MarkdownView { plan: *view, diagnostics, declared: &declared, limit };
        markdown::plan(&shown(options, planned), &view)
    })
}

/// The plan as far as it may be shown.
fn shown<'planned>(options: &PlanOptions, planned: &'planned Planned) -> Cow<'planned, Plan> {
    if options.names_only { Cow::Owned(planned.plan.names_only()) } else { Cow::Borrowed(&planned.plan) }
}

/// What pages need besides the plan, with values that only the org has where the options ask for them.
fn with_view<Page>(
    session: &Session,
    options: &PlanOptions,
    dry_run: bool,
    planned: &Planned,
    page: impl FnOnce(&PlanView<'_>) -> Page,
) -> Page {
    let server = planned.target.server_name();
    let via = planned.target.via();
    let have = |name: &SecretName| is_there(planned, name);
    page(&PlanView {
        context: &via,
        server: &server,
        org: planned.target.org.as_str(),
        plan_id: planned.plan_id.as_deref(),
        with_head: true,
        columns: session.ui.product_columns(),
        org_values: options.org_values,
        show_unchanged: options.show_unchanged,
        full: options.full,
        all: options.all,
        dry_run,
        have: &have,
        push_command: &planned.options.push_command,
        selectors: &options.selectors,
    })
}

/// Whether values of the org that no file declares are shown: where a person looks, or asks for them.
fn shows_org_values(session: &Session, options: &PlanOptions) -> bool {
    !options.names_only && (options.org_values || session.ui.is_product_seen())
}

/// Shows what became of a plan.
pub(crate) fn show_report(session: &Session, options: &PlanOptions, planned: &Planned, report: &Report) {
    let server = planned.target.server_name();
    let next = planned.is_local().then_some("lobu apply --url https://YOUR-SERVER --org YOUR-ORG");
    let report = if options.names_only { Cow::Owned(report.names_only()) } else { Cow::Borrowed(report) };
    let plan = shown(options, planned);
    let text = report_text::render(&report, &plan, next);
    step_summary::append(session, |limit| markdown::report(&text, limit));
    if options.format.format() == Format::Json {
        let view = json_view(session, options, planned, &server);
        return session.ui.product_json(&json::apply(&plan, &report, &view));
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
