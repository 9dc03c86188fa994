//! Logging out.

use serde_json::json;

use super::support::*;
use crate::http::tests::listener::{Listener, Step, answer, typed};
use crate::secrets::SecretValue;

#[tokio::test]
async fn a_login_of_the_existing_client_is_ended() {
    let listener = Listener::start([Step::Close, answer(200, &json!({"ok": true}))]);
    let token = SecretValue::new("SENTINEL-REFRESH-TOKEN");
    client(&listener).logout_cli(&at(&listener, "/api/v1"), &token).await.unwrap();
    assert_eq!(listener.lines(), ["POST /api/v1/auth/logout", "POST /api/v1/auth/logout"]);
    assert_eq!(listener.seen()[1].json(), json!({"refreshToken": "SENTINEL-REFRESH-TOKEN"}));
}

#[tokio::test]
async fn what_did_not_end_a_login_is_told() {
    let token = SecretValue::new("SENTINEL-REFRESH-TOKEN");
    let steps = [
        answer(200, &json!({"status": "ok"})),
        answer(200, &json!({"ok": false})),
        typed(404, "text/plain", "404 SENTINEL-REFRESH-TOKEN"),
        answer(400, &json!({"error": "bad SENTINEL-REFRESH-TOKEN"})),
    ];
    for step in steps {
        let listener = Listener::start([step]);
        said(&client(&listener).logout_cli(&at(&listener, "/api/v1"), &token).await.unwrap_err());
    }
}

#[tokio::test]
async fn both_tokens_of_the_device_flow_are_revoked() {
    let (access, refresh) = (SecretValue::new("SENTINEL-ACCESS"), SecretValue::new("SENTINEL-REFRESH"));
    let empty = || typed(200, "text/plain", "");
    let failed = || answer(400, &json!({"error": "unsupported_token_type"}));
    for (first, second, good) in [
        (empty(), empty(), true),
        (answer(200, &json!({})), empty(), true),
        (failed(), empty(), false),
        (empty(), failed(), false),
        (empty(), typed(200, "text/html", "<html>"), false),
    ] {
        let listener = double();
        listener.on("token=SENTINEL-REFRESH&token_type_hint=refresh_token&client_id=client-1", first);
        listener.on("token=SENTINEL-ACCESS&token_type_hint=access_token&client_id=client-1", second);
        let result = client(&listener).revoke_device(&listener.origin(), "client-1", &access, Some(&refresh)).await;
        assert_eq!(result.is_ok(), good);
        if let Err(error) = result {
            said(&error);
        }
        let revoked = listener.lines().iter().filter(|line| line.ends_with(REVOKE)).count();
        assert_eq!(revoked, 2);
    }
}
