//! The values of a target come from its own file and from no other.

use super::site::{Site, flat};
use crate::support::env::TestEnv;
use crate::support::existing_server::{ExistingServer, Options, RecordedRequest, owner_token};
use crate::support::terminal::Terminal;

/// A project with two targets, each the org `dev` of the served database; `.env` holds what belongs to neither.
fn site() -> Site {
    let mut site = Site::new("BOT_TOKEN=of-dotenv\n");
    let url = site.served.url().to_owned();
    let project = format!(
        "[agents.desk]\nname = 'Desk'\ndir = 'desk'\n[[agents.desk.platforms]]\ntype = 'telegram'\n\
         [agents.desk.platforms.config]\nbotToken = '$BOT_TOKEN'\n\
         [targets.production]\nurl = '{url}'\norg = 'dev'\nenv_file = 'production.env'\n\
         [targets.staging]\nurl = '{url}'\norg = 'dev'\n"
    );
    site.env
        .write("desk/SOUL.md", "x")
        .write("lobu.toml", project)
        .write("production.env", "BOT_TOKEN=of-production\n");
    // A target pins; that this server may have the token is said by the run itself.
    site.env.env("LOBU_SERVER_URL", url);
    site
}

#[test]
fn the_default_source_is_the_env_file_of_the_target() {
    let site = site();
    let output = site.env.lobu(["secrets", "push", "--yes", "-t", "production"]);
    output.expect_code(0);
    assert_eq!(site.stored("BOT_TOKEN").as_deref(), Some("of-production"), "{output}");
    assert!(output.stdout.contains("production.env") && !output.everything().contains(" .env"), "{output}");
}

#[test]
fn a_target_without_a_file_takes_dotenv_only_if_it_is_named() {
    let site = site();
    let refused = site.env.lobu(["secrets", "push", "--yes", "-t", "staging"]);
    refused.expect_code(2);
    site.expect_untouched();
    assert!(refused.stderr.contains("target staging has no env_file"), "{refused}");
    assert!(flat(&refused.stderr).contains("--from-dotenv"), "{refused}");
    site.env.lobu(["secrets", "push", "--yes", "-t", "staging", "--from-dotenv"]).expect_code(0);
    assert_eq!(site.stored("BOT_TOKEN").as_deref(), Some("of-dotenv"));
}

#[test]
fn dotenv_that_is_named_goes_before_the_file_of_the_target() {
    let site = site();
    site.env.lobu(["secrets", "push", "--yes", "-t", "production", "--from-dotenv"]).expect_code(0);
    assert_eq!(site.stored("BOT_TOKEN").as_deref(), Some("of-dotenv"));
}

#[test]
fn an_env_file_that_is_missing_sends_nothing() {
    let site = site();
    std::fs::remove_file(site.env.project().join("production.env")).expect("it is there");
    let refused = site.env.lobu(["secrets", "push", "--yes", "-t", "production"]);
    refused.expect_code(2);
    site.expect_untouched();
    assert!(refused.stderr.contains("the target's env_file production.env does not exist"), "{refused}");
}

#[test]
fn the_command_that_an_apply_names_sends_the_values_of_its_target() {
    let site = site();
    let refused = site.env.lobu(["apply", "--yes", "-t", "production"]);
    refused.expect_code(2);
    let hint = "production.env has BOT_TOKEN; send it first: lobu secrets push -t production";
    assert!(flat(&refused.stderr).contains(hint), "{refused}");
    site.env.lobu(["secrets", "push", "-t", "production", "--yes"]).expect_code(0);
    assert_eq!(site.stored("BOT_TOKEN").as_deref(), Some("of-production"));
    site.env.lobu(["apply", "--yes", "-t", "production"]).expect_code(0);
}

#[test]
fn the_hint_of_a_target_without_a_file_names_no_dotenv() {
    let site = site();
    let refused = site.env.lobu(["apply", "--yes", "-t", "staging"]);
    refused.expect_code(2);
    let hint = "Send them first: lobu secrets push -t staging --from-file PATH BOT_TOKEN";
    assert!(flat(&refused.stderr).contains(hint), "{refused}");
}

#[test]
fn the_question_names_file_target_and_org() {
    let site = site();
    let mut terminal = Terminal::start(&site.env, &["secrets", "push", "-t", "production"], "");
    terminal.drive(&[("Create BOT_TOKEN", "n")]);
    let (code, screen) = terminal.end();
    assert_eq!(code, Some(7), "{screen}");
    let place =
        format!("Create BOT_TOKEN from production.env in org dev on {} (target production)?", site.served.url());
    assert!(flat(&screen).contains(&place), "{screen}");
}

#[test]
fn an_apply_that_sends_values_takes_no_dotenv_for_a_target() {
    let server = ExistingServer::start(Options::g2());
    let mut env = TestEnv::new();
    let url = server.url();
    let project = format!(
        "[agents.desk]\nname = 'Desk'\ndir = 'desk'\n[[agents.desk.platforms]]\ntype = 'telegram'\n\
         [agents.desk.platforms.config]\nbotToken = '$BOT_TOKEN'\n\
         [targets.production]\nurl = '{url}'\norg = 'dev'\nenv_file = 'production.env'\n\
         [targets.staging]\nurl = '{url}'\norg = 'dev'\n"
    );
    env.write("desk/SOUL.md", "x")
        .write("lobu.toml", project)
        .write("production.env", "OTHER=1\n")
        .write(".env", "BOT_TOKEN=12345:OF-DOTENV\n");
    env.env("LOBU_API_TOKEN", owner_token("dev")).env("LOBU_SERVER_URL", url);
    for target in ["production", "staging"] {
        let refused = env.lobu(["apply", "--yes", "-t", target]);
        refused.expect_code(2);
        assert!(refused.stderr.contains("values that the plan needs are missing"), "{refused}");
        assert!(!refused.stderr.contains(" .env"), "{refused}");
        assert!(server.writes().is_empty(), "{refused}");
    }
    env.write("production.env", "BOT_TOKEN=12345:OF-PRODUCTION\n");
    env.lobu(["apply", "--yes", "-t", "production"]).expect_code(0);
    let sent: String = server.writes().iter().filter_map(RecordedRequest::json).map(|body| body.to_string()).collect();
    assert!(sent.contains("OF-PRODUCTION") && !sent.contains("OF-DOTENV"));
}

#[test]
fn doctor_looks_at_the_file_of_every_target() {
    use std::os::unix::fs::PermissionsExt as _;

    let site = site();
    let file = site.env.project().join("production.env");
    std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("a mode");
    let output = site.env.lobu(["doctor", "--offline", "-t", "production"]);
    assert!(flat(&output.stdout).contains("Other users of this machine can open production.env."), "{output}");
    let fixed = site.env.lobu(["doctor", "--offline", "-t", "production", "--fix"]);
    assert!(flat(&fixed.stdout).contains("production.env: now only its owner can open it"), "{fixed}");
    assert_eq!(std::fs::metadata(file).expect("a file").permissions().mode() & 0o777, 0o600);
}
