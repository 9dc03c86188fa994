use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use serde_json::Value;

use crate::model::{AgentId, OrgSlug, Severity};
use crate::project::config::{self, ReadOptions, is_platform_id, is_tool};
use crate::project::key_tree::{Node, agent_directory, lobu_toml, model_files, skill};
use crate::schema::{ALL, Field, KeyForm, Leaf, Shape, TextForm};

use super::*;

fn guide() -> Guide {
    Guide::of(&ALL)
}

fn found(path: &str) -> String {
    match guide().find(path) {
        Ok(entry) => entry.path(),
        Err(NotFound::Unknown { near, .. }) => format!("near {}", near.unwrap_or_default()),
        Err(NotFound::Several(paths)) => paths.join(" "),
    }
}

/// Every key of every file, old spellings included.
fn every_node() -> Vec<(String, Node)> {
    fn add(path: &str, node: Node, found: &mut Vec<(String, Node)>) {
        let path = format!("{path}/{}", node.name());
        node.members.iter().cloned().for_each(|member| add(&path, member, found));
        found.push((path, node));
    }
    let mut found = Vec::new();
    for root in [lobu_toml(&ALL), agent_directory(&ALL), skill(&ALL), model_files(&ALL)] {
        add("", root, &mut found);
    }
    found
}

#[test]
fn every_key_says_what_it_is_for_and_has_an_example() {
    for (path, node) in every_node() {
        let key = node.key;
        assert!(!key.says.is_empty(), "{path} says nothing");
        assert!(key.says.starts_with(char::is_uppercase) && !key.says.ends_with('.'), "{path}: {}", key.says);
        let needs_example = node.members.is_empty();
        assert!(!needs_example || !key.example.is_empty(), "{path} has no example");
    }
}

#[test]
fn an_example_is_what_the_schema_of_its_key_takes() {
    for (file, root) in [
        (ProjectFile::LobuToml, lobu_toml(&ALL)),
        (ProjectFile::Skill, skill(&ALL)),
        (ProjectFile::Model, model_files(&ALL)),
    ] {
        each(&root, "", &mut |path, node| {
            if node.key.example.is_empty() {
                return;
            }
            let value = values::literal(file, node.key.example);
            let value = value.unwrap_or_else(|| panic!("{path}: `{}` is no value", node.key.example));
            let schema = json_schema::of_key(file, node);
            // The example of a map is one of its values.
            let value = match node.key.form {
                KeyForm::Map { .. } if !value.is_object() => serde_json::json!({ "name": value }),
                _ => value,
            };
            let validator = jsonschema::draft7::new(&schema).expect("a schema");
            assert!(validator.is_valid(&value), "{path}: {value} is not what {schema:#} says");
        });
    }
}

fn each(node: &Node, path: &str, visit: &mut dyn FnMut(&str, &Node)) {
    visit(path, node);
    node.members.iter().for_each(|member| each(member, &format!("{path}/{}", member.name()), visit));
}

/// A table as one value of TOML, with the example of every key that may stand beside the others.
fn inline(node: &Node, parent: &str) -> String {
    let inside = |node: &Node| {
        let may_stand = |member: &&Node| !member.key.is_old && member.key.instead_of.is_none();
        let members = node.members.iter().filter(may_stand);
        members
            .map(|member| format!("{} = {}", member.name(), inline(member, member.name())))
            .collect::<Vec<_>>()
            .join(", ")
    };
    match node.key.form {
        _ if !node.key.example.is_empty() && !matches!(node.key.form, KeyForm::Map { .. }) => {
            node.key.example.to_owned()
        }
        KeyForm::Table { .. } => format!("{{ {} }}", inside(node)),
        KeyForm::List { .. } => format!("[{}]", inline(&node.members[0], parent)),
        KeyForm::Map { .. } => {
            let name = example::name_of(parent).unwrap_or_else(|| panic!("{parent} has no name as an example"));
            let known = node.members.iter().skip(1);
            let known: Vec<String> = known.map(|node| format!("{} = {}", node.name(), node.key.example)).collect();
            if known.is_empty() {
                format!("{{ {name} = {} }}", inline(&node.members[0], parent))
            } else {
                format!("{{ {} }}", known.join(", "))
            }
        }
        form => panic!("{parent}: {form:?} has no example"),
    }
}

