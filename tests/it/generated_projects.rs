//! Generated projects are well-formed files, and together they use every field.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use toml_edit::{DocumentMut, Item};

use crate::support::generator::{ProjectFiles, project, project_without_variables};

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn every_variable_has_a_value_that_no_file_holds(project in project()) {
        let toml = &project.files["lobu.toml"];
        for (name, value) in &project.values {
            let reference = format!("${name}");
            prop_assert!(toml.contains(&reference));
            prop_assert!(project.files.values().all(|text| !text.contains(value)));
        }
    }

    #[test]
    fn projects_without_variables_need_no_value(project in project_without_variables()) {
        prop_assert!(project.values.is_empty());
    }

    #[test]
    fn the_files_can_be_written_and_are_toml(project in project()) {
        let directory = tempfile::tempdir().expect("a directory");
        project.write_to(directory.path());
        let text = std::fs::read_to_string(directory.path().join("lobu.toml")).expect("the file");
        prop_assert!(text.parse::<DocumentMut>().is_ok());
    }
}

/// The keys of lobu.toml by path, ids and free names as `*`.
fn keys(item: &Item, path: &str, found: &mut BTreeSet<String>) {
    const FREE: [&str; 6] = ["agents", "config", "mcp", "env", "headers", "judges"];
    let free = path.rsplit('.').next().is_some_and(|last| FREE.contains(&last));
    if let Some(table) = item.as_table_like() {
        for (key, item) in table.iter() {
            let key = if free { "*" } else { key };
            let path = if path.is_empty() { key.to_owned() } else { format!("{path}.{key}") };
            keys(item, &path, found);
            found.insert(path);
        }
    }
    for table in item.as_array_of_tables().into_iter().flatten() {
        keys(&Item::Table(table.clone()), path, found);
    }
}

fn sample(count: usize) -> Vec<ProjectFiles> {
    let mut runner = TestRunner::deterministic();
    let strategy = project();
    (0..count).map(|_| strategy.new_tree(&mut runner).expect("a project").current()).collect()
}

#[test]
fn every_field_of_the_second_generation_is_in_play() {
    let mut found = BTreeSet::new();
    for project in sample(120) {
        let document: DocumentMut = project.files["lobu.toml"].parse().expect("TOML");
        keys(document.as_item(), "", &mut found);
    }
    let agent = [
        "name",
        "description",
        "dir",
        "guardrails",
        "guardrails_disabled",
        "guardrails_inline",
        "preview.slack.enabled",
        "providers.id",
        "providers.model",
        "providers.key",
        "providers.secret_ref",
        "platforms.type",
        "platforms.name",
        "platforms.id",
        "platforms.channels",
        "platforms.config.*",
        "network.allowed",
        "network.denied",
        "network.judge",
        "network.judges.*",
        "egress.extra_policy",
        "egress.judge_model",
        "tools.pre_approved",
        "tools.allowed",
        "tools.denied",
        "tools.strict",
        "worker.nix_packages",
        "skills.mcp.*.type",
        "skills.mcp.*.url",
        "skills.mcp.*.command",
        "skills.mcp.*.args",
        "skills.mcp.*.env.*",
        "skills.mcp.*.headers.*",
        "skills.mcp.*.auth_scope",
        "skills.mcp.*.oauth.auth_url",
        "skills.mcp.*.oauth.client_id",
        "skills.mcp.*.oauth.client_secret",
        "skills.mcp.*.oauth.scopes",
        "skills.mcp.*.oauth.token_endpoint_auth_method",
    ];
    let missing: Vec<_> =
        agent.iter().map(|key| format!("agents.*.{key}")).filter(|key| !found.contains(key)).collect();
    assert_eq!(missing, [""; 0]);
    for key in ["memory.enabled", "memory.models"] {
        assert!(found.contains(key), "{key}");
    }
}

#[test]
fn every_kind_of_file_is_in_play() {
    let projects = sample(60);
    let any = |wanted: &dyn Fn(&str, &str) -> bool| {
        projects.iter().flat_map(|project| &project.files).any(|(path, text)| wanted(path, text))
    };
    assert!(any(&|path, text| path.ends_with("SOUL.md") && text.trim().is_empty()), "a blank prompt clears");
    assert!(any(&|path, _| path.starts_with("skills/") && path.ends_with("SKILL.md")));
    assert!(any(&|path, _| path.starts_with("agents/") && path.ends_with("/SKILL.md")));
    for key in ["mcpServers", "judges", "network", "nixPackages", "description"] {
        assert!(any(&|path, text| path.ends_with("SKILL.md") && text.contains(&format!("\"{key}\": "))), "{key}");
    }
    assert!(any(&|path, _| path.ends_with("bundle.yaml")) && any(&|path, _| path.ends_with("stream.yml")));
    let keys =
        ["icon", "color", "metadata_schema", "event_kinds", "inverse_type_slug", "status", "is_symmetric", "rules"];
    for key in keys.into_iter().chain(["auto_create_when"]) {
        assert!(any(&|path, text| path.contains("type-") && text.contains(&format!("\"{key}\": "))), "{key}");
    }
}
