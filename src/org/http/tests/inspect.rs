//! A look at a server: what its head tells, and the sessions of the MCP endpoint.

use serde_json::json;

use super::support::{Listener, Step, answer, typed, with_header};
use crate::env::Network;

fn health() -> Step {
    answer(200, &json!({"service": "lobu-api", "version": "1"}))
}

#[tokio::test]
async fn a_server_is_looked_at_from_the_name_up() {
    // The clock of the tests stands at 2001-09-09 01:46:40.
    let dated = with_header(health(), "date", "Sun, 09 Sep 2001 01:48:20 GMT");
    let listener = Listener::start_by_path(vec![("/health", dated)]);
    let found = listener.org().inspect(&Network::default()).await;
    assert_eq!((found.proxy, found.addresses, found.connection), (None, Some(Ok(1)), Some(Ok(()))));
    let answered = found.answer.unwrap().unwrap();
    assert_eq!((answered.version, answered.clock_ahead, answered.certificate_days), ("HTTP/1.1", Some(100), None));
    assert_eq!(answered.round_trips.len(), 3);
    assert_eq!(answered.health.unwrap().service, "lobu-api");
}

#[tokio::test]
async fn a_health_page_that_repeats_the_token_is_not_shown() {
    for member in ["service", "version", "implementation"] {
        let mut page = json!({"service": "lobu-api", "version": "1", "features": []});
        page[member] = json!("it is SENTINEL-TOKEN");
        let listener = Listener::start_by_path(vec![("/health", answer(200, &page))]);
        let found = listener.org().inspect(&Network::default()).await;
        assert!(!format!("{found:?}").contains("SENTINEL"), "{found:?}");
    }
}

#[tokio::test]
async fn a_session_is_opened_carried_and_needed() {
    let opened = || answer(200, &json!({"jsonrpc": "2.0", "id": "__init__", "result": {}}));
    let session = || with_header(opened(), "mcp-session-id", "SENTINEL-session");
    let tools = answer(200, &json!({"result": {"tools": [{"name": "a"}, {"name": "b"}]}}));
    let accepted = Step::Answer { status: 202, headers: Vec::new(), body: Vec::new() };
    let listener = Listener::start([session(), accepted.clone(), tools]);
    let found = listener.org().ask_memory().await;
    assert_eq!((found.session, found.tools), (Ok(()), Some(Ok(2))));
    let sessions: Vec<bool> = listener.seen().iter().map(|seen| seen.header("mcp-session-id").is_some()).collect();
    assert_eq!(sessions, [false, true, true]);
    assert_eq!(listener.lines(), ["POST /mcp/dev"; 3]);

    let broken = answer(200, &json!({"error": {"code": -32600, "message": "no"}}));
    for (steps, has_session) in [
        (vec![opened()], false),
        (vec![typed(404, "text/plain", "404 Not Found")], false),
        (vec![with_header(answer(200, &json!({})), "mcp-session-id", "x")], false),
        (vec![broken.clone()], false),
        (vec![session(), answer(500, &json!({"error": "x"}))], false),
        (vec![session(), accepted.clone(), answer(200, &json!({"result": {}}))], true),
        (vec![session(), accepted.clone(), broken], true),
    ] {
        let found = Listener::start(steps).org().ask_memory().await;
        assert_eq!(found.session.is_ok(), has_session, "{found:?}");
        assert!(!matches!(found.tools, Some(Ok(_))), "{found:?}");
        assert!(!format!("{found:?}").contains("SENTINEL"), "{found:?}");
    }
}
