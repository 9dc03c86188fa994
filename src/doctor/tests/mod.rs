//! Each check made to pass, and to end otherwise.

mod server;

use std::collections::BTreeSet;

use crate::org::http::MemoryEndpoint;
use crate::org::{Cause, Outcome, Request, RequestError};
use crate::project::git::Ignored;
use crate::server::{KeyState, StoreContents, StoreInspection};
use crate::wire::ServerError;

use super::checks::*;
use super::finding::{failure, note, ok};
use super::{Check, Finding, Group, Report, State};

/// The state of a check among findings, by its word; `none` where it is not among them.
#[track_caller]
fn state(findings: &[Finding], check: Check) -> String {
    let found: Vec<&Finding> = findings.iter().filter(|finding| finding.check == check).collect();
    match found.as_slice() {
        [] => "none".to_owned(),
        [one] => {
            // Whatever is not well says what to do, or why it matters.
            assert!(matches!(one.state, State::Ok | State::Skipped { .. }) || one.why.is_some() || one.how.is_some());
            assert!(one.what.ends_with('.') || matches!(one.state, State::Skipped { .. }), "{}", one.what);
            one.state.word().to_owned()
        }
        _ => panic!("{check:?} is there twice"),
    }
}

fn refused(status: u16) -> RequestError {
    RequestError::Refused { request: request(), status, server: ServerError::default() }
}

fn no_answer(cause: Cause) -> RequestError {
    RequestError::NoAnswer { request: request(), cause, what: "nothing".to_owned(), outcome: Outcome::NotDone }
}

fn request() -> Request {
    Request { method: "GET", path: "/health".to_owned() }
}

fn reference(is_provider_key: bool, is_here: bool) -> ReferenceFact {
    ReferenceFact {
        name: "TOKEN".to_owned(),
        is_provider_key,
        providers: Vec::new(),
        is_in_platform: !is_provider_key,
        is_here,
    }
}

/// A reference of an MCP server only.
fn of_mcp(is_here: bool) -> ReferenceFact {
    ReferenceFact { is_in_platform: false, ..reference(false, is_here) }
}

fn org(names: &[&str], is_embedded: bool) -> OrgNames {
    let names: BTreeSet<String> = names.iter().map(|name| (*name).to_owned()).collect();
    OrgNames::These { names, is_embedded }
}

fn project() -> ReadFacts {
    ReadFacts {
        location: "/p".to_owned(),
        errors: Vec::new(),
        warnings: Vec::new(),
        spelling: Spelling::Today,
        references: Some(vec![reference(false, true)]),
        counted_file: Some(".env".to_owned()),
        values_files: vec![ValuesFileFacts {
            name: ".env".to_owned(),
            target: None,
            dotenv: DotenvFacts::Read { is_open_to_others: false },
            ignored: Ignored::Ignored,
        }],
    }
}

fn of_project(change: impl FnOnce(&mut ReadFacts), check: Check) -> String {
    let mut facts = project();
    change(&mut facts);
    state(&project_checks(&ProjectFacts::Read(Box::new(facts)), &OrgNames::NoApi), check)
}

#[test]
fn a_project_in_order_passes_every_check_of_its_group() {
    assert_eq!(state(&[state_file_check(None)], Check::StateFile), "ok");
    assert_eq!(state(&[state_file_check(Some("/f: not a regular file"))], Check::StateFile), "warning");
    for check in Group::Project.checks().filter(|check| *check != Check::StateFile) {
        assert_eq!(of_project(|_| {}, check), "ok", "{check:?}");
    }
}

