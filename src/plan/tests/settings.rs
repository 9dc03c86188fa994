use serde_json::{Value as Json, json};

use crate::model::FieldPath;
use crate::plan::{Action, FieldAction};
use crate::schema::kinds::{SETTINGS, settings};
use crate::schema::{EntryKey, Write};

use super::build::{providers, skills, value};
use super::store::{Server, World, action, field, fields, row};

const ROW: &str = "settings/triage";

#[track_caller]
fn with_providers(declared: &[&str], org: &Json) -> World {
    World::with_agent(Server::Ours)
        .have(settings::PROVIDERS, org)
        .have(settings::MODEL_SELECTION, &json!({"mode": "auto"}))
        .declare(settings::PROVIDERS, &providers(declared))
        .declare(settings::MODEL_SELECTION, &json!({"mode": "auto"}))
}

#[track_caller]
fn with_skills(declared: &[(&str, Json)], org: &Json) -> World {
    World::with_agent(Server::Ours).have(settings::SKILLS, org).declare(settings::SKILLS, &skills(declared))
}

#[test]
fn server_defaults_are_not_drift() {
    let mut world = World::with_agent(Server::ExistingInClear)
        .have(settings::NETWORK, &json!({}))
        .have(settings::EGRESS, &json!({}))
        .have(settings::NIX, &json!({}))
        .have(settings::TOOLS, &json!({"strictMode": false, "allowedTools": []}))
        .have(settings::SKILLS, &json!({"skills": []}))
        .have(settings::PROVIDERS, &json!([]))
        .have(settings::PRE_APPROVED_TOOLS, &json!([]))
        .have(settings::GUARDRAILS, &json!([]))
        .have(settings::SOUL, &json!(""))
        .have(settings::MCP_SERVERS, &json!({"owletto": {"url": "http://localhost:8787/mcp/dev"}}));
    for prune in [false, true] {
        world.options.prune = prune;
        assert_eq!(fields(row(&world.plan(), ROW)), [""; 0]);
        assert_eq!(action(&world.plan(), ROW), Action::Unchanged);
    }
}

#[test]
fn equality_is_canonical() {
    // existing-cli 6.2: the order of members does not count, that of elements does; null is not absent.
    let equal = [
        (
            json!({"allowedTools": ["a", "b"], "strictMode": true}),
            json!({"strictMode": true, "allowedTools": ["a", "b"]}),
        ),
        (json!({"allowedTools": []}), json!({"allowedTools": []})),
    ];
    for (declared, org) in equal {
        let world = World::with_agent(Server::Ours).declare(settings::TOOLS, &declared).have(settings::TOOLS, &org);
        assert_eq!(fields(row(&world.plan(), ROW)), [""; 0]);
    }
    let different = [
        (json!({"allowedTools": ["a", "b"]}), json!({"allowedTools": ["b", "a"]})),
        (json!({"allowedTools": ["a"]}), json!({"allowedTools": null})),
        (json!({"allowedTools": ["a"]}), json!({})),
        (json!({"allowedTools": []}), json!({"allowedTools": ["a"]})),
    ];
    for (declared, org) in different {
        let mut world = World::with_agent(Server::Ours).declare(settings::TOOLS, &declared).have(settings::TOOLS, &org);
        assert_eq!(row(&world.converge(), ROW).changed_sections(), ["tools.allowed"]);
    }
}

#[test]
fn undeclared_sub_fields_are_carried_over_and_drift() {
    let mut world = World::with_agent(Server::ExistingInClear)
        .declare(settings::NETWORK, &json!({"allowedDomains": ["a.com"]}))
        .have(settings::NETWORK, &json!({"deniedDomains": ["b.com"], "ofTheWebInterface": 1}));
    let plan = world.converge();
    assert_eq!(fields(row(&plan, ROW)), ["add networkConfig.allowedDomains", "drift networkConfig.deniedDomains"]);
    let stored = json!({"allowedDomains": ["a.com"], "deniedDomains": ["b.com"], "ofTheWebInterface": 1});
    assert_eq!(world.stored(settings::NETWORK), value(&stored));
}

