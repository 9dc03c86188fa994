//! What is written is read again before it is, by the project's own reader and by the plan, until nothing is left to pull.

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{DesiredState, desired_state};
use crate::model::{Diagnostic, FieldPath, Severity};
use crate::plan::diff;
use crate::project::Project;
use crate::project::directory::ProjectDirectory;
use crate::project::limits::YamlLimits;
use crate::schema::ResourceKey;
use crate::schema::kinds::AGENT;

use super::compose::{FileWrite, compose, new_lobu_toml, place_of};
use super::pull_plan::{Input, pull_plan};
use super::row::{PullAction, PullPlan, PullRow};
use super::unrelated_changes::changed_besides;

/// Texts of files by their paths; none where a file goes.
pub type NewTexts = BTreeMap<String, Option<String>>;

/// The files of a project, and the project that they would be with other texts.
pub trait Files {
    /// The text of a file, none if there is none.
    fn text(&self, path: &str) -> Result<Option<String>, String>;

    /// The one name of a file that leads through no symlink.
    fn canonical(&self, path: &str) -> String;

    /// How large YAML may be.
    fn yaml_limits(&self) -> &YamlLimits;

    /// Reads the project as it would be.
    fn read_with(&self, texts: NewTexts) -> Result<ReadProject, String>;
}

/// The names in a directory, those of directories with a `/` at their end, for as long as anybody asks.
pub type OwnListing = Box<dyn Fn(&str) -> Vec<String>>;

/// A project that is read as it would be.
pub struct ReadProject {
    /// The project; none where lobu.toml can't be read as one.
    pub project: Option<Project>,
    /// What is wrong with it.
    pub diagnostics: Vec<Diagnostic>,
    /// The names in its directories.
    pub listing: OwnListing,
}

/// A pull that was decided, with everything that composing its files needs.
#[derive(Clone, Copy)]
pub struct Decided<'pull> {
    pub files: &'pull dyn Files,
    /// What it was decided from.
    pub input: Input<'pull>,
    /// What was decided.
    pub plan: &'pull PullPlan,
    /// What is wrong with the project as it is.
    pub diagnostics: &'pull [Diagnostic],
    /// Whether new warnings count as errors.
    pub deny_warnings: bool,
}

/// How often what was composed is gone over again: a skill that changes can change what lobu.toml has to say.
const ROUNDS: usize = 4;

/// The files of some rows.
pub(super) struct Composed {
    pub(super) writes: Vec<FileWrite>,
    /// What later rounds added to the rows.
    pub(super) more: Vec<PullRow>,
    /// What can be told of these resources only once the files are as they will be.
    pub(super) told: PullPlan,
    /// What the project will declare; none where no file changes.
    pub(super) desired: Option<DesiredState>,
}

/// Why files would not be right.
pub(super) struct Wrong {
    /// In general.
    pub(super) reason: String,
    /// The resources that are to blame, where they are known.
    resources: BTreeMap<ResourceKey, String>,
}

impl Wrong {
    fn because(reason: impl Into<String>) -> Self {
        Self { reason: reason.into(), resources: BTreeMap::new() }
    }

    fn of_resources(resources: BTreeMap<ResourceKey, String>) -> Self {
        let reason = resources.values().next().cloned().unwrap_or_default();
        Self { reason, resources }
    }

    /// Why a row is to blame; a new agent is, too, for its settings and platforms.
    pub(super) fn of(&self, row: &PullRow) -> Option<&str> {
        let written = Written::of(&[row]);
        self.resources.iter().find(|(key, _)| written.has(key)).map(|(_, reason)| reason.as_str())
    }
}

/// Composes the files of some rows; or tells why they would not be right.
///
/// After each round the project is read as it would be: it has no errors, other resources are as they were, nothing is left
/// to pull of these (else that is the next round), and in the end nothing is left to apply.
pub(super) fn composed(pull: &Decided<'_>, rows: &[&PullRow]) -> Result<Composed, Wrong> {
    let written = Written::of(rows);
    let mut files = BTreeMap::new();
    if pull.input.is_init {
        files.insert(ProjectDirectory::FILE.to_owned(), Some(first_file(pull, rows)));
    }
    let mut round: Vec<PullRow> = rows.iter().map(|row| (*row).clone()).collect();
    let mut more = Vec::new();
    for _ in 0..ROUNDS {
        compose_round(pull, &round, &mut files)?;
        if files.is_empty() {
            return Ok(Composed { writes: Vec::new(), more, told: PullPlan::default(), desired: None });
        }
        let read = read_again(pull, &files)?;
        if let Some(other) = changed_besides(pull.input.desired, &read.desired, &|key| written.has(key)) {
            return Err(Wrong::because(format!("it would also change {other}, which is not part of this pull")));
        }
        round = read.plan.rows.iter().filter(|row| written.has(&row.key)).cloned().collect();
        if round.is_empty() {
            nothing_to_apply(pull, &read, &written)?;
            let ReadAgain { desired, plan } = read;
            let told = told(plan, &written);
            return Ok(Composed { writes: writes(pull, files)?, more, told, desired: Some(desired) });
        }
        more.extend(round.iter().cloned());
    }
    let reason = |row: PullRow| {
        let path = row.fields.first().map(|field| field.path.to_string()).unwrap_or_default();
        (row.key, unsayable(&path))
    };
    Err(Wrong::of_resources(round.into_iter().map(reason).collect()))
}

fn unsayable(path: &str) -> String {
    format!("the files cannot express the org's value of {path}")
}

