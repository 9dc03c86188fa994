//! Our own server answers what was recorded with the same status and shape, or the difference is listed with its reason
//! in `docs/reference/server-differences.md`; every line of that list is observed.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use lobu::server::{
    Database, ExposedOrgs, RequestCounter, Role, ServerOptions, Store, TokenRequest, Transport, bind_loopback, router,
    serve_tcp,
};
use serde_json::Value;
use tokio::task::JoinHandle;

use crate::support::wire::{
    Credential, Difference, DifferenceKind, Exchange, HttpTransport, RuleIds, load_order, probe_sequences, replay,
    replay_exchanges, shared_wire,
};

/// Our server with the orgs that the recordings speak of, all empty.
struct Ours {
    base: String,
    tokens: BTreeMap<String, String>,
    task: JoinHandle<std::io::Result<()>>,
}

impl Ours {
    async fn start() -> Self {
        let store = Store::open(&Database::Memory).expect("a store in memory");
        let mut tokens = BTreeMap::new();
        let mut token = |org: &str, user: &str, role: Role, scope: &str| {
            store.create_user(user, user, "made-up@local").expect("a user");
            store.set_role(org, user, Some(role)).expect("a member");
            let request = TokenRequest { name: "t", scope: Some(scope), org: Some(org), expires_at: None };
            let token = store.create_token(user, request).expect("a token");
            tokens.insert(user.to_owned(), token.expose().to_owned());
        };
        for org in ["dev", "other", "readonly"] {
            store.ensure_org(org, &format!("Org {org}")).expect("an org");
            token(org, &format!("owner-{org}"), Role::Owner, "mcp:read mcp:write mcp:admin");
        }
        token("readonly", "reader", Role::Member, "mcp:read");
        let listener = bind_loopback(0).await.expect("loopback has a free port");
        let base = format!("http://{}", listener.local_addr().expect("a bound socket has an address"));
        let options = ServerOptions {
            transport: Transport::Loopback,
            orgs: ExposedOrgs::All,
            origin: base.clone(),
            session: None,
            counter: RequestCounter::default(),
        };
        let task = tokio::spawn(serve_tcp(listener, router(store, options), std::future::pending()));
        Self { base, tokens, task }
    }

    fn transport(&self) -> HttpTransport {
        let tokens = self.tokens.clone();
        HttpTransport::new(&self.base, move |credential| match credential {
            Credential::Owner(org) => tokens.get(&format!("owner-{org}")).cloned(),
            Credential::Reader(_) => tokens.get("reader").cloned(),
            Credential::MadeUp => Some("owl_pat_nobody-has-given-this-one-out___".to_owned()),
            Credential::None => None,
        })
    }
}

