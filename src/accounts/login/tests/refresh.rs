//! Refreshing a login: who refuses, who is not there, and who was faster.

use std::time::{Duration, SystemTime};

use futures::future::join;
use serde_json::json;
use tokio::sync::Mutex;

use super::support::*;
use crate::accounts::login::refresh::{AfterRefusal, RefreshDecision, State, after_refusal, decide};
use crate::accounts::login::{DeviceLogin, LoginClient, LoginError, RefreshError};
use crate::http::tests::listener::{Listener, Step, answer, free_port, typed, with_header};
use crate::secrets::SecretValue;

fn cli_tokens() -> serde_json::Value {
    json!({
        "accessToken": "SENTINEL-ACCESS-2",
        "refreshToken": "SENTINEL-REFRESH-2",
        "expiresAt": 2_000_000_000_000_u64,
        "user": {"userId": "u1", "email": "a@b.example", "name": "A"},
    })
}

fn old() -> SecretValue {
    SecretValue::new("SENTINEL-REFRESH-1")
}

async fn refresh_device(listener: &Listener, endpoint: &str) -> Result<crate::accounts::login::Granted, RefreshError> {
    let token = old();
    let login = DeviceLogin { client_id: "client-1", token_endpoint: endpoint, refresh_token: &token };
    client(listener).refresh_device(login).await
}

#[tokio::test]
async fn logins_are_refreshed_by_their_routes() {
    let listener = Listener::start([answer(200, &tokens()), answer(200, &cli_tokens())]);
    let granted = refresh_device(&listener, &at(&listener, TOKEN)).await.unwrap();
    assert!(granted.access_token.is_same_as(&SecretValue::new("SENTINEL-ACCESS-TOKEN")));
    assert_eq!(granted.client_id, "client-1");
    let tokens = client(&listener).refresh_cli(&at(&listener, "/api/v1/"), &old()).await.ok().unwrap();
    assert!(tokens.refresh_token.unwrap().is_same_as(&SecretValue::new("SENTINEL-REFRESH-2")));
    assert_eq!(tokens.expires_at, Some(SystemTime::UNIX_EPOCH + Duration::from_secs(2_000_000_000)));
    assert_eq!(tokens.identity.unwrap().user_id.as_deref(), Some("u1"));
    let seen = listener.seen();
    assert_eq!(listener.lines(), ["POST /oauth/token", "POST /api/v1/auth/refresh"]);
    assert_eq!(seen[0].body, "grant_type=refresh_token&refresh_token=SENTINEL-REFRESH-1&client_id=client-1");
    assert_eq!(seen[1].json(), json!({"refreshToken": "SENTINEL-REFRESH-1"}));
}

#[tokio::test]
async fn only_a_refusal_of_the_route_kills_a_login() {
    let page = typed(200, "text/html", "<html>SENTINEL");
    let redirect = with_header(answer(307, &json!({})), "location", "https://evil.example/");
    let table: [(Step, bool, bool); 10] = [
        (answer(400, &oauth_error("invalid_grant")), true, false),
        (answer(401, &oauth_error("invalid_client")), true, true),
        (answer(401, &json!({"error": "Refresh token is invalid: SENTINEL-REFRESH-1"})), false, true),
        (typed(401, "text/html", "<html>sign in to the network"), false, false),
        (answer(400, &oauth_error("invalid_request")), false, false),
        (answer(500, &json!({"error": "SENTINEL-REFRESH-1"})), false, false),
        (answer(404, &json!({})), false, false),
        (page, false, false),
        (redirect, false, false),
        (Step::Close, false, false),
    ];
    for (step, device_dies, cli_dies) in table {
        let listener = Listener::start([]);
        listener.on("/token", step.clone()).on("/auth/refresh", step);
        let device = refresh_device(&listener, &at(&listener, TOKEN)).await.unwrap_err();
        assert_eq!(matches!(device, RefreshError::Refused(_)), device_dies, "{}", said(&device));
        let cli = client(&listener).refresh_cli(&at(&listener, "/api/v1"), &old()).await.err().unwrap();
        assert_eq!(matches!(cli, RefreshError::Refused(_)), cli_dies, "{}", said(&cli));
        // Sent once each: a refresh token that may be used up is not sent again.
        assert_eq!(listener.lines().len(), 2);
    }
}

