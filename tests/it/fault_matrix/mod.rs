//! Every request of an apply fails in every way, before and after its effect, and the report agrees with what the server did.

mod faulty;
pub(crate) mod project;
mod push;

use std::collections::{BTreeMap, BTreeSet};
use std::future;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use lobu::desired::DesiredState;
use lobu::env::Environment;
use lobu::execute::{Approval, ApprovedPlan, Limits, Report, RowOutcome, execute};
use lobu::model::OrgSlug;
use lobu::org::http::Sending;
use lobu::org::read_actual;
use lobu::plan::{Options, Plan, Resend, Selection, Verifier, diff, read_scope};
use lobu::schema::{ALL, SecretsMode};
use lobu::secrets::Values;
use lobu::server::{
    Database, ExposedOrgs, RequestCounter, Role, ServerOptions, Store, TokenRequest, Transport, router,
};
use serde_json::Value;

use self::faulty::{Backend, EFFECTS, Effect, FAILINGS, Fault, Faulty, identity};
use self::project::{SECRETS, WITHOUT_RULE, first, later};
use crate::support::existing_server::{ExistingServer, Options as Double, RecordedRequest, owner_token};
use crate::support::note;

/// The start of a run: which server, and what its org has.
enum Start {
    Existing(Backend),
    /// A database, which every case gets a copy of.
    Ours {
        directory: tempfile::TempDir,
        token: String,
    },
}

impl Start {
    fn existing(options: Double) -> Self {
        let state = ExistingServer::start(options).state().clone();
        Self::Existing(Backend::Existing(Box::new(state)))
    }

    fn ours() -> Self {
        let directory = tempfile::tempdir().expect("a directory");
        let store = open(directory.path());
        store.ensure_org("dev", "Org dev").expect("an org");
        store.create_user("owner", "owner", "owner@local").expect("a user");
        store.set_role("dev", "owner", Some(Role::Owner)).expect("a role");
        let request =
            TokenRequest { name: "test", scope: Some("mcp:read mcp:write mcp:admin"), ..TokenRequest::default() };
        let token = store.create_token("owner", request).expect("a token").expose().to_owned();
        store.checkpoint();
        Self::Ours { directory, token }
    }

    fn token(&self) -> String {
        match self {
            Self::Existing(_) => owner_token("dev"),
            Self::Ours { token, .. } => token.clone(),
        }
    }

    fn sending(&self) -> Sending {
        let ours = matches!(self, Self::Ours { .. });
        let values = Values::of_process(Arc::new(Environment::from_pairs(SECRETS)));
        Sending { values: Arc::new(values), secrets_api: ours, own_server: ours, project: None }
    }

    /// A backend for one case, and what must live as long.
    fn backend(&self) -> (Backend, Option<tempfile::TempDir>) {
        match self {
            Self::Existing(backend) => (backend.clone(), None),
            Self::Ours { directory, .. } => {
                let copy = tempfile::tempdir().expect("a directory");
                for name in ["local.db", "local.db.key"] {
                    std::fs::copy(directory.path().join(name), copy.path().join(name)).expect("a copy");
                }
                (Backend::Ours(service(&open(copy.path()))), Some(copy))
            }
        }
    }
}

fn open(directory: &Path) -> Store {
    Store::open(&Database::File(PathBuf::from(directory).join("local.db"))).expect("a database")
}

fn service(store: &Store) -> axum::Router {
    let options = ServerOptions {
        transport: Transport::Loopback,
        orgs: ExposedOrgs::All,
        origin: "http://127.0.0.1:8787".to_owned(),
        session: None,
        counter: RequestCounter::default(),
    };
    router(store.clone(), options)
}

async fn plan(server: &Faulty, desired: &DesiredState) -> Result<(Plan, Verifier), lobu::org::ReadError> {
    let org = OrgSlug::from_server("dev");
    let selection = Selection::default();
    let options =
        Options { org: org.clone(), prune: false, resend: Resend::default(), selection, push_command: String::new() };
    let actual = read_actual(&server.client, &org, &read_scope(&ALL, desired, &options.selection)).await?;
    let plan = diff(desired, &actual, &options);
    assert_eq!(plan.problems, []);
    let verifier = Verifier::new(&plan, desired.all(), &actual, &options);
    Ok((plan, verifier))
}

