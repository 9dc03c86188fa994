//! Existing servers hide and do not compare: what is unknown is named, and nothing is called equal.

use super::project::words;
use crate::support::existing_server::Options;
use crate::support::site::Site;

const TOML: &str = "[agents.desk]\nname = 'Desk'\ndir = 'desk'\n\
    [[agents.desk.platforms]]\ntype = 'telegram'\nconfig = { botToken = 'Zq8-bot-token', chatId = '1' }\n";

fn site(options: Options) -> Site {
    let site = Site::project(options, TOML);
    site.env.write("desk/SOUL.md", "Be kind.\n");
    site.apply(&[]);
    site
}

/// Both shapes of the existing server that hide what they have.
fn that_hide() -> [Options; 2] {
    [Options::g1_with_manager(), Options::g2()]
}

#[test]
fn plan_apply_and_drift_name_what_is_unknown() {
    for options in that_hide() {
        let site = site(options);
        site.env.write("lobu.toml", TOML.replace("Zq8-bot", "Zq8-other"));
        for verb in [&["plan", "--detailed-exitcode"][..], &["apply", "--yes"], &["drift"]] {
            site.server.forget_requests();
            let output = site.run(verb);
            output.expect_code(0);
            let words = words(&output);
            let sentence = "The server hides 1 value: desk → desk-telegram → botToken. An edit of it is not detected; send \
                            it with --resend-secrets=agent/desk";
            assert!(words.contains(sentence), "{output}");
            assert!(words.contains("; 1 hidden value is unknown."), "{output}");
            assert!(!words.contains("Nothing to apply.") && !words.contains("Declared values match."), "{output}");
            assert_eq!(site.server.writes().len(), 0, "{output}");
            assert!(site.server.requests().iter().all(|request| !request.path.ends_with("/compare")), "{output}");
        }
        site.run(&["apply", "--yes", "--resend-secrets=agent/desk"]);
        assert_eq!(site.server.writes().len(), 1);
    }
}

#[test]
fn a_server_that_hides_nothing_is_compared_in_clear() {
    let site = site(Options::g1_without_manager());
    let plan = site.run(&["plan", "--detailed-exitcode"]);
    plan.expect_code(0);
    assert!(plan.stdout.contains("Nothing to apply."), "{plan}");
    site.env.write("lobu.toml", TOML.replace("Zq8-bot", "Zq8-other"));
    site.run(&["plan", "--detailed-exitcode"]).expect_code(2);
}
