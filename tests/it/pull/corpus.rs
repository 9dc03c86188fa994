//! Real projects, read in place: an untouched org changes no byte, and each edit of the org changes its own lines only.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use lobu::desired::DesiredState;
use lobu::schema::kinds::{AGENT, ENTITY_TYPE, RELATIONSHIP_TYPE};
use serde_json::{Value, json};
use similar::{ChangeTag, TextDiff};

use super::test_project::{edit, files};
use crate::support::embedded::Served;
use crate::support::env::{CommandOutput, TestEnv};
use crate::support::project::desired_of;
use crate::support::site::made_up_values;

/// Refused by every server: its entity slug `organization` is reserved.
const REFUSED: &str = "support";

#[track_caller]
fn corpus() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/corpus");
    let entries = std::fs::read_dir(&root).expect("../shared/corpus is here");
    let mut projects: Vec<PathBuf> =
        entries.filter_map(|entry| Some(entry.ok()?.path())).filter(|path| path.join("lobu.toml").is_file()).collect();
    projects.retain(|path| !path.ends_with(REFUSED));
    projects.sort();
    assert_eq!(projects.len(), 7, "{projects:?}");
    projects
}

/// A copy of a project, applied to an embedded org of its own.
struct Applied {
    env: TestEnv,
    org: String,
    desired: DesiredState,
}

impl Applied {
    #[track_caller]
    fn of(project: &Path) -> Self {
        let env = TestEnv::new();
        env.copy_project(project);
        let desired = desired_of(&env.project());
        let toml = env.read("lobu.toml");
        let org =
            toml.lines().find_map(|line| line.strip_prefix("org = ")).expect("a pin").trim_matches('"').to_owned();
        crate::support::embedded::put_secrets(&env.local_database(), &org, &made_up_values(&toml));
        let applied = Self { env, org, desired };
        applied.run(&["apply", "--yes"]).expect_code(0);
        applied
    }

    fn run(&self, arguments: &[&str]) -> CommandOutput {
        self.env.lobu(arguments.iter().copied().chain(["-c", "local"]))
    }

    /// Edits the org as the web interface does; gives what changed, by kind.
    fn edit_org(&self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let served = Served::database(&self.env.local_database()).await;
            let (origin, token) = (served.url(), served.token());
            let agent = self.desired.of(AGENT).first().expect("an agent").key.id.as_str();
            edit::agent(origin, &self.org, token, agent, &json!({"description": "Changed \"here\"."})).await;
            let settings = served.reader(&self.org).settings(agent).await;
            let mut domains = vec![json!("new.example")];
            let allowed = &settings["networkConfig"]["allowedDomains"];
            domains.extend(allowed.as_array().expect("every project allows some").clone());
            let mut network = settings["networkConfig"].clone();
            network["allowedDomains"] = Value::Array(domains);
            let soul = format!("{}\n\nChanged.", settings["soulMd"].as_str().unwrap_or("Soul."));
            let change = json!({"networkConfig": network, "soulMd": soul});
            edit::settings(origin, &self.org, token, agent, &change).await;
            let platform = json!({"platform": "telegram", "config": {"chatId": "-100"}});
            edit::new_platform(origin, &self.org, token, agent, &format!("{agent}-telegram"), &platform).await;
            for (kind, slug) in self.types() {
                let call = json!({"schema_type": kind, "action": "update", "slug": slug, "description": "Changed: #1"});
                edit::schema(origin, &self.org, token, &call).await;
            }
            served.store.checkpoint();
        });
    }

    /// The first type of each kind.
    fn types(&self) -> Vec<(&'static str, String)> {
        let kinds = [("entity_type", ENTITY_TYPE), ("relationship_type", RELATIONSHIP_TYPE)];
        let first = |kind| self.desired.of(kind).first().map(|resource| resource.key.id.clone());
        kinds.into_iter().filter_map(|(word, kind)| Some((word, first(kind)?))).collect()
    }
}

/// The lines that go and the lines that come, in order.
fn difference(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let changes = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    let line = |change: similar::Change<&str>| {
        let marker = if change.tag() == ChangeTag::Delete { "-" } else { "+" };
        format!("{marker}{}", change.value().trim_end_matches('\n'))
    };
    changes.map(line).collect()
}

#[test]
#[ignore = "needs ../shared"]
fn an_untouched_org_changes_no_byte() {
    for project in corpus() {
        let applied = Applied::of(&project);
        let before = files(&applied.env.project());
        let output = applied.run(&["pull", "--force"]);
        assert!(output.expect_code(0).stdout.contains("Nothing to pull."), "{}: {output}", project.display());
        assert_eq!(files(&applied.env.project()), before, "{}", project.display());
    }
}

