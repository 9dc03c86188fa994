//! Generated projects are accepted; and of their files, and of files with every key, any one change is refused by the schema
//! exactly if the reader refuses its form.

use proptest::prelude::*;
use proptest::sample::Index;
use serde_json::{Value as Json, json};

use super::documents::{hold_lobu_toml, hold_model, hold_skill, is_yaml, toml, yaml};
use super::files::{Held, hold};
use crate::support::generator::project;

/// What a value is replaced by.
fn others() -> [Json; 16] {
    [
        json!(1),
        json!(-1),
        json!(0),
        json!(1.5),
        json!(true),
        json!("x"),
        json!("a b"),
        json!(""),
        json!(" "),
        json!("$X"),
        json!([]),
        json!(["x"]),
        json!([1]),
        json!({}),
        json!({ "x": "y" }),
        Json::Null,
    ]
}

/// One change of a document.
#[derive(Debug, Clone)]
struct Change {
    place: Index,
    kind: Index,
    other: Index,
}

fn change() -> impl Strategy<Value = Change> {
    (any::<Index>(), any::<Index>(), any::<Index>()).prop_map(|(place, kind, other)| Change { place, kind, other })
}

/// Every place below the root, by what leads to it.
fn places(node: &Json, path: &[String], found: &mut Vec<Vec<String>>) {
    let mut step = |name: String, node: &Json| {
        let path: Vec<String> = path.iter().cloned().chain([name]).collect();
        places(node, &path, found);
        found.push(path);
    };
    match node {
        Json::Object(members) => members.iter().for_each(|(name, node)| step(name.clone(), node)),
        Json::Array(elements) => elements.iter().enumerate().for_each(|(at, node)| step(at.to_string(), node)),
        _ => {}
    }
}

fn pointer(path: &[String]) -> String {
    let steps = path.iter().map(|step| step.replace('~', "~0").replace('/', "~1"));
    [String::new()].into_iter().chain(steps).collect::<Vec<_>>().join("/")
}

impl Change {
    /// Makes the change; without nulls where a format has none.
    fn of(&self, document: &Json, has_null: bool) -> Json {
        let mut changed = document.clone();
        let mut found = Vec::new();
        places(document, &[], &mut found);
        let Some((last, before)) = found.get(self.place.index(found.len().max(1))).and_then(|path| path.split_last())
        else {
            return changed;
        };
        let others = others();
        let others = if has_null { &others[..] } else { &others[..others.len() - 1] };
        let parent = changed.pointer_mut(&pointer(before)).expect("it is there");
        match parent {
            Json::Object(members) => match self.kind.index(4) {
                0 => drop(members.remove(last)),
                1 => {
                    let value = members.remove(last).expect("it is there");
                    members.insert(format!("{last}x"), value);
                }
                _ => drop(members.insert(last.clone(), self.other.get(others).clone())),
            },
            Json::Array(elements) => {
                let at: usize = last.parse().expect("a position");
                if self.kind.index(4) == 0 {
                    drop(elements.remove(at));
                } else {
                    elements[at] = self.other.get(others).clone();
                }
            }
            _ => {}
        }
        changed
    }
}

/// A document as TOML.
fn to_toml(document: &Json) -> String {
    let members = document.as_object().expect("a table");
    let lines: Vec<String> =
        members.iter().map(|(name, value)| format!("{} = {}\n", json!(name), inline(value))).collect();
    lines.concat()
}

fn inline(value: &Json) -> String {
    match value {
        Json::Array(elements) => format!("[{}]", elements.iter().map(inline).collect::<Vec<_>>().join(", ")),
        Json::Object(members) => {
            let members: Vec<String> =
                members.iter().map(|(name, value)| format!("{} = {}", json!(name), inline(value))).collect();
            format!("{{ {} }}", members.join(", "))
        }
        other => other.to_string(),
    }
}

fn fixture(path: &str) -> String {
    std::fs::read_to_string(format!("{}/fixtures/projects/{path}", env!("CARGO_MANIFEST_DIR"))).expect("a fixture")
}

/// A lobu.toml with every key, and with what targets say otherwise.
fn full_lobu_toml() -> Json {
    let mut document = toml(&fixture("everything/lobu.toml")).expect("TOML");
    document["agents"]["harbour"]["targets"] = json!(["island"]);
    document["targets"]["island"]["protected"] = json!(true);
    document["targets"]["island"]["agents"] = json!({ "harbour": {
        "name": "Island office",
        "description": "For the island",
        "network": { "allowed": ["island.example"] },
        "egress": { "extra_policy": "Be strict.", "judge_model": "claude-haiku-4-5" },
        "worker": { "nix_packages": ["jq"] },
        "providers": [{ "id": "anthropic", "model": "claude-opus-4-5" }],
        "platforms": [
            { "type": "telegram", "config": { "chatId": "-1" } },
            { "type": "slack", "name": "crew", "config": { "greeting": "hello" } },
            { "id": "discord-harbour-1767225600000", "config": { "applicationId": "1" } },
        ],
        "skills": { "mcp": {
            "berths": { "url": "https://island.example/mcp", "headers": { "Accept": "text/plain" } },
            "charts": { "command": "charts", "args": ["-v"], "env": { "CHART_UNITS": "feet" } },
        } },
    } });
    document["targets"]["island"]["watchers"] = json!({ "late-parcels": { "name": "Late", "schedule": "@daily" } });
    document
}

