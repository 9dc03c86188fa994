use std::collections::BTreeMap;
use std::path::Path;

use crate::error::{CommandError, ErrorKind};
use crate::execute::{Failure, FailureReason, Report, RowOutcome, Verification};
use crate::model::{Diagnostic, Family, FieldPath, Position, SecretName, Severity, Text, Value};
use crate::org::{Request, RequestError};
use crate::plan::{Action, FieldAction, FieldChange, Need, Only, Plan, Problem, Row, SecretUse};
use crate::schema::SecretsMode;
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS};
use crate::schema::{Kind, ResourceKey};
use crate::wire::ServerError;

use super::*;

fn field(path: &[&str], action: FieldAction, before: Option<Value>, after: Option<Value>) -> FieldChange {
    let path = path.iter().fold(FieldPath::default(), |path, step| path.join(*step));
    FieldChange { path, action, before, after, sources: BTreeMap::new(), guarded: false }
}

fn row(kind: Kind, id: &str, action: Action, fields: Vec<FieldChange>) -> Row {
    Row {
        key: ResourceKey::new(kind, id),
        declared_at: Some(Position { file: "lobu.toml".to_owned(), line: 23, column: 1 }),
        overlaid: crate::schema::Overlaid::default(),
        action,
        fields,
        only_in_org: Vec::new(),
        will_restart: kind == PLATFORM && action == Action::Update,
        attention: Vec::new(),
        writes: Vec::new(),
    }
}

fn secret(name: &str) -> Value {
    Value::Text(Text::SecretRef(SecretName::parse(name).unwrap()))
}

fn map<const N: usize>(members: [(&str, Value); N]) -> Value {
    Value::Map(members.into_iter().map(|(name, value)| (name.to_owned(), value)).collect())
}

fn a_plan() -> Plan {
    let opaque = || Value::Text(Text::Opaque);
    let mut platform = row(
        PLATFORM,
        "triage/triage-telegram",
        Action::Update,
        vec![
            field(&["config", "chatId"], FieldAction::Change, Some(Value::known("1")), Some(Value::known("2"))),
            field(&["config", "botToken"], FieldAction::Incomparable, Some(opaque()), Some(secret("BOT_TOKEN"))),
            field(&["config", "appId"], FieldAction::Add, None, Some(secret("APP_ID"))),
        ],
    );
    platform.attention.push("sends $BOT_TOKEN again: the org's value cannot be compared".to_owned());
    let server =
        map([("url", Value::known("https://h/")), ("env", map([("KEY", Value::Text(Text::sensitive("hunter2")))]))]);
    Plan {
        secrets: SecretsMode::Values,
        generation: "G2",
        rows: vec![
            row(AGENT, "triage", Action::Unchanged, Vec::new()),
            row(
                SETTINGS,
                "triage",
                Action::Update,
                vec![
                    field(&["mcpServers", "s"], FieldAction::Add, None, Some(server)),
                    field(&["guardrails"], FieldAction::Clear, Some(Value::known_list(["pii"])), None),
                    field(&["toolsConfig"], FieldAction::Drift { prunable: true }, Some(Value::Bool(true)), None),
                ],
            ),
            platform,
            row(ENTITY_TYPE, "person", Action::Create, vec![]),
        ],
        undeclared: BTreeMap::from([(AGENT, vec!["other".to_owned()])]),
        left_out: BTreeMap::new(),
        secrets_used: vec![SecretUse {
            name: SecretName::parse("APP_ID").unwrap(),
            user: "triage/triage-telegram.appId".to_owned(),
            destination: None,
        }],
        needs: vec![Need { name: SecretName::parse("APP_ID").unwrap(), places: vec!["a.b".to_owned()] }],
        missing_secrets: Vec::new(),
        mismatches: Vec::new(),
        problems: vec![Problem {
            key: ResourceKey::new(RELATIONSHIP_TYPE, "knows"),
            message: "is_symmetric can't be changed".to_owned(),
            hint: None,
        }],
        notes: vec!["not applied by this version: 2 watchers".to_owned()],
        warnings: vec![Problem {
            key: ResourceKey::new(PLATFORM, "triage/b"),
            message: "it will be made beside `a`".to_owned(),
            hint: Some("Adopt that one.".to_owned()),
        }],
        provider_keys: Vec::new(),
        takes_provider_keys: false,
        not_compared: None,
    }
}

