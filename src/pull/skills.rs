//! Skills: from the entries of an agent's config to the files of its directory.

use std::collections::BTreeMap;

use crate::model::{FieldPath, Value, classify, trim};
use crate::plan::FieldChange;
use crate::project::directory::join;
use crate::project::skills::Skill;

use super::agent::PulledAgent;
use super::draft::{Draft, brief};
use super::file_names::{FILE, Names, SKILLS};
use super::row::{FileChange, SkillChange};
use super::skill_entry::{self, SkillEntry, key};
use super::skill_lists::{PulledSkills, SkillLists};

/// Takes over the skills.
pub(super) fn pull(
    draft: &mut Draft<'_, '_>,
    agent: &PulledAgent<'_>,
    fields: &[&FieldChange],
    names: &mut Names<'_>,
) -> PulledSkills {
    let mut by_step: BTreeMap<&str, Vec<&FieldChange>> = BTreeMap::new();
    for field in fields {
        if let Some(step) = field.path.steps().get(2) {
            by_step.entry(step).or_default().push(field);
        }
    }
    let declared = agent.files.map(|files| files.skills.as_slice()).unwrap_or_default();
    for name in skill_entry::repeated(agent) {
        let (name, id) = (brief(name), agent.id);
        draft
            .notes
            .push(format!("the org has skill {name} of agent {id} more than once; only one of them is compared"));
    }
    let mut pulled = PulledSkills::default();
    for (step, fields) in by_step {
        let path = FieldPath::of(["skillsConfig", "skills", step]);
        let skill = declared.iter().find(|skill| key(&skill.repo, &skill.name) == step);
        match (skill, skill_entry::find(agent, step)) {
            (Some(skill), None) => gone(draft, agent, &path, skill, &mut pulled),
            (Some(skill), Some(entry)) => change(draft, agent, skill, &entry, &fields, names, &mut pulled),
            (None, Some(entry)) => add(draft, agent, &path, &entry, names, &mut pulled),
            (None, None) => {}
        }
    }
    pulled
}

