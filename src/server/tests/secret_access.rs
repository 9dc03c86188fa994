//! Who may see and change the secrets of an organization.

use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

use axum::{
    body::{Body, Bytes},
    http::Request,
};
use futures::StreamExt as _;
use serde_json::{Value, json};

use super::support::{ALL_SCOPES, Harness, Reply};
use crate::server::{AccessToken, Role};

const SECRETS: &str = "/api/dev/secrets";
const NAMES: &str = "/api/dev/secrets/names";
const MANAGE: &str = "/api/dev/secrets/manage";

fn body() -> Value {
    json!({ "actions": [{ "op": "create", "name": "FOO", "value": "sentinel-of-a-refused-body", "source": "env" }] })
}

/// The status, and the code of the structured shape or the word of the flat one.
fn said(reply: &Reply) -> (u16, &str) {
    let error = &reply.body["error"];
    (reply.status.as_u16(), error["code"].as_str().or(error.as_str()).unwrap_or("ok"))
}

async fn ask(harness: &Harness, token: &AccessToken, method: &str, path: &str, body: Value) -> Reply {
    harness.send_as(Some(token.expose()), method, path, body).await
}

#[tokio::test]
async fn roles_and_scopes_decide_who_may_list_and_change() {
    let admin_scope = Some("mcp:admin");
    let role = (403, "forbidden_role");
    let scope = (403, "forbidden_scope");
    let ok = (200, "ok");
    // user, role, scope; what the list, the names and a change say.
    for (user, has, scopes, list, names, change) in [
        ("owner", Some(Role::Owner), Some(ALL_SCOPES), ok, ok, ok),
        ("admin", Some(Role::Admin), admin_scope, ok, ok, ok),
        ("owner-without", Some(Role::Owner), None, scope, ok, scope),
        ("admin-reading", Some(Role::Admin), Some("mcp:read"), scope, ok, scope),
        ("admin-writing", Some(Role::Admin), Some("mcp:write"), scope, ok, scope),
        ("owner-elsewhere", Some(Role::Owner), Some("profile:read"), scope, scope, scope),
        ("member", Some(Role::Member), Some(ALL_SCOPES), role, ok, role),
        ("member-default", Some(Role::Member), None, role, ok, role),
        ("member-elsewhere", Some(Role::Member), Some("profile:read"), role, scope, role),
        ("stranger", None, Some(ALL_SCOPES), (403, "forbidden"), (403, "forbidden"), (403, "forbidden")),
    ] {
        let harness = Harness::memory();
        let token = harness.user(user, has, scopes);
        assert_eq!(said(&ask(&harness, &token, "GET", SECRETS, Value::Null).await), list, "{user} lists");
        assert_eq!(said(&ask(&harness, &token, "GET", NAMES, Value::Null).await), names, "{user} lists names");
        let reply = ask(&harness, &token, "POST", MANAGE, body()).await;
        assert_eq!(said(&reply), change, "{user} changes");
        let stored = harness.get(NAMES).await.body;
        assert_eq!(stored, if change == ok { json!(["FOO"]) } else { json!([]) }, "{user}");
        assert_eq!(harness.store.secret_audit("dev").unwrap().len(), usize::from(change == ok), "{user}");
    }
}

#[tokio::test]
async fn a_refusal_names_the_roles_and_the_one_that_the_caller_has() {
    let harness = Harness::memory();
    let token = harness.user("member", Some(Role::Member), Some(ALL_SCOPES));
    for (method, path) in [("GET", SECRETS), ("POST", MANAGE)] {
        let reply = ask(&harness, &token, method, path, body()).await;
        let message = reply.body["error"]["message"].as_str().unwrap();
        for word in ["owner", "admin", "member"] {
            assert!(message.contains(word), "{message}");
        }
    }
}

#[tokio::test]
async fn refusals_are_audited_without_values() {
    let harness = Harness::memory();
    let member = harness.user("member", Some(Role::Member), Some(ALL_SCOPES));
    let reading = harness.user("reading", Some(Role::Owner), Some("mcp:read"));
    for (token, user, action) in [(&member, "member", "refused.role"), (&reading, "reading", "refused.scope")] {
        for (method, path) in [("GET", SECRETS), ("POST", MANAGE)] {
            ask(&harness, token, method, path, body()).await;
            let last = harness.store.audit("dev").unwrap().pop().unwrap();
            assert_eq!((last.actor.as_str(), last.action.as_str()), (user, action));
            assert_eq!(last.target, format!("{method} {path}"));
        }
    }
    let rows = format!("{:?}", harness.store.audit("dev").unwrap());
    assert!(!rows.contains("sentinel"), "{rows}");
    assert_eq!(harness.store.secret_audit("dev").unwrap(), []);
}

#[tokio::test]
async fn access_is_decided_before_the_body() {
    let harness = Harness::memory();
    let member = harness.user("member", Some(Role::Member), Some(ALL_SCOPES));
    let oversized = json!({ "actions": "x".repeat(9 * 1024 * 1024) });
    for body in [json!({}), json!({ "actions": [] }), json!([]), oversized] {
        let refused = ask(&harness, &member, "POST", MANAGE, body.clone()).await;
        assert_eq!(refused.code(), (403, "forbidden_role"));
        let unknown = harness.send_as(Some("owl_pat_nope"), "POST", MANAGE, body.clone()).await;
        assert_eq!(said(&unknown), (401, "invalid_token"));
        assert_eq!(said(&harness.send_as(None, "POST", MANAGE, body.clone()).await), (401, "unauthorized"));
        let elsewhere = harness.send("POST", "/api/nowhere/secrets/manage", body).await;
        assert_eq!(said(&elsewhere), (404, "invalid_request"));
    }
}

