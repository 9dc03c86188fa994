//! What every workflow must keep, as a function that finds what does not; each rule finds its mutant.

use serde_json::Value as Json;

use super::documents::{file, members, steps, templates, workflow};
use super::mutants::MUTANTS;

/// The actions that a workflow may use, by their commits.
const ACTIONS: [&str; 1] = ["actions/checkout@de0fac2e4500dabe0009e67214ff5f5447ce83dd"];

/// The one way to call the program: what is in a checkout, or on the PATH, decides nothing.
pub(super) const PROGRAM: &str = "\"$RUNNER_TEMP/lobu/lobu\" ";

/// What is wrong with a workflow.
fn broken(workflow: &Json) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |holds: bool, what: String| {
        if !holds {
            found.push(what);
        }
    };
    for trigger in ["pull_request_target", "workflow_run", "issue_comment"] {
        check(workflow["on"].get(trigger).is_none(), format!("trigger {trigger}"));
    }
    check(workflow["permissions"] == serde_json::json!({}), "the workflow has permissions".to_owned());
    check(workflow["defaults"]["run"]["shell"] == "bash", "not bash with pipefail".to_owned());
    check(!workflow["env"].to_string().contains("secrets."), "a secret for every job".to_owned());
    let comments = workflow["jobs"].to_string().contains("/comments");
    let group = workflow["concurrency"]["group"].as_str().unwrap_or_default();
    check(
        !comments || group.contains("github.event.pull_request.number"),
        "two runs can write two comments".to_owned(),
    );
    for (name, job) in members(&workflow["jobs"]) {
        for what in broken_job(&workflow["on"], job) {
            check(false, format!("{name}: {what}"));
        }
    }
    found
}

fn broken_job(triggers: &Json, job: &Json) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            found.push(what.to_owned());
        }
    };
    let all = job.to_string();
    let has_checkout = all.contains("actions/checkout@");
    let has_secret = all.contains("secrets.") || all.contains("secrets[");
    let writes = members(&job["permissions"]).any(|(_, access)| access == "write");
    check(job["permissions"].is_object(), "no permissions of its own");
    check(job["timeout-minutes"].as_i64().is_some_and(|minutes| minutes <= 30), "no limit of its time");
    let allowed = |(scope, access): (&String, &Json)| match access.as_str() {
        Some("read") => scope == "contents",
        Some("write") => scope == "pull-requests" || scope == "contents",
        _ => false,
    };
    check(members(&job["permissions"]).all(allowed), "more permissions than it needs");
    check(!writes || !has_checkout && !has_secret, "it can write, and has a checkout or a secret");
    check(
        !all.contains("github.token") || !has_checkout && !has_secret,
        "GitHub's token beside a checkout or a secret",
    );
    check(!all.contains("secrets.GITHUB_TOKEN"), "GitHub's token as a secret");
    for untrusted in ["github.head_ref", "pull_request.title", "pull_request.body", "pull_request.head.ref"] {
        check(!all.contains(untrusted), "a text of the pull request's author");
    }
    for member in ["env", "container", "services", "outputs"] {
        check(!job[member].to_string().contains("secrets"), "a secret for every step");
    }
    let of_pull_requests = triggers.get("pull_request").is_some();
    let condition = job["if"].as_str().unwrap_or_default();
    let not_for_forks = condition.contains("github.event.pull_request.head.repo.full_name == github.repository")
        || condition == "github.event_name != 'pull_request'";
    check(!of_pull_requests || !has_secret || not_for_forks, "a secret for pull requests from forks");
    let environment = job["environment"].as_str().unwrap_or_default();
    check(!has_secret || environment.starts_with("lobu-"), "a secret without an environment");
    let changes = all.contains(" apply --yes ") || all.contains(" secrets push ");
    check(!changes || environment.starts_with("lobu-write"), "it changes the org outside of the protected environment");
    let group = job["concurrency"]["group"].as_str().unwrap_or_default();
    let waits = group == environment && job["concurrency"]["cancel-in-progress"] == false;
    check(!changes || waits, "two of it can run at once");
    let more = all.matches("secrets.").count() > all.matches("secrets.LOBU_API_TOKEN").count();
    check(!more || all.contains(" secrets push "), "a secret that it does not need");
    check(
        !changes || !of_pull_requests || condition == "github.event_name != 'pull_request'",
        "a change by a pull request",
    );
    for step in steps(job) {
        found.extend(broken_step(step));
    }
    found
}

