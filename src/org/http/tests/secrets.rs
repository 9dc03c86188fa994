//! What the secrets routes may answer, and what of it is believed and shown.

use std::time::Duration;

use serde_json::{Value as Json, json};
use url::Url;

use super::support::{Listener, Step, answer, builder, typed, with_header};
use crate::model::SecretName;
use crate::org::{
    Cause, Outcome, RequestError, SecretAction, SecretBatch, SecretChange, SecretResult, SecretsListing, SecretsRead,
    SecretsWrite,
};
use crate::secrets::{SecretValue, SourceWord};

const VALUE: &str = "hunter2-SENTINEL";

fn catch_all() -> Json {
    json!({"status": "ok", "mcp_endpoint": "/mcp", "health": "/health", "openapi": "/openapi.json"})
}

fn known() -> Step {
    answer(200, &json!({"service": "owletto-api", "version": "1"}))
}

fn gone() -> Step {
    typed(404, "text/plain", "404 Not Found")
}

async fn listing(secrets: Step, health: Step) -> Result<SecretsListing, RequestError> {
    let listener = Listener::start_by_path(vec![("/secrets", secrets), ("/health", health)]);
    let listing = listener.org().list_secrets().await;
    assert!(listener.lines().iter().all(|line| line.starts_with("GET ")), "{:?}", listener.lines());
    listing
}

#[tokio::test]
async fn lists_come_bare_wrapped_or_as_names() {
    let row = json!({"name": "A", "fingerprint": "a3f1", "salt": "00", "updatedAt": 5, "source": "env"});
    for json in [json!([row]), json!({"secrets": [row]})] {
        let SecretsListing::Listed(rows) = listing(answer(200, &json), known()).await.unwrap() else { panic!() };
        assert_eq!((rows.len(), rows[0].name.as_str(), rows[0].fingerprint.as_deref()), (1, "A", Some("a3f1")));
    }
    for json in [json!(["A", "B"]), json!({"secrets": ["A", "B"]})] {
        let SecretsListing::Listed(rows) = listing(answer(200, &json), known()).await.unwrap() else { panic!() };
        assert_eq!(
            rows.iter().map(|row| (row.name.as_str(), &row.salt)).collect::<Vec<_>>(),
            [("A", &None), ("B", &None)]
        );
    }
    assert_eq!(listing(answer(200, &json!([])), gone()).await.unwrap(), SecretsListing::Listed(Vec::new()));
}

#[tokio::test]
async fn a_known_server_without_the_routes_has_no_secrets_api() {
    let missing = json!({"error": "Not found", "code": "not_found"});
    for secrets in [answer(200, &catch_all()), gone(), answer(404, &json!({})), answer(404, &missing)] {
        assert_eq!(listing(secrets, known()).await.unwrap(), SecretsListing::Missing);
    }
    assert_eq!(listing(gone(), answer(200, &json!({"service": "lobu-api"}))).await.unwrap(), SecretsListing::Missing);
}

#[tokio::test]
async fn of_anything_else_nothing_can_be_told() {
    let unknown_health = || answer(200, &json!({"service": "other"}));
    let table = [
        (gone(), unknown_health(), "no secrets routes, on a server of an unknown kind"),
        (answer(200, &catch_all()), gone(), "no secrets routes, and no health page"),
        (gone(), typed(200, "text/html", "<html>"), "no secrets routes, and no health page"),
        (typed(200, "text/html", "<html>"), known(), "200 and an HTML page"),
        (
            answer(200, &json!({"status": "ok"})),
            known(),
            "200 and JSON in which `secrets` should be a list and is missing",
        ),
        (answer(200, &json!([5])), known(), "200 and JSON in which `[0]` should be an object and is a number"),
        (answer(200, &json!(null)), known(), "200 and JSON in which `secrets` should be a list and is missing"),
        (typed(200, "application/json", "[{"), known(), "200 and truncated JSON"),
        (typed(200, "application/json", ""), known(), "200 and an empty body"),
        (typed(403, "text/html", "<html>"), known(), "403 and an HTML page"),
    ];
    for (secrets, health, expected) in table {
        assert_eq!(listing(secrets, health).await.unwrap(), SecretsListing::Unknown { what: expected.to_owned() });
    }
}

