use std::collections::BTreeMap;

use crate::model::{FieldPath, SecretName, Text, Value};
use crate::plan::{FieldAction, FieldChange};
use crate::pull::{
    FileChange, FileWrite, Kept, Missing, NewReference, PullAction, PullPlan, PullRow, Reason, ValueFrom, Withheld,
};
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, SETTINGS};
use crate::schema::{Kind, ResourceKey};

use super::*;

fn field(path: &[&str], before: Option<Value>, after: Option<Value>) -> FieldChange {
    let path = path.iter().fold(FieldPath::default(), |path, step| path.join(*step));
    let action = match (&before, &after) {
        (None, _) => FieldAction::Add,
        (_, None) => FieldAction::Clear,
        _ => FieldAction::Change,
    };
    FieldChange { path, action, before, after, sources: BTreeMap::new(), guarded: false }
}

fn row(kind: Kind, id: &str, action: PullAction, fields: Vec<FieldChange>) -> PullRow {
    let changes = vec![FileChange::Prompt { path: "agents/triage/SOUL.md".to_owned(), text: String::new() }];
    PullRow {
        key: ResourceKey::new(kind, id),
        action,
        fields,
        references: Vec::new(),
        changes,
        overlaid: crate::schema::Overlaid::default(),
    }
}

fn view() -> PullView<'static> {
    PullView {
        context: "lobu",
        server: "https://app.lobu.ai",
        org: "acme",
        with_head: true,
        columns: 80,
        full: false,
        selectors: &[],
        new_project: None,
    }
}

fn a_plan() -> PullPlan {
    let token = SecretName::parse("TRIAGE_SLACK_BOT_TOKEN").unwrap();
    let settings = vec![
        field(&["soulMd"], Some(Value::known("Be kind.\nBe brief.")), Some(Value::known("Be kind.\nBe long."))),
        field(&["networkConfig", "allowedDomains"], Some(Value::known_list(["a.example"])), None),
        field(&["mcpServers", "gh", "url"], Some(Value::Text(Text::sensitive("x"))), Some(Value::known("https://gh"))),
    ];
    let mut platform = row(PLATFORM, "triage/triage-slack", PullAction::Create, Vec::new());
    let place = "platform/triage/triage-slack config.botToken".to_owned();
    platform.references.push(NewReference {
        name: token.clone(),
        place,
        is_made_up: true,
        value_from: ValueFrom::OrgSecrets,
    });
    let key = ResourceKey::new(SETTINGS, "triage");
    PullPlan {
        rows: vec![row(SETTINGS, "triage", PullAction::Update, settings), platform],
        missing: vec![Missing { key: ResourceKey::new(ENTITY_TYPE, "ticket"), path: FieldPath::default() }],
        withheld: vec![
            Withheld { key: key.clone(), path: FieldPath::member("userMd"), reason: Reason::Suspected },
            Withheld {
                key: key.clone(),
                path: FieldPath::member("guardrails"),
                reason: Reason::Unwritable("why".to_owned()),
            },
        ],
        kept: vec![Kept { key, path: FieldPath::member("x"), name: token, org_has: true }],
        undeclared: BTreeMap::from([(AGENT, (1..8).map(|number| format!("agent-{number}")).collect())]),
        left_out: BTreeMap::new(),
        unchanged: 4,
        notes: vec!["the directory x stays: delete it by hand".to_owned()],
        unused_allowed: Vec::new(),
        unmatched: Vec::new(),
        open: Vec::new(),
    }
}

fn writes() -> Vec<FileWrite> {
    let write = |path: &str, before: Option<&str>, after: Option<&str>| FileWrite {
        path: path.to_owned(),
        before: before.map(str::to_owned),
        after: after.map(str::to_owned),
    };
    vec![
        write("lobu.toml", Some("a"), Some("b")),
        write(".env.example", None, Some("b")),
        write("models/old.yaml", Some("a"), None),
    ]
}

fn log(document: &crate::render::document::Document) -> String {
    crate::ui::paint(document, false, Some(80))
}

#[test]
fn a_pull_is_read_without_color_at_80_columns() {
    insta::assert_snapshot!(log(&render(&a_plan(), &writes(), &view())), @r#"
    acme at app.lobu.ai (context lobu)

      ~ settings triage (SOUL.md, network.allowed, skills.mcp)
          SOUL.md
            │ --- files
            │ +++ org
            │ @@ -1,2 +1,2 @@
            │  Be kind.
            │ -Be brief.
            │ +Be long.
        - network.allowed    ["a.example"] → (cleared)
        ! skills.mcp.gh.url  (hidden) → "https://gh"          a tool server to trust
      + platform triage/triage-slack

    References that the files get:
      ! $TRIAGE_SLACK_BOT_TOKEN for platform/triage/triage-slack config.botToken;
          the org's value is not written: push it as a secret before the next apply

    Not written:
      ! settings triage USER.md: it may be a secret, and references are not
          supported here; to write it: --allow-suspected 'settings/triage:USER.md'
      ! settings triage guardrails: why

    = settings triage x stays $TRIAGE_SLACK_BOT_TOKEN; the org has something else
        there

    Only in the files; --prune-local removes it:
      ? entity-type ticket

    ? 7 agents are not in this project (agent-1, agent-2, agent-3, agent-4, agent-5,
      …); --all or kind/id takes them in

    note: the directory x stays: delete it by hand

    Files:
      ~ lobu.toml
      + .env.example
      - models/old.yaml

    Pull: 1 to add, 1 to update, 2 not written.
    "#);
}

#[test]
fn nothing_to_pull_says_so() {
    let plan = PullPlan { unchanged: 3, ..PullPlan::default() };
    insta::assert_snapshot!(log(&render(&plan, &[], &view())), @"
    acme at app.lobu.ai (context lobu)

    Nothing to pull. 3 resources unchanged.
    ");
}

#[test]
fn a_report_says_what_was_written_and_what_was_not() {
    assert_eq!(log(&report(&writes(), &writes(), true)), "Pull complete: 3 files written.\n");
    let partly = "Written:\n  ~ lobu.toml\nNot written:\n  + .env.example\n  - models/old.yaml\n";
    assert_eq!(log(&report(writes().get(..1).unwrap(), &writes(), false)), partly);
    let nothing = "Written:\n  nothing\nNot written:\n  ~ lobu.toml\n  + .env.example\n  - models/old.yaml\n";
    assert_eq!(log(&report(&[], &writes(), false)), nothing);
}

#[test]
fn a_row_in_full_has_every_line() {
    let long = (0..100).fold(String::new(), |text, number| text + &format!("line {number}\n"));
    let fields = vec![field(&["soulMd"], Some(Value::known("x")), Some(Value::known(long)))];
    let text = log(&row_in_full(&row(SETTINGS, "triage", PullAction::Update, fields), 80));
    assert!(text.contains("line 99") && text.contains("--- files") && !text.contains("--full"), "{text}");
}
