//! Each question about secrets and tokens, with each of its answers.

use crate::support::embedded::Served;
use crate::support::env::TestEnv;
use crate::support::snapshots::assert_snapshot_file;

use super::desk::{Desk, screen, screens_of};

const THREE: &str = "ALPHA=made-up-value-a\nBETA=made-up-value-b\nGAMMA=made-up-value-c\n";

/// Three values in `.env`, of which the org has none.
fn three() -> Desk {
    let desk = Desk::new();
    desk.env.write(".env", THREE);
    desk
}

/// Three values in `.env`, of which the org has others.
fn rotating() -> Desk {
    let desk = Desk::new();
    desk.env.write(".env", THREE.replace("value", "older-value"));
    desk.run(&["secrets", "push", "--all", "--yes"]);
    desk.env.write(".env", THREE);
    desk
}

#[test]
fn a_push_asks_about_each_secret() {
    let desk = Desk::edited();
    desk.env.write(".env", "ANTHROPIC_API_KEY=made-up-value-of-a-key\n");
    assert_snapshot_file!("screen-secrets-push", desk.screens(&["secrets", "push"], &[("[N/y", "n")]));
    let steps = [("Create ALPHA", "?"), ("Create ALPHA", "n"), ("Create BETA", "y"), ("Create GAMMA", "y")];
    assert_snapshot_file!("screen-secrets-push-answers", screens_of(three, &["secrets", "push", "--all"], &steps));
    assert_snapshot_file!(
        "screen-secrets-push-quit",
        three().screens(&["secrets", "push", "--all"], &[("ALPHA in", "q")])
    );
}

#[test]
fn a_push_asks_once_more_before_it_rotates_all() {
    let steps = [("Rotate ALPHA", "n"), ("Rotate BETA", "a"), ("Rotate all", "y")];
    let arguments = ["secrets", "push", "--all", "--rotate"];
    assert_snapshot_file!("screen-secrets-push-rotate", screens_of(rotating, &arguments, &steps));
}

#[test]
fn a_push_asks_about_a_value_that_looks_wrong() {
    let desk = Desk::new();
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl";
    desk.env.write(".env", format!("ALPHA=made-up-value-a\nBETA={jwt}\n"));
    let steps = [("Create ALPHA", "a"), ("Create BETA", "q")];
    assert_snapshot_file!("screen-secrets-push-jwt", desk.screens(&["secrets", "push", "--all"], &steps));
}

#[test]
fn a_delete_asks_about_each_secret() {
    let steps = [("Delete ALPHA", "?"), ("Delete ALPHA", "n"), ("Delete BETA", "y")];
    let arguments = ["secrets", "delete", "ALPHA", "BETA"];
    assert_snapshot_file!("screen-secrets-delete", screens_of(rotating, &arguments, &steps));
    let declined = [("Delete ALPHA", "n"), ("Delete BETA", "n")];
    assert_snapshot_file!("screen-secrets-delete-declined", rotating().screens(&arguments, &declined));
}

#[test]
fn a_value_is_typed_unseen() {
    let typed = [("(input is hidden)", "made-up-value\r")];
    assert_snapshot_file!("screen-secrets-set", screens_of(Desk::new, &["secrets", "set", "ALPHA"], &typed));
    let steps = [("(input is hidden)", "made-up-value\r"), ("Rotate ALPHA", "n")];
    assert_snapshot_file!("screen-secrets-set-existing", rotating().screens(&["secrets", "set", "ALPHA"], &steps));
}

#[test]
fn a_token_is_typed_unseen() {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build();
    let runtime = runtime.expect("a runtime");
    let served = runtime.block_on(Served::in_memory());
    let login = |keys: &str, columns: u16| {
        let env = TestEnv::new();
        env.lobu(["context", "add", "work", "--url", served.url()]).expect_code(0);
        let steps = [("(input is hidden)", keys)];
        let screen = screen(&env, &["login", "-c", "work", "--org", "dev", "--token"], &steps, columns);
        screen.replace(served.url(), "http://[SERVER]")
    };
    let token = format!("{}\r", served.token());
    assert_snapshot_file!("screen-login-token", [80, 120].map(|columns| login(&token, columns)).concat());
    let wrong = ["made-up-token\r", "\u{3}", "one\rtwo\r"].map(|keys| login(keys, 80)).concat();
    assert_snapshot_file!("screen-login-token-wrong", wrong);
}
