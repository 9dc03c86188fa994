//! The pictures of the README, made of what the program prints.

use std::fs;

use crate::support::env::TestEnv;

use super::blocks::{file, is_update};

/// Holds a picture to the colored output of a command.
#[track_caller]
fn hold(path: &str, output: &str) {
    let drawn = anstyle_svg::Term::new().render_svg(output) + "\n";
    let found = fs::read_to_string(file(path)).unwrap_or_default();
    if found == drawn {
        return;
    }
    assert!(is_update(), "{path} is out of date; UPDATE_DOCS=1 cargo test --test it docs");
    fs::create_dir_all(file(path).parent().expect("a directory")).expect("a directory");
    fs::write(file(path), drawn).expect("the picture can be written");
}

#[test]
fn a_plan() {
    let env = TestEnv::new();
    env.copy_fixture("support-desk");
    env.lobu(["apply", "-c", "local", "--yes"]).expect_code(0);
    let toml = env.read("lobu.toml");
    env.write("lobu.toml", toml.replacen("allowed = [", "allowed = [\"*\", ", 1).replace("\"en\"", "\"de\""));
    let soul = env.read("agents/front-desk/SOUL.md");
    env.write("agents/front-desk/SOUL.md", format!("{soul}- Always be polite.\n"));
    let output = env.lobu(["plan", "-c", "local", "--color", "always"]);
    output.expect_code(0);
    hold("docs/pictures/plan.svg", &output.stdout);
}