#[test]
fn prune_takes_undeclared_sub_fields_away_but_not_what_no_file_can_express() {
    let mut world = World::with_agent(Server::ExistingInClear)
        .prune()
        .declare(settings::NETWORK, &json!({"allowedDomains": ["a.com"]}))
        .have(settings::NETWORK, &json!({"deniedDomains": ["b.com"], "judges": {"x": "y"}, "ofTheWebInterface": 1}));
    let plan = world.converge();
    let guarded: Vec<_> = plan.guarded_clears().into_iter().map(|(_, path)| path.to_string()).collect();
    assert_eq!(guarded, ["networkConfig.deniedDomains", "networkConfig.judges.x"]);
    assert_eq!(plan.summary().remove, 2);
    let stored = world.stored(settings::NETWORK);
    let members: Vec<_> = stored.as_map().unwrap().iter().filter(|(_, value)| !value.is_blank()).collect();
    assert_eq!(members.len(), 2, "{members:?}");
}

#[test]
fn prune_never_touches_prompts_a_pinned_model_or_the_injected_entry() {
    let mut world = World::with_agent(Server::Ours)
        .prune()
        .have(settings::SOUL, &json!("Be kind"))
        .have(settings::MCP_SERVERS, &json!({"lobu-memory": {"url": "https://x/mcp/dev"}}))
        .have(settings::PRE_APPROVED_TOOLS, &json!(["/mcp/lobu-memory/tools/*"]))
        .have(settings::MODEL_SELECTION, &json!({"mode": "pinned", "model": "m"}))
        .declare(settings::PROVIDERS, &providers(&["anthropic"]))
        .declare(settings::MODEL_SELECTION, &json!({"mode": "auto"}));
    let before = world.actual.clone();
    let plan = world.converge();
    assert_eq!(fields(row(&plan, ROW)), ["add installedProviders.anthropic", "drift! soulMd", "drift! modelSelection"]);
    world.record(SETTINGS).values.take(settings::PROVIDERS);
    assert_eq!(world.actual, before);
}

#[test]
fn a_model_selection_is_sent_where_the_org_has_none() {
    let mut world = with_providers(&["anthropic"], &json!([])).have(settings::MODEL_SELECTION, &json!({}));
    let plan = world.converge();
    assert_eq!(fields(row(&plan, ROW)), ["add installedProviders.anthropic", "add modelSelection"]);
    let mut without = World::with_agent(Server::Ours);
    assert_eq!(fields(row(&without.converge(), ROW)), [""; 0]);
}

#[test]
fn declared_providers_come_first_in_file_order_and_keep_their_times() {
    let org = json!([
        {"providerId": "mine", "installedAt": 1},
        {"providerId": "b", "installedAt": 2},
        {"providerId": "a", "installedAt": 3},
    ]);
    let mut world = with_providers(&["a", "b", "new"], &org);
    let plan = world.converge();
    let expected = ["add installedProviders.new", "drift installedProviders.mine", "change installedProviders"];
    assert_eq!(fields(row(&plan, ROW)), expected);
    let stored = json!([
        {"providerId": "a", "installedAt": 3},
        {"providerId": "b", "installedAt": 2},
        {"providerId": "new"},
        {"providerId": "mine", "installedAt": 1},
    ]);
    assert_eq!(world.stored(settings::PROVIDERS), value(&stored));
}

#[test]
fn a_time_alone_is_no_difference() {
    let mut world = with_providers(&["a"], &json!([{"providerId": "a", "installedAt": 77}]));
    assert!(world.converge().is_empty());
}

