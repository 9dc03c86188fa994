//! Pushes, lists and deletes that go well, and servers that answer badly: mostly by giving back what they were sent.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use super::needles::{hex, url_encoded};
use super::recorder::{Asked, good, http, json_answer, results};
use super::scenario::{Scenario, Sent, play};
use super::sentinels::{FOREIGN, SALT, TOKEN, VALUE};

/// Answers well until a push comes.
fn pushed(answer: impl Fn(&Asked) -> Vec<u8> + Send + Sync + 'static) -> impl Fn(&Asked) -> Vec<u8> + Send + Sync {
    move |asked| if asked.is_push() { answer(asked) } else { good(asked) }
}

/// A refusal whose code and words are this text.
fn refusal(status: &str, text: &str) -> Vec<u8> {
    json_answer(status, &json!({"error": {"code": text, "message": format!("you sent {text}")}}))
}

/// The pushed body in the words of an answer, and nothing else: the token in them would be enough to hide all.
fn echo_body(status: &str, asked: &Asked) -> Vec<u8> {
    json_answer(status, &json!({"error": format!("bad body {}", asked.text())}))
}

/// Everything that a request held, in the words of an answer.
fn echo(status: &str, asked: &Asked) -> Vec<u8> {
    json_answer(status, &json!({"error": format!("{}{}", asked.head, asked.text())}))
}

#[test]
fn what_goes_well_shows_nothing() {
    play(&[
        Scenario::push("push", &["--yes"]).ends(0, "FOO"),
        Scenario::push("push, all of it", &["--yes", "--all"]).ends(0, "FOO"),
        Scenario::push("push, JSON", &["--yes", "--json"]).ends(0, "\"FOO\""),
        Scenario::push("rotate", &["--yes", "--yes-rotate", "--rotate"]).ends(0, "EXISTING"),
        Scenario::push("dry run", &["--dry-run"]).sent(Sent::Reads).ends(0, "differs"),
        Scenario::push("dry run, JSON", &["--dry-run", "--json"]).sent(Sent::Reads).ends(0, "\"a3f1\""),
        Scenario::push("no terminal", &[]).sent(Sent::Reads).ends(2, "not a terminal"),
        Scenario::new("list", &["secrets", "list"]).sent(Sent::Reads).ends(0, "a3f1"),
        Scenario::new("list, JSON", &["secrets", "list", "--json"]).sent(Sent::Reads).ends(0, "\"a3f1\""),
        Scenario::new("delete", &["secrets", "delete", "EXISTING", "--yes"]).sent(Sent::Reads).ends(0, "EXISTING"),
        Scenario::new("delete, JSON", &["secrets", "delete", "EXISTING", "--yes", "--json"])
            .sent(Sent::Reads)
            .ends(0, "\"EXISTING\""),
    ]);
}

#[test]
fn a_server_that_gives_the_pushed_body_back_is_not_quoted() {
    let error = |status: &'static str| move |asked: &Asked| echo_body(status, asked);
    play(&[
        Scenario::push("500", &["--yes"]).answers(pushed(error("500 Oops"))).ends(5, "500"),
        Scenario::push("500, JSON", &["--yes", "--json"]).answers(pushed(error("500 Oops"))).ends(5, "500"),
        Scenario::push("403", &["--yes"]).answers(pushed(error("403 Forbidden"))).ends(4, "403"),
        Scenario::push("422", &["--yes"]).answers(pushed(error("422 No"))).ends(3, "422"),
        Scenario::push("400 with the value as its code", &["--yes"])
            .answers(pushed(|_| refusal("400 Bad Request", VALUE)))
            .ends(3, "400"),
        Scenario::push("500 page", &["--yes"])
            .answers(pushed(|asked| http("500 Oops", "text/html", &asked.text())))
            .ends(5, "500"),
        Scenario::push("200 of plain text", &["--yes"])
            .answers(pushed(|asked| http("200 OK", "text/plain", &format!("got {}", asked.text()))))
            .ends(5, "plain text"),
        Scenario::push("200 of the wrong shape", &["--yes"])
            .answers(pushed(|asked| json_answer("200 OK", &json!({ asked.text(): asked.text() }))))
            .ends(5, "results"),
        Scenario::push("results that give values back", &["--yes"])
            .answers(pushed(|asked| {
                let mut results = results(asked);
                for result in &mut results {
                    result["fingerprint"] = json!(VALUE);
                    result["value"] = json!(VALUE);
                    result["source"] = json!(VALUE);
                }
                json_answer("200 OK", &json!({"results": results}))
            }))
            .ends(0, "FOO"),
        Scenario::push("results of other names", &["--yes"])
            .answers(pushed(|asked| {
                let rename = |mut result: Value| {
                    (result["name"], result["action"]) = (json!(VALUE), json!(VALUE));
                    result
                };
                let results: Vec<Value> = results(asked).into_iter().map(rename).collect();
                json_answer("200 OK", &json!({"results": results}))
            }))
            .ends(5, "results[0].name"),
    ]);
}