/// What a plan tells of some resources besides rows.
fn told(plan: PullPlan, written: &Written<'_>) -> PullPlan {
    let PullPlan { mut missing, mut withheld, mut kept, .. } = plan;
    missing.retain(|one| written.has(&one.key));
    withheld.retain(|one| written.has(&one.key));
    kept.retain(|one| written.has(&one.key));
    PullPlan { missing, withheld, kept, ..PullPlan::default() }
}

/// Composes the files of rows over those of earlier rounds, each by the one name that it has without symlinks.
fn compose_round(pull: &Decided<'_>, round: &[PullRow], files: &mut NewTexts) -> Result<(), Wrong> {
    let text = |path: &str| match files.get(&pull.files.canonical(path)) {
        Some(text) => Ok(text.clone()),
        None => pull.files.text(path),
    };
    let rows: Vec<&PullRow> = round.iter().collect();
    let composed = compose(&rows, &text, pull.files.yaml_limits());
    let composed = composed.map_err(|error| Wrong::because(format!("{}: {}", error.path, error.reason)))?;
    let mut of_round = NewTexts::new();
    for write in composed {
        let path = pull.files.canonical(&write.path);
        let is_twice = of_round.get(&path).is_some_and(|other| *other != write.after);
        if is_twice {
            return Err(Wrong::because(format!("{} is also a file of other resources, through a symlink", write.path)));
        }
        of_round.insert(path, write.after);
    }
    files.extend(of_round);
    Ok(())
}

/// The files with what they are now, in the order of writing.
fn writes(pull: &Decided<'_>, files: NewTexts) -> Result<Vec<FileWrite>, Wrong> {
    let mut writes = Vec::new();
    for (path, after) in files {
        let before = pull.files.text(&path).map_err(Wrong::because)?;
        if before != after {
            writes.push(FileWrite { path, before, after });
        }
    }
    writes.sort_by_key(place_of);
    Ok(writes)
}

/// A project as it would be, and what would be left to pull.
struct ReadAgain {
    desired: DesiredState,
    plan: PullPlan,
}

fn read_again(pull: &Decided<'_>, files: &NewTexts) -> Result<ReadAgain, Wrong> {
    let ReadProject { project, diagnostics: found, listing } =
        pull.files.read_with(files.clone()).map_err(Wrong::because)?;
    let known = pull.diagnostics;
    let is_wrong = |one: &&Diagnostic| match one.severity {
        Severity::Error => true,
        Severity::Warning => pull.deny_warnings && !known.iter().any(|other| other.message == one.message),
        Severity::Note => false,
    };
    if let Some(wrong) = found.iter().find(is_wrong) {
        return Err(Wrong::because(as_reason(wrong)));
    }
    let project = project.ok_or_else(|| Wrong::because("the result would not be a project"))?;
    let desired = desired_state(&project);
    let plan = pull_plan(&Input { project: &project, desired: &desired, listing: &listing, ..pull.input });
    Ok(ReadAgain { desired, plan })
}

/// What lobu.toml of a new project starts with.
fn first_file(pull: &Decided<'_>, rows: &[&PullRow]) -> String {
    let has_agents = rows.iter().any(|row| row.key.kind == AGENT);
    let has_types = rows.iter().any(|row| row.key.kind.is_memory());
    new_lobu_toml(pull.input.org, has_agents, has_types)
}

/// The resources of some rows; an agent that comes or goes does so with its settings and platforms.
struct Written<'rows> {
    keys: BTreeSet<&'rows ResourceKey>,
    agents: BTreeSet<&'rows str>,
}

impl<'rows> Written<'rows> {
    fn of(rows: &[&'rows PullRow]) -> Self {
        let whole = rows.iter().filter(|row| row.action != PullAction::Update && row.key.kind == AGENT);
        Self { keys: rows.iter().map(|row| &row.key).collect(), agents: whole.map(|row| row.key.id.as_str()).collect() }
    }

    fn has(&self, key: &ResourceKey) -> bool {
        self.keys.contains(key) || key.agent().is_some_and(|agent| self.agents.contains(agent))
    }
}

/// Whatever a plan would still send of these resources must have been told: kept, withheld, or missing in the org.
fn nothing_to_apply(pull: &Decided<'_>, read: &ReadAgain, written: &Written<'_>) -> Result<(), Wrong> {
    let ReadAgain { desired, plan: again } = read;
    let plan = diff(desired, pull.input.actual, &pull.input.plan_options());
    let told: Vec<(&ResourceKey, &FieldPath)> = (again.withheld.iter().map(|one| (&one.key, &one.path)))
        .chain(again.kept.iter().map(|one| (&one.key, &one.path)))
        .chain(again.missing.iter().map(|one| (&one.key, &one.path)))
        .collect();
    let is_told = |key: &ResourceKey, path: &FieldPath| {
        told.iter().any(|(other, start)| *other == key && path.steps().starts_with(start.steps()))
    };
    let mut left = BTreeMap::new();
    for row in plan.rows.iter().filter(|row| written.has(&row.key)) {
        let field = row.fields.iter().find(|field| field.action.is_change() && !is_told(&row.key, &field.path));
        if let Some(field) = field {
            left.insert(row.key.clone(), unsayable(&field.path.to_string()));
        }
    }
    if left.is_empty() { Ok(()) } else { Err(Wrong::of_resources(left)) }
}

/// A diagnostic of texts that nobody has on disk: its line would lead nowhere.
fn as_reason(diagnostic: &Diagnostic) -> String {
    match &diagnostic.position {
        Some(position) => format!("{} would be refused: {}", position.file, diagnostic.message),
        None => diagnostic.message.clone(),
    }
}
