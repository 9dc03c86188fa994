//! The way to the server, layer by layer, and what it is.

use crate::doctor::checks::{ServerFacts, server_checks};
use crate::doctor::{Check, Finding, Group};
use crate::org::http::{Answered, Inspection};
use crate::org::{Cause, PlatformsProbe, SecretsProbe};
use crate::wire::Health;

use super::{no_answer, refused, state};

fn answered() -> Answered {
    Answered {
        health: Ok(Health { service: "lobu-api".to_owned(), ..Health::default() }),
        version: "HTTP/2",
        certificate_days: Some(60),
        clock_ahead: Some(-2),
        round_trips: vec![10, 20, 30],
    }
}

fn server(inspection: Inspection) -> ServerFacts {
    ServerFacts {
        server: "https://s.example".to_owned(),
        is_loopback: false,
        inspection,
        secrets: Some(Ok(SecretsProbe::Present(None))),
        platforms: Some(Ok(PlatformsProbe::Kept)),
        unknown_routes: Some(Ok(false)),
    }
}

fn inspection(answered: Answered) -> Inspection {
    Inspection { proxy: None, addresses: Some(Ok(2)), connection: Some(Ok(())), answer: Some(Ok(answered)) }
}

#[test]
fn a_healthy_server_passes_every_check_of_its_group() {
    let findings = server_checks(&server(inspection(answered())));
    for check in Group::Server.checks().filter(|check| *check != Check::ServerTarget) {
        assert_eq!(state(&findings, check), "ok", "{check:?}");
    }
}

#[test]
fn a_layer_that_fails_leaves_out_those_above_it() {
    let nothing = || Inspection { proxy: None, addresses: None, connection: None, answer: None };
    let fails = |inspection: Inspection, check: Check, above: &[Check]| {
        let findings = server_checks(&server(inspection));
        assert_eq!(state(&findings, check), "failure", "{check:?}");
        for above in above {
            assert_eq!(state(&findings, *above), "none", "{above:?} stands on {check:?}");
        }
    };
    let above = [Check::ServerHttp, Check::ServerGeneration, Check::ServerRoundTrip, Check::ServerSecretsApi];
    fails(Inspection { addresses: Some(Err("x".to_owned())), ..nothing() }, Check::ServerDns, &above);
    fails(
        Inspection { addresses: Some(Ok(1)), connection: Some(Err("x".to_owned())), ..nothing() },
        Check::ServerTcp,
        &above,
    );
    for cause in [Cause::Certificate, Cause::Tls, Cause::NoConnection] {
        let answer = Some(Err(no_answer(cause)));
        fails(Inspection { answer, ..inspection(answered()) }, Check::ServerTls, &above);
    }
    let answer = Some(Err(no_answer(Cause::TimedOut)));
    fails(Inspection { answer, ..inspection(answered()) }, Check::ServerHttp, above.get(1..).unwrap());
}

#[test]
fn behind_a_proxy_the_layers_below_it_are_not_ours() {
    let behind =
        Inspection { proxy: Some("p:1".to_owned()), addresses: None, connection: None, answer: Some(Ok(answered())) };
    let findings = server_checks(&server(behind));
    assert_eq!(state(&findings, Check::ServerProxy), "ok");
    assert!(findings.iter().any(|finding| finding.what.contains("p:1")));
    assert_eq!(state(&findings, Check::ServerDns), "skipped");
    assert_eq!(state(&findings, Check::ServerTcp), "skipped");
    assert_eq!(state(&findings, Check::ServerHttp), "ok");
    assert_eq!(state(&[Finding::failed(Check::ServerProxy, "x").how("y")], Check::ServerProxy), "failure");
}

#[test]
fn what_is_odd_about_a_server_is_told() {
    let of = |answered: Answered, check| state(&server_checks(&server(inspection(answered))), check);
    let health = |service: &str| Ok(Health { service: service.to_owned(), ..Health::default() });
    assert_eq!(of(Answered { certificate_days: Some(13), ..answered() }, Check::ServerCertificate), "warning");
    assert_eq!(of(Answered { certificate_days: Some(14), ..answered() }, Check::ServerCertificate), "ok");
    assert_eq!(of(Answered { certificate_days: None, ..answered() }, Check::ServerCertificate), "skipped");
    assert_eq!(of(Answered { health: health("other"), ..answered() }, Check::ServerGeneration), "failure");
    assert_eq!(of(Answered { health: Err(refused(500)), ..answered() }, Check::ServerGeneration), "failure");
    assert_eq!(of(Answered { round_trips: vec![1, 1_001, 1_002], ..answered() }, Check::ServerRoundTrip), "note");
    assert_eq!(of(Answered { round_trips: vec![1, 1_000, 9_000], ..answered() }, Check::ServerRoundTrip), "ok");
    assert_eq!(of(Answered { round_trips: Vec::new(), ..answered() }, Check::ServerRoundTrip), "skipped");
    for ahead in [301, -301] {
        assert_eq!(of(Answered { clock_ahead: Some(ahead), ..answered() }, Check::ServerClock), "warning");
    }
    assert_eq!(of(Answered { clock_ahead: Some(300), ..answered() }, Check::ServerClock), "ok");
    assert_eq!(of(Answered { clock_ahead: None, ..answered() }, Check::ServerClock), "skipped");
}

#[test]
fn plain_http_is_for_this_machine() {
    for (origin, is_loopback, expected) in [
        ("http://127.0.0.1:1", true, "ok"),
        ("http://127.s.example", false, "warning"),
        ("https://s.example", false, "ok"),
    ] {
        let facts = ServerFacts { server: origin.to_owned(), is_loopback, ..server(inspection(answered())) };
        assert_eq!(state(&server_checks(&facts), Check::ServerTls), expected, "{origin}");
    }
}

#[test]
fn what_a_server_can_do_is_told() {
    let what = || "x".to_owned();
    let of = |change: &dyn Fn(&mut ServerFacts), check| {
        let mut facts = server(inspection(answered()));
        change(&mut facts);
        state(&server_checks(&facts), check)
    };
    let secrets = |probe| move |facts: &mut ServerFacts| facts.secrets = Some(Clone::clone(&probe));
    assert_eq!(of(&secrets(Ok(SecretsProbe::Missing)), Check::ServerSecretsApi), "note");
    assert_eq!(of(&secrets(Ok(SecretsProbe::Unknown { what: what() })), Check::ServerSecretsApi), "warning");
    assert_eq!(of(&secrets(Err(refused(403))), Check::ServerSecretsApi), "skipped");
    let elsewhere = |facts: &mut ServerFacts| facts.platforms = Some(Ok(PlatformsProbe::Elsewhere { what: what() }));
    assert_eq!(of(&elsewhere, Check::ServerPlatforms), "failure");
    assert_eq!(of(&|facts| facts.platforms = Some(Err(refused(500))), Check::ServerPlatforms), "skipped");
    assert_eq!(of(&|facts| facts.unknown_routes = Some(Ok(true)), Check::ServerUnknownRoutes), "note");
    assert_eq!(of(&|facts| facts.unknown_routes = Some(Err(refused(500))), Check::ServerUnknownRoutes), "skipped");
}
