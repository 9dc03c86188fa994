//! `lobu show`: what the project says, with the origin of every entry.

use clap::Args;

use crate::desired::{DesiredState, desired_state};
use crate::error::CommandError;
use crate::plan::{Selection, Selector};
use crate::render::json;
use crate::render::show::{ShowView, render};
use crate::show::{Places, of_project};

use super::options::{FormatOptions, ProjectOptions};
use super::project::{Loaded, load};
use super::{Outcome, Session};

/// Show the project's resources as merged, with the origin of every value
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Select resources as kind/id; * and ? match in the ID, agent/ID includes its settings and platforms
    #[arg(value_name = "SELECTOR", help_heading = "Arguments")]
    selectors: Vec<String>,
    /// Show long values in full
    #[arg(long, help_heading = "Show")]
    full: bool,
    #[command(flatten, next_help_heading = "Show")]
    format: FormatOptions,
    #[command(flatten)]
    project: ProjectOptions,
}

/// Reads the project and shows it. Nothing is sent.
pub fn run(session: &Session, args: &ShowArgs) -> Result<Outcome, CommandError> {
    let selectors = args.selectors.iter().map(|text| Selector::parse(text)).collect::<Result<_, _>>()?;
    let selection = Selection { only: None, selectors };
    let loaded = load(session, &args.project, None)?;
    let desired = desired_state(&loaded.project);
    has_effect(&selection, &desired)?;
    let places = places(&loaded, &desired, &selection);
    let resources = of_project(&desired, &selection, &places);
    if args.format.json {
        session.ui.product_json(&json::show(&resources, &args.selectors, &loaded.diagnostics));
    } else {
        let view = ShowView { columns: session.ui.product_columns(), full: args.full };
        session.ui.product(&render(&resources, view));
    }
    Ok(Outcome::Done)
}

/// What names nothing is a slip of the pen.
fn has_effect(selection: &Selection, desired: &DesiredState) -> Result<(), CommandError> {
    let keys: Vec<_> = desired.all().map(|resource| &resource.key).collect();
    let unmatched = selection.unmatched(&keys);
    if unmatched.is_empty() {
        return Ok(());
    }
    let message = format!("nothing in the project matches {}", unmatched.join(", "));
    Err(CommandError::usage(message).hint("To list all resources:\nlobu show"))
}

/// The files that declare the selected resources, read again for their lines.
fn places<'project>(loaded: &'project Loaded, desired: &DesiredState, selection: &Selection) -> Places<'project> {
    let selected = desired.all().filter(|resource| selection.covers(resource.key.kind, &resource.key.id));
    let limits = loaded.directory.limits();
    let most = limits.lobu_toml.max(limits.model_file).max(limits.markdown);
    let text = |file: &str| loaded.directory.read_text(file, most).ok().flatten();
    Places::read(&loaded.project, selected, &text, &limits.yaml)
}
