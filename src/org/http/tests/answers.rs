//! What becomes of every kind of answer.

use std::io::Write;

use flate2::Compression;
use flate2::write::GzEncoder;
use serde_json::{Value as Json, json};

use super::support::{Listener, Step, answer, typed, with_header};
use crate::model::AgentId;
use crate::org::{Cause, OrgRead, PlatformsProbe, RequestError, SecretsProbe};
use crate::schema::kinds::{AGENT, ENTITY_TYPE, PLATFORM, SETTINGS};

fn agent() -> AgentId {
    AgentId::parse("triage").unwrap()
}

fn catch_all() -> Json {
    json!({"status": "ok", "mcp_endpoint": "/mcp", "health": "/health", "openapi": "/openapi.json"})
}

async fn agents_error(step: Step) -> RequestError {
    Listener::start([step]).org().records(AGENT).await.unwrap_err()
}

fn gzipped(length: usize) -> Step {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::best());
    let zeros = vec![b' '; 1 << 20];
    for _ in 0..length >> 20 {
        encoder.write_all(&zeros).unwrap();
    }
    encoder.write_all(br#"{"agents": []}"#).unwrap();
    with_header(typed(200, "application/json", encoder.finish().unwrap()), "content-encoding", "gzip")
}

#[tokio::test]
async fn each_bad_answer_is_one_clear_message_that_quotes_nothing() {
    let page = "<!doctype html><title>SENTINEL</title>";
    let steps = [
        typed(200, "text/html", page),
        typed(404, "text/html", page),
        typed(200, "application/json", ""),
        typed(200, "application/json", r#"{"agents": [{"agentId": "SENTINEL"#),
        typed(200, "application/json", "SENTINEL"),
        typed(500, "text/plain", "Internal Server Error SENTINEL"),
        answer(200, &catch_all()),
        answer(200, &json!([])),
        answer(200, &json!({"agents": [{"agentId": 5}]})),
        answer(200, &json!({"error": "no such thing"})),
        answer(401, &json!({"error": "invalid_token", "error_description": "The token is invalid"})),
        answer(403, &json!({"error": {"code": "forbidden_role", "message": "owner only"}})),
        answer(404, &json!({"error": "not here", "code": "nowhere"})),
        answer(409, &json!({})),
        answer(422, &json!({"error": "bad \u{1b}[31m"})),
        answer(500, &json!({"error": "boom"})),
    ];
    let mut shown = String::new();
    for step in steps {
        let error = agents_error(step).await;
        assert!(!format!("{error} {error:?}").contains("SENTINEL"), "{error}");
        shown.extend(error.to_string().escape_debug().chain(['\n']));
    }
    insta::assert_snapshot!(shown, @r"
    GET /api/dev/agents answered 200 with something that is not the Lobu API: an HTML page
    GET /api/dev/agents answered 404 with something that is not the Lobu API: an HTML page
    GET /api/dev/agents answered 200 with something that is not the Lobu API: an empty body
    GET /api/dev/agents answered 200 with something that is not the Lobu API: truncated JSON
    GET /api/dev/agents answered 200 with something that is not the Lobu API: broken JSON
    GET /api/dev/agents answered 500 with something that is not the Lobu API: plain text
    GET /api/dev/agents answered 200 with something that is not the Lobu API: `agents` should be a list and is missing
    GET /api/dev/agents answered 200 with something that is not the Lobu API: the answer should be an object and is a list
    GET /api/dev/agents answered 200 with something that is not the Lobu API: `agents[0].agentId` should be a text and is a number
    GET /api/dev/agents answered 200: no such thing
    GET /api/dev/agents answered 401 [invalid_token]: The token is invalid
    GET /api/dev/agents answered 403 [forbidden_role]: owner only
    GET /api/dev/agents answered 404 [nowhere]: not here
    GET /api/dev/agents answered 409
    GET /api/dev/agents answered 422: bad \u{1b}[31m
    GET /api/dev/agents answered 500: boom
    ");
}

#[tokio::test]
async fn a_bomb_stops_at_the_limit() {
    let error = agents_error(gzipped(64 << 20)).await;
    assert_eq!(
        error.to_string(),
        "GET /api/dev/agents answered 200 with something that is not the Lobu API: an answer of more than 32 MiB"
    );
    assert_eq!(Listener::start([gzipped(31 << 20)]).org().records(AGENT).await.unwrap(), []);
}

#[tokio::test]
async fn an_announced_flood_is_not_read() {
    let step = with_header(typed(200, "application/json", "{}"), "content-encoding", "identity");
    let listener = Listener::start([step]);
    assert!(listener.org().records(AGENT).await.is_err());
    let large = typed(200, "application/json", vec![b' '; (32 << 20) + 1]);
    assert!(agents_error(large).await.to_string().contains("more than 32 MiB"));
}

#[tokio::test]
async fn what_is_not_gzip_but_says_so_is_named() {
    let error = agents_error(with_header(answer(200, &json!({})), "content-encoding", "gzip")).await;
    assert!(error.to_string().contains("cannot be decompressed"), "{error}");
}

#[tokio::test]
async fn a_missing_agent_is_none_and_an_unknown_org_is_an_error() {
    let missing = json!({"error": "Agent not found"});
    let org = Listener::start([answer(404, &missing), answer(404, &missing)]).org();
    assert_eq!(org.records_of(SETTINGS, &agent()).await.unwrap(), None);
    assert_eq!(org.records_of(PLATFORM, &agent()).await.unwrap(), None);
    let unknown = json!({"error": "invalid_request", "error_description": "Organization 'dev' not found"});
    let pages = [answer(404, &unknown), typed(404, "text/plain", "404 Not Found"), answer(404, &json!({}))];
    let org = Listener::start(pages).org();
    for _ in 0..3 {
        assert_eq!(org.records_of(SETTINGS, &agent()).await.unwrap_err().status(), Some(404));
    }
}

#[tokio::test]
async fn the_token_never_comes_back() {
    let error = agents_error(answer(401, &json!({"error": "bad token SENTINEL-TOKEN"}))).await;
    assert!(!format!("{error} {error:?}").contains("SENTINEL"), "{error}");
}

#[tokio::test]
async fn redirects_of_reads_are_followed_only_within_the_origin() {
    let to = |location: &str| with_header(answer(302, &json!({})), "location", location);
    let listener = Listener::start([to("/elsewhere"), answer(200, &json!({"agents": []}))]);
    assert_eq!(listener.org().records(AGENT).await.unwrap(), []);
    assert_eq!(listener.lines(), ["GET /api/dev/agents", "GET /elsewhere"]);

    let other = Listener::start([]);
    for location in [
        format!("http://127.0.0.1:{}/x?secret=SENTINEL", other.port),
        "https://127.0.0.1/x".to_owned(),
        "//else.example/SENTINEL".to_owned(),
    ] {
        let error = agents_error(to(&location)).await;
        assert!(matches!(&error, RequestError::Redirected { .. }), "{error}");
        assert!(!error.to_string().contains("SENTINEL"));
    }
    assert!(other.seen().is_empty());

    // A host's name has no upper case.
    let error = agents_error(to("https://sentinel-token.example/")).await.to_string();
    assert!(error.ends_with("was redirected to another origin, which is not followed"), "{error}");

    let error = agents_error(answer(302, &json!({}))).await;
    assert!(error.to_string().ends_with("a redirect that leads nowhere"), "{error}");
    let listener = Listener::start((0..9).map(|_| to("/again")));
    assert!(listener.org().records(AGENT).await.unwrap_err().to_string().ends_with("more than 5 redirects"));
    assert_eq!(listener.seen().len(), 6);
}

#[tokio::test]
async fn reads_that_are_posts_keep_their_method_or_are_not_redirected() {
    let to = |status| with_header(answer(status, &json!({})), "location", "/there");
    let listener = Listener::start([to(307), answer(200, &json!({"entity_types": []})), to(302)]);
    assert_eq!(listener.org().records(ENTITY_TYPE).await.unwrap(), []);
    assert_eq!(listener.lines(), ["POST /api/dev/manage_entity_schema", "POST /there"]);
    let error = listener.org().records(ENTITY_TYPE).await.unwrap_err();
    assert!(error.to_string().starts_with("POST /api/dev/manage_entity_schema (entity_type list) was redirected to"));
}

#[tokio::test]
async fn the_platform_probe_tells_servers_apart() {
    let elsewhere = |what: &str| PlatformsProbe::Elsewhere { what: what.to_owned() };
    let table = [
        (answer(200, &json!({"platforms": []})), PlatformsProbe::Kept),
        (answer(404, &json!({"error": "Agent not found"})), PlatformsProbe::Kept),
        (answer(404, &json!({"error": {"code": "not_found", "message": "m"}})), PlatformsProbe::Kept),
        (answer(404, &json!({})), elsewhere("404")),
        (
            answer(200, &catch_all()),
            elsewhere("200 and an answer in which `platforms` should be a list and is missing"),
        ),
        (typed(404, "text/plain", "404 Not Found"), elsewhere("404 and plain text")),
        (typed(200, "text/html", "<html>"), elsewhere("200 and an HTML page")),
    ];
    for (step, probe) in table {
        assert_eq!(Listener::start([step]).org().probe_platforms(&agent()).await.unwrap(), probe);
    }
    for status in [401, 403, 500] {
        let org = Listener::start([answer(status, &json!({"error": "e"}))]).org();
        assert_eq!(org.probe_platforms(&agent()).await.unwrap_err().status(), Some(status));
    }
}

/// Runs the probe; the health question goes out beside the first one, so the script answers by path.
async fn secrets_probe(names: Step, secrets: Step, health: Step) -> Result<SecretsProbe, RequestError> {
    let listener = Listener::start_by_path(vec![("/secrets/names", names), ("/secrets", secrets), ("/health", health)]);
    listener.org().probe_secrets().await
}

#[tokio::test]
async fn the_secrets_probe_tells_servers_apart() {
    let known = || answer(200, &json!({"service": "owletto-api", "version": "1"}));
    let caught = || answer(200, &catch_all());
    let gone = || typed(404, "text/plain", "404 Not Found");
    let names = |names: &[&str]| SecretsProbe::Present(Some(names.iter().map(|name| (*name).to_owned()).collect()));
    let table = [
        (answer(200, &json!(["A"])), gone(), known(), names(&["A"])),
        (answer(200, &json!({"secrets": []})), gone(), known(), names(&[])),
        (caught(), answer(200, &json!([{"name": "B"}])), known(), names(&["B"])),
        (answer(403, &json!({"error": {"code": "forbidden_role"}})), gone(), known(), SecretsProbe::Present(None)),
        (gone(), answer(403, &json!({"error": {"code": "x"}})), known(), SecretsProbe::Present(None)),
        (caught(), caught(), known(), SecretsProbe::Missing),
        (gone(), gone(), known(), SecretsProbe::Missing),
        (gone(), gone(), answer(200, &json!({"service": "lobu-api"})), SecretsProbe::Missing),
    ];
    for (first, second, health, probe) in table {
        assert_eq!(secrets_probe(first, second, health).await.unwrap(), probe);
    }
    let unknown = [
        (caught(), caught(), answer(200, &json!({"service": "other"}))),
        (caught(), caught(), gone()),
        (caught(), typed(200, "text/html", "<html>"), known()),
        (answer(200, &json!({"status": "ok"})), gone(), known()),
        (answer(403, &json!({"error": "forbidden"})), gone(), known()),
    ];
    for (first, second, health) in unknown {
        let probe = secrets_probe(first, second, health).await.unwrap();
        assert!(matches!(probe, SecretsProbe::Unknown { .. }), "{probe:?}");
    }
    let refused = secrets_probe(answer(401, &json!({"error": "unauthorized"})), gone(), known()).await;
    assert_eq!(refused.unwrap_err().status(), Some(401));
}

#[tokio::test]
async fn health_is_asked_once_and_must_be_a_health_page() {
    let listener = Listener::start([answer(200, &json!({"service": "lobu-api", "implementation": "lobu-rs"}))]);
    let org = listener.org();
    assert!(org.health().await.unwrap().is_ours());
    assert!(org.clone().health().await.unwrap().is_known());
    assert_eq!(listener.seen().len(), 1);
    for step in [answer(404, &json!({"error": "x"})), typed(404, "text/plain", "x"), answer(200, &catch_all())] {
        let error = Listener::start([step]).org().health().await.unwrap_err();
        assert!(matches!(error, RequestError::NotTheApi { .. }), "{error}");
    }
}

#[tokio::test]
async fn an_answer_that_is_cut_is_no_answer() {
    let listener = Listener::start((0..5).map(|_| Step::Cut));
    let error = listener.org().records(AGENT).await.unwrap_err();
    assert_eq!(error.cause(), Some(Cause::Cut));
    assert_eq!(
        error.to_string(),
        "GET /api/dev/agents got no answer: the connection was cut before the answer was complete"
    );
}
