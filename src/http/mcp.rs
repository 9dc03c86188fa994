use serde_json::{Value, json};

/// The message that opens a session at an MCP endpoint.
pub fn mcp_initialize() -> Value {
    json!({
        "jsonrpc": "2.0",
        "id": "__init__",
        "method": "initialize",
        "params": {
            "protocolVersion": "2025-03-26",
            "capabilities": {},
            "clientInfo": { "name": "lobu", "version": "1.0.0" },
        },
    })
}
