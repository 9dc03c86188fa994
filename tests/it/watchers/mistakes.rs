//! Mistakes in watchers: the message of each, and no request for any of them.

use super::{LOBU_TOML, plain};
use crate::support::existing_server::Options;
use crate::support::site::Site;

#[test]
fn each_is_told_with_its_place_and_reaches_no_server() {
    let table = [
        (plain("late").replace("\"@daily\"", "every day"), "`schedule` is not a schedule", "late.yaml:4:11"),
        (plain("late").replace("type: object", "type: list"), "is not a valid JSON Schema", "late.yaml:6"),
        (
            plain("late").replace("{type: object, properties: {}}", "{type: object}"),
            "`extraction_schema` must have `type: object` and `properties`",
            "late.yaml:6:20",
        ),
        (plain("late") + "agent: desk\n", "unknown agent `desk`", "late.yaml:7:8"),
        (plain("late") + "entity_id: acme\n", "`entity_id` must be a whole number, not text", "late.yaml:7:12"),
        (plain("late").replace("Look.", "'{{#each}}'"), "`prompt` is not a valid template", "late.yaml:5:9"),
        (plain("late") + "sources: [{name: a, query: DROP x}]\n", "must begin with SELECT or WITH", "late.yaml:7:28"),
        (plain("late") + "reaction_script: ../../x.ts\n", "must be the path of a `.ts` file", "late.yaml:7:18"),
        (plain("late") + "reaction_script: reactions/x.ts\n", "does not exist", "late.yaml:7:18"),
        (plain("late").replace("slug: late", "slug: ''"), "the `slug` of a watcher must not be empty", "late.yaml:2:7"),
        (plain("late") + "---\n" + &plain("late"), "already exists in `models/late.yaml`", "late.yaml:9:7"),
    ];
    for (text, message, place) in table {
        let site = Site::project(Options::g2(), LOBU_TOML);
        site.env.write("agents/courier/SOUL.md", "Deliver.\n").write("models/late.yaml", text);
        let output = site.expect_refusal(&["apply", "--yes"], 2);
        assert_eq!(site.server.requests().len(), 0, "{output}");
        let words = output.stderr.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(words.contains(message) && words.contains(place), "{message} at {place}: {output}");
    }
}

#[test]
fn an_agent_is_not_guessed_among_two() {
    let two = format!("{LOBU_TOML}\n[agents.desk]\nname = \"Desk\"\ndir = \"./agents/desk\"\n");
    let site = Site::project(Options::g2(), &two);
    site.env
        .write("agents/courier/SOUL.md", "")
        .write("agents/desk/SOUL.md", "")
        .write("models/late.yaml", plain("late"));
    let output = site.env.lobu(["validate"]);
    output.expect_code(2);
    assert!(output.everything().contains("a watcher needs an `agent`: the project has 2 agents"), "{output}");
    assert!(output.everything().contains("models/late.yaml"), "{output}");
}
