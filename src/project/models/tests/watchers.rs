use std::fs;

use super::*;
use crate::model::Family;

/// A watcher that has what it needs, with these lines besides.
fn watcher(more: &str) -> String {
    format!(
        "type: watcher\nslug: late\nname: Late parcels\nschedule: 0 6 * * *\nprompt: Look.\nextraction_schema:\n  \
         type: object\n  properties: {{count: {{type: integer}}}}\n{more}"
    )
}

#[track_caller]
fn declared(more: &str, field: &str) -> Option<Declaration> {
    let models = read_files(&[("m.yaml", &watcher(more))]);
    assert_eq!(messages(&models), Vec::<String>::new(), "{more}");
    let watchers = of(&models, WATCHER);
    watchers[0].declared.get(WATCHER.field(field).expect("a field")).cloned()
}

fn read_with(agents: &[&str], files: &[(&str, &str)]) -> Models {
    let temporary = tempfile::tempdir().unwrap();
    for (path, text) in files {
        let path = temporary.path().join("models").join(path);
        fs::create_dir_all(path.parent().unwrap()).unwrap();
        fs::write(path, text).unwrap();
    }
    read_models(&ALL, &ProjectDirectory::open(temporary.path(), &[]).unwrap(), None, agents, &[])
}

#[test]
fn every_key_is_read() {
    let known = |text: &str| Some(Declaration::known(text));
    let table = [
        ("description: Why", "description", known("Why")),
        ("description: ''", "description", Some(Declaration::Clear)),
        ("tags: [ops, eu]", "tags", Some(Declaration::Leaf(Value::known_list(["ops", "eu"])))),
        ("reactions_guidance: Ask.", "reactions_guidance", known("Ask.")),
        ("condensation_prompt: Sum up {{windows}}.", "condensation_prompt", known("Sum up {{windows}}.")),
        ("agent_kind: claude", "agent_kind", known("claude")),
        ("scheduler_client_id: cron", "scheduler_client_id", known("cron")),
        ("notification_channel: both", "notification_channel", known("both")),
        ("notification_priority: low", "notification_priority", known("low")),
        (
            "device_worker_id: 0f8fad5b-d9cb-469f-a165-70867728950e",
            "device_worker_id",
            known("0f8fad5b-d9cb-469f-a165-70867728950e"),
        ),
        (
            "device_worker_id: 0F8FAD5B-D9CB-469F-A165-70867728950E",
            "device_worker_id",
            known("0f8fad5b-d9cb-469f-a165-70867728950e"),
        ),
        ("reactions_guidance: '  '", "reactions_guidance", Some(Declaration::Clear)),
        ("sources: []", "sources", Some(Declaration::Clear)),
        ("keying_config: {}", "keying_config", Some(Declaration::Clear)),
        ("classifiers: []", "classifiers", Some(Declaration::Clear)),
        ("entity: order:acme", "entity", known("order:acme")),
        ("", "agent", known("desk")),
        ("agent: desk", "agent", known("desk")),
    ];
    for (text, field, expected) in table {
        assert_eq!(declared(text, field), expected, "{text}");
    }
    for (text, field) in [
        ("condensation_window_count: 2", "condensation_window_count"),
        ("min_cooldown_seconds: 5", "min_cooldown_seconds"),
        ("entity_id: 12", "entity_id"),
        ("json_template: {title: '{{count}}'}", "json_template"),
        ("sources: [{name: late, query: ' with a as (select 1) select 1'}]", "sources"),
    ] {
        assert!(matches!(declared(text, field), Some(Declaration::Leaf(_))), "{text}");
    }
}

