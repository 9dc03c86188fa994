//! What the org has and no file can say, told where an agent comes into a project: apply would not bring it to another org.

use std::collections::BTreeMap;

use crate::model::Value;
use crate::schema::kinds::{PLATFORM, SETTINGS, platform};
use crate::schema::{Field, Keyed, Leaf, Record, Shape};

/// A sentence each of what an agent has beyond its files: of its config, and of its platforms by their ids.
pub(super) fn notes(id: &str, settings: Option<&Record>, platforms: &[(&str, &Record)]) -> Vec<String> {
    let mut found = Vec::new();
    let is_fallback = |field: &&'static Field| matches!(field.shape, Shape::Leaf(Leaf::Fallback));
    let (first, rest): (Vec<_>, Vec<_>) = SETTINGS.fields.iter().partition(is_fallback);
    for field in first.into_iter().chain(rest) {
        if let Some(value) = settings.and_then(|settings| settings.value(field)) {
            beyond(field, value, &mut found);
        }
    }
    for (platform, record) in platforms {
        let own = platform.split_once('/').map_or(*platform, |(_, own)| own);
        let kept = record.value(platform::SETTINGS).and_then(Value::as_map).into_iter().flatten();
        let names: Vec<&str> = kept.filter(|(_, value)| !value.is_blank()).map(|(name, _)| name.as_str()).collect();
        if !names.is_empty() {
            found.push(format!("the settings of {PLATFORM} {own} ({})", names.join(", ")));
        }
    }
    let note = |what| format!("agent {id}: {what} can be set only in the web interface");
    found.into_iter().map(note).collect()
}

fn beyond(field: &Field, value: &Value, found: &mut Vec<String>) {
    match field.shape {
        Shape::Leaf(Leaf::Fallback) => {
            let mode = value.as_map().and_then(|selection| selection.get("mode")).and_then(Value::literal);
            if !value.is_blank() && mode != Some("auto") {
                found.push("the pinned model".to_owned());
            }
        }
        Shape::Table(members) => {
            let others = others(value.as_map(), &|name| members.iter().any(|member| member.name == name));
            found.extend(others.into_iter().map(|member| format!("{}.{member}", field.name)));
            for member in members {
                let inner = value.as_map().and_then(|found| found.get(member.name));
                if let (Shape::Keyed(keyed), Some(entries)) = (member.shape, inner.and_then(Value::as_list)) {
                    entries.iter().filter_map(Value::as_map).for_each(|entry| beyond_entry(keyed, entry, found));
                }
            }
        }
        _ => {}
    }
}

/// The members of a skill that files say, or that say nothing.
fn beyond_entry(keyed: &Keyed, entry: &BTreeMap<String, Value>, found: &mut Vec<String>) {
    let name = entry.get("name").and_then(Value::literal).unwrap_or_default();
    if entry.get("enabled") == Some(&Value::Bool(false)) {
        found.push(format!("the off switch of skill {name}"));
    }
    let is_known = |other: &str| {
        keyed.key.contains(&other) || other == "system" || keyed.entry.iter().any(|member| member.name == other)
    };
    found.extend(others(Some(entry), &is_known).into_iter().map(|member| format!("{member} of skill {name}")));
}

/// The members beside the known ones that hold something.
fn others(members: Option<&BTreeMap<String, Value>>, is_known: &dyn Fn(&str) -> bool) -> Vec<String> {
    let members = members.into_iter().flatten();
    let others = members.filter(|(name, value)| !is_known(name) && !value.is_blank());
    others.filter(|(_, value)| **value != Value::Bool(false)).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::schema::kinds::settings;

    fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
        Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
    }

    #[test]
    fn what_no_file_can_say_is_told() {
        let skill = map([
            ("repo", Value::known("local/sort")),
            ("name", Value::known("sort")),
            ("enabled", Value::Bool(false)),
            ("permissions", Value::known("all")),
        ]);
        let mut config = Record::default();
        config.values.set(settings::SKILLS, map([("skills", Value::List(vec![skill]))]));
        config.values.set(settings::MODEL_SELECTION, map([("mode", Value::known("pinned"))]));
        let nix = map([("flakeUrl", Value::known("x")), ("packages", Value::known_list(["jq"]))]);
        config.values.set(settings::NIX, nix);
        let mut of_platform = Record::default();
        let kept = map([("allowFrom", Value::known_list(["U1"])), ("x", Value::Null)]);
        of_platform.values.set(platform::SETTINGS, kept);
        let told = [
            "the pinned model",
            "nixConfig.flakeUrl",
            "the off switch of skill sort",
            "permissions of skill sort",
            "the settings of platform a-slack (allowFrom)",
        ];
        let told = told.map(|what| format!("agent a: {what} can be set only in the web interface"));
        assert_eq!(notes("a", Some(&config), &[("a/a-slack", &of_platform)]), told);
        assert_eq!(notes("a", Some(&Record::default()), &[]), [""; 0]);
    }
}
