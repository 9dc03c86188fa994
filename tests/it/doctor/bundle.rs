//! The report for support: whole, and without what nobody else may see.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;

use super::harness::{checked, serve_memory};
use crate::support::existing_server::{Options, owner_token};
use crate::support::site::Site;

#[test]
fn a_bundle_holds_findings_and_no_secret() {
    let mut site = Site::fixture(Options::g2(), "everything");
    serve_memory(&site.server, &["search_memory"]);
    site.env.env("HTTPS_PROXY", "http://user:SENTINEL-proxy@proxy.example:1").write(".env", "OTHER=SENTINEL-dotenv\n");
    let output = site.run(&["doctor", "--bundle", "bundle.json", "--json"]);
    assert!(matches!(output.code, Some(0 | 1)), "{output}");
    let text = site.env.read("bundle.json");
    let bundle = checked(&text);
    let report: serde_json::Value = serde_json::from_str(&output.stdout).expect("JSON");
    assert_eq!(bundle["report"]["summary"], report["summary"]);
    assert_eq!(bundle["os"], std::env::consts::OS);
    assert!(bundle["variables"].as_array().is_some_and(|names| names.contains(&"LOBU_API_TOKEN".into())), "{text}");
    let home = site.env.home().to_string_lossy().into_owned();
    for text in [&text, &output.everything()] {
        assert!(!text.contains("SENTINEL") && !text.contains(&owner_token("dev")), "{text}");
        for (name, value) in &site.values {
            assert!(!text.contains(value.as_str()), "the value of {name}");
        }
    }
    assert!(!text.contains(&home), "{text}");
    let mode = fs::metadata(site.env.project().join("bundle.json")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
}

#[test]
fn a_file_is_never_overwritten_and_then_nothing_is_asked() {
    let site = Site::fixture(Options::g2(), "support-desk");
    site.env.write("taken", "kept");
    let output = site.run(&["doctor", "--bundle", "taken"]);
    output.expect_code(6);
    assert_eq!(site.env.read("taken"), "kept");
    assert_eq!(site.server.requests().len(), 0, "{output}");
    site.run(&["doctor", "--bundle", "no/such/directory"]).expect_code(1);
}

#[test]
fn the_home_directory_is_not_told() {
    let mut env = crate::support::env::TestEnv::new();
    env.copy_fixture("support-desk");
    env.env("LOBU_LOCAL_DB", env.home().join("here.db").to_string_lossy());
    env.lobu(["doctor", "-c", "local", "--bundle", "b"]).expect_code(0);
    let text = env.read("b");
    assert!(text.contains("~/here.db does not exist yet"), "{text}");
}