/// A document of a model file with every key of its kind.
fn full_models() -> [Json; 4] {
    let entity = json!({
        "type": "entity", "version": 1, "slug": "customer", "name": "Customer", "description": "Someone", "icon": "x", "color": "#fff",
        "metadata_schema": {
            "type": "object",
            "properties": { "email": { "type": "string", "x-table-column": true }, "any": true },
        },
        "event_kinds": { "paid": { "description": "Paid", "metadataSchema": { "type": "object" } }, "sent": {} },
        "metadata": { "owner": "desk" },
    });
    let old =
        json!({ "type": "entity_type", "slug": "old", "name": "Old", "properties": { "a": {} }, "required": ["a"] });
    let relationship = json!({
        "slug": "owns", "name": "Owns", "description": "Owner", "metadata_schema": {}, "status": "active", "is_symmetric": false,
        "inverse_type_slug": "owned-by", "rules": [{ "source": "customer", "target": "repair" }],
        "auto_create_when": [{
            "sourceNamespace": "crm", "targetField": "email", "assuranceRequired": "oauth_verified", "matchStrategy": "unique_only",
            "notes": "",
        }],
    });
    let watcher = json!({
        "type": "watcher", "slug": "late-parcels", "name": "Late parcels", "agent": "courier", "targets": ["staging"],
        "entity": "parcel", "entity_id": 4, "description": "Late", "schedule": "0 6 * * 1-5", "prompt": "List",
        "extraction_schema": { "type": "object", "properties": {} }, "sources": [{ "name": "content", "query": "select 1" }],
        "reactions_guidance": "Tell", "condensation_prompt": "Sum up", "condensation_window_count": 2, "json_template": { "a": 1 },
        "keying_config": { "by": "number" }, "classifiers": [{ "slug": "a" }], "tags": ["ops"],
        "device_worker_id": "0f8fad5b-d9cb-469f-a165-708677289501", "scheduler_client_id": "desk", "agent_kind": "claude",
        "notification_channel": "both", "notification_priority": "low", "min_cooldown_seconds": 0,
        "reaction_script": "reactions/late-parcels.reaction.ts", "metadata": {},
    });
    let bundle = json!({
        "version": 2,
        "entities": [{ "slug": "repair", "name": "Repair", "type": "entities" }, { "slug": "part", "name": "Part", "version": "x" }],
        "relationships": [relationship],
        "watchers": [],
    });
    [entity, old, watcher, bundle]
}

fn full_skill() -> Json {
    json!({
        "name": "labels", "description": "Which label", "nixPackages": ["jq"],
        "network": { "allow": ["api.github.com"], "deny": ["x.example"], "judge": ["forum.example", { "domain": "a.example", "judge": "reader" }] },
        "judges": { "reader": "Allow reading." },
        "mcpServers": { "labels": { "type": "sse", "url": "https://labels.example/mcp", "command": "labels", "args": ["-a"] } },
        "license": "any",
    })
}

fn as_skill(document: &Json) -> String {
    format!("---\n{document}\n---\nText\n")
}

#[test]
fn documents_with_every_key_are_accepted() {
    assert!(hold_lobu_toml(&to_toml(&full_lobu_toml())));
    for document in full_models() {
        assert!(hold_model(&document.to_string()), "{document:#}");
    }
    assert!(hold_skill(&as_skill(&full_skill())));
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn generated_projects_are_accepted(project in project()) {
        let directory = tempfile::tempdir().expect("a directory");
        project.write_to(directory.path());
        let mut held = Held::default();
        hold(directory.path(), &mut held);
        prop_assert_eq!(held.lobu_toml, 1);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 250, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_change_of_lobu_toml_is_refused_by_both_or_neither(change in change()) {
        hold_lobu_toml(&to_toml(&change.of(&full_lobu_toml(), false)));
    }

    #[test]
    fn a_change_of_a_model_file_is_refused_by_both_or_neither(at in any::<Index>(), change in change()) {
        hold_model(&change.of(at.get(&full_models()), true).to_string());
    }

    #[test]
    fn a_change_of_frontmatter_is_refused_by_both_or_neither(change in change()) {
        hold_skill(&as_skill(&change.of(&full_skill(), true)));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 16, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_change_of_a_generated_file_is_refused_by_both_or_neither(project in project(), change in change()) {
        for (path, text) in &project.files {
            if path == "lobu.toml" {
                let document = toml(text).expect("TOML");
                hold_lobu_toml(&to_toml(&change.of(&document, false)));
            } else if is_yaml(path) {
                for document in yaml(text).expect("YAML") {
                    hold_model(&change.of(&document, true).to_string());
                }
            }
        }
    }
}
