use crate::desired::DesiredState;
use crate::model::{FieldPath, Text, Value};
use crate::plan::Selection;
use crate::schema::kinds::settings;
use crate::schema::{Owner, Resource, element_name};

use super::entries::{Entry, entries};
use super::{Origin, Places, Said, Shown, ShownField};

/// The selected resources of a project, in the order of plans.
pub fn of_project(desired: &DesiredState, selection: &Selection, places: &Places<'_>) -> Vec<Shown> {
    let selected = desired.all().filter(|resource| selection.covers(resource.key.kind, &resource.key.id));
    selected.map(|resource| shown(resource, places)).collect()
}

fn shown(resource: &Resource, places: &Places<'_>) -> Shown {
    let declared = entries(resource.key.kind, &resource.declared).into_iter();
    let all = id(resource).into_iter().chain(declared).chain(provider_keys(resource));
    Shown {
        key: resource.key.clone(),
        declared_at: Some(resource.position.clone()).filter(|position| !position.file.is_empty()),
        fields: all.map(|entry| field(resource, entry, places)).collect(),
        is_missing: false,
    }
}

fn field(resource: &Resource, entry: Entry, places: &Places<'_>) -> ShownField {
    let Entry { path, said, is_default } = entry;
    let origin = if is_default { Origin::Default } else { places.origin(resource, &path) };
    let mut elements = Vec::new();
    if let Said::Value(Value::List(found)) = &said {
        let skill = |element: &Value| {
            let name = element_name(element)?;
            resource.sources.get(&(path.clone(), name.to_owned()))
        };
        if found.iter().any(|element| skill(element).is_some()) {
            let of = |element| skill(element).map_or_else(|| origin.clone(), |name| places.skill(resource, name));
            elements = found.iter().map(of).collect();
        }
    }
    // A list of which the agent's own files say nothing is from the first skill that feeds it.
    let is_of_skills = elements.iter().all(|origin| matches!(origin, Origin::Skill { .. }));
    let is_own = origin != Origin::File(resource.position.clone());
    let origin = elements.first().filter(|_| is_of_skills && !is_own).cloned().unwrap_or(origin);
    if elements.iter().all(|element| *element == origin) {
        elements.clear();
    }
    ShownField { path, said, origin: Some(origin), elements }
}

/// The id of what an agent may have several of: a file may say it, and else it is derived.
fn id(resource: &Resource) -> Option<Entry> {
    let is_one_of_several = resource.key.kind.owner == Owner::FirstPart;
    let said = || Said::Value(Value::known(resource.key.own_id()));
    is_one_of_several.then(|| Entry { path: FieldPath::member("id"), said: said(), is_default: false })
}

/// The keys of providers, which no request for settings sends.
fn provider_keys(resource: &Resource) -> impl Iterator<Item = Entry> {
    let named = resource.looked_up.iter().map(|(provider, name)| (provider, Text::SecretRef(name.clone())));
    let literal = resource.literal_keys.iter().map(|provider| (provider, Text::Opaque));
    named.chain(literal).map(|(provider, text)| Entry {
        path: FieldPath::member(settings::PROVIDERS.name).join(provider).join("key"),
        said: Said::Value(Value::Text(text)),
        is_default: false,
    })
}
