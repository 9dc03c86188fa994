//! A server on a store, and requests to it without a socket.

use std::path::Path;

use axum::{
    Router,
    body::{Body, to_bytes},
    http::{HeaderMap, Request, StatusCode},
};
use serde_json::{Value, json};
use tower::Service as _;

use crate::server::{
    AccessToken, Database, ExposedOrgs, RequestCounter, Role, ServerOptions, Store, TokenRequest, Transport, router,
};

pub(super) const ORIGIN: &str = "http://127.0.0.1:8787";
pub(super) const ALL_SCOPES: &str = "mcp:read mcp:write mcp:admin";

/// A store with the org `dev`, its service, and the bootstrap token.
pub(super) struct Harness {
    pub(super) store: Store,
    pub(super) router: Router,
    pub(super) token: AccessToken,
    pub(super) counter: RequestCounter,
}

/// An answer.
#[derive(Debug)]
pub(super) struct Reply {
    pub(super) status: StatusCode,
    pub(super) headers: HeaderMap,
    pub(super) body: Value,
}

impl Reply {
    /// Gives the code of a refusal.
    pub(super) fn code(&self) -> (u16, &str) {
        (self.status.as_u16(), self.body["error"]["code"].as_str().unwrap_or("(none)"))
    }
}

impl Harness {
    pub(super) fn memory() -> Self {
        Self::on(Store::open(&Database::Memory).unwrap())
    }

    pub(super) fn file(path: &Path) -> Self {
        Self::on(Store::open(&Database::File(path.to_owned())).unwrap())
    }

    pub(super) fn on(store: Store) -> Self {
        store.ensure_org("dev", "Org dev").unwrap();
        let token = store.bootstrap_token_in_memory().unwrap();
        let counter = RequestCounter::default();
        let options = ServerOptions {
            transport: Transport::Loopback,
            orgs: ExposedOrgs::All,
            origin: ORIGIN.to_owned(),
            session: None,
            counter: counter.clone(),
        };
        Self { router: router(store.clone(), options), store, token, counter }
    }

    /// Sends a request with the bootstrap token; a null body is none.
    pub(super) async fn send(&self, method: &str, path: &str, body: Value) -> Reply {
        self.send_as(Some(self.token.expose()), method, path, body).await
    }

    pub(super) async fn get(&self, path: &str) -> Reply {
        self.send("GET", path, Value::Null).await
    }

    /// Sends a request with another bearer.
    pub(super) async fn send_as(&self, bearer: Option<&str>, method: &str, path: &str, body: Value) -> Reply {
        let mut request = Request::builder()
            .method(method)
            .uri(path)
            .header("host", "127.0.0.1:8787")
            .header("content-type", "application/json");
        if let Some(bearer) = bearer {
            request = request.header("authorization", format!("Bearer {bearer}"));
        }
        let body = if body.is_null() { Body::empty() } else { Body::from(body.to_string()) };
        self.raw(request.body(body).unwrap()).await
    }

    /// Sends a request as it is.
    pub(super) async fn raw(&self, request: Request<Body>) -> Reply {
        let response = self.router.clone().call(request).await.unwrap();
        let (status, headers) = (response.status(), response.headers().clone());
        let bytes = to_bytes(response.into_body(), usize::MAX).await.unwrap();
        let body = serde_json::from_slice(&bytes).unwrap_or(Value::Null);
        Reply { status, headers, body }
    }

    /// Sends a body to the schema endpoint of `dev`.
    pub(super) async fn schema(&self, kind: &str, action: &str, members: Value) -> Reply {
        let mut body = json!({ "schema_type": kind, "action": action });
        body.as_object_mut().unwrap().extend(members.as_object().unwrap().clone());
        self.send("POST", "/api/dev/manage_entity_schema", body).await
    }

    /// Sends actions to the secrets of `dev`.
    pub(super) async fn manage(&self, actions: Value) -> Reply {
        self.send("POST", "/api/dev/secrets/manage", json!({ "actions": actions })).await
    }

    /// Makes a secret in `dev`.
    pub(super) async fn create_secret(&self, name: &str, value: &str) {
        let reply = self.manage(json!([{ "op": "create", "name": name, "value": value, "source": "env" }])).await;
        assert_eq!(reply.status, 200, "{:?}", reply.body);
    }

    /// Makes the agent `triage` in `dev`.
    pub(super) async fn with_agent(self) -> Self {
        let body = json!({ "agentId": "triage", "name": "Triage" });
        assert_eq!(self.send("POST", "/api/dev/agents", body).await.status, 201);
        self
    }

    /// Makes a user with a role in `dev` and a token with these scopes.
    pub(super) fn user(&self, user: &str, role: Option<Role>, scope: Option<&str>) -> AccessToken {
        self.store.create_user(user, user, "x@local").unwrap();
        self.store.set_role("dev", user, role).unwrap();
        self.store.create_token(user, TokenRequest { name: "t", scope, ..TokenRequest::default() }).unwrap()
    }
}

/// The sorted names of an object's members.
pub(super) fn names(value: &Value) -> Vec<&str> {
    let mut names: Vec<&str> = value.as_object().unwrap().keys().map(String::as_str).collect();
    names.sort_unstable();
    names
}