#[test]
#[ignore = "needs ../shared"]
fn each_edit_of_the_org_changes_its_own_lines() {
    for project in corpus() {
        let applied = Applied::of(&project);
        let before = files(&applied.env.project());
        applied.edit_org();
        let output = applied.run(&["pull", "--force"]);
        output.expect_code(0);
        let after = files(&applied.env.project());
        let changed: BTreeMap<String, Vec<String>> = after
            .iter()
            .filter(|(name, file)| before.get(*name).is_none_or(|old| old.0 != file.0))
            .map(|(name, (text, _))| {
                let old = before.get(name).map(|(text, _)| text.as_str()).unwrap_or_default();
                let mut lines = difference(old, text);
                // Of two equal blank lines around a block a difference may name either.
                if let Some(at) = lines
                    .iter()
                    .position(|line| line.starts_with("+[["))
                    .filter(|_| !lines.ends_with(&["+".to_owned()]))
                {
                    assert_eq!(lines.remove(at - 1), "+");
                    lines.push("+".to_owned());
                }
                (name.clone(), lines)
            })
            .collect();
        assert_eq!(changed, expected(&applied, &before), "{}: {output}", project.display());
        let plan = applied.run(&["plan"]);
        assert!(plan.expect_code(0).stdout.contains("Nothing to apply."), "{plan}");
        let second = applied.run(&["pull", "--force"]);
        assert!(second.expect_code(0).stdout.contains("Nothing to pull."), "{second}");
        assert_eq!(files(&applied.env.project()), after, "{}", project.display());
    }
}

fn expected(
    applied: &Applied,
    before: &BTreeMap<String, (String, std::time::SystemTime)>,
) -> BTreeMap<String, Vec<String>> {
    let agent = applied.desired.of(AGENT).first().expect("an agent").key.id.as_str();
    let mut expected = BTreeMap::new();
    let line = |file: &str, start: &str| -> String {
        let (text, _) = before.get(file).expect("the file");
        text.lines().find(|line| line.trim_start().starts_with(start)).expect("the line").to_owned()
    };
    let description = line("lobu.toml", "description = ");
    let allowed = line("lobu.toml", "allowed = ");
    let mut toml = vec![
        format!("-{description}"),
        "+description = 'Changed \"here\".'".replace('\'', "\"").replace("\"here\"", "\\\"here\\\""),
        format!("-{allowed}"),
        format!("+{}", allowed.replacen('[', "[\"new.example\", ", 1)),
    ];
    toml.extend([
        format!("+[[agents.{agent}.platforms]]"),
        "+type = \"telegram\"".to_owned(),
        "+".to_owned(),
        format!("+[agents.{agent}.platforms.config]"),
        "+chatId = \"-100\"".to_owned(),
        "+".to_owned(),
    ]);
    expected.insert("lobu.toml".to_owned(), toml);
    let dir = line("lobu.toml", "dir = ");
    let soul = format!("{}/SOUL.md", dir.trim_start_matches("dir = \"./").trim_end_matches('"'));
    // One of them has no such file yet.
    let lines: &[&str] = if before.contains_key(&soul) { &["+", "+Changed."] } else { &["+Changed."] };
    let lines = lines.iter().map(|line| (*line).to_owned()).collect();
    expected.insert(soul, lines);
    for (_, slug) in applied.types() {
        let is_it = |(_, (text, _)): &(&String, &(String, std::time::SystemTime))| {
            text.lines().any(|line| line == format!("slug: {slug}"))
        };
        let (file, _) = before.iter().filter(|(name, _)| name.starts_with("models/")).find(is_it).expect("its file");
        let old = line(file, "description: ");
        let lines = vec![format!("-{old}"), "+description: \"Changed: #1\"".to_owned()];
        expected.insert(file.clone(), lines);
    }
    expected
}

#[test]
#[ignore = "needs ../shared"]
fn a_project_made_from_the_org_leaves_nothing_to_apply() {
    for project in corpus() {
        let applied = Applied::of(&project);
        let org = applied.org.clone();
        let output = applied.env.lobu(["pull", "--init", "fresh", "--yes", "-c", "local", "--org", &org]);
        output.expect_code(0);
        let fresh = applied.env.clone_at("fresh");
        fresh.lobu(["validate"]).expect_code(0);
        let plan = fresh.lobu(["plan", "-c", "local"]);
        assert!(plan.expect_code(0).stdout.contains("Nothing to apply."), "{}: {plan}", project.display());
        let again = fresh.lobu(["pull", "--all", "--force", "-c", "local"]);
        assert!(again.expect_code(0).stdout.contains("Nothing to pull."), "{}: {again}", project.display());
    }
}