#[test]
fn prune_takes_undeclared_providers_away_and_clearing_takes_all() {
    let org = json!([{"providerId": "mine"}, {"providerId": "a"}]);
    let mut world = with_providers(&["a"], &org).prune();
    assert_eq!(fields(row(&world.converge(), ROW)), ["remove installedProviders.mine"]);
    assert_eq!(world.stored(settings::PROVIDERS), value(&json!([{"providerId": "a"}])));

    let mut world =
        World::with_agent(Server::Ours).declare(settings::PROVIDERS, &Json::Null).have(settings::PROVIDERS, &org);
    assert_eq!(fields(row(&world.converge(), ROW)), ["clear installedProviders"]);
    assert_eq!(world.stored(settings::PROVIDERS), value(&json!([])));
}

#[test]
fn one_entry_twice_in_the_org_becomes_one() {
    let org = json!([{"providerId": "a", "installedAt": 1}, {"providerId": "a", "installedAt": 2}]);
    let mut world = with_providers(&["a"], &org);
    world.converge();
    assert_eq!(world.stored(settings::PROVIDERS), value(&json!([{"providerId": "a", "installedAt": 1}])));
}

#[test]
fn skills_keep_enabled_and_fields_of_the_web_interface() {
    let org = json!({"skills": [
        {"repo": "local/sort", "name": "sort", "content": "old", "enabled": false, "system": true},
        {"repo": "hub/mine", "name": "mine", "content": "m", "enabled": true},
    ]});
    let mut world = with_skills(&[("sort", json!({"content": "new"}))], &org);
    let plan = world.converge();
    let expected = ["change skillsConfig.skills.local/sort.content", "drift skillsConfig.skills.hub/mine"];
    assert_eq!(fields(row(&plan, ROW)), expected);
    let stored = json!({"skills": [
        {"repo": "local/sort", "name": "sort", "content": "new", "enabled": false, "system": true},
        {"repo": "hub/mine", "name": "mine", "content": "m", "enabled": true},
    ]});
    assert_eq!(world.stored(settings::SKILLS), value(&stored));
}

#[test]
fn a_new_skill_is_one_change_and_enabled() {
    let mut world = with_skills(&[("sort", json!({"content": "c", "nixPackages": ["jq"]}))], &json!({"skills": []}));
    let plan = world.converge();
    assert_eq!(row(&plan, ROW).fields.len(), 1);
    let stored = json!({"skills": [
        {"repo": "local/sort", "name": "sort", "content": "c", "nixPackages": ["jq"], "enabled": true},
    ]});
    assert_eq!(world.stored(settings::SKILLS), value(&stored));
}

#[test]
fn the_order_of_skills_does_not_count() {
    let entry = |name: &str| json!({"repo": format!("local/{name}"), "name": name, "content": "c", "enabled": true});
    let declared = [("a", json!({"content": "c"})), ("b", json!({"content": "c"}))];
    let mixed = json!({"skills": [entry("x"), entry("a"), entry("y"), entry("b")]});
    assert!(with_skills(&declared, &mixed).converge().is_empty());
    let swapped = json!({"skills": [entry("b"), entry("x"), entry("a")]});
    assert!(with_skills(&declared, &swapped).converge().is_empty());
}

#[test]
fn blanks_around_prose_do_not_count() {
    let stored = json!({"skills": [{"repo": "local/sort", "name": "sort", "content": "\n c\n\n", "enabled": true}]});
    assert!(with_skills(&[("sort", json!({"content": "c"}))], &stored).converge().is_empty());
    let stored = json!({"skills": [{"repo": "local/sort", "name": "sort", "content": "c  d", "enabled": true}]});
    assert!(!with_skills(&[("sort", json!({"content": "c d"}))], &stored).converge().is_empty());
}

