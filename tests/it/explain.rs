//! `lobu explain` and `lobu schema`: offline, and without a project.

use serde_json::Value;

use crate::support::env::{CommandOutput, TestEnv};
use crate::support::schema::checked;
use crate::support::snapshots::assert_snapshot_file;

/// A machine with nothing: no project, and proxies that lead nowhere.
fn nowhere() -> TestEnv {
    let mut env = TestEnv::new();
    env.env("HTTPS_PROXY", "http://127.0.0.1:9").env("HTTP_PROXY", "http://127.0.0.1:9");
    env
}

#[track_caller]
fn explained(env: &TestEnv, path: &str) -> Value {
    checked("explain", &env.lobu(["explain", path, "--json"]).expect_code(0).stdout)
}

#[test]
fn a_key_is_explained() {
    let env = nowhere();
    let shown = [
        "agents.network.denied",
        "agents.platforms.config",
        "watchers.notification_channel",
        "targets",
        "memory.models",
    ];
    let pages = shown.map(|path| {
        let CommandOutput { stdout, stderr, .. } = env.lobu(["explain", path]).expect_code(0).clone();
        assert_eq!(stderr, "", "{path}");
        format!("$ lobu explain {path}\n{stdout}\n")
    });
    assert_snapshot_file!("explain-keys", pages.concat());
}

#[test]
fn every_key_is_listed_by_file() {
    let listed = nowhere().lobu(["explain"]);
    for heading in
        ["\nModel files", "lobu.toml\n", "\nFrontmatter of a SKILL.md\n", "\nMarkdown files of agents and skills\n"]
    {
        assert!(listed.stdout.contains(heading), "{}", listed.stdout);
    }
    let json = checked("explain", &nowhere().lobu(["explain", "--json"]).expect_code(0).stdout);
    let keys = json["keys"].as_array().expect("a list");
    assert!(json["path"].is_null() && keys.len() > 120, "{}", keys.len());
    for key in keys {
        let path = key["path"].as_str().expect("a text");
        assert!(listed.expect_code(0).stdout.contains(path), "{path}");
        assert_eq!(explained(&nowhere(), path)["path"], path);
    }
}

#[test]
fn machines_read_all_that_is_known_of_a_key() {
    let env = nowhere();
    let key = |path: &str| explained(&env, path)["keys"][0].clone();
    let denied = key("network.denied");
    assert_eq!(denied["path"], "agents.<id>.network.denied");
    assert_eq!(
        (&denied["absent"], &denied["empty"], &denied["clears_with"]),
        (&"kept".into(), &"clears".into(), &"[]".into())
    );
    assert_eq!(
        (&denied["is_guarded"], &denied["prune"], &denied["removed_element"]),
        (&true.into(), &"removes".into(), &"taken-out".into())
    );
    assert_eq!((&denied["kind"], &denied["org_path"]), (&"settings".into(), &"networkConfig.deniedDomains".into()));
    assert!(denied["path_in_target"].is_null(), "{denied:#}");
    assert_eq!(key("network.allowed")["path_in_target"], "targets.<name>.agents.<id>.network.allowed");
    assert_eq!(key("watchers.schedule")["path_in_target"], "targets.<name>.watchers.<slug>.schedule");
    let servers = |path: &str| key(path)["servers"].clone();
    let of = |first: bool, second: bool, ours: bool| {
        serde_json::json!({
            "first_generation": first, "second_generation": second, "lobu_dev": ours,
        })
    };
    assert_eq!(servers("watchers.schedule"), of(true, true, true));
    assert_eq!(servers("watchers.notification_channel"), of(false, true, true));
    assert_eq!(servers("watchers.entity_id"), of(true, true, false));
    assert_eq!(servers("watchers.entity"), of(false, false, false));
    assert_eq!(servers("agents.providers.key"), of(false, true, true));
    assert_eq!(servers("agents.platforms.channels"), of(false, false, false));
    assert_eq!(servers("memory.models"), Value::Null);
    assert_eq!(key("memory.models")["default"], "./models");
    assert_eq!(key("agents.platforms.type")["choices"].as_array().expect("a list").len(), 6);
    assert_eq!(
        key("agents.platforms.config.botToken")["platform_types"],
        serde_json::json!(["telegram", "slack", "discord"])
    );
    assert_eq!(key("agents.platforms.config.chatId")["reads_references"], true);
    assert_eq!(key("relationships.is_symmetric")["is_create_only"], true);
    assert_eq!(
        key("network.allowed")["example"]["text"],
        "[agents.triage.network]\nallowed = [\"github.com\", \"*.example.org\"]"
    );
    let below = explained(&env, "targets.agents");
    assert!(
        below["keys"]
            .as_array()
            .expect("a list")
            .iter()
            .any(|key| key["path"] == "targets.<name>.agents.<id>.network.allowed")
    );
}

#[test]
fn what_is_no_key_is_an_error_with_advice() {
    let env = nowhere();
    for (path, advice) in [
        ("agents.netwrk.allowed", "\n  lobu explain agents.network.allowed\n"),
        ("agents.triage", "\n  lobu explain agents\n"),
        ("allowed", "\n  lobu explain agents.network.allowed\n  lobu explain agents.tools.allowed\n"),
        ("zzz", "\n  lobu explain\n"),
        ("a\u{1b}[31m b", "\n  lobu explain\n"),
    ] {
        let output = env.lobu(["explain", path]);
        output.expect_code(2);
        assert!(output.stderr.contains(advice) && !output.stderr.contains('\u{1b}'), "{path}: {}", output.stderr);
        assert_eq!(output.stdout, "", "{path}");
        let error = checked("explain", &env.lobu(["explain", path, "--json"]).expect_code(2).stdout);
        assert_eq!(error["error"]["kind"], "usage", "{error:#}");
    }
}

#[test]
fn schemas_are_printed_as_the_reference_has_them() {
    let env = nowhere();
    let listed = env.lobu(["schema"]).expect_code(0).stdout.clone();
    let names: Vec<&str> = listed.lines().filter_map(|line| line.split_whitespace().next()).collect();
    assert!(names.len() > 10, "{listed}");
    for name in &names {
        let path = format!("{}/docs/reference/{name}.schema.json", env!("CARGO_MANIFEST_DIR"));
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{path}: {error}"));
        assert_eq!(env.lobu(["schema", name]).expect_code(0).stdout, text, "{name}");
    }
    let schema_files =
        std::fs::read_dir(format!("{}/docs/reference", env!("CARGO_MANIFEST_DIR"))).expect("the reference");
    let count = schema_files
        .filter_map(Result::ok)
        .filter(|entry| entry.file_name().to_string_lossy().ends_with(".schema.json"));
    assert_eq!(count.count(), names.len(), "each schema of the reference can be printed");
    for (alias, name) in [("apply", "plan"), ("drift", "pull"), ("model", "models")] {
        assert_eq!(env.lobu(["schema", alias]).expect_code(0).stdout, env.lobu(["schema", name]).stdout);
    }
    let unknown = env.lobu(["schema", "lobu-tml"]);
    assert!(unknown.expect_code(2).stderr.contains("'lobu-toml'"), "{}", unknown.stderr);
}

/// Editors get them without a network: nothing in them names another host.
#[test]
fn schemas_of_files_name_no_host() {
    for name in ["lobu-toml", "models", "skill"] {
        let schema: Value = serde_json::from_str(&nowhere().lobu(["schema", name]).stdout).expect("a schema is JSON");
        assert!(schema.get("$schema").is_none() && schema.get("$id").is_none(), "{name}");
        assert!(schema["title"].is_string() && schema["description"].is_string(), "{name}");
    }
}
