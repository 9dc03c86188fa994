//! Law 4 of `docs/behavior/laws.md` on whole projects: an edit of the org changes the lines of its own field, in one place of
//! one file, and no comment.

use lobu::schema::kinds::{AGENT, ENTITY_TYPE};
use proptest::prelude::*;
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::test_project::{TestProject, edit, files};
use crate::support::generator::project;
use crate::support::project::desired_of;

const TEXTS: [&str; 6] = [
    "plain",
    "$NOT a reference",
    "$AWS_SECRET_ACCESS_KEY",
    "two\nlines # and no comment",
    "quotes \" ' \\ and = signs",
    "grüße 🧺",
];

/// An edit in the web interface, and what it starts with in its file: the key of its line, or nothing for a file of its own.
#[derive(Debug, Clone, Copy)]
enum Edit {
    Description,
    ExtraPolicy,
    Guardrails,
    Denied,
    Soul,
    Greeting,
    EntityDescription,
}

fn edits() -> impl Strategy<Value = Edit> {
    use Edit::{Denied, Description, EntityDescription, ExtraPolicy, Greeting, Guardrails, Soul};
    prop::sample::select(vec![Description, ExtraPolicy, Guardrails, Denied, Soul, Greeting, EntityDescription])
}

/// Puts comments into a lobu.toml: on lines of their own, and behind values. Not into texts of several lines.
fn with_comments(toml: &str, seed: u64) -> String {
    let mut result = String::new();
    let mut is_open = false;
    let mut state = seed;
    for (number, line) in toml.lines().enumerate() {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let marks = line.matches("\"\"\"").count() + line.matches("'''").count();
        let starts_inside = is_open;
        is_open ^= marks % 2 == 1;
        if !starts_inside && state >> 62 == 0 {
            result.extend(["# own-", &number.to_string(), "\n"]);
        }
        result.push_str(line);
        if !starts_inside && !is_open && marks == 0 && line.contains(" = ") && state >> 61 & 1 == 0 {
            result.extend(["   # behind-", &number.to_string()]);
        }
        result.push('\n');
    }
    result
}

/// Makes the edit; none if the project has nothing to edit there.
async fn make(setup: &TestProject, agent: &str, entity: Option<&str>, edit_of: Edit, text: &str) -> Option<()> {
    let (origin, token) = (setup.served.url(), setup.served.token());
    let settings = setup.served.reader("dev").settings(agent).await;
    let put = async |change: Value| edit::settings(origin, "dev", token, agent, &change).await;
    match edit_of {
        Edit::Description => edit::agent(origin, "dev", token, agent, &json!({"description": text})).await,
        Edit::ExtraPolicy => {
            put(json!({"egressConfig": with(&settings["egressConfig"], "extraPolicy", json!(text))})).await;
        }
        Edit::Guardrails => {
            // A list names a guardrail once, so that one it has already is no edit.
            let list = absent_from(&settings["guardrails"], text)?;
            put(json!({"guardrails": prepended(list, text)})).await;
        }
        Edit::Denied => {
            let list = absent_from(&settings["networkConfig"]["deniedDomains"], "new.example")?;
            let denied = prepended(list, "new.example");
            put(json!({"networkConfig": with(&settings["networkConfig"], "deniedDomains", denied)})).await;
        }
        Edit::Soul => put(json!({"soulMd": text})).await,
        Edit::Greeting => {
            let platforms = edit::platforms(origin, "dev", token, agent).await;
            let id = platforms.first()?["id"].as_str()?.to_owned();
            edit::platform(origin, "dev", token, agent, &id, &json!({"greeting": text})).await;
        }
        Edit::EntityDescription => {
            let call = json!({"schema_type": "entity_type", "action": "update", "slug": entity?, "description": text});
            edit::schema(origin, "dev", token, &call).await;
        }
    }
    Some(())
}

fn with(object: &Value, member: &str, value: Value) -> Value {
    let mut object = object.as_object().cloned().unwrap_or_default();
    object.insert(member.to_owned(), value);
    Value::Object(object)
}

/// The list, unless it holds the text.
fn absent_from<'list>(list: &'list Value, text: &str) -> Option<&'list Value> {
    let holds = list.as_array().is_some_and(|list| list.iter().any(|element| element == text));
    (!holds).then_some(list)
}

fn prepended(list: &Value, text: &str) -> Value {
    let rest = list.as_array().cloned().unwrap_or_default();
    Value::Array([json!(text)].into_iter().chain(rest).collect())
}

fn comments(text: &str) -> Vec<&str> {
    text.split("# ").skip(1).filter_map(|rest| rest.split_whitespace().next()).filter(|word| is_marker(word)).collect()
}

fn is_marker(word: &str) -> bool {
    word.starts_with("own-") || word.starts_with("behind-")
}

/// How many runs of changed lines there are.
fn places(before: &str, after: &str) -> usize {
    let diff = TextDiff::from_lines(before, after);
    let changes: Vec<bool> = diff.iter_all_changes().map(|change| change.tag() != ChangeTag::Equal).collect();
    let starts = changes.iter().enumerate().filter(|(at, changed)| **changed && (*at == 0 || !changes[*at - 1]));
    starts.count()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edit_of_the_org_changes_one_place_of_one_file(
        project in project(),
        seed in any::<u64>(),
        crlf in any::<bool>(),
        edit_of in edits(),
        text in prop::sample::select(TEXTS.to_vec()),
    ) {
        let setup = TestProject::new();
        project.write_to(&setup.env.project());
        let toml = with_comments(&setup.env.read("lobu.toml"), seed);
        setup.env.write("lobu.toml", if crlf { toml.replace('\n', "\r\n") } else { toml });
        let desired = desired_of(&setup.env.project());
        prop_assume!(!desired.of(AGENT).is_empty());
        setup.converge(&desired, &project.values);
        let before = files(&setup.env.project());
        let agent = desired.of(AGENT)[0].key.id.as_str();
        let entity = desired.of(ENTITY_TYPE).first().map(|entity| entity.key.id.as_str());
        let made = setup.wait(make(&setup, agent, entity, edit_of, text));
        prop_assume!(made.is_some());
        let output = setup.run(&["pull", "--force"]);
        // A list that holds a text with the shape of a token is not written, edited or not.
        prop_assume!(!output.stdout.contains("it may be a secret"));
        // Nor is a value where the file has a reference, which stays.
        prop_assume!(!output.stdout.contains(" stays $"));
        output.expect_code(0);
        let after = files(&setup.env.project());
        let changed: Vec<&String> = after.iter().filter(|(name, file)| before.get(*name) != Some(*file)).map(|(name, _)| name).collect();
        prop_assert!(changed.len() <= 1, "{changed:?}: {output}");
        for name in changed {
            let old = before.get(name).map(|(text, _)| text.as_str()).unwrap_or_default();
            let new = &after[name].0;
            prop_assert_eq!(places(old, new), 1, "{}: {}\n{}", name, TextDiff::from_lines(old, new).unified_diff(), output);
            prop_assert_eq!(comments(old), comments(new), "{}: {}", name, TextDiff::from_lines(old, new).unified_diff());
        }
        let plan = setup.run(&["plan"]);
        prop_assert!(plan.expect_code(0).stdout.contains("Nothing to apply."), "{output}\n{plan}");
        setup.run(&["pull", "--force"]).expect_code(0);
        prop_assert_eq!(files(&setup.env.project()), after);
    }
}
