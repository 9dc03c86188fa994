//! Between the plan and the answer the org may have moved.

use std::collections::{BTreeMap, BTreeSet};

use crate::commands::hidden_values::compare;
use crate::error::{CommandError, ErrorKind};
use crate::org::{OrgRead, ReadScope, Wanted, read_actual};
use crate::plan::{Row, read_scope};
use crate::schema::{ALL, Kind, ResourceKey};

use super::planned::Planned;

/// Reads again what will be written, and stops if it is not as it was planned.
pub(crate) async fn recheck(org: &impl OrgRead, planned: &Planned) -> Result<(), CommandError> {
    let scope = read_scope(&ALL, &planned.desired, &planned.options.selection);
    let scope = narrowed(if planned.options.prune { scope.with_undeclared() } else { scope }, planned);
    let mut actual = read_actual(org, &planned.target.org, &scope).await?;
    let now = compare(org, &planned.desired, &mut actual, &planned.options).await?.plan;
    let now: BTreeMap<&ResourceKey, &Row> = now.rows.iter().map(|row| (&row.key, row)).collect();
    let moved: Vec<_> = planned.plan.changes().filter(|row| now.get(&row.key) != Some(row)).collect();
    if moved.is_empty() {
        return Ok(());
    }
    let names = moved.iter().map(|row| row.key.to_string()).collect::<Vec<_>>().join(", ");
    Err(CommandError::new(ErrorKind::Moved, format!("the org has moved since the plan: {names}; nothing was changed"))
        .hint("Run the command again and look at the new plan."))
}

/// Only the details of what is written are read again.
fn narrowed(scope: ReadScope, planned: &Planned) -> ReadScope {
    let agents: BTreeSet<&str> = planned.plan.changes().filter_map(|row| row.key.agent()).collect();
    let written: BTreeSet<(Kind, &str)> =
        planned.plan.changes().map(|row| (row.key.kind, row.key.id.as_str())).collect();
    let narrowed = |(kind, wanted): (Kind, Wanted)| {
        let is_written = |id: &String| {
            if kind.is_read_by_agent { agents.contains(id.as_str()) } else { written.contains(&(kind, id.as_str())) }
        };
        (kind, wanted.filtered(is_written))
    };
    let apart = scope.apart.into_iter().map(|((kind, field), wanted)| {
        let (_, wanted) = narrowed((kind, wanted));
        ((kind, field), wanted)
    });
    ReadScope { probe: scope.probe, apart: apart.collect(), kinds: scope.kinds.into_iter().map(narrowed).collect() }
}
