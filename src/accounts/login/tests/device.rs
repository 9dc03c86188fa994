//! Starting a login: endpoints, pages, and answers that are not those of the flow.

use serde_json::json;
use url::Url;

use super::support::*;
use crate::accounts::login::{LoginClient, LoginError, SCOPES};
use crate::env::Network;
use crate::http::tests::FakeClock;
use crate::http::tests::listener::{Listener, Step, answer, typed, with_header};

#[tokio::test]
async fn a_login_starts_with_a_client_of_its_own_and_a_code() {
    let listener = double();
    let started = start(&client(&listener), &listener).await.unwrap();
    assert_eq!(
        (started.user_code.as_str(), started.interval.as_secs(), started.expires_in.as_secs()),
        ("WDJB-MJHT", 5, 900)
    );
    assert_eq!(started.page.host(), format!("127.0.0.1:{}", listener.port));
    assert!(started.page.is_of_context());
    assert!(started.page_with_code.as_ref().unwrap().url().as_str().ends_with("?user_code=WDJB-MJHT"));
    assert_eq!(listener.lines(), [format!("GET {METADATA}"), format!("POST {REGISTER}"), format!("POST {DEVICE}")]);
    let seen = listener.seen();
    assert_eq!(seen[1].json()["token_endpoint_auth_method"], "none");
    assert_eq!(seen[2].header("content-type"), Some("application/x-www-form-urlencoded"));
    assert_eq!(seen[2].body, "client_id=client-1&scope=mcp%3Aread+mcp%3Awrite+mcp%3Aadmin+profile%3Aread");
    let debug = format!("{started:?}");
    assert!(!debug.contains("SENTINEL") && !debug.contains("WDJB"), "{debug}");
}

#[tokio::test]
async fn endpoints_that_the_metadata_leave_out_are_where_the_contract_says() {
    let listener =
        double_with(METADATA, |listener| json!({"issuer": at(listener, ""), "token_endpoint": at(listener, TOKEN)}));
    start(&client(&listener), &listener).await.unwrap();
    assert_eq!(listener.lines()[1..], [format!("POST {REGISTER}"), format!("POST {DEVICE}")]);
}

#[tokio::test]
async fn issuer_and_endpoints_elsewhere_are_refused_before_anything_is_sent_there() {
    let evil = Listener::start([]);
    for member in [
        "issuer",
        "registration_endpoint",
        "device_authorization_endpoint",
        "token_endpoint",
        "revocation_endpoint",
        "userinfo_endpoint",
    ] {
        let elsewhere = [
            at(&evil, "/oauth"),
            "https://evil.example/oauth".to_owned(),
            "http://remote.example/oauth".to_owned(),
            "file:///etc/passwd".to_owned(),
            "not a URL".to_owned(),
        ];
        for url in elsewhere {
            let listener = double_with(METADATA, |listener| {
                let mut all = metadata(listener);
                all[member] = json!(url);
                all
            });
            let error = start(&client(&listener), &listener).await.unwrap_err();
            assert!(
                matches!(error, LoginError::Elsewhere { .. } | LoginError::BadUrl { .. }),
                "{member} {url}: {error}"
            );
            assert!(said(&error).ends_with("nothing was sent there"));
            assert_eq!(listener.lines(), [format!("GET {METADATA}")], "{member} {url}");
        }
    }
    assert!(evil.seen().is_empty());
}

#[tokio::test]
async fn both_origins_of_a_context_may_hold_endpoints() {
    let (auth, api) = (double(), Listener::start([]));
    api.on(METADATA, answer(200, &metadata(&auth)));
    let (client, _) = client_with_clock(&[&auth.origin(), &api.origin()]);
    let started = client.start_device(&api.origin(), SCOPES).await.unwrap();
    assert!(started.page.is_of_context());
    assert_eq!((api.lines().len(), auth.lines().len()), (1, 2));
}

#[tokio::test]
async fn only_web_pages_are_opened() {
    let table = [
        ("https://login.example/device", Ok(false)),
        ("http://localhost:1/device", Ok(false)),
        ("file:///etc/passwd", Err("only web pages are opened")),
        ("javascript:alert(1)", Err("only web pages are opened")),
        ("http://login.example/device", Err("it is neither https nor on this machine")),
        ("https://user:SENTINEL@login.example/", Err("its URL holds a user name or password")),
        ("--help", Err("it is not a URL")),
    ];
    for (page, expected) in table {
        for member in ["verification_uri", "verification_uri_complete"] {
            let listener = double_with(DEVICE, |listener| {
                let mut all = device(listener);
                all[member] = json!(page);
                all
            });
            let result = start(&client(&listener), &listener).await;
            match expected {
                Ok(of_context) => {
                    let started = result.unwrap();
                    let page = if member == "verification_uri" {
                        Some(&started.page)
                    } else {
                        started.page_with_code.as_ref()
                    };
                    assert_eq!(page.unwrap().is_of_context(), of_context, "{page:?}");
                }
                Err(why) => {
                    let error = result.unwrap_err();
                    assert_eq!(error, LoginError::Page { why }, "{page}");
                    said(&error);
                }
            }
        }
    }
}

