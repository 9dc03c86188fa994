use crate::model::{FieldPath, Value, normalize_own_domain, trim};
use crate::plan::{FieldAction, FieldChange, Row};
use crate::project::config::is_tool;
use crate::project::directory::join;
use crate::schema::kinds::SETTINGS;
use crate::schema::kinds::settings::{IDENTITY, MCP_SERVERS, MODEL_SELECTION, MODELS, PROVIDERS, SKILLS, SOUL, USER};
use crate::schema::{Field, Form, Leaf, Shape};

use super::agent::{PulledAgent, is_pulled};
use super::draft::Draft;
use super::file_names::Names;
use super::lists::{OwnList, as_written};
use super::row::FileChange;
use super::skill_lists::SkillLists;
use super::{Content, NodePath, judges, providers, servers, skills};

/// Takes over an agent's config: lobu.toml, prompts and skills.
pub(super) fn pull(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, row: &Row, names: &mut Names<'_>) {
    let fields: Vec<&FieldChange> = row.fields.iter().filter(|field| is_pulled(field)).collect();
    let of = |root: &str| fields.iter().copied().filter(|field| field.path.root() == root).collect::<Vec<_>>();
    let pulled = skills::pull(draft, agent, &of(SKILLS.name), names);
    let contributions = SkillLists::after(agent, &pulled);
    for field in &fields {
        simple(draft, agent, field, &contributions);
    }
    let models = of(MODELS.name);
    providers::pull(draft, agent, &of(PROVIDERS.name), &models);
    servers::pull(draft, agent, &of(MCP_SERVERS.name), &contributions.servers);
    if !of(MODEL_SELECTION.name).is_empty() {
        draft.notes.push(format!(
            "agent {}: a model is pinned in the web interface, which files cannot express",
            draft.key.id
        ));
    }
}

/// Takes over a field that is one value of lobu.toml, or one prompt: by its shape, at the place that its row names.
fn simple(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, change: &FieldChange, skills: &SkillLists) {
    let Some((field, entry)) = field_of(&change.path) else { return };
    match (field.shape, entry) {
        (Shape::Leaf(Leaf::JudgedDomains), None) => judges::pull(draft, agent, change, &skills.judged),
        (Shape::Leaf(Leaf::List), None) if matches!(field.form, Form::Tools) && has_bad_tool(change) => {
            draft.unwritable(
                &change.path,
                "it has an entry that lobu.toml refuses; one looks like /mcp/docs/tools/search",
            );
        }
        (Shape::Leaf(Leaf::List), None) => list(draft, agent, field, change, skills),
        (Shape::Leaf(Leaf::Flag), None) => flag(draft, agent, field, change),
        (Shape::Leaf(Leaf::Prose), None) => prompt(draft, agent, change, field.file),
        (Shape::Leaf(Leaf::Text), None) => text(draft, change, place(agent, field, None)),
        (Shape::Map(entries), Some(name)) if matches!(entries.entry.shape, Shape::Leaf(Leaf::Text)) => {
            let within = change.path.steps().split_last().map(|(_, steps)| steps).unwrap_or_default();
            if draft.refuses_name(&FieldPath::of(within.iter().map(String::as_str)), name) {
                return;
            }
            if is_of_skills(agent, name, change, skills) {
                // Whoever let the skill through need not let this through, and may.
                draft.classifier.is_allowed(&draft.key, &change.path);
                return;
            }
            text(draft, change, place(agent, field, Some(name)));
        }
        // Skills, providers and servers are taken over as a whole.
        _ => {}
    }
}

/// The field of a path, at most two members deep, and the name of an entry of it; none of what is taken over as a whole.
fn field_of(path: &FieldPath) -> Option<(&'static Field, Option<&str>)> {
    let (root, rest) = path.steps().split_first()?;
    let field = SETTINGS.field(root).filter(|field| *field != MODELS)?;
    match (field.shape, rest) {
        (Shape::Table(_), [member, rest @ ..]) => Some((field.member(member)?, rest.first().map(String::as_str))),
        (_, rest) => Some((field, rest.first().map(String::as_str))),
    }
}

