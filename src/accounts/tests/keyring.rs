//! Logins in the keyring: where the tokens are, what is written when, and that nothing else takes the keyring's place.

use std::time::Duration;

use serde_json::json;

use super::super::{
    ForgetError, Kept, KeyringAction, KeyringError, KeyringProblem, LoginContext, LoginPlace, LoginStore,
    NewLoginError, Notice, TokenError,
};
use super::in_memory::{Fault, InMemory};
use super::*;
use crate::accounts::Context;
use crate::env::Environment;
use crate::http::tests::listener::{Listener, answer};

/// Files and a keyring, both empty but for the context `s`.
struct Place {
    home: Home,
    keyring: Arc<InMemory>,
}

const SERVER: &str = "https://s.example";

impl Place {
    fn new() -> Self {
        Self::at(SERVER)
    }

    fn at(server: &str) -> Self {
        let place = Self { home: Home::with(&[]), keyring: InMemory::new() };
        place.home.change(|draft| draft.add_context("s", server));
        place
    }

    fn accounts(&self) -> Accounts {
        self.home.accounts().with_keyring(self.keyring.keyring())
    }

    fn context(&self) -> Context {
        self.home.read().contexts["s"].clone()
    }

    async fn keep(&self, login: &Login, store: LoginStore) -> Result<Kept, NewLoginError> {
        let context = LoginContext { context: self.context(), new_url: None };
        context.keep(&self.accounts(), login, store, true).await
    }

    async fn read(&self) -> Result<Login, KeyringError> {
        self.accounts().keyring().read(&self.context()).await
    }

    async fn current(&self) -> Result<Login, TokenError> {
        let environment = Environment::from_pairs([("HOME", "/nowhere")]);
        let (context, place) = (self.context(), self.home.read().login("s"));
        self.accounts().current_login(&environment, &context, place, false).await
    }

    async fn forget(&self) -> Result<Option<super::super::Forgotten>, ForgetError> {
        let change = self.accounts().begin_async().await.unwrap();
        change.forget_login(&self.context()).await
    }

    /// Everything that the files say.
    fn files(&self) -> String {
        self.home.names().iter().map(|name| self.home.text(name)).collect()
    }

    fn entry(&self) -> Option<serde_json::Value> {
        self.keyring.entry("s")
    }
}

fn full(access: &str, refresh: &str) -> Login {
    let identity = Identity { email: Some("e@x".to_owned()), ..Identity::default() };
    let refresh = Some(Refresh::Cli { token: token(refresh) });
    Login { refresh, expires_at: Some(4_000_000_000_000), identity, ..plain(access) }
}

fn problem(error: &KeyringError, action: KeyringAction) -> &KeyringProblem {
    assert_eq!((error.context.as_str(), error.action), ("s", action));
    &error.problem
}

fn no_service() -> KeyringProblem {
    KeyringProblem::NoService { reason: "no bus".to_owned() }
}

#[tokio::test]
async fn both_tokens_leave_the_files_for_one_entry_with_its_origin() {
    let place = Place::new();
    place.keep(&full("SENTINEL-OLD", "SENTINEL-OLDER"), LoginStore::Files).await.unwrap();
    assert!(place.files().contains("SENTINEL-OLD") && place.entry().is_none());
    let kept = place.keep(&full("SENTINEL-A", "SENTINEL-R"), LoginStore::Keyring).await.unwrap();
    assert!(is(&kept.replaced.unwrap().unwrap().access_token, "SENTINEL-OLD") && !kept.leaves_keyring);
    assert!(!place.files().contains("SENTINEL"), "{}", place.files());
    assert_eq!(place.home.json("cli.json")["contexts"]["s"], json!({"api_origin": SERVER, "keyring": true}));
    let login = json!({
        "accessToken": "SENTINEL-A", "refreshToken": "SENTINEL-R", "expiresAt": 4_000_000_000_000_u64, "email": "e@x",
    });
    assert_eq!(place.entry().unwrap(), json!({"version": 1, "origin": SERVER, "login": login}));
    let snapshot = place.home.read();
    assert!(matches!(snapshot.login("s"), Some(LoginPlace::Keyring)) && snapshot.logins.is_empty());
    assert!(snapshot.has_login("s") && snapshot.notices.is_empty());
    let read = place.current().await.unwrap();
    assert!(is(&read.access_token, "SENTINEL-A") && read.identity.email.as_deref() == Some("e@x"));
}

