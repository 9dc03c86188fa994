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
    assert!(output.stdout.contains("scopes: mcp:read mcp:write mcp:admin profile:read"), "{output}");
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
fn an_interrupted_login_leaves_nothing() {
    let double = Double::start(|request, _, _| {
        (request.path == TOKEN).then(|| (400, json!({"error": "authorization_pending"})))
    });
    let env = TestEnv::new();
    let running = env.start(["login", "-c", "stage", "--url", &double.url]);
    while double.count(TOKEN) == 0 {
        std::thread::sleep(std::time::Duration::from_millis(20));
    }
    let killed = std::process::Command::new("kill").args(["-INT", &running.id().to_string()]).status();
    assert!(killed.expect("kill runs").success());
    running.wait().expect_code(130);
    assert_eq!(kept(&env), None);
}

#[test]
fn of_two_logins_at_once_one_stands_whole() {
    let double = Double::start(|_, _, _| None);
    let env = TestEnv::new();
    let running = [(); 2].map(|()| env.start(["login", "-c", "stage", "--url", &double.url, "--force"]));
    for running in running {
        running.wait().expect_code(0);
    }
    assert_eq!(kept(&env).expect("a login")["accessToken"], "ACCESS-1");
    assert_eq!(env.lobu(["token", "--raw", "-c", "stage"]).expect_code(0).stdout, "ACCESS-1\n");
}

#[test]
fn the_scopes_that_were_granted_are_told() {
    let double = Double::start(|request, _, _| {
        let answer = json!({"access_token": "A", "token_type": "Bearer", "scope": "mcp:read profile:read"});
        (request.path == TOKEN).then_some((200, answer))
    });
    let env = TestEnv::new();
    let output = log_in(&env, &double);
    output.expect_code(0);
    assert!(crate::support::terminal::flat(&output.stderr).contains("not enough to apply"), "{output}");
}

#[test]
fn a_login_that_only_reads_asks_for_that_alone() {
    let table = [("mcp:read", false), ("mcp:read mcp:admin", true)];
    for (granted, warned) in table {
        let double = Double::start(move |request, _, _| {
            let answer = json!({"access_token": "A", "token_type": "Bearer", "scope": granted});
            (request.path == TOKEN).then_some((200, answer))
        });
        let env = TestEnv::new();
        let output = env.lobu(["login", "--read-only", "-c", "stage", "--url", &double.url]);
        output.expect_code(0);
        let asked: Vec<_> = double.came().into_iter().filter(|request| request.body.contains("scope")).collect();
        assert_eq!(asked.len(), 2);
        for request in asked {
            assert!(request.body.contains("mcp%3Aread") || request.body.contains("mcp:read"), "{}", request.body);
            assert!(!request.body.contains("admin") && !request.body.contains("write"), "{}", request.body);
        }
        let said = crate::support::terminal::flat(&output.stderr);
        assert_eq!(warned, said.contains("can change the org all the same"), "{said}");
        assert!(!said.contains("not enough"), "{said}");
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
fn a_login_goes_to_no_context_by_accident() {
    let double = Double::start(|_, _, _| None);
    // A login that the existing CLI keeps for a name which is no context here is somebody's login all the same.
    let env = TestEnv::new();
    let directory = env.home().join(".config/lobu");
    std::fs::create_dir_all(&directory).expect("a directory");
    let stray = json!({"version": 2, "contexts": {"stage": {"accessToken": "STRAY"}}}).to_string();
    std::fs::write(directory.join("credentials.json"), &stray).expect("a file");
    log_in(&env, &double).expect_code(6);
    assert_eq!(kept(&env).expect("a login")["accessToken"], "STRAY");

    let mut env = TestEnv::new();
    env.lobu(["context", "use", "local"]).expect_code(0);
    env.lobu(["login", "--url", &double.url]).expect_code(2);
    env.lobu(["login"]).expect_code(2);
    env.env("LOBU_API_URL", "https://elsewhere.example/api/v1");
    log_in(&env, &double).expect_code(2);
    assert_eq!((double.came().len(), kept(&env)), (0, None));
}

#[test]
fn the_first_login_makes_its_context_the_current_one() {
    let double = Double::start(|_, _, _| None);
    let env = TestEnv::new();
    log_in(&env, &double).expect_code(0);
    assert_eq!(env.lobu(["context", "current"]).stdout, "stage\n");
    assert!(env.lobu(["whoami"]).stdout.contains("user: ada@example.com"));
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
