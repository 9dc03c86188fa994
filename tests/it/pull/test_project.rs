//! The real binary between a project and our own server in this process.

use std::collections::BTreeMap;
use std::future::Future;
use std::path::Path;
use std::sync::Arc;
use std::time::SystemTime;

use lobu::desired::DesiredState;
use lobu::org::http::Sending;
use tokio::runtime::Runtime;

use crate::support::converge::apply;
use crate::support::embedded::Served;
use crate::support::env::{CommandOutput, TestEnv};

/// A project directory, and the org `dev` of a server in this process.
pub(crate) struct TestProject {
    pub(crate) env: TestEnv,
    pub(crate) served: Served,
    runtime: Runtime,
}

impl TestProject {
    /// An empty project directory and an empty org.
    pub(crate) fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        let runtime = runtime.expect("a runtime");
        let served = runtime.block_on(Served::in_memory());
        let mut env = TestEnv::new();
        env.env("LOBU_API_TOKEN", served.token());
        Self { env, served, runtime }
    }

    /// Runs something that asks the server in this process.
    pub(crate) fn wait<T>(&self, future: impl Future<Output = T>) -> T {
        self.runtime.block_on(future)
    }

    /// Runs the binary on org `dev`.
    pub(crate) fn run(&self, arguments: &[&str]) -> CommandOutput {
        self.env.lobu(arguments.iter().copied().chain(["--url", self.served.url(), "--org", "dev"]))
    }

    /// Makes the org what a project declares, and takes away what it does not, by the library.
    #[track_caller]
    pub(crate) fn converge(&self, desired: &DesiredState, values: &BTreeMap<String, String>) {
        self.wait(async {
            self.served.put_secrets("dev", values).await;
            let sending = Sending { values: Arc::default(), secrets_api: true, own_server: true, project: None };
            let org = self.served.client().sending(sending);
            let report = apply(&org, desired, true).await;
            assert!(report.is_complete(), "{report:?}");
        });
    }
}

/// Every file below a directory: its text and when it was written.
pub(crate) fn files(directory: &Path) -> BTreeMap<String, (String, SystemTime)> {
    let mut found = BTreeMap::new();
    collect(directory, directory, &mut found);
    found
}

fn collect(root: &Path, directory: &Path, found: &mut BTreeMap<String, (String, SystemTime)>) {
    for entry in std::fs::read_dir(directory).expect("a directory") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            collect(root, &path, found);
            continue;
        }
        let name = path.strip_prefix(root).expect("it is below").to_string_lossy().into_owned();
        let text = String::from_utf8_lossy(&std::fs::read(&path).expect("a file")).into_owned();
        found.insert(name, (text, path.metadata().expect("it is there").modified().expect("a time")));
    }
}

/// Edits of an org by its API, as the web interface makes them.
pub(crate) mod edit {
    use serde_json::{Value, json};

    use crate::support::http_client;

    async fn done(request: reqwest::RequestBuilder, token: &str) -> Value {
        let answer = request.bearer_auth(token).send().await.expect("an answer");
        let status = answer.status();
        let text = answer.text().await.expect("a text");
        assert!(status.is_success(), "{status}: {text}");
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// An agent's platforms.
    pub(crate) async fn platforms(origin: &str, org: &str, token: &str, agent: &str) -> Vec<Value> {
        let url = format!("{origin}/api/{org}/agents/{agent}/platforms");
        let rows = done(http_client().get(&url), token).await;
        rows["platforms"].as_array().expect("a list").clone()
    }

    /// Merges keys into a platform's config.
    pub(crate) async fn platform(origin: &str, org: &str, token: &str, agent: &str, platform: &str, change: &Value) {
        let url = format!("{origin}/api/{org}/agents/{agent}/platforms");
        let rows = platforms(origin, org, token, agent).await;
        let row = rows.iter().find(|row| row["id"] == platform).expect("the platform");
        let mut config = row["config"].as_object().expect("an object").clone();
        config.remove("platform");
        config.extend(change.as_object().expect("an object").clone());
        let body = json!({"platform": row["platform"], "config": config});
        done(http_client().put(format!("{url}/by-stable-id/{platform}")).json(&body), token).await;
    }

    /// Makes a platform.
    pub(crate) async fn new_platform(origin: &str, org: &str, token: &str, agent: &str, platform: &str, body: &Value) {
        let url = format!("{origin}/api/{org}/agents/{agent}/platforms/by-stable-id/{platform}");
        done(http_client().put(url).json(body), token).await;
    }

    /// Replaces members of an agent's config.
    pub(crate) async fn settings(origin: &str, org: &str, token: &str, agent: &str, change: &Value) {
        done(http_client().patch(format!("{origin}/api/{org}/agents/{agent}/config")).json(change), token).await;
    }

    /// Changes an agent's name or description.
    pub(crate) async fn agent(origin: &str, org: &str, token: &str, agent: &str, change: &Value) {
        done(http_client().patch(format!("{origin}/api/{org}/agents/{agent}")).json(change), token).await;
    }

    /// Deletes an agent.
    pub(crate) async fn remove_agent(origin: &str, org: &str, token: &str, agent: &str) {
        done(http_client().delete(format!("{origin}/api/{org}/agents/{agent}")), token).await;
    }

    /// Calls the schema endpoint.
    pub(crate) async fn schema(origin: &str, org: &str, token: &str, call: &Value) -> Value {
        done(http_client().post(format!("{origin}/api/{org}/manage_entity_schema")).json(call), token).await
    }
}
