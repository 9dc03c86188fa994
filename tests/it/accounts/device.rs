//! `lobu login` by the device flow against a double of the endpoints, and what is kept of it.

use serde_json::{Value, json};

use super::double::Double;
use crate::support::env::{CommandOutput, TestEnv};

const TOKEN: &str = "/oauth/token";

fn log_in(env: &TestEnv, double: &Double) -> CommandOutput {
    env.lobu(["login", "-c", "stage", "--url", &double.url])
}

fn kept(env: &TestEnv) -> Option<Value> {
    let text = std::fs::read_to_string(env.home().join(".config/lobu/credentials.json")).ok()?;
    let json: Value = serde_json::from_str(&text).expect("JSON");
    json["contexts"].get("stage").cloned()
}

#[test]
fn an_approved_login_is_kept_and_used_and_ended() {
    let double = Double::start(|_, _, _| None);
    let env = TestEnv::new();
    let output = log_in(&env, &double);
    output.expect_code(0);
    assert!(output.stderr.contains("ABCD-EFGH") && output.stderr.contains("ada@example.com"), "{output}");
    let everything = output.everything();
    for secret in ["ACCESS-1", "REFRESH-1", "DEVICE-CODE"] {
        assert!(!everything.contains(secret), "{secret}\n{output}");
    }
    let login = kept(&env).expect("a login");
    assert_eq!((&login["accessToken"], &login["email"]), (&json!("ACCESS-1"), &json!("ada@example.com")));
    // The existing CLI would spend it at another route.
    assert_eq!(login.get("refreshToken"), None);

    let output = env.lobu(["whoami", "-c", "stage"]);
    output.expect_code(0);
    assert!(output.stdout.contains("user: ada@example.com") && output.stdout.contains("in 23 h"), "{output}");
    let output = env.lobu(["token", "-c", "stage"]);
    assert!(output.stdout.contains("there is one") && !output.everything().contains("ACCESS-1"), "{output}");
    assert_eq!(env.lobu(["token", "--raw", "-c", "stage"]).expect_code(0).stdout, "ACCESS-1\n");

    let output = log_in(&env, &double);
    output.expect_code(6);
    assert!(output.stderr.contains("--force"), "{output}");

    env.lobu(["logout", "-c", "stage"]).expect_code(0);
    assert_eq!(kept(&env), None);
    let revoked: Vec<_> = double.came().into_iter().filter(|request| request.path == "/oauth/revoke").collect();
    assert_eq!(revoked.len(), 2);
    assert!(revoked[0].body.contains("REFRESH-1") && revoked[1].body.contains("ACCESS-1"));
    env.lobu(["whoami", "-c", "stage"]).expect_code(4);
}

#[test]
fn a_login_that_is_not_approved_leaves_nothing() {
    let refusals: [(&str, i32, &str); 3] =
        [("access_denied", 7, "denied"), ("expired_token", 4, "expired"), ("invalid_scope", 3, "invalid_scope")];
    for (error, code, word) in refusals {
        let double =
            Double::start(move |request, _, _| (request.path == TOKEN).then(|| (400, json!({"error": error}))));
        let env = TestEnv::new();
        let output = log_in(&env, &double);
        output.expect_code(code);
        assert!(output.stderr.contains(word), "{output}");
        assert_eq!(kept(&env), None, "{error}");
        assert!(!env.lobu(["context", "list"]).stdout.contains("stage"), "{error}");
    }
}

#[test]
fn pending_and_slow_down_wait_and_go_on() {
    let double = Double::start(|request, before, _| {
        let error = |error: &str| Some((400, json!({"error": error})));
        match (request.path.as_str(), before) {
            (TOKEN, 0) => error("authorization_pending"),
            (TOKEN, 1) => error("slow_down"),
            _ => None,
        }
    });
    let env = TestEnv::new();
    log_in(&env, &double).expect_code(0);
    assert_eq!(double.count(TOKEN), 3);
    assert_eq!(kept(&env).expect("a login")["accessToken"], "ACCESS-1");
}

#[test]
fn a_server_that_steers_elsewhere_is_sent_nothing_more() {
    let elsewhere = Double::start(|_, _, _| None);
    let other = elsewhere.url.clone();
    let double = Double::start(move |request, _, own| {
        (request.path == "/.well-known/oauth-authorization-server")
            .then(|| (200, json!({"issuer": own, "token_endpoint": format!("{other}/oauth/token")})))
    });
    let env = TestEnv::new();
    let output = log_in(&env, &double);
    output.expect_code(4);
    assert!(crate::support::terminal::flat(&output.stderr).contains("not an origin of this context"), "{output}");
    assert_eq!((double.came().len(), elsewhere.came().len()), (1, 0));
}

#[test]
fn only_web_pages_are_shown() {
    let double = Double::start(|request, _, _| {
        (request.path == "/oauth/device_authorization").then(|| {
            let page = "file:///etc/passwd";
            let answer = json!({"device_code": "D", "user_code": "ABCD", "verification_uri": page, "expires_in": 900});
            (200, answer)
        })
    });
    let env = TestEnv::new();
    let output = log_in(&env, &double);
    output.expect_code(3);
    assert!(output.stderr.contains("only web pages"), "{output}");
    assert_eq!((double.count(TOKEN), kept(&env)), (0, None));
}
