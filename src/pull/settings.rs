use crate::model::{FieldPath, Value, normalise_own_domain, trim};
use crate::plan::{FieldAction, FieldChange, Row};
use crate::project::config::{TextList, is_tool};
use crate::project::directory::join;

use super::agent::{PulledAgent, is_pulled};
use super::contributions::SkillLists;
use super::draft::Draft;
use super::lists::{OwnList, as_written};
use super::row::FileChange;
use super::{Content, judges, providers, servers, skills};

/// The prompts, with the files that hold them (project-format 2.1).
const PROMPTS: [(&str, &str); 3] = [("identityMd", "IDENTITY.md"), ("soulMd", "SOUL.md"), ("userMd", "USER.md")];

/// Takes over an agent's config: lobu.toml, prompts and skills.
pub(super) fn pull(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, row: &Row, names: &mut skills::Names<'_>) {
    let fields: Vec<&FieldChange> = row.fields.iter().filter(|field| is_pulled(field)).collect();
    let of = |root: &str| fields.iter().copied().filter(|field| field.path.root() == root).collect::<Vec<_>>();
    let pulled = skills::pull(draft, agent, &of("skillsConfig"), names);
    let contributions = SkillLists::after(agent, &pulled);
    for field in &fields {
        simple(draft, agent, field, &contributions);
    }
    let models = of("providerModelPreferences");
    providers::pull(draft, agent, &of("installedProviders"), &models);
    servers::pull(draft, agent, &of("mcpServers"), &contributions.servers);
    if !of("modelSelection").is_empty() {
        draft
            .notes
            .push(format!("agent {}: a model is pinned in the web interface; no file can say that", draft.key.id));
    }
}

/// Takes over a field that is one value of lobu.toml, or one prompt.
fn simple(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, field: &FieldChange, skills: &SkillLists) {
    let steps: Vec<&str> = field.path.steps().iter().map(String::as_str).collect();
    let network = agent.config.map(|config| &config.network);
    let tools = agent.config.map(|config| &config.tools);
    match steps.as_slice() {
        ["networkConfig", "allowedDomains"] => {
            let own = own(network.map(|network| &network.allowed), normalise_own_domain);
            list(draft, agent, field, &["network", "allowed"], &own, &skills.allowed);
        }
        ["networkConfig", "deniedDomains"] => {
            let own = own(network.map(|network| &network.denied), normalise_own_domain);
            list(draft, agent, field, &["network", "denied"], &own, &skills.denied);
        }
        ["networkConfig", "judgedDomains"] => judges::pull(draft, agent, field, &skills.judged),
        ["networkConfig", "judges", name] if draft.refuses_name(&member_path(&["networkConfig", "judges"]), name) => {}
        ["networkConfig", "judges", name] if is_of_skills(agent, name, field, skills) => {
            // Whoever let the skill through need not let this through, and may.
            draft.classifier.is_allowed(&draft.key, &field.path);
        }
        ["networkConfig", "judges", name] => text(draft, agent, field, &["network", "judges", name]),
        ["egressConfig", "extraPolicy"] => text(draft, agent, field, &["egress", "extra_policy"]),
        ["egressConfig", "judgeModel"] => text(draft, agent, field, &["egress", "judge_model"]),
        ["nixConfig", "packages"] => {
            let own = own(agent.config.map(|config| &config.nix_packages), as_written);
            list(draft, agent, field, &["worker", "nix_packages"], &own, &skills.packages);
        }
        ["toolsConfig", "allowedTools"] => {
            list(draft, agent, field, &["tools", "allowed"], &own(tools.map(|tools| &tools.allowed), as_written), &[]);
        }
        ["toolsConfig", "deniedTools"] => {
            list(draft, agent, field, &["tools", "denied"], &own(tools.map(|tools| &tools.denied), as_written), &[]);
        }
        ["toolsConfig", "strictMode"] => strict(draft, agent, field),
        ["guardrails"] => {
            let own = own(agent.config.map(|config| &config.guardrails), as_written);
            list(draft, agent, field, &["guardrails"], &own, &[]);
        }
        ["preApprovedTools"] if has_bad_tool(field) => {
            draft.unwritable(
                &field.path,
                "it has an entry that lobu.toml refuses; one looks like /mcp/docs/tools/search",
            );
        }
        ["preApprovedTools"] => {
            let own = own(tools.map(|tools| &tools.pre_approved), as_written);
            list(draft, agent, field, &["tools", "pre_approved"], &own, &[]);
        }
        [member] => {
            if let Some((_, file)) = PROMPTS.iter().find(|(name, _)| name == member) {
                prompt(draft, agent, field, file);
            }
        }
        _ => {}
    }
}

