//! What a plan creates, and what it opens.

use super::*;

/// A new agent with a little of everything.
fn a_new_agent() -> Vec<Row> {
    let list = |texts: &[&str]| Some(Value::known_list(texts.iter().copied()));
    let map = |members: &[(&str, Value)]| {
        Value::Map(members.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect())
    };
    let add = |path: &[&str], after: Option<Value>| field(path, FieldAction::Add, None, after);
    let soul = "You answer customers of a bicycle workshop.\n\n- Be brief.\n- Be kind.\n";
    let mut allowed =
        add(&["networkConfig", "allowedDomains"], list(&["repairs.example", "*.parts.example", "labels.example"]));
    allowed.sources = BTreeMap::from([("labels.example".to_owned(), "parts".to_owned())]);
    let server = map(&[
        ("url", text("https://repairs.example/mcp")),
        ("headers", map(&[("Authorization", secret("REPAIRS_TOKEN"))])),
    ]);
    let skill = map(&[
        ("repo", text("local/parts")),
        ("name", text("parts")),
        ("enabled", Value::Bool(true)),
        ("content", text("Look up parts.\nName the shelf.")),
        ("description", text("Finds parts")),
    ]);
    let tools = ["/mcp/repairs/tools/find_repair", "/mcp/repairs/tools/list_repairs"];
    let description = "Greets customers, finds their repair, and knows when to hand over to a person at the counter";
    let mut rows = vec![
        row(
            AGENT,
            "front-desk",
            Action::Create,
            vec![add(&["name"], Some(text("Front desk"))), add(&["description"], Some(text(description)))],
        ),
        row(
            SETTINGS,
            "front-desk",
            Action::Create,
            vec![
                allowed,
                add(&["mcpServers", "repairs"], Some(server)),
                add(&["skillsConfig", "skills", "local/parts"], Some(skill)),
                add(&["preApprovedTools"], list(&tools)),
                add(&["providerModelPreferences", "anthropic"], Some(text("claude-sonnet-4-5"))),
                add(&["installedProviders", "anthropic"], Some(map(&[("providerId", text("anthropic"))]))),
                add(&["modelSelection"], Some(map(&[("mode", text("auto"))]))),
                add(&["soulMd"], Some(text(soul))),
            ],
        ),
        row(
            PLATFORM,
            "front-desk/front-desk-telegram-counter",
            Action::Create,
            vec![add(&["type"], Some(text("telegram"))), add(&["config", "chatId"], Some(text("-1001204")))],
        ),
        row(ENTITY_TYPE, "repair", Action::Create, vec![add(&["name"], Some(text("Repair")))]),
    ];
    let at = |file: &str, line| Some(Position { file: file.to_owned(), line, column: 1 });
    rows[0].declared_at = at("lobu.toml", 6);
    rows[1].declared_at = at("lobu.toml", 6);
    rows[2].declared_at = at("lobu.toml", 23);
    rows[3].declared_at = at("models/repair.yaml", 3);
    rows
}

