use serde_json::json;

use super::super::Notice;
use super::*;

#[test]
fn a_login_of_the_existing_route_lies_in_its_file() {
    let home = Home::with(&[]);
    let identity = Identity { email: Some("e@x".to_owned()), user_id: Some("u".to_owned()), ..Identity::default() };
    let refresh = Some(Refresh::Cli { token: token("R") });
    let login = Login { refresh, expires_at: Some(1_700_000_000_000), identity: identity.clone(), ..plain("A") };
    home.change(|draft| draft.put_login("lobu", &login));
    let text = "{\n  \"version\": 2,\n  \"contexts\": {\n    \"lobu\": {\n      \"accessToken\": \"A\",\n      \
                \"refreshToken\": \"R\",\n      \"expiresAt\": 1700000000000,\n      \"email\": \"e@x\",\n      \
                \"userId\": \"u\"\n    }\n  }\n}";
    assert_eq!(home.text("credentials.json"), text);
    assert_eq!(home.names(), ["credentials.json"]);
    let read = &home.read().logins["lobu"];
    assert!(is(&read.access_token, "A") && read.identity == identity && read.expires_at == login.expires_at);
    assert!(home.change(|draft| Ok(draft.remove_login("lobu"))));
    assert_eq!(home.names(), [""; 0], "the last login takes its file along");
    assert!(!home.change(|draft| Ok(draft.remove_login("lobu"))));
}

#[test]
fn a_refresh_token_of_the_device_flow_lies_in_our_file() {
    let home = Home::with(&[]);
    home.change(|draft| draft.put_login("lobu", &device("A", "https://lobu.ai/oauth/token", Some(9))));
    let entry = json!({"accessToken": "A", "expiresAt": 9});
    assert_eq!(home.json("credentials.json"), json!({"version": 2, "contexts": {"lobu": entry}}));
    let device = json!({
        "refresh_token": "R", "client_id": "client", "token_endpoint": "https://lobu.ai/oauth/token", "expires_at": 9,
        "scope": "mcp:read",
    });
    let entry = json!({"api_origin": "https://app.lobu.ai", "device": device});
    assert_eq!(home.json("cli.json"), json!({"version": 1, "contexts": {"lobu": entry}}));
    let refresh = home.read().logins["lobu"].refresh.clone();
    let Some(Refresh::Device { token, client_id, token_endpoint, scope }) = refresh else { panic!("{refresh:?}") };
    assert_eq!(scope.as_deref(), Some("mcp:read"));
    assert!(is(&token, "R") && client_id == "client" && token_endpoint.as_str() == "https://lobu.ai/oauth/token");
    home.change(|draft| draft.put_login("lobu", &plain("B")));
    assert!(home.read().logins["lobu"].refresh.is_none() && home.read().notices.is_empty());
    assert!(!home.text("cli.json").contains("device"));
}

#[test]
fn a_refresh_token_that_is_not_that_of_the_login_does_not_count() {
    let home = Home::with(&[]);
    home.change(|draft| draft.put_login("lobu", &device("A", "https://lobu.ai/oauth/token", Some(9))));
    let stray = [Notice::RefreshWithoutLogin { name: "lobu".to_owned() }];
    // What the existing CLI writes: a token without an end, a login of its own, one that ends later, none.
    for (entry, counts) in [
        (r#""lobu": {"accessToken": "PAT"}"#, false),
        (r#""lobu": {"accessToken": "B", "refreshToken": "R2", "expiresAt": 9}"#, false),
        (r#""lobu": {"accessToken": "B", "expiresAt": 10}"#, false),
        ("", false),
        // A refresh that died between the two files.
        (r#""lobu": {"accessToken": "OLD", "expiresAt": 8}"#, true),
    ] {
        home.write("credentials.json", &format!("{{\"version\": 2, \"contexts\": {{{entry}}}}}"));
        let snapshot = home.read();
        let refresh = snapshot.logins.get("lobu").and_then(|login| login.refresh.as_ref());
        assert_eq!(matches!(refresh, Some(Refresh::Device { .. })), counts, "{entry}");
        assert_eq!(snapshot.notices.as_slice(), if counts { &[] } else { &stray[..] }, "{entry}");
    }
}

#[test]
fn an_endpoint_beyond_the_context_is_neither_kept_nor_used() {
    let home = Home::with(&[]);
    let login = device("A", "https://evil.example/token", None);
    let refused: Result<(), _> = home.accounts().change(|draft| draft.put_login("lobu", &login));
    assert_eq!(refused.unwrap_err(), ChangeError::EndpointElsewhere { name: "lobu".to_owned() });
    home.write("credentials.json", r#"{"contexts": {"lobu": {"accessToken": "A"}}}"#);
    home.write(
        "cli.json",
        r#"{"contexts": {"lobu": {"device": {"refresh_token": "R", "client_id": "c",
            "token_endpoint": "https://evil.example/token"}}}}"#,
    );
    assert!(home.read().logins["lobu"].refresh.is_none());
}

#[test]
fn the_oldest_form_is_rewritten_with_the_next_login() {
    let home = Home::with(&[("credentials.json", r#"{"accessToken": "A", "refreshToken": "R", "extra": 1}"#)]);
    home.change(|draft| {
        draft.add_context("s", "https://s.example")?;
        draft.put_login("s", &plain("B"))
    });
    let contexts = json!({
        "lobu": {"accessToken": "A", "refreshToken": "R", "extra": 1}, "s": {"accessToken": "B"},
    });
    assert_eq!(home.json("credentials.json"), json!({"version": 2, "contexts": contexts}));
}

#[test]
fn entries_without_a_token_go_with_the_next_login() {
    let home = Home::with(&[(
        "credentials.json",
        r#"{"contexts": {"a": {"email": "x"}, "b": null, "c": {"accessToken": ""}}}"#,
    )]);
    assert_eq!(home.read().notices.len(), 3);
    home.change(|draft| draft.put_login("lobu", &plain("A")));
    assert_eq!(home.json("credentials.json"), json!({"contexts": {"lobu": {"accessToken": "A"}}, "version": 2}));
}
