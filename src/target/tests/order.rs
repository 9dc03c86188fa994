use std::path::PathBuf;

use crate::env::Environment;
use crate::model::OrgSlug;
use crate::target::{Known, ProjectPins, Server, TargetErrorKind, TargetFlags, resolve};

/// Resolves a line such as `--url https://h.example LOBU_ORG=a pin=b tty` and shows what came out.
fn shown(line: &str) -> String {
    let mut flags = TargetFlags::default();
    let mut variables = vec![("HOME".to_owned(), "/home/u".to_owned())];
    let (mut pin, mut terminal) = (None, false);
    let mut words = line.split_whitespace();
    while let Some(word) = words.next() {
        match word {
            "--url" => flags.url = words.next().map(str::to_owned),
            "-c" => flags.context = words.next().map(str::to_owned),
            "--org" => flags.org = words.next().map(str::to_owned),
            "--db" => flags.database = words.next().map(PathBuf::from),
            "--allow-insecure-http" => flags.allow_insecure_http = true,
            "tty" => terminal = true,
            _ => match word.split_once('=').unwrap() {
                ("pin", org) => pin = Some(OrgSlug::parse(org).unwrap()),
                ("HOME", "") => variables.clear(),
                (name, value) => variables.push((name.to_owned(), value.to_owned())),
            },
        }
    }
    let pins = ProjectPins { org: pin, ..ProjectPins::default() };
    let known = Known { accounts: None, pins: &pins, on_terminal: terminal };
    match resolve(&flags, &Environment::from_pairs(variables), known) {
        Ok(target) => {
            let server = match &target.server {
                Server::Local { database } => database.display().to_string(),
                Server::Remote { .. } => target.server_name(),
            };
            let token = if target.token.is_some() { " token" } else { "" };
            let pin = target.overridden_pin.map(|pin| format!(" over {pin}")).unwrap_or_default();
            format!("{} {server} {} {:?}{token}{pin}", target.context, target.org, target.org_source)
        }
        Err(error) => {
            let code = if error.kind() == TargetErrorKind::Usage { 2 } else { 4 };
            format!("{code} {}", format!("{error:?}").split([' ', '{']).next().unwrap())
        }
    }
}

#[test]
fn servers_are_chosen_in_order() {
    let table = [
        ("--url https://h.example --org a", "url https://h.example a Flag"),
        ("--url https://h.example -c local", "2 TwoServers"),
        ("--url https://h.example --org a LOBU_CONTEXT=local", "url https://h.example a Flag"),
        ("-c local", "local /home/u/.local/share/lobu/local.db dev Default"),
        ("-c embedded LOBU_SERVER_URL=https://h.example", "local /home/u/.local/share/lobu/local.db dev Default"),
        ("-c staging", "2 UnknownContext"),
        (
            "LOBU_CONTEXT=local LOBU_SERVER_URL=https://h.example",
            "local /home/u/.local/share/lobu/local.db dev Default",
        ),
        ("LOBU_CONTEXT=staging", "2 UnknownContext"),
        ("LOBU_SERVER_URL=https://h.example --org a", "environment https://h.example a Flag"),
        ("LOBU_MEMORY_URL=https://h.example/mcp --org a", "environment https://h.example a Flag"),
        ("LOBU_MEMORY_URL=https://h.example/mcp/b/x?y", "environment https://h.example b Url"),
        ("LOBU_MEMORY_URL=https://mcp.example/mcp/b/x/y", "environment https://mcp.example b Url"),
        ("LOBU_MEMORY_URL=https://mcp.example --org a", "environment https://mcp.example a Flag"),
        ("LOBU_MEMORY_URL=https://h.example/api --org a", "2 BadUrl"),
        (
            "LOBU_SERVER_URL=https://h.example LOBU_MEMORY_URL=https://h.example:443/mcp/b",
            "environment https://h.example b Url",
        ),
        ("LOBU_SERVER_URL=https://h.example LOBU_MEMORY_URL=https://i.example/mcp --org a", "2 VariablesDiffer"),
        ("", "2 NoTarget"),
        ("--org a LOBU_API_TOKEN=t", "2 NoTarget"),
        ("tty", "local /home/u/.local/share/lobu/local.db dev Default"),
        ("tty LOBU_SERVER_URL=https://h.example --org a", "environment https://h.example a Flag"),
    ];
    for (line, expected) in table {
        assert_eq!(shown(line), expected, "{line}");
    }
}

