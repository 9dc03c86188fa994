//! What the log says of requests, where it goes, and that no value is in it.

use std::os::unix::fs::{PermissionsExt as _, symlink};

use serde_json::Value;

use crate::support::existing_server::{Fault, Options};
use crate::support::site::Site;

const TOML: &str = "[agents.desk]\nname = \"Desk\"\ndir = \"./agents/desk\"\n[[agents.desk.platforms]]\ntype = \"telegram\"\n\
                    config = { botToken = \"$DESK_TOKEN\" }\n";

fn site() -> Site {
    let site = Site::project(Options::g2(), TOML);
    site.env.write("agents/desk/IDENTITY.md", "A desk.\n");
    site
}

/// The lines about a request that was answered.
fn requests(text: &str) -> usize {
    text.lines().filter(|line| line.contains(" attempt=")).count()
}

#[test]
fn each_request_is_a_line_and_details_have_no_values() {
    let site = site();
    let output = site.run(&["plan"]);
    assert_eq!(requests(&output.stderr), 0, "{output}");
    for (flag, has_details) in [("-v", false), ("-vv", true)] {
        site.server.forget_requests();
        let output = site.run(&["plan", flag]);
        output.expect_code(0);
        assert_eq!(requests(&output.stderr), site.server.requests().len(), "{output}");
        assert_eq!(output.stderr.contains("content-type: application/json;"), has_details, "{output}");
        assert_eq!(output.stderr.contains("{agents: ["), has_details, "{output}");
    }
    let output = site.run(&["apply", "--yes", "-vv", "--log-file", "run.log"]);
    output.expect_code(0);
    let log = site.env.read("run.log");
    assert!(requests(&log) > 0 && log.contains("botToken: text"), "{log}");
    let mode = std::fs::metadata(site.env.project().join("run.log")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    let secrets = site.values.values().map(String::as_str).chain(["Bearer", "A desk."]);
    for secret in secrets {
        assert!(!log.contains(secret) && !output.stderr.contains(secret), "{secret}\n{output}");
    }
    symlink("run.log", site.env.project().join("link.log")).expect("a link");
    assert!(site.run(&["plan", "--log-file", "link.log"]).expect_code(2).stderr.contains("symbolic link"));
}

#[test]
fn an_apply_that_does_not_succeed_leaves_a_log_which_the_bundle_includes() {
    let site = site();
    let logs = site.env.home().join(".local/state/lobu/logs");
    site.apply(&[]);
    assert!(!logs.exists(), "one that succeeds leaves none");
    site.env.write("lobu.toml", TOML.replace("Desk", "Front desk"));
    site.server.fail_every(|request| !request.is_read(), Fault::error(403, "no"));
    let output = site.run(&["apply", "--yes"]);
    assert!(matches!(output.code, Some(3..=5)), "{output}");
    if output.code == Some(4) {
        assert!(!logs.exists(), "{output}");
    }
    site.server.heal();
    site.server.fail_every(|request| !request.is_read(), Fault::error(400, "no"));
    let output = site.run(&["apply", "--yes"]);
    output.expect_code(3);
    let last = output.stderr.lines().last().expect("a line").to_owned();
    let path = last.strip_prefix("Log: ").unwrap_or_else(|| panic!("{output}"));
    let log = std::fs::read_to_string(path).expect("a log");
    assert!(log.contains(" status=400 "), "{log}");
    assert!(!site.values.values().any(|value| log.contains(value)), "{log}");
    site.run(&["doctor", "--bundle", "bundle.json"]);
    let bundle: Value = serde_json::from_str(&site.env.read("bundle.json")).expect("JSON");
    assert_eq!(bundle["latest_log"].as_array().map(Vec::len), Some(log.lines().count()));
}

#[test]
fn the_json_of_an_error_has_the_diagnostics() {
    let site = site();
    site.env.write("lobu.toml", format!("{TOML}nonsense = 1\n"));
    for verb in [&["plan", "--json"][..], &["drift", "--json"]] {
        let output = site.run(verb);
        output.expect_code(2);
        let document: Value = serde_json::from_str(&output.stdout).expect("JSON");
        let found = &document["warnings"][0];
        assert_eq!((&found["severity"], &found["file"]), (&"error".into(), &"lobu.toml".into()), "{document}");
        assert!(found["line"].is_u64() && found["column"].is_u64() && found["code"].is_string(), "{document}");
    }
    let output = site.env.lobu(["validate", "--json"]);
    output.expect_code(2);
    let document: Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(document["error"]["kind"], "invalid-project");
    site.env.write("lobu.toml", TOML);
    let document: Value = serde_json::from_str(&site.env.lobu(["validate", "--json"]).stdout).expect("JSON");
    assert_eq!(document["agents"], 1);
    let contexts: Value = serde_json::from_str(&site.env.lobu(["context", "list", "--json"]).stdout).expect("JSON");
    assert_eq!(contexts["contexts"].as_array().map(Vec::len), Some(2), "{contexts}");
}

#[test]
fn without_an_org_the_targets_are_listed() {
    let site = site();
    site.env
        .write("lobu.toml", format!("{TOML}\n[targets.staging]\nurl = \"https://staging.example\"\norg = \"acme\"\n"));
    let output = site.env.lobu(["plan", "--url", &site.server.url()]);
    output.expect_code(2);
    assert!(output.stderr.contains("\n  -t staging\n"), "{output}");
}
