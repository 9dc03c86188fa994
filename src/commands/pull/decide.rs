//! What a pull is decided from: the files, and one read of the org.

use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::sync::Arc;

use clap::Args;

use crate::commands::Session;
use crate::commands::hidden_values::compare;
use crate::commands::known_orgs::with_orgs;
use crate::commands::options::{ProjectOptions, one_of};
use crate::commands::project::{Loaded, load_from};
use crate::commands::values::{hide, hide_org};
use crate::desired::{DesiredState, desired_state};
use crate::error::{CommandError, ErrorKind};
use crate::org::{ActualState, read_actual};
use crate::plan::{Options, Selection, Selector};
use crate::project::directory::ProjectDirectory;
use crate::pull::{
    Decided, FileWrite, Input, Layer, Layers, Listing, PullError, PullFamily, PullPlan, PullSelection, Writable,
    files_of, new_lobu_toml, pull_plan, writable,
};
use crate::schema::ALL;
use crate::schema::ResourceKey;
use crate::secrets::Values;
use crate::target::{ProjectPins, ResolvedTarget, TargetFlags};

use super::source::{Source, open};

/// What a pull takes in without being asked for it by name.
#[derive(Debug, Default, Args)]
pub(crate) struct ScopeOptions {
    /// Also pull resources that are not in the project
    #[arg(long, help_heading = "Pull")]
    pub(crate) all: bool,
    /// Select families of resources
    #[arg(
        long,
        value_name = "FAMILY",
        value_delimiter = ',',
        num_args = 1,
        help_heading = "Pull",
        value_parser = one_of(&PullFamily::ALL, PullFamily::word)
    )]
    pub(crate) include: Vec<PullFamily>,
    /// Exclude families of resources
    #[arg(
        long,
        value_name = "FAMILY",
        value_delimiter = ',',
        num_args = 1,
        help_heading = "Pull",
        value_parser = one_of(&PullFamily::ALL, PullFamily::word)
    )]
    pub(crate) exclude: Vec<PullFamily>,
    /// Create a project in this directory (with --force, even if it is not empty)
    #[arg(long, value_name = "DIR", help_heading = "Pull", conflicts_with_all = ["directory", "prune_local"])]
    pub(crate) init: Option<PathBuf>,
    /// Remove from the files what the org no longer has
    #[arg(long, help_heading = "Pull")]
    pub(crate) prune_local: bool,
    /// Write what may differ by target to the target's own table, or for all targets
    #[arg(long, value_name = "WHERE", help_heading = "Pull", value_parser = one_of(&Into::ALL, Into::word))]
    pub(crate) into: Option<Into>,
    /// Write a value that may be a secret, as kind/id:path
    #[arg(long, value_name = "PATH", help_heading = "Pull")]
    pub(crate) allow_suspected: Vec<String>,
    /// Whether the server is asked about values that it hides. A pull has nothing to write of them.
    #[arg(skip)]
    pub(crate) compares_hidden: bool,
}

/// Where a pull for a target writes what may differ by target.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Into {
    Target,
    Shared,
}

impl Into {
    const ALL: [Self; 2] = [Self::Target, Self::Shared];

    fn word(self) -> &'static str {
        match self {
            Self::Target => "target",
            Self::Shared => "shared",
        }
    }

    fn layer(self) -> Layer {
        match self {
            Self::Target => Layer::Target,
            Self::Shared => Layer::Shared,
        }
    }
}

/// A pull with everything that asking, writing and showing needs.
pub(crate) struct Pulled {
    pub(crate) source: Source,
    pub(crate) loaded: Loaded,
    pub(crate) desired: DesiredState,
    pub(crate) target: ResolvedTarget,
    pub(crate) actual: ActualState,
    pub(crate) selection: PullSelection,
    pub(crate) allowed: Vec<String>,
    pub(crate) prune_local: bool,
    pub(crate) deny_warnings: bool,
    pub(crate) layers: Layers,
    pub(crate) plan: PullPlan,
}

impl Pulled {
    /// How a plan of the same resources is made.
    pub(crate) fn plan_options(&self) -> Options {
        self.input(&|_| Vec::new()).plan_options()
    }

    /// Decides again, with what was chosen in the meantime.
    pub(super) fn plan_again(&mut self) {
        let plan = pull_plan(&self.input(&|path| self.source.listing(path)));
        self.plan = plan;
    }

    /// What of it can be written.
    pub(crate) fn writable(&self) -> Result<Writable, PullError> {
        writable(&self.decided(&|path| self.source.listing(path)))
    }

    /// The files of some of its rows alone.
    pub(super) fn files_of(&self, keys: &BTreeSet<&ResourceKey>) -> Result<Vec<FileWrite>, PullError> {
        files_of(&self.decided(&|path| self.source.listing(path)), keys)
    }

