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

async fn prove_without_org(userinfo: Step, mcp: Step) -> (Result<Proof, LoginError>, Listener) {
    let listener = Listener::start([]);
    listener.on("/oauth/userinfo", userinfo).on("/mcp/lobu", mcp);
    let token = Arc::new(SecretValue::new("SENTINEL-PERSONAL-TOKEN"));
    let result = client(&listener).prove(&listener.origin(), None, &token).await;
    (result, listener)
}

#[tokio::test]
async fn a_token_is_tried_without_an_org() {
    let account = || answer(200, &json!({"sub": "u1", "organizations": [{"slug": "dev", "name": "Dev"}]}));
    let refused = |status| answer(status, &json!({"error": "no", "error_description": "no"}));
    let opened = || answer(200, &json!({"jsonrpc": "2.0", "id": "__init__", "result": {}}));
    let table = [
        (account(), refused(500), Some(Proof::Proven)),
        (refused(401), opened(), None),
        (refused(403), opened(), Some(Proof::Proven)),
        (refused(403), refused(401), None),
        (refused(403), refused(404), Some(Proof::Unproven)),
        (refused(404), typed(200, "text/html", "<html>"), Some(Proof::Unproven)),
    ];
    for (userinfo, mcp, expected) in table {
        let (result, _) = prove_without_org(userinfo, mcp).await;
        match expected {
            Some(proof) => assert_eq!(result.unwrap(), proof),
            None => assert!(matches!(result.unwrap_err(), LoginError::TokenRefused(_))),
        }
    }
    assert!(prove_without_org(Step::Close, opened()).await.0.is_err());
}

#[tokio::test]
async fn an_account_has_a_user_and_orgs() {
    let listener = Listener::start([]);
    let body = json!({"sub": "u1", "email": "a@b.example", "organizations": [{"slug": "dev", "name": "Dev"}]});
    listener.on("/oauth/userinfo", answer(200, &body));
    let token = SecretValue::new("SENTINEL-PERSONAL-TOKEN");
    let account = client(&listener).account(&listener.origin(), &token).await.unwrap();
    assert_eq!(account.identity.email.as_deref(), Some("a@b.example"));
    assert!(account.orgs.iter().all(|org| org.slug == "dev" && org.is_member));
}

#[tokio::test]
async fn elsewhere_nothing_is_sent() {
    let (listener, evil) = (Listener::start([]), Listener::start([]));
    let token = Arc::new(SecretValue::new("SENTINEL-PERSONAL-TOKEN"));
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
