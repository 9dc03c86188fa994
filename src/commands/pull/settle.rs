//! What is written is read again before it is: by the project's own reader, and by the plan (pull/P17, law 5).

use std::collections::{BTreeMap, BTreeSet};

use crate::desired::{DesiredState, desired_state};
use crate::error::{CommandError, ErrorKind};
use crate::model::{Diagnostic, FieldPath, Kind, ResourceKey, Severity};
use crate::plan::{Options, Resend, diff};
use crate::project::config::ReadOptions;
use crate::project::directory::ProjectDirectory;
use crate::project::read_project;
use crate::pull::{FileWrite, PullAction, PullPlan, PullRow, Reason, Withheld, compose, pull_plan};

use super::super::failures::of_write;
use super::reading::Pulled;
use super::source::skeleton;

/// What a pull can do: rows of which it is known that the files say afterwards what the org has.
pub(crate) struct Settled {
    /// The plan, without what can't be written.
    pub(crate) plan: PullPlan,
    /// The files of all its rows.
    pub(crate) writes: Vec<FileWrite>,
    /// How many resources were left out, since their files would not come out right.
    pub(crate) refused: usize,
}

/// How often what was composed is gone over again: a skill that changes can change what lobu.toml has to say.
const ROUNDS: usize = 4;

/// Composes the files and checks them. Rows whose files would not come out right are left out and told.
pub(crate) fn settle(pulled: &Pulled) -> Result<Settled, CommandError> {
    let mut plan = pulled.plan.clone();
    let rows: Vec<&PullRow> = pulled.plan.rows.iter().collect();
    let (composed, refused) = match check(pulled, &rows) {
        Ok(composed) => (composed, Vec::new()),
        Err(_) => sorted_out(pulled, &rows)?,
    };
    writable(pulled, &composed.writes)?;
    let refused_keys: BTreeSet<&ResourceKey> = refused.iter().map(|one| &one.key).collect();
    plan.rows.retain(|row| !refused_keys.contains(&row.key));
    for row in composed.more {
        join(&mut plan.rows, row);
    }
    plan.tell(composed.told);
    let count = refused.len();
    plan.withheld.extend(refused);
    Ok(Settled { plan, writes: composed.writes, refused: count })
}

/// What can be written of rows that can't all be, and what can't.
fn sorted_out(pulled: &Pulled, rows: &[&PullRow]) -> Result<(Composed, Vec<Withheld>), CommandError> {
    let (mut accepted, mut refused) = (Vec::new(), Vec::new());
    sort_out(pulled, rows, &mut accepted, &mut refused);
    let composed = check(pulled, &accepted).map_err(|reason| {
        let message = format!("what would be written is not right: {reason}; nothing was written");
        CommandError::new(ErrorKind::Unexpected, message).hint("This is a fault of lobu: please report it.")
    })?;
    Ok((composed, refused))
}

/// Adds what a later round found to the row that it belongs to.
fn join(rows: &mut [PullRow], more: PullRow) {
    let of_agent = |row: &PullRow| row.key.kind == Kind::Agent && Some(row.key.id.as_str()) == more.key.agent();
    let position = rows.iter().position(|row| row.key == more.key).or_else(|| rows.iter().position(of_agent));
    if let Some(row) = position.and_then(|position| rows.get_mut(position)) {
        row.fields.extend(more.fields);
        row.references.extend(more.references);
        row.changes.extend(more.changes);
    }
}

/// Before anybody is asked: a pull that could write only some of its files writes none.
fn writable(pulled: &Pulled, writes: &[FileWrite]) -> Result<(), CommandError> {
    let refusal = writes.iter().find_map(|write| pulled.source.directory.check_writable(&write.path).err());
    refusal.map_or(Ok(()), |error| {
        let mut failure = of_write(&error);
        failure.error.push_str("; nothing was written");
        Err(failure)
    })
}

/// Splits rows into those that can be written together and those that can't, by halves.
fn sort_out<'rows>(
    pulled: &Pulled,
    rows: &[&'rows PullRow],
    accepted: &mut Vec<&'rows PullRow>,
    refused: &mut Vec<Withheld>,
) {
    let together: Vec<&PullRow> = accepted.iter().chain(rows).copied().collect();
    match (check(pulled, &together), rows) {
        (Ok(_), _) => accepted.extend(rows),
        (Err(_), []) => {}
        (Err(reason), [row]) => {
            let (key, path) = (row.key.clone(), FieldPath::default());
            refused.push(Withheld { key, path, reason: Reason::Unwritable(reason) });
        }
        (Err(_), rows) => {
            let (first, second) = rows.split_at(rows.len() / 2);
            sort_out(pulled, first, accepted, refused);
            sort_out(pulled, second, accepted, refused);
        }
    }
}

/// The files of some rows.
pub(super) struct Composed {
    pub(super) writes: Vec<FileWrite>,
    /// What later rounds added to the rows.
    more: Vec<PullRow>,
    /// What can be told of these resources only once the files are as they will be.
    told: PullPlan,
}

