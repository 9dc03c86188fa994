//! The MCP endpoint of an org's memory, as far as `doctor` asks it (org-api 5.10).

use reqwest::Method;
use reqwest::header::HeaderValue;
use serde_json::{Map, json};

use crate::org::OrgError;
use crate::wire::Json;

use super::HttpOrg;
use super::encode::plain_body;
use super::read::shape;
use super::transport::Call;

/// What the endpoint answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryEndpoint {
    /// That it opened a session, or why not.
    pub session: Result<(), OrgError>,
    /// How many tools it listed, or why it did not; none without a session.
    pub tools: Option<Result<usize, OrgError>>,
}

impl HttpOrg {
    /// Opens a session and lists the tools. Nothing is tried twice.
    pub async fn ask_memory(&self) -> MemoryEndpoint {
        let session = match self.open_session().await {
            Ok(session) => session,
            Err(error) => return MemoryEndpoint { session: Err(error), tools: None },
        };
        MemoryEndpoint { session: Ok(()), tools: Some(self.list_tools(session).await) }
    }

    async fn open_session(&self) -> Result<HeaderValue, OrgError> {
        let call = self.rpc(
            "initialize",
            &json!({
                "jsonrpc": "2.0",
                "id": "__init__",
                "method": "initialize",
                "params": {
                    "protocolVersion": "2025-03-26",
                    "capabilities": {},
                    "clientInfo": { "name": "lobu", "version": "1.0.0" },
                },
            }),
        )?;
        let (head, answer) = self.transport.look(&call).await?;
        let answer = answer?;
        let what = |what: &str| OrgError::NotTheApi {
            request: call.request.clone(),
            status: answer.status,
            what: what.to_owned(),
        };
        if !answer.json.get("result").is_some_and(Json::is_object) {
            return Err(shape(&call.request, answer.status, "result", "an object"));
        }
        let session = head.session.ok_or_else(|| what("no session in its head"))?;
        let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let call = self.rpc("notifications/initialized", &ready)?.session(session.clone());
        match self.transport.look(&call).await?.1 {
            // An empty 202, or whatever else says yes.
            Ok(_) | Err(OrgError::NotTheApi { status: 200..=299, .. }) => Ok(session),
            Err(error) => Err(error),
        }
    }

    async fn list_tools(&self, session: HeaderValue) -> Result<usize, OrgError> {
        let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
        let call = self.rpc("tools/list", &list)?.session(session);
        let answer = self.transport.look(&call).await?.1?;
        let tools = answer.json.get("result").and_then(|result| result.get("tools")).and_then(Json::as_array);
        tools.map(Vec::len).ok_or_else(|| shape(&call.request, answer.status, "result.tools", "a list"))
    }

    /// A call of the endpoint, named by its method in errors. None of these changes anything.
    fn rpc(&self, method: &str, message: &Json) -> Result<Call, OrgError> {
        let members = message.as_object().cloned().unwrap_or_else(Map::new);
        let segments = ["mcp", self.transport.org.as_str()];
        let mut call = self.transport.with_body(&Method::POST, &segments, plain_body(members))?.read();
        call.request.path = format!("{} ({method})", call.request.path);
        Ok(call)
    }
}
