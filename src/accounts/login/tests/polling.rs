//! Waiting for a login to be approved.

use std::future::{pending, ready};
use std::time::Duration;

use futures::future::join;
use serde_json::json;

use super::support::*;
use crate::accounts::login::{Granted, LoginError};
use crate::http::Clock as _;
use crate::http::tests::listener::{Listener, Step, answer, typed, with_header};
use crate::secrets::SecretValue;

/// Polls a double that answers the token endpoint so, and tells the result and the waits in seconds.
async fn poll(steps: Vec<Step>) -> (Result<Granted, LoginError>, Vec<u64>, Listener) {
    let listener = double();
    for step in steps {
        listener.on(TOKEN, step);
    }
    let (client, clock) = client_with_clock(&[&listener.origin()]);
    let started = start(&client, &listener).await.unwrap();
    let result = client.poll_device(&started, pending()).await;
    let waits = clock.slept().iter().map(Duration::as_secs).collect();
    (result, waits, listener)
}

fn no() -> Step {
    answer(400, &oauth_error("authorization_pending"))
}

fn yes() -> Step {
    answer(200, &tokens())
}

#[tokio::test]
async fn an_approved_login_gets_its_tokens() {
    let bare = answer(400, &json!({"error": "authorization_pending"}));
    let (result, waits, listener) = poll(vec![no(), bare, yes()]).await;
    let granted = result.unwrap();
    assert_eq!(waits, [5, 5, 5]);
    assert!(granted.access_token.is_same_as(&SecretValue::new("SENTINEL-ACCESS-TOKEN")));
    assert!(granted.refresh_token.as_ref().unwrap().is_same_as(&SecretValue::new("SENTINEL-REFRESH-TOKEN")));
    assert_eq!((granted.client_id.as_str(), granted.expires_in), ("client-1", Some(Duration::from_secs(86400))));
    assert_eq!(
        (granted.token_endpoint.as_str(), granted.scope.as_deref()),
        (&*at(&listener, TOKEN), Some("mcp:read mcp:write"))
    );
    assert!(!format!("{granted:?}").contains("SENTINEL"));
    let expected = "grant_type=urn%3Aietf%3Aparams%3Aoauth%3Agrant-type%3Adevice_code\
                    &device_code=SENTINEL-DEVICE-CODE&client_id=client-1";
    assert_eq!(listener.seen().last().unwrap().body, expected);
}

#[tokio::test]
async fn slow_down_slows_down_for_good() {
    let slow = || answer(400, &json!({"error": "slow_down"}));
    let (result, waits, _) = poll(vec![slow(), no(), slow(), no(), yes()]).await;
    result.unwrap();
    assert_eq!(waits, [5, 10, 10, 15, 15]);
    let (result, waits, _) = poll(vec![typed(429, "text/plain", "slowly"), yes()]).await;
    result.unwrap();
    assert_eq!(waits, [5, 10]);
}

#[tokio::test]
async fn denied_and_expired_logins_end() {
    let table = [
        (answer(400, &oauth_error("access_denied")), LoginError::Denied),
        (answer(400, &oauth_error("expired_token")), LoginError::Expired),
    ];
    for (step, expected) in table {
        let (result, waits, _) = poll(vec![no(), step]).await;
        let error = result.unwrap_err();
        said(&error);
        assert_eq!((error, waits.len()), (expected, 2));
    }
}

#[tokio::test]
async fn a_login_that_nobody_approves_expires_by_our_clock() {
    let (result, waits, listener) = poll(vec![no()]).await;
    assert_eq!(result.unwrap_err(), LoginError::Expired);
    assert_eq!((waits.iter().sum::<u64>(), listener.lines().len()), (895, 3 + 179));
}

#[tokio::test]
async fn a_network_that_is_cut_ends_nothing() {
    let steps =
        vec![no(), Step::Close, Step::Cut, typed(502, "text/html", "<html>"), answer(503, &json!({})), no(), yes()];
    let (result, waits, _) = poll(steps).await;
    result.unwrap();
    assert_eq!(waits, [5, 5, 10, 20, 40, 60, 5]);
}

#[tokio::test]
async fn a_network_that_stays_cut_is_asked_until_the_code_expires() {
    let (result, waits, _) = poll(vec![Step::Close]).await;
    assert_eq!(result.unwrap_err(), LoginError::Expired);
    assert!((890..900).contains(&waits.iter().sum::<u64>()), "{waits:?}");
}

