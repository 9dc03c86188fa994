use serde_json::json;

use super::super::{Added, Removed, UrlProblem};
use super::*;
use crate::model::OrgSlug;

#[test]
fn contexts_are_added_used_and_removed() {
    let home = Home::with(&[]);
    let added = home.change(|draft| draft.add_context(" staging ", " https://s.example/api/v1// "));
    let expected = Added {
        name: "staging".to_owned(),
        api_url: "https://s.example/api/v1".to_owned(),
        replaced: None,
        lost_login: false,
        left_in_keyring: false,
        hides_embedded: false,
    };
    assert_eq!(added, expected);
    home.change(|draft| draft.use_context("staging"));
    let text = "{\n  \"currentContext\": \"staging\",\n  \"contexts\": {\n    \"staging\": {\n      \
                \"apiUrl\": \"https://s.example/api/v1\"\n    }\n  }\n}";
    assert_eq!(home.text("config.json"), text, "as the existing CLI writes it");
    assert_eq!(home.names(), ["config.json"], "no other file was written");
    let removed = home.change(|draft| draft.remove_context("staging"));
    assert_eq!(removed, Removed { lost_login: false, left_in_keyring: false, was_current: true });
    assert_eq!(home.text("config.json"), "{\n  \"contexts\": {}\n}");
}

#[test]
fn what_cannot_be_is_refused_and_writes_nothing() {
    let home = Home::with(&[]);
    let refused = |change: &dyn Fn(&mut Draft) -> Result<(), ChangeError>| {
        home.accounts().change(|draft| change(draft)).unwrap_err()
    };
    let add = |name: &str, url: &str| refused(&|draft| draft.add_context(name, url).map(drop));
    for name in ["", "  ", "a\nb", "__proto__"] {
        assert_eq!(add(name, "https://s.example"), ChangeError::InvalidName, "{name}");
    }
    assert_eq!(add("s", "s.example"), ChangeError::Url(UrlProblem::Unparsable));
    assert_eq!(add("s", "https://u:SENTINEL@s.example"), ChangeError::Url(UrlProblem::UserInfo));
    let unknown = ChangeError::UnknownContext { name: "x".to_owned() };
    assert_eq!(refused(&|draft| draft.use_context("x")), unknown);
    assert_eq!(refused(&|draft| draft.remove_context("x").map(drop)), unknown);
    assert_eq!(refused(&|draft| draft.set_org("x", None)), unknown);
    assert_eq!(refused(&|draft| draft.set_consent("x", true)), unknown);
    assert_eq!(refused(&|draft| draft.put_login("x", &plain("A"))), unknown);
    assert_eq!(refused(&|draft| draft.put_login("lobu", &plain(""))), ChangeError::EmptyToken);
    assert_eq!(refused(&|draft| draft.remove_context("lobu").map(drop)), ChangeError::BuiltIn { name: "lobu" });
    let embedded = ChangeError::Embedded { name: "local".to_owned() };
    assert_eq!(refused(&|draft| draft.remove_context("local").map(drop)), embedded);
    assert_eq!(refused(&|draft| draft.put_login("local", &plain("A"))), embedded);
    assert_eq!(home.names(), [""; 0]);
}

#[test]
fn the_embedded_org_can_be_the_current_context_and_be_hidden() {
    let home = Home::with(&[]);
    home.change(|draft| draft.use_context("local"));
    assert_eq!(home.read().current.as_deref(), Some("local"));
    assert_eq!(home.read().notices, []);
    assert!(home.change(|draft| draft.add_context("local", "http://127.0.0.1:8787")).hides_embedded);
    assert!(home.read().contexts.contains_key("local"));
}

#[test]
fn members_that_are_not_known_stay() {
    let home = Home::with(&[
        (
            "config.json",
            r#"{"theme": ["dark"], "contexts": {"s": {"apiUrl": "https://s.example", "note": {"a": 1}}}, "z": null}"#,
        ),
        (
            "credentials.json",
            r#"{"future": true, "version": 2, "contexts": {"s": {"accessToken": "A", "refreshToken": "R", "extra": "kept"},
                "lobu": {"accessToken": "B", "scopes": ["x"]}}}"#,
        ),
        ("memory.json", r#"{"version": 1, "mcpUrl": "https://m.example/mcp/acme", "other": 1.5}"#),
        ("cli.json", r#"{"version": 1, "x": 1, "contexts": {"s": {"y": 2}}}"#),
    ]);
    home.change(|draft| {
        draft.use_context("s")?;
        draft.put_login("s", &Login { expires_at: Some(5), ..plain("A2") })?;
        draft.set_org("lobu", Some(&OrgSlug::from_server("beta")))?;
        draft.set_org("s", Some(&OrgSlug::from_server("gamma")))?;
        draft.set_consent("s", true)
    });
    let contexts = json!({"s": {"apiUrl": "https://s.example", "note": {"a": 1}}});
    let config = json!({"currentContext": "s", "theme": ["dark"], "contexts": contexts, "z": null});
    assert_eq!(home.json("config.json"), config);
    let contexts = json!({
        "s": {"accessToken": "A2", "extra": "kept", "expiresAt": 5}, "lobu": {"accessToken": "B", "scopes": ["x"]},
    });
    assert_eq!(home.json("credentials.json"), json!({"future": true, "version": 2, "contexts": contexts}));
    let memory = json!({"version": 1, "mcpUrl": "https://m.example/mcp/acme", "other": 1.5, "activeOrg": "beta"});
    assert_eq!(home.json("memory.json"), memory);
    assert!(home.text("memory.json").ends_with("}\n"));
    let entry = json!({"y": 2, "api_origin": "https://s.example", "org": "gamma", "send_secret_values": true});
    assert_eq!(home.json("cli.json"), json!({"version": 1, "x": 1, "contexts": {"s": entry}}));
}

