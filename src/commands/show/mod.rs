//! `lobu show`: what the project says, or what an org has, entry by entry.

mod remote;
mod targets;

use clap::Args;

use crate::desired::{DesiredState, desired_state};
use crate::error::CommandError;
use crate::plan::{Selection, Selector};
use crate::project::Project;
use crate::project::directory::ProjectDirectory;
use crate::render::json::{self, JsonShowTarget, JsonShowView};
use crate::render::show::{ShowView, project as render};
use crate::show::{Places, Shown, of_project};
use crate::target::{TargetError, TargetFlags};

use super::options::{ComparisonOptions, ProjectOptions};
use super::project::load;
use super::{Outcome, Session};

pub use remote::run as run_remote;

/// Show the project's resources as merged, with the origin of every value
#[derive(Debug, Args)]
pub struct ShowArgs {
    /// Select resources as kind/id; * and ? match in the ID, agent/ID includes its settings and platforms
    #[arg(value_name = "SELECTOR", help_heading = "Arguments")]
    selectors: Vec<String>,
    #[command(flatten)]
    show: ShowOptions,
    #[command(flatten, next_help_heading = "Show")]
    comparison: ComparisonOptions,
    #[command(flatten)]
    project: ProjectOptions,
    #[command(flatten)]
    target: TargetFlags,
}

/// What is shown in place of the project.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Show")]
struct ShowOptions {
    /// Show the resources as the org has them
    #[arg(long)]
    remote: bool,
    /// With --remote, show values that only the org has, also when the output is not a terminal
    #[arg(long, requires = "remote")]
    org_values: bool,
    /// Show what differs between two targets of the project
    #[arg(long, num_args = 2, value_names = ["NAME", "NAME"], conflicts_with_all = ["remote", "target"])]
    diff_targets: Option<Vec<String>>,
}

impl ShowArgs {
    /// Whether a server is asked.
    pub fn is_remote(&self) -> bool {
        self.show.remote
    }

    fn selection(&self) -> Result<Selection, CommandError> {
        let selectors = self.selectors.iter().map(|text| Selector::parse(text)).collect::<Result<_, _>>()?;
        Ok(Selection { only: None, selectors })
    }

    fn view(&self, session: &Session) -> ShowView {
        ShowView { columns: session.ui.product_columns(), full: self.comparison.full }
    }
}

/// Reads the project and shows it, as it is written or in one of its targets; or what differs between two of them. Nothing is
/// sent.
pub fn run(session: &Session, args: &ShowArgs) -> Result<Outcome, CommandError> {
    check_offline(&args.target)?;
    let selection = args.selection()?;
    let loaded = load(session, &args.project, None)?;
    if let Some([first, second]) = args.show.diff_targets.as_deref() {
        return targets::run(session, args, &loaded, &selection, [first, second]);
    }
    let target = args.target.target.as_deref();
    if target.is_none() && loaded.project.differs_by_target() {
        let note = "the project differs by target, and is shown as it is written; for a target:";
        session.note_command(note, "lobu show -t NAME");
    }
    let project = match target {
        Some(name) => in_target(&loaded.project, name)?,
        None => loaded.project.clone(),
    };
    let (desired, resources) = shown(&loaded.directory, &project, &selection);
    has_effect(&selection, &[&desired])?;
    if args.comparison.format.json {
        let view = JsonShowView {
            target: target.map(|name| JsonShowTarget { name: Some(name), ..JsonShowTarget::default() }),
            selectors: &args.selectors,
            warnings: &loaded.diagnostics,
        };
        session.ui.product_json(&json::show(&resources, &view));
    } else {
        session.ui.product(&render(&resources, args.view(session)));
    }
    Ok(Outcome::Done)
}

/// Refuses what says where a command goes: this one goes nowhere.
fn check_offline(flags: &TargetFlags) -> Result<(), CommandError> {
    let TargetFlags { target: _, url, context, org, database, allow_insecure_http } = flags;
    let is_given = [
        ("--url", url.is_some()),
        ("--context", context.is_some()),
        ("--org", org.is_some()),
        ("--db", database.is_some()),
        ("--allow-insecure-http", *allow_insecure_http),
    ];
    match is_given.iter().find(|(_, is_given)| *is_given) {
        None => Ok(()),
        Some((flag, _)) => Err(CommandError::usage(format!("{flag} needs --remote: without it, no server is asked"))),
    }
}

/// The project as it is in one of its targets.
pub(super) fn in_target(project: &Project, name: &str) -> Result<Project, CommandError> {
    if project.config.targets.iter().any(|target| target.name.value == name) {
        return Ok(project.clone().into_target(name));
    }
    Err(TargetError::UnknownTarget { name: name.to_owned() }.into())
}

/// What a project declares, and the selected resources of it; its files are read again for their lines.
fn shown(directory: &ProjectDirectory, project: &Project, selection: &Selection) -> (DesiredState, Vec<Shown>) {
    let desired = desired_state(project);
    let selected = desired.all().filter(|resource| selection.covers(resource.key.kind, &resource.key.id));
    let limits = directory.limits();
    let most = limits.lobu_toml.max(limits.model_file).max(limits.markdown);
    let text = |file: &str| directory.read_text(file, most).ok().flatten();
    let places = Places::read(project, selected, &text, &limits.yaml);
    let resources = of_project(&desired, selection, &places);
    (desired, resources)
}

/// What names nothing is a slip of the pen.
pub(super) fn has_effect(selection: &Selection, sides: &[&DesiredState]) -> Result<(), CommandError> {
    let keys: Vec<_> = sides.iter().flat_map(|desired| desired.all()).map(|resource| &resource.key).collect();
    let unmatched = selection.unmatched(&keys);
    if unmatched.is_empty() {
        return Ok(());
    }
    let message = format!("nothing in the project matches {}", unmatched.join(", "));
    Err(CommandError::usage(message).hint("To list all resources:\nlobu show"))
}
