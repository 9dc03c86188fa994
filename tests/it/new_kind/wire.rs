use std::net::Ipv4Addr;
use std::sync::{Arc, Mutex};

use axum::extract::Request;
use axum::routing::post;
use axum::{Json, Router};
use lobu::http::Endpoint;
use lobu::model::{AgentId, OrgSlug, Text, Value};
use lobu::org::http::HttpOrg;
use lobu::org::{
    Classifier, Condition, HiddenLiteral, HiddenValues, OrgRead, OrgWrite, PlatformsProbe, RequestError, SecretsProbe,
    Written,
};
use lobu::plan::Resend;
use lobu::schema::{Field, Kind, Pair, ResourceKey, SecretsMode, Sent, StoredPair};
use lobu::wire::{Health, WireRecord, records_answer};
use serde_json::{Value as Tree, json};

use super::project::{MODELS, desired};
use super::{PLAYBOOK, ROUTE, SCHEMA};
use crate::support::converge::{ORG, carry_out, planned_of};
use crate::support::memory_org::MemoryOrg;

fn answer() -> Tree {
    let playbook = |slug: &str, org: &str| json!({"slug": slug, "title": "Refund", "org": org});
    let mut refund = playbook("refund", ORG);
    refund["summary"] = json!(format!("use ghp_{}", "A1".repeat(18)));
    refund["steps"] = json!(["ask"]);
    refund["is_enabled"] = json!(true);
    refund["metadata"] = json!({"notes": {"owner": "desk"}});
    refund["something"] = json!("else");
    let mut draft = playbook("draft", ORG);
    draft["is_draft"] = json!(true);
    json!({"playbooks": [refund, draft, playbook("theirs", "other"), playbook("$own", ORG)]})
}

#[test]
fn an_answer_is_read_and_classified() {
    let rows = records_answer(PLAYBOOK, &answer()).expect("it is understood");
    assert_eq!(rows.iter().map(|row| row.id.as_str()).collect::<Vec<_>>(), ["refund", "theirs", "$own"]);
    let classifier = Classifier { org: OrgSlug::from_server(ORG), mode: SecretsMode::Values };
    let records = classifier.records(PLAYBOOK, rows);
    assert_eq!(records.own.keys().collect::<Vec<_>>(), ["refund"]);
    assert_eq!(records.foreign.keys().collect::<Vec<_>>(), ["theirs"]);
    let refund = records.get("refund").expect("it is the org's own");
    let value = |name: &str| refund.value(PLAYBOOK.field(name).expect("a field"));
    assert_eq!(value("title"), Some(&Value::known("Refund")));
    assert!(matches!(value("summary"), Some(Value::Text(Text::Sensitive(_)))), "a token is never shown");
    assert_eq!(value("steps"), Some(&Value::known_list(["ask"])));
    assert_eq!(value("enabled"), Some(&Value::Bool(true)));
    assert_eq!(value("notes"), Some(&Value::Map([("owner".to_owned(), Value::known("desk"))].into())));
    assert_eq!(value("follow_up"), None);
}

#[test]
fn an_answer_of_another_form_is_refused_by_its_place() {
    let table = [
        (json!({"status": "ok"}), "`playbooks` should be a list and is missing"),
        (json!({"playbooks": [{"slug": "a"}]}), "`playbooks[0].title` should be a text and is missing"),
        (
            json!({"playbooks": [{"slug": "a", "title": "A", "is_enabled": 1}]}),
            "`playbooks[0].is_enabled` should be a boolean and is a number",
        ),
        (
            json!({"playbooks": [{"slug": "a", "title": "A"}, {"slug": "a", "title": "B"}]}),
            "`playbooks[1].slug` should be listed once and is listed twice",
        ),
    ];
    for (answer, expected) in table {
        assert_eq!(records_answer(PLAYBOOK, &answer).expect_err(expected).to_string(), expected);
    }
}

