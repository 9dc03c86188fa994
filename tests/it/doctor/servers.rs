//! Servers in every state: which layer fails, and what is not sent.

use serde_json::json;

use super::harness::{ending, serve_memory, states};
use crate::support::embedded::Served;
use crate::support::env::{CommandOutput, TestEnv};
use crate::support::existing_server::{Answer, ExistingServer, Fault, Options, RecordedRequest, owner_token};
use crate::support::listener::{Listener, Reply};
use crate::support::site::Site;

fn look(env: &TestEnv, url: &str) -> CommandOutput {
    env.lobu(["doctor", "--json", "--url", url, "--org", "dev"])
}

fn with_token() -> TestEnv {
    let mut env = TestEnv::new();
    env.env("LOBU_API_TOKEN", owner_token("dev"));
    env
}

#[test]
fn existing_servers_are_healthy_and_nothing_is_written() {
    for options in [Options::g1_with_manager(), Options::g1_without_manager(), Options::g2()] {
        let site = Site::fixture(options, "support-desk");
        serve_memory(&site.server, &["search_memory"]);
        let output = site.run(&["doctor", "--json"]);
        output.expect_code(0);
        assert_eq!(ending(&output, "warning"), [""; 0], "{output}");
        assert_eq!(
            ending(&output, "note"),
            ["secrets-in-org", "server-secrets-api", "server-unknown-routes"],
            "{output}"
        );
        assert_eq!(states(&output)["memory-tools"], "ok");
        let writes: Vec<String> = site.server.writes().into_iter().map(|request| request.path).collect();
        assert!(writes.iter().all(|path| path == "/mcp/dev"), "{writes:?}");
        assert!(!output.everything().contains(&owner_token("dev")), "{output}");
    }
}

#[test]
fn the_third_generation_can_not_be_managed() {
    let server = ExistingServer::start(Options::g3());
    serve_memory(&server, &["search_memory"]);
    let output = look(&with_token(), &server.url());
    output.expect_code(1);
    assert_eq!(ending(&output, "failure"), ["server-platforms"], "{output}");
}

#[tokio::test(flavor = "multi_thread")]
async fn our_own_server_is_healthy() {
    let served = Served::in_memory().await;
    let mut env = TestEnv::new();
    env.env("LOBU_API_TOKEN", served.token());
    let output = look(&env, served.url());
    output.expect_code(0);
    assert_eq!(ending(&output, "warning"), [""; 0], "{output}");
    let states = states(&output);
    for check in [
        "server-secrets-api",
        "server-unknown-routes",
        "org-secrets-role",
        "token-accepted",
        "server-round-trip",
        "memory-initialize",
        "memory-tools",
    ] {
        assert_eq!(states[check], "ok", "{output}");
    }
}

