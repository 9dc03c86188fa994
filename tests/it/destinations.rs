//! A value that only the org has is never sent to another destination: not by a changed URL of an MCP server in lobu.toml or in a
//! skill, and not by a changed address of a platform; on our server and on the existing one, whatever it shows.

use crate::support::embedded::Served;
use crate::support::env::{CommandOutput, TestEnv};
use crate::support::existing_server::Options;
use crate::support::site::Site;

const HELD: &str = "held-by-the-org-only";

/// An agent with an MCP server of its own, one of a skill, and a platform at an address.
fn project(env: &TestEnv, url: &str, skill_url: &str, homeserver: &str, more: &str, config: &str) {
    let toml = format!(
        "[agents.triage]\nname = 'Triage'\ndir = 'triage'\n\
         [[agents.triage.platforms]]\ntype = 'slack'\n\
         config = {{ botToken = 'xoxb-made-up-for-this-test', homeserver = '{homeserver}', room = 'r'{config} }}\n\
         [agents.triage.skills.mcp.tickets]\nurl = '{url}'\n{more}"
    );
    let skill = format!(
        "---\nname: parts\ndescription: Finds parts.\nmcpServers:\n  parts:\n    url: {skill_url}\n---\nLook for parts.\n"
    );
    env.write("lobu.toml", toml).write("triage/SOUL.md", "You sort.").write("triage/skills/parts/SKILL.md", skill);
}

const OLD: &str = "https://old.example/mcp";
const EVIL: &str = "https://evil.example/mcp";

/// What is in the org beside what the files declare later.
const HEADER: &str = "headers = { Authorization = 'held-by-the-org-only' }\n";
const OF_SKILL: &str = "[agents.triage.skills.mcp.parts]\nurl = 'https://old.example/mcp'\nheaders = { Cookie = 'held-by-the-org-only' }\n";
const TOKEN: &str = ", accessToken = 'held-by-the-org-only'";

/// Each way to send what the org holds elsewhere, with the place that the plan has to name.
fn attacks(env: &TestEnv, attempt: &mut dyn FnMut(&str)) {
    project(env, EVIL, OLD, OLD, "", "");
    attempt("skills.mcp.tickets.headers.Authorization");
    project(env, OLD, EVIL, OLD, "", "");
    attempt("skills.mcp.parts.headers.Cookie");
    project(env, OLD, OLD, EVIL, "", "");
    attempt("config.accessToken");
}

#[track_caller]
fn expect_refused(output: &CommandOutput, place: &str) {
    output.expect_code(3);
    let flat = output.everything().split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains(place) && flat.contains("changes where its values are sent"), "{place}: {output}");
    assert!(!flat.contains(HELD), "{output}");
}

#[test]
fn an_existing_server_is_sent_nothing() {
    for options in [
        Options::g1_without_manager(),
        Options::g1_with_manager(),
        Options::g2(),
        Options::g2().reading_references(),
        Options::g2().before_june(),
    ] {
        let site = Site::project(options, "");
        project(&site.env, OLD, OLD, OLD, &format!("{HEADER}{OF_SKILL}"), TOKEN);
        site.apply(&[]);
        attacks(&site.env, &mut |place| {
            let output = site.expect_refusal(&["apply", "--yes"], 3);
            expect_refused(&output, place);
            let output = site.expect_refusal(&["apply", "--yes", "--resend-secrets=all"], 3);
            expect_refused(&output, place);
        });
        // Declared again, it may go where the files say.
        let declared = format!("{HEADER}{}", OF_SKILL.replace(OLD, EVIL));
        project(&site.env, EVIL, EVIL, EVIL, &declared, TOKEN);
        assert_ne!(site.apply(&[]).len(), 0);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn our_server_is_sent_nothing() {
    let served = Served::in_memory().await;
    let mut env = TestEnv::new();
    env.env("LOBU_API_TOKEN", served.token());
    let run = |env: &TestEnv| env.lobu(["apply", "--yes", "--url", served.url(), "--org", "dev"]);
    project(&env, OLD, OLD, OLD, &format!("{HEADER}{OF_SKILL}"), TOKEN);
    run(&env).expect_code(0);
    attacks(&env, &mut |place| {
        served.counter.reset();
        expect_refused(&run(&env), place);
        assert_eq!(served.counter.writes(), 0);
    });
    project(&env, EVIL, EVIL, EVIL, &format!("{HEADER}{}", OF_SKILL.replace(OLD, EVIL)), TOKEN);
    run(&env).expect_code(0);
}