/// A server that takes everything, knows two playbooks and one route, and keeps the bodies of its requests by path.
struct Server {
    client: HttpOrg,
    bodies: Arc<Mutex<Vec<(String, Tree)>>>,
}

impl Server {
    async fn start() -> Self {
        let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).await.expect("a port");
        let origin = format!("http://{}", listener.local_addr().expect("an address"));
        let bodies: Arc<Mutex<Vec<(String, Tree)>>> = Arc::default();
        let kept = Arc::clone(&bodies);
        let take = async move |request: Request| {
            let (parts, body) = request.into_parts();
            let bytes = axum::body::to_bytes(body, usize::MAX).await.expect("a body");
            let body: Tree = serde_json::from_slice(&bytes).expect("JSON");
            let action = body["action"].as_str().unwrap_or_default().to_owned();
            kept.lock().expect("nobody panics").push((parts.uri.path().to_owned(), body));
            Json(match action.as_str() {
                "list" => answer(),
                "list_routes" => json!({"routes": [{"route": 7, "from_slug": "ticket", "to_slug": "customer"}]}),
                _ => json!({}),
            })
        };
        let router = Router::new().route("/{*path}", post(take));
        tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
        let origin = url::Url::parse(&origin).expect("an origin is a URL");
        let client = HttpOrg::builder(Endpoint::Origin(origin), OrgSlug::from_server(ORG)).build();
        Self { client: client.expect("a client needs no configuration"), bodies }
    }

    /// The bodies of the requests about playbooks since the last call, without the members that all of them have.
    fn bodies(&self) -> Vec<Tree> {
        let bodies = std::mem::take(&mut *self.bodies.lock().expect("nobody panics"));
        let of_playbooks = bodies.into_iter().filter(|(path, _)| path == "/api/dev/manage_playbooks");
        let without_kind = |(_, mut body): (String, Tree)| {
            let kind = body.as_object_mut().expect("an object").remove("object");
            assert_eq!(kind, Some(json!("playbook")));
            body
        };
        of_playbooks.map(without_kind).collect()
    }
}

#[tokio::test]
async fn reads_ask_the_tool_for_it() {
    let server = Server::start().await;
    let rows = server.client.records(PLAYBOOK).await.expect("a list");
    assert_eq!(rows, records_answer(PLAYBOOK, &answer()).expect("it is understood"));
    let key = ResourceKey::new(PLAYBOOK, "refund");
    let pairs = server.client.pairs(&key, PLAYBOOK.field("routes").expect("a field")).await.expect("a list");
    let pair = Pair { first: "ticket".to_owned(), second: "customer".to_owned() };
    assert_eq!(pairs, [StoredPair { handle: json!(7), pair }]);
    let asked = [json!({"action": "list"}), json!({"action": ROUTE.list.0, "playbook": "refund"})];
    assert_eq!(server.bodies(), asked);
}

/// An org that stores what it is sent, and says it to a server too.
struct Both<'org> {
    org: MemoryOrg,
    wire: &'org HttpOrg,
}

impl OrgRead for Both<'_> {
    async fn health(&self) -> Result<Health, RequestError> {
        self.org.health().await
    }
    async fn probe_platforms(&self, agent: &AgentId) -> Result<PlatformsProbe, RequestError> {
        self.org.probe_platforms(agent).await
    }
    async fn probe_secrets(&self) -> Result<SecretsProbe, RequestError> {
        self.org.probe_secrets().await
    }
    async fn records(&self, kind: Kind) -> Result<Vec<WireRecord>, RequestError> {
        self.org.records(kind).await
    }
    async fn records_of(&self, kind: Kind, agent: &AgentId) -> Result<Option<Vec<WireRecord>>, RequestError> {
        self.org.records_of(kind, agent).await
    }
    async fn pairs(&self, key: &ResourceKey, field: &'static Field) -> Result<Vec<StoredPair>, RequestError> {
        self.org.pairs(key, field).await
    }
    async fn apart(&self, key: &ResourceKey, field: &'static Field) -> Result<Option<Tree>, RequestError> {
        self.org.apart(key, field).await
    }
    async fn compare(&self, literals: &[HiddenLiteral]) -> Result<HiddenValues, RequestError> {
        self.org.compare(literals).await
    }
}

