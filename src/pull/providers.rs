use std::collections::BTreeMap;

use crate::model::{FieldPath, Place, Value, classify};
use crate::plan::{FieldAction, FieldChange};
use crate::schema::kinds::settings::PROVIDERS;

use super::Content;
use super::agent::PulledAgent;
use super::draft::Draft;
use super::row::FileChange;
use crate::edit::Change;

/// Takes over the providers, their order and their models.
pub(super) fn pull(
    draft: &mut Draft<'_, '_>,
    agent: &PulledAgent<'_>,
    providers: &[&FieldChange],
    models: &[&FieldChange],
) {
    let declared: Vec<&str> = match agent.config {
        Some(config) => config.providers.iter().flatten().map(|provider| provider.id.value.as_str()).collect(),
        None => Vec::new(),
    };
    let mut new_models: BTreeMap<&str, &FieldChange> = models.iter().map(|field| (field.path.leaf(), *field)).collect();
    let place = agent.place().key("providers");
    for (position, id) in declared.iter().enumerate() {
        if let Some(field) = new_models.remove(id) {
            set_model(draft, &place.element(position), field);
        }
    }
    let mut new = Vec::new();
    for field in providers {
        match (field.path.steps(), &field.before) {
            // Only the files have it.
            ([_, id], None) => gone(draft, &place, &field.path, declared.iter().position(|other| other == id)),
            ([_, _], Some(entry)) => new.extend(provider_id(draft, &field.path, entry)),
            // `providers = []`, while the org has some.
            ([_], Some(Value::List(entries))) if field.action == FieldAction::Clear => {
                let path = field.path.clone();
                new.extend(entries.iter().filter_map(|entry| provider_id(draft, &path, entry)).collect::<Vec<_>>());
            }
            _ => {}
        }
    }
    let order = order(agent, &declared, &new);
    for id in new {
        let mut table = vec![("id".to_owned(), Content::text(&id))];
        let path = FieldPath::of(["installedProviders", &id]);
        draft.show(&path, None, Some(Value::Text(classify(Place::Elsewhere, "", &id))));
        if let Some(field) = new_models.remove(id.as_str())
            && let Some(model) = model(draft, field)
        {
            table.push(("model".to_owned(), Content::Text(model)));
        }
        draft.append(place.clone(), table);
    }
    if let Some(order) = order {
        let path = FieldPath::member("installedProviders");
        let change = providers.iter().find(|field| field.path == path && field.action == FieldAction::Change);
        if let Some(field) = change {
            draft.show(&path, field.after.as_ref(), field.before.clone());
        }
        draft.changes.push(FileChange::Toml(Change::reorder(place, order)));
    }
    for (_, field) in new_models {
        draft.unwritable(&field.path, "the agent has no such provider, and models are written with their providers");
    }
}

/// A provider that only the files have.
fn gone(draft: &mut Draft<'_, '_>, place: &super::NodePath, path: &FieldPath, position: Option<usize>) {
    match position {
        Some(position) if draft.prune_local => {
            draft.show(path, Some(&Value::known(path.leaf())), None);
            draft.remove(place.element(position));
        }
        _ => draft.lacks(path),
    }
}

fn provider_id(draft: &mut Draft<'_, '_>, path: &FieldPath, entry: &Value) -> Option<String> {
    let id = entry.as_map().and_then(|entry| entry.get("providerId"))?;
    let id = draft.text(path, Some(id))?;
    if id.trim().is_empty() {
        draft.unwritable(path, "its id is blank");
        return None;
    }
    Some(id)
}

fn set_model(draft: &mut Draft<'_, '_>, provider: &super::NodePath, field: &FieldChange) {
    if let Some(model) = model(draft, field) {
        draft.set(provider.key("model"), Content::Text(model));
    }
}

fn model(draft: &mut Draft<'_, '_>, field: &FieldChange) -> Option<String> {
    let model = draft.text(&field.path, field.before.as_ref())?;
    if model.trim() != model {
        draft.unwritable(&field.path, "it has spaces around it, which lobu.toml does not keep");
        return None;
    }
    draft.show(&field.path, field.after.as_ref(), field.before.clone());
    Some(model)
}

/// The order of the org, as positions of the file's providers, those of new ones behind them; none where it is right.
///
/// Providers that only the files have stay where they are.
fn order(agent: &PulledAgent<'_>, declared: &[&str], new: &[String]) -> Option<Vec<usize>> {
    let all: Vec<&str> = declared.iter().copied().chain(new.iter().map(String::as_str)).collect();
    let wanted = wanted_order(agent);
    let is_wanted = |id: &&str| wanted.iter().any(|other| other == id);
    let mut in_order = wanted.iter().filter_map(|id| all.iter().position(|other| other == id));
    let mut order = Vec::new();
    for (position, id) in all.iter().enumerate() {
        order.push(if is_wanted(id) { in_order.next().unwrap_or(position) } else { position });
    }
    (!order.iter().copied().eq(0..all.len())).then_some(order)
}

fn wanted_order<'org>(agent: &PulledAgent<'org>) -> Vec<&'org str> {
    let entries = agent.value(PROVIDERS).and_then(Value::as_list).unwrap_or_default();
    let id = |entry: &'org Value| entry.as_map()?.get("providerId")?.literal();
    entries.iter().filter_map(id).collect()
}