#[tokio::test]
async fn a_role_is_that_of_the_organization_asked() {
    let harness = Harness::memory();
    harness.store.create_org("other", "Other").unwrap();
    let token = harness.user("ada", Some(Role::Owner), Some(ALL_SCOPES));
    harness.store.set_role("other", "ada", Some(Role::Member)).unwrap();
    assert_eq!(said(&ask(&harness, &token, "POST", MANAGE, body()).await), (200, "ok"));
    assert_eq!(said(&ask(&harness, &token, "GET", "/api/other/secrets", Value::Null).await), (403, "forbidden_role"));
    assert_eq!(
        said(&ask(&harness, &token, "POST", "/api/other/secrets/manage", body()).await),
        (403, "forbidden_role")
    );
    assert_eq!(ask(&harness, &token, "GET", "/api/other/secrets/names", Value::Null).await.body, json!([]));
    let request =
        crate::server::TokenRequest { name: "t", scope: Some(ALL_SCOPES), org: Some("other"), expires_at: None };
    let bound = harness.store.create_token("ada", request).unwrap();
    assert_eq!(said(&ask(&harness, &bound, "GET", SECRETS, Value::Null).await), (403, "forbidden"));
}

/// Sends 64 MiB in chunks; gives the answer, and how many MiB were taken.
async fn send_much(harness: &Harness, bearer: Option<&str>, method: &str, path: &str) -> (Reply, usize) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = taken.clone();
    let chunks = futures::stream::iter(0..64).map(move |_| {
        counter.fetch_add(1, Ordering::Relaxed);
        Ok::<_, std::io::Error>(Bytes::from(vec![b' '; 1024 * 1024]))
    });
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in
        [("host", "127.0.0.1:8787"), ("content-type", "application/json"), ("transfer-encoding", "chunked")]
    {
        request = request.header(name, value);
    }
    if let Some(bearer) = bearer {
        request = request.header("authorization", format!("Bearer {bearer}"));
    }
    let reply = harness.raw(request.body(Body::from_stream(chunks)).unwrap()).await;
    (reply, taken.load(Ordering::Relaxed))
}

#[tokio::test]
async fn nothing_of_a_body_is_read_before_who_sends_it_is_admitted() {
    let harness = Harness::memory().with_agent().await;
    let member = harness.user("member", Some(Role::Member), Some(ALL_SCOPES));
    let reading = harness.user("reading", Some(Role::Owner), Some("mcp:read"));
    let stranger = harness.user("stranger", None, Some(ALL_SCOPES));
    for (bearer, path, expected) in [
        (None, MANAGE, (401, "unauthorized")),
        (Some("owl_pat_nope"), MANAGE, (401, "invalid_token")),
        (Some(stranger.expose()), MANAGE, (403, "forbidden")),
        (Some(member.expose()), MANAGE, (403, "forbidden_role")),
        (Some(reading.expose()), MANAGE, (403, "forbidden_scope")),
        (Some(harness.token.expose()), "/api/nowhere/secrets/manage", (404, "invalid_request")),
        (None, "/api/dev/agents", (401, "unauthorized")),
        (Some(stranger.expose()), "/api/dev/manage_entity_schema", (403, "forbidden")),
    ] {
        harness.counter.reset();
        let rows = harness.store.audit("dev").unwrap().len();
        let (reply, taken) = send_much(&harness, bearer, "POST", path).await;
        assert_eq!(said(&reply), expected, "{path}");
        assert_eq!(taken, 0, "{path} {expected:?}");
        assert_eq!((harness.counter.reads(), harness.counter.writes()), (0, 1), "it is counted once");
        let audited = usize::from(expected.1.starts_with("forbidden_"));
        assert_eq!(harness.store.audit("dev").unwrap().len(), rows + audited, "{expected:?}");
    }
}

#[tokio::test]
async fn the_body_of_who_is_admitted_is_read_up_to_its_limit() {
    let harness = Harness::memory().with_agent().await;
    for (path, limit) in [(MANAGE, 8), ("/api/dev/agents", 32)] {
        let (reply, taken) = send_much(&harness, Some(harness.token.expose()), "POST", path).await;
        assert_eq!(reply.code(), (413, "body_too_large"));
        assert_eq!(taken, limit + 1, "{path}");
    }
}

#[tokio::test]
async fn bodies_that_do_not_come_keep_nobody_from_reading() {
    let harness = Harness::memory();
    let request = || {
        Request::post(MANAGE)
            .header("host", "127.0.0.1:8787")
            .header("content-type", "application/json")
            .header("authorization", format!("Bearer {}", harness.token.expose()))
            .body(Body::from_stream(futures::stream::pending::<std::io::Result<Bytes>>()))
            .unwrap()
    };
    let never = futures::future::join_all((0..40).map(|_| harness.raw(request())));
    let reads = async {
        for _ in 0..20 {
            assert_eq!(harness.get(NAMES).await.status, 200);
            tokio::task::yield_now().await;
        }
    };
    tokio::select! {
        _ = never => unreachable!("no body ever ends"),
        () = reads => {}
    }
}
