use serde_json::json;

use super::{EVERY_KEY, LOBU_TOML, SCRIPT, plain};
use crate::support::existing_server::Options;
use crate::support::site::Site;

fn site() -> Site {
    let site = Site::project(Options::g2(), LOBU_TOML);
    site.env
        .write("agents/courier/SOUL.md", "Deliver.\n")
        .write("models/late.yaml", EVERY_KEY)
        .write("models/reactions/late.reaction.ts", SCRIPT);
    site.apply(&[]);
    site
}

#[test]
fn edits_of_the_org_come_into_the_files_and_comments_stay() {
    let site = site();
    site.run(&["pull", "--force"]).expect_code(0);
    assert_eq!(site.env.read("models/late.yaml"), EVERY_KEY, "an untouched org changes no byte");
    {
        let mut state = site.server.state();
        let fields = &mut state.watchers[0].fields;
        fields.insert("name".to_owned(), json!("Parcels"));
        fields.insert("schedule".to_owned(), json!("0 9 * * *"));
        fields.insert("tags".to_owned(), json!(["ops", "us"]));
        fields.insert("min_cooldown_seconds".to_owned(), json!(90));
        fields.insert("reaction_script".to_owned(), json!("export default 2;\n"));
    }
    site.run(&["pull", "--force"]).expect_code(0);
    let text = site.env.read("models/late.yaml");
    for kept in ["# What is late.", "# as people see it", "[ops, us]", "min_cooldown_seconds: 90", "name: Parcels "] {
        assert!(text.contains(kept), "{kept}:\n{text}");
    }
    assert!(text.contains("0 9 * * *") && text.contains("reaction_script: reactions/late.reaction.ts"), "{text}");
    assert_eq!(site.env.read("models/reactions/late.reaction.ts"), "export default 2;\n");
    site.expect_nothing_to_apply();
}

#[test]
fn a_watcher_of_the_org_becomes_a_file_and_its_script_another() {
    let site = site();
    site.env.write("models/stock.yaml", plain("stock-gaps") + "reaction_script: reactions/late.reaction.ts\n");
    site.apply(&[]);
    std::fs::remove_file(site.env.project().join("models/stock.yaml")).expect("it is there");
    site.run(&["pull", "--all", "--force"]).expect_code(0);
    insta::assert_snapshot!(site.env.read("models/stock-gaps.yaml"), @r#"
    version: 2
    watchers:
      - slug: stock-gaps
        name: stock-gaps
        agent: courier
        schedule: "@daily"
        prompt: Look.
        extraction_schema:
          properties: {}
          type: object
        reaction_script: reactions/stock-gaps.reaction.ts
    "#);
    assert_eq!(site.env.read("models/reactions/stock-gaps.reaction.ts"), SCRIPT);
    site.expect_nothing_to_apply();
}

#[test]
fn a_script_that_two_watchers_name_is_left_to_the_other_one() {
    let site = site();
    let stock = plain("stock-gaps") + "reaction_script: reactions/late.reaction.ts\n";
    site.env.write("models/stock.yaml", &stock);
    site.apply(&[]);
    let edited = "export default 2;\n";
    for watcher in site.server.state().watchers.iter_mut().filter(|watcher| watcher.slug == "stock-gaps") {
        watcher.fields.insert("reaction_script".to_owned(), json!(edited));
    }
    site.run(&["pull", "--force"]).expect_code(0);
    assert_eq!(site.env.read("models/reactions/late.reaction.ts"), SCRIPT);
    assert_eq!(site.env.read("models/reactions/stock-gaps.reaction.ts"), edited);
    assert_eq!(site.env.read("models/stock.yaml"), stock.replace("late.reaction", "stock-gaps.reaction"));
    site.expect_nothing_to_apply();
}

#[test]
fn a_watcher_of_another_agent_is_told_and_not_written() {
    let site = site();
    site.server.state().watchers[0].fields.insert("agent_id".to_owned(), json!("elsewhere"));
    let output = site.run(&["pull", "--force"]);
    output.expect_code(6);
    assert!(output.everything().contains("the project has no agent elsewhere"), "{output}");
    assert_eq!(site.env.read("models/late.yaml"), EVERY_KEY);
}
