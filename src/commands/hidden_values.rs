//! Plans with what the server says of the values that it hides.

use crate::desired::DesiredState;
use crate::org::{ActualState, HiddenValues, NotCompared, OrgRead, ReadError};
use crate::plan::{Options, Plan, Reviewed, Seal, diff};

/// A plan.
pub(super) struct Compared {
    pub(super) plan: Plan,
    /// The same as it was before hidden values were compared; none where the files have no literal for one.
    pub(super) uncompared: Option<Plan>,
}

impl Compared {
    /// The id of the plan.
    pub(super) fn id(&self, reviewed: &Reviewed<'_>, seal: Option<Seal<'_>>) -> Option<String> {
        self.plan.id(self.uncompared.as_ref(), reviewed, seal)
    }
}

/// Compares files and org, and asks the server about the literals of the files where it hides what it has: in one request, and
/// only if there are any.
pub(super) async fn compare(
    org: &impl OrgRead,
    desired: &DesiredState,
    actual: &mut ActualState,
    options: &Options,
) -> Result<Compared, ReadError> {
    let plan = diff(desired, actual, options);
    let literals = plan.hidden_literals();
    if literals.is_empty() {
        return Ok(Compared { plan, uncompared: None });
    }
    actual.hidden = if actual.server.compares_hidden_values {
        org.compare(&literals).await?
    } else {
        HiddenValues::Unknown(NotCompared::Unsupported)
    };
    Ok(Compared { plan: diff(desired, actual, options), uncompared: Some(plan) })
}
