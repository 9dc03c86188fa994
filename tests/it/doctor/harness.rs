//! What the tests share.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::support::env::{CommandOutput, TestEnv};
use crate::support::existing_server::{Answer, ExistingServer, Fault, RecordedRequest};

/// The one document on stdout, which is as the schema says.
#[track_caller]
pub(super) fn document(output: &CommandOutput) -> Value {
    checked(&output.stdout)
}

/// A text that is as the schema says.
#[track_caller]
pub(super) fn checked(text: &str) -> Value {
    crate::support::schema::checked("doctor", text)
}

/// How each check ended, by its id.
#[track_caller]
pub(crate) fn states(output: &CommandOutput) -> BTreeMap<String, String> {
    let document = document(output);
    let checks = document["checks"].as_array().expect("a list");
    let text = |check: &Value, member: &str| check[member].as_str().expect("a text").to_owned();
    checks.iter().map(|check| (text(check, "id"), text(check, "state"))).collect()
}

/// The ids of the checks that ended so.
#[track_caller]
pub(crate) fn ending(output: &CommandOutput, state: &str) -> Vec<String> {
    states(output).into_iter().filter(|(_, ending)| ending == state).map(|(id, _)| id).collect()
}

/// A directory in a git repository.
pub(super) fn in_repository(env: &TestEnv) -> &TestEnv {
    env.write(".git/HEAD", "ref: refs/heads/main\n").write(".git/config", "").write(".git/objects/x", "")
}

/// Lets a double of the existing server answer at its MCP endpoint.
pub(super) fn serve_memory(server: &ExistingServer, tools: &[&str]) {
    let says = |method: &'static str| {
        move |request: &RecordedRequest| {
            let is_it = request.json().is_some_and(|body| body["method"] == method);
            let has_session = request.header("mcp-session-id") == Some("session-1");
            request.path == "/mcp/dev" && is_it && (has_session || method == "initialize")
        }
    };
    let opened = Answer::json(200, &json!({"jsonrpc": "2.0", "id": "__init__", "result": {"capabilities": {}}}));
    server.fail_every(says("initialize"), Fault::Instead(opened.with_header("mcp-session-id", "session-1")));
    server.fail_every(says("notifications/initialized"), Fault::empty(202));
    let tools: Vec<Value> = tools.iter().map(|name| json!({"name": name})).collect();
    let listed = json!({"jsonrpc": "2.0", "id": 1, "result": {"tools": tools}});
    server.fail_every(says("tools/list"), Fault::json(200, &listed));
}
