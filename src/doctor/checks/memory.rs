use crate::org::RequestError;
use crate::org::http::MemoryEndpoint;

use crate::doctor::finding::{failure, ok, warning};
use crate::doctor::{Check, Finding};
use crate::model::counted;

/// What is known of the MCP endpoint of the org's memory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MemoryFacts {
    pub address: String,
    /// Whether the server is our own, on which no agent runs, and which has no tools.
    pub is_own_server: bool,
    /// What it answered.
    pub endpoint: MemoryEndpoint,
}

/// The checks of the memory endpoint.
pub fn memory_checks(facts: &MemoryFacts) -> Vec<Finding> {
    let why = "Agents use their memory through it.";
    if let Err(error) = &facts.endpoint.session {
        let finding = failure(Check::MemoryInitialize, format!("{error}."));
        return vec![advised(finding.why(why), error)];
    }
    let mut findings = vec![ok(Check::MemoryInitialize, format!("{} opens a session.", facts.address))];
    findings.extend(facts.endpoint.tools.as_ref().map(|tools| {
        match tools {
            Ok(0) if facts.is_own_server => {
                ok(Check::MemoryTools, "It lists no tools: no agent runs on this server.".to_owned())
            }
            Ok(0) => warning(Check::MemoryTools, "It lists no tools.")
                .why(why)
                .how("Check the scope of the token, or ask the server's operator."),
            Ok(count) => ok(Check::MemoryTools, format!("It lists {}.", counted(*count, "tool"))),
            Err(error) => advised(failure(Check::MemoryTools, format!("{error}.")).why(why), error),
        }
    }));
    findings
}

fn advised(finding: Finding, error: &RequestError) -> Finding {
    match error.status() {
        Some(401) => finding.how_command("Set LOBU_API_TOKEN to a token of this server, or log in:", "lobu login"),
        Some(403) => finding.how("Use a token for this org, with one of the mcp scopes."),
        Some(404) => finding.how("Check the org; the server may also serve its memory elsewhere."),
        Some(_) => finding.how("If this does not change, ask the server's operator."),
        None => finding.how("Check the URL and the network."),
    }
}