#[test]
fn without_a_list_no_value_is_sent_and_the_token_does_not_come_back() {
    let list = |name: &'static str| Scenario::push(name, &["--yes"]).sent(Sent::Reads);
    play(&[
        list("403").answers(|asked| echo("403 Forbidden", asked)).ends(4, "403"),
        list("403 in our shape").answers(|_| refusal("403 Forbidden", TOKEN)).ends(4, "403"),
        list("401").answers(|asked| echo("401 Unauthorized", asked)).ends(4, "401"),
        list("401 with the token in base64")
            .answers(|asked| refusal("401 Unauthorized", &STANDARD.encode(&asked.head)))
            .ends(4, "401"),
        list("401 with the token in hex")
            .answers(|_| refusal("401 Unauthorized", &hex(TOKEN.as_bytes())))
            .ends(4, "401"),
        list("401 with the token URL-encoded")
            .answers(|_| refusal("401 Unauthorized", &url_encoded(TOKEN.as_bytes())))
            .ends(4, "401"),
        list("401 with the token in JSON")
            .answers(|_| refusal("401 Unauthorized", &json!({"token": TOKEN}).to_string()))
            .ends(4, "401"),
        list("401 with a part of the token")
            .answers(|_| refusal("401 Unauthorized", TOKEN.split_at(30).0))
            .ends(4, "401"),
        list("500").answers(|asked| echo("500 Oops", asked)).ends(3, "500"),
        list("404").answers(|asked| echo("404 Not Found", asked)).ends(3, "no secrets routes"),
        list("page").answers(|asked| http("200 OK", "text/html", &asked.head)).ends(3, "an HTML page"),
        list("salts of the wrong type")
            .answers(|_| json_answer("200 OK", &json!([{"name": "EXISTING", "salt": [SALT]}])))
            .ends(3, "salt"),
        list("salts as names")
            .answers(|_| json_answer("200 OK", &json!({"secrets": {SALT: {"salt": SALT}}})))
            .ends(3, "a list"),
        list("broken JSON with salts")
            .answers(|asked| {
                let whole = String::from_utf8_lossy(&good(asked)).into_owned();
                let body = whole.split_once("\r\n\r\n").map_or("", |(_, body)| body);
                http("200 OK", "application/json", body.trim_end_matches(']'))
            })
            .ends(3, "JSON"),
    ]);
}

#[test]
fn a_list_that_holds_values_is_shown_without_them() {
    let rows = |_: &Asked| {
        let row = json!({
            "name": "EXISTING", "fingerprint": FOREIGN, "salt": SALT, "updatedAt": 1, "source": "env",
            "value": FOREIGN, "plaintext": FOREIGN, "digest": FOREIGN,
        });
        json_answer("200 OK", &json!([row]))
    };
    play(&[
        Scenario::new("list", &["secrets", "list"]).answers(rows).sent(Sent::Reads).ends(0, "EXISTING"),
        Scenario::new("list, JSON", &["secrets", "list", "--json"]).answers(rows).sent(Sent::Reads).ends(0, "EXISTING"),
        Scenario::push("dry run", &["--dry-run", "--rotate"]).answers(rows).sent(Sent::Reads).ends(0, "EXISTING"),
    ]);
}