/// Where lobu.toml has a field, or the entry of one.
fn place(agent: &PulledAgent<'_>, field: &Field, entry: Option<&str>) -> NodePath {
    let keys = field.file.split('.').map(|key| if key.starts_with('<') { entry.unwrap_or(key) } else { key });
    keys.fold(agent.place(), |place, key| place.key(key))
}

fn has_bad_tool(field: &FieldChange) -> bool {
    let elements = field.before.as_ref().and_then(Value::as_list).unwrap_or_default();
    elements.iter().filter_map(Value::literal).any(|tool| !is_tool(tool))
}

/// Whether a judge is what the skills say, so that lobu.toml need not.
fn is_of_skills(agent: &PulledAgent<'_>, name: &str, field: &FieldChange, skills: &SkillLists) -> bool {
    let own = agent.config.map(|config| config.plain.texts("network.judges.<name>")).unwrap_or_default();
    // The org has none, or one with a text.
    let wanted = field.before.as_ref().map_or(Some(""), Value::literal);
    own.iter().all(|entry| entry.key.value != name)
        && Some(skills.judges.get(name).map_or("", String::as_str)) == wanted
}

/// The list that lobu.toml has itself.
fn own<'list>(agent: &PulledAgent<'list>, field: &Field) -> OwnList<'list> {
    let is_of_domains = matches!(field.name, "allowedDomains" | "deniedDomains");
    let read = if is_of_domains { normalize_own_domain } else { as_written };
    let list = agent.config.and_then(|config| config.plain.list(field.file));
    let elements = list.map(|list| list.value.as_slice()).unwrap_or_default();
    let written = elements.iter().map(|element| element.value.as_str()).collect();
    OwnList { written, is_there: list.is_some(), read, keeps_duplicates: false }
}

fn list(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, field: &Field, change: &FieldChange, skills: &SkillLists) {
    let (own, of_skills) = (own(agent, field), skills.list(field));
    let Some(wanted) = draft.texts(&change.path, change.before.as_ref()) else { return };
    let Some(elements) = own.making(&wanted, of_skills) else {
        draft.unwritable(&change.path, cannot_make(of_skills));
        return;
    };
    if elements.is_empty() && !own.is_there {
        // The skills say all of it.
        return;
    }
    draft.show(&change.path, change.after.as_ref(), change.before.clone());
    draft.set(place(agent, field, None), Content::texts(elements));
}

fn cannot_make(of_skills: &[String]) -> &'static str {
    if of_skills.is_empty() {
        "lobu.toml cannot express this list"
    } else {
        "lobu.toml cannot remove what the skills add; change the skills"
    }
}

fn text(draft: &mut Draft<'_, '_>, change: &FieldChange, place: NodePath) {
    let Some(text) = draft.text(&change.path, change.before.as_ref()) else { return };
    draft.show(&change.path, change.after.as_ref(), change.before.clone());
    draft.set(place, Content::Text(text));
}

/// A boolean has no empty form: where the org has none, its line goes.
fn flag(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, of: &Field, field: &FieldChange) {
    let place = place(agent, of, None);
    match &field.before {
        Some(Value::Bool(strict)) => {
            draft.show(&field.path, field.after.as_ref(), field.before.clone());
            draft.set(place, Content::Bool(*strict));
        }
        None if agent.config.is_some() && field.action == FieldAction::Add => {
            draft.show(&field.path, field.after.as_ref(), None);
            draft.remove(place);
        }
        _ => draft.unwritable(&field.path, "it is not a boolean"),
    }
}

fn prompt(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, field: &FieldChange, file: &str) {
    if let Some(why) = agent.locked {
        draft.unwritable(&field.path, why);
        return;
    }
    let Some(text) = draft.text(&field.path, field.before.as_ref()) else { return };
    if !draft.fits_markdown(&field.path, &text) {
        return;
    }
    draft.show(&field.path, field.after.as_ref(), field.before.clone());
    let (path, text) = (join(&agent.directory, file), trim(&text).to_owned());
    draft.note_hidden(&path, &text);
    draft.changes.push(FileChange::Prompt { path, text });
}

/// Whether a name in an agent's directory is that of a file or directory which is read as the agent's.
pub(super) fn is_of_agent(name: &str) -> bool {
    name == "skills" || [IDENTITY, SOUL, USER].iter().any(|field| field.file == name)
}