#[test]
fn what_is_wrong_with_a_project_is_told() {
    let alone = |facts: &ProjectFacts| state(&project_checks(facts, &OrgNames::Unknown), Check::ProjectFound);
    assert_eq!(alone(&ProjectFacts::Missing), "note");
    assert_eq!(alone(&ProjectFacts::Unopened { why: "x".to_owned() }), "failure");
    let problem = || vec!["x".to_owned()];
    assert_eq!(of_project(|facts| facts.errors = problem(), Check::ProjectValid), "failure");
    assert_eq!(of_project(|facts| facts.warnings = problem(), Check::ProjectWarnings), "warning");
    assert_eq!(of_project(|facts| facts.spelling = Spelling::Old, Check::ProjectSpelling), "warning");
    assert_eq!(of_project(|facts| facts.spelling = Spelling::Unknown, Check::ProjectSpelling), "none");
    assert_eq!(of_project(|facts| facts.references = None, Check::ProjectValues), "none");
    assert_eq!(of_project(|facts| facts.references = Some(Vec::new()), Check::ProjectValues), "ok");
}

#[test]
fn a_value_is_missed_where_something_needs_it() {
    let table = [
        (reference(false, true), OrgNames::NoApi, "ok"),
        (reference(false, false), OrgNames::NoApi, "warning"),
        (reference(false, false), OrgNames::Unknown, "note"),
        (reference(false, false), org(&["TOKEN"], false), "ok"),
        (reference(false, false), org(&[], true), "warning"),
        (reference(true, false), org(&[], true), "note"),
        (reference(true, false), OrgNames::NoApi, "note"),
        (of_mcp(false), OrgNames::NoApi, "note"),
        (of_mcp(false), org(&[], false), "warning"),
    ];
    for (reference, names, expected) in table {
        let facts = ReadFacts { references: Some(vec![reference.clone()]), ..project() };
        let findings = project_checks(&ProjectFacts::Read(Box::new(facts)), &names);
        assert_eq!(state(&findings, Check::ProjectValues), expected, "{reference:?} {names:?}");
    }
}

#[test]
fn a_dotenv_file_is_looked_at() {
    let unreadable =
        |facts: &mut ReadFacts| facts.values_files[0].dotenv = DotenvFacts::Unreadable { why: "x".to_owned() };
    let missing = |facts: &mut ReadFacts| facts.values_files[0].dotenv = DotenvFacts::Missing;
    let open = |facts: &mut ReadFacts| facts.values_files[0].dotenv = DotenvFacts::Read { is_open_to_others: true };
    assert_eq!(of_project(unreadable, Check::DotenvReadable), "failure");
    assert_eq!(of_project(unreadable, Check::DotenvMode), "skipped");
    assert_eq!(of_project(missing, Check::DotenvReadable), "ok");
    assert_eq!(of_project(missing, Check::DotenvMode), "skipped");
    assert_eq!(of_project(open, Check::DotenvMode), "warning");
    let table = [
        (Ignored::NotIgnored, false, "warning"),
        (Ignored::NotIgnored, true, "note"),
        (Ignored::NotInRepository, false, "ok"),
    ];
    for (ignored, is_missing, expected) in table {
        let change = |facts: &mut ReadFacts| {
            facts.values_files[0].ignored = ignored;
            if is_missing {
                facts.values_files[0].dotenv = DotenvFacts::Missing;
            }
        };
        assert_eq!(of_project(change, Check::DotenvIgnored), expected, "{ignored:?} {is_missing}");
    }
}

#[test]
fn the_env_file_of_a_target_is_looked_at_like_dotenv() {
    let with = |dotenv: DotenvFacts, ignored: Ignored| {
        let of_target =
            ValuesFileFacts { name: "stage.env".to_owned(), target: Some("stage".to_owned()), dotenv, ignored };
        let facts = ReadFacts { values_files: vec![of_target], ..project() };
        let findings = project_checks(&ProjectFacts::Read(Box::new(facts)), &OrgNames::NoApi);
        assert!(findings.iter().all(|finding| !finding.what.contains(" .env")), "{findings:?}");
        [Check::DotenvReadable, Check::DotenvMode, Check::DotenvIgnored].map(|check| state(&findings, check).clone())
    };
    let read = |is_open_to_others| DotenvFacts::Read { is_open_to_others };
    assert_eq!(with(read(false), Ignored::Ignored), ["ok", "ok", "ok"]);
    assert_eq!(with(read(true), Ignored::NotIgnored), ["ok", "warning", "warning"]);
    assert_eq!(with(DotenvFacts::Missing, Ignored::Ignored), ["note", "skipped", "ok"]);
    let unreadable = DotenvFacts::Unreadable { why: "x".to_owned() };
    assert_eq!(with(unreadable, Ignored::NotInRepository), ["failure", "skipped", "ok"]);
}

