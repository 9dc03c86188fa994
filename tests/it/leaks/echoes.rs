//! What a server or proxy says is compared with every secret that a run holds, however it repeats one.

use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE};
use serde_json::json;

use crate::support::env::{CommandOutput, TestEnv};

use super::needles::{hex, url_encoded};
use super::recorder::{Asked, Recorder, http, json_answer};

const HIDDEN: &str = "message hidden: it contains a secret";

/// Every kind of secret that a plan holds: the token, the value of a `$VAR`, and literals of the files.
const HELD: [(&str, &str); 6] = [
    ("the token", "Pn5Ws2vKxQ8DfJg0Yk6aT9mBe3RiCz7"),
    ("a value", "Vq7Zr0wLmX/K9dTb4Hs8q+cJ1pF3Ny"),
    ("a literal of a platform", "Fz3Xn8bVcQ w0Ers5Ty2u"),
    ("an argument", "Rx4Lb9EjTwé2Wm7Ua5Oq0"),
    ("a header", "Basic Zm9v\"QmFyQmF6"),
    ("a key of a provider", "Jk2Qy6HsVe!7Nb4Lt9Pz"),
];

fn project() -> TestEnv {
    let mut env = TestEnv::new();
    let [token, value, literal, argument, header, key] = HELD.map(|(_, secret)| secret);
    env.write(
        "lobu.toml",
        format!(
            "[agents.pilot]\nname = 'Pilot'\ndir = './pilot'\n\
             [[agents.pilot.providers]]\nid = 'anthropic'\nkey = '{key}'\n\
             [[agents.pilot.platforms]]\ntype = 'telegram'\n\
             config = {{ botToken = '$BOT', webhookSecret = '{literal}', dsn = 'en', apiKey = '1' }}\n\
             [agents.pilot.skills.mcp.tickets]\ncommand = 'npx'\nargs = ['server', '--api-key', '{argument}']\n\
             headers = {{ Authorization = '{header}', Accept = 'application/json' }}\n"
        ),
    );
    env.write("pilot/SOUL.md", "Steer.\n");
    env.env("LOBU_API_TOKEN", token).env("BOT", value);
    env
}

#[track_caller]
fn plan(env: &TestEnv, answer: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> CommandOutput {
    run(env, &["plan"], answer)
}

#[track_caller]
fn run(env: &TestEnv, arguments: &[&str], answer: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> CommandOutput {
    let recorder = Recorder::start(Arc::new(answer));
    let output = env.lobu([arguments, &["--url", &recorder.url(), "--org", "dev"]].concat());
    assert_ne!(output.code, Some(0), "{output}");
    output
}

fn flat(output: &CommandOutput) -> String {
    output.everything().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// How a server may repeat a secret.
fn encodings(secret: &str) -> Vec<String> {
    let json = json!(secret).to_string();
    let code_points = secret.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect::<Vec<_>>().concat();
    let encoded = url_encoded(secret.as_bytes());
    vec![
        secret.to_owned(),
        secret.to_uppercase(),
        secret.to_lowercase(),
        secret.chars().take(14).collect(),
        json!(json).to_string(),
        json,
        code_points,
        url_encoded(encoded.as_bytes()),
        encoded.to_lowercase(),
        encoded,
        hex(secret.as_bytes()).to_uppercase(),
        hex(secret.as_bytes()),
        STANDARD.encode(secret),
        URL_SAFE.encode(format!("user:{secret}")),
        STANDARD.encode(format!("Bearer {secret}")),
    ]
}

#[test]
fn no_message_of_a_server_repeats_a_secret_in_any_encoding() {
    let env = project();
    for (name, secret) in HELD {
        for encoded in encodings(secret) {
            let said = encoded.clone();
            let output = plan(&env, move |_| {
                json_answer("403 Forbidden", &json!({"error": {"code": "forbidden", "message": format!("no {said}!")}}))
            });
            let flat = flat(&output);
            assert!(flat.contains(HIDDEN), "{name} as {encoded}: {output}");
            assert!(!flat.contains(&encoded), "{name} as {encoded}: {output}");
        }
    }
}

/// The verbs that need no project know its secrets all the same.
#[test]
fn every_verb_knows_every_secret_of_the_project() {
    let env = project();
    let verbs: [&[&str]; 8] = [
        &["drift"],
        &["pull", "--dry-run"],
        &["secrets", "list"],
        &["secrets", "delete", "A", "--yes"],
        &["secrets", "set", "OTHER"],
        &["secrets", "push", "--from-process", "BOT", "--dry-run"],
        &["secrets", "push", "--from-process", "BOT", "--dry-run", "--if-supported"],
        &["doctor"],
    ];
    for (name, secret) in HELD {
        for verb in verbs {
            let output = run(&env, verb, move |_| {
                let message = format!("no {}!", secret.to_uppercase());
                json_answer("403 Forbidden", &json!({"error": {"code": "forbidden", "message": message}}))
            });
            assert!(!flat(&output).contains(&secret.to_uppercase()), "{name} in {verb:?}: {output}");
        }
    }
}

#[test]
fn short_literals_and_words_that_the_files_show_hide_no_message() {
    let env = project();
    let message = "en 1: pilot takes application/json, and no telegram";
    let output = plan(&env, move |_| json_answer("403 Forbidden", &json!({"error": message})));
    assert!(flat(&output).contains(message), "{output}");
}

#[test]
fn neither_a_redirect_nor_a_type_of_content_repeats_a_secret() {
    let env = project();
    let token = HELD[0].1;
    let location = format!("http://{token}.example/");
    let output = plan(&env, move |_| {
        let head = format!("HTTP/1.1 302 Found\r\nlocation: {location}\r\n");
        format!("{head}content-length: 0\r\nconnection: close\r\n\r\n").into_bytes()
    });
    let flat_redirect = flat(&output);
    assert!(flat_redirect.contains("redirected to another origin"), "{output}");
    assert!(!flat_redirect.to_lowercase().contains(&token.to_lowercase()), "{output}");

    let output = plan(&env, move |_| http("400 Bad Request", &format!("image/{token}"), "x"));
    assert!(!flat(&output).to_lowercase().contains(&token.to_lowercase()), "{output}");
}
