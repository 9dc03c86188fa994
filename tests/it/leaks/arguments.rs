//! Values that somebody put where a name or an address belongs: whoever watches the machine saw them, but no log will.

use super::needles::url_encoded;
use super::scenario::{Scenario, Sent, play};
use super::sentinels::{TOKEN, VALUE};
use super::stage::dotenv;

fn refused(name: &'static str, arguments: &[&str], says: &'static str) -> Scenario {
    Scenario::new(name, arguments).sent(Sent::Nothing).ends(2, says)
}

#[test]
fn a_value_in_place_of_a_name_is_not_repeated() {
    let pair = format!("FOO={VALUE}");
    let rotate = format!("--rotate={pair}");
    let url = format!("https://user:{}@lobu.invalid", url_encoded(TOKEN.as_bytes()));
    let query = format!("https://lobu.invalid/?token={}", url_encoded(TOKEN.as_bytes()));
    play(&[
        refused("push NAME=value", &["secrets", "push", &pair, "--yes"], "invalid secret name"),
        refused("push value", &["secrets", "push", VALUE, "--yes"], "invalid secret name"),
        refused("--rotate=NAME=value", &["secrets", "push", &rotate, "--yes-rotate", "--yes"], "invalid secret name"),
        refused("--from-process value", &["secrets", "push", "--yes", "--from-process", VALUE], "invalid secret name"),
        refused("delete value", &["secrets", "delete", VALUE, "--yes"], "invalid secret name"),
        refused("set NAME value", &["secrets", "local", "set", "FOO", VALUE], "never taken from the command line"),
        refused("set NAME=value", &["secrets", "local", "set", &pair], "invalid secret name"),
        refused(
            "set --value",
            &["secrets", "local", "set", "FOO", "--value", VALUE],
            "never taken from the command line",
        ),
        refused("local delete value", &["secrets", "local", "delete", VALUE], ".env does not have"),
        refused("a token in the URL", &["secrets", "list", "--org", "dev", "--url", &url], "LOBU_API_TOKEN"),
        refused("a token in the query", &["secrets", "list", "--org", "dev", "--url", &query], "query"),
    ]);
}

#[test]
fn a_token_that_cannot_be_sent_is_not_repeated() {
    play(&[Scenario::push("a line break in the token", &["--yes"])
        .env("LOBU_API_TOKEN", format!("{TOKEN}\n{TOKEN}"))
        .sent(Sent::Nothing)
        .ends(2, "printable ASCII")]);
}

#[test]
fn a_value_that_was_wrapped_into_a_second_line_is_not_taken_for_a_name() {
    // The second line of a base64 text looks like a name with the value `=`.
    let run = VALUE.split(|c: char| !c.is_ascii_alphanumeric()).find(|run| run.len() > 9).expect("a run");
    let lines = dotenv("FOO", VALUE) + &format!("{run}==\n");
    play(&[Scenario::push("wrapped", &["--yes", "--all", "--from-stdin"])
        .stdin(lines)
        .ends(0, "a value that was wrapped: 1 line")]);
}
