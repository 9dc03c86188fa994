//! A server that accepts and never answers does not keep a run, and a terminal is told that it waits.

use std::net::TcpListener;

use crate::support::env::TestEnv;
use crate::support::terminal::Terminal;

/// A port on which connections are accepted by the system, and nobody ever reads.
fn silent() -> (TcpListener, String) {
    let listener = TcpListener::bind("127.0.0.1:0").expect("loopback has a free port");
    let url = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
    (listener, url)
}

fn env() -> TestEnv {
    let mut env = TestEnv::new();
    env.copy_fixture("support-desk");
    env.env("LOBU_API_TOKEN", "made-up-token");
    env
}

#[test]
fn the_time_of_a_run_can_be_limited() {
    let (env, (_listener, url)) = (env(), silent());
    for verb in [&["plan"][..], &["apply", "--yes"], &["drift"], &["secrets", "list"]] {
        let output = env.lobu(verb.iter().chain(&["--url", &*url, "--org", "dev", "--timeout", "1s"]));
        output.expect_code(1);
        assert!(output.stderr.replace('\n', " ").contains("the time limit of the run is over"), "{output}");
        assert_eq!(output.stdout, "", "{output}");
    }
    env.lobu(["plan", "--url", &url, "--org", "dev", "--timeout", "soon"]).expect_code(2);
}

#[test]
fn a_terminal_is_told_that_a_server_is_waited_for() {
    let (env, (_listener, url)) = (env(), silent());
    let terminal = Terminal::start(&env, &["plan", "--url", &url, "--org", "dev", "--timeout", "8s"], "");
    terminal.wait_for(&format!("Waiting for {url}"));
    terminal.wait_for("the time limit of the run is over");
}
