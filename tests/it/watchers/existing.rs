use serde_json::{Value, json};

use super::{EVERY_KEY, LOBU_TOML, SCRIPT, plain};
use crate::support::existing_server::{Options, RecordedRequest};
use crate::support::site::Site;

fn site(options: Options, models: &[(&str, &str)]) -> Site {
    let site = Site::project(options, LOBU_TOML);
    site.env.write("agents/courier/SOUL.md", "Deliver.\n");
    for (path, text) in models {
        site.env.write(&format!("models/{path}"), text);
    }
    site
}

fn with_every_key() -> Site {
    site(Options::g2(), &[("late.yaml", EVERY_KEY), ("reactions/late.reaction.ts", SCRIPT)])
}

/// The bodies of the calls about watchers.
fn calls(requests: &[RecordedRequest]) -> Vec<Value> {
    let of_watchers = requests.iter().filter(|request| request.path.ends_with("/manage_watchers"));
    of_watchers.filter_map(RecordedRequest::json).collect()
}

fn actions(requests: &[RecordedRequest]) -> Vec<String> {
    calls(requests).iter().map(|call| call["action"].as_str().unwrap_or_default().to_owned()).collect()
}

#[test]
fn every_key_is_applied_and_changed_by_its_own_action() {
    let site = with_every_key();
    assert_eq!(actions(&site.apply(&[])), ["create", "set_reaction_script"]);
    site.expect_nothing_to_apply();
    let stored = site.server.state().watchers[0].clone();
    assert_eq!(stored.fields["reaction_script"], SCRIPT);
    assert_eq!(stored.fields["agent_id"], "courier");
    let changed = EVERY_KEY
        .replace("0 6 * * 1-5", "0 7 * * 1-5")
        .replace("Late parcels #", "Parcels that are late #")
        .replace("[ops, eu]", "[ops]")
        .replace("Sum up.", "Sum it up.");
    site.env.write("models/late.yaml", &changed);
    site.env.write("models/reactions/late.reaction.ts", SCRIPT.replace("done", "told"));
    let writes = site.apply(&[]);
    let mut said = calls(&writes);
    said.sort_by_key(|call| call["action"].to_string());
    let id = json!("1");
    let expected = [
        json!({"action": "create_version", "watcher_id": id, "name": "Parcels that are late", "condensation_prompt": "Sum it up."}),
        json!({"action": "set_reaction_script", "watcher_id": id, "reaction_script": SCRIPT.replace("done", "told")}),
        json!({"action": "update", "watcher_id": id, "schedule": "0 7 * * 1-5", "tags": ["ops"]}),
    ];
    assert_eq!(said, expected);
    site.expect_nothing_to_apply();
    assert_eq!(site.server.state().watchers[0].fields["sources"][0]["name"], "late", "no action empties the sources");
}

#[test]
fn an_unchanged_plan_asks_two_lists_and_one_request_a_script() {
    let site = with_every_key();
    let count = |site: &Site| {
        site.server.forget_requests();
        site.expect_nothing_to_apply();
        site.server.requests().iter().filter(|request| request.path.ends_with("/watchers")).count()
    };
    site.apply(&[]);
    assert_eq!(count(&site), 3);
    for number in 0..20 {
        site.env.write(&format!("models/more-{number}.yaml"), plain(&format!("more-{number}")));
    }
    site.apply(&[]);
    assert_eq!(count(&site), 3, "in any number of watchers");
}

#[test]
fn an_archived_slug_is_told_before_anything_is_written() {
    let site = site(Options::g2(), &[("late.yaml", &plain("late"))]);
    site.apply(&[]);
    site.server.state().watchers[0].is_archived = true;
    let output = site.expect_refusal(&["apply", "--yes"], 3);
    assert!(output.everything().contains("a watcher with this slug is archived"), "{output}");
}

#[test]
fn watchers_that_share_versions_are_pointed_out() {
    let site = site(Options::g2(), &[("late.yaml", &plain("late"))]);
    site.apply(&[]);
    {
        let mut state = site.server.state();
        let mut other = state.watchers[0].clone();
        (other.id, other.slug) = (9, "late-eu".to_owned());
        state.watchers[0].group = 9;
        other.group = 9;
        state.watchers.push(other);
    }
    site.env.write("models/late.yaml", plain("late").replace("Look.", "Look twice."));
    let output = site.run(&["plan"]);
    output.expect_code(0);
    assert!(output.everything().contains("it shares its versions with late-eu"), "{output}");
}

#[test]
fn an_agent_that_is_not_there_is_told_without_the_agents_too() {
    let site = site(Options::g2(), &[("late.yaml", &plain("late"))]);
    let output = site.expect_refusal(&["apply", "--yes", "--only", "memory"], 3);
    assert!(output.everything().contains("its agent `courier` is not in the org"), "{output}");
    site.apply(&["--only", "agents"]);
    assert_eq!(actions(&site.apply(&["--only", "memory"])), ["create"]);
    site.expect_nothing_to_apply();
}

#[test]
fn the_first_generation_gets_what_it_takes_and_a_note_of_the_rest() {
    let with_entity = plain("stock") + "entity_id: 12\ntags: [a, \"b, c\"]\n";
    let site = site(Options::g1_with_manager(), &[("late.yaml", &plain("late")), ("stock.yaml", &with_entity)]);
    let output = site.run(&["apply", "--yes"]);
    output.expect_code(0);
    let note = "1 watcher is not applied: this server takes a watcher only with the `entity_id`";
    assert!(output.everything().replace('\n', " ").contains(note), "{output}");
    let slugs: Vec<String> = site.server.state().watchers.iter().map(|watcher| watcher.slug.clone()).collect();
    assert_eq!(slugs, ["stock"]);
    site.expect_nothing_to_apply();
}

#[test]
fn a_lost_answer_makes_no_second_watcher() {
    let site = site(Options::g2(), &[("late.yaml", &plain("late"))]);
    site.apply(&["--only", "agents"]);
    let requests = site.apply(&[]);
    assert_eq!(actions(&requests), ["create"]);
    site.expect_nothing_to_apply();
    let output = site.run(&["drift"]);
    output.expect_code(0);
}