fn with_view<T>(use_it: impl FnOnce(&JsonView<'_>) -> T) -> T {
    let warning = Diagnostic::new(Severity::Warning, Family::Agents, "agent-dir", "the directory is missing")
        .at(Position { file: "lobu.toml".to_owned(), line: 3, column: 0 });
    use_it(&JsonView {
        target: JsonTarget { context: "lobu", server: "https://app.lobu.ai", org: "acme", name: None },
        only: Some(Only::Agents),
        selectors: &["agent/tri*".to_owned()],
        warnings: &[warning],
        plan_id: Some("0123456789ab"),
        show_unchanged: false,
        org_values: true,
    })
}

/// A line a member, and a line an element of a list.
fn compact(json: &str) -> String {
    let value: serde_json::Value = serde_json::from_str(json).unwrap();
    let line = |(name, member): (&String, &serde_json::Value)| match member.as_array() {
        Some(elements) if !elements.is_empty() => {
            let elements: Vec<_> = elements.iter().map(|element| format!("  {element}")).collect();
            format!("{name}:\n{}", elements.join("\n"))
        }
        _ => format!("{name}: {member}"),
    };
    let lines: Vec<_> = value.as_object().unwrap().iter().map(line).collect();
    lines.join("\n").replace(env!("CARGO_PKG_VERSION"), "VERSION")
}

#[track_caller]
fn validate(json: &str) {
    let schema = serde_json::from_str(&schema()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let instance = serde_json::from_str(json).unwrap();
    let errors: Vec<String> = validator.iter_errors(&instance).map(|error| error.to_string()).collect();
    assert_eq!(errors, [""; 0], "{json}");
}

#[test]
fn a_plan_has_the_members_of_version_1() {
    let json = with_view(|view| plan(&a_plan(), view));
    validate(&json);
    insta::assert_snapshot!(compact(&json), @r#"
    changes:
      {"action":"update","fields":[{"action":"add","after":null,"before":null,"declared_in":null,"file_path":"skills.mcp.s","path":"mcpServers.s","sensitive":true,"widens":[{"element":null,"message":"a tool server to trust","path":"mcpServers.s.url","reason":"trusted"}],"withheld":false},{"action":"clear","after":null,"before":["pii"],"declared_in":null,"file_path":"guardrails","path":"guardrails","sensitive":false,"widens":[{"element":"pii","message":"guardrail removed","path":"guardrails","reason":"guard-removed"}],"withheld":false},{"action":"drift","after":null,"before":true,"declared_in":null,"file_path":"tools","path":"toolsConfig","sensitive":false,"widens":[],"withheld":false}],"file":"lobu.toml","id":"triage","kind":"settings","line":23,"will_restart":false}
      {"action":"update","fields":[{"action":"change","after":"2","before":"1","declared_in":null,"file_path":"config.chatId","path":"config.chatId","sensitive":false,"widens":[],"withheld":false},{"action":"incomparable","after":null,"before":null,"declared_in":null,"file_path":"config.botToken","path":"config.botToken","sensitive":true,"widens":[],"withheld":false},{"action":"add","after":"$APP_ID","before":null,"declared_in":null,"file_path":"config.appId","path":"config.appId","sensitive":false,"widens":[],"withheld":false}],"file":"lobu.toml","id":"triage/triage-telegram","kind":"platform","line":23,"will_restart":true}
      {"action":"create","fields":[],"file":"lobu.toml","id":"person","kind":"entity-type","line":23,"will_restart":false}
    format_version: 1
    lobu_version: "VERSION"
    missing_secrets: []
    needs:
      {"name":"APP_ID","places":["a.b"]}
    notes:
      "not applied by this version: 2 watchers"
      "platform/triage/triage-telegram: sends $BOT_TOKEN again: the org's value cannot be compared"
    only: "agents"
    plan_id: "0123456789ab"
    problems:
      {"hint":null,"id":"knows","kind":"relationship-type","message":"is_symmetric can't be changed"}
    provider_keys: []
    secrets_used:
      {"name":"APP_ID","place":"triage/triage-telegram.appId"}
    selectors:
      "agent/tri*"
    summary: {"create":1,"drift":0,"incomparable":1,"remove":0,"unchanged":1,"update":2}
    target: {"context":"lobu","generation":"G2","name":null,"org":"acme","server":"https://app.lobu.ai"}
    undeclared:
      {"ids":["other"],"kind":"agent"}
    warnings:
      {"code":"agent-dir","column":null,"file":"lobu.toml","hint":null,"line":3,"message":"the directory is missing","severity":"warning"}
      {"code":"plan","column":null,"file":null,"hint":"Adopt that one.","line":null,"message":"platform/triage/b: it will be made beside `a`","severity":"warning"}
    "#);
}

#[test]
fn nothing_sensitive_is_in_it() {
    let json = with_view(|view| plan(&a_plan(), view));
    assert!(!json.contains("hunter2"));
}

#[test]
fn rows_as_declared_are_listed_where_wanted() {
    let json = with_view(|view| plan(&a_plan(), &JsonView { show_unchanged: true, ..*view }));
    validate(&json);
    assert!(json.contains("\"unchanged\",\n"));
}

#[test]
fn an_apply_says_what_became_of_each_row() {
    let key = |kind, id: &str| ResourceKey::new(kind, id);
    let server = ServerError { code: Some("bad".to_owned()), message: Some("no".to_owned()), structured: true };
    let request = Request { method: "PATCH", path: "agents/triage/config".to_owned() };
    let error = RequestError::Refused { request, status: 400, server };
    let report = Report {
        rows: vec![
            (key(AGENT, "triage"), RowOutcome::Done(None)),
            (
                key(SETTINGS, "triage"),
                RowOutcome::Failed(Failure { reason: FailureReason::Request(error), hint: None }),
            ),
            (key(PLATFORM, "triage/a"), RowOutcome::NotTried),
            (key(ENTITY_TYPE, "person"), RowOutcome::Unknown("the answer was lost".to_owned())),
        ],
        interrupted: false,
        wrote: true,
        verification: Verification {
            hidden: vec![(key(PLATFORM, "triage/a"), vec!["config.botToken".to_owned()])],
            changed_since: vec![key(AGENT, "triage")],
            unread: Vec::new(),
        },
    };
    let json = with_view(|view| apply(&a_plan(), &report, view));
    validate(&json);
    let value: serde_json::Value = serde_json::from_str(&json).unwrap();
    insta::assert_snapshot!(serde_json::to_string_pretty(&value["report"]).unwrap(), @r#"
    {
      "changed_since": [
        {
          "id": "triage",
          "kind": "agent"
        }
      ],
      "done": [
        {
          "id": "triage",
          "kind": "agent"
        }
      ],
      "failed": [
        {
          "code": "bad",
          "hint": null,
          "id": "triage",
          "kind": "settings",
          "message": "PATCH agents/triage/config answered 400 [bad]: no",
          "status": 400
        }
      ],
      "not_tried": [
        {
          "id": "triage/a",
          "kind": "platform"
        }
      ],
      "not_verified": [
        {
          "fields": [
            "config.botToken"
          ],
          "id": "triage/a",
          "kind": "platform"
        }
      ],
      "unknown": [
        {
          "id": "person",
          "kind": "entity-type",
          "message": "the answer was lost"
        }
      ]
    }
    "#);
}

#[test]
fn errors_are_documents_too() {
    let failure = CommandError::new(ErrorKind::MissingValue, "$BOT_TOKEN has no value").hint("set it");
    let found = Diagnostic::new(Severity::Error, Family::Agents, "agent-id", "bad").at(Position::file("lobu.toml"));
    let json = error(&failure, &[found]);
    validate(&json);
    insta::assert_snapshot!(compact(&json), @r#"
    error: {"causes":[],"exit_code":2,"hints":["set it"],"kind":"missing-value","message":"$BOT_TOKEN has no value"}
    format_version: 1
    lobu_version: "VERSION"
    warnings:
      {"code":"agent-id","column":null,"file":"lobu.toml","hint":null,"line":null,"message":"bad","severity":"error"}
    "#);
}

#[test]
fn a_document_of_another_version_is_not_ours() {
    let schema = serde_json::from_str(&schema()).unwrap();
    let validator = jsonschema::draft202012::new(&schema).unwrap();
    let json = with_view(|view| plan(&a_plan(), view)).replace("\"format_version\": 1", "\"format_version\": 2");
    assert!(!validator.is_valid(&serde_json::from_str(&json).unwrap()));
}

/// The schemas in the reference are those of the code. `UPDATE_DOCS=1 cargo test` writes them.
#[test]
#[expect(clippy::disallowed_methods, reason = "a switch of this test, not of the program")]
fn the_schemas_in_the_reference_are_current() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference");
    for PrintedSchema { name, text, .. } in PRINTED {
        let (name, schema) = (format!("{name}.schema.json"), text());
        let path = root.join(&name);
        if std::env::var_os("UPDATE_DOCS").is_some() {
            std::fs::write(&path, &schema).unwrap();
        }
        let written = std::fs::read_to_string(&path).unwrap_or_default();
        let diff = crate::render::prose_diff::prose_diff(&written, &schema, crate::render::prose_diff::Folding::Full);
        assert!(diff.is_empty(), "run `UPDATE_DOCS=1 cargo test` to write docs/reference/{name}:\n{}", diff.to_plain());
    }
}
