use super::super::{AccountFile, AccountsError, FileProblem, Notice, UrlProblem};
use super::*;
use crate::env::Environment;

fn origins(snapshot: &Snapshot, name: &str) -> Vec<String> {
    snapshot.contexts[name].origins.iter().map(ToString::to_string).collect()
}

#[test]
fn the_directory_is_the_configured_one_where_it_exists() {
    let home = Home::with(&[]);
    let root = home.0.path().to_str().unwrap();
    let of = |pairs: &[(&str, &str)]| {
        let accounts = Accounts::of(&Environment::from_pairs(pairs.iter().copied()));
        accounts.map(|accounts| accounts.directory().to_str().unwrap().to_owned())
    };
    assert_eq!(of(&[]), None);
    assert_eq!(of(&[("XDG_CONFIG_HOME", root)]), None);
    assert_eq!(of(&[("HOME", "/h"), ("XDG_CONFIG_HOME", root)]).unwrap(), "/h/.config/lobu");
    fs::create_dir(home.path("lobu")).unwrap();
    let configured = format!("{root}/lobu");
    assert_eq!(of(&[("HOME", "/h"), ("XDG_CONFIG_HOME", root)]), Some(configured.clone()));
    assert_eq!(of(&[("XDG_CONFIG_HOME", root)]), Some(configured));
    assert_eq!(of(&[("HOME", "/h"), ("XDG_CONFIG_HOME", "target")]).unwrap(), "/h/.config/lobu");
}

#[test]
fn where_nothing_is_there_is_the_context_that_always_exists() {
    let home = Home::with(&[]);
    let snapshot = Accounts::at(home.path("missing")).read().unwrap();
    assert_eq!(home.names(), [""; 0], "a read makes nothing");
    let context = snapshot.built_in().unwrap();
    assert_eq!(context.api_url, "https://app.lobu.ai/api/v1");
    assert_eq!(origins(&snapshot, "lobu"), ["https://app.lobu.ai/", "https://lobu.ai/"]);
    assert_eq!((context.server.as_str(), context.is_built_in), ("https://lobu.ai/", true));
    assert!(context.owns(&url("https://lobu.ai/mcp/x")) && !context.owns(&url("http://lobu.ai")));
    assert_eq!((snapshot.contexts.len(), snapshot.current.as_deref(), snapshot.logins.len()), (1, None, 0));
    assert_eq!(snapshot.notices, []);
}

#[test]
fn the_files_of_the_existing_cli_are_read() {
    let home = Home::with(&[
        (
            "config.json",
            "{\n  \"currentContext\": \"staging\",\n  \"contexts\": {\n    \"staging\": {\n      \"apiUrl\": \"https://s.example/api/v1\"\n    }\n  }\n}",
        ),
        (
            "credentials.json",
            r#"{"version": 2, "contexts": {
                "staging": {"accessToken": "A", "refreshToken": "R", "expiresAt": 1700000000000.5, "email": "e@x",
                            "name": "N", "userId": "u", "agentId": "a"},
                "lobu": {"accessToken": "B"}, "half": {"refreshToken": "R"}, "gone": {"accessToken": "C"}}}"#,
        ),
        ("memory.json", r#"{"version": 1, "mcpUrl": "https://m.example/mcp", "activeOrg": "acme"}"#),
    ]);
    let snapshot = home.read();
    assert_eq!(snapshot.current.as_deref(), Some("staging"));
    assert_eq!(origins(&snapshot, "staging"), ["https://s.example/"]);
    assert_eq!(snapshot.contexts["staging"].server.as_str(), "https://s.example/");
    let login = &snapshot.logins["staging"];
    assert!(is(&login.access_token, "A") && login.expires_at == Some(1_700_000_000_000));
    assert!(matches!(&login.refresh, Some(Refresh::Cli { token }) if is(token, "R")));
    let part = |text: &str| Some(text.to_owned());
    let expected = Identity { email: part("e@x"), name: part("N"), user_id: part("u"), agent_id: part("a") };
    assert_eq!(login.identity, expected);
    assert!(snapshot.logins["lobu"].refresh.is_none() && snapshot.logins["lobu"].expires_at.is_none());
    let lobu = snapshot.built_in().unwrap();
    assert_eq!(lobu.server.as_str(), "https://m.example/");
    assert!(!lobu.owns(&lobu.server), "a token goes to the origins of its context only");
    assert_eq!(lobu.org.as_ref().unwrap().as_str(), "acme");
    let name = |name: &str| name.to_owned();
    let expected =
        [Notice::LoginWithoutToken { name: name("half") }, Notice::LoginWithoutContext { name: name("gone") }];
    assert_eq!(snapshot.notices, expected);
}

