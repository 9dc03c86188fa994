//! Our own server in this process, over HTTP, with its store at hand.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use lobu::http::Endpoint;
use lobu::model::OrgSlug;
use lobu::org::http::HttpOrg;
use lobu::secrets::SecretValue;
use lobu::server::{
    AccessToken, Database, ExposedOrgs, RequestCounter, ServerOptions, Store, TokenRequest, Transport, bind_loopback,
    router, serve_tcp,
};
use serde_json::{Value, json};
use tokio::task::JoinHandle;

use super::http_client;
use super::stored::Reader;

/// A server on 127.0.0.1, for as long as the value lives.
pub(crate) struct Served {
    /// The tables.
    pub(crate) store: Store,
    /// What was asked of it.
    pub(crate) counter: RequestCounter,
    origin: String,
    token: AccessToken,
    task: JoinHandle<std::io::Result<()>>,
}

impl Served {
    /// Serves an empty store in memory that has the org `dev`.
    pub(crate) async fn in_memory() -> Self {
        Self::start(Store::open(&Database::Memory).expect("a store in memory"), "dev").await
    }

    /// Serves a database file.
    pub(crate) async fn database(path: &Path) -> Self {
        Self::org_of_database(path, "dev").await
    }

    /// Serves a database file, in which this org is made if it is missing.
    async fn org_of_database(path: &Path, org: &str) -> Self {
        let store = Store::open(&Database::File(path.to_owned())).expect("the database can be opened");
        Self::start(store, org).await
    }

    async fn start(store: Store, org: &str) -> Self {
        store.ensure_org(org, org).expect("an org");
        let scope = Some("mcp:read mcp:write mcp:admin");
        let request = TokenRequest { name: "test", scope, ..TokenRequest::default() };
        let token = store.create_token("bootstrap-user", request).expect("a token");
        let counter = RequestCounter::default();
        let listener = bind_loopback(0).await.expect("loopback has a free port");
        let origin = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let options = ServerOptions {
            transport: Transport::Loopback,
            orgs: ExposedOrgs::All,
            // The same for all, since it stands in the memory MCP entry of new agents.
            origin: "http://127.0.0.1:8787".to_owned(),
            session: None,
            counter: counter.clone(),
        };
        let service = router(store.clone(), options);
        let task = tokio::spawn(serve_tcp(listener, service, std::future::pending()));
        Self { store, counter, origin, token, task }
    }

    /// A bearer with all rights.
    pub(crate) fn token(&self) -> &str {
        self.token.expose()
    }

    /// `http://127.0.0.1:<port>`
    pub(crate) fn url(&self) -> &str {
        &self.origin
    }

    /// The slugs of all orgs.
    pub(crate) fn orgs(&self) -> Vec<String> {
        self.store.orgs().expect("the orgs can be listed")
    }

    /// Gives an org secrets by the API, as `lobu secrets push` does: new ones are made, others rotated.
    pub(crate) async fn put_secrets(&self, org: &str, values: &BTreeMap<String, String>) {
        if values.is_empty() {
            return;
        }
        let base = format!("{}/api/{org}/secrets", self.origin);
        let http = http_client();
        let answer = http.get(format!("{base}/names")).bearer_auth(self.token()).send().await.expect("an answer");
        let known: Vec<String> = answer.json().await.expect("a list of names");
        let action = |(name, value): (&String, &String)| {
            let operation = if known.contains(name) { "rotate" } else { "create" };
            json!({"op": operation, "name": name, "value": value, "source": "env"})
        };
        let body = json!({"actions": values.iter().map(action).collect::<Vec<Value>>()});
        let request = http.post(format!("{base}/manage")).bearer_auth(self.token()).json(&body);
        assert_eq!(request.send().await.expect("an answer").status().as_u16(), 200);
    }

    /// What reads an org back.
    pub(crate) fn reader(&self, org: &str) -> Reader {
        Reader::new(&self.origin, org, self.token())
    }

    /// The client of this program, for the org `dev`.
    pub(crate) fn client(&self) -> HttpOrg {
        let origin = url::Url::parse(&self.origin).expect("an origin is a URL");
        HttpOrg::builder(Endpoint::Origin(origin), OrgSlug::from_server("dev"))
            .token(Some(Arc::new(SecretValue::new(self.token()))))
            .build()
            .expect("a client needs no configuration")
    }
}

/// Gives an org of a database file secrets by the API; both are made if they are missing.
pub(crate) fn put_secrets(database: &Path, org: &str, values: &BTreeMap<String, String>) {
    let put = || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
        runtime.block_on(async {
            let served = Served::org_of_database(database, org).await;
            served.put_secrets(org, values).await;
            served.store.checkpoint();
        });
    };
    // On a thread of its own, so that a test which has a runtime can call it too.
    std::thread::scope(|scope| scope.spawn(put).join().expect("the secrets are stored"));
}

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}
