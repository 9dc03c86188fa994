//! The resources as an org has them.

use serde_json::{Value, json};

use crate::support::env::CommandOutput;
use crate::support::existing_server::{Options, RecordedRequest};
use crate::support::schema::checked;
use crate::support::site::Site;

const TOML: &str = r#"
[agents.desk]
name = "Desk"
dir = "./agents/desk"

[[agents.desk.platforms]]
type = "telegram"
config = { botToken = "$BOT", chatId = "-1" }

[agents.desk.network]
allowed = ["repairs.example"]

[agents.desk.skills.mcp.repairs]
url = "https://repairs.example/mcp"
headers = { Accept = "text/plain", Authorization = "$TOKEN" }
"#;

/// An org that has the project, and somebody's edits.
fn desk() -> Site {
    let site = Site::project(Options::g1_with_manager(), TOML);
    site.env.write("agents/desk/SOUL.md", "Be kind.\n");
    site.apply(&[]);
    {
        let mut state = site.server.state();
        let settings = &mut state.agents[0].settings;
        settings.insert("soulMd".to_owned(), json!("Be kind. Text of the org."));
        settings.insert("userMd".to_owned(), json!("Text that only the org has."));
        settings.insert("guardrails".to_owned(), json!(["pii"]));
        let servers = settings.get_mut("mcpServers").expect("servers were sent");
        servers["repairs"]["headers"]["X-More"] = json!("Zq8-header-of-the-org");
    }
    site
}

#[track_caller]
fn remote(site: &Site, arguments: &[&str], code: i32) -> CommandOutput {
    site.server.forget_requests();
    let output = site.run(&[&["show", "--remote"], arguments].concat());
    output.expect_code(code);
    assert_eq!(site.server.writes().len(), 0, "{output}");
    assert!(!output.everything().contains("Zq8") && !output.everything().contains("made-up"), "{output}");
    output
}

#[test]
fn what_the_org_has_is_shown_and_what_only_the_org_has_is_named() {
    let site = desk();
    let output = remote(&site, &["settings/desk"], 0);
    let line = |wanted: &str| output.stdout.lines().any(|line| line.trim() == wanted || line.contains(wanted));
    for wanted in [
        "SOUL.md             1 line: \"Be kind. Text of the org.\"",
        "USER.md             (not shown)",
        "guardrails          (not shown)",
        "network.allowed     repairs.example",
        "url \"https://repairs.example/mcp\"",
        "headers.Accept \"text/plain\"",
        "headers.X-More (not shown)",
        "? Values that only the org has are not shown; add --org-values to show them.",
    ] {
        assert!(line(wanted), "{wanted}\n{output}");
    }
    assert!(!output.stdout.contains("only the org has."), "{output}");
    assert!(!output.stdout.contains("lobu.toml:1") && output.stdout.contains("lobu.toml:2"), "{output}");
    let output = remote(&site, &["settings/desk", "--org-values"], 0);
    for wanted in ["1 line: \"Text that only the org has.\"", "guardrails          pii", "headers.X-More (hidden)"] {
        assert!(output.stdout.contains(wanted), "{wanted}\n{output}");
    }
    assert!(!output.stdout.contains("--org-values"), "{output}");
    let platform = remote(&site, &["platform/desk/*"], 0);
    assert!(
        platform.stdout.contains("config.botToken  (hidden)") && platform.stdout.contains("config.chatId"),
        "{platform}"
    );
    assert!(platform.stderr.contains("dev at") && platform.stdout.starts_with("dev at"), "{platform}");
}

#[test]
fn what_the_org_lacks_is_said_as_drift_says_it() {
    let site = desk();
    site.env.write("lobu.toml", format!("{TOML}\n[agents.lab]\nname = \"Lab\"\ndir = \"./agents/lab\"\n"));
    for verb in [&["drift", "agent/lab"][..], &["show", "--remote", "agent/lab"], &["show", "--remote"]] {
        let output = site.run(verb);
        output.expect_code(6);
        assert!(output.stderr.contains("lobu apply"), "{output}");
    }
    let output = remote(&site, &["agent/lab"], 6);
    assert!(
        output.stdout.contains("agent lab (not in the org)")
            && output.stderr.contains("2 selected resources are not in the org"),
        "{output}"
    );
    let output = remote(&site, &["agent/lab", "--json"], 6);
    let document = checked("show", &output.stdout);
    assert_eq!(document["resources"][0]["missing"], true);
    assert_eq!(remote(&site, &["agent/desk"], 0).stderr.matches("error").count(), 0);
    let nothing = remote(&site, &["agent/nix", "settings/desk"], 2);
    assert!(
        nothing.stdout.is_empty() && nothing.stderr.contains("nothing in the project or the org matches agent/nix"),
        "{nothing}"
    );
}

#[test]
fn what_the_project_does_not_declare_is_counted_or_named() {
    let site = desk();
    site.env.write("lobu.toml", "[agents.other]\nname = \"Other\"\ndir = \"./agents/other\"\n");
    site.apply(&[]);
    let output = remote(&site, &[], 0);
    assert!(output.stdout.contains("? 1 agent is not in this project; select it to show it"), "{output}");
    assert!(!output.stdout.contains("agent desk"), "{output}");
    let output = remote(&site, &["agent/desk", "--org-values"], 0);
    assert!(output.stdout.contains("name  \"Desk\""), "{output}");
    assert!(output.stdout.contains("agent desk: settings and platforms are not read"), "{output}");
    let document = checked("show", &remote(&site, &["agent/desk", "--json"], 0).stdout);
    assert_eq!((&document["without_details"], &document["undeclared"]), (&json!(["desk"]), &json!({})));
    let name = &document["resources"][0]["fields"][0];
    assert_eq!((&name["path"], &name["state"], &name["value"]), (&"name".into(), &"withheld".into(), &Value::Null));
    let whole = checked("show", &remote(&site, &["--json"], 0).stdout);
    assert_eq!(whole["undeclared"], json!({"agent": 1}));
    assert_eq!(whole["target"]["org"], "dev");
}

#[test]
fn it_asks_for_what_a_plan_asks_for() {
    let site = Site::fixture(Options::g1_with_manager(), "everything");
    site.apply(&[]);
    let asked = |arguments: &[&str]| {
        site.server.forget_requests();
        site.run(arguments).expect_code(0);
        assert_eq!(site.server.writes().len(), 0, "{arguments:?}");
        let request = |request: &RecordedRequest| format!("{} {} {:?}", request.method, request.path, request.json());
        let mut requests: Vec<String> = site.server.requests().iter().map(request).collect();
        requests.sort();
        requests
    };
    let selections: [&[&str]; 6] = [
        &[],
        &["agent/harbour"],
        &["settings/night-watch"],
        &["platform/harbour/*"],
        &["entity-type/*"],
        &["relationship-type/sails", "agent/night-watch"],
    ];
    for selectors in selections {
        let plan = asked(&[&["plan"], selectors].concat());
        assert_eq!(asked(&[&["show", "--remote"], selectors].concat()), plan, "{selectors:?}");
        assert!(!plan.is_empty());
    }
    site.server.forget_requests();
    site.env.lobu(["show"]).expect_code(0);
    assert_eq!(site.server.requests().len(), 0, "without --remote nothing is asked");
}