#[test]
fn contexts_of_the_newer_existing_cli_are_read() {
    let home = Home::with(&[
        (
            "config.json",
            r#"{"currentContext": "s", "contexts": {
                "s": {"url": "https://s.example", "activeOrg": "acme"},
                "t": {"url": "https://t.example", "apiUrl": "https://old.example/api/v1", "activeOrg": "beta"},
                "lobu": {"url": "https://app.lobu.ai/api/v1", "activeOrg": "gamma"},
                "none": {"activeOrg": "acme"}, "number": {"url": "https://n.example", "activeOrg": ""}}}"#,
        ),
        ("cli.json", r#"{"version": 1, "contexts": {"t": {"org": "delta"}}}"#),
    ]);
    let snapshot = home.read();
    let org = |name: &str| snapshot.contexts[name].org.as_ref().map(ToString::to_string);
    assert_eq!((origins(&snapshot, "s"), org("s").as_deref()), (vec!["https://s.example/".to_owned()], Some("acme")));
    assert_eq!((origins(&snapshot, "t"), org("t").as_deref()), (vec!["https://t.example/".to_owned()], Some("delta")));
    assert!(snapshot.built_in().unwrap().is_built_in);
    assert_eq!((org("lobu").as_deref(), org("number")), (Some("gamma"), None));
    assert!(!snapshot.contexts.contains_key("none"));
    let broken = Home::with(&[("config.json", r#"{"contexts": {"s": {"url": "https://s.example", "activeOrg": 1}}}"#)]);
    assert!(broken.accounts().read().is_err());
}

#[test]
fn the_oldest_form_of_logins_is_read_as_the_one_of_the_built_in_context() {
    let home = Home::with(&[("credentials.json", r#"{"accessToken": "A", "email": "e@x", "extra": 1}"#)]);
    let snapshot = home.read();
    assert!(is(&snapshot.logins["lobu"].access_token, "A"));
    assert_eq!(snapshot.logins["lobu"].identity.email.as_deref(), Some("e@x"));
    assert_eq!(snapshot.notices, []);
}

#[test]
fn what_only_this_program_knows_is_added() {
    let home = Home::with(&[
        (
            "config.json",
            r#"{"contexts": {"s": {"apiUrl": "https://auth.example"}, "t": {"apiUrl": "https://t.example"}}}"#,
        ),
        (
            "cli.json",
            r#"{"version": 1, "contexts": {
                "s": {"origins": ["https://api.example", "https://auth.example/x"], "server": "https://api.example/mcp",
                      "org": "acme", "send_secret_values": true},
                "t": {"api_origin": "https://else.example", "origins": ["https://else.example"],
                      "send_secret_values": true}}}"#,
        ),
    ]);
    let snapshot = home.read();
    let context = &snapshot.contexts["s"];
    assert_eq!(origins(&snapshot, "s"), ["https://auth.example/", "https://api.example/"]);
    assert_eq!(context.server.as_str(), "https://api.example/");
    assert_eq!(context.org.as_ref().unwrap().as_str(), "acme");
    assert!(context.sends_secret_values && !context.is_built_in);
    // The existing CLI gave the name to another server since.
    assert_eq!(origins(&snapshot, "t"), ["https://t.example/"]);
    assert!(!snapshot.contexts["t"].sends_secret_values);
    assert_eq!(snapshot.notices, [Notice::OtherServer { name: "t".to_owned() }]);
}

#[test]
fn the_org_in_the_path_of_the_server_is_the_last_one_that_counts() {
    let org = |memory: &str| {
        let snapshot = Home::with(&[("memory.json", memory)]).read();
        snapshot.built_in().unwrap().org.as_ref().map(ToString::to_string)
    };
    assert_eq!(org(r#"{"mcpUrl": "https://lobu.ai/mcp/acme"}"#).as_deref(), Some("acme"));
    assert_eq!(org(r#"{"mcpUrl": "https://lobu.ai/mcp/acme", "activeOrg": "beta"}"#).as_deref(), Some("beta"));
    assert_eq!(org(r#"{"mcpUrl": "", "activeOrg": ""}"#), None);
    assert_eq!(org(r#"{"mcpUrl": "https://lobu.ai/mcp"}"#), None);
}

#[test]
fn the_built_in_context_can_be_given_another_url() {
    let home = Home::with(&[("config.json", r#"{"contexts": {"lobu": {"apiUrl": "https://own.example/api"}}}"#)]);
    let snapshot = home.read();
    let context = snapshot.built_in().unwrap();
    assert_eq!(origins(&snapshot, "lobu"), ["https://own.example/"]);
    assert_eq!((context.server.as_str(), context.is_built_in), ("https://own.example/", false));
}

#[test]
fn a_context_that_cannot_be_used_does_not_stop_the_others() {
    let home = Home::with(&[(
        "config.json",
        r#"{"currentContext": " gone ", "contexts": {"local": {"apiUrl": "http://127.0.0.1:1"}, "empty": {}, "null": null,
            "user": {"apiUrl": "https://u:SENTINEL@h.example"}, "ftp": {"apiUrl": "ftp://h.example"}}}"#,
    )]);
    let snapshot = home.read();
    let name = |name: &str| name.to_owned();
    let unusable = |text: &str, problem| Notice::UnusableContext { name: name(text), problem };
    let expected = [
        Notice::HidesEmbedded { name: name("local") },
        unusable("empty", UrlProblem::Unparsable),
        unusable("null", UrlProblem::Unparsable),
        unusable("user", UrlProblem::UserInfo),
        unusable("ftp", UrlProblem::OtherScheme),
        Notice::CurrentUnknown { name: name("gone") },
    ];
    assert_eq!(snapshot.notices, expected);
    assert_eq!(snapshot.contexts.keys().map(String::as_str).collect::<Vec<_>>(), ["lobu", "local"]);
}

#[test]
fn broken_files_are_told_without_their_content_and_left_as_they_are() {
    let large = format!("{{\"x\": \"{}\"}}", "SENTINEL".repeat(150_000));
    let wrong = |member| FileProblem::WrongType { member, expected: "" };
    let table: &[(&str, &str, FileProblem)] = &[
        ("config.json", "{\"contexts\": SENTINEL", FileProblem::NotJson { line: 1, column: 14 }),
        ("config.json", "", FileProblem::NotJson { line: 1, column: 0 }),
        ("config.json", "[\"SENTINEL\"]", wrong("the whole")),
        ("config.json", "{\"contexts\": \"SENTINEL\"}", wrong("`contexts`")),
        ("config.json", "{\"contexts\": {\"a\": \"SENTINEL\"}}", wrong("an entry of `contexts`")),
        ("config.json", "{\"contexts\": {\"a\": {\"apiUrl\": 815}}}", wrong("`apiUrl` of a context")),
        ("config.json", "{\"currentContext\": 815}", wrong("`currentContext`")),
        ("config.json", "\u{feff}{}", FileProblem::ByteOrderMark),
        ("credentials.json", &large, FileProblem::TooLarge),
        ("credentials.json", "{\"version\": 3, \"contexts\": {}}", FileProblem::NewerVersion),
        ("credentials.json", "{\"version\": \"SENTINEL\"}", wrong("version")),
        ("credentials.json", "{\"contexts\": {\"lobu\": {\"accessToken\": 815}}}", wrong("`accessToken`")),
        (
            "credentials.json",
            "{\"contexts\": {\"lobu\": {\"accessToken\": \"SENTINEL\"}",
            FileProblem::NotJson { line: 1, column: 49 },
        ),
        ("credentials.json", "{\"accessToken\": \"SENTINEL\", \"expiresAt\": \"815\"}", wrong("`expiresAt`")),
        ("memory.json", "{\"version\": 2}", FileProblem::NewerVersion),
        (
            "memory.json",
            "{\"mcpUrl\": \"https://u:SENTINEL@h\"}",
            FileProblem::Url { member: "`mcpUrl`", problem: UrlProblem::UserInfo },
        ),
        ("memory.json", "{\"activeOrg\": \"SENTINEL SENTINEL\"}", FileProblem::Org { member: "`activeOrg`" }),
        ("cli.json", "{\"version\": 2}", FileProblem::NewerVersion),
        ("cli.json", "{\"contexts\": {\"lobu\": {\"origins\": [815]}}}", wrong("`origins` of a context")),
        (
            "cli.json",
            "{\"contexts\": {\"lobu\": {\"send_secret_values\": \"yes\"}}}",
            wrong("`send_secret_values` of a context"),
        ),
    ];
    for (name, text, expected) in table {
        let home = Home::with(&[(name, text)]);
        let error = home.accounts().read().unwrap_err();
        let shown = format!("{error} {error:?}");
        assert!(shown.contains(name) && !shown.contains("SENTINEL") && !shown.contains("815"), "{shown}");
        let AccountsError::Broken { problem, .. } = error else { panic!("{shown}") };
        match (&problem, expected) {
            (FileProblem::WrongType { member, .. }, FileProblem::WrongType { member: expected, .. }) => {
                assert_eq!(member, expected, "{text}");
            }
            _ => assert_eq!(&problem, expected, "{name} {text}"),
        }
        let changed = home.accounts().change(|draft| draft.add_context("x", "https://x.example"));
        assert!(matches!(changed, Err(ChangeError::Files(AccountsError::Broken { .. }))));
        assert!(home.text(name) == *text && home.names() == [*name], "{name} stays as it is");
        let file = AccountFile::ALL.into_iter().find(|file| file.name() == *name);
        let findings = home.accounts().findings();
        let found = findings.iter().filter(|finding| finding.file == file && finding.file.is_some());
        let states: Vec<_> = found.map(|finding| finding.state.clone()).collect();
        assert_eq!(states, [super::super::FileState::Broken(problem)], "{name} {text}");
    }
}

#[test]
fn bytes_that_are_no_text_are_told() {
    let home = Home::with(&[]);
    fs::write(home.path("config.json"), b"{\"\xff\": 1}").unwrap();
    let error = home.accounts().read().unwrap_err();
    assert!(error.to_string().ends_with("config.json: it is not UTF-8"), "{error}");
}

#[test]
fn no_token_is_shown() {
    let credentials = r#"{"contexts": {"lobu": {"accessToken": "SENTINEL", "refreshToken": "SENTINEL"}}}"#;
    let snapshot = Home::with(&[("credentials.json", credentials)]).read();
    let shown = format!("{snapshot:?}");
    assert!(shown.contains("Login") && !shown.contains("SENTINEL"), "{shown}");
}
