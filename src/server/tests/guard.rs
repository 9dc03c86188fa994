//! What keeps pages and other hosts away, and what bodies may be.

use axum::{
    body::Body,
    http::{Request, request::Builder},
};
use serde_json::{Value, json};

use super::support::{Harness, Reply};
use crate::server::{ExposedOrgs, ServerOptions, Transport, router};

const AGENTS: &str = "/api/dev/agents";

fn request(harness: &Harness, method: &str) -> Builder {
    let bearer = format!("Bearer {}", harness.token.expose());
    Request::builder().method(method).uri(AGENTS).header("authorization", bearer)
}

async fn send(harness: &Harness, request: Builder, body: impl Into<Body>) -> Reply {
    harness.raw(request.body(body.into()).unwrap()).await
}

#[tokio::test]
async fn only_loopback_hosts_are_answered() {
    let harness = Harness::memory();
    for (host, status) in [
        ("localhost", 200),
        ("127.0.0.1:8787", 200),
        ("[::1]:8787", 200),
        ("evil.test", 403),
        ("127.0.0.1.evil.test:8787", 403),
        ("192.168.1.1", 403),
    ] {
        let reply = send(&harness, request(&harness, "GET").header("host", host), "").await;
        assert_eq!(reply.status, status, "{host}");
        assert_eq!(reply.headers["cache-control"], "no-store");
    }
    assert_eq!(send(&harness, request(&harness, "GET"), "").await.code(), (403, "forbidden_host"));
    let two = request(&harness, "GET").header("host", "localhost").header("host", "evil.test");
    assert_eq!(send(&harness, two, "").await.code(), (403, "forbidden_host"));
    let absolute = request(&harness, "GET").uri("http://evil.test/api/dev/agents").header("host", "localhost");
    assert_eq!(send(&harness, absolute, "").await.code(), (403, "forbidden_host"));
}

#[tokio::test]
async fn a_unix_socket_takes_any_host_but_no_page() {
    let harness = Harness::memory();
    let options = ServerOptions {
        transport: Transport::UnixSocket,
        orgs: ExposedOrgs::All,
        origin: String::new(),
        session: None,
        counter: harness.counter.clone(),
    };
    let harness = Harness { router: router(harness.store.clone(), options), ..harness };
    assert_eq!(send(&harness, request(&harness, "GET").header("host", "lobu"), "").await.status, 200);
    assert_eq!(send(&harness, request(&harness, "GET"), "").await.status, 200);
    let page = request(&harness, "GET").header("host", "lobu").header("origin", "http://lobu");
    assert_eq!(send(&harness, page, "").await.status, 403);
}

#[tokio::test]
async fn pages_of_other_origins_are_refused() {
    let harness = Harness::memory();
    for (name, value, status) in [
        ("origin", "http://localhost:8787", 200),
        ("origin", "http://localhost:3000", 403),
        ("origin", "https://localhost:8787", 403),
        ("origin", "https://evil.test", 403),
        ("origin", "null", 403),
        ("sec-fetch-site", "same-origin", 200),
        ("sec-fetch-site", "none", 200),
        ("sec-fetch-site", "cross-site", 403),
    ] {
        let request = request(&harness, "GET").header("host", "localhost:8787").header(name, value);
        let reply = send(&harness, request, "").await;
        assert_eq!(reply.status, status, "{name}: {value}");
        assert!(reply.headers.keys().all(|name| !name.as_str().starts_with("access-control")));
    }
    let preflight = request(&harness, "OPTIONS")
        .header("host", "localhost:8787")
        .header("origin", "https://evil.test")
        .header("access-control-request-method", "POST");
    assert_eq!(send(&harness, preflight, "").await.status, 403);
}

#[tokio::test]
async fn writes_must_be_plain_json() {
    let harness = Harness::memory();
    let body = json!({ "agentId": "abc", "name": "A" }).to_string();
    for (content_type, status) in [
        (None, 415),
        (Some("text/plain"), 415),
        (Some("application/x-www-form-urlencoded"), 415),
        (Some("application/jsonx"), 415),
        (Some("application/json; charset=utf-8"), 201),
        (Some("Application/JSON"), 200),
    ] {
        let mut request = request(&harness, "POST").header("host", "localhost");
        if let Some(content_type) = content_type {
            request = request.header("content-type", content_type);
        }
        assert_eq!(send(&harness, request, body.clone()).await.status, status, "{content_type:?}");
    }
    let json = |harness: &Harness| {
        request(harness, "POST").header("host", "localhost").header("content-type", "application/json")
    };
    let gzip = json(&harness).header("content-encoding", "gzip");
    assert_eq!(send(&harness, gzip, body.clone()).await.code(), (415, "unsupported_encoding"));
    for broken in ["nope", "", "{", "{\"agentId\":\"abc\",}"] {
        assert_eq!(send(&harness, json(&harness), broken).await.code(), (400, "invalid_json"), "{broken}");
    }
    let deep = format!("{}{}", "[".repeat(200), "]".repeat(200));
    assert_eq!(send(&harness, json(&harness), deep).await.code(), (400, "invalid_json"));
}

#[tokio::test]
async fn large_bodies_are_refused_before_they_are_parsed() {
    let harness = Harness::memory();
    let request = |length: Option<usize>| {
        let request = request(&harness, "POST").header("host", "localhost").header("content-type", "application/json");
        match length {
            Some(length) => request.header("content-length", length),
            None => request,
        }
    };
    let announced = send(&harness, request(Some(33 * 1024 * 1024)), "{}").await;
    assert_eq!(announced.code(), (413, "body_too_large"));
    let sent = send(&harness, request(None), vec![b' '; 33 * 1024 * 1024]).await;
    assert_eq!(sent.code(), (413, "body_too_large"));
}

#[tokio::test]
async fn unknown_paths_and_methods_are_404_json() {
    let harness = Harness::memory().with_agent().await;
    for (method, path) in [
        ("GET", "/nope"),
        ("GET", "/api"),
        ("GET", "/api/dev"),
        ("POST", "/api/dev/secrets"),
        ("GET", "/api/dev/secrets/manage"),
        ("GET", "/api/dev/secrets/FOO"),
        ("POST", "/api/dev/secrets/names"),
        ("POST", "/api/dev/manage_relationship_schema"),
        ("PUT", "/api/dev/agents"),
        ("PUT", "/api/dev/agents/triage/config"),
        ("GET", "/api/dev/agents/triage/platforms/by-stable-id/x"),
        ("DELETE", "/health"),
    ] {
        let reply = harness.send(method, path, Value::Null).await;
        assert_eq!(reply.code(), (404, "not_found"), "{method} {path}");
        assert_eq!(reply.headers["content-type"], "application/json");
    }
}

#[tokio::test]
async fn health_and_the_root_need_no_token() {
    let harness = Harness::memory();
    let health = harness.send_as(None, "GET", "/health", Value::Null).await;
    assert_eq!(
        health.body,
        json!({
            "status": "ok", "service": "lobu-api", "implementation": "lobu-rs", "version": env!("CARGO_PKG_VERSION"),
            "features": [
                "applied-by", "compare", "per-org-ids", "platform-key-removal", "schema-codes", "secrets", "versions", "watchers"
            ],
        })
    );
    assert_eq!(harness.send_as(None, "GET", "/", Value::Null).await.status, 200);
}