#[test]
fn no_file_with_values_hides_behind_another() {
    let file = |name: &str, is_open_to_others| ValuesFileFacts {
        name: name.to_owned(),
        target: None,
        dotenv: DotenvFacts::Read { is_open_to_others },
        ignored: Ignored::Ignored,
    };
    let files = vec![file(".env", false), file("stage.env", true), file("production.env", true)];
    let facts = ReadFacts { values_files: files, ..project() };
    let findings = project_checks(&ProjectFacts::Read(Box::new(facts)), &OrgNames::NoApi);
    let found: Vec<_> = findings.iter().filter(|finding| finding.check == Check::DotenvMode).collect();
    let [found] = found.as_slice() else { panic!("{found:?}") };
    let both = "Other users of this machine can open stage.env. Other users of this machine can open production.env.";
    assert_eq!((found.state.word(), found.what.as_str()), ("warning", both));
}

#[test]
fn the_target_is_named_or_told() {
    let message = || "lobu.toml names another".to_owned();
    let at = TargetFacts::At { context: "c".to_owned(), server: "s".to_owned(), org: "o".to_owned() };
    let table = [
        (at, Check::ServerTarget, "ok"),
        (TargetFacts::NotNamed { message: message(), advice: None }, Check::ServerTarget, "note"),
        (TargetFacts::Refused { message: message(), advice: None }, Check::ServerTarget, "failure"),
        (TargetFacts::OrgsDiffer { message: message(), advice: None }, Check::OrgPin, "failure"),
        (TargetFacts::Unknown, Check::ServerTarget, "none"),
    ];
    for (facts, check, expected) in table {
        let found = target_checks(&facts);
        let word = found.iter().find(|finding| finding.check == check).map_or("none", |finding| finding.state.word());
        assert_eq!(word, expected, "{facts:?}");
    }
}

