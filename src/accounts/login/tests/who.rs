//! Who a token belongs to.

use serde_json::json;

use super::support::*;
use crate::accounts::Identity;
use crate::accounts::login::LoginError;
use crate::http::tests::listener::{Listener, Step, answer, typed, with_header};
use crate::secrets::SecretValue;

fn token() -> SecretValue {
    SecretValue::new("SENTINEL-ACCESS-TOKEN")
}

async fn whoami(steps: Vec<Step>) -> (Result<Identity, LoginError>, Listener) {
    let listener = Listener::start(steps);
    let result = client(&listener).who_cli(&at(&listener, "/api/v1"), &token()).await;
    (result, listener)
}

#[tokio::test]
async fn identities_are_found_in_all_their_places() {
    let expected = Identity {
        user_id: Some("u1".to_owned()),
        email: Some("a@b.example".to_owned()),
        name: Some("A".to_owned()),
        ..Identity::default()
    };
    let table = [
        (json!({"userId": "u1", "email": "a@b.example", "name": "A"}), expected.clone()),
        (json!({"id": "u1", "user": {"id": "u2", "email": "a@b.example", "name": "A"}}), expected.clone()),
        (json!({"user": {"id": "u1", "email": "a@b.example", "name": "A"}, "name": null}), expected.clone()),
        (
            json!({"userId": "u1", "email": "a@b.example", "name": "A", "agent_id": "bot"}),
            Identity { agent_id: Some("bot".to_owned()), ..expected },
        ),
    ];
    for (body, expected) in table {
        let (result, listener) = whoami(vec![answer(200, &body)]).await;
        assert_eq!(result.unwrap(), expected, "{body}");
        let seen = listener.seen();
        assert_eq!(seen[0].line, "GET /api/v1/auth/whoami");
        assert_eq!(seen[0].header("authorization"), Some("Bearer SENTINEL-ACCESS-TOKEN"));
    }
}

#[tokio::test]
async fn nobody_is_not_a_login() {
    let catch_all = json!({"status": "ok", "mcp_endpoint": "m", "health": "/health", "openapi": "/o"});
    let table = [
        (answer(200, &catch_all), "`userId` should be who the token belongs to and is missing"),
        (answer(200, &json!({"userId": ""})), "is missing"),
        (answer(200, &json!({"userId": 7})), "`userId` should be a text and is a number"),
        (answer(200, &json!({"userId": "u", "expiresAt": "soon"})), "`expiresAt` should be a whole number"),
        (answer(200, &json!({"userId": "u", "name": "is SENTINEL-ACCESS-TOKEN"})), "`user` should be who the token"),
        (typed(200, "text/html", "<html>"), "an HTML page"),
        (
            answer(401, &json!({"error": "no SENTINEL-ACCESS-TOKEN"})),
            "answered 401: (message hidden: it contains a secret",
        ),
        (with_header(answer(302, &json!({})), "location", "https://evil.example/"), "which is not followed"),
    ];
    for (step, expected) in table {
        let (result, _) = whoami(vec![step]).await;
        let error = result.unwrap_err();
        assert!(said(&error).contains(expected), "{error}");
    }
}

#[tokio::test]
async fn reads_are_repeated() {
    let (result, listener) =
        whoami(vec![Step::Close, answer(503, &json!({})), answer(200, &json!({"userId": "u"}))]).await;
    result.unwrap();
    assert_eq!(listener.lines().len(), 3);
}

#[tokio::test]
async fn userinfo_names_the_owner_of_a_device_token() {
    let listener = double();
    listener.on("/oauth/userinfo", answer(200, &json!({"sub": "u1", "email": "a@b.example", "email_verified": true})));
    let identity = client(&listener).userinfo(&listener.origin(), &token()).await.unwrap();
    assert_eq!((identity.user_id, identity.email), (Some("u1".to_owned()), Some("a@b.example".to_owned())));
    let seen = listener.seen();
    assert_eq!(seen[0].header("authorization"), None);
    assert_eq!(seen[1].header("authorization"), Some("Bearer SENTINEL-ACCESS-TOKEN"));
}
