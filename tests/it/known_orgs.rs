//! An org that the server does not have, and one that was renamed.

use crate::support::existing_server::Options;
use crate::support::site::Site;
use crate::support::terminal::flat;

const PROJECT: &str = "[agents.desk]\nname = \"Desk\"\ndir = \"agents/desk\"\nproviders = [{ id = \"anthropic\", key = \"$A\" }]\n\n\
                       [memory]\nname = \"Néw & old\"\n";

fn site(options: Options, toml: &str) -> Site {
    let site = Site::project(options, toml);
    site.env.write("agents/desk/SOUL.md", "Be kind.\n");
    site
}

#[test]
fn an_org_that_is_not_there_is_an_error_with_the_page_that_makes_it() {
    let site = site(Options::g2(), PROJECT);
    let url = site.server.url();
    let token = crate::support::existing_server::owner_token("dev");
    site.server.state().tokens.get_mut(&token).expect("the token").scopes = None;
    for (arguments, name) in [
        (&["plan"][..], "N%C3%A9w%20%26%20old"),
        (&["apply", "--yes"], "N%C3%A9w%20%26%20old"),
        (&["drift"], "N%C3%A9w%20%26%20old"),
        (&["secrets", "push", "--dry-run"], "nowhere"),
    ] {
        site.env.write(".env", "B=c\n");
        let output = site.env.lobu([arguments, &["--org", "nowhere", "--url", &url]].concat());
        output.expect_code(4);
        let text = flat(&output.stderr);
        assert!(text.contains(&format!("the org nowhere does not exist on {url}")), "{output}");
        assert!(text.contains("Your orgs there: dev."), "{output}");
        let page = format!("{url}/orgs/new?slug=nowhere&name={name}");
        assert!(output.stderr.lines().any(|line| line.trim() == page), "{page}\n{output}");
        assert!(output.stderr.lines().any(|line| line.trim() == "lobu org list"), "{output}");
    }
    assert_eq!(site.server.writes().len(), 0);
}

#[test]
fn the_users_orgs_are_listed_up_to_a_limit_and_only_where_they_are_told() {
    let toml = PROJECT.replace("[memory]", "[memory]\norg = \"nowhere\"");
    let many = site(Options::g2(), &toml);
    {
        let mut state = many.server.state();
        for number in 0..14 {
            state.add_organization(&format!("org-{number}"));
        }
        let token = crate::support::existing_server::owner_token("dev");
        let token = state.tokens.get_mut(&token).expect("the token");
        token.scopes = None;
        let user = token.user.clone();
        let orgs: Vec<String> = state.organizations.iter().map(|org| org.slug.clone()).collect();
        for org in orgs {
            state.memberships.insert((org, user.clone()), "owner".to_owned());
        }
    }
    let url = many.server.url();
    let text = flat(&many.env.lobu(["plan", "--url", &url]).stderr);
    assert!(text.contains("org-8, and 5 more."), "{text}");
    let silent = site(Options::g1_with_manager(), &toml);
    let url = silent.server.url();
    let output = silent.env.lobu(["plan", "--url", &url]);
    output.expect_code(4);
    assert!(!output.stderr.contains("Your orgs"), "{output}");
    assert!(output.stderr.contains("/orgs/new?slug=nowhere"), "{output}");
}

#[test]
fn an_id_that_belongs_to_another_slug_stops_a_plan() {
    let site = site(Options::g2(), "");
    let token = crate::support::existing_server::owner_token("dev");
    let (ours, theirs) = {
        let mut state = site.server.state();
        state.add_organization("renamed");
        let token = state.tokens.get_mut(&token).expect("the token");
        (token.scopes, token.bound_to) = (None, None);
        let user = token.user.clone();
        state.memberships.insert(("renamed".to_owned(), user), "owner".to_owned());
        (state.organization_id("dev"), state.organization_id("renamed"))
    };
    let write = |memory: &str| {
        site.env.write("lobu.toml", PROJECT.replace("[memory]", &format!("[memory]\n{memory}")));
        site.env.read("lobu.toml")
    };
    let url = site.server.url();
    let toml = write(&format!("org = \"dev\"\norganization_id = \"{theirs}\""));
    for verb in [&["plan"][..], &["apply", "--yes"]] {
        let output = site.env.lobu([verb, &["--url", &url]].concat());
        output.expect_code(4);
        let text = flat(&output.stderr);
        let message =
            "the organization_id in lobu.toml:8 belongs to the org renamed, and this command is for the org dev";
        assert!(text.contains(message) && text.contains("write `org = \"renamed\"` in [memory]"), "{output}");
        assert_eq!(site.env.read("lobu.toml"), toml);
    }
    assert_eq!(site.server.writes().len(), 0);
    // The org that is named for this run is not the one that the project pins.
    site.env.lobu(["plan", "--url", &url, "--org", "renamed"]).expect_code(0);
    for memory in [
        format!("org = \"dev\"\norganization_id = \"{ours}\""),
        "org = \"dev\"\norganization_id = \"of-another-server\"".to_owned(),
        "org = \"dev\"\norganization_id = \"\"".to_owned(),
    ] {
        write(&memory);
        site.env.lobu(["plan", "--url", &url]).expect_code(0);
    }
    // A token without the scope is told nothing, and that is no failure.
    site.server.state().tokens.get_mut(&token).expect("the token").scopes = Some(vec!["mcp:admin".to_owned()]);
    write(&format!("org = \"dev\"\norganization_id = \"{theirs}\""));
    site.env.lobu(["plan", "--url", &url]).expect_code(0);
}

#[test]
fn only_a_declared_id_costs_a_request() {
    let site = site(Options::g2(), PROJECT);
    let asked = |site: &Site| {
        site.server.forget_requests();
        site.run(&["plan"]).expect_code(0);
        site.server.requests().iter().filter(|request| request.path == "/oauth/userinfo").count()
    };
    assert_eq!(asked(&site), 0);
    site.env.write("lobu.toml", PROJECT.replace("[memory]", "[memory]\norg = \"dev\"\norganization_id = \"one\""));
    assert_eq!(asked(&site), 1);
}
