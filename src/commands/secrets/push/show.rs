use crate::commands::{Outcome, Session};
use crate::push::{PushPlan, PushReport};
use crate::render::document::{Document, Line, Style};
use crate::render::json::{self, JsonTarget};
use crate::render::secrets::{self, PushView};
use crate::target::ResolvedTarget;

use super::SecretsPush;
use super::reading::Pushed;

/// Shows a plan on stdout, as text or JSON.
pub(super) fn plan(session: &Session, command: &SecretsPush, pushed: &Pushed, push_plan: &PushPlan) {
    let server = pushed.target.server_name();
    if command.json {
        let target = json_target(&pushed.target, &server);
        return session.ui.product_json(&json::push_plan(push_plan, &pushed.source.label, &target));
    }
    let view = PushView {
        org: pushed.target.org.as_str(),
        server: &server,
        context: &pushed.target.context,
        source: &pushed.source.label,
        dry_run: command.dry_run,
        rotation: &pushed.rotation,
    };
    session.ui.product(&secrets::plan(push_plan, &view));
}

/// Shows what became of a push.
pub(super) fn report(session: &Session, command: &SecretsPush, pushed: &Pushed, report: &PushReport) {
    if command.json {
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
pub(super) fn missing(session: &Session, pushed: &Pushed, plan: &PushPlan) {
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
pub(super) fn without_api(session: &Session, command: &SecretsPush, target: &ResolvedTarget) -> Outcome {
    let server = target.server_name();
    if command.json {
        session.ui.product_json(&json::push_unsupported(&json_target(target, &server)));
    }
    let line = Line::new().foreign(Style::Bold, &server).plain(" has no secrets API; nothing was sent.");
    session.ui.status(&Document::from(line.prose(2)));
    Outcome::Done
}
