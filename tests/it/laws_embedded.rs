//! Laws 1, 2, 3 and 7 of `docs/behavior/laws.md` on the embedded org, over HTTP: fewer projects than in memory, the real
//! client and server.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;

use lobu::desired::DesiredState;
use lobu::model::{SecretName, Text, Value};
use lobu::org::OrgRead;
use lobu::org::http::Sending;
use lobu::schema::kinds::{PLATFORM, SETTINGS, platform, settings};
use lobu::schema::{Declaration, Resource};
use lobu::server::StoredSecret;
use proptest::prelude::*;

use crate::support::converge::{apply, apply_everything, plan};
use crate::support::embedded::Served;
use crate::support::failing_org::FailingOrg;
use crate::support::generator::{ProjectFiles, project};
use crate::support::memory_org::WriteFault;
use crate::support::project::desired_of;
use crate::support::stored::differing;

fn block_on(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    runtime.block_on(future);
}

fn desired(project: &ProjectFiles) -> DesiredState {
    let directory = tempfile::tempdir().expect("a directory");
    project.write_to(directory.path());
    desired_of(directory.path())
}

/// A client that sends references, to an org that was given the values before, as `lobu secrets push` does it.
async fn client(served: &Served, values: &BTreeMap<String, String>) -> lobu::org::http::HttpOrg {
    served.put_secrets("dev", values).await;
    served.client().sending(Sending { values: Arc::default(), secrets_api: true, own_server: true, project: None })
}

async fn expect_empty(org: &impl OrgRead, desired: &DesiredState, prune: bool) {
    let again = plan(org, desired, prune).await;
    assert!(again.is_empty(), "{:#?}", again.changes().collect::<Vec<_>>());
}

/// What is stored, looked into: a document holds the reference, and the org's secret holds the value that was pushed.
async fn expect_stored(served: &Served, desired: &DesiredState, values: &BTreeMap<String, String>) {
    let reader = served.reader("dev");
    assert_eq!(reader.missing(desired).await, [""; 0]);
    for platform in desired.of(PLATFORM) {
        let (agent, id) = platform.key.id.split_once('/').expect("it belongs to an agent");
        let config = reader.platform_config(agent, id).await;
        let declared = platform.declared.get(platform::CONFIG).and_then(Declaration::members);
        for (key, value) in declared.into_iter().flatten() {
            let Some(Value::Text(Text::SecretRef(name))) = value.value() else { continue };
            expect_reference(served, name, values, config.get(key), &format!("{id}.{key}"));
            let place = StoredSecret::Platform { agent, platform: id, path: &[key.as_str()] };
            assert_eq!(stored(served, place), None, "{id}.{key} has no second copy");
        }
    }
    for resource in desired.of(SETTINGS) {
        let settings = reader.settings(&resource.key.id).await;
        expect_server_secrets(served, resource, settings.get("mcpServers"), values);
    }
}

fn expect_reference(
    served: &Served,
    name: &SecretName,
    values: &BTreeMap<String, String>,
    held: Option<&serde_json::Value>,
    place: &str,
) {
    let reference = serde_json::json!(format!("secret://dev/user/{name}"));
    assert_eq!(held, Some(&reference), "{place}");
    let secret = StoredSecret::User { name: name.as_str() };
    assert_eq!(stored(served, secret).as_ref(), values.get(name.as_str()), "{place}");
}

fn stored(served: &Served, place: StoredSecret<'_>) -> Option<String> {
    let value = served.store.stored_secret("dev", place).expect("the store can be read");
    value.map(|value| String::from_utf8(value.to_vec()).expect("text was sent"))
}

/// Literals of MCP headers, env and client secrets are in the vault as sent; a `$NAME` is a reference.
fn expect_server_secrets(
    served: &Served,
    config: &Resource,
    held: Option<&serde_json::Value>,
    values: &BTreeMap<String, String>,
) {
    let Some(Declaration::Table(servers)) = config.declared.get(settings::MCP_SERVERS) else { return };
    for (id, server) in servers {
        let Declaration::Table(members) = server else { continue };
        for place in ["headers", "env", "oauth"] {
            let Some(Declaration::Table(entries)) = members.get(place) else { continue };
            for (name, entry) in entries {
                let path = ["mcpServers", id, place, name];
                let sent = match entry {
                    Declaration::Leaf(Value::Text(Text::SecretRef(secret))) => {
                        let held = held.and_then(|held| held.get(id)?.get(place)?.get(name));
                        expect_reference(served, secret, values, held, &path.join("."));
                        continue;
                    }
                    Declaration::Leaf(Value::Text(Text::Known(text))) => text.as_str(),
                    Declaration::Leaf(Value::Text(Text::Sensitive(text))) => text.for_request(),
                    _ => continue,
                };
                let place = StoredSecret::Settings { agent: &config.key.id, path: &path };
                if let Some(stored) = stored(served, place) {
                    assert_eq!(stored, sent, "{path:?}");
                }
            }
        }
    }
}