    fn decided<'pull>(&'pull self, listing: Listing<'pull>) -> Decided<'pull> {
        Decided {
            files: &self.source,
            input: self.input(listing),
            plan: &self.plan,
            diagnostics: &self.loaded.diagnostics,
            deny_warnings: self.deny_warnings,
        }
    }

    fn input<'pull>(&'pull self, listing: Listing<'pull>) -> Input<'pull> {
        Input {
            project: &self.loaded.project,
            desired: &self.desired,
            actual: &self.actual,
            org: &self.target.org,
            selection: &self.selection,
            listing,
            allowed: &self.allowed,
            is_init: self.source.init.is_some(),
            prune_local: self.prune_local,
            layers: &self.layers,
        }
    }
}

/// What flags and selectors take in.
fn selection(
    everything: bool,
    selectors: &[String],
    include: &[PullFamily],
    exclude: &[PullFamily],
) -> Result<PullSelection, CommandError> {
    let selectors = selectors.iter().map(|text| Selector::parse(text)).collect::<Result<_, _>>()?;
    let selection = PullSelection::new(everything, Selection { only: None, selectors }, include, exclude);
    if selection.is_empty() {
        let message = "--include and --exclude leave nothing to pull";
        return Err(CommandError::usage(message));
    }
    Ok(selection)
}

/// Reads files and org, and decides. Writes nothing.
pub(crate) async fn decide(
    session: &Session,
    selectors: &[String],
    scope: &ScopeOptions,
    force: bool,
    parallelism: usize,
    project: &ProjectOptions,
    flags: &TargetFlags,
) -> Result<Pulled, CommandError> {
    let mut source = open(session, scope.init.as_deref(), force, project)?;
    let everything = scope.all || source.init.is_some() || scope.init.is_some();
    let selection = selection(everything, selectors, &scope.include, &scope.exclude)?;
    let (loaded, target) = if source.init.is_some() {
        let target = session.locate(flags, &ProjectPins::default())?;
        let first = new_lobu_toml(&target.org, false, false);
        let files = BTreeMap::from([(ProjectDirectory::FILE.to_owned(), Some(first))]);
        let directory = source.directory.with_overlay(files)?;
        (load_from(session, directory, project, None)?, target)
    } else {
        let directory = source.directory.with_overlay(BTreeMap::new())?;
        let loaded = load_from(session, directory, project, None)?;
        let target = session.locate(flags, &loaded.pins())?;
        (loaded, target)
    };
    session.announce(&target);
    let loaded = loaded.in_target(&target)?;
    source.target = loaded.project.in_target.as_ref().map(|target| target.name.clone());
    if let (true, Some(pin)) = (scope.prune_local, &target.overridden_pin) {
        let message =
            format!("--prune-local removes what org {} does not have, and the project is pinned to {pin}", target.org);
        return Err(CommandError::new(ErrorKind::WrongOrg, message).hint("Nothing was written. Leave out --org."));
    }
    let desired = desired_state(&loaded.project);
    let connection = session.connect(&target, parallelism).await?;
    hide(&connection.org, &desired, &Values::of_process(Arc::clone(&session.environment)));
    let read_scope = selection.read_scope(&ALL, &desired);
    let reading = read_actual(&connection.org, &target.org, &read_scope);
    let actual = match session.waiting_for(&target, reading).await {
        Ok(actual) => actual,
        Err(error) => {
            return Err(with_orgs(session, &target, loaded.project.config.memory.as_ref(), error.into()).await);
        }
    };
    hide_org(&connection.org, &desired, &actual);
    let mut pulled = Pulled {
        source,
        loaded,
        desired,
        target,
        actual,
        selection,
        allowed: scope.allow_suspected.clone(),
        prune_local: scope.prune_local,
        deny_warnings: project.deny_warnings,
        layers: Layers { all: scope.into.map(Into::layer), ..Layers::default() },
        plan: PullPlan::default(),
    };
    pulled.plan_again();
    has_effect(&pulled.plan)?;
    if scope.compares_hidden {
        let options = pulled.plan_options();
        compare(&connection.org, &pulled.desired, &mut pulled.actual, &options).await?;
    }
    Ok(pulled)
}

/// What names nothing is a slip of the pen.
fn has_effect(plan: &PullPlan) -> Result<(), CommandError> {
    if !plan.unmatched.is_empty() {
        let names = plan.unmatched.join(", ");
        let message = format!("nothing in the project or the org matches {names}; nothing was written");
        let hint = "To list all resources as kind and ID:\nlobu plan --show-unchanged";
        return Err(CommandError::usage(message).hint(hint));
    }
    if !plan.unused_allowed.is_empty() {
        let names = plan.unused_allowed.join(", ");
        let message = format!("--allow-suspected names what is not suspected: {names}; nothing was written");
        let hint = "Use a name that a dry run shows, as kind/id:path:\nlobu pull --dry-run";
        return Err(CommandError::usage(message).hint(hint));
    }
    Ok(())
}
