//! Servers without the secrets API, and whatever else answers in place of the list: no value is ever sent to them.

use crate::support::env::{CommandOutput, TestEnv};
use crate::support::existing_server::{ExistingServer, Options, owner_token};
use crate::support::listener::{Listener, Reply};

use super::site::{document, flat};

const VALUE: &str = "value-that-never-leaves";
/// A push that agrees to everything.
const PUSH: [&str; 8] = ["secrets", "push", "FOO", "--yes", "--rotate", "--yes-rotate", "--org", "dev"];

fn env() -> TestEnv {
    let mut env = TestEnv::new();
    env.env("LOBU_API_TOKEN", owner_token("dev")).write(".env", format!("FOO={VALUE}\n"));
    env
}

fn generations() -> [(&'static str, Options); 4] {
    [
        ("g1 with a manager", Options::g1_with_manager()),
        ("g1 without one", Options::g1_without_manager()),
        ("g2", Options::g2()),
        ("g3", Options::g3()),
    ]
}

#[track_caller]
fn push(env: &TestEnv, url: &str, more: &[&str]) -> CommandOutput {
    let output = env.lobu(PUSH.iter().chain(&["--url", url]).chain(more));
    assert!(!output.everything().contains(VALUE), "{output}");
    output
}

#[test]
fn the_existing_server_is_asked_and_sent_nothing() {
    for (generation, options) in generations() {
        let (env, server) = (env(), ExistingServer::start(options));
        let output = push(&env, &server.url(), &[]);
        assert_eq!(output.code, Some(3), "{generation}\n{output}");
        let message = format!("error: {} has no secrets API; nothing was sent", server.url());
        assert!(flat(&output.stderr).contains(&message), "{generation}\n{output}");
        assert!(output.stderr.contains("--if-supported"), "{output}");

        let output = push(&env, &server.url(), &["--if-supported"]);
        assert_eq!(output.code, Some(0), "{generation}\n{output}");
        assert!(flat(&output.stderr).contains("has no secrets API; nothing was sent."), "{output}");
        let output = push(&env, &server.url(), &["--if-supported", "--json"]);
        assert_eq!(output.code, Some(0), "{generation}\n{output}");
        assert_eq!(document(&output)["supported"], false, "{output}");

        for verb in [&["list"][..], &["delete", "FOO", "--yes"]] {
            let url = server.url();
            let output = env.lobu([&["secrets"], verb, &["--org", "dev", "--url", &url]].concat());
            assert_eq!(output.code, Some(3), "{generation}\n{output}");
            assert!(flat(&output.stderr).contains("has no secrets API"), "{output}");
        }
        assert_eq!(server.writes().len(), 0, "{generation}");
        assert!(server.requests().iter().all(|request| request.method == "GET"), "{generation}");
    }
}

#[test]
fn a_dry_run_and_a_json_run_end_the_same() {
    let (env, server) = (env(), ExistingServer::start(Options::g2()));
    for more in [&["--dry-run"][..], &["--dry-run", "--json"], &["--json"]] {
        assert_eq!(push(&env, &server.url(), more).code, Some(3), "{more:?}");
    }
    assert_eq!(server.writes().len(), 0);
}

/// An HTTP answer with a type.
fn page(head: &str, content_type: &str, body: &str) -> Reply {
    Reply::http(&format!("{head}\r\ncontent-type: {content_type}"), body)
}

#[test]
fn no_value_is_sent_where_the_list_is_not_given() {
    let json = "application/json";
    let html = "<!doctype html><title>Sign in</title>";
    let coded = r#"{"error":{"code":"forbidden_role","message":"owner or admin only"}}"#;
    // 429 and 503 are asked again; how long silence is waited for is shown at the client, with a shorter deadline.
    let table = [
        ("401", page("401 X", json, r#"{"error":"invalid_token","error_description":"bad"}"#), 4),
        ("403", page("403 X", json, r#"{"error":"forbidden"}"#), 4),
        ("403 with a code", page("403 X", json, coded), 4),
        ("404 page", page("404 X", "text/html", html), 3),
        ("404 JSON", page("404 X", json, r#"{"error":"Not Found"}"#), 3),
        ("429", page("429 X", json, r#"{"error":"slow down"}"#), 3),
        ("500", page("500 X", json, r#"{"error":"boom"}"#), 3),
        ("503", page("503 X", "text/plain", "busy"), 3),
        ("a page", page("200 X", "text/html", html), 3),
        ("other JSON", page("200 X", json, r#"{"ok":true}"#), 3),
        ("redirect", Reply::http("307 X\r\nlocation: http://localhost:9/", ""), 3),
        ("a cut", Reply::Bytes(b"HTTP/1.1 200 X\r\ncontent-length: 99\r\n\r\n[".to_vec()), 1),
        ("closed", Reply::Close, 1),
    ];
    std::thread::scope(|scope| {
        for (name, reply, code) in table {
            scope.spawn(move || {
                let (env, listener) = (env(), Listener::start(vec![reply]));
                let url = format!("http://{}", listener.address());
                for more in [&[][..], &["--if-supported"]] {
                    let output = push(&env, &url, more);
                    assert_eq!(output.code, Some(code), "{name} {more:?}\n{output}");
                }
                let received = listener.received();
                assert!(!received.is_empty(), "{name}");
                for request in received {
                    assert!(request.is_empty() || request.starts_with("GET "), "{name}: {request}");
                    assert!(!request.contains(VALUE), "{name}: {request}");
                }
            });
        }
    });
}

#[test]
fn a_value_never_goes_over_plain_http_to_another_machine() {
    // The proxy stands in for the other machine, so that a list can be had.
    let listener = Listener::start(vec![page("200 X", "application/json", "[]")]);
    let mut env = env();
    env.env("http_proxy", format!("http://{}", listener.address()));
    let url = "http://lobu.example";
    let output = push(&env, url, &[]);
    output.expect_code(2);
    assert!(output.stderr.contains("--allow-insecure-http"), "{output}");
    assert!(listener.received().is_empty());

    let output = push(&env, url, &["--allow-insecure-http"]);
    output.expect_code(3);
    assert!(flat(&output.stderr).contains("secret values are not sent over plain http; nothing was sent"), "{output}");
    let received = listener.received();
    assert_eq!(received.len(), 1, "{received:?}");
    assert!(received.iter().all(|request| request.starts_with("GET ") && !request.contains(VALUE)), "{received:?}");
}

#[test]
fn an_org_whose_api_is_gone_is_not_taken_for_one_that_never_had_it() {
    let (env, server) = (env(), ExistingServer::start(Options::g2()));
    let state = env.home().join(".local/state/lobu");
    std::fs::create_dir_all(&state).expect("directories");
    let remembered = format!(r#"{{"version":1,"secrets_api":{{"{}":["dev"]}}}}"#, server.url());
    std::fs::write(state.join("orgs.json"), &remembered).expect("a file");
    for more in [&[][..], &["--if-supported"], &["--dry-run"]] {
        let output = push(&env, &server.url(), more);
        output.expect_code(3);
        assert!(flat(&output.stderr).contains("had the secrets API before and has none now"), "{output}");
    }
    let another =
        env.lobu(["secrets", "push", "FOO", "--yes", "--if-supported", "--org", "other", "--url", &server.url()]);
    another.expect_code(0);
    assert_eq!(server.writes().len(), 0);
    let after = std::fs::read_to_string(state.join("orgs.json")).expect("a file");
    assert_eq!(after, remembered, "it is not forgotten");
}

#[test]
fn what_a_list_shows_is_remembered() {
    let health = page("200 X", "application/json", r#"{"service":"lobu-api","version":"1"}"#);
    let catch_all = r#"{"status":"ok","mcp_endpoint":"/mcp","health":"/health","openapi":"/openapi.json"}"#;
    let script = vec![page("200 X", "application/json", "[]"), page("200 X", "application/json", catch_all), health];
    let (env, listener) = (env(), Listener::start(script));
    let url = format!("http://{}", listener.address());
    env.lobu(["secrets", "list", "--org", "dev", "--url", &url]).expect_code(0);
    let output = push(&env, &url, &["--if-supported"]);
    output.expect_code(3);
    assert!(flat(&output.stderr).contains("had the secrets API before"), "{output}");
    assert!(listener.received().iter().all(|request| request.starts_with("GET ")));
}