#[tokio::test]
async fn refusals_are_errors_and_never_an_absent_api() {
    let unknown_org = json!({"error": "invalid_request", "error_description": "Organization 'dev' not found"});
    let structured = json!({"error": {"code": "forbidden_role", "message": "owner or admin only"}});
    let flat = json!({"error": "forbidden", "error_description": "not a member"});
    let table = [
        (answer(401, &json!({"error": "invalid_token", "error_description": "no"})), 401, Some("invalid_token")),
        (answer(403, &structured), 403, Some("forbidden_role")),
        (answer(403, &flat), 403, Some("forbidden")),
        (answer(404, &unknown_org), 404, Some("invalid_request")),
        (answer(429, &json!({"error": "slow down"})), 429, None),
        (typed(429, "text/html", "<html>"), 429, None),
        (answer(500, &json!({"error": "boom"})), 500, None),
        (typed(502, "text/html", "<html>"), 502, None),
        (typed(503, "text/plain", "busy"), 503, None),
    ];
    for (step, status, code) in table {
        let error = listing(step, known()).await.unwrap_err();
        assert_eq!((error.status(), error.code()), (Some(status), code), "{error}");
    }
}

#[tokio::test]
async fn no_answer_is_no_answer() {
    let error = listing(Step::Cut, known()).await.unwrap_err();
    assert_eq!((error.cause(), error.outcome()), (Some(Cause::Cut), Outcome::NotDone));
    let error = listing(Step::Close, known()).await.unwrap_err();
    assert_eq!(error.cause(), Some(Cause::Cut));
    let elsewhere = with_header(answer(302, &json!({})), "location", "https://login.example/?x=SENTINEL");
    let error = listing(elsewhere, known()).await.unwrap_err();
    assert!(matches!(&error, RequestError::Redirected { to, .. } if to == "https://login.example"), "{error}");
    // The routes are not there, and of the health page nothing comes back.
    assert_eq!(listing(gone(), Step::Cut).await.unwrap_err().cause(), Some(Cause::Cut));
    assert_eq!(listing(gone(), answer(500, &json!({"error": "x"}))).await.unwrap_err().status(), Some(500));
}

#[tokio::test]
async fn silence_is_a_time_out() {
    let listener = Listener::start((0..5).map(|_| Step::Hang));
    let org = listener.builder().deadline(Duration::from_millis(50)).build().unwrap();
    let error = org.list_secrets().await.unwrap_err();
    assert_eq!((error.cause(), error.outcome()), (Some(Cause::TimedOut), Outcome::NotDone));

    let listener = Listener::start([Step::Hang]);
    let org = listener.builder().deadline(Duration::from_millis(50)).build().unwrap();
    let error = manage_with(&org).await.unwrap_err();
    assert_eq!((error.cause(), error.outcome()), (Some(Cause::TimedOut), Outcome::Unknown));
    assert_eq!(listener.seen().len(), 1, "what may have been carried out is not sent again");
}

/// Sends one create and one rotation.
async fn manage(listener: &Listener) -> Result<Vec<SecretResult>, RequestError> {
    manage_with(&listener.org()).await
}

async fn manage_with(org: &super::super::HttpOrg) -> Result<Vec<SecretResult>, RequestError> {
    let (foo, bar, value) =
        (SecretName::parse("FOO").unwrap(), SecretName::parse("BAR").unwrap(), SecretValue::new(VALUE));
    let actions = vec![
        SecretAction::Create { name: &foo, value: &value },
        SecretAction::Rotate { name: &bar, value: &value, if_version: None },
    ];
    org.manage_secrets(&SecretBatch { actions, source: SourceWord::File }).await
}

