//! Plans as they are read: each snapshot was read, too.

mod created;

use std::collections::BTreeMap;

use crate::model::{FieldPath, Position, SecretName, Text, Value};
use crate::plan::{Action, FieldAction, FieldChange, MissingSecret, Need, Plan, Problem, Row, SecretUse};
use crate::schema::SecretsMode;
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, RELATIONSHIP_TYPE, SETTINGS};
use crate::schema::{Kind, ResourceKey};
use crate::ui::paint;

use super::*;

const HAVE_NONE: &dyn Fn(&SecretName) -> bool = &|_| false;

fn view() -> PlanView<'static> {
    PlanView {
        context: "lobu",
        server: "https://app.lobu.ai",
        org: "acme",
        plan_id: Some("0123456789abcdef0123456789abcdef01234567"),
        with_head: true,
        columns: 80,
        org_values: false,
        show_unchanged: false,
        full: false,
        all: false,
        dry_run: false,
        have: HAVE_NONE,
        push_command: "lobu secrets push",
        selectors: &[],
    }
}

fn empty() -> Plan {
    Plan {
        secrets: SecretsMode::References,
        generation: "G2",
        rows: Vec::new(),
        undeclared: BTreeMap::new(),
        left_out: BTreeMap::new(),
        secrets_used: Vec::new(),
        needs: Vec::new(),
        missing_secrets: Vec::new(),
        problems: Vec::new(),
        mismatches: Vec::new(),
        notes: Vec::new(),
        warnings: Vec::new(),
        provider_keys: Vec::new(),
        takes_provider_keys: false,
        not_compared: None,
    }
}

fn of(rows: Vec<Row>) -> Plan {
    Plan { rows, ..empty() }
}

fn row(kind: Kind, id: &str, action: Action, fields: Vec<FieldChange>) -> Row {
    let will_restart = kind == PLATFORM && action == Action::Update;
    let key = ResourceKey::new(kind, id);
    Row {
        key,
        declared_at: None,
        overlaid: crate::schema::Overlaid::default(),
        action,
        fields,
        only_in_org: Vec::new(),
        will_restart,
        attention: Vec::new(),
        writes: Vec::new(),
    }
}

fn field(path: &[&str], action: FieldAction, before: Option<Value>, after: Option<Value>) -> FieldChange {
    let path = path.iter().fold(FieldPath::default(), |path, step| path.join(*step));
    FieldChange { path, action, before, after, sources: BTreeMap::new(), guarded: false }
}

fn change(path: &[&str], before: Value, after: Value) -> FieldChange {
    field(path, FieldAction::Change, Some(before), Some(after))
}

fn name(name: &str) -> SecretName {
    SecretName::parse(name).unwrap()
}

fn secret(text: &str) -> Value {
    Value::Text(Text::SecretRef(name(text)))
}

fn text(text: &str) -> Value {
    Value::known(text)
}

fn problem(kind: Kind, id: &str, message: &str, hint: Option<&str>) -> Problem {
    Problem { key: ResourceKey::new(kind, id), message: message.to_owned(), hint: hint.map(str::to_owned) }
}

/// As a CI log of 80 columns shows it.
fn log(plan: &Plan, view: &PlanView<'_>) -> String {
    paint(&render(plan, view), false, Some(80))
}

