//! What the files declare and apply does not send is said, and guardrails that are not on are said loudly.

use crate::support::existing_server::Options;
use crate::support::site::Site;

const PROJECT: &str = r#"[agents.desk]
name = "Desk"
dir = "agents/desk"
guardrails_inline = [{ stage = "input", judge = "be kind" }]
guardrails_disabled = ["pii"]

[[agents.desk.platforms]]
type = "slack"
config = {}
channels = ["T1/C1", "T1/C2"]

[agents.quiet]
name = "Quiet"
dir = "agents/quiet"
guardrails_inline = []
guardrails_disabled = []

[memory]
"#;

const CONNECTIONS: &str = "type: auth_profile
slug: gmail-work
connector: gmail
kind: env
---
type: connection
slug: inbox
connector: gmail
feeds: [{feed: mails}, {feed: labels}]
---
type: connector
key: tracker
source_path: tracker.ts
";

fn site() -> Site {
    let site = Site::project(Options::g2(), PROJECT);
    site.env.write("agents/desk/SOUL.md", "Be kind.\n").write("agents/quiet/SOUL.md", "Be quiet.\n");
    site.env.write("connectors/all.yaml", CONNECTIONS).write("connectors/own.connector.ts", "export {}\n");
    site.env.write("connectors/broken.yml", "a: [\n").write("data/people/team.yaml", "type: entity\n");
    site
}

#[test]
fn guardrails_without_effect_are_warnings_with_their_places() {
    let site = site();
    let warnings = [
        ("lobu.toml:4:1", "`agents.desk.guardrails_inline` has no effect: no guard is on"),
        ("lobu.toml:5:1", "`agents.desk.guardrails_disabled` has no effect: no guard is off"),
    ];
    for arguments in [&["plan"][..], &["apply", "--yes"], &["drift"]] {
        let output = site.run(arguments);
        for (place, message) in warnings {
            assert!(output.stderr.contains(place) && output.stderr.contains(message), "{arguments:?}: {output}");
        }
        assert!(!output.everything().contains("agents.quiet.guardrails"), "{output}");
    }
    let valid = site.env.lobu(["validate"]);
    assert!(warnings.iter().all(|(place, message)| valid.stderr.contains(place) && valid.stderr.contains(message)));
    site.env.lobu(["validate", "--deny-warnings"]).expect_code(2);
    let json = site.run(&["plan", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json.stdout).expect("JSON");
    let found: Vec<_> = json["warnings"].as_array().expect("a list").iter().map(|it| it["message"].clone()).collect();
    assert_eq!(found, warnings.map(|(_, message)| message));
}

#[test]
fn what_goes_nowhere_is_one_note_with_counts_and_names() {
    let output = site().run(&["plan", "--full"]);
    let words: Vec<&str> = output.stdout.split_whitespace().collect();
    let note = "note: not applied by this version: 1 auth profile (gmail-work); 1 connection (inbox); 3 connectors \
                (tracker, broken.yml, own.connector.ts); 2 feeds (inbox/mails, inbox/labels); 2 platform channels (T1/C1, \
                T1/C2); 1 seed data file (team.yaml)";
    assert!(words.join(" ").contains(note), "{output}");
    assert_eq!(output.stdout.matches("not applied by this version").count(), 1, "{output}");
}
