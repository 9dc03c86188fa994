//! A login that ends: refreshed exactly once, kept without a network, given up when the server refuses.

use std::time::Duration;

use serde_json::{Value, json};

use super::double::Double;
use crate::support::env::TestEnv;

const REFRESH: &str = "/api/v1/auth/refresh";

/// A context whose login ended long ago, as the existing CLI leaves it.
fn ended(url: &str) -> TestEnv {
    let env = TestEnv::new();
    let directory = env.home().join(".config/lobu");
    std::fs::create_dir_all(&directory).expect("a directory");
    let config = json!({"currentContext": "stage", "contexts": {"stage": {"apiUrl": format!("{url}/api/v1")}}});
    let login = json!({"accessToken": "ACCESS-0", "refreshToken": "REFRESH-0", "expiresAt": 1_000});
    let credentials = json!({"version": 2, "contexts": {"stage": login}});
    std::fs::write(directory.join("config.json"), config.to_string()).expect("a file");
    std::fs::write(directory.join("credentials.json"), credentials.to_string()).expect("a file");
    env
}

fn login(env: &TestEnv) -> Value {
    let text = std::fs::read_to_string(env.home().join(".config/lobu/credentials.json")).expect("a file");
    let json: Value = serde_json::from_str(&text).expect("JSON");
    json["contexts"]["stage"].clone()
}

fn refreshing(delay: Duration) -> Double {
    Double::start(move |request, before, _| {
        (request.path == REFRESH).then(|| {
            std::thread::sleep(delay);
            if before == 0 && request.body.contains("REFRESH-0") {
                let ahead = 4_000_000_000_000_u64;
                let user = json!({"userId": "u1", "email": "ada@example.com"});
                (200, json!({"accessToken": "ACCESS-1", "refreshToken": "REFRESH-1", "expiresAt": ahead, "user": user}))
            } else {
                (401, json!({"error": "invalid or expired"}))
            }
        })
    })
}

#[test]
fn of_two_processes_one_refreshes_and_both_get_the_token() {
    let double = refreshing(Duration::from_millis(300));
    let env = ended(&double.url);
    let running = [env.start(["token", "--raw"]), env.start(["token", "--raw"])];
    for running in running {
        assert_eq!(running.wait().expect_code(0).stdout, "ACCESS-1\n");
    }
    assert_eq!(double.count(REFRESH), 1);
    let login = login(&env);
    assert_eq!((&login["refreshToken"], &login["email"]), (&json!("REFRESH-1"), &json!("ada@example.com")));
}

#[test]
fn without_a_network_the_login_is_kept() {
    let url = refreshing(Duration::ZERO).url.clone();
    let env = ended(&url);
    let before = login(&env);
    let output = env.lobu(["token", "--raw"]);
    output.expect_code(1);
    assert!(output.stderr.contains("is kept") && output.stdout.is_empty(), "{output}");
    assert_eq!(login(&env), before);
}

#[test]
fn a_refused_refresh_ends_the_login_in_words() {
    let double = Double::start(|request, _, _| (request.path == REFRESH).then(|| (401, json!({"error": "rotated"}))));
    let env = ended(&double.url);
    let output = env.lobu(["token", "--raw"]);
    output.expect_code(4);
    assert!(output.stderr.contains("has ended") && output.stderr.contains("lobu login -c stage --force"), "{output}");
    assert_eq!(double.count(REFRESH), 1);
}

#[test]
fn a_plan_refreshes_first() {
    let double = refreshing(Duration::ZERO);
    let env = ended(&double.url);
    env.write("lobu.toml", "[agents.abc]\nname = 'A'\ndir = 'a'\n").write("a/SOUL.md", "x");
    env.lobu(["plan", "--org", "acme"]);
    let sent: Vec<_> = double.came().into_iter().filter(|request| request.path.starts_with("/api/acme")).collect();
    assert!(double.count(REFRESH) == 1 && !sent.is_empty());
    assert!(sent.iter().all(|request| request.head.contains("ACCESS-1")), "{sent:?}");
}