/// The files of some rows; or why they would not be right.
///
/// After each round the project is read as it would be: it has no errors, nothing is left to pull of these resources (else that
/// is the next round), and in the end nothing is left to apply.
pub(super) fn check(pulled: &Pulled, rows: &[&PullRow]) -> Result<Composed, String> {
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
            return Ok(Composed { writes: Vec::new(), more, told: PullPlan::default() });
        }
        let read = read_again(pulled, &files)?;
        round = read.plan.rows.iter().filter(|row| written.has(&row.key)).cloned().collect();
        if round.is_empty() {
            nothing_to_apply(pulled, &read, &written)?;
            let told = told(read.plan, &written);
            return Ok(Composed { writes: writes(pulled, files)?, more, told });
        }
        more.extend(round.iter().cloned());
    }
    let field = round.iter().flat_map(|row| &row.fields).next().map(|field| field.path.to_string());
    Err(format!("the files can't say what the org has at {}", field.unwrap_or_default()))
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

fn compose_round(pulled: &Pulled, round: &[PullRow], files: &mut Files) -> Result<(), String> {
    let source = &pulled.source;
    let text = |path: &str| match files.get(path) {
        Some(text) => Ok(text.clone()),
        None => source.text(path),
    };
    let rows: Vec<&PullRow> = round.iter().collect();
    let composed = compose(&rows, &text, &source.directory.limits().yaml);
    let composed = composed.map_err(|error| format!("{}: {}", error.path, error.reason))?;
    files.extend(composed.into_iter().map(|write| (write.path, write.after)));
    Ok(())
}

/// The files with what they are now, lobu.toml first.
fn writes(pulled: &Pulled, files: Files) -> Result<Vec<FileWrite>, String> {
    let mut writes = Vec::new();
    for (path, after) in files {
        let before = pulled.source.text(&path)?;
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

fn read_again(pulled: &Pulled, files: &Files) -> Result<ReadAgain, String> {
    let directory = pulled.source.directory.overlaid(files.clone()).map_err(|error| error.to_string())?;
    let options = ReadOptions { allow_unknown_keys: pulled.allow_unknown_keys };
    let (project, found) = read_project(&directory, options);
    if let Some(error) = found.iter().find(|diagnostic| diagnostic.severity == Severity::Error) {
        return Err(as_reason(error));
    }
    let project = project.ok_or_else(|| "there would be no project".to_owned())?;
    let desired = desired_state(&project);
    let listing = |path: &str| {
        let entries = directory.list(path).ok().flatten().map(|listing| listing.entries);
        entries.unwrap_or_default().into_iter().map(|entry| entry.name).collect()
    };
    let plan = pull_plan(&pulled.input(&project, &desired, &listing));
    Ok(ReadAgain { desired, plan })
}

/// What lobu.toml of a new project starts with.
fn first_file(pulled: &Pulled, rows: &[&PullRow]) -> String {
    let has_agents = rows.iter().any(|row| row.key.kind == Kind::Agent);
    let has_types = rows.iter().any(|row| row.key.kind.is_memory());
    skeleton(&pulled.target.org, has_agents, has_types)
}

/// The resources of some rows; a new agent comes with its settings and platforms.
struct Written<'rows> {
    keys: BTreeSet<&'rows ResourceKey>,
    agents: BTreeSet<&'rows str>,
}

impl<'rows> Written<'rows> {
    fn of(rows: &[&'rows PullRow]) -> Self {
        let created = rows.iter().filter(|row| row.action == PullAction::Create && row.key.kind == Kind::Agent);
        Self {
            keys: rows.iter().map(|row| &row.key).collect(),
            agents: created.map(|row| row.key.id.as_str()).collect(),
        }
    }

    fn has(&self, key: &ResourceKey) -> bool {
        self.keys.contains(key) || key.agent().is_some_and(|agent| self.agents.contains(agent))
    }
}

/// Whatever a plan would still send of these resources must have been told: kept, withheld, or missing in the org.
fn nothing_to_apply(pulled: &Pulled, read: &ReadAgain, written: &Written<'_>) -> Result<(), String> {
    let ReadAgain { desired, plan: again } = read;
    let options = Options {
        org: pulled.target.org.clone(),
        prune: false,
        resend: Resend::default(),
        selection: pulled.taking.selection.clone(),
        push_command: String::new(),
    };
    let plan = diff(desired, &pulled.actual, &options);
    let told: Vec<(&ResourceKey, &FieldPath)> = (again.withheld.iter().map(|one| (&one.key, &one.path)))
        .chain(again.kept.iter().map(|one| (&one.key, &one.path)))
        .chain(again.missing.iter().map(|one| (&one.key, &one.path)))
        .collect();
    let is_told = |key: &ResourceKey, path: &FieldPath| {
        told.iter().any(|(other, start)| *other == key && path.steps().starts_with(start.steps()))
    };
    for row in plan.rows.iter().filter(|row| written.has(&row.key)) {
        let left = row.fields.iter().find(|field| field.action.is_change() && !is_told(&row.key, &field.path));
        if let Some(field) = left {
            return Err(format!("the files can't say what the org has at {}", field.path));
        }
    }
    Ok(())
}

fn as_reason(diagnostic: &Diagnostic) -> String {
    match &diagnostic.position {
        Some(position) => format!("{}, line {}: {}", position.file, position.line, diagnostic.message),
        None => diagnostic.message.clone(),
    }
}