#[test]
fn groups_stand_in_the_order_of_kinds_and_the_summary_is_last() {
    let plan = of(vec![
        row(AGENT, "triage", Action::Create, vec![field(&["name"], FieldAction::Add, None, Some(text("Triage")))]),
        row(AGENT, "other", Action::Unchanged, Vec::new()),
        row(SETTINGS, "triage", Action::Create, Vec::new()),
        row(SETTINGS, "other", Action::Update, vec![change(&["egressConfig", "judgeModel"], text("a"), text("b"))]),
        row(PLATFORM, "other/other-slack", Action::Drift, Vec::new()),
        row(
            PLATFORM,
            "other/other-telegram",
            Action::Update,
            vec![change(&["config", "chatId"], text("1"), text("2"))],
        ),
        row(ENTITY_TYPE, "person", Action::Unchanged, Vec::new()),
        row(RELATIONSHIP_TYPE, "knows", Action::Create, Vec::new()),
    ]);
    insta::assert_snapshot!(log(&plan, &view()), @r#"
    acme at app.lobu.ai (context lobu)

      + agent triage
          name  "Triage"
      + settings triage

      ~ settings other (egress.judge_model)
          egress.judge_model  "a" → "b"
      ? platform other/other-slack
      ~ platform other/other-telegram (config)
          config.chatId       "1" → "2"
          the chat integration will restart

      + relationship-type knows

    ? 1 resource is only in the org (pull adds it; apply never deletes it)

    Plan: 3 to create, 2 to update.   id 0123456789ab
    "#);
    let whole = log(&plan, &PlanView { show_unchanged: true, full: true, ..view() });
    assert!(whole.contains("\n  = agent other\n  ~ settings other"), "{whole}");
    assert!(whole.contains("\n\n  = entity-type person\n\n"), "{whole}");
}

#[test]
fn an_empty_plan_says_that_there_is_nothing_to_apply() {
    insta::assert_snapshot!(log(&of(vec![row(AGENT, "a", Action::Unchanged, vec![])]), &view()), @"
    acme at app.lobu.ai (context lobu)

    Nothing to apply. 1 resource unchanged.
    ");
}

#[test]
fn a_head_that_was_said_above_is_not_repeated() {
    let plan = of(vec![row(AGENT, "a", Action::Create, vec![])]);
    insta::assert_snapshot!(log(&plan, &PlanView { with_head: false, ..view() }), @"
      + agent a

    Plan: 1 to create.   id 0123456789ab
    ");
}

#[test]
fn each_changed_field_says_what_was_and_what_will_be() {
    let mut allowed = change(
        &["networkConfig", "allowedDomains"],
        Value::known_list(["a.com"]),
        Value::known_list(["a.com", "api.x.com", "b.com"]),
    );
    allowed.sources = [("a.com", "old"), ("api.x.com", "websearch")]
        .map(|(element, skill)| (element.to_owned(), skill.to_owned()))
        .into();
    let server = Value::Map(BTreeMap::from([("url".to_owned(), text("https://h.example/mcp"))]));
    let mut server = field(&["mcpServers", "search"], FieldAction::Add, None, Some(server));
    server.sources = BTreeMap::from([(String::new(), "websearch".to_owned())]);
    let mut guardrails = field(&["guardrails"], FieldAction::Clear, Some(Value::known_list(["pii"])), None);
    guardrails.guarded = true;
    let mut soul = field(&["soulMd"], FieldAction::Clear, Some(text("Be kind.\nBe brief.\n")), None);
    soul.guarded = true;
    let content = ["skillsConfig", "skills", "local/web", "content"];
    let plan = of(vec![row(
        SETTINGS,
        "triage",
        Action::Update,
        vec![
            allowed,
            field(&["networkConfig", "deniedDomains"], FieldAction::Drift { prunable: true }, Some(text("x")), None),
            change(&["egressConfig", "extraPolicy"], text("No."), text("Yes.")),
            server,
            change(&content, text("one\ntwo\nthree\n"), text("one\n2\nthree\n")),
            guardrails,
            field(&["modelSelection"], FieldAction::Drift { prunable: false }, Some(text("gpt")), None),
            soul,
            field(&["identityMd"], FieldAction::Add, None, Some(text("I am.\n"))),
            change(&["userMd"], Value::Text(Text::sensitive("a")), Value::Text(Text::sensitive("b"))),
        ],
    )]);
    insta::assert_snapshot!(log(&plan, &view()), @r#"
    acme at app.lobu.ai (context lobu)

      ~ settings triage (network.allowed, egress.extra_policy, skills.mcp, skills,
            guardrails, SOUL.md, IDENTITY.md, USER.md)
          network.allowed      + "api.x.com" (from skill websearch)
                               + "b.com"
        ! egress.extra_policy
            │ @@ -1 +1 @@
            │ -No.
            │ +Yes.
        ! skills.mcp.search    + url "https://h.example/mcp"  a tool server to trust
                                 from skill websearch
          skills/web/SKILL.md
            │ @@ -1,3 +1,3 @@
            │  one
            │ -two
            │ +2
            │  three
        ! guardrails           ["pii"] → (cleared)                 guardrail removed
        - SOUL.md              (cleared)
            │ @@ -1,2 +0,0 @@
            │ -Be kind.
            │ -Be brief.
          IDENTITY.md
            │ @@ -0,0 +1 @@
            │ +I am.
          USER.md              (hidden, changed)
        ? network.denied
        ? modelSelection

    ? 1 setting is only in the org (pull adds it, --prune removes it)
    ? 1 setting is only in the org (left as it is)

    ! With --yes this needs --allow-clear too:
        - settings triage guardrails
        - settings triage SOUL.md

    Plan: 1 to update.   id 0123456789ab
    "#);
}

#[test]
fn what_prune_removes_is_shown_and_counted() {
    let tools = Value::known_list(["bash", "web"]);
    let provider = Value::Map(BTreeMap::from([("providerId".to_owned(), text("openai"))]));
    let plan = of(vec![row(
        SETTINGS,
        "triage",
        Action::Update,
        vec![
            field(&["toolsConfig", "allowedTools"], FieldAction::Remove, Some(tools), None),
            field(&["installedProviders", "openai"], FieldAction::Remove, Some(provider), None),
        ],
    )]);
    insta::assert_snapshot!(log(&plan, &view()), @r#"
    acme at app.lobu.ai (context lobu)

      ~ settings triage (tools.allowed, providers)
        - tools.allowed      ["bash", "web"] → (removed by --prune)
        - providers[openai]  {providerId: "openai"} → (removed by --prune)

    Plan: 1 to update, 2 settings to remove.   id 0123456789ab
    "#);
}

#[test]
fn drift_alone_is_nothing_to_apply() {
    let drift =
        |path: &[&str], prunable| field(path, FieldAction::Drift { prunable }, Some(Value::known_list(["bash"])), None);
    let fields = vec![drift(&["toolsConfig", "allowedTools"], true), drift(&["userMd"], false)];
    let plan = Plan {
        rows: vec![
            row(SETTINGS, "triage", Action::Drift, fields),
            row(PLATFORM, "triage/mine", Action::Drift, Vec::new()),
        ],
        undeclared: BTreeMap::from([
            (AGENT, (0..290).map(|number| format!("agent-{number}")).collect()),
            (ENTITY_TYPE, vec!["thing".to_owned()]),
        ]),
        ..empty()
    };
    insta::assert_snapshot!(log(&plan, &view()), @"
    acme at app.lobu.ai (context lobu)

      ? settings triage (tools.allowed, USER.md)
        ? tools.allowed
        ? USER.md
      ? platform triage/mine

    ? 1 setting is only in the org (pull adds it, --prune removes it)
    ? 1 setting is only in the org (left as it is)
    ? 1 resource is only in the org (pull adds it; apply never deletes it)

    ? 290 agents are not in this project; --all lists them
    ? 1 entity type is not in this project; --all lists it

    Nothing to apply.
    ");
    let few = Plan { undeclared: BTreeMap::from([(AGENT, vec!["a".into(), "b".into()])]), ..plan };
    insta::assert_snapshot!(log(&few, &PlanView { all: true, org_values: true, ..view() }), @"
    acme at app.lobu.ai (context lobu)

      ? settings triage (tools.allowed, USER.md)
        ? tools.allowed  bash
        ? USER.md        bash
      ? platform triage/mine

    ? 1 setting is only in the org (pull adds it, --prune removes it)
    ? 1 setting is only in the org (left as it is)
    ? 1 resource is only in the org (pull adds it; apply never deletes it)

    ? 2 agents are not in this project; apply never deletes them:
      ? agent a
      ? agent b

    Nothing to apply.
    ");
}

#[test]
fn secrets_are_named_with_their_places_and_never_shown() {
    let opaque = || Value::Text(Text::Opaque);
    let mut platform = row(
        PLATFORM,
        "triage/triage-slack",
        Action::Update,
        vec![
            field(&["config", "botToken"], FieldAction::Incomparable, Some(opaque()), Some(secret("BOT_TOKEN"))),
            field(&["config", "signingSecret"], FieldAction::Add, None, Some(secret("SIGNING"))),
        ],
    );
    platform.attention.push("sends $BOT_TOKEN again: the org's value cannot be compared".to_owned());
    let incomparable =
        |name| field(&["config", "botToken"], FieldAction::Incomparable, Some(opaque()), Some(secret(name)));
    let other = |id, name| row(PLATFORM, id, Action::Unchanged, vec![incomparable(name)]);
    let plan = Plan {
        secrets: SecretsMode::Values,
        rows: vec![platform, other("triage/a", "A_TOKEN"), other("triage/b", "B_TOKEN")],
        secrets_used: vec![
            SecretUse {
                name: name("SIGNING"),
                user: "triage/triage-slack.signingSecret".to_owned(),
                destination: None,
            },
            SecretUse {
                name: name("X_KEY"),
                user: "MCP server x".to_owned(),
                destination: Some("api.example.com".to_owned()),
            },
        ],
        needs: vec![
            Need { name: name("BOT_TOKEN"), places: vec!["triage/triage-slack.botToken".to_owned()] },
            Need { name: name("SIGNING"), places: vec!["triage/triage-slack.signingSecret".to_owned()] },
        ],
        ..empty()
    };
    let have = |name: &SecretName| name.as_str() == "BOT_TOKEN";
    insta::assert_snapshot!(log(&plan, &PlanView { dry_run: true, have: &have, ..view() }), @"
    acme at app.lobu.ai (context lobu)
    Secrets: this server has no secrets API; platform values are sent as values

      ~ platform triage/triage-slack (config)
        ! sends $BOT_TOKEN again: the org's value cannot be compared
          config.signingSecret  + $SIGNING
          the chat integration will restart

    ! The server hides 2 values: triage → a → botToken, triage → b → botToken. An
      edit of one is not detected; send them with --resend-secrets=agent/triage

    Secrets used:
      $SIGNING → triage/triage-slack.signingSecret
      $X_KEY → api.example.com (MCP server x)

    apply will need the values of:
      = $BOT_TOKEN (at hand) for triage/triage-slack.botToken
      ! $SIGNING (missing) for triage/triage-slack.signingSecret

    Plan: 1 to update.   id 0123456789ab
    ");
    let shown = log(&plan, &PlanView { show_unchanged: true, ..view() });
    assert!(shown.contains("= config.botToken       $A_TOKEN (cannot be compared)"), "{shown}");
    assert!(!shown.contains("apply will need"));
}

#[test]
fn the_head_says_how_secrets_travel_only_where_it_matters() {
    let line = |plan: &Plan| log(plan, &view()).lines().nth(1).unwrap_or_default().to_owned();
    assert_eq!(line(&empty()), "");
    assert_eq!(line(&Plan { secrets: SecretsMode::Values, ..empty() }), "");
    assert!(line(&Plan { secrets: SecretsMode::Unknown, ..empty() }).starts_with("Secrets: cannot tell"));
    let needs = vec![Need { name: name("A"), places: vec!["a.mcpServers".to_owned()] }];
    assert!(line(&Plan { needs, ..empty() }).starts_with("Secrets: this server has the secrets API"));
}

#[test]
fn problems_warnings_and_what_was_left_out_stand_below() {
    let mut platform = row(SETTINGS, "triage", Action::Unchanged, Vec::new());
    platform.attention.push("provider openai wants $OPENAI, which the org lacks: lobu secrets push OPENAI".to_owned());
    let plan = Plan {
        rows: vec![platform],
        left_out: BTreeMap::from([(AGENT, 3), (SETTINGS, 3), (PLATFORM, 1)]),
        problems: vec![problem(
            RELATIONSHIP_TYPE,
            "knows",
            "is_symmetric is true in the org and false in the files, and can't be changed",
            Some("Write the org's value, or use another slug."),
        )],
        warnings: vec![problem(
            PLATFORM,
            "triage/b",
            "it will be made beside `a`, another slack platform",
            Some("To adopt that one instead, write id = \"a\" in lobu.toml."),
        )],
        notes: vec!["not applied by this version: 2 watchers".to_owned()],
        ..empty()
    };
    let selectors = ["agent/tri*".to_owned(), "entity-type/*".to_owned()];
    insta::assert_snapshot!(log(&plan, &PlanView { selectors: &selectors, ..view() }), @r#"
    acme at app.lobu.ai (context lobu)

      = settings triage
        ! provider openai wants $OPENAI, which the org lacks: lobu secrets push
          OPENAI

    Only agent/tri* entity-type/* is planned; left out: 3 agents, 3 settings, 1
      platform

    warning: platform triage/b: it will be made beside `a`, another slack platform
      help: To adopt that one instead, write id = "a" in lobu.toml.
    note: not applied by this version: 2 watchers

    This server cannot take this plan:
      ! relationship-type knows: is_symmetric is true in the org and false in the
        files, and can't be changed
          help: Write the org's value, or use another slug.

    Nothing to apply. 1 resource unchanged.
    "#);
}

#[test]
fn foreign_text_neither_steers_the_terminal_nor_the_log() {
    let field = change(&["soulMd"], text("a\n"), text("::error::x\u{1b}[2J\n##[group]\n"));
    let plan = of(vec![row(SETTINGS, "tri\u{202e}age", Action::Update, vec![field])]);
    let view = PlanView { org: "::warning::", ..view() };
    insta::assert_snapshot!(log(&plan, &view), @r"
    \u{3a}:warning:: at app.lobu.ai (context lobu)

      ~ settings tri\u{202e}age (SOUL.md)
          SOUL.md
            │ @@ -1 +1,2 @@
            │ -a
            │ +\u{3a}:error::x\u{1b}[2J
            │ +#\u{23}[group]

    Plan: 1 to update.   id 0123456789ab
    ");
}

#[test]
fn color_adds_nothing_but_color() {
    let plan = of(vec![row(AGENT, "a", Action::Update, vec![change(&["name"], text("A"), text("B"))])]);
    let painted = paint(&render(&plan, &view()), true, Some(80));
    assert_ne!(painted, log(&plan, &view()));
    assert_eq!(console::strip_ansi_codes(&painted), log(&plan, &view()));
}
