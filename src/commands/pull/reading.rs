//! What a pull is decided from: the files, and one read of the org.

use std::collections::BTreeMap;

use crate::desired::{DesiredState, desired_state};
use crate::error::{CommandError, ErrorKind};
use crate::org::{ActualState, read_actual};
use crate::plan::{Options, Resend, Selection, Selector};
use crate::project::directory::ProjectDirectory;
use crate::pull::{Input, PullFamily, PullPlan, Taking, pull_plan};
use crate::target::{ProjectPins, ResolvedTarget};

use super::super::Session;
use super::super::project::{Loaded, load_from};
use super::PullArgs;
use super::source::{self, Source};

/// A pull with everything that asking, writing and showing needs.
pub(crate) struct Pulled {
    pub(crate) source: Source,
    pub(crate) loaded: Loaded,
    pub(crate) desired: DesiredState,
    pub(crate) target: ResolvedTarget,
    pub(crate) actual: ActualState,
    pub(crate) taking: Taking,
    pub(crate) allowed: Vec<String>,
    pub(crate) prune_local: bool,
    pub(crate) allow_unknown_keys: bool,
    pub(crate) deny_warnings: bool,
    pub(crate) plan: PullPlan,
}

impl Pulled {
    /// How a plan of the same resources is made.
    pub(crate) fn plan_options(&self) -> Options {
        Options {
            org: self.target.org.clone(),
            prune: false,
            resend: Resend::default(),
            selection: self.taking.selection.clone(),
            push_command: String::new(),
        }
    }

    /// What the plan of a pull is made from, for files that say something else than those that are there.
    pub(super) fn input<'pull>(
        &'pull self,
        project: &'pull crate::project::Project,
        desired: &'pull DesiredState,
        listing: &'pull dyn Fn(&str) -> Vec<String>,
    ) -> Input<'pull> {
        Input {
            project,
            desired,
            actual: &self.actual,
            org: &self.target.org,
            taking: &self.taking,
            listing,
            allowed: &self.allowed,
            is_init: self.source.init.is_some(),
            prune_local: self.prune_local,
        }
    }
}

/// What flags and selectors take in.
fn taking(
    everything: bool,
    selectors: &[String],
    include: &[PullFamily],
    exclude: &[PullFamily],
) -> Result<Taking, CommandError> {
    let selectors = selectors.iter().map(|text| Selector::parse(text)).collect::<Result<_, _>>()?;
    let taking = Taking::new(everything, Selection { only: None, selectors }, include, exclude);
    if taking.is_empty() {
        let message = "--include and --exclude leave nothing to pull";
        return Err(CommandError::usage(message));
    }
    Ok(taking)
}

/// Reads files and org, and decides. Writes nothing.
pub(crate) async fn decide(session: &Session, args: &PullArgs) -> Result<Pulled, CommandError> {
    let source = source::open(session, args)?;
    let everything = args.all || source.init.is_some() || args.init.is_some();
    let taking = taking(everything, &args.selectors, &args.include, &args.exclude)?;
    let (loaded, target) = if source.init.is_some() {
        let target = session.locate(&args.target, &ProjectPins::default())?;
        let first = source::skeleton(&target.org, false, false);
        let files = BTreeMap::from([(ProjectDirectory::FILE.to_owned(), Some(first))]);
        let directory = source.directory.overlaid(files)?;
        (load_from(session, directory, &args.project, None)?, target)
    } else {
        let directory = source.directory.overlaid(BTreeMap::new())?;
        let loaded = load_from(session, directory, &args.project, None)?;
        let target = session.locate(&args.target, &loaded.pins())?;
        (loaded, target)
    };
    session.announce(&target);
    if let (true, Some(pin)) = (args.prune_local, &target.overridden_pin) {
        let message =
            format!("--prune-local takes out what org {} lacks, and the project is pinned to {pin}", target.org);
        return Err(CommandError::new(ErrorKind::WrongOrg, message).hint("Nothing was written. Leave out --org."));
    }
    let desired = desired_state(&loaded.project);
    let connection = session.connect(&target, args.comparison.parallelism).await?;
    let scope = taking.read_scope(&desired);
    let actual = read_actual(&connection.org, &target.org, &scope).await?;
    let mut pulled = Pulled {
        source,
        loaded,
        desired,
        target,
        actual,
        taking,
        allowed: args.allow_suspected.clone(),
        prune_local: args.prune_local,
        allow_unknown_keys: args.project.allow_unknown_keys,
        deny_warnings: args.project.deny_warnings,
        plan: PullPlan::default(),
    };
    let listing = |path: &str| pulled.source.listing(path);
    let plan = pull_plan(&pulled.input(&pulled.loaded.project, &pulled.desired, &listing));
    pulled.plan = plan;
    has_effect(&pulled.plan)?;
    Ok(pulled)
}

/// What names nothing is a slip of the pen.
fn has_effect(plan: &PullPlan) -> Result<(), CommandError> {
    if !plan.unmatched.is_empty() {
        let names = plan.unmatched.join(", ");
        let message = format!("nothing in the project or the org matches {names}; nothing was written");
        let hint = "Without selectors `lobu plan --show-unchanged` lists everything, as kind and id.";
        return Err(CommandError::usage(message).hint(hint));
    }
    if !plan.unused_allowed.is_empty() {
        let names = plan.unused_allowed.join(", ");
        let message = format!("--allow-suspected names what is not suspected: {names}; nothing was written");
        let hint = "Write it as `lobu pull --dry-run` names it: kind/id:path.";
        return Err(CommandError::usage(message).hint(hint));
    }
    Ok(())
}