#[tokio::test]
async fn a_login_of_the_device_flow_is_whole_in_its_entry() {
    let place = Place::new();
    let login = device("SENTINEL-A", "https://s.example/oauth/token", Some(4_000_000_000_000));
    place.keep(&login, LoginStore::Files).await.unwrap();
    place.keep(&login, LoginStore::Keyring).await.unwrap();
    assert!(!place.files().contains("SENTINEL") && !place.files().contains("device"), "{}", place.files());
    let read = place.read().await.unwrap();
    let Some(Refresh::Device { token, client_id, token_endpoint, scope }) = read.refresh else { panic!() };
    assert!(is(&token, "R") && client_id == "client" && scope.as_deref() == Some("mcp:read"));
    assert_eq!(token_endpoint.as_str(), "https://s.example/oauth/token");
    // An entry that names an endpoint elsewhere is not refreshed there.
    let elsewhere = place.entry().unwrap().to_string().replace("s.example/oauth", "evil.example/oauth");
    place.keyring.put("s", &elsewhere);
    assert!(place.read().await.unwrap().refresh.is_none());
}

#[tokio::test]
async fn a_keyring_that_fails_changes_nothing_and_no_file_takes_its_place() {
    for (fault, expected) in [
        (Fault::All(no_service()), no_service()),
        (Fault::Write(KeyringProblem::Locked), KeyringProblem::Locked),
        (Fault::Write(KeyringProblem::Failed { reason: None }), KeyringProblem::Failed { reason: None }),
    ] {
        let place = Place::new();
        place.keep(&plain("BEFORE"), LoginStore::Files).await.unwrap();
        let before = place.files();
        place.keyring.fail(Some(fault));
        let error = place.keep(&full("SENTINEL-A", "SENTINEL-R"), LoginStore::Keyring).await.err().unwrap();
        let NewLoginError::Keyring(error) = &error else { panic!("{error}") };
        assert_eq!(*problem(error, KeyringAction::Store), expected);
        assert!(!format!("{error} {error:?}").contains("SENTINEL"));
        assert_eq!(place.files(), before);
        assert!(place.entry().is_none());
    }
}

