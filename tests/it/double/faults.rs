//! Each fault does what it says, and no more.

use std::time::Duration;

use serde_json::json;

use super::Client;
use crate::support::existing_server::{Answer, ExistingServer, Fault, Options, RecordedRequest};

const AGENTS: &str = "/api/dev/agents";

fn is_create(request: &RecordedRequest) -> bool {
    request.method == "POST" && request.path == AGENTS && request.query.is_none() && request.text().contains("triage")
}

async fn create(client: &Client<'_>) -> Result<u16, reqwest::Error> {
    let body = json!({"agentId": "triage", "name": "Triage"});
    let answer = client.request("POST", AGENTS).json(&body).send().await?;
    let status = answer.status().as_u16();
    answer.bytes().await.map(|_| status)
}

#[tokio::test]
async fn a_connection_can_close_before_or_after_the_write() {
    for (fault, written) in [(Fault::CloseBefore, false), (Fault::CloseAfter, true), (Fault::CutAfter(40), true)] {
        let server = ExistingServer::start(Options::g1_with_manager());
        let client = Client::owner(&server);
        server.fail_next(is_create, fault.clone());
        assert!(create(&client).await.is_err(), "{fault:?}");
        assert_eq!(server.state().agent("triage").is_some(), written, "{fault:?}");
        let again = create(&client).await.expect("the fault was for one request");
        assert_eq!(again, if written { 200 } else { 201 }, "{fault:?}");
        assert_eq!(server.writes().len(), 2);
    }
}

#[tokio::test]
async fn an_answer_can_be_replaced_with_or_without_handling() {
    let server = ExistingServer::start(Options::g1_with_manager());
    let client = Client::owner(&server);
    server.fail_next(is_create, Fault::error(503, "busy"));
    assert_eq!(create(&client).await.expect("an answer"), 503);
    assert!(server.state().agent("triage").is_none());
    server.fail_next(is_create, Fault::HandledThen(Answer::text(502, "Bad Gateway")));
    assert_eq!(create(&client).await.expect("an answer"), 502);
    assert!(server.state().agent("triage").is_some());
}

#[tokio::test]
async fn faults_stay_until_they_are_healed() {
    let server = ExistingServer::start(Options::g1_with_manager());
    let client = Client::owner(&server);
    server.fail_every(|request| request.path == AGENTS, Fault::json(500, &json!({"error": {"code": "x"}})));
    assert_eq!(client.get(AGENTS).await.0, 500);
    assert_eq!(client.get(AGENTS).await.0, 500);
    assert_eq!(client.get("/health").await.0, 200);
    server.heal();
    assert_eq!(client.get(AGENTS).await.0, 200);
}

#[tokio::test]
async fn a_delay_only_delays() {
    let server = ExistingServer::start(Options::g1_with_manager());
    let client = Client::owner(&server);
    server.fail_next(|request| request.path == AGENTS, Fault::Delay(Duration::from_secs(1)));
    let mut late = Box::pin(client.get(AGENTS));
    tokio::select! {
        _ = &mut late => panic!("the other request was answered later"),
        (status, _) = client.get("/health") => assert_eq!(status, 200),
    }
    assert_eq!(late.await.0, 200);
}

#[tokio::test]
async fn proxies_and_broken_servers_have_their_own_bodies() {
    let server = ExistingServer::start(Options::g1_with_manager());
    let client = Client::owner(&server);
    for (fault, status, header, body) in [
        (Fault::html(200), 200, ("content-type", "text/html; charset=utf-8"), "<!doctype html>"),
        (Fault::empty(204), 204, ("content-length", ""), ""),
        (Fault::truncated_json(), 200, ("content-type", "application/json"), "{\"agents\":[{"),
        (Fault::redirect(307, "http://elsewhere.example/"), 307, ("location", "http://elsewhere.example/"), ""),
        (Fault::too_many_requests("3"), 429, ("retry-after", "3"), "{\"error\""),
    ] {
        server.fail_next(|_| true, fault);
        let answer = client.request("GET", AGENTS).send().await.expect("an answer");
        assert_eq!(answer.status().as_u16(), status);
        let shown = answer.headers().get(header.0).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
        assert_eq!(shown, header.1);
        let text = answer.text().await.expect("the body arrives");
        assert!(text.starts_with(body) && serde_json::from_str::<serde_json::Value>(&text).is_err() == (status != 429));
    }
}

#[tokio::test]
async fn a_gzip_bomb_is_small_on_the_wire() {
    let server = ExistingServer::start(Options::g1_with_manager());
    let client = Client::owner(&server);
    server.fail_next(|_| true, Fault::gzip_bomb(8 << 20));
    let answer = client.request("GET", AGENTS).send().await.expect("an answer");
    let unpacked = answer.bytes().await.expect("the body arrives");
    assert_eq!(unpacked.len(), (8 << 20) + 2);
}
