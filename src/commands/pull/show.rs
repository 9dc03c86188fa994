use crate::render::json::{self, JsonTarget, PullView as JsonPullView};
use crate::render::pull::{self as text, PullView};

use super::super::Session;
use super::PullArgs;
use super::reading::Pulled;
use super::settle::Settled;
use super::write::Report;

/// Shows what a pull would do, on stdout.
pub(super) fn plan(session: &Session, args: &PullArgs, pulled: &Pulled, settled: &Settled) {
    if args.comparison.format.json {
        return document(session, args, pulled, settled, &[]);
    }
    let server = pulled.target.server_name();
    let view = PullView {
        context: &pulled.target.context,
        server: &server,
        org: pulled.target.org.as_str(),
        full: args.comparison.full,
        dry_run: args.dry_run,
        selectors: &args.selectors,
        new_project: pulled.source.init.as_ref().map(|_| pulled.source.location()),
    };
    session.ui.product(&text::render(&settled.plan, &settled.writes, &view));
}

/// Shows what was written.
pub(super) fn report(session: &Session, args: &PullArgs, pulled: &Pulled, settled: &Settled, report: &Report) {
    if args.comparison.format.json {
        return document(session, args, pulled, settled, &report.written);
    }
    session.ui.product(&text::report(&report.written, &settled.writes, report.result.is_ok()));
}

fn document(
    session: &Session,
    args: &PullArgs,
    pulled: &Pulled,
    settled: &Settled,
    written: &[crate::pull::FileWrite],
) {
    let server = pulled.target.server_name();
    let target = JsonTarget { context: &pulled.target.context, server: &server, org: pulled.target.org.as_str() };
    let view = JsonPullView {
        target,
        generation: pulled.actual.server.generation.word(),
        selectors: &args.selectors,
        warnings: &pulled.loaded.diagnostics,
        writes: &settled.writes,
        written,
    };
    session.ui.product_json(&json::pull(&settled.plan, &view));
}