async fn apply(server: &Faulty, (plan, verifier): &(Plan, Verifier)) -> Report {
    let approved = ApprovedPlan::new(plan.clone(), Approval::from_flag(true).expect("a yes"));
    // One after the other, so that what is not tried is the same in every run.
    let limits = Limits { parallelism: 1, keep_going: false, verify: true };
    execute(&server.client, &approved, verifier, limits, future::pending(), &mut |_| ()).await
}

/// The row that a write is part of.
fn row_of(request: &RecordedRequest) -> String {
    let body = request.json().unwrap_or_default();
    let text = |name: &str| body.get(name).and_then(Value::as_str).unwrap_or_default().to_owned();
    let path: Vec<&str> = request.path.split('/').skip(3).collect();
    match path.as_slice() {
        ["agents"] => format!("agent/{}", text("agentId")),
        ["agents", agent] => format!("agent/{agent}"),
        ["agents", agent, "config"] => format!("settings/{agent}"),
        ["agents", agent, "platforms", "by-stable-id", id] => format!("platform/{agent}/{id}"),
        _ if text("action") == "remove_rule" => WITHOUT_RULE.to_owned(),
        // A number names it, and there is only one.
        ["manage_watchers"] => "watcher/late".to_owned(),
        _ => format!("{}/{}", text("schema_type").replace('_', "-"), text("slug")),
    }
}

/// The writes of each row.
fn by_row(writes: &[RecordedRequest]) -> BTreeMap<String, BTreeSet<String>> {
    let mut rows: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for write in writes {
        rows.entry(row_of(write)).or_default().insert(identity(write));
    }
    rows
}

/// One project applied to one start, with a case for each request and each way to fail.
struct Stage<'stage> {
    name: &'stage str,
    start: &'stage Start,
    desired: &'stage DesiredState,
}

#[derive(Debug, Default)]
struct Counts {
    cases: usize,
    done: usize,
    failed: usize,
    not_tried: usize,
    unknown: usize,
}

impl Stage<'_> {
    async fn run(&self, server: &Faulty, counts: &mut Counts) {
        let (backend, _kept) = self.start.backend();
        server.begin(backend, None);
        let planned = plan(server, self.desired).await.expect("nothing fails");
        let reads: BTreeSet<String> = server.handled().iter().map(|(request, _)| identity(request)).collect();
        let before = server.handled().len();
        let report = apply(server, &planned).await;
        assert!(report.is_complete(), "{}: {report:#?}", self.name);
        let expected = by_row(&server.effects());
        assert_eq!(expected.len(), report.rows.len(), "every row is written: {expected:#?}");
        let all = server.handled();
        let requests: BTreeSet<String> = all.iter().skip(before).map(|(request, _)| identity(request)).collect();
        assert!(requests.len() >= 8, "{requests:#?}");
        for at in &reads {
            for fault in faults(at) {
                self.read_fails(server, &planned, fault).await;
                counts.cases += 1;
            }
        }
        for at in &requests {
            for fault in faults(at) {
                self.request_fails(server, &planned, &expected, fault, counts).await;
                counts.cases += 1;
            }
        }
    }

    /// A read of the plan fails: the plan is the same, or there is none, and nothing was written.
    async fn read_fails(&self, server: &Faulty, planned: &(Plan, Verifier), fault: Fault) {
        let (backend, _kept) = self.start.backend();
        server.begin(backend, Some(fault.clone()));
        if let Ok((plan, _)) = plan(server, self.desired).await {
            // Where it cannot be told how secrets are kept, the plan says so, and nothing that uses one is written.
            let is_unsure = plan.secrets == SecretsMode::Unknown;
            assert!(is_unsure || plan == planned.0, "{}: {fault:?}: {plan:#?}", self.name);
        }
        assert_eq!(server.effects().len(), 0, "{}: {fault:?}", self.name);
    }

    async fn request_fails(
        &self,
        server: &Faulty,
        planned: &(Plan, Verifier),
        expected: &BTreeMap<String, BTreeSet<String>>,
        fault: Fault,
        counts: &mut Counts,
    ) {
        let (backend, _kept) = self.start.backend();
        server.begin(backend, Some(fault.clone()));
        let report = apply(server, planned).await;
        assert!(server.hits() > 0, "{}: {fault:?}", self.name);
        let effects = by_row(&server.effects());
        let case = format!("{} {fault:?}: {report:#?} {effects:#?}", self.name);
        let none = BTreeSet::new();
        for (key, outcome) in &report.rows {
            let row = key.to_string();
            let wanted = &expected[&row];
            let done = effects.get(&row).unwrap_or(&none).intersection(wanted).count();
            match outcome {
                RowOutcome::Done(_) => {
                    counts.done += 1;
                    assert_eq!(done, wanted.len(), "done, and not all of {row}: {case}");
                }
                RowOutcome::Failed(_) => {
                    counts.failed += 1;
                    assert!(done < wanted.len(), "failed, and all of {row} is there: {case}");
                }
                RowOutcome::NotTried => {
                    counts.not_tried += 1;
                    assert_eq!(done, 0, "not tried, and a part of {row} is there: {case}");
                }
                RowOutcome::Unknown(_) => {
                    counts.unknown += 1;
                    assert!(fault.effect == Effect::Before || self.hides(&row), "a look would tell: {case}");
                }
            }
        }
        let wrote = report.wrote || report.done() > 0 || report.unknown() > 0;
        assert!(wrote || effects.is_empty(), "nothing was changed, it says: {case}");
        let is_write = expected.values().any(|writes| writes.contains(&fault.at));
        let may_be_complete = !is_write || fault.effect == Effect::After || !fault.every;
        assert!(!report.is_complete() || may_be_complete, "{case}");
    }

    /// Whether what a row sends cannot be compared with what the server shows.
    fn hides(&self, row: &str) -> bool {
        matches!(self.start, Start::Existing(_)) && row.starts_with("platform/")
    }
}

