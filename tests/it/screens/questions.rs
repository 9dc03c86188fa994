//! Each question about a project, with each of its answers.

use crate::support::snapshots::assert_snapshot_file;

use super::desk::{Desk, screens_of};

#[test]
fn an_apply_asks_once() {
    let desk = Desk::edited();
    assert_snapshot_file!("screen-apply-declined", desk.screens(&["apply"], &[("[y/N]", "n\r")]));
    assert_snapshot_file!("screen-apply-interrupted", Desk::new().screens(&["apply"], &[("[y/N]", "\u{3}")]));
    assert_snapshot_file!("screen-apply-approved", screens_of(Desk::edited, &["apply"], &[("[y/N]", "y\r")]));
}

#[test]
fn an_apply_that_clears_asks_once_too() {
    let desk = Desk::edited();
    let toml = desk.env.read("lobu.toml");
    let toml = toml.replace("guardrails = [\"no-promises-about-prices\"]", "guardrails = []");
    desk.env.write("lobu.toml", toml).write("agents/front-desk/USER.md", "");
    assert_snapshot_file!("screen-apply-clears", desk.screens(&["apply"], &[("[y/N]", "n\r")]));
    assert_snapshot_file!("screen-apply-clears-refused", desk.screens(&["apply", "--yes"], &[]));
}

#[test]
fn a_pull_asks_about_each_resource() {
    let edited = || {
        let desk = Desk::edited();
        let model = desk.env.read("models/customer.yaml");
        desk.env.write("models/customer.yaml", model.replace("name: Customer", "name: Client"));
        desk
    };
    let steps = [("front-desk)", "?"), ("front-desk)", "d"), ("front-desk)", "y"), ("customer)", "n")];
    assert_snapshot_file!("screen-pull-answers", screens_of(edited, &["pull"], &steps));
    assert_snapshot_file!("screen-pull-all", screens_of(edited, &["pull"], &[("front-desk)", "a")]));
    let declined = [("front-desk)", "n"), ("customer)", "\r")];
    assert_snapshot_file!("screen-pull-declined", edited().screens(&["pull"], &declined));
    assert_snapshot_file!("screen-pull-interrupted", edited().screens(&["pull"], &[("front-desk)", "\u{3}")]));
}

#[test]
fn a_pull_asks_before_it_adds_and_removes() {
    let edited = || {
        let desk = Desk::edited();
        std::fs::remove_file(desk.env.project().join("models/repaired-in.yaml")).expect("a file");
        desk.env.write("models/part.yaml", "type: entity\nslug: part\nname: Part\n");
        desk
    };
    let declined = [("front-desk)", "n"), ("Remove", "n"), ("Add", "n")];
    assert_snapshot_file!(
        "screen-pull-adds-and-removes",
        edited().screens(&["pull", "--all", "--prune-local"], &declined)
    );
}

#[test]
fn a_pull_asks_before_it_creates_a_project() {
    let steps = [("Create an empty project", "n")];
    assert_snapshot_file!("screen-pull-init", Desk::new().screens(&["pull", "--init", "copy"], &steps));
}
