//! `lobu show --diff-targets`: what differs between two targets of the project.

use crate::commands::project::Loaded;
use crate::commands::{Outcome, Session};
use crate::error::CommandError;
use crate::plan::Selection;
use crate::render::json;
use crate::render::show::targets as render;
use crate::show::differences;

use super::{ShowArgs, has_effect, in_target, shown};

/// Shows what differs between the project in one target and in another. Nothing is sent.
pub(super) fn run(
    session: &Session,
    args: &ShowArgs,
    loaded: &Loaded,
    selection: &Selection,
    names: [&str; 2],
) -> Result<Outcome, CommandError> {
    let of_target = |name: &str| {
        let project = in_target(&loaded.project, name)?;
        Ok::<_, CommandError>(shown(&loaded.directory, &project, selection))
    };
    let [first, second] = names;
    let ((first_desired, first), (second_desired, second)) = (of_target(first)?, of_target(second)?);
    has_effect(selection, &[&first_desired, &second_desired])?;
    let found = differences(&first, &second);
    if args.comparison.format.json {
        session.ui.product_json(&json::target_differences(names, &found, &args.selectors, &loaded.diagnostics));
    } else {
        session.ui.product(&render(names, &found, args.view(session)));
    }
    Ok(Outcome::Done)
}
