//! The MCP endpoint of an org's memory, as far as `doctor` asks it.

use serde_json::{Map, json};

use crate::http::{Method, Session, mcp_initialize};
use crate::org::RequestError;
use crate::wire::Json;

use super::HttpOrg;
use super::client::Call;
use super::encode::plain_body;

/// What the endpoint answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryEndpoint {
    /// That it opened a session, or why not.
    pub session: Result<(), RequestError>,
    /// How many tools it listed, or why it did not; none without a session.
    pub tools: Option<Result<usize, RequestError>>,
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

    async fn open_session(&self) -> Result<Session, RequestError> {
        let call = self.rpc("initialize", &mcp_initialize())?;
        let (head, answer) = self.transport.look(&call).await?;
        let answer = answer?;
        if !answer.json().get("result").is_some_and(Json::is_object) {
            return Err(answer.lacks("result", "an object"));
        }
        let session = head.session.ok_or_else(|| answer.not_understood("no session in its head"))?;
        let ready = json!({ "jsonrpc": "2.0", "method": "notifications/initialized" });
        let call = self.rpc("notifications/initialized", &ready)?.session(session.clone());
        match self.transport.look(&call).await?.1 {
            // An empty 202, or whatever else says yes.
            Ok(_) | Err(RequestError::NotTheApi { status: 200..=299, .. }) => Ok(session),
            Err(error) => Err(error),
        }
    }

    async fn list_tools(&self, session: Session) -> Result<usize, RequestError> {
        let list = json!({ "jsonrpc": "2.0", "id": 1, "method": "tools/list", "params": {} });
        let call = self.rpc("tools/list", &list)?.session(session);
        let answer = self.transport.look(&call).await?.1?;
        let tools = answer.json().get("result").and_then(|result| result.get("tools")).and_then(Json::as_array);
        tools.map(Vec::len).ok_or_else(|| answer.lacks("result.tools", "a list"))
    }

    /// A call of the endpoint, named by its method in errors. None of these changes anything.
    fn rpc(&self, method: &str, message: &Json) -> Result<Call, RequestError> {
        let members = message.as_object().cloned().unwrap_or_else(Map::new);
        let segments = ["mcp", self.org.as_str()];
        let mut call = self.with_body(Method::Post, &segments, plain_body(members))?.read();
        call.request.path = format!("{} ({method})", call.request.path);
        Ok(call)
    }
}