/// Every way in which a request fails.
fn faults(at: &str) -> impl Iterator<Item = Fault> {
    EFFECTS.into_iter().flat_map(move |effect| {
        FAILINGS
            .into_iter()
            .flat_map(move |failing| [false, true].map(|every| Fault { at: at.to_owned(), effect, failing, every }))
    })
}

/// The two stages on one kind of server.
async fn both_stages(name: &str, start: Start, counts: &mut Counts) {
    let server = Faulty::start(start.backend().0, &start.token(), start.sending()).await;
    Stage { name: &format!("{name}, first"), start: &start, desired: &first() }.run(&server, counts).await;
    let (backend, kept) = start.backend();
    server.begin(backend, None);
    let planned = plan(&server, &first()).await.expect("nothing fails");
    assert!(apply(&server, &planned).await.is_complete());
    let start = match start {
        Start::Existing(_) => Start::Existing(server.backend()),
        Start::Ours { token, .. } => {
            let directory = kept.expect("the database of the first stage");
            open(directory.path()).checkpoint();
            Start::Ours { directory, token }
        }
    };
    Stage { name: &format!("{name}, later"), start: &start, desired: &later() }.run(&server, counts).await;
}

/// The least that there are: 24 requests, by 2 effects, 5 ways to fail, once and every time, on 2 servers.
const LEAST: usize = 24 * 2 * 5 * 2 * 2;

#[tokio::test]
async fn the_report_agrees_with_the_server_whatever_fails() {
    let mut counts = Counts::default();
    let ours = Start::ours();
    give_secrets(&ours).await;
    both_stages("ours", ours, &mut counts).await;
    both_stages("G1", Start::existing(Double::g1_with_manager()), &mut counts).await;
    note(&format!("fault matrix: {counts:?}"));
    assert!(counts.cases >= LEAST, "{counts:?}");
    for count in [counts.done, counts.failed, counts.not_tried, counts.unknown] {
        assert!(count > 0, "{counts:?}");
    }
}

/// Gives the org of a database the secrets of the project.
async fn give_secrets(start: &Start) {
    let Start::Ours { directory, token } = start else { return };
    let store = open(directory.path());
    let server = Faulty::start(Backend::Ours(service(&store)), token, Sending::default()).await;
    push::create(&server, &SECRETS).await.expect("nothing fails");
    store.checkpoint();
}
