//! A pull for a target writes to that target's own table what may differ by target, and leaves the others as they were.

use std::future::Future;

use lobu::pull::{Layer, Layers};
use lobu::schema::ALL;
use proptest::prelude::*;

use crate::support::converge::{apply, plan};
use crate::support::env::TestEnv;
use crate::support::generator::{Overlaid, ProjectFiles, TARGET, overlay_twice, project_without_variables};
use crate::support::memory_org::MemoryOrg;
use crate::support::project::{desired_of, read, read_in};
use crate::support::pulling::pull_for;

fn block_on(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future);
}

/// Projects of which a pull withholds nothing: no text has the shape of a token.
fn without_tokens() -> impl Strategy<Value = ProjectFiles> {
    let has_token = |project: &ProjectFiles| project.files.values().any(|text| text.contains("sk-0"));
    project_without_variables().prop_filter("a text with the shape of a token", move |project| !has_token(project))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

    /// The org of a target is otherwise in everything that may differ by target. Its pull makes the plan of that target
    /// empty, and those of the project itself and of another target stay empty.
    #[test]
    fn what_was_not_pulled_has_not_changed((first, edited) in without_tokens().prop_flat_map(overlay_twice)) {
        let Overlaid { project, by_hand: _ } = first;
        let mut with_other = project.clone();
        let toml = format!("{}\n[targets.other]\nurl = \"https://other.example\"\n", project.files["lobu.toml"]);
        with_other.files.insert("lobu.toml".to_owned(), toml);
        let directory = tempfile::tempdir().expect("a directory");
        with_other.write_to(directory.path());
        let hand = tempfile::tempdir().expect("a directory");
        edited.by_hand.write_to(hand.path());
        block_on(async {
            let here = MemoryOrg::new("dev", project.values.clone());
            let other = MemoryOrg::new("dev", project.values.clone());
            apply(&other, &read(directory.path()).0, false).await;
            apply(&here, &desired_of(hand.path()), false).await;
            let layers = Layers { all: Some(Layer::Target), ..Layers::default() };
            pull_for(ALL, directory.path(), &here, (false, true), Some(TARGET), &layers).await;
            for target in ["other", "none of them"] {
                let left = plan(&other, &read_in(directory.path(), target).0, false).await;
                assert!(left.is_empty(), "{target}: {:#?}", left.rows);
            }
            let again = pull_for(ALL, directory.path(), &here, (false, true), Some(TARGET), &layers).await;
            assert_eq!(again, 0, "a second pull has nothing to write");
        });
    }
}

const PROJECT: &str = r#"# The workshop.
[memory]
org = "acme"

[agents.desk]
name = "Desk"
dir = "./desk"
[agents.desk.network]
allowed = ["shared.example"] # reviewed
[[agents.desk.platforms]]
type = "telegram"
config = { chatId = "1" }
[[agents.desk.platforms]]
type = "slack"
name = "ops"
config = { channel = "C0STAGE", team = "T1" }

[targets.staging]
url = "https://staging.example"
org = "acme-staging"

# What customers see.
[targets.production]
url = "https://lobu.example"
org = "acme"
[targets.production.agents.desk]
platforms = [{ type = "slack", name = "ops", config.channel = "C0PROD" }] # the real channel
"#;

/// The project, applied to both of its targets in the database of this machine.
fn site() -> TestEnv {
    let env = TestEnv::new();
    env.write("lobu.toml", PROJECT).write("desk/SOUL.md", "You help.\n");
    for target in ["staging", "production"] {
        env.lobu(["apply", "--yes", "-c", "local", "-t", target]).expect_code(0);
    }
    env
}

/// Edits the org of a target, as somebody does in the web interface: by another project with the same agent.
fn edit(env: &TestEnv, org: &str, change: &[(&str, &str)]) {
    let mut other = env.clone_at("edit");
    other.write("edit/desk/SOUL.md", "You help.\n");
    let mut toml = PROJECT.split("[targets").next().expect("a start").replace("C0STAGE", "C0PROD");
    for (old, new) in change {
        assert!(toml.contains(old), "{old}");
        toml = toml.replace(old, new);
    }
    other.write("edit/lobu.toml", toml);
    other.work_in("edit");
    other.lobu(["apply", "--yes", "-c", "local", "--org", org]).expect_code(0);
}

