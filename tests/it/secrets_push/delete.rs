//! `lobu secrets delete` and `lobu secrets list`.

use super::site::{Site, flat};

/// A site whose org has these secrets.
#[track_caller]
fn site() -> Site {
    let site = Site::new("FOO=value-f\nBAR=value-b\n");
    site.run(&["push", "--all", "--yes"]).expect_code(0);
    site.served.counter.reset();
    site
}

#[test]
fn a_delete_is_one_request() {
    let site = site();
    let output = site.run(&["delete", "FOO", "BAR", "FOO", "--yes"]);
    output.expect_code(0);
    assert!(output.stdout.contains("- BAR") && output.stdout.contains("Deleted 2 secrets."), "{output}");
    assert_eq!((site.stored("FOO"), site.stored("BAR"), site.writes()), (None, None, 1));
    assert_eq!(site.audit().split_off(2), ["delete BAR", "delete FOO"]);
    let list = site.run(&["list"]);
    list.expect_code(0);
    assert!(flat(&list.stderr).contains("The org has no secrets.") && list.stdout.is_empty(), "{list}");
}

#[test]
fn names_that_the_org_lacks_are_all_told_and_nothing_is_deleted() {
    let site = site();
    let output = site.run(&["delete", "FOO", "ABSENT", "GONE", "--yes"]);
    output.expect_code(2);
    assert!(flat(&output.stderr).contains("the org has no secret ABSENT, GONE; nothing was deleted"), "{output}");
    assert_eq!((site.stored("FOO").as_deref(), site.writes()), (Some("value-f"), 0));
}

#[test]
fn what_is_in_use_stays_unless_forced() {
    let site = site();
    site.env.write("agents/triage/SOUL.md", "Steer.\n").write(
        "lobu.toml",
        "[agents.triage]\nname = \"Triage\"\ndir = \"./agents/triage\"\n\n\
         [[agents.triage.platforms]]\ntype = \"telegram\"\nconfig = { botToken = \"$FOO\" }\n",
    );
    site.env.lobu(["apply", "--yes", "--url", site.served.url()]).expect_code(0);
    let output = site.run(&["delete", "FOO", "BAR", "--yes"]);
    output.expect_code(3);
    assert!(flat(&output.stderr).contains("[in_use]"), "{output}");
    assert!(flat(&output.stderr).contains("Take it out of lobu.toml and apply first, or delete it with --force."));
    assert_eq!((site.stored("FOO").as_deref(), site.stored("BAR").as_deref()), (Some("value-f"), Some("value-b")));
    site.run(&["delete", "FOO", "BAR", "--yes", "--force"]).expect_code(0);
    assert_eq!((site.stored("FOO"), site.stored("BAR")), (None, None));
}

#[test]
fn who_cannot_be_asked_agrees_in_advance() {
    let site = site();
    let output = site.run(&["delete", "FOO"]);
    output.expect_code(2);
    assert!(flat(&output.stderr).contains("Nothing was deleted. To skip the prompts, add --yes."), "{output}");
    let output = site.run(&["delete", "FOO", "--json"]);
    output.expect_code(2);
    assert!(flat(&output.everything()).contains("--json asks no questions: add --yes or --dry-run"), "{output}");
    assert_eq!((site.stored("FOO").as_deref(), site.writes()), (Some("value-f"), 0));
}

#[test]
fn a_dry_run_shows_what_would_be_deleted() {
    let site = site();
    let output = site.run(&["delete", "FOO", "BAR", "--dry-run"]);
    output.expect_code(0);
    assert!(output.stdout.contains("- FOO") && output.stdout.contains("nothing was deleted."), "{output}");
    let document = site.json(&["delete", "FOO", "--dry-run"]);
    let row = &document["secrets"][0];
    assert_eq!((row["action"].as_str(), row["result"].as_str()), (Some("delete"), None));
    assert_eq!((site.audit().len(), site.writes()), (2, 0));
}

#[test]
fn a_delete_says_in_json_what_it_did() {
    let site = site();
    let document = site.json(&["delete", "FOO", "--yes"]);
    assert_eq!(document["secrets"].as_array().map(Vec::len), Some(1));
    let row = &document["secrets"][0];
    assert_eq!((row["name"].as_str(), row["result"].as_str()), (Some("FOO"), Some("deleted")));
    assert_eq!(site.audit().len(), 3);
}

#[test]
fn a_list_shows_names_digits_times_and_sources_and_no_salt() {
    let site = site();
    let output = site.run(&["list"]);
    output.expect_code(0);
    let salt = site.listed("FOO")["salt"].as_str().expect("a salt").to_owned();
    let document = site.run(&["list", "--json"]);
    for shown in [&output, &document] {
        assert!(!shown.everything().contains(&salt) && !shown.everything().contains("value-"), "{shown}");
    }
    let lines: Vec<Vec<&str>> = output.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines.first().map(Vec::as_slice), Some(&["NAME", "FINGERPRINT", "UPDATED", "SOURCE"][..]));
    let names: Vec<_> = lines.iter().skip(1).filter_map(|line| Some((*line.first()?, *line.last()?))).collect();
    assert_eq!(names, [("BAR", "env"), ("FOO", "env")]);
}
