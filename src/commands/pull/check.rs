//! What is written is read again before it is: by the project's own reader, and by the plan (pull/P17, law 5).

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{DesiredState, desired_state};
use crate::model::{Diagnostic, FieldPath, Severity};
use crate::plan::diff;
use crate::project::config::ReadOptions;
use crate::project::directory::ProjectDirectory;
use crate::project::read_project;
use crate::pull::{FileWrite, PullAction, PullPlan, PullRow, compose, pull_plan};
use crate::schema::ResourceKey;
use crate::schema::kinds::AGENT;

use super::others::changed_besides;
use super::reading::Pulled;
use super::source::{names_in, skeleton};

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

/// The files of some rows; or why they would not be right.
///
/// After each round the project is read as it would be: it has no errors, other resources are as they were, nothing is left
/// to pull of these (else that is the next round), and in the end nothing is left to apply.
pub(super) fn check(pulled: &Pulled, rows: &[&PullRow]) -> Result<Composed, Wrong> {
    let written = Written::of(rows);
    let mut files = BTreeMap::new();
    if pulled.source.init.is_some() {
        files.insert(ProjectDirectory::FILE.to_owned(), Some(first_file(pulled, rows)));
    }
    let mut round: Vec<PullRow> = rows.iter().map(|row| (*row).clone()).collect();
    let mut more = Vec::new();
    for _ in 0..ROUNDS {
        compose_round(pulled, &round, &mut files)?;
        if files.is_empty() {
            return Ok(Composed { writes: Vec::new(), more, told: PullPlan::default(), desired: None });
        }
        let read = read_again(pulled, &files)?;
        if let Some(other) = changed_besides(&pulled.desired, &read.desired, &|key| written.has(key)) {
            return Err(Wrong::because(format!("it would change {other} too, which is not part of this")));
        }
        round = read.plan.rows.iter().filter(|row| written.has(&row.key)).cloned().collect();
        if round.is_empty() {
            nothing_to_apply(pulled, &read, &written)?;
            let ReadAgain { desired, plan } = read;
            let told = told(plan, &written);
            return Ok(Composed { writes: writes(pulled, files)?, more, told, desired: Some(desired) });
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
    format!("the files can't say what the org has at {path}")
}

/// What a plan tells of some resources besides rows.
fn told(plan: PullPlan, written: &Written<'_>) -> PullPlan {
    let PullPlan { mut missing, mut withheld, mut kept, .. } = plan;
    missing.retain(|one| written.has(&one.key));
    withheld.retain(|one| written.has(&one.key));
    kept.retain(|one| written.has(&one.key));
    PullPlan { missing, withheld, kept, ..PullPlan::default() }
}

type Files = BTreeMap<String, Option<String>>;

/// Composes the files of rows over those of earlier rounds, each by the one name that it has without symlinks.
fn compose_round(pulled: &Pulled, round: &[PullRow], files: &mut Files) -> Result<(), Wrong> {
    let source = &pulled.source;
    let text = |path: &str| match files.get(&source.directory.canonical(path)) {
        Some(text) => Ok(text.clone()),
        None => source.text(path),
    };
    let rows: Vec<&PullRow> = round.iter().collect();
    let composed = compose(&rows, &text, &source.directory.limits().yaml);
    let composed = composed.map_err(|error| Wrong::because(format!("{}: {}", error.path, error.reason)))?;
    let mut of_round = Files::new();
    for write in composed {
        let path = source.directory.canonical(&write.path);
        let is_twice = of_round.get(&path).is_some_and(|other| *other != write.after);
        if is_twice {
            return Err(Wrong::because(format!("{} is a file of other resources too, by a symlink", write.path)));
        }
        of_round.insert(path, write.after);
    }
    files.extend(of_round);
    Ok(())
}

/// The files with what they are now, lobu.toml first.
fn writes(pulled: &Pulled, files: Files) -> Result<Vec<FileWrite>, Wrong> {
    let mut writes = Vec::new();
    for (path, after) in files {
        let before = pulled.source.text(&path).map_err(Wrong::because)?;
        if before != after {
            writes.push(FileWrite { path, before, after });
        }
    }
    writes.sort_by_key(|write| write.path != ProjectDirectory::FILE);
    Ok(writes)
}

/// A project as it would be, and what would be left to pull.
struct ReadAgain {
    desired: DesiredState,
    plan: PullPlan,
}

fn read_again(pulled: &Pulled, files: &Files) -> Result<ReadAgain, Wrong> {
    let directory = pulled.source.directory.overlaid(files.clone());
    let directory = directory.map_err(|error| Wrong::because(error.to_string()))?;
    let options = ReadOptions { allow_unknown_keys: pulled.allow_unknown_keys };
    let (project, found) = read_project(&directory, options);
    let known = &pulled.loaded.diagnostics;
    let is_wrong = |one: &&Diagnostic| match one.severity {
        Severity::Error => true,
        Severity::Warning => pulled.deny_warnings && !known.iter().any(|other| other.message == one.message),
        Severity::Note => false,
    };
    if let Some(wrong) = found.iter().find(is_wrong) {
        return Err(Wrong::because(as_reason(wrong)));
    }
    let project = project.ok_or_else(|| Wrong::because("there would be no project"))?;
    let desired = desired_state(&project);
    let listing = |path: &str| names_in(&directory, path);
    let plan = pull_plan(&pulled.input(&project, &desired, &listing));
    Ok(ReadAgain { desired, plan })
}

/// What lobu.toml of a new project starts with.
fn first_file(pulled: &Pulled, rows: &[&PullRow]) -> String {
    let has_agents = rows.iter().any(|row| row.key.kind == AGENT);
    let has_types = rows.iter().any(|row| row.key.kind.is_memory());
    skeleton(&pulled.target.org, has_agents, has_types)
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
fn nothing_to_apply(pulled: &Pulled, read: &ReadAgain, written: &Written<'_>) -> Result<(), Wrong> {
    let ReadAgain { desired, plan: again } = read;
    let plan = diff(desired, &pulled.actual, &pulled.plan_options());
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
