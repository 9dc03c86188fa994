//! The verbs on the files that the existing CLI shares (existing-cli 7.2, 7.3), and on broken ones.

use std::os::unix::fs::PermissionsExt as _;

use serde_json::{Value, json};

use crate::support::env::TestEnv;

fn path(env: &TestEnv, name: &str) -> std::path::PathBuf {
    env.home().join(".config/lobu").join(name)
}

fn write(env: &TestEnv, name: &str, text: &str) {
    std::fs::create_dir_all(path(env, "")).expect("a directory");
    std::fs::write(path(env, name), text).expect("a file");
}

fn json_of(env: &TestEnv, name: &str) -> Value {
    serde_json::from_str(&std::fs::read_to_string(path(env, name)).expect("a file")).expect("JSON")
}

#[test]
fn contexts_are_added_used_listed_and_removed() {
    let env = TestEnv::new();
    env.lobu(["context", "add", "stage", "--url", "https://stage.example/api/v1/"]).expect_code(0);
    env.lobu(["context", "use", "stage"]).expect_code(0);
    let config = json!({"currentContext": "stage", "contexts": {"stage": {"apiUrl": "https://stage.example/api/v1"}}});
    assert_eq!(json_of(&env, "config.json"), config);
    let mode = std::fs::metadata(path(&env, "config.json")).expect("a file").permissions().mode();
    assert_eq!(mode & 0o777, 0o600);
    assert_eq!(env.lobu(["context", "current"]).expect_code(0).stdout, "stage\n");
    let listed = env.lobu(["context", "list"]);
    assert!(listed.stdout.contains("* stage  https://stage.example  no login"), "{listed}");
    assert!(listed.stdout.contains("  lobu  ") && listed.stdout.contains("  local  embedded"), "{listed}");

    env.lobu(["org", "current"]).expect_code(2);
    env.lobu(["org", "use", "acme"]).expect_code(0);
    assert_eq!(env.lobu(["org", "current"]).expect_code(0).stdout, "acme\n");
    env.lobu(["org", "use", "acme", "-c", "lobu"]).expect_code(0);
    assert_eq!(json_of(&env, "memory.json")["activeOrg"], "acme");
    env.lobu(["org", "use", "a/b"]).expect_code(2);

    env.lobu(["context", "use", "nobody"]).expect_code(2);
    env.lobu(["context", "add", "bad", "--url", "nonsense"]).expect_code(2);
    env.lobu(["context", "remove", "lobu"]).expect_code(2);
    env.lobu(["context", "remove", "local"]).expect_code(2);
    env.lobu(["context", "remove", "stage"]).expect_code(0);
    assert_eq!(env.lobu(["context", "current"]).expect_code(0).stdout, "");
    env.lobu(["context", "use", "local"]).expect_code(0);
    assert_eq!(env.lobu(["context", "current"]).expect_code(0).stdout, "local\n");
}

#[test]
fn a_legacy_credentials_file_is_read_and_kept() {
    let env = TestEnv::new();
    write(
        &env,
        "credentials.json",
        r#"{"accessToken": "LEGACY-TOKEN", "refreshToken": "R", "expiresAt": 4000000000000}"#,
    );
    assert_eq!(env.lobu(["token", "--raw"]).expect_code(0).stdout, "LEGACY-TOKEN\n");
    let listed = env.lobu(["context", "list"]);
    assert!(listed.stdout.contains("lobu  https://lobu.ai  logged in"), "{listed}");
}

#[test]
fn a_broken_file_is_reported_and_left_as_it_is() {
    let env = TestEnv::new();
    env.write("lobu.toml", "[agents.abc]\nname = 'A'\ndir = 'a'\n").write("a/SOUL.md", "x");
    for text in ["{\"version\": 2, \"contexts\": {\"lobu\":", "[]", "{\"version\": 2, \"contexts\": 7}"] {
        write(&env, "credentials.json", text);
        let verbs: [&[&str]; 4] =
            [&["plan"], &["context", "add", "x", "--url", "https://x.example"], &["token", "--raw"], &["logout"]];
        for verb in verbs {
            let output = env.lobu(verb);
            output.expect_code(1);
            assert!(output.stderr.contains("credentials.json"), "{output}");
            assert_eq!(std::fs::read_to_string(path(&env, "credentials.json")).expect("a file"), text);
        }
        let output = env.lobu(["doctor"]);
        output.expect_code(1);
        assert!(output.stdout.contains("credentials.json"), "{output}");
    }
}

#[test]
fn doctor_mends_modes() {
    let env = TestEnv::new();
    write(&env, "credentials.json", r#"{"version": 2, "contexts": {"lobu": {"accessToken": "T"}}}"#);
    let mode = |mode| std::fs::set_permissions(path(&env, "credentials.json"), std::fs::Permissions::from_mode(mode));
    mode(0o644).expect("a mode");
    assert!(env.lobu(["doctor", "--offline"]).stdout.contains("Other users can open"));
    let output = env.lobu(["doctor", "--offline", "--fix"]);
    assert!(output.stdout.contains("0600, was 0644"), "{output}");
    let now = std::fs::metadata(path(&env, "credentials.json")).expect("a file").permissions().mode();
    assert_eq!(now & 0o777, 0o600);
}

#[test]
fn processes_at_once_lose_nothing() {
    let env = TestEnv::new();
    let names: Vec<String> = (0..8).map(|number| format!("c{number}")).collect();
    let running: Vec<_> = names
        .iter()
        .map(|name| env.start(["context", "add", name, "--url", &format!("https://{name}.example")]))
        .collect();
    for running in running {
        running.wait().expect_code(0);
    }
    let config = json_of(&env, "config.json");
    for name in names {
        assert_eq!(config["contexts"][&name]["apiUrl"], format!("https://{name}.example"));
    }
}

#[test]
fn a_token_on_the_command_line_is_never_repeated() {
    let env = TestEnv::new();
    for line in [&["login", "--token", "SENTINEL-T", "--nonsense"][..], &["login", "--token=SENTINEL-T", "more"]] {
        let output = env.lobu(line);
        output.expect_code(2);
        assert!(!output.everything().contains("SENTINEL-T"), "{output}");
    }
}
