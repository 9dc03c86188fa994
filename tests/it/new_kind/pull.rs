use lobu::plan::Resend;
use serde_json::json;

use super::project::{Files, MODEL_FILE, MODELS, desired};
use super::{PLAYBOOK, SCHEMA};
use crate::support::converge::{ORG, carry_out, planned_of};
use crate::support::memory_org::MemoryOrg;
use crate::support::pulling;

/// An org that has what the files declare.
async fn org() -> MemoryOrg {
    let org = MemoryOrg::new(ORG, [].into());
    let plan = planned_of(&SCHEMA, &org, &desired(MODELS), false, Resend::default()).await;
    assert!(carry_out(&org, plan).await.is_complete());
    org
}

/// Writes what the org has into the files, after which a plan is empty. Gives how many rows there were.
async fn pull(files: &Files, org: &MemoryOrg, everything: bool, prune_local: bool) -> usize {
    pulling::pull(SCHEMA, files.path(), org, everything, prune_local).await
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
