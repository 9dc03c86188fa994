//! Holds the double to the recordings of the server that it stands in for.

use std::path::Path;

use crate::support::existing_server::{ExistingServer, Options, owner_token};
use crate::support::wire::{
    Chain, Credential, Difference, DifferenceKind, Exchange, HttpTransport, Received, RuleIds, Segment, load_order,
    own_wire, probe_sequences, replay, replay_exchanges, shared_wire,
};

const READER: &str = "owl_pat_reader-of-readonly_____________";

/// A double with the orgs that the recordings speak of, all empty.
fn double(manager: bool) -> ExistingServer {
    let options = if manager { Options::g1_with_manager() } else { Options::g1_without_manager() };
    let server = ExistingServer::start(options);
    let mut state = server.state();
    state.add_organization("other");
    state.add_organization("readonly");
    state.add_token(READER, "user-reader", "readonly", "member", &["mcp:read"]);
    drop(state);
    server
}

fn transport(server: &ExistingServer) -> HttpTransport {
    HttpTransport::new(&server.url(), |credential| match credential {
        Credential::Owner(org) => Some(owner_token(org)),
        Credential::Reader(_) => Some(READER.to_owned()),
        Credential::MadeUp => Some("owl_pat_nobody-has-given-this-one-out___".to_owned()),
        Credential::None => None,
    })
}

/// The public org that appears in the middle of one chain.
fn prepare(server: &ExistingServer, segment: &Segment) {
    if segment.file == "13-public-org-dryrun" {
        let mut state = server.state();
        state.publish("other");
        state.add_entity_type("other", "person", "Public Person", Some("pub"));
        state.add_entity_type("other", "galaxy", "Galaxy", None);
        state.add_relationship_type("other", "orbits", "Orbits");
    }
}

async fn replay_on(server: &ExistingServer, chain: &Chain) -> Vec<Difference> {
    let transport = transport(server);
    let send = async |exchange: &Exchange| -> Received { transport.send(exchange).await };
    replay(chain, |segment| prepare(server, segment), send).await
}

async fn replay_all(root: &Path) {
    let mut differences = Vec::new();
    for chain in load_order(root) {
        let found = replay_on(&double(chain.manager()), &chain).await;
        differences
            .extend(found.into_iter().map(|difference| format!("[{}, {}] {difference}", chain.name(), chain.start)));
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

#[tokio::test]
#[ignore = "needs ../shared"]
async fn the_double_answers_the_recorded_chains_like_the_server() {
    replay_all(&shared_wire()).await;
}

#[tokio::test]
async fn the_double_answers_our_own_chains() {
    replay_all(&own_wire()).await;
}

#[tokio::test]
#[ignore = "needs ../shared"]
async fn the_double_answers_every_probe_like_the_server() {
    let root = shared_wire();
    let mut differences = Vec::new();
    for (directory, manager) in [("without-manager", false), ("with-manager", true)] {
        for sequence in probe_sequences(&root, directory) {
            let server = double(manager);
            if sequence.other_is_public {
                server.state().publish("other");
            }
            let transport = transport(&server);
            for exchange in &sequence.prelude {
                transport.send(exchange).await;
            }
            let send = async |exchange: &Exchange| transport.send(exchange).await;
            let found = replay_exchanges(&sequence.probes, &mut RuleIds::default(), send).await;
            differences.extend(found.iter().map(|difference| format!("[{directory}] {difference}")));
        }
    }
    assert!(differences.is_empty(), "{} differences:\n{}", differences.len(), differences.join("\n"));
}

#[tokio::test]
async fn a_double_of_the_other_shape_does_not_pass() {
    for chain in load_order(&own_wire()) {
        let differences = replay_on(&double(!chain.manager()), &chain).await;
        let kinds: Vec<DifferenceKind> = differences.iter().map(|difference| difference.kind).collect();
        assert!(kinds.contains(&DifferenceKind::Value), "{}: {kinds:?}", chain.name());
        assert!(kinds.iter().any(|kind| matches!(kind, DifferenceKind::Missing | DifferenceKind::Unexpected)));
    }
}
