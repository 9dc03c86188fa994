use crate::commands::Session;
use crate::push::{PushPlan, PushReport};
use crate::render::document::{Document, Line, Style};
use crate::render::json::{self, JsonTarget};
use crate::render::secrets::{self, PushView};
use crate::target::ResolvedTarget;

use super::prepare::Pushed;

/// Shows a plan on stdout, as text or JSON.
pub(crate) fn show_plan(session: &Session, json: bool, dry_run: bool, pushed: &Pushed, push_plan: &PushPlan) {
    let server = pushed.target.server_name();
    if json {
        let target = json_target(&pushed.target, &server);
        return session.ui.product_json(&json::push_plan(push_plan, &pushed.source.label, &target));
    }
    let view = PushView {
        org: pushed.target.org.as_str(),
        server: &server,
        context: &pushed.target.context,
        source: &pushed.source.label,
        dry_run,
        rotation: &pushed.rotation,
    };
    session.ui.product(&secrets::plan(push_plan, &view));
}

/// Shows what became of a push.
pub(crate) fn show_report(session: &Session, json: bool, pushed: &Pushed, report: &PushReport) {
    if json {
        let server = pushed.target.server_name();
        let target = json_target(&pushed.target, &server);
        return session.ui.product_json(&json::push_report(report, &pushed.source.label, &target));
    }
    session.ui.product(&secrets::report(report));
}

fn json_target<'a>(target: &'a ResolvedTarget, server: &'a str) -> JsonTarget<'a> {
    JsonTarget { context: &target.context, server, org: target.org.as_str() }
}

/// A script that goes on from here should not learn of it by a failing apply.
pub(crate) fn missing(session: &Session, pushed: &Pushed, plan: &PushPlan) {
    let missing = plan.summary().missing;
    if missing > 0 {
        let line = Line::new().literal(Style::Warning, "warning: ").count(missing);
        let line = line.plain(if missing == 1 {
            " secret that lobu.toml uses is"
        } else {
            " secrets that lobu.toml uses are"
        });
        let line = line.plain(" neither in ").foreign(Style::Plain, &pushed.source.label);
        session.ui.notice(&Document::from(line.plain(" nor in the org; an apply that needs it will stop").prose(2)));
    }
}

/// A server without the secrets API was sent nothing but reads (K1).
pub(crate) fn without_api(session: &Session, json: bool, target: &ResolvedTarget) {
    let server = target.server_name();
    if json {
        session.ui.product_json(&json::push_unsupported(&json_target(target, &server)));
    }
    let line = Line::new().foreign(Style::Bold, &server).plain(" has no secrets API; nothing was sent.");
    session.ui.status(&Document::from(line.prose(2)));
}
