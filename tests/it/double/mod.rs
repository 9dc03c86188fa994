//! Tests of the double itself: what no recording shows, and its switches.

mod access;
mod faults;
mod later_generations;
mod quirks;
mod watchers;

use serde_json::Value;

use crate::support::existing_server::{ExistingServer, owner_token};
use crate::support::http_client;

/// A client of one double.
struct Client<'server> {
    server: &'server ExistingServer,
    token: Option<String>,
    http: reqwest::Client,
}

impl<'server> Client<'server> {
    /// A client with a token.
    fn with(server: &'server ExistingServer, token: Option<&str>) -> Self {
        let http = http_client();
        Self { server, token: token.map(str::to_owned), http }
    }

    /// The owner of `dev`.
    fn owner(server: &'server ExistingServer) -> Self {
        Self::with(server, Some(&owner_token("dev")))
    }

    fn request(&self, method: &str, path: &str) -> reqwest::RequestBuilder {
        let method = method.parse().expect("a method");
        let request = self.http.request(method, format!("{}{path}", self.server.url()));
        match &self.token {
            Some(token) => request.bearer_auth(token),
            None => request,
        }
    }

    /// Sends and returns status and body; a body that is not JSON comes as a string.
    async fn send(&self, method: &str, path: &str, body: Option<Value>) -> (u16, Value) {
        let mut request = self.request(method, path);
        if let Some(body) = body {
            request = request.json(&body);
        }
        let answer = request.send().await.expect("the double answers");
        let status = answer.status().as_u16();
        let text = answer.text().await.expect("the body arrives");
        (status, serde_json::from_str(&text).unwrap_or(Value::String(text)))
    }

    async fn get(&self, path: &str) -> (u16, Value) {
        self.send("GET", path, None).await
    }

    async fn put(&self, path: &str, body: Value) -> (u16, Value) {
        self.send("PUT", path, Some(body)).await
    }

    async fn patch(&self, path: &str, body: Value) -> (u16, Value) {
        self.send("PATCH", path, Some(body)).await
    }

    async fn post(&self, path: &str, body: Value) -> (u16, Value) {
        self.send("POST", path, Some(body)).await
    }

    /// Calls the schema tool of `dev`.
    async fn schema(&self, body: Value) -> (u16, Value) {
        self.post("/api/dev/manage_entity_schema", body).await
    }
}
