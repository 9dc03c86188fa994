//! An agent that only the org has: one row, and one table of lobu.toml.

use crate::model::{AgentId, FieldPath};
use crate::plan::Row;
use crate::project::AgentFiles;
use crate::project::directory::join;

use super::agent::{self, PulledAgent};
use super::draft::Draft;
use super::file_names::Names;
use super::row::{FileChange, PullAction, PullPlan, PullRow};
use super::value::Classifier;
use super::{Content, NodePath, Segment, beyond_files, platforms, settings};
use crate::edit::{Action, Change};
use crate::schema::kinds::agent::NAME;
use crate::schema::kinds::{AGENT, PLATFORM, SETTINGS};
use crate::schema::{Record, ResourceKey};

/// The directory of agents' directories in the existing layout.
const AGENTS: &str = "agents";

/// The keys of an agent's table in the order in which they are written.
const ORDER: [&str; 11] = [
    "name",
    "description",
    "dir",
    "guardrails",
    "providers",
    "skills",
    "network",
    "egress",
    "tools",
    "worker",
    "platforms",
];

/// What an agent needs that only the org has.
pub(super) struct NewAgent<'pull> {
    pub(super) key: &'pull ResourceKey,
    /// What the org has of itself and of its config.
    pub(super) record: &'pull Record,
    pub(super) settings: Option<&'pull Record>,
    /// Its platforms, in the server's order, with their ids.
    pub(super) platforms: Vec<(&'pull str, &'pull Record)>,
    /// Whether the project has no other agent then.
    pub(super) is_alone: bool,
    /// Whether what only the files have goes: the skills of every agent.
    pub(super) prune_local: bool,
    /// The skills that it has like every agent.
    pub(super) files: &'pull AgentFiles,
    /// The rows of its settings and itself, which show everything as drift.
    pub(super) rows: Vec<&'pull Row>,
}

/// Takes an agent in with all that it has, as one row.
pub(super) fn add(new: &NewAgent<'_>, classifier: &mut Classifier<'_>, names: &mut Names<'_>, into: &mut PullPlan) {
    let id = new.key.id.as_str();
    let Some((directory, is_made_up)) = free_directory(new, names) else {
        let mut draft = Draft::new(new.key.clone(), classifier, false);
        draft.unwritable(&FieldPath::default(), "its id is not valid in lobu.toml");
        return draft.finish(PullAction::Create, into);
    };
    let pulled = PulledAgent {
        config: None,
        files: Some(new.files),
        shared_skills: &new.files.skills,
        id,
        settings: new.settings,
        directory: directory.clone(),
        locked: None,
        has_own_skills: true,
        is_alone: new.is_alone,
    };
    let mut parts = PullPlan::default();
    let mut draft = Draft::new(new.key.clone(), classifier, false);
    let stated = new.record.value(NAME);
    let Some(name) = draft.text(&FieldPath::member("name"), stated) else {
        return draft.finish(PullAction::Create, into);
    };
    draft.show(&FieldPath::member("name"), None, stated.cloned());
    draft.set(pulled.place().key("name"), Content::Text(name));
    draft.set(pulled.place().key("dir"), Content::text(format!("./{directory}")));
    if is_made_up {
        draft.notes.push(format!("agent {id} uses the directory {directory}: agents/{id} is taken"));
    }
    for row in new.rows.iter().filter(|row| row.key.kind == AGENT) {
        agent::pull(&mut draft, &pulled, row);
    }
    draft.finish(PullAction::Create, &mut parts);
    for row in new.rows.iter().filter(|row| row.key.kind == SETTINGS) {
        let mut draft = Draft::new(row.key.clone(), classifier, new.prune_local);
        settings::pull(&mut draft, &pulled, row, names);
        draft.finish(PullAction::Create, &mut parts);
    }
    for platform in new.rows.iter().filter(|row| row.key.kind == PLATFORM) {
        let found = new.platforms.iter().find(|(id, _)| *id == platform.key.id);
        if let Some((_, record)) = found {
            let mut draft = Draft::new(platform.key.clone(), classifier, false);
            platforms::add(&mut draft, &pulled, record);
            draft.finish(PullAction::Create, &mut parts);
        }
    }
    parts.notes.extend(beyond_files::notes(id, new.settings, &new.platforms));
    into.rows.push(one_row(new, &pulled.place(), std::mem::take(&mut parts.rows)));
    into.take_notices(parts);
}

