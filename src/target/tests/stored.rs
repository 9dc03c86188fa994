//! Stored contexts and targets of a project: which are chosen, and what is refused before a token leaves.

use std::collections::BTreeMap;
use std::sync::Arc;

use url::Url;

use crate::accounts::{Context, Identity, Login, Snapshot};
use crate::env::Environment;
use crate::model::OrgSlug;
use crate::secrets::SecretValue;
use crate::target::{Known, ProjectPins, ProjectTarget, TargetErrorKind, TargetFlags, resolve};

fn context(name: &str, origins: &[&str], org: Option<&str>) -> Context {
    let origins: Vec<_> = origins.iter().map(|origin| Url::parse(origin).unwrap()).collect();
    Context {
        name: name.to_owned(),
        api_url: format!("{}api/v1", origins[0]),
        server: origins[origins.len() - 1].clone(),
        origins,
        org: org.map(|org| OrgSlug::parse(org).unwrap()),
        sends_secret_values: name == "staging",
        is_built_in: name == "lobu",
    }
}

/// The contexts `lobu`, `staging` with an org, `prod`, and `torn`, whose server is none of its origins; all logged in.
fn accounts(current: Option<&str>) -> Snapshot {
    let mut contexts = vec![
        context("lobu", &["https://app.lobu.ai", "https://lobu.ai"], None),
        context("staging", &["https://staging.example"], Some("acme")),
        context("prod", &["https://prod.example"], None),
        context("torn", &["https://torn.example"], Some("acme")),
    ];
    contexts[3].server = Url::parse("https://elsewhere.example").unwrap();
    let login = |name: &String| {
        let access_token = Arc::new(SecretValue::new(name));
        (name.clone(), Login { access_token, refresh: None, expires_at: None, identity: Identity::default() })
    };
    let logins = contexts.iter().map(|context| login(&context.name)).collect::<BTreeMap<_, _>>();
    let contexts = contexts.into_iter().map(|context| (context.name.clone(), context)).collect();
    Snapshot { contexts, logins, current: current.map(str::to_owned), ..Snapshot::default() }
}

fn targets() -> Vec<ProjectTarget> {
    let target = |name: &str, url: Option<&str>, org: Option<&str>| ProjectTarget {
        name: name.to_owned(),
        url: url.map(str::to_owned),
        org: org.map(|org| OrgSlug::parse(org).unwrap()),
        is_protected: false,
    };
    vec![
        target("staging", Some("https://staging.example"), Some("acme-staging")),
        target("prod", Some("https://prod.example"), Some("acme")),
        target("steered", Some("https://evil.example"), Some("acme")),
        target("user", Some("https://u:p@prod.example"), Some("acme")),
        target("plain", Some("http://prod.example"), Some("acme")),
        target("bare", None, Some("acme")),
        target("own", Some("https://prod.example"), None),
    ]
}

/// Resolves a line such as `-c staging LOBU_ORG=a pin=b current=prod tty`, and shows what came out.
fn shown(line: &str) -> String {
    let mut flags = TargetFlags::default();
    let mut variables = vec![("HOME".to_owned(), "/home/u".to_owned())];
    let (mut pin, mut current, mut on_terminal) = (None, None, false);
    let mut words = line.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "-t" => flags.target = words.next().map(str::to_owned),
            "--url" => flags.url = words.next().map(str::to_owned),
            "-c" => flags.context = words.next().map(str::to_owned),
            "--org" => flags.org = words.next().map(str::to_owned),
            "tty" => on_terminal = true,
            _ => match word.split_once('=').unwrap() {
                ("pin", org) => pin = Some(OrgSlug::parse(org).unwrap()),
                ("current", name) => current = Some(name.to_owned()),
                (name, value) => variables.push((name.to_owned(), value.to_owned())),
            },
        }
    }
    let (accounts, pins) = (accounts(current.as_deref()), ProjectPins { org: pin, targets: targets(), project: None });
    let known = Known { accounts: Some(&accounts), pins: &pins, on_terminal };
    match resolve(&flags, &Environment::from_pairs(variables), known) {
        Ok(target) => {
            let token = match (&target.token, &target.login) {
                (Some(_), None) => "token".to_owned(),
                (None, Some(stored)) => format!("login {}", stored.context.name),
                (None, None) => "none".to_owned(),
                (Some(_), Some(_)) => "both".to_owned(),
            };
            let consent = if target.sends_secret_values { " consent" } else { "" };
            let (context, server, source) = (&target.context, target.server_name(), target.org_source);
            format!("{context} {server} {} {source:?} {token}{consent}", target.org)
        }
        Err(error) => {
            let code = match error.kind() {
                TargetErrorKind::Usage => 2,
                TargetErrorKind::Access | TargetErrorKind::Origin => 4,
                TargetErrorKind::Files => 1,
            };
            format!("{code} {}", format!("{error:?}").split([' ', '{']).next().unwrap())
        }
    }
}