impl OrgWrite for Both<'_> {
    async fn create(&self, sent: &Sent, condition: Condition) -> Result<Written, RequestError> {
        self.org.create(sent, condition).await?;
        self.wire.create(sent, condition).await
    }
    async fn update(&self, sent: &Sent, condition: Condition) -> Result<Written, RequestError> {
        self.org.update(sent, condition).await?;
        self.wire.update(sent, condition).await
    }
    async fn add_pair(
        &self,
        key: &ResourceKey,
        field: &'static Field,
        pair: &Pair,
    ) -> Result<Option<u64>, RequestError> {
        self.org.add_pair(key, field, pair).await?;
        self.wire.add_pair(key, field, pair).await
    }
    async fn remove_pair(
        &self,
        key: &ResourceKey,
        field: &'static Field,
        stored: &StoredPair,
    ) -> Result<Option<u64>, RequestError> {
        self.org.remove_pair(key, field, stored).await?;
        self.wire.remove_pair(key, field, stored).await
    }
}

/// The requests that carry out a plan against another org.
async fn sent(org: &MemoryOrg, models: &str, prune: bool) -> Vec<Tree> {
    let server = Server::start().await;
    let plan = planned_of(&SCHEMA, org, &desired(models), prune, Resend::default()).await;
    let both = Both { org: MemoryOrg::new(ORG, [].into()).holding(org.store()), wire: &server.client };
    let report = carry_out(&both, plan).await;
    assert!(report.is_complete(), "{report:?}");
    server.bodies()
}

#[tokio::test]
async fn requests_say_what_changes_in_the_words_of_the_wire() {
    let org = MemoryOrg::new(ORG, [].into());
    let route =
        |from: &str, to: &str| json!({"action": "add_route", "playbook": "refund", "from_slug": from, "to_slug": to});
    let mut made = sent(&org, MODELS, false).await;
    made.sort_by_key(Tree::to_string);
    let mut expected = vec![
        json!({
            "action": "create",
            "playbook": "refund",
            "title": "Refund",
            "summary": "How a refund is made",
            "tone": "brisk",
            "steps": ["ask", "pay back"],
            "is_enabled": true,
            "internal": true,
            "notes": {"owner": "desk", "limit": 50},
        }),
        json!({"action": "create", "playbook": "survey", "title": "Survey"}),
        json!({"action": "update", "playbook": "refund", "follow_up": "survey"}),
        route("ticket", "customer"),
        route("customer", "ticket"),
    ];
    expected.sort_by_key(Tree::to_string);
    assert_eq!(made, expected);
}

#[tokio::test]
async fn requests_clear_by_the_way_of_each_field() {
    let org = MemoryOrg::new(ORG, [].into());
    let plan = planned_of(&SCHEMA, &org, &desired(MODELS), false, Resend::default()).await;
    assert!(carry_out(&org, plan).await.is_complete());
    let models = "type: playbook\nslug: refund\ntitle: Refund\ninternal: true\ntone: brisk\n";
    let cleared = json!({
        "action": "update", "playbook": "refund", "summary": "", "steps": [], "is_enabled": null, "notes": null,
    });
    let mut removed = sent(&org, models, true).await;
    removed.sort_by_key(Tree::to_string);
    let mut expected = vec![
        cleared,
        json!({"action": "update", "playbook": "refund", "follow_up": null}),
        json!({"action": "remove_route", "route_id": 1}),
        json!({"action": "remove_route", "route_id": 2}),
    ];
    expected.sort_by_key(Tree::to_string);
    assert_eq!(removed, expected);
    let changed = sent(&org, &MODELS.replace("pay back", "refuse"), false).await;
    assert_eq!(changed, [json!({"action": "update", "playbook": "refund", "steps": ["ask", "refuse"]})]);
}
