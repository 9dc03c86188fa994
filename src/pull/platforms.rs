use std::collections::BTreeMap;

use crate::model::{AgentId, FieldPath, SecretName, StableId, Value, is_secret_key};
use crate::plan::{FieldChange, Row, is_address};
use crate::project::config::{Entry, PlatformConfig, is_platform_id};
use crate::schema::Record;
use crate::schema::kinds::platform;

use super::agent::{PulledAgent, is_pulled};
use super::draft::{Draft, brief};
use super::{Content, NodePath};

/// Takes over what a declared platform has in the org.
pub(super) fn pull(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, row: &Row) {
    let Some((position, config)) = declared(agent, row) else { return };
    let place = agent.place().key("platforms").element(position);
    let shown = draft.fields.len();
    for field in row.fields.iter().filter(|field| is_pulled(field)) {
        if field.path.root() == "type" {
            change_type(draft, &place, config, field.before.as_ref(), &field.path);
            continue;
        }
        let name = field.path.leaf().to_owned();
        if draft.refuses_name(&FieldPath::member("config"), &name) {
            continue;
        }
        let words = words(agent.id, config.platform_type.as_str(), config_name(config), &name);
        draft.secret(field, &words, place.key("config").key(name.as_str()));
    }
    note_move(draft, config, shown);
}

/// Says that what the files declare for a platform goes where the org says once this is applied.
fn note_move(draft: &mut Draft<'_, '_>, config: &PlatformConfig, shown: usize) {
    let text = |value: &Option<Value>| value.as_ref().and_then(Value::literal).map(str::to_owned);
    let is_destination = |field: &FieldChange| {
        let (before, after) = (text(&field.before), text(&field.after));
        field.path.root() == "type" || is_address(field.path.leaf(), &[before.as_deref(), after.as_deref()])
    };
    let pulled: Vec<String> = draft.fields.iter().skip(shown).map(|field| field.path.leaf().to_owned()).collect();
    let Some(moved) = draft.fields.iter().skip(shown).find(|field| is_destination(field)) else { return };
    let moved = brief(moved.path.leaf());
    let is_secret = |entry: &&Entry| {
        let (key, value) = (entry.key.as_str(), entry.value.as_str());
        !pulled.iter().any(|name| name == key)
            && (SecretName::from_reference(value).is_some() || !value.is_empty() && is_secret_key(key))
    };
    let values: Vec<String> = config.config.iter().filter(is_secret).map(|entry| brief(entry.key.as_str())).collect();
    if !values.is_empty() {
        let resource = brief(&draft.key.to_string());
        let values = values.join(", ");
        draft
            .notes
            .push(format!("{resource} takes the org's {moved}: check it, since the next apply sends {values} there"));
    }
}

fn config_name(config: &PlatformConfig) -> &str {
    let name = config.name.as_ref().or(config.id.as_ref());
    name.map_or("", |name| name.value.as_str())
}

fn words<'word>(agent: &'word str, platform_type: &'word str, name: &'word str, key: &'word str) -> [&'word str; 4] {
    [agent, platform_type, name, key]
}

/// The table of a platform, by the id that it has or makes.
pub(super) fn declared<'config>(agent: &PulledAgent<'config>, row: &Row) -> Option<(usize, &'config PlatformConfig)> {
    let config = agent.config?;
    let (_, id) = row.key.id.split_once('/')?;
    let agent = AgentId::from_server(agent.id);
    let found = config.platforms.iter().find(|platform| platform.stable_id(&agent).as_str() == id)?;
    Some((found.index, found))
}

/// The type is a part of the derived id, so that a platform of another type needs its id written down.
fn change_type(
    draft: &mut Draft<'_, '_>,
    place: &NodePath,
    config: &PlatformConfig,
    wanted: Option<&Value>,
    path: &FieldPath,
) {
    let Some(text) = draft.text(path, wanted) else { return };
    if !platform::TYPES.contains(&text.as_str()) {
        draft.unwritable(path, "it is not a platform type that lobu.toml supports");
        return;
    }
    draft.show(path, Some(&Value::known(config.platform_type.as_str())), wanted.cloned());
    draft.set(place.key("type"), Content::Text(text));
    if config.id.is_none() {
        let id = draft.key.id.split_once('/').map_or("", |(_, id)| id).to_owned();
        draft.set(place.key("id"), Content::Text(id));
    }
}