#[track_caller]
fn check(table: &[(&str, &str)]) {
    for (line, expected) in table {
        assert_eq!(shown(line), *expected, "{line}");
    }
}

#[test]
fn a_stored_context_is_chosen_by_name_or_as_the_current_one() {
    check(&[
        ("-c staging", "staging https://staging.example acme Context login staging consent"),
        ("LOBU_CONTEXT=staging", "staging https://staging.example acme Context login staging consent"),
        ("current=staging", "staging https://staging.example acme Context login staging consent"),
        ("-c prod current=staging --org a", "prod https://prod.example a Flag login prod"),
        ("-c lobu --org a", "lobu https://lobu.ai a Flag login lobu"),
        ("-c prod", "2 NoOrg"),
        ("-c nobody", "2 UnknownContext"),
        ("current=nobody", "2 UnknownContext"),
        ("current=local", "local embedded dev Default none"),
        ("tty current=prod --org a", "prod https://prod.example a Flag login prod"),
        ("LOBU_SERVER_URL=https://x.example --org a current=prod", "environment https://x.example a Flag none"),
    ]);
}

#[test]
fn the_org_of_a_context_gives_way_to_the_environment_and_not_to_a_pin() {
    check(&[
        ("-c staging LOBU_ORG=b", "staging https://staging.example b Variable login staging consent"),
        ("-c staging pin=b", "4 OrgsDiffer"),
        ("-c staging pin=b LOBU_ORG=b", "staging https://staging.example b Pin login staging consent"),
        ("-c staging pin=b LOBU_ORG=c", "4 OrgsDiffer"),
        ("-c staging pin=b --org c", "staging https://staging.example c Flag login staging consent"),
        ("-c staging pin=acme", "staging https://staging.example acme Pin login staging consent"),
    ]);
}

#[test]
fn a_login_goes_to_the_origins_of_its_context_only() {
    check(&[
        ("--url https://prod.example --org a", "prod https://prod.example a Flag login prod"),
        ("--url https://staging.example --org a", "staging https://staging.example a Flag login staging consent"),
        ("--url https://app.lobu.ai --org a", "lobu https://app.lobu.ai a Flag login lobu"),
        ("--url https://prod.example:8443 --org a", "url https://prod.example:8443 a Flag none"),
        ("--url https://evil.example --org a current=prod", "url https://evil.example a Flag none"),
        ("-c torn", "4 NotOfContext"),
        ("-c torn LOBU_API_TOKEN=t", "torn https://elsewhere.example acme Context token"),
        ("-c prod --org a LOBU_API_URL=https://staging.example", "2 ApiUrlElsewhere"),
        ("-c lobu --org a LOBU_API_URL=https://app.lobu.ai/api/v1", "lobu https://lobu.ai a Flag login lobu"),
    ]);
}

#[test]
fn the_token_of_the_environment_needs_a_server_that_this_run_names() {
    check(&[
        ("LOBU_API_TOKEN=t current=staging", "2 TokenWithoutTarget"),
        ("LOBU_API_TOKEN=t current=local", "local embedded dev Default none"),
        ("LOBU_API_TOKEN=t -c staging", "staging https://staging.example acme Context token consent"),
        ("LOBU_API_TOKEN=t LOBU_CONTEXT=staging", "staging https://staging.example acme Context token consent"),
        (
            "LOBU_API_TOKEN=t LOBU_SERVER_URL=https://prod.example LOBU_ORG=a",
            "prod https://prod.example a Variable token",
        ),
    ]);
}

#[test]
fn a_target_pins_and_does_not_authorize() {
    check(&[
        ("-t staging", "staging https://staging.example acme-staging Target login staging consent"),
        ("-t prod pin=other", "prod https://prod.example acme Target login prod"),
        ("-t prod --org b", "prod https://prod.example b Flag login prod"),
        ("-t prod LOBU_ORG=b", "4 OrgsDiffer"),
        ("-t own pin=b", "prod https://prod.example b Pin login prod"),
        ("-t own", "2 NoOrg"),
        ("-t nobody", "2 UnknownTarget"),
        ("-t bare", "2 TargetWithoutUrl"),
        ("-t prod -c prod", "2 TwoServers"),
        ("-t steered", "4 TargetNotOwned"),
        ("-t steered LOBU_API_TOKEN=t", "4 TargetNotOwned"),
        ("-t steered LOBU_API_TOKEN=t LOBU_SERVER_URL=https://prod.example", "4 TargetNotOwned"),
        (
            "-t steered LOBU_SERVER_URL=https://evil.example LOBU_API_TOKEN=t",
            "target https://evil.example acme Target token",
        ),
        ("-t prod LOBU_API_TOKEN=t", "2 TokenWithoutTarget"),
        (
            "-t prod LOBU_API_TOKEN=t LOBU_SERVER_URL=https://prod.example",
            "prod https://prod.example acme Target token",
        ),
        ("-t user", "2 BadUrl"),
        ("-t plain", "4 TargetNotOwned"),
    ]);
}
