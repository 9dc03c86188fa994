//! Proxies that take a password, and give it back.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;

use super::needles::url_encoded;
use super::recorder::{Answering, Asked, Recorder, good, json_answer};
use super::sentinels::PASSWORD;
use super::stage::{Ended, Noise, Stage};

/// Runs a command that goes through a proxy with a password, and gives what the proxy received.
fn through(variable: &str, answering: Answering, arguments: &[&str]) -> (Ended, String) {
    let proxy = Recorder::start(answering);
    let mut stage = Stage::new(Noise::Loud);
    let address = proxy.address();
    let password = url_encoded(PASSWORD.as_bytes());
    for name in ["HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"] {
        let url = if name == variable { format!("http://user:{password}@{address}") } else { String::new() };
        stage.env.env(name, url);
    }
    let ended = stage.run(variable, &[arguments, &["--org", "dev"]].concat(), None);
    (ended, String::from_utf8_lossy(&proxy.received()).into_owned())
}

/// Gives back all that the proxy was told, decoded and not.
fn echo(asked: &Asked) -> Vec<u8> {
    let authorization = asked.header("proxy-authorization").unwrap_or_default();
    let decoded = STANDARD.decode(authorization.trim_start_matches("Basic ")).unwrap_or_default();
    let words = format!("{} {}", asked.head, String::from_utf8_lossy(&decoded));
    json_answer("407 Proxy Authentication Required", &json!({"error": words}))
}

fn credentials() -> String {
    STANDARD.encode(format!("user:{PASSWORD}"))
}

#[test]
fn a_proxy_that_refuses_a_tunnel_is_not_quoted() {
    let push = ["secrets", "push", "--yes", "--url", "https://lobu.invalid"];
    let (ended, received) = through("HTTPS_PROXY", Arc::new(echo), &push);
    assert_eq!(ended.code, Some(1), "{}", ended.text);
    assert!(received.starts_with("CONNECT lobu.invalid:443 ") && received.contains(&credentials()), "{received}");
}

#[test]
fn a_proxy_that_answers_in_place_of_the_server_does_not_give_its_password_back() {
    let list = ["secrets", "list", "--allow-insecure-http", "--url", "http://lobu.invalid"];
    let (ended, received) = through("HTTP_PROXY", Arc::new(echo), &list);
    assert!(received.starts_with("GET http://lobu.invalid/") && received.contains(&credentials()), "{received}");
    assert!(ended.text.contains("407") && ended.code != Some(0), "{}", ended.text);
    // Only the password, in words of its own.
    let words: Answering = Arc::new(|_| json_answer("407 No", &json!({"error": format!("no: {PASSWORD}")})));
    let (ended, _) = through("HTTP_PROXY", words, &list);
    assert!(ended.text.contains("407") && ended.code != Some(0), "{}", ended.text);
}

#[test]
fn no_value_goes_through_a_proxy_without_tls() {
    let push = ["secrets", "push", "--yes", "--allow-insecure-http", "--url", "http://lobu.invalid"];
    let (ended, received) = through("HTTP_PROXY", Arc::new(good), &push);
    assert_eq!(ended.code, Some(3), "{}", ended.text);
    assert!(received.contains("/api/dev/secrets") && !received.contains("POST"), "{received}");
}

#[test]
fn a_proxy_that_is_none_is_not_quoted() {
    let recorder = Recorder::start(Arc::new(good));
    for url in [format!("http://user:{}@[", url_encoded(PASSWORD.as_bytes())), PASSWORD.to_owned()] {
        let mut stage = Stage::new(Noise::Loud);
        stage.env.env("HTTPS_PROXY", url);
        let push = ["secrets", "push", "--yes", "--url", "https://lobu.invalid", "--org", "dev"];
        let ended = stage.run("no proxy", &push, None);
        assert!(ended.code == Some(2) || ended.code == Some(1), "{}", ended.text);
    }
    assert_eq!(recorder.received(), b"");
}
