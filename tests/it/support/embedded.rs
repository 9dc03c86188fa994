//! Our own server in this process, over HTTP, with its store at hand.

use std::path::Path;
use std::sync::Arc;

use lobu::model::OrgSlug;
use lobu::org::http::{Endpoint, HttpOrg};
use lobu::secrets::SecretValue;
use lobu::server::{
    AccessToken, Database, ExposedOrgs, RequestCounter, ServerOptions, Store, TokenRequest, Transport, bind_loopback,
    router, serve_tcp,
};
use tokio::task::JoinHandle;

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
        Self::start(Store::open(&Database::Memory).expect("a store in memory")).await
    }

    /// Serves a database file.
    pub(crate) async fn database(path: &Path) -> Self {
        Self::start(Store::open(&Database::File(path.to_owned())).expect("the database can be opened")).await
    }

    async fn start(store: Store) -> Self {
        store.ensure_org("dev", "Dev").expect("an org");
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

    /// The slugs of all orgs.
    pub(crate) fn orgs(&self) -> Vec<String> {
        self.store.orgs().expect("the orgs can be listed")
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

impl Drop for Served {
    fn drop(&mut self) {
        self.task.abort();
    }
}
