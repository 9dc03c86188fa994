use crate::commands::Session;
use crate::commands::options::ComparisonOptions;
use crate::pull::{FileWrite, Writable};
use crate::render::json::{self, JsonTarget, PullView as JsonPullView};
use crate::render::pull::{self as text, PullView};

use super::decide::Pulled;
use super::write::Report;

/// How a pull is shown.
#[derive(Clone, Copy)]
pub(super) struct Show<'a> {
    pub(super) session: &'a Session,
    pub(super) comparison: ComparisonOptions,
    pub(super) selectors: &'a [String],
}

impl Show<'_> {
    /// Shows what a pull would do, on stdout.
    pub(super) fn plan(self, pulled: &Pulled, writable: &Writable) {
        if self.comparison.format.json {
            return self.document(pulled, writable, &[]);
        }
        let server = pulled.target.server_name();
        let via = pulled.target.via();
        let view = PullView {
            context: &via,
            server: &server,
            org: pulled.target.org.as_str(),
            with_head: !self.session.ui.shows_talk_with_product(),
            columns: self.session.ui.product_columns(),
            full: self.comparison.full,
            selectors: self.selectors,
            new_project: pulled.source.init.as_ref().map(|_| pulled.source.location()),
        };
        self.session.ui.product(&text::render(&writable.plan, &writable.writes, &view));
    }

    /// Shows what was written.
    pub(super) fn report(self, pulled: &Pulled, writable: &Writable, report: &Report) {
        if self.comparison.format.json {
            return self.document(pulled, writable, &report.written);
        }
        self.session.ui.product(&text::report(&report.written, &writable.writes, report.result.is_ok()));
    }

    fn document(self, pulled: &Pulled, writable: &Writable, written: &[FileWrite]) {
        let server = pulled.target.server_name();
        let target = JsonTarget {
            context: &pulled.target.context,
            server: &server,
            org: pulled.target.org.as_str(),
            name: pulled.target.target_name(),
        };
        let view = JsonPullView {
            target,
            generation: pulled.actual.server.generation.word(),
            selectors: self.selectors,
            warnings: &pulled.loaded.diagnostics,
            writes: &writable.writes,
            written,
        };
        self.session.ui.product_json(&json::pull(&writable.plan, &view));
    }
}