#[test]
fn each_layer_that_fails_is_named_and_those_above_it_are_left_out() {
    let silent = Listener::start(vec![Reply::Close]);
    let page = Listener::start(vec![Reply::http("200 OK\r\ncontent-type: text/html", "<html>SENTINEL</html>")]);
    let other = Listener::start(vec![Reply::http("200 OK", r#"{"service":"other"}"#)]);
    let table = [
        ("https://lobu.invalid".to_owned(), "server-dns", "server-tcp"),
        ("http://127.0.0.1:9".to_owned(), "server-tcp", "server-tls"),
        (format!("https://{}", silent.address()), "server-tls", "server-http"),
        (format!("http://{}", silent.address()), "server-http", "server-generation"),
        (format!("http://{}", page.address()), "server-generation", "server-platforms"),
        (format!("http://{}", other.address()), "server-generation", "server-secrets-api"),
    ];
    for (url, fails, above) in table {
        let output = look(&with_token(), &url);
        output.expect_code(1);
        assert_eq!(ending(&output, "failure"), [fails], "{url}\n{output}");
        assert_eq!(states(&output)[above], "skipped", "{url}\n{output}");
        assert!(!output.everything().contains("SENTINEL"), "{output}");
    }
}

#[test]
fn refusals_are_told_apart() {
    let server = ExistingServer::start(Options::g2());
    serve_memory(&server, &["search_memory"]);
    server.state().add_organization("other");
    let table = [
        (None, "dev", "token-present"),
        (Some("owl_pat_wrong".to_owned()), "dev", "token-accepted"),
        (Some(owner_token("dev")), "nowhere", "org-exists"),
        (Some(owner_token("other")), "dev", "org-member"),
        (Some("two\nlines".to_owned()), "dev", "token-sendable"),
    ];
    for (token, org, fails) in table {
        let mut env = TestEnv::new();
        if let Some(token) = &token {
            env.env("LOBU_API_TOKEN", token.clone());
        }
        let output = env.lobu(["doctor", "--json", "--url", &server.url(), "--org", org]);
        output.expect_code(1);
        let failures = ending(&output, "failure");
        assert!(failures.iter().any(|id| id == fails), "{fails}\n{output}");
        let memory = states(&output)["memory-initialize"].clone();
        assert!(failures.len() == 1 || memory == "failure" && failures.len() == 2, "{fails}\n{output}");
        assert!(token.is_none_or(|token| !output.everything().contains(&token)), "{output}");
    }
}

#[test]
fn a_clock_that_is_wrong_and_a_secrets_api_that_is_unclear_are_warned_of() {
    let server = ExistingServer::start(Options::g2());
    serve_memory(&server, &[]);
    let health = Answer::json(200, &json!({"status": "ok", "service": "lobu-api", "version": "9"}));
    let health = health.with_header("date", "Wed, 21 Oct 2015 07:28:00 GMT");
    server.fail_every(|request| request.path == "/health", Fault::Instead(health));
    server.fail_every(|request| request.path.contains("/secrets"), Fault::json(200, &json!({"odd": true})));
    let output = look(&with_token(), &server.url());
    output.expect_code(0);
    assert_eq!(ending(&output, "warning"), ["memory-tools", "server-clock", "server-secrets-api"], "{output}");
}

#[test]
fn only_the_memory_endpoint_is_asked_where_that_was_said() {
    let server = ExistingServer::start(Options::g2());
    let only = |env: &TestEnv| env.lobu(["doctor", "--memory-only", "--json", "--url", &server.url(), "--org", "dev"]);
    let output = only(&with_token());
    output.expect_code(1);
    assert_eq!(ending(&output, "failure"), ["memory-initialize"], "{output}");
    serve_memory(&server, &["search_memory"]);
    server.forget_requests();
    let output = only(&with_token());
    output.expect_code(0);
    assert_eq!(ending(&output, "ok"), ["memory-initialize", "memory-tools"], "{output}");
    assert!(server.requests().iter().all(|request| request.path == "/mcp/dev"));
    let bodies: Vec<String> = server.requests().iter().map(RecordedRequest::text).collect();
    assert!(bodies.first().is_some_and(|body| body.contains(r#""protocolVersion":"2025-03-26""#)), "{bodies:?}");
    assert_eq!(bodies.len(), 3, "{bodies:?}");
}

#[test]
fn offline_sends_nothing() {
    let listener = Listener::start(vec![Reply::Silence]);
    let url = format!("http://{}", listener.address());
    let output = with_token().lobu(["doctor", "--offline", "--json", "--url", &url, "--org", "dev"]);
    output.expect_code(0);
    assert_eq!(listener.received(), [""; 0], "{output}");
    assert_eq!(states(&output)["token-present"], "ok");
    assert_eq!(states(&output)["server-dns"], "skipped");
}

#[test]
fn a_pin_that_differs_stops_before_anything_is_sent() {
    let listener = Listener::start(vec![Reply::Silence]);
    let mut env = with_token();
    env.env("LOBU_ORG", "theirs").write("lobu.toml", "[memory]\norg = \"mine\"\n");
    let output = env.lobu(["doctor", "--json", "--url", &format!("http://{}", listener.address())]);
    output.expect_code(1);
    assert!(ending(&output, "failure").contains(&"org-pin".to_owned()), "{output}");
    assert_eq!(listener.received(), [""; 0], "{output}");
}

#[test]
fn a_proxy_is_told_without_its_password_and_a_broken_one_fails() {
    let proxy = Listener::start(vec![Reply::http("502 Bad Gateway", "")]);
    let mut env = with_token();
    env.env("HTTPS_PROXY", format!("http://user:SENTINEL@{}", proxy.address()));
    let output = env.lobu(["doctor", "--json", "--url", "https://lobu.example", "--org", "dev"]);
    output.expect_code(1);
    let states = states(&output);
    assert_eq!((states["server-proxy"].as_str(), states["server-dns"].as_str()), ("ok", "skipped"), "{output}");
    assert!(output.stdout.contains(&proxy.address().to_string()), "{output}");
    assert!(!output.everything().contains("SENTINEL"), "{output}");
    let mut env = with_token();
    env.env("HTTPS_PROXY", "http://SENTINEL:x:y");
    let output = env.lobu(["doctor", "--json", "--url", "https://lobu.example", "--org", "dev"]);
    output.expect_code(1);
    assert_eq!(ending(&output, "failure"), ["server-proxy"], "{output}");
    assert!(!output.everything().contains("SENTINEL"), "{output}");
}

#[test]
fn a_secrets_api_that_is_gone_is_a_failure() {
    let server = ExistingServer::start(Options::g2());
    serve_memory(&server, &["search_memory"]);
    let env = with_token();
    let state = env.home().join(".local/state/lobu");
    std::fs::create_dir_all(&state).expect("a directory");
    let seen = json!({"version": 1, "secrets_api": {server.url(): ["dev"]}}).to_string();
    std::fs::write(state.join("orgs.json"), &seen).expect("a file");
    let output = look(&env, &server.url());
    output.expect_code(1);
    assert_eq!(ending(&output, "failure"), ["server-secrets-api"], "{output}");
    assert_eq!(std::fs::read_to_string(state.join("orgs.json")).expect("a file"), seen);
}