#[test]
fn what_a_server_would_refuse_is_refused_here() {
    let schedule = |text: &str| watcher("").replace("0 6 * * *", text);
    let table = [
        (schedule("whenever"), "4:11 `schedule` is not a schedule: a schedule has 5 fields"),
        (schedule("0 25 * * *"), "4:11 `schedule` is not a schedule: "),
        (schedule("''"), "4:11 the `schedule` of a watcher must not be empty"),
        (watcher("").replace("Look.", "'Look at {{#if}}'"), "5:9 `prompt` is not a valid template: "),
        (watcher("").replace("Look.", "'  '"), "5:9 the `prompt` of a watcher must not be empty"),
        (
            watcher("").replace("type: object", "type: array"),
            "7:3 `extraction_schema` must have `type: object` and `properties`",
        ),
        (
            watcher("condensation_window_count: 1"),
            "9:28 `condensation_window_count` must be a whole number of at least 2",
        ),
        (watcher("min_cooldown_seconds: -1"), "9:23 `min_cooldown_seconds` must be a whole number of at least 0"),
        (watcher("min_cooldown_seconds: 0.5"), "9:23 `min_cooldown_seconds` must be a whole number of at least 0"),
        (watcher("device_worker_id: none"), "9:19 `device_worker_id` must be a UUID"),
        (watcher("device_worker_id: ''"), "9:19 `device_worker_id` must be a UUID"),
        (watcher("agent_kind: ''"), "9:13 `agent_kind` must not be blank nor have spaces around it"),
        (watcher("json_template: '{\"a\": 1}'"), "9:16 `json_template` must not be a text that begins like JSON"),
        (watcher("classifiers: [few]"), "9:15 an element of `classifiers` must be a mapping, not text"),
        (watcher("agent_kind: ' a'"), "9:13 `agent_kind` must not be blank nor have spaces around it"),
        (
            watcher("notification_channel: mail"),
            "9:23 `notification_channel` must be `canvas` or `notification` or `both`",
        ),
        (
            watcher("sources: [{name: a, query: DELETE FROM x}]"),
            "9:28 a query must begin with SELECT or WITH: it only reads",
        ),
        (watcher("sources: [{name: a}]"), "9:11 an element of `sources` needs a `query`"),
        (watcher("agent: dsk"), "9:8 unknown agent `dsk`"),
        (
            watcher("reaction_script: ../x.ts"),
            "9:18 `reaction_script` must be the path of a `.ts` file below the directory of this file",
        ),
        (
            watcher("reaction_script: x.js"),
            "9:18 `reaction_script` must be the path of a `.ts` file below the directory of this file",
        ),
        (watcher("reaction_script: x.ts"), "9:18 the script `models/x.ts` does not exist"),
    ];
    for (text, expected) in table {
        let models = read_files(&[("m.yaml", &text)]);
        let found: Vec<String> = models
            .diagnostics
            .iter()
            .map(|diagnostic| {
                let Position { line, column, .. } = diagnostic.position.as_ref().unwrap();
                format!("{line}:{column} {}", diagnostic.message)
            })
            .collect();
        assert!(matches!(found.as_slice(), [found] if found.starts_with(expected)), "{expected}\n{found:?}");
        assert!(of(&models, WATCHER).len() <= 1);
    }
    let bare = read_files(&[("m.yaml", "type: watcher\nslug: w\n")]);
    let needed =
        ["a watcher needs a `prompt`", "a watcher needs a `schedule`", "a watcher needs an `extraction_schema`"];
    let found = messages(&bare);
    assert!(needed.iter().all(|needed| found.iter().any(|found| found == needed)), "{found:?}");
    assert_eq!(found.len(), 4);
}

#[test]
fn an_agent_may_be_left_out_where_there_is_one() {
    let models = read_with(&["desk", "triage"], &[("m.yaml", &watcher(""))]);
    let [diagnostic] = models.diagnostics.as_slice() else { panic!("{:?}", models.diagnostics) };
    assert_eq!(diagnostic.message, "a watcher needs an `agent`: the project has 2 agents");
    assert_eq!(diagnostic.hint.as_deref(), Some("write `agent: desk` or `agent: triage`"));
    assert_eq!(
        (diagnostic.position.as_ref().unwrap().file.as_str(), diagnostic.family),
        ("models/m.yaml", Family::Memory)
    );
    assert_eq!(of(&models, WATCHER), Vec::<&Resource>::new());
}

#[test]
fn a_script_is_read_from_its_file() {
    let text = watcher("reaction_script: reactions/late.reaction.ts\n");
    let models = read_with(&["desk"], &[("m.yaml", &text), ("reactions/late.reaction.ts", "export default 1;\n")]);
    let watchers = of(&models, WATCHER);
    let field = WATCHER.field("reaction_script").unwrap();
    assert_eq!(watchers[0].declared.get(field), Some(&Declaration::known("export default 1;\n")));
    assert_eq!(watchers[0].files.get(field).map(String::as_str), Some("models/reactions/late.reaction.ts"));
    let large = "x".repeat(256 * 1024 + 1);
    let models = read_with(&["desk"], &[("m.yaml", &text), ("reactions/late.reaction.ts", &large)]);
    assert_eq!(models.diagnostics.len(), 1);
    assert!(models.diagnostics[0].message.contains("256 KiB"), "{:?}", models.diagnostics);
}