#[test]
fn what_is_created_is_shown_by_agent_with_every_field() {
    let plan = Plan {
        missing_secrets: vec![MissingSecret {
            name: name("ANTHROPIC_API_KEY"),
            users: vec!["front-desk".to_owned(), "triage".to_owned()],
        }],
        ..of(a_new_agent())
    };
    insta::assert_snapshot!(log(&plan, &view()), @r#"
    acme at app.lobu.ai (context lobu)

      + agent front-desk                                                 lobu.toml:6
          name                   "Front desk"
          description            "Greets customers, finds their repair, and …"
      + settings front-desk
          SOUL.md                4 lines: "You answer customers of a bicycle …"
          providers              anthropic, model claude-sonnet-4-5
          network.allowed        repairs.example
                                 *.parts.example
                                 labels.example (from skill parts)
        ! skills.mcp.repairs     url "https://repairs.example/mcp"
                                                              a tool server to trust
                                 headers.Authorization $REPAIRS_TOKEN
          skills/parts/SKILL.md  2 lines: "Look up parts." …
                                 description "Finds parts"
        ! tools.pre_approved     2 run without asking:
                                 /mcp/repairs/tools/find_repair
                                 /mcp/repairs/tools/list_repairs
      + platform front-desk/front-desk-telegram-counter                 lobu.toml:23
          type                   "telegram"
          config.chatId          "-1001204"

      + entity-type repair                                      models/repair.yaml:3
          name  "Repair"

    Missing secret: ANTHROPIC_API_KEY (front-desk, triage)
      lobu secrets push ANTHROPIC_API_KEY

    Plan: 4 to create.   id 0123456789ab
    "#);
    insta::assert_snapshot!(log(&plan, &PlanView { full: true, columns: 120, ..view() }), @r#"
    acme at app.lobu.ai (context lobu)

      + agent front-desk                                                                                         lobu.toml:6
          name                   "Front desk"
          description            "Greets customers, finds their repair, and knows
                                 when to hand over to a person at the counter"
      + settings front-desk
          SOUL.md                4 lines:
            │ You answer customers of a bicycle workshop.
            │
            │ - Be brief.
            │ - Be kind.
          providers              anthropic, model claude-sonnet-4-5
          network.allowed        repairs.example
                                 *.parts.example
                                 labels.example (from skill parts)
        ! skills.mcp.repairs     url "https://repairs.example/mcp"
                                 a tool server to trust
                                 headers.Authorization $REPAIRS_TOKEN
          skills/parts/SKILL.md  2 lines:
                                 description "Finds parts"
            │ Look up parts.
            │ Name the shelf.
        ! tools.pre_approved     2 run without asking:
                                 /mcp/repairs/tools/find_repair
                                 /mcp/repairs/tools/list_repairs
      + platform front-desk/front-desk-telegram-counter                                                         lobu.toml:23
          type                   "telegram"
          config.chatId          "-1001204"

      + entity-type repair                                                                              models/repair.yaml:3
          name  "Repair"

    Missing secret: ANTHROPIC_API_KEY (front-desk, triage)
      lobu secrets push ANTHROPIC_API_KEY

    Plan: 4 to create.   id 0123456789ab
    "#);
}

#[test]
fn what_a_change_opens_is_pointed_out() {
    let list = |texts: &[&str]| Value::known_list(texts.iter().copied());
    let changes = vec![
        change(&["networkConfig", "allowedDomains"], list(&["a.com"]), list(&["a.com", "b.com", "*", "*.github.io"])),
        change(&["networkConfig", "deniedDomains"], list(&["evil.example", "x.example"]), list(&["x.example"])),
        change(&["mcpServers", "gh", "url"], text("https://old.example/mcp"), text("https://new.example/mcp")),
        change(&["guardrails"], list(&["pii"]), list(&["other"])),
        field(&["preApprovedTools"], FieldAction::Add, None, Some(list(&["/mcp/gh/tools/x"]))),
        field(
            &["networkConfig", "judges", "strict"],
            FieldAction::Drift { prunable: true },
            Some(text("Allow everything.")),
            None,
        ),
    ];
    let plan = of(vec![row(SETTINGS, "triage", Action::Update, changes)]);
    insta::assert_snapshot!(log(&plan, &PlanView { org_values: true, ..view() }), @r#"
    acme at app.lobu.ai (context lobu)

      ~ settings triage (network.allowed, network.denied, skills.mcp, guardrails,
            tools.pre_approved)
        ! network.allowed        + "*"                      any host on the internet
                                 + "*.github.io"        a host shared by many owners
                                 + "b.com"
        ! network.denied         - "evil.example"                   no longer denied
        ! skills.mcp.gh.url      - "https://old.example/mcp"
                                 + "https://new.example/mcp"  a tool server to trust
        ! guardrails             - "pii"                           guardrail removed
                                 + "other"
        ! tools.pre_approved     + "/mcp/gh/tools/x"             runs without asking
        ! network.judges.strict  "Allow everything."           the policy of a judge

    ? 1 setting is only in the org (pull adds it, --prune removes it)

    Plan: 1 to update.   id 0123456789ab
    "#);
}