#[test]
fn a_token_is_there_and_taken() {
    let place = PlaceFacts::Keyring { unreadable: None };
    let login = LoginFacts { context: "c".to_owned(), seconds_left: None, can_refresh: false, refused: None, place };
    let good = CredentialFacts {
        server: Some("https://s".to_owned()),
        source: Some("The login of the context c".to_owned()),
        login: Some(login.clone()),
        is_unused: false,
        is_unsendable: false,
        accepted: Some(true),
    };
    for check in Group::Credentials.checks().filter(|check| *check != Check::AccountFiles) {
        assert_eq!(state(&credentials_checks(&good), check), "ok", "{check:?}");
    }
    let of = |facts: CredentialFacts, check| state(&credentials_checks(&facts), check);
    assert_eq!(of(CredentialFacts { source: None, ..good.clone() }, Check::TokenPresent), "failure");
    assert_eq!(of(CredentialFacts { is_unsendable: true, ..good.clone() }, Check::TokenSendable), "failure");
    assert_eq!(of(CredentialFacts { accepted: Some(false), ..good.clone() }, Check::TokenAccepted), "failure");
    assert_eq!(of(CredentialFacts { accepted: None, ..good.clone() }, Check::TokenAccepted), "skipped");
    let files = |broken: &[&str], open: &[&str]| AccountFilesFacts {
        broken: broken.iter().map(ToString::to_string).collect(),
        open: open.iter().map(ToString::to_string).collect(),
    };
    let of_files = |facts| account_files_check(&facts).state.word();
    assert_eq!(of_files(files(&["config.json: it is not JSON."], &["cli.json"])), "failure");
    assert_eq!(of_files(files(&[], &["cli.json"])), "warning");
    assert_eq!(of_files(files(&[], &[])), "ok");
    let hours = |hours: u64| Some(hours * 3_600);
    let refused = Some("the server refuses to refresh the login".to_owned());
    let table = [
        (LoginFacts { seconds_left: hours(48), ..login.clone() }, "ok"),
        (LoginFacts { seconds_left: hours(2), ..login.clone() }, "warning"),
        (LoginFacts { seconds_left: hours(2), can_refresh: true, ..login.clone() }, "ok"),
        (LoginFacts { seconds_left: hours(0), ..login.clone() }, "failure"),
        (LoginFacts { seconds_left: hours(0), can_refresh: true, ..login.clone() }, "ok"),
        (LoginFacts { can_refresh: true, refused, ..login.clone() }, "failure"),
    ];
    for (login, expected) in table {
        let shown = format!("{login:?}");
        let facts = CredentialFacts { login: Some(login), ..good.clone() };
        assert_eq!(of(facts, Check::TokenExpiry), expected, "{shown}");
    }
    // One that can't be read from the keyring has no token that could be looked at.
    let unreadable = Some("cannot read the login of the context c from the keyring: the keyring is locked".to_owned());
    for (place, [entry, others]) in
        [(PlaceFacts::Files, ["skipped", "ok"]), (PlaceFacts::Keyring { unreadable }, ["failure", "skipped"])]
    {
        let facts = CredentialFacts { login: Some(LoginFacts { place, ..login.clone() }), ..good.clone() };
        assert_eq!(of(facts.clone(), Check::KeyringEntry), entry);
        for check in [Check::TokenExpiry, Check::TokenSendable, Check::TokenAccepted] {
            assert_eq!(of(facts.clone(), check), others, "{check:?}");
        }
    }
    let variable = CredentialFacts { login: None, ..good.clone() };
    assert_eq!(of(variable, Check::KeyringEntry), "skipped");
    let local = CredentialFacts { server: None, source: None, is_unused: true, ..good };
    assert_eq!(of(local, Check::TokenPresent), "ok");
}

#[test]
fn an_org_is_there_and_may_be_read() {
    let good = OrgFacts {
        org: "dev".to_owned(),
        pin: Some("Dev".to_owned()),
        agents: Some(Ok(2)),
        is_to_be_made: false,
        may_list_secrets: Some(true),
        is_own_server: true,
    };
    for check in Group::Org.checks() {
        assert_eq!(state(&org_checks(&good), check), "ok", "{check:?}");
    }
    let of = |facts: OrgFacts, check| state(&org_checks(&facts), check);
    assert_eq!(of(OrgFacts { pin: Some("other".to_owned()), ..good.clone() }, Check::OrgPin), "warning");
    assert_eq!(of(OrgFacts { pin: None, ..good.clone() }, Check::OrgPin), "ok");
    let agents = |status| OrgFacts { agents: Some(Err(refused(status))), ..good.clone() };
    assert_eq!(of(agents(404), Check::OrgExists), "failure");
    assert_eq!(of(agents(403), Check::OrgExists), "ok");
    assert_eq!(of(agents(403), Check::OrgMember), "failure");
    assert_eq!(of(agents(401), Check::OrgExists), "none");
    assert_eq!(of(agents(500), Check::OrgExists), "failure");
    assert_eq!(of(OrgFacts { may_list_secrets: Some(false), ..good.clone() }, Check::OrgSecretsRole), "failure");
    let elsewhere = |may| OrgFacts { may_list_secrets: Some(may), is_own_server: false, ..good.clone() };
    assert_eq!(of(elsewhere(true), Check::OrgSecretsRole), "skipped", "it cannot be told");
    assert_eq!(of(elsewhere(false), Check::OrgSecretsRole), "note");
    assert_eq!(of(OrgFacts { is_to_be_made: true, agents: None, ..good }, Check::OrgExists), "ok");
}