#[tokio::test]
async fn tokens_whose_answer_was_lost_are_told_from_a_code_that_never_was() {
    let used = || answer(400, &oauth_error("invalid_grant"));
    let (result, ..) = poll(vec![Step::Cut, used()]).await;
    assert_eq!(result.unwrap_err(), LoginError::AnswerLost);
    let (result, ..) = poll(vec![no(), used()]).await;
    assert!(said(&result.unwrap_err()).contains("[invalid_grant]"));
}

#[tokio::test]
async fn what_is_not_understood_is_no_login() {
    let catch_all = json!({"status": "ok", "mcp_endpoint": "m", "health": "/health", "openapi": "/o"});
    let echo = json!({"error": "SENTINEL-DEVICE-CODE", "error_description": "you sent SENTINEL-DEVICE-CODE"});
    let encoded = json!({"error": "bad", "error_description": "U0VOVElORUwtREVWSUNFLUNPREU="});
    let table = [
        (answer(200, &catch_all), "`access_token` should be a text and is missing"),
        (answer(200, &json!({})), "`access_token` should be a text and is missing"),
        (answer(200, &json!({"access_token": "SENTINEL TOKEN"})), "should be one word of printable ASCII"),
        (answer(200, &json!({"access_token": "a", "token_type": "mac"})), "`token_type` should be `Bearer`"),
        (answer(200, &json!({"access_token": "SENTINEL", "scope": "SENTINEL"})), "`scope` should be the words"),
        (typed(200, "text/html", "<html>SENTINEL"), "an HTML page"),
        (typed(200, "text/plain", ""), "an empty body"),
        (answer(404, &json!({"error": "Not found"})), "answered 404: Not found"),
        (answer(400, &echo), "message hidden: it contains a secret"),
        (answer(400, &encoded), "[bad]: (message hidden: it contains a secret"),
        (with_header(answer(307, &json!({})), "location", "/oauth/else"), "which is not followed"),
        (
            with_header(answer(302, &json!({})), "location", "https://SENTINEL-DEVICE-CODE.example"),
            "which is not followed",
        ),
    ];
    for (step, expected) in table {
        let (result, waits, _) = poll(vec![step]).await;
        let error = result.unwrap_err();
        assert!(said(&error).contains(expected), "{error}");
        assert!(!error.to_string().contains("sentinel"), "{error}");
        assert_eq!(waits.len(), 1);
    }
}

#[tokio::test]
async fn a_person_can_give_up() {
    let listener = double();
    listener.on(TOKEN, Step::Hang);
    let (client, clock) = client_with_clock(&[&listener.origin()]);
    let started = start(&client, &listener).await.unwrap();
    let result = client.poll_device(&started, ready(())).await;
    assert_eq!(result.unwrap_err(), LoginError::Canceled);
    assert!(clock.elapsed() <= started.interval);
}

#[tokio::test]
async fn two_logins_at_once_get_the_tokens_of_their_own_codes() {
    let listener = Listener::start([]);
    let code = |code: &str| {
        let mut all = device(&listener);
        all["device_code"] = json!(code);
        answer(200, &all)
    };
    let token = |token: &str| answer(200, &json!({"access_token": token}));
    listener
        .on("device_code=SENTINEL-ONE&client_id=c1", no())
        .on("device_code=SENTINEL-ONE&client_id=c1", token("token-one"))
        .on("device_code=SENTINEL-TWO&client_id=c2", token("token-two"))
        .on(METADATA, answer(200, &metadata(&listener)))
        .on(REGISTER, answer(201, &json!({"client_id": "c1"})))
        .on(REGISTER, answer(201, &json!({"client_id": "c2"})))
        .on("client_id=c1&scope=mcp", code("SENTINEL-ONE"))
        .on("client_id=c2&scope=mcp", code("SENTINEL-TWO"));
    let client = client(&listener);
    let one = start(&client, &listener).await.unwrap();
    let two = start(&client, &listener).await.unwrap();
    let (one, two) = join(client.poll_device(&one, pending()), client.poll_device(&two, pending())).await;
    assert!(one.unwrap().access_token.is_same_as(&SecretValue::new("token-one")));
    assert!(two.unwrap().access_token.is_same_as(&SecretValue::new("token-two")));
}
