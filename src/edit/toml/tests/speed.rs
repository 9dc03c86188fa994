use std::time::Instant;

use super::{append, remove, reorder, set, text};
use crate::edit::Content;
use crate::edit::toml::{Toml, TomlChange};

/// A file of many agents, of ten lines each.
fn large(agents: usize) -> String {
    let agent = |id| {
        format!(
            "# about {id}\n[agents.a{id}]\nname = \"A {id}\" # n\n\n[[agents.a{id}.providers]]\nid = \"p\"\n\n\
             [agents.a{id}.network]\nallowed = [\"a.com\"]\n\n"
        )
    };
    (0..agents).map(agent).collect()
}

/// Prints how long a file of 20,000 lines takes: `cargo test --release speed -- --ignored --nocapture`.
#[test]
#[ignore = "it only prints a time"]
#[expect(clippy::print_stdout, reason = "the time is what it is for")]
fn twenty_thousand_lines() {
    let file = large(2000);
    let one = vec![set("agents.a1000.name", text("new"))];
    let many: Vec<TomlChange> = (0..2000)
        .flat_map(|id| {
            let at = |path: &str| format!("agents.a{id}{path}");
            [
                set(&at(".name"), text("new")),
                set(&at(".network.allowed"), Content::texts(["b.com", "a.com"])),
                append(&at(".providers"), [("id", text("q"))]),
                reorder(&at(".providers"), &[1, 0]),
                set(&at(".egress.judge_model"), text("m")),
            ]
        })
        .collect();
    let removed: Vec<TomlChange> = (0..2000).step_by(2).map(|id| remove(&format!("agents.a{id}"))).collect();
    let added: Vec<TomlChange> = (0..1000).map(|id| set(&format!("agents.b{id}.name"), text("new"))).collect();
    for (name, changes) in [("none", vec![]), ("one", one), ("many", many), ("removed", removed), ("added", added)] {
        let start = Instant::now();
        let toml = Toml::parse(&file);
        let parsed = start.elapsed();
        let edits = toml.map(|toml| toml.edits(&changes));
        println!(
            "{} lines, {name}: {} changes, parsed in {parsed:?}, {:?} edits in {:?}",
            file.lines().count(),
            changes.len(),
            edits.and_then(Result::ok).map(|edits| edits.len()),
            start.elapsed()
        );
    }
}