fn has_bad_tool(field: &FieldChange) -> bool {
    let elements = field.before.as_ref().and_then(Value::as_list).unwrap_or_default();
    elements.iter().filter_map(Value::literal).any(|tool| !is_tool(tool))
}

/// Whether a judge is what the skills say, so that lobu.toml need not.
fn is_of_skills(agent: &PulledAgent<'_>, name: &str, field: &FieldChange, skills: &SkillLists) -> bool {
    let own = agent.config.map(|config| config.network.judges.as_slice()).unwrap_or_default();
    let wanted = field.before.as_ref().and_then(Value::literal);
    own.iter().all(|entry| entry.key.value != name)
        && wanted.is_some()
        && skills.judges.get(name).map(String::as_str) == wanted
}

fn own(list: Option<&TextList>, read: fn(&str) -> Option<String>) -> OwnList<'_> {
    let elements = list.and_then(Option::as_ref).map(|list| list.value.as_slice()).unwrap_or_default();
    let written = elements.iter().map(|element| element.value.as_str()).collect();
    OwnList { written, is_there: list.is_some_and(Option::is_some), read, keeps_duplicates: false }
}

fn list(
    draft: &mut Draft<'_, '_>,
    agent: &PulledAgent<'_>,
    field: &FieldChange,
    keys: &[&str],
    own: &OwnList<'_>,
    of_skills: &[String],
) {
    let Some(wanted) = draft.texts(&field.path, field.before.as_ref()) else { return };
    let Some(elements) = own.making(&wanted, of_skills) else {
        draft.unwritable(&field.path, cannot_make(of_skills));
        return;
    };
    if elements.is_empty() && !own.is_there {
        // The skills say all of it.
        return;
    }
    draft.show(&field.path, field.after.as_ref(), field.before.clone());
    let place = keys.iter().fold(agent.place(), |place, key| place.key(*key));
    draft.set(place, Content::texts(elements));
}

fn cannot_make(of_skills: &[String]) -> &'static str {
    if of_skills.is_empty() {
        "no list in lobu.toml is read as this one"
    } else {
        "what the skills add can't be taken out in lobu.toml; change the skills"
    }
}

fn text(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, field: &FieldChange, keys: &[&str]) {
    let Some(text) = draft.text(&field.path, field.before.as_ref()) else { return };
    draft.show(&field.path, field.after.as_ref(), field.before.clone());
    let place = keys.iter().fold(agent.place(), |place, key| place.key(*key));
    draft.set(place, Content::Text(text));
}

/// A truth value has no empty form: where the org has none, its line goes.
fn strict(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, field: &FieldChange) {
    let place = agent.place().key("tools").key("strict");
    match &field.before {
        Some(Value::Bool(strict)) => {
            draft.show(&field.path, field.after.as_ref(), field.before.clone());
            draft.set(place, Content::Bool(*strict));
        }
        None if agent.config.is_some() && field.action == FieldAction::Add => {
            draft.show(&field.path, field.after.as_ref(), None);
            draft.remove(place);
        }
        _ => draft.unwritable(&field.path, "it is neither true nor false"),
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
    name == "skills" || PROMPTS.iter().any(|(_, file)| *file == name)
}

/// The path of a member of the config, in the server's words.
pub(super) fn member_path(steps: &[&str]) -> FieldPath {
    steps.iter().fold(FieldPath::default(), |path, step| path.join(*step))
}