/// Takes a platform in that the project does not have; told if it can't be.
pub(super) fn add(draft: &mut Draft<'_, '_>, agent: &PulledAgent<'_>, record: &Record) {
    let platform = OrgPlatform::of(draft.key.own_id(), record);
    let root = FieldPath::default();
    if !platform::TYPES.contains(&platform.platform_type) {
        draft.unwritable(&root, "lobu.toml does not support its platform type");
        return;
    }
    if !is_platform_id(&platform.id) {
        draft.unwritable(&root, "its id is not valid in lobu.toml");
        return;
    }
    let mut table = vec![("type".to_owned(), Content::text(platform.platform_type))];
    let name = derived_name(agent.id, &platform);
    match &name {
        Name::Derived(None) => {}
        Name::Derived(Some(name)) => table.push(("name".to_owned(), Content::text(name))),
        Name::Id => table.push(("id".to_owned(), Content::text(&platform.id))),
    }
    let word = match &name {
        Name::Derived(name) => name.clone().unwrap_or_default(),
        Name::Id => platform.id.clone(),
    };
    draft.show(&FieldPath::member("type"), None, Some(Value::known(platform.platform_type)));
    let mut config = Vec::new();
    for (key, value) in platform.config.into_iter().flatten().filter(|(_, value)| !value.is_blank()) {
        if draft.refuses_name(&FieldPath::member("config"), key) {
            continue;
        }
        let path = FieldPath::member("config").join(key.clone());
        let words = words(agent.id, platform.platform_type, &word, key);
        if let Some((content, shown)) = draft.secret_value(&path, value, &words) {
            draft.show(&path, None, Some(shown));
            config.push((key.clone(), content));
        }
    }
    table.push(("config".to_owned(), Content::Table(config)));
    draft.append(agent.place().key("platforms"), table);
}

/// A platform that the org has.
struct OrgPlatform<'org> {
    id: String,
    platform_type: &'org str,
    config: Option<&'org BTreeMap<String, Value>>,
}

impl<'org> OrgPlatform<'org> {
    fn of(id: &str, record: &'org Record) -> Self {
        let platform_type = record.text(platform::TYPE).unwrap_or_default();
        Self { id: id.to_owned(), platform_type, config: record.value(platform::CONFIG).and_then(Value::as_map) }
    }
}

/// How lobu.toml names a platform of the org.
#[derive(Debug, PartialEq, Eq)]
enum Name {
    /// By a name, or none, from which its id derives.
    Derived(Option<String>),
    /// By its id, since no name makes it.
    Id,
}

fn derived_name(agent: &str, platform: &OrgPlatform<'_>) -> Name {
    let plain = StableId::derive(agent, platform.platform_type, None);
    let Some(rest) = platform.id.strip_prefix(plain.as_str()) else { return Name::Id };
    if rest.is_empty() {
        return Name::Derived(None);
    }
    let Some(name) = rest.strip_prefix('-') else { return Name::Id };
    let starts = name.bytes().next().is_some_and(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    let derives = StableId::derive(agent, platform.platform_type, Some(name)).as_str() == platform.id;
    if starts && derives { Name::Derived(Some(name.to_owned())) } else { Name::Id }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_written_only_where_the_id_derives_from_it() {
        let table = [
            ("triage-slack", Name::Derived(None)),
            ("triage-slack-ops", Name::Derived(Some("ops".to_owned()))),
            ("triage-slack-ops-2", Name::Derived(Some("ops-2".to_owned()))),
            ("triage-slack-", Name::Id),
            ("triage-slack-ops-", Name::Id),
            ("triage-slack--ops", Name::Id),
            ("triage-slackops", Name::Id),
            ("slack-triage-1767225600000", Name::Id),
            ("triage-slack-Ops", Name::Id),
        ];
        for (id, name) in table {
            let platform = OrgPlatform { id: id.to_owned(), platform_type: "slack", config: None };
            assert_eq!(derived_name("triage", &platform), name, "{id}");
        }
    }
}