#[test]
fn all_examples_of_lobu_toml_are_a_project_without_errors() {
    let mut text = String::new();
    for member in &lobu_toml(&ALL).members {
        writeln!(text, "{} = {}", member.name(), inline(member, member.name())).unwrap();
    }
    let (_, found) = config::read(&ALL, &text, "lobu.toml", ReadOptions::default());
    let errors: Vec<_> = found.iter().filter(|found| found.severity == Severity::Error).collect();
    assert!(errors.is_empty(), "{errors:#?}\n{text}");
}

#[test]
fn paths_are_found_as_they_are_typed() {
    for (typed, path) in [
        ("agents", "agents"),
        ("agents.network.allowed", "agents.<id>.network.allowed"),
        ("agents.<id>.network.allowed", "agents.<id>.network.allowed"),
        ("agents.triage.network.allowed", "agents.<id>.network.allowed"),
        ("agents.\"a.b\".network.allowed", "agents.<id>.network.allowed"),
        ("network.allowed", "agents.<id>.network.allowed"),
        ("agents.platforms", "agents.<id>.platforms"),
        ("agents.triage.platforms[1].config.botToken", "agents.<id>.platforms[].config.botToken"),
        ("agents.platforms.config.greeting", "agents.<id>.platforms[].config.<key>"),
        ("config", "agents.<id>.platforms[].config"),
        ("skills.mcp", "agents.<id>.skills.mcp"),
        ("skills.mcp.gh.headers.Authorization", "agents.<id>.skills.mcp.<id>.headers.<name>"),
        ("mcp.oauth.client_id", "agents.<id>.skills.mcp.<id>.oauth.client_id"),
        ("memory", "memory"),
        ("targets", "targets"),
        ("targets.staging.url", "targets.<name>.url"),
        ("entities", "entities"),
        ("watchers.schedule", "watchers[].schedule"),
        ("watchers[2].schedule", "watchers[].schedule"),
        ("schedule", "watchers[].schedule"),
        ("relationships.rules.source", "relationships[].rules[].source"),
        ("entities.event_kinds.paid.description", "entities[].event_kinds.<slug>.description"),
        ("skill.network.allow", "skill.network.allow"),
        ("SOUL.md", "SOUL.md"),
        ("skills/<name>/SKILL.md", "skills/<name>/SKILL.md"),
    ] {
        assert_eq!(found(typed), path, "{typed}");
    }
}

#[test]
fn what_is_not_known_names_what_was_meant() {
    for (typed, near) in [
        ("agents.netwrk.allowed", "near agents.network.allowed"),
        ("agents.triage.netwrk.allowed", "near "),
        ("agents.network.alowed", "near agents.network.allowed"),
        ("agents.platforms.config.botTokn", "near agents.platforms.config.botToken"),
        ("memry.org", "near memory.org"),
        ("shedule", "near watchers.schedule"),
        ("entities.discription", "near entities.description"),
        ("agents.triage", "near "),
        ("owletto", "near "),
        ("zzz", "near "),
        ("", "near "),
        ("agents.", "near "),
        ("agents.\"a", "near "),
        ("strict", "agents.<id>.tools.strict"),
        ("allowed", "agents.network.allowed agents.tools.allowed"),
    ] {
        assert_eq!(found(typed), near, "{typed}");
    }
}

#[test]
fn every_listed_key_is_found_by_its_path() {
    let guide = guide();
    let entries = guide.entries();
    assert!(entries.len() > 120, "{}", entries.len());
    let mut paths = BTreeSet::new();
    for entry in &entries {
        assert!(paths.insert(entry.path()), "{} is listed twice", entry.path());
        assert_eq!(found(&entry.path()), entry.path());
        let short = guide.find(&entry.short_path()).unwrap_or_else(|why| panic!("{}: {why:?}", entry.short_path()));
        assert_eq!(short.short_path(), entry.short_path());
    }
}

#[test]
fn names_of_examples_are_those_of_maps() {
    let is_map = |node: &Node| matches!(node.key.form, KeyForm::Map { .. });
    let maps: BTreeSet<&str> =
        every_node().iter().filter(|(_, node)| is_map(node)).map(|(_, node)| node.name()).collect();
    let named: BTreeSet<&str> = maps.iter().copied().filter(|map| example::name_of(map).is_some()).collect();
    assert_eq!((&maps, example::NAMES.len()), (&named, maps.len()));
}