/// `agents/ID`, unless something stands there that would be read as this agent's and is not; none for an id that lobu.toml refuses.
fn free_directory(new: &NewAgent<'_>, names: &mut Names<'_>) -> Option<(String, bool)> {
    let id = AgentId::parse(&new.key.id).ok()?;
    let wanted = join(AGENTS, id.as_str());
    let in_the_way = names.list(&wanted).into_iter().filter(|name| settings::is_of_agent(name));
    if in_the_way.count() == 0 {
        names.take(AGENTS, id.as_str());
        return Some((wanted, false));
    }
    let (name, _) = names.free(AGENTS, id.as_str(), "");
    Some((join(AGENTS, &name), true))
}

fn one_row(new: &NewAgent<'_>, place: &NodePath, parts: Vec<PullRow>) -> PullRow {
    let key = new.key.clone();
    let mut row = PullRow {
        key,
        action: PullAction::Create,
        fields: Vec::new(),
        references: Vec::new(),
        changes: Vec::new(),
        overlaid: crate::schema::Overlaid::default(),
    };
    let mut table = Vec::new();
    for part in parts {
        let prefix = (part.key.kind == PLATFORM).then(|| part.key.id.clone());
        for mut field in part.fields {
            if let Some((_, platform)) = prefix.as_deref().and_then(|id| id.split_once('/')) {
                let start = FieldPath::member("platforms").join(platform);
                field.path = field.path.steps().iter().fold(start, |path, step| path.join(step.clone()));
            }
            row.fields.push(field);
        }
        row.references.extend(part.references);
        for change in part.changes {
            match change {
                FileChange::Toml(change) => fold(&mut table, place, change),
                other => row.changes.push(other),
            }
        }
    }
    let rank = |(key, _): &(String, Content)| ORDER.iter().position(|other| other == key).unwrap_or(ORDER.len());
    table.sort_by_key(rank);
    let change = Change::set(place.clone(), Content::Table(table));
    row.changes.insert(0, FileChange::Toml(change));
    row
}

/// Carries out a change of lobu.toml on a table that is not there yet.
fn fold(table: &mut Vec<(String, Content)>, root: &NodePath, change: Change) {
    let steps = change.path.segments().get(root.segments().len()..).unwrap_or_default();
    match change.action {
        Action::Set(value) => {
            if let Some(entry) = entry(table, steps) {
                *entry = value;
            }
        }
        Action::Append(element) => {
            let Some(entry) = entry(table, steps) else { return };
            match entry {
                Content::List(elements) => elements.push(element),
                other => *other = Content::List(vec![element]),
            }
        }
        // Nothing is there that could go or be in another order: a new agent's entries are made in the org's.
        Action::Remove | Action::Reorder(_) | Action::Unwrap => {}
    }
}

/// The value at a place, made if it is not there.
fn entry<'table>(table: &'table mut Vec<(String, Content)>, steps: &[Segment]) -> Option<&'table mut Content> {
    let (Segment::Key(key), rest) = steps.split_first()? else { return None };
    if !table.iter().any(|(other, _)| other == key) {
        table.push((key.clone(), Content::Table(Vec::new())));
    }
    let position = table.iter().position(|(other, _)| other == key)?;
    let value = &mut table.get_mut(position)?.1;
    if rest.is_empty() {
        return Some(value);
    }
    match value {
        Content::Table(inner) => entry(inner, rest),
        _ => None,
    }
}
