use crate::plan::Plan;

/// Somebody's agreement to a plan: a yes to the question, or `--yes`.
#[derive(Debug)]
pub struct Approval(());

impl Approval {
    /// The agreement that an answer is; none for anything but yes.
    pub fn from_answer(said_yes: bool) -> Option<Self> {
        said_yes.then_some(Self(()))
    }

    /// The agreement that `--yes` gives in advance.
    pub fn from_flag(yes: bool) -> Option<Self> {
        yes.then_some(Self(()))
    }
}

/// A plan that somebody agreed to, and the only thing that is ever carried out.
#[derive(Debug)]
pub struct ApprovedPlan {
    plan: Plan,
}

impl ApprovedPlan {
    /// Joins a plan and the agreement to it.
    pub fn new(plan: Plan, _approval: Approval) -> Self {
        Self { plan }
    }

    pub fn plan(&self) -> &Plan {
        &self.plan
    }
}
