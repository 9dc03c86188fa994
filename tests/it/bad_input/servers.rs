//! Servers that refuse, fail, lie or are not there.

use std::thread;

use serde_json::json;

use super::harness::{AGENT, Case, SENTINEL, Tree, add, clean};
use crate::support::env::TestEnv;
use crate::support::existing_server::{Answer, ExistingServer, Fault, Options, RecordedRequest, owner_token};
use crate::support::listener::{Listener, Reply};
use crate::support::snapshots::assert_snapshot_file;

/// What a fault happens to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum At {
    Health,
    ListAgents,
    CreateAgent,
    PutPlatform,
}

impl At {
    fn matches(self, request: &RecordedRequest) -> bool {
        let RecordedRequest { method, path, .. } = request;
        match self {
            Self::Health => path == "/health",
            Self::ListAgents => method == "GET" && path == "/api/dev/agents",
            Self::CreateAgent => method == "POST" && path == "/api/dev/agents",
            Self::PutPlatform => method == "PUT" && path.contains("/platforms/"),
        }
    }

    /// Whether the plan comes so far.
    fn is_write(self) -> bool {
        matches!(self, Self::CreateAgent | Self::PutPlatform)
    }
}

/// A project with a platform and a secret, and an owner's token.
fn project() -> TestEnv {
    let platform = "[[agents.pilot.platforms]]\ntype = \"telegram\"\nconfig = { botToken = \"$DEPLOY_TOKEN\" }\n";
    let mut env = Case::new("", 0).file("lobu.toml", format!("{AGENT}{platform}")).lay_out();
    env.env("LOBU_API_TOKEN", owner_token("dev")).env("LOBU_ORG", "dev");
    env
}

/// Applies to a double with a fault and gives the message. What had to stay is checked: the files always; the org unless a
/// request for a write was answered well.
#[track_caller]
fn with_fault(name: &str, at: At, fault: Fault, code: i32) -> String {
    let server = ExistingServer::start(Options::g1_with_manager());
    server.fail_every(move |request| at.matches(request), fault);
    let env = project();
    let before = Tree::of(env.path());
    let output = env.lobu(["apply", "--yes", "--url", &server.url()]);
    assert_eq!(output.code, Some(code), "{name}\n{output}");
    clean(name, &output);
    assert_eq!(Tree::of(env.path()), before, "{name} wrote a file");
    if !at.is_write() {
        assert_eq!(server.writes().len(), 0, "{name} wrote something");
    }
    let mut messages = String::new();
    add(&mut messages, name, &output);
    messages
}