/// Where the file of a skill stands.
#[derive(Debug, PartialEq, Eq)]
enum Home {
    /// In a directory that is this agent's alone: it is changed there.
    Own,
    /// Among the skills of every agent: it becomes this agent's own.
    Shared,
    /// Nowhere that may be written for this agent.
    Locked(&'static str),
}

const NO_DIRECTORY: &str = "the agent's dir is the project directory, whose skills belong to every agent";

fn home(agent: &PulledAgent<'_>, file: &str) -> Home {
    let own = own_directory(agent);
    let is_in_own = file.strip_prefix(own.as_str()).is_some_and(|rest| rest.starts_with('/'));
    match agent.locked {
        _ if agent.is_alone => Home::Own,
        Some(why) => Home::Locked(why),
        None if is_in_own && agent.has_own_skills => Home::Own,
        None if agent.has_own_skills => Home::Shared,
        None => Home::Locked(NO_DIRECTORY),
    }
}

fn own_directory(agent: &PulledAgent<'_>) -> String {
    join(&agent.directory, SKILLS)
}

/// A skill that only the files have.
fn gone(
    draft: &mut Draft<'_, '_>,
    agent: &PulledAgent<'_>,
    path: &FieldPath,
    skill: &Skill,
    pulled: &mut PulledSkills,
) {
    if !draft.prune_local {
        draft.lacks(path);
        return;
    }
    let file = &skill.position.file;
    let twin = agent.shared_skills.iter().find(|shared| shared.name == skill.name && shared.position.file != *file);
    match home(agent, file) {
        Home::Own if twin.is_some() && !agent.is_alone => {
            draft.unwritable(path, "without it, the shared skill of that name would replace it");
        }
        Home::Own => {
            let content = Value::Text(classify(crate::model::Place::Elsewhere, "", &skill.content));
            draft.show(&path.join("content"), Some(&content), None);
            for file in [Some(file), twin.map(|twin| &twin.position.file)].into_iter().flatten() {
                draft.changes.push(FileChange::RemoveFile { path: file.clone() });
            }
            pulled.removed.insert(skill.name.clone());
        }
        Home::Shared => draft.unwritable(path, "it is shared by every agent; delete its file by hand"),
        Home::Locked(why) => draft.unwritable(path, why),
    }
}

/// A skill of the files that the org has otherwise.
fn change(
    draft: &mut Draft<'_, '_>,
    agent: &PulledAgent<'_>,
    skill: &Skill,
    entry: &SkillEntry<'_>,
    fields: &[&FieldChange],
    names: &mut Names<'_>,
    pulled: &mut PulledSkills,
) {
    let is_flat = !skill.position.file.ends_with(&format!("/{FILE}"));
    let home = home(agent, &skill.position.file);
    if let Home::Locked(why) = home {
        for field in fields {
            draft.unwritable(&field.path, why);
        }
        return;
    }
    let mut body = None;
    let mut frontmatter = Vec::new();
    let mut lists = SkillLists::of(skill);
    for field in fields {
        if field.path.leaf() == "content" && field.path.steps().len() == 4 {
            body = new_body(draft, agent, skill, entry, field).or(body);
        } else if is_flat && home == Home::Own {
            draft.unwritable(
                &field.path,
                "the skill is a file without frontmatter; make it a directory with a SKILL.md",
            );
        } else if let Some(change) = skill_entry::frontmatter(draft, field, &mut lists) {
            draft.show(&field.path, field.after.as_ref(), field.before.clone());
            frontmatter.push(change);
        }
    }
    if body.is_none() && frontmatter.is_empty() {
        return;
    }
    let base = skill.position.file.clone();
    let (file, name) = match home {
        Home::Shared => {
            let directory = own_directory(agent);
            let (name, _) = names.free(&directory, &skill.name, ".md");
            let stated = (is_flat || name != skill.name).then(|| skill.name.clone());
            (join(&join(&directory, &name), FILE), stated)
        }
        _ => (base.clone(), None),
    };
    pulled.changed.insert(skill.name.clone(), lists);
    draft.changes.push(FileChange::Skill(SkillChange { file, base, is_flat, name, body, frontmatter }));
}

/// The new body of a skill. One that the org has no text for keeps its own.
fn new_body(
    draft: &mut Draft<'_, '_>,
    agent: &PulledAgent<'_>,
    skill: &Skill,
    entry: &SkillEntry<'_>,
    field: &FieldChange,
) -> Option<String> {
    if entry.content.is_none() {
        draft
            .notes
            .push(format!("skill {} of agent {} has no text in the org; the file keeps its own", skill.name, agent.id));
        return None;
    }
    let text = trim(&draft.text(&field.path, field.before.as_ref())?).to_owned();
    if !draft.fits_markdown(&field.path, &text) {
        return None;
    }
    draft.note_hidden(&skill.position.file, &text);
    draft.show(&field.path, field.after.as_ref(), field.before.clone());
    Some(text)
}

/// A skill that only the org has.
fn add(
    draft: &mut Draft<'_, '_>,
    agent: &PulledAgent<'_>,
    path: &FieldPath,
    entry: &SkillEntry<'_>,
    names: &mut Names<'_>,
    pulled: &mut PulledSkills,
) {
    if draft.refuses_name(&FieldPath::of(["skillsConfig", "skills"]), entry.name) {
        return;
    }
    let directory = own_directory(agent);
    match home(agent, &join(&directory, FILE)) {
        Home::Own | Home::Shared => {}
        Home::Locked(why) => return draft.unwritable(path, why),
    }
    if entry.repo != format!("local/{}", entry.name) || entry.name.is_empty() {
        return draft.unwritable(path, "it does not come from files: only skills of the repo local/NAME do");
    }
    let Some((table, lists)) = skill_entry::whole_frontmatter(draft, path, entry) else { return };
    let body = match entry.content {
        None => String::new(),
        Some(content) => match draft.text(&path.join("content"), Some(content)) {
            Some(text) => trim(&text).to_owned(),
            None => return,
        },
    };
    let text = skill_entry::new_file(&table, &body);
    if !draft.fits_markdown(path, &text) {
        return;
    }
    let (name, is_made_up) = names.free(&directory, entry.name, ".md");
    let file = join(&join(&directory, &name), FILE);
    if is_made_up {
        draft.notes.push(format!(
            "skill {} of agent {} is written to {file}: its name is not a valid file name, or is taken",
            brief(entry.name),
            agent.id
        ));
    }
    draft.note_hidden(&file, &text);
    if body.is_empty() {
        draft.notes.push(format!(
            "skill {} of agent {} has no text in the org; write one in {file}",
            brief(entry.name),
            agent.id
        ));
    }
    draft.show(path, None, Some(entry.content.cloned().unwrap_or(Value::Null)));
    pulled.new.insert(name, lists);
    draft.changes.push(FileChange::NewFile { path: file, text });
}
