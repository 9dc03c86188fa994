//! A clock that shows no date stops before anything is sent; one that is wrong by centuries stops nothing.

use crate::support::embedded::Served;
use crate::support::env::{CommandOutput, TestEnv};

const SENTINEL: &str = "SENTINEL-value";

/// What talks to a server, in an order in which each has something to do.
const VERBS: [&[&str]; 8] = [
    &["plan"],
    &["apply", "--yes"],
    &["pull", "--yes"],
    &["drift"],
    &["secrets", "push", "--all", "--yes"],
    &["secrets", "list"],
    &["doctor"],
    &["org", "list"],
];

/// A project, and a context `dev` of the server.
fn project(served: &Served) -> TestEnv {
    let env = TestEnv::new();
    env.write("lobu.toml", "[agents.desk]\nname = 'Desk'\ndir = 'desk'\n").write("desk/SOUL.md", "Be kind.\n");
    env.write(".env", format!("DESK_TOKEN={SENTINEL}\n"));
    env.lobu(["context", "add", "dev", "--url", served.url()]).expect_code(0);
    env.lobu(["context", "use", "dev"]).expect_code(0);
    env.lobu(["org", "use", "dev"]).expect_code(0);
    env
}

fn at(env: &TestEnv, seconds: i64) -> TestEnv {
    let mut env = env.clone();
    env.env("LOBU_FAULT", format!("clock:{seconds}"));
    env
}

fn log_in(env: &TestEnv, served: &Served) -> CommandOutput {
    env.pipe(&["login", "--token-stdin", "--force"], format!("{}\n", served.token()).as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_without_a_date_stops_before_anything_is_sent() {
    let served = Served::in_memory().await;
    let env = project(&served);
    for seconds in [-1, 253_402_300_800, i64::MAX, i64::MIN + 1] {
        let env = at(&env, seconds);
        let mut outputs = vec![log_in(&env, &served)];
        for verb in VERBS {
            outputs.push(env.lobu(verb));
            outputs.push(env.lobu(verb.iter().chain(&["-c", "local"])));
        }
        for output in outputs {
            output.expect_code(1);
            let expected = "error: the clock of this machine is before 1970 or after 9999\n\
                            help: Set the clock; nothing was sent.\n";
            assert_eq!(output.stderr, expected, "{seconds}: {output}");
        }
        env.lobu(["validate"]).expect_code(0);
    }
    assert_eq!((served.counter.reads(), served.counter.writes()), (0, 0));
    assert!(!env.home().join(".config/lobu/credentials.json").exists() && !env.local_database().exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_by_centuries_stops_nothing() {
    for (seconds, side) in [(0, "ahead of"), (253_402_300_799, "behind")] {
        let served = Served::in_memory().await;
        let env = at(&project(&served), seconds);
        log_in(&env, &served).expect_code(0);
        for verb in VERBS {
            let output = env.lobu(verb);
            output.expect_code(0);
            assert!(!output.everything().contains(SENTINEL), "{output}");
            if verb == ["doctor"] {
                let warned = format!(" days {side} this machine's.");
                assert!(output.stdout.contains(&warned), "{seconds}: {output}");
            }
        }
        env.lobu(["whoami"]).expect_code(0);
        // The embedded org writes that time into its database, and reads it by the right one.
        for verb in VERBS.iter().filter(|verb| verb[0] != "org") {
            env.lobu(verb.iter().chain(&["-c", "local"])).expect_code(0);
        }
        for verb in VERBS.iter().filter(|verb| verb[0] != "org") {
            let mut now = env.clone();
            now.env("LOBU_FAULT", "");
            now.lobu(verb.iter().chain(&["-c", "local"])).expect_code(0);
        }
    }
}