#[tokio::test]
async fn servers_without_the_flow_are_told_from_those_with_it() {
    let catch_all = json!({"status": "ok", "mcp_endpoint": "m", "health": "/health", "openapi": "/o"});
    let other_grants = double_with(METADATA, |listener| {
        let mut all = metadata(listener);
        all["grant_types_supported"] = json!(["authorization_code"]);
        all
    });
    let listeners = [
        Listener::start([typed(404, "text/plain", "404 Not Found")]),
        Listener::start([answer(404, &json!({"error": "not_found"}))]),
        Listener::start([answer(200, &catch_all)]),
        other_grants,
    ];
    for listener in listeners {
        let error = start(&client(&listener), &listener).await.unwrap_err();
        assert!(matches!(error, LoginError::NoDeviceFlow { .. }), "{error}");
        assert_eq!(listener.lines().len(), 1);
    }
}

#[tokio::test]
async fn what_is_not_understood_ends_the_login() {
    let table: [(&str, Step, &str); 9] = [
        (METADATA, typed(200, "text/html", "<html>SENTINEL"), "an HTML page"),
        (METADATA, answer(200, &json!({"hello": "SENTINEL"})), "`token_endpoint` should be a text and is missing"),
        (METADATA, answer(200, &json!([])), "the answer should be an object and is a list"),
        (REGISTER, answer(201, &json!({"client_id": 7})), "`client_id` should be a text and is a number"),
        (
            REGISTER,
            answer(201, &json!({"client_id": "a", "token_endpoint_auth_method": "client_secret_post"})),
            "`token_endpoint_auth_method` should be `none` and is another method",
        ),
        (DEVICE, answer(200, &json!({"user_code": "\u{1b}[31m"})), "`user_code` should be a short code"),
        (DEVICE, answer(200, &json!({"user_code": "A", "expires_in": "9"})), "`expires_in` should be a whole number"),
        (
            DEVICE,
            answer(200, &json!({"user_code": "A", "expires_in": 9})),
            "`device_code` should be a text and is missing",
        ),
        (DEVICE, answer(400, &oauth_error("invalid_scope")), "answered 400 [invalid_scope]: words of the server"),
    ];
    for (path, step, expected) in table {
        let listener = Listener::start([]);
        listener.on(path, step);
        listener
            .on(METADATA, answer(200, &metadata(&listener)))
            .on(REGISTER, answer(201, &json!({"client_id": "client-1"})));
        let error = start(&client(&listener), &listener).await.unwrap_err();
        assert!(said(&error).contains(expected), "{error}");
    }
}

#[tokio::test]
async fn redirects_stay_on_their_origin_and_are_for_reads() {
    let evil = Listener::start([]);
    let redirect = |to: &str| with_header(answer(307, &json!({})), "location", to);
    let listener = double_with("/moved", metadata);
    listener.by_path_first(METADATA, redirect("/moved"));
    start(&client(&listener), &listener).await.unwrap();
    for path in [METADATA, REGISTER, DEVICE] {
        let listener = double();
        listener.by_path_first(path, redirect(&at(&evil, path)));
        let error = start(&client(&listener), &listener).await.unwrap_err();
        assert!(said(&error).ends_with("which is not followed"), "{error}");
    }
    let listener = double();
    listener.by_path_first(REGISTER, redirect("/moved"));
    let error = start(&client(&listener), &listener).await.unwrap_err();
    assert!(said(&error).ends_with("which is not followed"), "{error}");
    assert!(evil.seen().is_empty());
}

#[test]
fn origins_are_safe_to_send_tokens_to() {
    let new = |url: &str, insecure| {
        let url = Url::parse(url).unwrap();
        LoginClient::new(vec![url], Network::default(), insecure, std::sync::Arc::new(FakeClock::default())).map(drop)
    };
    for url in ["https://h.example", "http://127.0.0.1:8787", "http://[::1]", "http://localhost"] {
        new(url, false).unwrap();
    }
    for url in ["http://h.example", "http://10.0.0.1", "https://u:SENTINEL@h.example", "ftp://h.example"] {
        said(&new(url, false).unwrap_err());
    }
    new("http://10.0.0.1", true).unwrap();
}