#[test]
fn what_nothing_needs_is_not_among_what_is_missed() {
    let key = ReferenceFact { name: "KEY".to_owned(), ..reference(true, false) };
    let both = [key, reference(false, false)];
    let facts = ReadFacts { references: Some(both.to_vec()), ..project() };
    let findings = project_checks(&ProjectFacts::Read(Box::new(facts)), &OrgNames::NoApi);
    let of_values = findings.iter().find(|finding| finding.check == Check::ProjectValues).unwrap();
    assert!(of_values.what.contains("$TOKEN") && !of_values.what.contains("$KEY"), "{}", of_values.what);
    let of_org = secrets_checks(Some(&both), &org(&[], true), "");
    assert!(of_org[0].what.contains("$TOKEN") && !of_org[0].what.contains("$KEY"), "{}", of_org[0].what);
}

#[test]
fn secrets_that_the_org_lacks_are_told_with_the_push() {
    let of = |reference, names: &OrgNames| {
        let findings = secrets_checks(Some(&[reference]), names, "lobu secrets push --org x");
        let command = findings.iter().find_map(|finding| finding.command.clone());
        assert_eq!(command.is_some(), findings.iter().any(|finding| finding.how.is_some()));
        assert!(command.is_none_or(|command| command == "lobu secrets push --org x"));
        state(&findings, Check::SecretsInOrg)
    };
    assert_eq!(of(reference(false, false), &org(&["TOKEN"], false)), "ok");
    assert_eq!(of(reference(false, true), &org(&[], false)), "warning");
    assert_eq!(of(reference(true, true), &org(&[], false)), "warning");
    assert_eq!(of(reference(true, false), &org(&[], true)), "note");
    assert_eq!(of(reference(false, false), &org(&[], true)), "warning");
    assert_eq!(of(reference(false, false), &OrgNames::NoApi), "skipped");
    assert_eq!(of(reference(false, false), &OrgNames::Unknown), "skipped");
    assert_eq!(state(&secrets_checks(None, &org(&[], false), ""), Check::SecretsInOrg), "skipped");
}

fn contents() -> StoreContents {
    StoreContents { version: 2, newest: 2, faults: Some(0), orgs: vec!["dev".to_owned()], room: u64::MAX }
}

fn store() -> StoreInspection {
    StoreInspection { open_to_others: Vec::new(), key: KeyState::Good, free: Some(u64::MAX), contents: Ok(contents()) }
}

#[test]
fn the_embedded_org_is_sound_or_told() {
    let facts = |found| EmbeddedFacts { database: "/d".to_owned(), found };
    let whole = facts(Some(store()));
    for check in Group::Embedded.checks() {
        assert_eq!(state(&embedded_checks(&whole), check), "ok", "{check:?}");
    }
    assert!(whole.is_sound() && whole.has_org("dev") && !whole.has_org("other"));
    let small = facts(Some(StoreInspection { free: Some(5 << 20), ..store() }));
    assert_eq!(state(&embedded_checks(&small), Check::EmbeddedSpace), "warning");
    assert!(small.is_sound(), "what is little is enough to open it");
    let missing = facts(None);
    assert_eq!(state(&embedded_checks(&missing), Check::EmbeddedDatabase), "ok");
    assert_eq!(state(&embedded_checks(&missing), Check::EmbeddedKey), "skipped");
    assert!(missing.is_sound() && !missing.has_org("dev"));
    let versions = |version| StoreInspection { contents: Ok(StoreContents { version, ..contents() }), ..store() };
    let faults = Ok(StoreContents { faults: Some(3), ..contents() });
    let table = [
        (StoreInspection { contents: Err("x".to_owned()), ..store() }, Check::EmbeddedDatabase, "failure"),
        (StoreInspection { open_to_others: vec!["/d".into()], ..store() }, Check::EmbeddedModes, "warning"),
        (StoreInspection { free: Some(4096), ..store() }, Check::EmbeddedSpace, "failure"),
        (StoreInspection { key: KeyState::Missing, ..store() }, Check::EmbeddedKey, "failure"),
        (StoreInspection { key: KeyState::Broken, ..store() }, Check::EmbeddedKey, "failure"),
        (StoreInspection { key: KeyState::OfAnother, ..store() }, Check::EmbeddedKey, "failure"),
        (StoreInspection { key: KeyState::Unchecked, ..store() }, Check::EmbeddedKey, "skipped"),
        (versions(1), Check::EmbeddedSchema, "note"),
        (versions(3), Check::EmbeddedSchema, "failure"),
        (StoreInspection { contents: faults, ..store() }, Check::EmbeddedIntegrity, "failure"),
    ];
    for (found, check, expected) in table {
        let facts = facts(Some(found));
        assert_eq!(state(&embedded_checks(&facts), check), expected, "{facts:?}");
        assert!(!facts.is_sound(), "{facts:?}");
    }
}