#[test]
fn a_file_whose_content_stays_is_not_written() {
    let text = r#"{"contexts": { "s": {"apiUrl": "https://s.example"} } }"#;
    let home = Home::with(&[("config.json", text), ("credentials.json", r#"{"accessToken": "A"}"#)]);
    home.change(|draft| draft.add_context("s", "https://s.example/"));
    home.change(|draft| draft.set_org("s", Some(&OrgSlug::from_server("acme"))));
    assert_eq!(
        (home.text("config.json").as_str(), home.text("credentials.json").as_str()),
        (text, r#"{"accessToken": "A"}"#,)
    );
    home.change(|draft| draft.set_consent("s", false));
    assert_eq!(home.read().contexts["s"].org.as_ref().unwrap().as_str(), "acme");
}

#[test]
fn another_origin_takes_login_and_settings_along() {
    let home = Home::with(&[]);
    home.change(|draft| {
        draft.add_context("s", "https://one.example/api")?;
        draft.set_consent("s", true)?;
        draft.put_login("s", &plain("A"))
    });
    let moved = home.change(|draft| draft.add_context("s", "https://one.example/other"));
    assert_eq!((moved.replaced.as_deref(), moved.lost_login), (Some("https://one.example/api"), false));
    assert!(home.read().contexts["s"].sends_secret_values && home.read().logins.contains_key("s"));
    let moved = home.change(|draft| draft.add_context("s", "https://two.example"));
    assert_eq!((moved.replaced.as_deref(), moved.lost_login), (Some("https://one.example/other"), true));
    let snapshot = home.read();
    assert!(!snapshot.contexts["s"].sends_secret_values && snapshot.logins.is_empty());
    assert_eq!(home.names(), ["cli.json", "config.json"], "the last login takes its file along");
    assert_eq!(snapshot.notices, []);
}

#[test]
fn further_origins_and_the_server_are_kept() {
    let home = Home::with(&[]);
    home.change(|draft| {
        draft.add_context("s", "https://auth.example/api")?;
        draft.set_origins("s", &[url("https://more.example/x")], Some(&url("https://api.example/mcp")))?;
        draft.set_origins("lobu", &[], Some(&url("https://m.example")))
    });
    let snapshot = home.read();
    let context = &snapshot.contexts["s"];
    assert_eq!(context.server.as_str(), "https://api.example/");
    assert!(
        ["https://auth.example", "https://more.example", "https://api.example"]
            .iter()
            .all(|origin| context.owns(&url(origin)))
    );
    let built_in = snapshot.built_in().unwrap();
    assert!(built_in.server.as_str() == "https://m.example/" && built_in.owns(&built_in.server));
    assert_eq!(home.json("memory.json"), json!({"version": 1, "mcpUrl": "https://m.example/mcp"}));
}

#[test]
fn what_was_set_for_another_server_does_not_come_back() {
    let home = Home::with(&[]);
    home.change(|draft| {
        draft.add_context("s", "https://one.example")?;
        draft.set_consent("s", true)
    });
    // The existing CLI gives the name to another server, and knows nothing of our file.
    home.write("config.json", r#"{"contexts": {"s": {"apiUrl": "https://two.example"}}}"#);
    assert!(!home.read().contexts["s"].sends_secret_values);
    home.change(|draft| draft.set_org("s", Some(&OrgSlug::from_server("acme"))));
    assert!(!home.read().contexts["s"].sends_secret_values);
    assert_eq!(home.read().notices, []);
}

#[test]
fn contexts_of_the_newer_existing_cli_keep_their_form() {
    let home = Home::with(&[(
        "config.json",
        r#"{"contexts": {"s": {"url": "https://s.example", "activeOrg": "acme", "x": 1}, "t": {"url": "https://t.example"}}}"#,
    )]);
    home.change(|draft| draft.add_context("s", "https://s.example/api/v1"));
    home.change(|draft| draft.set_org("t", Some(&OrgSlug::parse("beta").unwrap())));
    let s = json!({"url": "https://s.example/api/v1", "activeOrg": "acme", "x": 1});
    assert_eq!(home.json("config.json")["contexts"], json!({"s": s, "t": {"url": "https://t.example"}}));
    assert_eq!(home.read().contexts["t"].org.as_ref().unwrap().as_str(), "beta");
    home.change(|draft| draft.add_context("s", "https://other.example"));
    assert_eq!(home.json("config.json")["contexts"]["s"], json!({"url": "https://other.example", "x": 1}));
}