/// Runs cases side by side, because most of them wait.
#[track_caller]
fn together(cases: Vec<(&'static str, At, Fault, i32)>) -> String {
    let threads: Vec<_> = cases
        .into_iter()
        .map(|(name, at, fault, code)| thread::spawn(move || with_fault(name, at, fault, code)))
        .collect();
    let mut messages = Vec::new();
    let mut failures = 0;
    for thread in threads {
        match thread.join() {
            Ok(message) => messages.push(message),
            Err(_) => failures += 1,
        }
    }
    assert_eq!(failures, 0, "cases failed; each says why above");
    messages.concat()
}

/// Answers every way a server can fail, for reads as for writes.
fn failures() -> Vec<(&'static str, Fault)> {
    let echo = format!("\u{1b}[2J\u{202e}you sent {} and {SENTINEL}\n::error::x", owner_token("dev"));
    vec![
        ("a page", Fault::html(200)),
        ("a page as an error", Fault::html(502)),
        ("nothing", Fault::empty(200)),
        ("half a JSON", Fault::truncated_json()),
        ("a gzip bomb", Fault::gzip_bomb(64 << 20)),
        ("401", Fault::Instead(Answer::refusal(401, "invalid_token", "Token expired"))),
        ("403", Fault::Instead(Answer::refusal(403, "insufficient_scope", "Requires mcp:read"))),
        ("404", Fault::error(404, "Not found")),
        ("409", Fault::error(409, "Conflict")),
        ("422", Fault::json(422, &json!({"error": {"code": "invalid_name", "message": echo}}))),
        ("429", Fault::too_many_requests("0")),
        ("500", Fault::error(500, "Internal error")),
        ("503", Fault::error(503, "Down for maintenance")),
        ("redirect", Fault::redirect(307, "http://elsewhere.example:8080/secret/path?token=x")),
        ("closed connection", Fault::CloseBefore),
    ]
}

#[test]
fn a_read_that_fails_stops_before_any_write() {
    let code = |name: &str| match name {
        "401" | "403" => 4,
        "closed connection" => 1,
        _ => 3,
    };
    let cases = failures().into_iter().map(|(name, fault)| (name, At::ListAgents, fault, code(name))).collect();
    assert_snapshot_file!("failed-reads", together(cases));
}

#[test]
fn a_write_that_fails_is_told_as_what_it_is() {
    let code = |name: &str| match name {
        "401" | "403" => 4,
        "404" | "409" | "422" | "429" | "redirect" => 3,
        _ => 5,
    };
    let cases = failures().into_iter().map(|(name, fault)| (name, At::CreateAgent, fault, code(name))).collect();
    assert_snapshot_file!("failed-writes", together(cases));
}

#[test]
fn a_platform_that_is_refused_shows_no_value() {
    let echo = format!("Invalid token {SENTINEL}");
    let told = together(vec![
        ("echo as text", At::PutPlatform, Fault::error(400, &echo), 5),
        ("echo as code", At::PutPlatform, Fault::json(400, &json!({"error": SENTINEL, "error_description": echo})), 5),
        ("echo in a page", At::PutPlatform, Fault::Instead(Answer::text(500, &echo)), 5),
        ("lost answer", At::PutPlatform, Fault::CloseAfter, 5),
    ]);
    assert_snapshot_file!("refused-platform", told);
}

#[test]
fn servers_that_are_something_else_are_told() {
    let other = json!({"status": "ok", "service": "something\u{1b}[2J"});
    let told = together(vec![
        ("health of something else", At::Health, Fault::json(200, &other), 3),
        ("no health page", At::Health, Fault::error(404, "Not found"), 3),
        ("page as health", At::Health, Fault::html(200), 3),
        ("catch-all as the list of agents", At::ListAgents, Fault::json(200, &other), 3),
        ("list of agents of another shape", At::ListAgents, Fault::json(200, &json!({"agents": [{"id": 1}]})), 3),
        ("JSON that is too deep", At::ListAgents, Fault::Instead(deep()), 3),
    ]);
    assert_snapshot_file!("servers-that-are-not-lobu", told);
}

fn deep() -> Answer {
    let mut answer = Answer::json(200, &json!({}));
    answer.body = [b"[".repeat(100_000), b"]".repeat(100_000)].concat();
    answer
}

#[test]
fn a_platform_less_generation_is_refused_before_any_write() {
    let server = ExistingServer::start(Options::g3());
    let output = project().lobu(["apply", "--yes", "--url", &server.url()]);
    clean("third generation", output.expect_code(3));
    assert_eq!(server.writes().len(), 0);
    let mut messages = String::new();
    add(&mut messages, "third generation", &output);
    assert_snapshot_file!("server-without-platforms", messages);
}

#[test]
fn access_that_is_missing_is_told() {
    let mut messages = String::new();
    for (name, token, org) in [
        ("unknown org", owner_token("dev"), "nowhere"),
        ("token of another org", owner_token("other"), "dev"),
        ("unknown token", format!("owl_pat_{SENTINEL}"), "dev"),
        ("token that is no header", format!("owl_pat_\n{SENTINEL}"), "dev"),
        ("no token", String::new(), "dev"),
        ("token that may only read", "owl_pat_reader".to_owned(), "dev"),
    ] {
        let server = ExistingServer::start(Options::g1_with_manager());
        server.state().add_organization("other");
        server.state().add_token("owl_pat_reader", "user-reader", "dev", "member", &["mcp:read"]);
        let mut env = project();
        env.env("LOBU_API_TOKEN", token).env("LOBU_ORG", org);
        let output = env.lobu(["apply", "--yes", "--url", &server.url()]);
        assert!(
            output.code == Some(4) || name == "token that is no header" && output.code == Some(2),
            "{name}\n{output}"
        );
        clean(name, &output);
        assert!(server.state().agent("pilot").is_none(), "{name} wrote something");
        add(&mut messages, name, &output);
    }
    assert_snapshot_file!("missing-access", messages);
}

#[test]
fn a_redirect_is_not_followed_to_another_origin() {
    for (at, status) in [(At::ListAgents, 302), (At::ListAgents, 308), (At::CreateAgent, 302), (At::CreateAgent, 307)] {
        let elsewhere =
            Listener::start(vec![Reply::http("200 OK\r\ncontent-type: application/json", "{\"agents\":[]}")]);
        let location = format!("http://{}/api/dev/agents", elsewhere.address());
        let text = with_fault("redirect", at, Fault::redirect(status, &location), 3);
        assert!(text.contains("was redirected to"), "{text}");
        assert_eq!(elsewhere.received(), [] as [&str; 0]);
    }
}

#[test]
fn a_server_that_is_not_there_is_told() {
    let closed = {
        let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
        listener.local_addr().expect("a bound socket has an address")
    };
    let not_http = Listener::start(vec![Reply::Bytes(b"220 mail.example ESMTP\r\n".to_vec())]);
    let mut messages = String::new();
    for (name, url, code) in [
        ("nothing listens", format!("http://{closed}"), 1),
        ("no such host", "https://lobu.invalid".to_owned(), 1),
        ("no HTTP", format!("http://{}", not_http.address()), 1),
    ] {
        let env = project();
        let before = Tree::of(env.path());
        let output = env.lobu(["apply", "--yes", "--send-secret-values", "--url", &url]);
        assert_eq!(output.code, Some(code), "{name}\n{output}");
        clean(name, &output);
        assert_eq!(Tree::of(env.path()), before);
        add(&mut messages, name, &output);
    }
    assert_snapshot_file!("unreachable-servers", messages);
}