#[tokio::test]
async fn a_marked_context_is_read_from_the_keyring_or_not_at_all() {
    let place = Place::new();
    place.keep(&full("A", "R"), LoginStore::Keyring).await.unwrap();
    // What another program writes beside the mark is told, and not used.
    place.home.write("credentials.json", r#"{"version": 2, "contexts": {"s": {"accessToken": "FILE"}}}"#);
    assert_eq!(place.home.read().notices, [Notice::LoginBesideKeyring { name: "s".to_owned() }]);
    for expected in [no_service(), KeyringProblem::Locked] {
        place.keyring.fail(Some(Fault::Read(expected.clone())));
        let error = place.current().await.err().unwrap();
        let TokenError::Keyring(error) = &error else { panic!("{error}") };
        assert_eq!(*problem(error, KeyringAction::Read), expected);
    }
    place.keyring.fail(None);
    assert!(is(&place.current().await.unwrap().access_token, "A"));
    assert!(place.accounts().keyring().delete("s").await.unwrap());
    assert_eq!(*problem(&place.read().await.err().unwrap(), KeyringAction::Read), KeyringProblem::Missing);
}

#[tokio::test]
async fn an_entry_that_is_not_a_login_for_this_origin_is_not_used() {
    let place = Place::new();
    place.keep(&plain("SENTINEL-A"), LoginStore::Keyring).await.unwrap();
    let good = place.entry().unwrap();
    let with = |name: &str, value: serde_json::Value| {
        let mut entry = good.clone();
        entry[name] = value;
        entry.to_string()
    };
    for (text, expected) in [
        (with("origin", json!("https://other.example")), KeyringProblem::OtherServer),
        (with("origin", json!("http://s.example")), KeyringProblem::OtherServer),
        (with("origin", json!("https://s.example:8443")), KeyringProblem::OtherServer),
        (with("origin", json!(null)), KeyringProblem::NotALogin),
        (with("version", json!(2)), KeyringProblem::NotALogin),
        (with("login", json!({})), KeyringProblem::NotALogin),
        (with("login", json!({"accessToken": ["SENTINEL"]})), KeyringProblem::NotALogin),
        ("SENTINEL".to_owned(), KeyringProblem::NotALogin),
        (String::new(), KeyringProblem::NotALogin),
    ] {
        place.keyring.put("s", &text);
        let error = place.read().await.err().unwrap();
        assert_eq!(*problem(&error, KeyringAction::Read), expected, "{text}");
        assert!(!format!("{error} {error:?}").contains("SENTINEL"));
    }
}

#[tokio::test]
async fn a_refresh_writes_to_the_keyring_and_not_to_the_files() {
    let tokens =
        json!({"accessToken": "SENTINEL-A2", "refreshToken": "SENTINEL-R2", "expiresAt": 4_000_000_000_000_u64});
    let listener = Listener::start([answer(200, &tokens)]);
    let place = Place::at(listener.origin().as_str());
    place.keep(&Login { expires_at: Some(1), ..full("A", "R") }, LoginStore::Keyring).await.unwrap();
    let before = place.files();
    assert!(is(&place.current().await.unwrap().access_token, "SENTINEL-A2"));
    assert_eq!(listener.lines(), ["POST /auth/refresh"]);
    assert_eq!(place.files(), before);
    let login = &place.entry().unwrap()["login"];
    assert_eq!((&login["accessToken"], &login["refreshToken"]), (&json!("SENTINEL-A2"), &json!("SENTINEL-R2")));
    assert_eq!(login["email"], "e@x");
    // The next command finds it.
    assert!(is(&place.current().await.unwrap().access_token, "SENTINEL-A2"));
    assert_eq!(listener.lines().len(), 1);
}

#[tokio::test]
async fn a_refreshed_login_that_cannot_be_stored_is_said_to_be_lost() {
    let tokens = json!({"accessToken": "SENTINEL-A2", "refreshToken": "SENTINEL-R2"});
    let listener = Listener::start([answer(200, &tokens)]);
    let place = Place::at(listener.origin().as_str());
    place.keep(&Login { expires_at: Some(1), ..full("A", "R") }, LoginStore::Keyring).await.unwrap();
    let before = place.files();
    place.keyring.fail(Some(Fault::Write(KeyringProblem::Locked)));
    let error = place.current().await.err().unwrap();
    let TokenError::Lost(cause) = &error else { panic!("{error}") };
    assert_eq!(*problem(cause, KeyringAction::Store), KeyringProblem::Locked);
    assert!(!format!("{error} {error:?}").contains("SENTINEL"));
    assert_eq!(place.files(), before);
}

#[tokio::test]
async fn an_ended_login_of_the_keyring_says_where_the_next_one_belongs() {
    let place = Place::new();
    place.keep(&Login { expires_at: Some(1), ..plain("A") }, LoginStore::Keyring).await.unwrap();
    let error = place.current().await.err().unwrap();
    assert_eq!(error, TokenError::Expired { context: "s".to_owned(), in_keyring: true });
}

#[tokio::test]
async fn a_logout_deletes_the_entry_or_fails_and_changes_nothing() {
    let place = Place::new();
    place.keep(&full("A", "R"), LoginStore::Keyring).await.unwrap();
    let before = (place.files(), place.entry());
    for (fault, action, expected) in [
        (Fault::All(no_service()), KeyringAction::Read, no_service()),
        (Fault::Read(KeyringProblem::Locked), KeyringAction::Read, KeyringProblem::Locked),
        (Fault::Delete(KeyringProblem::Locked), KeyringAction::Delete, KeyringProblem::Locked),
    ] {
        place.keyring.fail(Some(fault));
        let error = place.forget().await.err().unwrap();
        let ForgetError::Keyring(error) = &error else { panic!("{error}") };
        assert_eq!(*problem(error, action), expected);
        assert_eq!((place.files(), place.entry()), before);
    }
    place.keyring.fail(None);
    let forgotten = place.forget().await.unwrap().unwrap();
    assert!(is(&forgotten.login.unwrap().access_token, "A") && forgotten.unusable.is_none());
    assert!(place.entry().is_none() && !place.home.read().has_login("s"));
    assert!(place.forget().await.unwrap().is_none());
}

#[tokio::test]
async fn a_logout_sends_no_token_of_another_server() {
    let place = Place::new();
    place.keep(&full("A", "R"), LoginStore::Keyring).await.unwrap();
    let other = place.entry().unwrap().to_string().replace(SERVER, "https://other.example");
    place.keyring.put("s", &other);
    let forgotten = place.forget().await.unwrap().unwrap();
    assert!(forgotten.login.is_none());
    assert_eq!(forgotten.unusable.unwrap().problem, KeyringProblem::OtherServer);
    assert!(place.entry().is_none() && !place.home.read().has_login("s"));
}

#[tokio::test]
async fn a_login_in_the_files_takes_the_entry_away_or_says_that_it_is_there() {
    for (fault, left) in [(None, None), (Some(Fault::Delete(KeyringProblem::Locked)), Some(KeyringProblem::Locked))] {
        let place = Place::new();
        place.keep(&full("A", "R"), LoginStore::Keyring).await.unwrap();
        place.keyring.fail(fault);
        let kept = place.keep(&plain("B"), LoginStore::Files).await.unwrap();
        assert!(is(&kept.replaced.unwrap().unwrap().access_token, "A"));
        assert!(kept.leaves_keyring);
        assert_eq!(kept.left_in_keyring.map(|error| error.problem), left);
        assert_eq!(place.entry().is_some(), left.is_some());
        assert!(is(&place.current().await.unwrap().access_token, "B"));
        assert!(!place.home.text("cli.json").contains("keyring"));
    }
}

#[tokio::test]
async fn files_that_cannot_be_written_give_the_entry_its_login_back() {
    for had_entry in [false, true] {
        let place = Place::new();
        place.keep(&plain("BEFORE"), if had_entry { LoginStore::Keyring } else { LoginStore::Files }).await.unwrap();
        // A token that another program wrote, so that cli.json is not all that has to change.
        place.home.write("credentials.json", r#"{"version": 2, "contexts": {"s": {"accessToken": "FILE"}}}"#);
        let entry = place.entry();
        place.keyring.break_with_next_write(&place.home.path("credentials.json"));
        let kept = place.keep(&full("B", "R"), LoginStore::Keyring).await;
        assert!(matches!(kept, Err(NewLoginError::Accounts(_))));
        assert_eq!((place.entry().is_some(), place.entry()), (had_entry, entry));
    }
}

#[tokio::test]
async fn a_context_that_goes_leaves_no_mark() {
    let place = Place::new();
    place.keep(&plain("A"), LoginStore::Keyring).await.unwrap();
    let mut change = place.accounts().begin_async().await.unwrap();
    let added = change.draft().add_context("s", "https://s.example/other/path").unwrap();
    assert!(!added.lost_login && !added.left_in_keyring, "the same server");
    let added = change.draft().add_context("s", "https://other.example").unwrap();
    assert!(added.lost_login && added.left_in_keyring);
    assert!(!change.draft().snapshot().unwrap().has_login("s"));
    change.save_and_delete_entry("s").await.unwrap().unwrap();
    assert!(place.entry().is_none() && !place.home.text("cli.json").contains("keyring"));

    let place = Place::new();
    place.keep(&plain("A"), LoginStore::Keyring).await.unwrap();
    let mut change = place.accounts().begin_async().await.unwrap();
    let removed = change.draft().remove_context("s").unwrap();
    assert!(removed.lost_login && removed.left_in_keyring);
    place.keyring.fail(Some(Fault::Delete(KeyringProblem::Locked)));
    let left = change.save_and_delete_entry("s").await.unwrap().unwrap_err();
    assert_eq!(*problem(&left, KeyringAction::Delete), KeyringProblem::Locked);
    assert!(!place.home.read().contexts.contains_key("s"));
}

#[tokio::test]
async fn a_mark_of_another_server_does_not_count() {
    let place = Place::new();
    place.keep(&plain("A"), LoginStore::Keyring).await.unwrap();
    // The existing CLI gives the name to another server, and logs in.
    place.home.write("config.json", r#"{"contexts": {"s": {"apiUrl": "https://other.example"}}}"#);
    assert_eq!(place.home.read().notices, [Notice::OtherServer { name: "s".to_owned() }]);
    assert!(!place.home.read().has_login("s"));
    place.home.write("credentials.json", r#"{"version": 2, "contexts": {"s": {"accessToken": "FILE"}}}"#);
    assert!(is(&place.current().await.unwrap().access_token, "FILE"));
}

#[tokio::test]
async fn a_keyring_that_never_answers_is_given_up() {
    let place = Place::new();
    place.keyring.fail(Some(Fault::Hang));
    let keyring = place.keyring.keyring().with_limit(Duration::from_millis(1));
    let context = place.context();
    let timed_out = KeyringProblem::TimedOut { seconds: 0 };
    let stored = keyring.write(&context, &plain("A")).await.unwrap_err();
    assert_eq!(*problem(&stored, KeyringAction::Store), timed_out);
    assert_eq!(*problem(&keyring.read(&context).await.err().unwrap(), KeyringAction::Read), timed_out);
    assert_eq!(*problem(&keyring.delete("s").await.unwrap_err(), KeyringAction::Delete), timed_out);
    assert_eq!(*problem(&keyring.check("s").await.unwrap_err(), KeyringAction::Store), timed_out);
}

#[test]
fn a_mark_that_is_no_boolean_is_a_broken_file() {
    let home = Home::with(&[("cli.json", r#"{"contexts": {"lobu": {"keyring": "yes"}}}"#)]);
    let error = home.accounts().read().unwrap_err().to_string();
    assert!(error.ends_with("cli.json: `keyring` of a context is not true or false; fix or remove it"), "{error}");
}
