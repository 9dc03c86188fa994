use crate::model::SecretName;
use crate::render::prose_diff::Folding;

/// Where a plan is for, and how much of it is shown.
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line, in any combination")]
#[derive(Clone, Copy)]
pub struct PlanView<'a> {
    /// The context's name.
    pub context: &'a str,
    /// The server's origin.
    pub server: &'a str,
    /// The org's slug.
    pub org: &'a str,
    /// None where the plan writes hidden literals, and there is no key for their digests.
    pub plan_id: Option<&'a str>,
    /// Whether the head of the plan is shown: not below a line on the same terminal that says the same.
    pub with_head: bool,
    /// How wide a line may be.
    pub columns: usize,
    /// Whether values of the org that no file declares are shown.
    pub org_values: bool,
    /// Whether rows that are as declared are shown (`--show-unchanged`).
    pub show_unchanged: bool,
    /// Whether long values are shown whole (`--full`).
    pub full: bool,
    /// Whether what the project does not declare is shown one by one (`--all`).
    pub all: bool,
    /// Whether nothing will be written, so that what an apply needs is listed.
    pub dry_run: bool,
    /// Whether a needed secret is at hand: its value, or its name in the org.
    pub have: &'a dyn Fn(&SecretName) -> bool,
    /// The command that sends secrets to where this plan goes.
    pub push_command: &'a str,
    /// The selectors as they were written.
    pub selectors: &'a [String],
}

impl PlanView<'_> {
    pub(in crate::render) fn folding(&self) -> Folding {
        if self.full { Folding::Full } else { Folding::Fold }
    }
}
