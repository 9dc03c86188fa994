//! Projects as files, generated and hand-written, read and applied to an org in memory: laws 1, 2, 3 and 7 of
//! `docs/behavior/laws.md`.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::{Path, PathBuf};

use lobu::desired::DesiredState;
use lobu::model::{Diagnostic, Severity};
use proptest::prelude::*;

use crate::support::converge::{apply, apply_everything, plan};
use crate::support::generator::{ProjectFiles, project, project_without_variables};
use crate::support::memory_org::{MemoryOrg, Store, WriteFault};
use crate::support::project::read;
use crate::support::stored::{differing, plain};

fn of_severity(diagnostics: &[Diagnostic], severity: Severity) -> Vec<&Diagnostic> {
    diagnostics.iter().filter(|diagnostic| diagnostic.severity == severity).collect()
}

/// What a generated project wants; it has no errors.
#[track_caller]
fn desired(project: &ProjectFiles) -> DesiredState {
    let directory = tempfile::tempdir().expect("a directory");
    project.write_to(directory.path());
    let (desired, diagnostics) = read(directory.path());
    assert_eq!(of_severity(&diagnostics, Severity::Error), [] as [&Diagnostic; 0]);
    desired
}

fn block_on(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(future);
}

fn orgs(values: &BTreeMap<String, String>) -> [MemoryOrg; 2] {
    [MemoryOrg::new("dev", values.clone()), MemoryOrg::new("dev", values.clone()).with_secrets_api()]
}

/// What an org holds of what a project declares, without what `--prune` never takes away: prompts without a file, a
/// pinned model, a status that the files leave open.
fn declared_content(mut store: Store, desired: &DesiredState) -> serde_json::Value {
    store.retain(|key, fields| {
        let Some(declared) = desired.get(key) else { return false };
        for name in [
            "identityMd",
            "soulMd",
            "userMd",
            "modelSelection",
            "status",
            "notification_channel",
            "notification_priority",
            "min_cooldown_seconds",
        ] {
            let is_left = |field| name == "modelSelection" || declared.declared.get(field).is_none();
            if key.kind.field(name).is_some_and(is_left) {
                fields[name] = serde_json::Value::Null;
            }
        }
        true
    });
    plain(store.content())
}

fn fault() -> impl Strategy<Value = WriteFault> {
    prop_oneof![Just(WriteFault::Refused), Just(WriteFault::AnswerLost), Just(WriteFault::NeverArrives)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 48, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_applied_project_leaves_nothing_to_do(project in project()) {
        let desired = desired(&project);
        block_on(async {
            for org in orgs(&project.values) {
                let report = apply(&org, &desired, false).await;
                assert!(report.is_complete(), "{report:?}");
                for prune in [false, true] {
                    let again = plan(&org, &desired, prune).await;
                    assert!(again.is_empty(), "{:#?}", again.changes().collect::<Vec<_>>());
                }
            }
        });
    }

    #[test]
    fn a_project_without_variables_needs_no_value(project in project_without_variables()) {
        let desired = desired(&project);
        block_on(async {
            let org = MemoryOrg::new("dev", BTreeMap::new());
            assert_eq!(plan(&org, &desired, false).await.needs, []);
            assert!(apply(&org, &desired, false).await.is_complete());
        });
    }

    #[test]
    fn a_run_that_fails_is_healed_by_the_next(project in project(), nth in any::<prop::sample::Index>(), fault in fault()) {
        let desired = desired(&project);
        block_on(async {
            for (whole, org) in orgs(&project.values).into_iter().zip(orgs(&project.values)) {
                apply(&whole, &desired, false).await;
                if whole.writes() == 0 {
                    continue;
                }
                org.fail_write(nth.index(whole.writes()) + 1, fault);
                let first = apply(&org, &desired, false).await;
                assert!(!first.is_complete() || fault == WriteFault::AnswerLost, "{fault:?}: {first:?}");
                let report = apply(&org, &desired, false).await;
                assert!(report.is_complete(), "{report:?}");
                assert_eq!(org.store().content(), whole.store().content());
                assert!(plan(&org, &desired, false).await.is_empty());
            }
        });
    }

    #[test]
    fn one_project_after_another_with_prune_leaves_nothing_to_do(first in project(), second in project()) {
        let values: BTreeMap<_, _> = first.values.clone().into_iter().chain(second.values.clone()).collect();
        let (first, second) = (desired(&first), desired(&second));
        block_on(async {
            for org in orgs(&values) {
                apply(&org, &first, false).await;
                let report = apply(&org, &second, true).await;
                assert!(report.is_complete(), "{report:?}");
                let again = plan(&org, &second, true).await;
                assert!(again.is_empty(), "{:#?}", again.changes().collect::<Vec<_>>());
            }
            for (org, fresh) in orgs(&values).into_iter().zip(orgs(&values)) {
                apply(&org, &first, false).await;
                apply_everything(&org, &second).await;
                apply(&fresh, &second, false).await;
                let content = |org: &MemoryOrg| declared_content(org.store(), &second);
                assert_eq!(differing(&content(&org), &content(&fresh), ""), [""; 0]);
            }
        });
    }

    #[test]
    fn a_plan_writes_nothing_and_shows_no_value(project in project()) {
        let desired = desired(&project);
        block_on(async {
            for org in orgs(&project.values) {
                apply(&org, &desired, false).await;
                let writes = org.writes();
                let shown = format!("{:?}", plan(&org, &desired, false).await);
                assert_eq!(org.writes(), writes);
                assert!(project.values.values().all(|value| !shown.contains(value)));
            }
        });
    }
}

fn fixture(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/projects").join(name)
}

/// A value for every `$NAME` of a lobu.toml.
fn made_up_values(directory: &Path) -> BTreeMap<String, String> {
    let text = std::fs::read_to_string(directory.join("lobu.toml")).expect("lobu.toml");
    let names = text.split('$').skip(1).map(|rest| {
        let is_name =
            |character: &char| character.is_ascii_uppercase() || character.is_ascii_digit() || *character == '_';
        rest.chars().take_while(is_name).collect::<String>()
    });
    names.filter(|name| !name.is_empty()).map(|name| (name.clone(), format!("made-up-{name}"))).collect()
}

#[test]
fn the_example_projects_have_no_errors_and_apply() {
    for name in ["support-desk", "everything", "first-generation", "bundle"] {
        let directory = fixture(name);
        let (desired, diagnostics) = read(&directory);
        assert_eq!(of_severity(&diagnostics, Severity::Error), [] as [&Diagnostic; 0], "{name}");
        block_on(async {
            for org in orgs(&made_up_values(&directory)) {
                let report = apply(&org, &desired, false).await;
                assert!(report.is_complete(), "{name}: {report:?}");
                let again = plan(&org, &desired, true).await;
                assert!(again.is_empty(), "{name}: {:#?}", again.changes().collect::<Vec<_>>());
            }
        });
    }
}

#[test]
fn the_first_example_has_nothing_to_mend_and_needs_no_value() {
    for name in ["support-desk", "bundle"] {
        let (desired, diagnostics) = read(&fixture(name));
        assert_eq!(of_severity(&diagnostics, Severity::Warning), [] as [&Diagnostic; 0], "{name}");
        block_on(async {
            let org = MemoryOrg::new("dev", BTreeMap::new());
            assert_eq!(plan(&org, &desired, false).await.needs, [], "{name}");
        });
    }
}