#[tokio::test]
async fn one_request_carries_all_and_its_results_are_paired() {
    let results = json!({"results": [
        {"name": "FOO", "action": "create", "fingerprint": "a3f1", "ref": "secret://dev/user/FOO"},
        {"name": "BAR", "action": "unchanged", "fingerprint": VALUE},
    ]});
    let listener = Listener::start([answer(200, &results)]);
    let done = manage(&listener).await.unwrap();
    let shown: Vec<_> = done.iter().map(|result| (result.change, result.fingerprint.is_some())).collect();
    assert_eq!(shown, [(SecretChange::Created, true), (SecretChange::Unchanged, false)]);
    let [seen] = listener.seen().try_into().unwrap();
    assert_eq!(seen.line, "POST /api/dev/secrets/manage");
    assert_eq!(seen.header("content-type"), Some("application/json"));
    assert_eq!(
        seen.json(),
        json!({"actions": [
            {"op": "create", "name": "FOO", "value": VALUE, "source": "file"},
            {"op": "rotate", "name": "BAR", "value": VALUE, "source": "file"},
        ]})
    );
}

#[tokio::test]
async fn codes_come_through_and_words_do_not() {
    let structured =
        |code: &str| json!({"error": {"code": code, "message": format!("you sent {VALUE}"), "name": "FOO"}});
    let table = [
        (answer(409, &structured("already_exists")), 409, Some("already_exists")),
        (answer(404, &structured("not_found")), 404, Some("not_found")),
        (answer(409, &structured("in_use")), 409, Some("in_use")),
        (answer(403, &structured("forbidden_role")), 403, Some("forbidden_role")),
        // A code that stands in the request itself, or is none.
        (answer(400, &structured("sentinel hunter")), 400, None),
        (answer(400, &structured("create")), 400, None),
        (answer(400, &json!({"error": VALUE, "code": VALUE})), 400, None),
        (answer(500, &json!({"error": {"code": "internal", "message": VALUE}})), 500, Some("internal")),
    ];
    for (step, status, code) in table {
        let listener = Listener::start([step]);
        let error = manage(&listener).await.unwrap_err();
        assert_eq!((error.status(), error.code()), (Some(status), code), "{error}");
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
        let expected = if status == 500 { Outcome::Unknown } else { Outcome::NotDone };
        assert_eq!(error.outcome(), expected);
        assert_eq!(listener.seen().len(), 1, "sent once");
    }
}

#[tokio::test]
async fn a_body_that_comes_back_is_not_shown() {
    let echo = json!({"actions": [{"name": "FOO", "value": VALUE}]}).to_string();
    let steps = [
        typed(400, "application/json", echo.clone()),
        typed(500, "text/plain", echo.clone()),
        typed(200, "application/json", echo.clone()),
        typed(200, "text/html", format!("<html>{echo}")),
        typed(502, "text/html", format!("<html>{echo}")),
    ];
    for step in steps {
        let error = manage(&Listener::start([step])).await.unwrap_err();
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}

#[tokio::test]
async fn what_may_have_been_carried_out_is_not_sent_again() {
    let wrong = json!({"results": []});
    for step in
        [Step::Cut, Step::Close, typed(504, "text/html", "<html>"), answer(500, &json!({})), answer(200, &wrong)]
    {
        let listener = Listener::start([step]);
        let error = manage(&listener).await.unwrap_err();
        assert_eq!(error.outcome(), Outcome::Unknown, "{error}");
        assert_eq!(listener.seen().len(), 1, "{error}");
    }
}

#[tokio::test]
async fn a_redirect_takes_no_value_along() {
    let other = Listener::start([]);
    for status in [301, 302, 303, 307, 308] {
        for location in [format!("http://127.0.0.1:{}/x", other.port), "/elsewhere".to_owned()] {
            let listener = Listener::start([with_header(answer(status, &json!({})), "location", location.clone())]);
            let error = manage(&listener).await.unwrap_err();
            assert!(matches!(error, RequestError::Redirected { .. }), "{status} {location}: {error}");
            assert_eq!(listener.seen().len(), 1, "{status} {location}");
        }
    }
    assert!(other.seen().is_empty());
}

#[tokio::test]
async fn values_do_not_go_over_plain_http_to_another_host() {
    for host in ["http://lobu.example/", "http://192.0.2.1/", "http://127.0.0.1.lobu.example/"] {
        let org = builder(Url::parse(host).unwrap()).build().unwrap();
        let error = manage_with(&org).await.unwrap_err();
        assert!(matches!(error, RequestError::NotSent { .. }), "{error}");
        assert_eq!(error.outcome(), Outcome::NotDone);
        assert!(!format!("{error} {error:?}").contains("hunter2"), "{error:?}");
    }
}