/// Every field that files declare, by its kind and where the org keeps it; what has a free name has none.
fn declared() -> BTreeSet<String> {
    fn add(field: &'static Field, wire: String, found: &mut BTreeSet<String>) {
        let below = |members: &'static [Field], wire: &str, found: &mut BTreeSet<String>| {
            for member in members {
                add(member, format!("{wire}.{}", member.name), found);
            }
        };
        match field.shape {
            Shape::Leaf(Leaf::Kept | Leaf::Fallback | Leaf::Noted) => {}
            Shape::Table(members) => below(members, &wire, found),
            Shape::Map(entries) => match entries.entry.shape {
                Shape::Table(members) => below(members, &format!("{wire}.<>"), found),
                _ => drop(found.insert(format!("{wire}.<>"))),
            },
            // Of a provider, only that it is there.
            Shape::Keyed(keyed) if keyed.entry.iter().all(|member| !member.is_compared()) => drop(found.insert(wire)),
            Shape::Keyed(keyed) => below(keyed.entry, &format!("{wire}.<>"), found),
            Shape::Config { .. } => drop(found.insert(format!("{wire}.<>"))),
            Shape::Leaf(_) | Shape::Pairs(_) => drop(found.insert(wire)),
        }
    }
    let mut found = BTreeSet::new();
    for kind in ALL.kinds() {
        for field in kind.fields {
            add(field, format!("{kind} {}", field.name), &mut found);
        }
    }
    found
}

#[test]
fn every_field_of_every_kind_is_explained() {
    let nameless = |wire: &str| {
        let steps = wire.split('.').map(|step| if step.starts_with('<') { "<>" } else { step });
        steps.collect::<Vec<_>>().join(".")
    };
    let guide = guide();
    let places = guide.entries().iter().filter_map(|entry| Some((entry.kept_as()?, entry.path()))).fold(
        BTreeMap::<String, Vec<String>>::new(),
        |mut places, ((kind, wire), path)| {
            places.entry(format!("{kind} {}", nameless(wire))).or_default().push(path);
            places
        },
    );
    for field in declared() {
        assert_eq!(places.get(&field).map(Vec::len), Some(1), "{field}: {:?}", places.get(&field));
    }
}

/// The forms that are patterns are what the readers' functions take.
#[test]
fn patterns_take_what_readers_take() {
    let root = lobu_toml(&ALL);
    let agents = root.at(&["agents"]);
    let platform = agents.at(&["<id>", "platforms", "[]"]);
    let tools = agents.at(&["<id>", "tools", "pre_approved"]);
    let KeyForm::Map { names: agent, .. } = agents.key.form else { panic!("agents are a map") };
    let KeyForm::Texts(tool) = tools.key.form else { panic!("tools are a list") };
    let (KeyForm::Text(id), KeyForm::Text(org)) = (platform.at(&["id"]).key.form, root.at(&["memory", "org"]).key.form)
    else {
        panic!("they are texts")
    };
    let samples = [
        "",
        "a",
        "ab",
        "abc",
        "a-b",
        "A-b",
        "-ab",
        "ab-",
        "a_b",
        "a b",
        "ä",
        "1ab",
        "a.b",
        ".",
        "..",
        "...",
        ".a",
        "a/b",
        "a\\b",
        "a\tb",
        "\u{85}a",
        "\u{a0}",
        "a\n",
        "Acme",
        "acme-",
        "/mcp/a/tools/b",
        "/mcp/a/tools/*",
        "/mcp/a/tools/",
        "/mcp//tools/b",
        "/mcp/a/tools/b/c",
        "mcp/a/tools/b",
        "/mcp/a.b/tools/c",
        &"a".repeat(60),
        &"a".repeat(61),
        &"a".repeat(256),
        &"a".repeat(257),
    ];
    let takes = |form: TextForm, text: &str| {
        let TextForm::Pattern { pattern, .. } = form else { panic!("{form:?} is no pattern") };
        let schema = serde_json::json!({ "pattern": pattern });
        jsonschema::draft7::new(&schema).expect("a pattern").is_valid(&Value::from(text))
    };
    for text in samples {
        assert_eq!(takes(agent, text), AgentId::parse(text).is_ok(), "agent {text:?}");
        assert_eq!(takes(org, text), OrgSlug::parse(text).is_ok(), "org {text:?}");
        assert_eq!(takes(id, text), is_platform_id(text), "platform {text:?}");
        assert_eq!(takes(tool, text), is_tool(text), "tool {text:?}");
    }
}
