use lobu::model::OrgSlug;
use lobu::org::read_actual;
use lobu::plan::{Resend, Selection};
use lobu::project::config::ReadOptions;
use lobu::project::directory::{Entry, ProjectDirectory};
use lobu::project::limits::YamlLimits;
use lobu::project::read_project;
use lobu::pull::{Decided, Files as PullFiles, Input, NewTexts, PullSelection, ReadProject, pull_plan, writable};
use serde_json::json;

use super::project::{Files, MODEL_FILE, MODELS, desired};
use super::{PLAYBOOK, SCHEMA};
use crate::support::converge::{ORG, carry_out, plan_of};
use crate::support::memory_org::MemoryOrg;

/// The files of a project as a pull sees them.
struct Source(ProjectDirectory);

impl PullFiles for Source {
    fn text(&self, path: &str) -> Result<Option<String>, String> {
        self.0.read_text(path, u64::MAX).map_err(|error| error.to_string())
    }

    fn canonical(&self, path: &str) -> String {
        self.0.canonical(path)
    }

    fn yaml_limits(&self) -> &YamlLimits {
        &self.0.limits().yaml
    }

    fn read_with(&self, texts: NewTexts) -> Result<ReadProject, String> {
        let directory = self.0.with_overlay(texts).map_err(|error| error.to_string())?;
        let (project, diagnostics) = read_project(&SCHEMA, &directory, ReadOptions::default());
        Ok(ReadProject { project, diagnostics, listing: Box::new(move |path| names(&directory, path)) })
    }
}

fn names(directory: &ProjectDirectory, path: &str) -> Vec<String> {
    let entries = directory.list(path).ok().flatten().map(|listing| listing.entries).unwrap_or_default();
    entries.into_iter().map(|entry: Entry| entry.name).collect()
}

/// An org that has what the files declare.
async fn org() -> MemoryOrg {
    let org = MemoryOrg::new(ORG, [].into());
    let plan = plan_of(&SCHEMA, &org, &desired(MODELS), false, Resend::default()).await;
    assert!(carry_out(&org, plan).await.is_complete());
    org
}

/// Writes what the org has into the files; then a plan is empty. Gives how many rows there were.
async fn pull(files: &Files, org: &MemoryOrg, everything: bool, prune_local: bool) -> usize {
    let (project, desired, diagnostics) = files.read();
    let selection = PullSelection::new(everything, Selection::default(), &[], &[]);
    let slug = OrgSlug::from_server(ORG);
    let scope = selection.read_scope(&SCHEMA, &desired);
    let actual = read_actual(org, &slug, &scope).await.expect("the org can be read");
    let source = Source(files.open());
    let listing = |path: &str| names(&source.0, path);
    let input = Input {
        project: &project,
        desired: &desired,
        actual: &actual,
        org: &slug,
        selection: &selection,
        listing: &listing,
        allowed: &[],
        is_init: false,
        prune_local,
    };
    let plan = pull_plan(&input);
    assert_eq!(plan.withheld, []);
    let decided = Decided { files: &source, input, plan: &plan, diagnostics: &diagnostics, deny_warnings: true };
    let written = writable(&decided).expect("it can be written");
    assert_eq!(written.plan.rows.len(), plan.rows.len(), "{:?}", written.plan.withheld);
    for write in written.writes {
        files.write(&write.path, write.after.as_deref());
    }
    let (_, desired, _) = files.read();
    let again = plan_of(&SCHEMA, org, &desired, false, Resend::default()).await;
    assert!(again.is_empty(), "{:#?}", again.changes().collect::<Vec<_>>());
    plan.rows.len()
}

#[tokio::test]
async fn nothing_changes_where_nothing_differs() {
    let files = Files::with(MODELS);
    assert_eq!(pull(&files, &org().await, true, true).await, 0);
    assert_eq!(files.text(MODEL_FILE), MODELS);
}

#[tokio::test]
async fn a_change_of_the_org_comes_into_its_lines() {
    let (files, org) = (Files::with(MODELS), org().await);
    org.change(|store| {
        let refund = &mut store[(PLAYBOOK, "refund")];
        refund["title"] = json!("Money: back");
        refund["summary"] = json!(null);
        refund["tone"] = json!("calm");
        refund["steps"] = json!(["ask", "think", "pay back"]);
        refund["enabled"] = json!(false);
        refund["notes"]["limit"] = json!(60);
        store[(PLAYBOOK, "survey")]["summary"] = json!("How it was");
    });
    assert_eq!(pull(&files, &org, false, false).await, 2);
    let expected = MODELS
        .replace("title: Refund ", "title: \"Money: back\" ")
        .replace("summary: How a refund is made", "summary: \"\"")
        .replace("tone: brisk", "tone: calm")
        .replace("[ask, \"pay back\"]", "[ask, think, \"pay back\"]")
        .replace("enabled: true", "enabled: false")
        .replace("limit: 50", "limit: 60")
        .replace("title: Survey\n", "title: Survey\n    summary: How it was\n");
    assert_eq!(files.text(MODEL_FILE), expected);
}

#[tokio::test]
async fn what_the_org_has_and_lacks_comes_and_goes() {
    let (files, org) = (Files::with("{}\n"), org().await);
    files.write(MODEL_FILE, None);
    assert_eq!(pull(&files, &org, true, false).await, 4);
    insta::assert_snapshot!(files.text("models/refund.yaml"), @"
    version: 2
    playbooks:
      - slug: refund
        title: Refund
        summary: How a refund is made
        tone: brisk
        steps:
          - ask
          - pay back
        enabled: true
        internal: true
        notes:
          limit: 50
          owner: desk
        follow_up: survey
        routes:
          - from: customer
            to: ticket
          - from: ticket
            to: customer
    ");
    org.change(|store| store.retain(|key, _| key.id != "survey"));
    org.change(|store| store[(PLAYBOOK, "refund")]["follow_up"] = json!(null));
    assert_eq!(pull(&files, &org, false, true).await, 2);
    assert!(!files.text("models/refund.yaml").contains("survey"));
}