#[test]
fn values_go_to_the_table_of_the_target_with_every_comment_kept() {
    let env = site();
    edit(
        &env,
        "acme",
        &[
            ("C0PROD", "C0NEW"),
            ("\"T1\"", "\"T2\""),
            ("chatId = \"1\"", "chatId = \"2\""),
            ("shared.example", "prod.example"),
        ],
    );
    let output = env.lobu(["pull", "--force", "-c", "local", "-t", "production"]);
    output.expect_code(0);
    let toml = env.read("lobu.toml");
    let (shared, own) = toml.split_at(toml.find("# What customers see.").expect("the target"));
    assert!(PROJECT.starts_with(shared), "{toml}");
    insta::assert_snapshot!(own, @r#"
    # What customers see.
    [targets.production]
    url = "https://lobu.example"
    org = "acme"
    [targets.production.agents.desk]
    platforms = [{ type = "slack", name = "ops", config.channel = "C0NEW", config.team = "T2" }, { type = "telegram", config = { chatId = "2" } }] # the real channel
    [targets.production.agents.desk.network]
    allowed = ["prod.example"]
    "#);
    insta::assert_snapshot!(output.stdout, @r#"
    acme (context local, target production)

      ~ settings desk (network.allowed)
          network.allowed  - "shared.example"                     targets.production
                           + "prod.example"
      ~ platform desk/desk-telegram (config)
          config.chatId    "1" → "2"                              targets.production
      ~ platform desk/desk-slack-ops (config)
          config.channel   "C0PROD" → "C0NEW"                     targets.production
          config.team      "T1" → "T2"                            targets.production

    Files:
      ~ lobu.toml

    Pull: 3 to update.
    Pull complete: 1 file written.
    "#);
    for target in ["staging", "production"] {
        let plan = env.lobu(["plan", "-c", "local", "-t", target]);
        plan.expect_code(0);
        assert!(plan.stdout.contains("Nothing to apply."), "{target}: {plan}");
    }
}

#[test]
fn into_shared_changes_what_all_targets_read() {
    let env = site();
    edit(&env, "acme", &[("shared.example", "prod.example")]);
    let output = env.lobu(["pull", "--force", "--into", "shared", "-c", "local", "-t", "production"]);
    output.expect_code(0);
    assert_eq!(env.read("lobu.toml"), PROJECT.replace("shared.example", "prod.example"));
    assert!(output.everything().contains("staging"), "{output}");
}

#[test]
fn what_cannot_differ_goes_to_the_shared_files_and_names_the_other_targets() {
    let env = site();
    let mut other = env.clone_at("edit");
    other.write("edit/desk/SOUL.md", "You help a lot.\n");
    other.write("edit/lobu.toml", PROJECT.split("[targets").next().expect("a start").replace("C0STAGE", "C0PROD"));
    other.work_in("edit");
    other.lobu(["apply", "--yes", "-c", "local", "--org", "acme"]).expect_code(0);
    let output = env.lobu(["pull", "--force", "-c", "local", "-t", "production"]);
    output.expect_code(0);
    assert_eq!(env.read("lobu.toml"), PROJECT);
    assert_eq!(env.read("desk/SOUL.md"), "You help a lot.\n");
    assert!(output.stdout.contains("1 resource changed here for target staging too: settings desk"), "{output}");
}

#[test]
fn what_only_the_org_of_a_target_has_is_in_this_target_only() {
    let env = site();
    edit(
        &env,
        "acme",
        &[(
            "[[agents.desk.platforms]]\ntype = \"slack\"",
            "[[agents.desk.platforms]]\ntype = \"discord\"\nconfig = { applicationId = \"9\" }\n[[agents.desk.platforms]]\ntype = \"slack\"",
        )],
    );
    env.lobu(["pull", "--force", "--all", "-c", "local", "-t", "production"]).expect_code(0);
    let toml = env.read("lobu.toml");
    assert!(toml.contains("type = \"discord\"\ntargets = [\"production\"]"), "{toml}");
    for target in ["staging", "production"] {
        let plan = env.lobu(["plan", "-c", "local", "-t", target]);
        assert!(plan.stdout.contains("Nothing to apply."), "{target}: {plan}");
    }
    // And one that the project has for the other target is not added again.
    edit(
        &env,
        "acme-staging",
        &[
            ("C0PROD", "C0STAGE"),
            (
                "[[agents.desk.platforms]]\ntype = \"slack\"",
                "[[agents.desk.platforms]]\ntype = \"discord\"\nconfig = { applicationId = \"9\" }\n[[agents.desk.platforms]]\ntype = \"slack\"",
            ),
        ],
    );
    let output = env.lobu(["pull", "--force", "--all", "-c", "local", "-t", "staging"]);
    assert_eq!(env.read("lobu.toml"), toml, "{output}");
    assert!(output.stdout.contains("other targets only"), "{output}");
}

#[test]
fn what_the_org_of_a_target_lost_leaves_this_target_only() {
    let env = site();
    let without = PROJECT.replace("[[agents.desk.platforms]]\ntype = \"telegram\"\nconfig = { chatId = \"1\" }\n", "");
    // A fresh org of the target, without the platform.
    env.lobu(["apply", "--yes", "-c", "local", "-t", "production", "--org", "fresh"]).expect_code(0);
    assert!(without.len() < PROJECT.len());
    let mut other = env.clone_at("fresh");
    other.write("fresh/desk/SOUL.md", "You help.\n");
    other.write("fresh/lobu.toml", without.replace("acme", "lost"));
    other.work_in("fresh");
    other.lobu(["apply", "--yes", "-c", "local", "-t", "production"]).expect_code(0);
    let project = PROJECT.replace("org = \"acme\"", "org = \"lost\"");
    env.write("lobu.toml", &project);
    env.lobu(["pull", "--force", "--prune-local", "-c", "local", "-t", "production"]).expect_code(0);
    let toml = env.read("lobu.toml");
    assert!(toml.contains("type = \"telegram\"\nconfig = { chatId = \"1\" }\ntargets = [\"staging\"]"), "{toml}");
    let plan = env.lobu(["plan", "-c", "local", "-t", "staging"]);
    assert!(plan.stdout.contains("Nothing to apply."), "{plan}");
}