fn fault() -> impl Strategy<Value = WriteFault> {
    prop_oneof![Just(WriteFault::Refused), Just(WriteFault::AnswerLost), Just(WriteFault::NeverArrives)]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 12, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_applied_project_leaves_nothing_to_do_and_is_stored(project in project()) {
        let desired = desired(&project);
        block_on(async {
            let served = Served::in_memory().await;
            let org = client(&served, &project.values).await;
            let report = apply(&org, &desired, false).await;
            assert!(report.is_complete(), "{report:?}");
            expect_empty(&org, &desired, false).await;
            expect_empty(&org, &desired, true).await;
            expect_stored(&served, &desired, &project.values).await;
        });
    }

    #[test]
    fn a_run_that_fails_is_healed_by_the_next(project in project(), nth in any::<prop::sample::Index>(), fault in fault()) {
        let desired = desired(&project);
        block_on(async {
            let whole = Served::in_memory().await;
            let counting = FailingOrg::new(client(&whole, &project.values).await);
            apply(&counting, &desired, false).await;
            if counting.writes() == 0 {
                return;
            }
            let served = Served::in_memory().await;
            let org = FailingOrg::new(client(&served, &project.values).await);
            org.fail_write(nth.index(counting.writes()) + 1, fault);
            let first = apply(&org, &desired, false).await;
            assert!(!first.is_complete() || fault == WriteFault::AnswerLost, "{fault:?}: {first:?}");
            let report = apply(&org, &desired, false).await;
            assert!(report.is_complete(), "{report:?}");
            expect_empty(&org, &desired, true).await;
            expect_stored(&served, &desired, &project.values).await;
            let content = async |served: &Served| served.reader("dev").content(&desired).await;
            assert_eq!(differing(&content(&whole).await, &content(&served).await, ""), [""; 0]);
        });
    }

    #[test]
    fn a_plan_changes_no_byte(project in project()) {
        let directory = tempfile::tempdir().expect("a directory");
        let (files, database) = (directory.path().join("project"), directory.path().join("data/org.db"));
        std::fs::create_dir(&files).expect("a directory");
        project.write_to(&files);
        let desired = desired_of(&files);
        block_on(async {
            let served = Served::database(&database).await;
            let org = client(&served, &project.values).await;
            apply(&org, &desired, false).await;
            let (before, writes) = (bytes_below(directory.path()), served.counter.writes());
            expect_empty(&org, &desired, false).await;
            expect_empty(&org, &desired_of(&files), true).await;
            assert_eq!(served.counter.writes(), writes);
            assert!(bytes_below(directory.path()) == before, "a plan changed a file");
            assert!(apply(&org, &desired, false).await.is_complete());
            assert_eq!(served.counter.writes(), writes, "nothing to change, nothing written (A5)");
        });
    }

    #[test]
    fn pruning_makes_the_org_what_a_fresh_one_would_be(first in project(), second in project()) {
        let values: BTreeMap<_, _> = first.values.clone().into_iter().chain(second.values.clone()).collect();
        let (first, second) = (desired(&first), desired(&second));
        block_on(async {
            let served = Served::in_memory().await;
            let org = client(&served, &values).await;
            apply(&org, &first, false).await;
            let report = apply_everything(&org, &second).await;
            assert!(report.is_complete(), "{report:?}");
            expect_empty(&org, &second, true).await;
            expect_stored(&served, &second, &values).await;
            let fresh = Served::in_memory().await;
            apply(&client(&fresh, &values).await, &second, false).await;
            let content = async |served: &Served| served.reader("dev").content(&second).await;
            assert_eq!(differing(&content(&served).await, &content(&fresh).await, ""), [""; 0]);
        });
    }
}

/// Every file below a directory with its content, but for SQLite's shared-memory index, which readers lock in.
fn bytes_below(directory: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            found.extend(bytes_below(&path));
        } else if path.extension().is_none_or(|extension| !extension.to_string_lossy().ends_with("-shm")) {
            found.insert(path.display().to_string(), std::fs::read(&path).expect("a file"));
        }
    }
    found
}