impl Drop for Ours {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Whether our server has the route of an exchange: what it does not have is not held to the recordings.
fn has_route(exchange: &Exchange) -> bool {
    let path = exchange.path.split('?').next().unwrap_or_default();
    let segments: Vec<&str> = path.trim_matches('/').split('/').collect();
    matches!(
        segments.as_slice(),
        ["" | "health"]
            | ["api", _, "manage_entity_schema" | "list_organizations" | "agents"]
            | ["api", _, "agents", _]
            | ["api", _, "agents", _, "config"]
            | ["api", _, "agents", _, "platforms", ..]
            | ["api", _, "secrets", ..]
    )
}

/// What an exchange asks for: method, path with ids as `*`, and for the schema tool its type and action.
fn kind(exchange: &Exchange) -> String {
    let path = exchange.path.split('?').next().unwrap_or_default();
    let mut segments: Vec<&str> = path.split('/').collect();
    for (at, segment) in segments.iter_mut().enumerate() {
        let fixed = [
            "",
            "api",
            "agents",
            "config",
            "platforms",
            "by-stable-id",
            "start",
            "stop",
            "health",
            "secrets",
            "manage",
        ];
        if at >= 2 && !fixed.contains(segment) && !segment.starts_with("manage_") && !segment.starts_with("list_") {
            *segment = "*";
        }
    }
    let call = exchange.body.as_deref().and_then(|body| serde_json::from_slice::<Value>(body).ok());
    let word = |name: &str| call.as_ref().and_then(|call| call.get(name)?.as_str()).map(str::to_owned);
    let action = match (word("schema_type"), word("action")) {
        (Some(kind), Some(action)) => format!(" {kind} {action}"),
        _ => String::new(),
    };
    format!("{} {}{action}", exchange.method, segments.join("/"))
}

/// A difference as the list writes it: what was asked, then what differs. Positions and ids are `*`.
fn line(exchange: &Exchange, difference: &Difference) -> String {
    let Difference { pointer, kind: how, recorded, received, .. } = difference;
    let pointer: Vec<&str> =
        pointer.split('/').map(|step| if step.parse::<usize>().is_ok() { "*" } else { step }).collect();
    let pointer = pointer.join("/");
    let what = match how {
        DifferenceKind::Status => format!("status {recorded}, ours {received}"),
        DifferenceKind::ContentType => format!("content type {recorded}, ours {received}"),
        DifferenceKind::Challenge => format!("challenge {recorded}, ours {received}"),
        DifferenceKind::Missing => format!("{pointer}: absent in ours"),
        DifferenceKind::Unexpected => format!("{pointer}: only in ours"),
        DifferenceKind::Type => format!("{pointer}: {recorded}, ours {received}"),
        DifferenceKind::Length => format!("{pointer}: another number of elements"),
        DifferenceKind::Value => format!("{pointer}: another text"),
    };
    format!("{} | {what}", kind(exchange))
}

/// Everything that differs, as lines of the list. Of an answer with another status, only the status counts.
fn lines(exchanges: &[&Exchange], differences: &[Difference]) -> BTreeSet<String> {
    let by_name: BTreeMap<&str, &&Exchange> =
        exchanges.iter().map(|exchange| (exchange.name.as_str(), exchange)).collect();
    let other_status: BTreeSet<&str> = differences
        .iter()
        .filter(|difference| difference.kind == DifferenceKind::Status)
        .map(|difference| difference.exchange.as_str())
        .collect();
    differences
        .iter()
        .filter(|difference| {
            difference.kind == DifferenceKind::Status || !other_status.contains(difference.exchange.as_str())
        })
        .filter_map(|difference| Some(line(by_name.get(difference.exchange.as_str())?, difference)))
        .collect()
}

async fn observed(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    for mut chain in load_order(root) {
        for segment in &mut chain.segments {
            segment.exchanges.retain(has_route);
        }
        let ours = Ours::start().await;
        let transport = ours.transport();
        let differences = replay(&chain, |_| (), async |exchange: &Exchange| transport.send(exchange).await).await;
        let exchanges: Vec<&Exchange> = chain.segments.iter().flat_map(|segment| &segment.exchanges).collect();
        found.extend(lines(&exchanges, &differences));
    }
    for directory in ["without-manager", "with-manager"] {
        for sequence in probe_sequences(root, directory) {
            let ours = Ours::start().await;
            let transport = ours.transport();
            for exchange in sequence.prelude.iter().filter(|exchange| has_route(exchange)) {
                transport.send(exchange).await;
            }
            let probes: Vec<Exchange> = sequence.probes.into_iter().filter(has_route).collect();
            let send = async |exchange: &Exchange| transport.send(exchange).await;
            let differences = replay_exchanges(&probes, &mut RuleIds::default(), send).await;
            found.extend(lines(&probes.iter().collect::<Vec<_>>(), &differences));
        }
    }
    found
}

/// The list: each line of a fenced block, with the reason above its block.
fn listed() -> Vec<String> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/reference/server-differences.md");
    let text = std::fs::read_to_string(path).expect("the list");
    let mut inside = false;
    let mut listed = Vec::new();
    for line in text.lines() {
        if line.starts_with("```") {
            inside = !inside;
        } else if inside && !line.is_empty() {
            listed.push(line.to_owned());
        }
    }
    listed
}

#[test]
fn nothing_is_listed_twice() {
    let listed = listed();
    let once: BTreeSet<&String> = listed.iter().collect();
    assert_eq!(once.len(), listed.len());
    assert!(!listed.is_empty());
}

#[tokio::test]
#[ignore = "needs ../shared"]
async fn our_server_answers_like_the_recorded_one_or_the_list_says_so() {
    let (observed, listed) = (observed(&shared_wire()).await, BTreeSet::from_iter(listed()));
    let unlisted: Vec<&String> = observed.difference(&listed).collect();
    let unseen: Vec<&String> = listed.difference(&observed).collect();
    assert!(unlisted.is_empty() && unseen.is_empty(), "not in the list:\n{unlisted:#?}\nnot observed:\n{unseen:#?}");
}
