use super::{append, remove, reorder, set, text};
use crate::edit::tests::comparisons;
use crate::edit::toml::forms::Forms;
use crate::edit::{Change, Content, NodePath, Toml};

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

#[test]
fn a_large_file_is_patched_with_few_comparisons() {
    let agents = 500;
    let file = large(agents);
    let one = vec![set("agents.a100.name", text("new"))];
    let many: Vec<Change> = (0..agents)
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
    let removed: Vec<Change> = (0..agents).step_by(2).map(|id| remove(&format!("agents.a{id}"))).collect();
    let added: Vec<Change> = (0..agents).map(|id| set(&format!("agents.b{id}.name"), text("new"))).collect();
    for (most, changes) in [(0, vec![]), (5, one), (20 * agents, many), (0, removed), (2 * agents, added)] {
        let (edits, compared) = comparisons(|| Toml::parse(&file).unwrap().edits(&changes).unwrap());
        assert!(compared <= most, "{compared} comparisons for {} changes, {} edits", changes.len(), edits.len());
    }
}

#[test]
fn the_form_of_a_table_is_looked_for_once_for_all_agents() {
    let agents = 500;
    let file = large(agents);
    let toml = Toml::parse(&file).unwrap();
    let forms = Forms::new(toml.root());
    let empty = Content::Table(Vec::new());
    for id in 0..agents {
        forms.of_member(&NodePath::of(["agents", &format!("a{id}")]), "egress", &empty);
    }
    let visits = forms.visits.get();
    assert!(visits <= 10 * agents, "{visits} values looked at");
}