#[test]
fn the_memory_endpoint_answers_or_is_told() {
    let of = |session, tools, check| {
        let endpoint = MemoryEndpoint { session, tools };
        state(&memory_checks(&MemoryFacts { address: "a".to_owned(), is_own_server: false, endpoint }), check)
    };
    assert_eq!(of(Ok(()), Some(Ok(3)), Check::MemoryInitialize), "ok");
    assert_eq!(of(Ok(()), Some(Ok(3)), Check::MemoryTools), "ok");
    assert_eq!(of(Ok(()), Some(Ok(0)), Check::MemoryTools), "warning");
    let endpoint = MemoryEndpoint { session: Ok(()), tools: Some(Ok(0)) };
    let own = MemoryFacts { address: "a".to_owned(), is_own_server: true, endpoint };
    assert_eq!(state(&memory_checks(&own), Check::MemoryTools), "ok");
    assert_eq!(of(Ok(()), Some(Err(refused(500))), Check::MemoryTools), "failure");
    for error in [refused(401), refused(403), refused(404), no_answer(Cause::Cut)] {
        assert_eq!(of(Err(error.clone()), None, Check::MemoryInitialize), "failure");
        assert_eq!(of(Err(error), None, Check::MemoryTools), "none");
    }
}

#[test]
fn a_report_has_every_check_once_and_in_order() {
    let found = [ok(Check::OrgPin, "A."), failure(Check::ProjectFound, "B."), note(Check::OrgPin, "C.")];
    let report = Report::new(found, &[(Group::Memory, "for a reason".to_owned())]);
    let checks: Vec<Check> = report.findings().iter().map(|finding| finding.check).collect();
    assert_eq!(checks, Check::ALL);
    let counts = report.counts();
    assert_eq!((counts.ok, counts.failures, counts.notes, counts.skipped), (1, 1, 0, Check::ALL.len() - 2));
    let skipped = |group: Group| match report.of(group).last().map(|finding| &finding.state) {
        Some(State::Skipped { why }) => why.clone(),
        other => panic!("{other:?}"),
    };
    assert_eq!(skipped(Group::Memory), "for a reason");
    assert_eq!(skipped(Group::Embedded), "an earlier check failed");
}

#[test]
fn ids_are_unique_kebab_case_and_checks_stand_by_group() {
    let ids: BTreeSet<&str> = Check::ALL.iter().map(|check| check.id()).collect();
    assert_eq!(ids.len(), Check::ALL.len());
    assert!(ids.iter().all(|id| id.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'-')));
    assert!(Check::ALL.is_sorted_by_key(|check| check.group()));
    assert!(Check::ALL.iter().all(|check| !check.looks_at().ends_with('.') && !check.ends().ends_with('.')));
    let words: BTreeSet<&str> = Group::ALL.iter().map(|group| group.word()).collect();
    assert_eq!(words.len(), Group::ALL.len());
}
