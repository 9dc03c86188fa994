//! Tokens that were given by hand.

use std::sync::Arc;

use serde_json::json;

use super::support::*;
use crate::accounts::login::{LoginError, Proof};
use crate::http::tests::listener::{Listener, Step, answer, typed};
use crate::model::OrgSlug;
use crate::secrets::SecretValue;

async fn prove(step: Step) -> (Result<Proof, LoginError>, Listener) {
    let listener = Listener::start([]);
    listener.on("/api/dev/agents", step);
    let org = OrgSlug::parse("dev").unwrap();
    let token = Arc::new(SecretValue::new("SENTINEL-PERSONAL-TOKEN"));
    let result = client(&listener).prove(&listener.origin(), Some(&org), &token).await;
    (result, listener)
}

#[tokio::test]
async fn a_token_that_reads_the_org_is_proven() {
    let (result, listener) = prove(answer(200, &json!({"agents": []}))).await;
    assert_eq!(result.unwrap(), Proof::Proven);
    assert_eq!(listener.lines(), ["GET /api/dev/agents"]);
    assert_eq!(listener.seen()[0].header("authorization"), Some("Bearer SENTINEL-PERSONAL-TOKEN"));
}

#[tokio::test]
async fn a_token_that_the_server_refuses_is_refused() {
    for (status, code) in [(401, "invalid_token"), (403, "forbidden")] {
        let body = json!({"error": code, "error_description": "SENTINEL-PERSONAL-TOKEN is bad"});
        let (result, _) = prove(answer(status, &body)).await;
        let error = result.unwrap_err();
        assert!(matches!(error, LoginError::TokenRefused(_)), "{error}");
        assert_eq!(error.status(), Some(status));
        assert!(said(&error).starts_with("the server refuses the token"));
    }
}

#[tokio::test]
async fn what_proves_nothing_refuses_nothing() {
    let catch_all = json!({"status": "ok", "mcp_endpoint": "m", "health": "/health", "openapi": "/o"});
    let table = [
        answer(200, &catch_all),
        typed(200, "text/html", "<html>"),
        typed(403, "text/html", "<html>a proxy's page"),
        answer(404, &json!({"error": "invalid_request", "error_description": "no such org"})),
        answer(500, &json!({"error": "oops"})),
        Step::Close,
    ];
    for step in table {
        let (result, _) = prove(step).await;
        let error = result.unwrap_err();
        assert!(matches!(error, LoginError::Request(_)), "{}", said(&error));
    }
}

#[tokio::test]
async fn without_an_org_nothing_is_sent_and_elsewhere_nothing_either() {
    let (listener, evil) = (Listener::start([]), Listener::start([]));
    let token = Arc::new(SecretValue::new("SENTINEL-PERSONAL-TOKEN"));
    assert_eq!(client(&listener).prove(&listener.origin(), None, &token).await.unwrap(), Proof::Unproven);
    let org = OrgSlug::parse("dev").unwrap();
    let error = client(&listener).prove(&evil.origin(), Some(&org), &token).await.unwrap_err();
    assert!(matches!(error, LoginError::Elsewhere { .. }));
    let split = Arc::new(SecretValue::new("SENTINEL\nTOKEN"));
    for org in [None, Some(&org)] {
        let error = client(&listener).prove(&listener.origin(), org, &split).await.unwrap_err();
        assert!(said(&error).starts_with("the token holds a character that cannot be sent"));
    }
    assert!(listener.seen().is_empty() && evil.seen().is_empty());
}
