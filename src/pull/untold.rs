//! What the org has and no file can say, told where an agent comes into a project: apply would not bring it to another org.

use std::collections::BTreeMap;

use crate::model::Value;
use crate::org::{ActualAgent, ActualSettings};

/// The members of a skill that files say, or that say nothing.
const SKILL: [&str; 9] =
    ["repo", "name", "content", "description", "nixPackages", "networkConfig", "mcpServers", "enabled", "system"];

/// The members of the objects of a config that files say.
const TABLES: [(&str, &[&str]); 4] = [
    ("networkConfig", &["allowedDomains", "deniedDomains", "judgedDomains", "judges"]),
    ("egressConfig", &["extraPolicy", "judgeModel"]),
    ("toolsConfig", &["allowedTools", "deniedTools", "strictMode"]),
    ("nixConfig", &["packages"]),
];

/// A sentence each of what an agent has beyond its files.
pub(super) fn notes(id: &str, agent: &ActualAgent) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(settings) = &agent.settings {
        settings_beyond(settings, &mut found);
    }
    for platform in agent.platforms.iter().flatten().filter(|platform| !platform.settings.is_blank()) {
        let members = platform.settings.as_map().into_iter().flatten().filter(|(_, value)| !value.is_blank());
        let names: Vec<&str> = members.map(|(name, _)| name.as_str()).collect();
        if !names.is_empty() {
            found.push(format!("the settings of platform {} ({})", platform.id, names.join(", ")));
        }
    }
    found
        .into_iter()
        .map(|what| format!("agent {id}: no file can say {what}; only the web interface sets it"))
        .collect()
}

fn settings_beyond(settings: &ActualSettings, found: &mut Vec<String>) {
    let mode = settings.model_selection.as_map().and_then(|selection| selection.get("mode")).and_then(Value::literal);
    if !settings.model_selection.is_blank() && mode != Some("auto") {
        found.push("the pinned model".to_owned());
    }
    let tables = [&settings.network_config, &settings.egress_config, &settings.tools_config, &settings.nix_config];
    for ((name, known), value) in TABLES.iter().zip(tables) {
        let others = others(value.as_map(), known);
        found.extend(others.into_iter().map(|member| format!("{name}.{member}")));
    }
    let skills = settings.skills_config.as_map().and_then(|config| config.get("skills")).and_then(Value::as_list);
    for skill in skills.unwrap_or_default().iter().filter_map(Value::as_map) {
        let name = skill.get("name").and_then(Value::literal).unwrap_or_default();
        if skill.get("enabled") == Some(&Value::Bool(false)) {
            found.push(format!("that skill {name} is switched off"));
        }
        found.extend(others(Some(skill), &SKILL).into_iter().map(|member| format!("{member} of skill {name}")));
    }
}

/// The members beside the known ones that hold something.
fn others(members: Option<&BTreeMap<String, Value>>, known: &[&str]) -> Vec<String> {
    let members = members.into_iter().flatten();
    let others = members.filter(|(name, value)| !known.contains(&name.as_str()) && !value.is_blank());
    others.filter(|(_, value)| **value != Value::Bool(false)).map(|(name, _)| name.clone()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::{StableId, Text};
    use crate::org::ActualPlatform;

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
        let settings = ActualSettings {
            skills_config: map([("skills", Value::List(vec![skill]))]),
            model_selection: map([("mode", Value::known("pinned"))]),
            nix_config: map([("flakeUrl", Value::known("x")), ("packages", Value::known_list(["jq"]))]),
            ..ActualSettings::default()
        };
        let platform = ActualPlatform {
            id: StableId::from_server("a-slack"),
            platform_type: "slack".to_owned(),
            config: BTreeMap::new(),
            settings: map([("allowFrom", Value::known_list(["U1"])), ("x", Value::Null)]),
        };
        let agent = ActualAgent {
            name: Text::known("A"),
            description: None,
            settings: Some(settings),
            platforms: Some(vec![platform]),
        };
        let told =
            ["the pinned model", "nixConfig.flakeUrl", "that skill sort is switched off", "permissions of skill sort"];
        let told: Vec<String> = told
            .into_iter()
            .map(str::to_owned)
            .chain(["the settings of platform a-slack (allowFrom)".to_owned()])
            .collect();
        let told: Vec<String> = told
            .iter()
            .map(|what| format!("agent a: no file can say {what}; only the web interface sets it"))
            .collect();
        assert_eq!(notes("a", &agent), told);
        let plain = ActualAgent { settings: Some(ActualSettings::default()), platforms: None, ..agent };
        assert_eq!(notes("a", &plain), [""; 0]);
    }
}