#[test]
fn judged_domains_are_normalized_on_both_sides() {
    let declared = json!({"judgedDomains": [{"domain": ".z.com", "judge": "strict"}]});
    let mut world = World::with_agent(Server::Ours)
        .declare(settings::NETWORK, &declared)
        .have(settings::NETWORK, &json!({"judgedDomains": [{"judge": "strict", "domain": " *.Z.com"}]}));
    assert!(world.converge().is_empty());
    let mut hidden = World::with_agent(Server::Ours)
        .declare(settings::NETWORK, &declared)
        .have(settings::NETWORK, &json!({"judgedDomains": [{"domain": ".z.com"}]}));
    assert_eq!(fields(row(&hidden.converge(), ROW)), ["change networkConfig.judgedDomains"]);
}

#[test]
fn judged_domains_are_compared_by_text_whether_it_may_be_shown_or_not() {
    let mut world = World::with_agent(Server::Ours)
        .have(settings::NETWORK, &json!({"judgedDomains": [{"domain": "a.com", "judge": "hidden:x"}]}))
        .declare(settings::NETWORK, &json!({"judgedDomains": [{"domain": "a.com", "judge": "literal:hidden:x"}]}));
    assert!(world.converge().is_empty());
}

#[test]
fn a_blank_prompt_clears_and_is_guarded() {
    let mut world =
        World::with_agent(Server::Ours).declare(settings::SOUL, &Json::Null).have(settings::SOUL, &json!("Be kind"));
    let plan = world.converge();
    assert_eq!(fields(row(&plan, ROW)), ["clear soulMd"]);
    assert_eq!(plan.guarded_clears().len(), 1);
    assert_eq!(world.stored(settings::SOUL), value(&json!("")));
}

#[test]
fn merged_elements_name_their_source() {
    let mut world = World::with_agent(Server::Ours).declare(settings::NIX, &json!({"packages": ["jq", "git"]}));
    let path = FieldPath::member("nixConfig").join("packages");
    world.resource(SETTINGS).sources.insert((path, "jq".to_owned()), "sort".to_owned());
    let plan = world.converge();
    let sources = &field(row(&plan, ROW), "nixConfig.packages").sources;
    assert_eq!(sources.iter().collect::<Vec<_>>(), [(&"jq".to_owned(), &"sort".to_owned())]);
}

#[test]
fn a_member_of_another_type_is_a_problem_and_not_overwritten() {
    // The existing server checks no types.
    let world = World::with_agent(Server::ExistingInClear)
        .declare(settings::NETWORK, &json!({"allowedDomains": ["a"]}))
        .have(settings::NETWORK, &json!("str"));
    let plan = world.plan();
    assert_eq!(plan.problems.len(), 1);
    assert!(plan.is_empty());
    let undeclared = World::with_agent(Server::ExistingInClear).have(settings::NETWORK, &json!("str"));
    assert_eq!(undeclared.plan().problems, []);
}

#[test]
fn only_changed_members_are_sent() {
    let world = World::with_agent(Server::Ours)
        .declare(settings::GUARDRAILS, &json!(["a"]))
        .declare(settings::SOUL, &json!("same"))
        .have(settings::SOUL, &json!("same"));
    let plan = world.plan();
    let [Write::Update(patch)] = row(&plan, ROW).writes.as_slice() else { panic!("one patch") };
    assert_eq!(patch.fields.iter().map(|(field, _)| field).collect::<Vec<_>>(), [settings::GUARDRAILS]);
    assert!(!patch.carries_injected);
}

#[test]
fn an_entry_key_reads_like_its_repo() {
    let key = |parts: &[&str]| EntryKey(parts.iter().map(|part| (*part).to_owned()).collect()).step();
    assert_eq!(key(&["local/a", "a"]), "local/a");
    assert_eq!(key(&["hub", "a"]), "hub/a");
    assert_eq!(key(&["anthropic"]), "anthropic");
}

#[test]
fn drift_says_whether_a_file_could_keep_it() {
    let world = World::with_agent(Server::Ours).have(settings::GUARDRAILS, &json!(["a"]));
    let plan = world.plan();
    let drift = field(row(&plan, ROW), "guardrails");
    assert_eq!(drift.action, FieldAction::Drift { prunable: true });
}