#[test]
fn orgs_are_chosen_in_order_and_must_agree() {
    let table = [
        ("--org a pin=a LOBU_ORG=a", "url https://h.example a Flag"),
        ("--org a pin=b LOBU_ORG=c LOBU_MEMORY_ORG=d", "url https://h.example a Flag over b"),
        ("pin=b", "url https://h.example b Pin"),
        ("pin=b LOBU_ORG=b", "url https://h.example b Pin"),
        ("pin=b LOBU_ORG=B", "url https://h.example b Pin"),
        ("pin=b LOBU_ORG=c", "4 OrgsDiffer"),
        ("pin=b LOBU_MEMORY_ORG=c", "4 OrgsDiffer"),
        ("LOBU_ORG=c", "url https://h.example c Variable"),
        ("LOBU_MEMORY_ORG=c", "url https://h.example c OldVariable"),
        ("LOBU_ORG=c LOBU_MEMORY_ORG=d", "2 VariablesDiffer"),
        ("", "2 NoOrg"),
        ("--org -", "2 BadOrg"),
        ("LOBU_ORG=a/b", "2 BadOrg"),
    ];
    for (line, expected) in table {
        assert_eq!(shown(&format!("--url https://h.example {line}")), expected, "{line}");
    }
    let table = [
        ("", "url https://h.example o Url"),
        ("--org o", "url https://h.example o Flag"),
        ("--org a", "4 OrgsDiffer"),
        ("pin=b", "4 OrgsDiffer"),
        ("LOBU_ORG=b", "4 OrgsDiffer"),
        ("pin=o LOBU_ORG=o", "url https://h.example o Pin"),
    ];
    for (line, expected) in table {
        assert_eq!(shown(&format!("--url https://h.example/mcp/o {line}")), expected, "{line}");
    }
    let overruled = "LOBU_MEMORY_URL=https://h.example/mcp/o --org a";
    assert_eq!(shown(overruled), "environment https://h.example a Flag");
}

#[test]
fn nothing_of_the_environment_counts_on_local() {
    let noise = "LOBU_ORG=x LOBU_API_TOKEN=t LOBU_API_URL=https://else.example LOBU_SERVER_URL=nonsense";
    let table = [
        ("-c local", "local /home/u/.local/share/lobu/local.db dev Default"),
        ("-c local pin=p", "local /home/u/.local/share/lobu/local.db p Pin"),
        ("-c local pin=p --org o", "local /home/u/.local/share/lobu/local.db o Flag over p"),
        ("-c local LOBU_LOCAL_DB=/a/b.db", "local /a/b.db dev Default"),
        ("-c local LOBU_LOCAL_DB=/a/b.db --db c.db", "local c.db dev Default"),
        ("-c local XDG_DATA_HOME=/data", "local /data/lobu/local.db dev Default"),
    ];
    for (line, expected) in table {
        assert_eq!(shown(&format!("{line} {noise}")), expected, "{line}");
    }
    assert_eq!(shown("-c local HOME="), "2 NoHome");
    assert_eq!(shown("-c local HOME= --db x.db"), "local x.db dev Default");
}

#[test]
fn tokens_go_only_to_named_servers_over_safe_ways() {
    let table = [
        ("--url https://h.example --org a LOBU_API_TOKEN=t", "url https://h.example a Flag token"),
        ("LOBU_SERVER_URL=https://h.example --org a LOBU_API_TOKEN=t", "environment https://h.example a Flag token"),
        ("tty LOBU_API_TOKEN=t", "local /home/u/.local/share/lobu/local.db dev Default"),
        ("--url http://h.example --org a", "2 InsecureHttp"),
        ("--url http://h.example --org a --allow-insecure-http", "url http://h.example a Flag"),
        ("--url http://localhost:8787 --org a", "url http://localhost:8787 a Flag"),
        ("--url https://h.example --org a LOBU_API_URL=https://h.example/api/v1", "url https://h.example a Flag"),
        ("--url https://h.example --org a LOBU_API_URL=https://app.h.example", "2 ApiUrlElsewhere"),
        ("--url https://h.example --org a LOBU_API_URL=nonsense", "2 BadUrl"),
        ("--url https://h.example --org a --db x.db", "2 DatabaseOfServer"),
    ];
    for (line, expected) in table {
        assert_eq!(shown(line), expected, "{line}");
    }
}

#[test]
fn both_orgs_are_named_when_they_differ() {
    let environment = Environment::from_pairs([("LOBU_ORG", "acme")]);
    let flags = TargetFlags { url: Some("https://h.example".to_owned()), ..TargetFlags::default() };
    let pins = ProjectPins { org: Some(OrgSlug::parse("beta").unwrap()), ..ProjectPins::default() };
    let known = Known { accounts: None, pins: &pins, on_terminal: false };
    let error = resolve(&flags, &environment, known).err().unwrap();
    insta::assert_snapshot!(error, @"lobu.toml names the org `beta`, but LOBU_ORG names `acme`");
}
