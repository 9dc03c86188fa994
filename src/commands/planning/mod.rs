//! From a project and an org to a plan, and from an approved plan to the org: what `apply` and `plan` have in common.

mod approval;
mod execution;
mod options;
mod owners;
mod planned;
mod recheck;
mod view;

pub(super) use approval::{ask, preflight};
pub(super) use execution::{execute, outcome, writer};
pub(super) use options::{ApplyOptions, PlanOptions};
pub(super) use planned::{Planned, plan};
pub(super) use recheck::recheck;
pub(super) use view::{show_plan, show_report, summarize_plan};
