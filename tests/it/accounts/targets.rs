//! A target of the project, chosen by `-t`: its server, its org, its file with values.

use crate::support::env::TestEnv;
use crate::support::existing_server::{ExistingServer, Options, owner_token};

const VALUE: &str = "12345:VALUE-SENTINEL";

fn project(server: &ExistingServer) -> TestEnv {
    let mut env = TestEnv::new();
    let url = server.url();
    let toml = format!(
        "[agents.desk]\nname = 'Desk'\ndir = 'desk'\n[[agents.desk.platforms]]\ntype = 'telegram'\n\
         [agents.desk.platforms.config]\nbotToken = '$BOT_TOKEN'\n\
         [targets.stage]\nurl = '{url}'\norg = 'dev'\nenv_file = 'stage.env'\n"
    );
    env.write("lobu.toml", toml).write("desk/SOUL.md", "x");
    env.env("LOBU_API_TOKEN", owner_token("dev")).env("LOBU_SERVER_URL", url);
    env
}

#[test]
fn its_file_fills_values_and_its_org_is_used() {
    let server = ExistingServer::start(Options::g2());
    let env = project(&server);
    let missing = env.lobu(["apply", "--yes", "-t", "stage"]);
    missing.expect_code(2);
    assert!(missing.stderr.contains("stage.env"), "{missing}");
    assert!(server.writes().is_empty(), "{missing}");

    env.write("stage.env", format!("BOT_TOKEN={VALUE}\n"));
    let applied = env.lobu(["apply", "--yes", "-t", "stage"]);
    applied.expect_code(0);
    assert!(applied.stderr.contains("dev at ") && !applied.everything().contains(VALUE), "{applied}");
    let sent = server.writes();
    assert!(sent.iter().any(|request| request.json().is_some_and(|body| body.to_string().contains(VALUE))));
}

#[test]
fn its_file_lies_in_the_project() {
    let server = ExistingServer::start(Options::g2());
    let env = project(&server);
    let toml = env.read("lobu.toml");
    env.write("lobu.toml", toml.replace("'stage.env'", "'../outside.env'"));
    std::fs::write(env.path().join("outside.env"), format!("BOT_TOKEN={VALUE}\n")).expect("a file");
    let output = env.lobu(["apply", "--yes", "-t", "stage"]);
    output.expect_code(2);
    assert!(server.writes().is_empty() && !output.everything().contains(VALUE), "{output}");
}