pub(super) fn broken_step(step: &Json) -> Vec<String> {
    let mut found = Vec::new();
    let mut check = |holds: bool, what: &str| {
        if !holds {
            found.push(what.to_owned());
        }
    };
    if let Some(action) = step["uses"].as_str() {
        check(ACTIONS.contains(&action), "an action that is not known by its commit");
        check(step["with"]["persist-credentials"] == false, "the token stays in the checkout");
    }
    let run = step["run"].as_str().unwrap_or_default();
    check(!run.contains("${{"), "an expression in a script");
    let called = run.match_indices("lobu ").filter(|(at, _)| {
        let before = run.get(..*at).unwrap_or_default();
        !before.ends_with(|c: char| c.is_ascii_alphanumeric() || "-_".contains(c))
    });
    // In a message the program may be named.
    let in_message = run.matches("run lobu ").count();
    check(called.count() == in_message, "lobu by its name");
    for installer in ["npm ", "npx ", "pip", "uvx", "uv ", "cargo ", "docker ", "wget "] {
        check(!run.contains(installer), "another way to install");
    }
    let calls = run.matches(PROGRAM).count();
    let remote = calls > 0 && !run.contains(&format!("{PROGRAM}validate"));
    let of_env = |name: &str, value: &str| step["env"][name] == value;
    let server = of_env("LOBU_SERVER_URL", "${{ vars.LOBU_SERVER_URL }}") && of_env("LOBU_ORG", "${{ vars.LOBU_ORG }}");
    check(!remote || server, "the project decides where the token goes");
    check(!remote || of_env("LOBU_API_TOKEN", "${{ secrets.LOBU_API_TOKEN }}"), "no token");
    check(remote || !step["env"].to_string().contains("secrets."), "a secret that the step does not need");
    check(run.matches("-C \"$PROJECT\"").count() == calls, "the directory of the project is not given");
    check(!run.contains(" apply ") || run.contains(" --expect \"$PLAN_ID\""), "it applies a plan that nobody approved");
    if run.contains("tar ") {
        let order = ["$LOBU_DOWNLOAD_URL", "$LOBU_SHA256", "sha256sum --check --strict\n", "tar -xzf"]
            .map(|part| run.find(part));
        check(order.iter().all(Option::is_some) && order.is_sorted(), "it unpacks what was not checked");
        check(
            run.contains("-C \"$RUNNER_TEMP/lobu\"") && run.contains("archive=\"$RUNNER_TEMP/"),
            "it installs into the checkout",
        );
    }
    check(run.matches("curl ").count() == run.matches("curl -q --").count(), "curl reads a file of settings");
    check(run.matches("curl ").count() == run.matches(" --fail ").count(), "an error page is taken for an answer");
    found
}

#[test]
fn every_template_keeps_the_rules() {
    let templates = templates();
    assert_eq!(
        templates.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(),
        ["lobu-apply.yml", "lobu-drift.yml", "lobu-plan.yml", "lobu-secrets.yml", "lobu-targets.yml"]
    );
    for (name, text) in templates {
        assert_eq!(broken(&workflow(&text)), [""; 0], "{name}");
        assert!(text.ends_with('\n') && text.is_ascii() && !text.contains('\t'), "{name}");
    }
}

/// A page that shows a workflow of its own shows no other action.
#[test]
fn no_page_uses_an_action_that_is_not_pinned() {
    let pages = ["README.md", "docs/guide/ci.md", "docs/guide/promotion.md"];
    let mut uses = 0;
    for page in pages {
        let text = file(page);
        for line in text.lines().filter_map(|line| line.trim().trim_start_matches("- ").strip_prefix("uses: ")) {
            uses += 1;
            let action = line.split(' ').next().unwrap_or_default();
            let (name, commit) = action.split_once('@').expect("an action and its commit");
            let is_ours = name == "YOUR-ORG/lobu" && commit.len() == 40;
            assert!(is_ours || ACTIONS.contains(&action), "{page}: {line}");
        }
    }
    assert!(uses > 5);
}

/// The steps that several templates have are the same in all of them.
#[test]
fn templates_install_alike() {
    let mut scripts: Vec<String> = Vec::new();
    for (_, text) in templates() {
        for (_, job) in members(&workflow(&text)["jobs"]) {
            let install = steps(job).iter().filter(|step| step["name"] == "Install lobu");
            scripts.extend(install.map(|step| step["run"].to_string()));
        }
    }
    let count = scripts.len();
    scripts.dedup();
    assert!(count > 8 && scripts.len() == 1, "{scripts:#?}");
}

#[test]
fn each_rule_finds_its_mutant() {
    for (name, from, to, finding) in MUTANTS {
        let templates = templates();
        let (_, text) = templates.iter().find(|(other, _)| other == name).expect("a template");
        let mutant = text.replacen(from, to, 1);
        assert_ne!(&mutant, text, "{from}");
        let found = broken(&workflow(&mutant));
        assert!(found.iter().any(|found| found == finding), "{from} → {to}\n{found:#?}");
    }
}