#[tokio::test]
async fn a_login_is_kept_while_offline() {
    let origin = url::Url::parse(&format!("http://127.0.0.1:{}/", free_port())).unwrap();
    let (client, _) = client_with_clock(&[&origin]);
    let error = client.refresh_cli(origin.as_str(), &old()).await.err().unwrap();
    assert!(said(&error).starts_with("the login could not be refreshed, and is kept"));
    assert!(matches!(error, RefreshError::Kept(LoginError::Request(_))));
}

#[tokio::test]
async fn a_refresh_token_goes_to_its_context_only() {
    let (listener, evil) = (Listener::start([]), Listener::start([]));
    for endpoint in [at(&evil, TOKEN), "https://evil.example/".to_owned(), "file:///x".to_owned()] {
        let error = refresh_device(&listener, &endpoint).await.unwrap_err();
        assert!(said(&error).ends_with("nothing was sent there"));
        let error = client(&listener).refresh_cli(&endpoint, &old()).await.err().unwrap();
        assert!(matches!(error, RefreshError::Kept(LoginError::Elsewhere { .. } | LoginError::BadUrl { .. })));
    }
    assert!(listener.seen().is_empty() && evil.seen().is_empty());
}

/// A login as a process keeps it.
struct Kept {
    access_token: SecretValue,
    refresh_token: SecretValue,
    expires_at: Option<SystemTime>,
}

impl Kept {
    fn expired() -> Self {
        let access_token = SecretValue::new("SENTINEL-ACCESS-1");
        Self { access_token, refresh_token: old(), expires_at: Some(SystemTime::UNIX_EPOCH) }
    }

    fn state(&self) -> State<'_> {
        State { expires_at: self.expires_at, refresh_token: Some(&self.refresh_token) }
    }
}

/// One process: under the lock it reads, decides, refreshes and writes.
async fn process(client: &LoginClient, api_url: &str, kept: &Mutex<Kept>, now: SystemTime) {
    let mut kept = kept.lock().await;
    if decide(now, kept.state()) == RefreshDecision::Refresh {
        let tokens = client.refresh_cli(api_url, &kept.refresh_token).await.ok().unwrap();
        *kept = Kept {
            access_token: tokens.access_token,
            refresh_token: tokens.refresh_token.unwrap(),
            expires_at: tokens.expires_at,
        };
    }
    assert!(kept.access_token.is_same_as(&SecretValue::new("SENTINEL-ACCESS-2")));
}

#[tokio::test]
async fn of_two_processes_one_refreshes_and_both_have_a_good_token() {
    let listener = Listener::start([answer(200, &cli_tokens()), answer(401, &json!({"error": "rotated"}))]);
    let (client, api_url) = (client(&listener), at(&listener, "/api/v1"));
    let kept = Mutex::new(Kept::expired());
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_900_000_000);
    join(process(&client, &api_url, &kept, now), process(&client, &api_url, &kept, now)).await;
    assert_eq!(listener.lines().len(), 1);
}

#[tokio::test]
async fn a_login_that_a_process_without_the_lock_rotated_lives() {
    let listener = Listener::start([answer(401, &json!({"error": "rotated"}))]);
    let sent = old();
    let error = client(&listener).refresh_cli(&at(&listener, "/api/v1"), &sent).await.err().unwrap();
    assert!(matches!(error, RefreshError::Refused(_)));
    let newer = SecretValue::new("SENTINEL-REFRESH-2");
    let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_000);
    let again = |end: u64| State {
        expires_at: Some(SystemTime::UNIX_EPOCH + Duration::from_secs(end)),
        refresh_token: Some(&newer),
    };
    assert_eq!(after_refusal(now, &sent, Some(again(5_000))), AfterRefusal::Use);
    assert_eq!(after_refusal(now, &sent, Some(again(1_000))), AfterRefusal::Refresh);
}
