use std::fmt::{Debug, Display};
use std::sync::Arc;

use serde_json::{Value as Json, json};
use url::Url;

use crate::accounts::login::{DeviceStart, LoginClient, LoginError, SCOPES};
use crate::env::Network;
use crate::http::tests::FakeClock;
use crate::http::tests::listener::{Listener, answer};

pub(super) const METADATA: &str = "/.well-known/oauth-authorization-server";
pub(super) const REGISTER: &str = "/oauth/register";
pub(super) const DEVICE: &str = "/oauth/device_authorization";
pub(super) const TOKEN: &str = "/oauth/token";
pub(super) const REVOKE: &str = "/oauth/revoke";

/// A client for these origins, with a clock that does not wait.
pub(super) fn client_with_clock(origins: &[&Url]) -> (LoginClient, Arc<FakeClock>) {
    let clock = Arc::new(FakeClock::default());
    let origins = origins.iter().map(|url| (*url).clone()).collect();
    (LoginClient::new(origins, Network::default(), false, clock.clone()).unwrap(), clock)
}

pub(super) fn client(listener: &Listener) -> LoginClient {
    client_with_clock(&[&listener.origin()]).0
}

/// The URL of a path on the double.
pub(super) fn at(listener: &Listener, path: &str) -> String {
    listener.origin().join(path).unwrap().to_string()
}

pub(super) fn metadata(listener: &Listener) -> Json {
    json!({
        "issuer": at(listener, ""),
        "registration_endpoint": at(listener, REGISTER),
        "device_authorization_endpoint": at(listener, DEVICE),
        "token_endpoint": at(listener, TOKEN),
        "revocation_endpoint": at(listener, REVOKE),
        "userinfo_endpoint": at(listener, "/oauth/userinfo"),
        "grant_types_supported": ["authorization_code", "refresh_token", "urn:ietf:params:oauth:grant-type:device_code"],
    })
}

/// What a device authorization answers, with its page on the double.
pub(super) fn device(listener: &Listener) -> Json {
    json!({
        "device_code": "SENTINEL-DEVICE-CODE",
        "user_code": "WDJB-MJHT",
        "verification_uri": at(listener, "/device"),
        "verification_uri_complete": at(listener, "/device?user_code=WDJB-MJHT"),
        "expires_in": 900,
        "interval": 5,
    })
}

/// A double that starts logins; what it says of the token endpoint is still to be scripted.
pub(super) fn double() -> Listener {
    let listener = Listener::start([]);
    listener
        .on(METADATA, answer(200, &metadata(&listener)))
        .on(REGISTER, answer(201, &json!({"client_id": "client-1", "token_endpoint_auth_method": "none"})))
        .on(DEVICE, answer(200, &device(&listener)));
    listener
}

/// A double that differs in one answer.
pub(super) fn double_with(path: &'static str, json: impl FnOnce(&Listener) -> Json) -> Listener {
    let listener = Listener::start([]);
    listener.on(path, answer(200, &json(&listener)));
    listener
        .on(METADATA, answer(200, &metadata(&listener)))
        .on(REGISTER, answer(201, &json!({"client_id": "client-1"})))
        .on(DEVICE, answer(200, &device(&listener)));
    listener
}

pub(super) fn tokens() -> Json {
    json!({
        "access_token": "SENTINEL-ACCESS-TOKEN",
        "refresh_token": "SENTINEL-REFRESH-TOKEN",
        "token_type": "Bearer",
        "expires_in": 86400,
        "scope": "mcp:read mcp:write",
    })
}

pub(super) fn oauth_error(code: &str) -> Json {
    json!({"error": code, "error_description": "words of the server"})
}

pub(super) async fn start(client: &LoginClient, listener: &Listener) -> Result<DeviceStart, LoginError> {
    client.start_device(&listener.origin(), SCOPES).await
}

/// What an error says, after it was seen to hold no secret.
#[track_caller]
pub(super) fn said<E: Debug + Display>(error: &E) -> String {
    let shown = format!("{error} {error:?}");
    assert!(!shown.contains("SENTINEL") && !shown.contains("WDJB"), "{shown}");
    error.to_string()
}
