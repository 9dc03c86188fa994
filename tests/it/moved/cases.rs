//! Someone edits each kind of resource after the plan was made: the field that is to be written, another one, or to what is
//! wanted.

use std::future;

use lobu::execute::{Approval, ApprovedPlan, FailureReason, Limits, Report, RowOutcome, execute};
use lobu::org::http::{HttpOrg, Sending};
use lobu::plan::{Plan, Resend, Verifier};
use lobu::schema::ALL;
use serde_json::{Value, json};

use crate::fault_matrix::project::{SECRETS, first, later};
use crate::support::converge::{apply, planned_of};
use crate::support::embedded::Served;
use crate::support::existing_server::{ExistingServer, Options, owner_token};
use crate::support::http_client;
use crate::support::stored::Reader;

/// A server, and a client for it.
pub(super) struct Stage {
    name: &'static str,
    url: String,
    token: String,
    pub(super) org: HttpOrg,
    has_secrets_api: bool,
    pub(super) served: Option<Served>,
    pub(super) double: Option<ExistingServer>,
}

impl Stage {
    async fn ours() -> Self {
        Self::empty_ours().await.with_first().await
    }

    async fn existing() -> Self {
        Self::empty_existing().with_first().await
    }

    /// Our server with the secrets of the project.
    pub(super) async fn empty_ours() -> Self {
        let served = Served::in_memory().await;
        let values = SECRETS.map(|(name, value)| (name.to_owned(), value.to_owned())).into();
        served.put_secrets("dev", &values).await;
        let org = served.client().sending(sending(true));
        let (url, token) = (served.url().to_owned(), served.token().to_owned());
        Self { name: "ours", url, token, org, has_secrets_api: true, served: Some(served), double: None }
    }

    pub(super) fn empty_existing() -> Self {
        let double = ExistingServer::start(Options::g1_with_manager());
        let (url, token) = (double.url(), owner_token("dev"));
        let origin = url::Url::parse(&url).expect("an origin is a URL");
        let org = HttpOrg::builder(lobu::http::Endpoint::Origin(origin), lobu::model::OrgSlug::from_server("dev"))
            .token(Some(std::sync::Arc::new(lobu::secrets::SecretValue::new(&token))))
            .build()
            .expect("a client needs no configuration")
            .sending(sending(false));
        Self { name: "G1", url, token, org, has_secrets_api: false, served: None, double: Some(double) }
    }

    async fn with_first(self) -> Self {
        let report = apply(&self.org, &first(), false).await;
        assert!(report.is_complete(), "{report:#?}");
        self
    }

    /// The plan of the later project.
    async fn plan(&self) -> (Plan, Verifier) {
        planned_of(&ALL, &self.org, &later(), false, Resend::default()).await
    }

    /// What someone else does in the meantime.
    async fn edit(&self, (method, path, body): &(&str, String, Value)) {
        let request = http_client().request(method.parse().expect("a method"), format!("{}/api/dev/{path}", self.url));
        let answer = request.bearer_auth(&self.token).json(body).send().await.expect("an answer");
        assert!(answer.status().is_success(), "{}: {path} {body}: {:?}", self.name, answer.text().await);
    }

    /// What the org has of a resource.
    async fn stored(&self, row: &str) -> Value {
        let reader = Reader::new(&self.url, "dev", &self.token);
        // The agent of a platform is no part of its name there.
        let name = row.replace("platform/triage/", "platform/");
        reader.content(&later()).await.get(name).cloned().unwrap_or_else(|| panic!("{}: no {row}", self.name))
    }

    fn bot(&self) -> &'static str {
        if self.has_secrets_api { "secret://dev/user/BOT" } else { SECRETS[0].1 }
    }

    fn platform(&self, chat: &str) -> (&'static str, String, Value) {
        let path = "agents/triage/platforms/by-stable-id/triage-telegram".to_owned();
        ("PUT", path, json!({"platform": "telegram", "config": {"botToken": self.bot(), "chatId": chat}}))
    }
}

fn sending(ours: bool) -> Sending {
    let values = lobu::secrets::Values::of_process(std::sync::Arc::new(lobu::env::Environment::from_pairs(SECRETS)));
    Sending { values: std::sync::Arc::new(values), secrets_api: ours, own_server: ours, project: None }
}

async fn carry_out(stage: &Stage, (plan, verifier): &(Plan, Verifier)) -> Report {
    let approved = ApprovedPlan::new(plan.clone(), Approval::from_flag(true).expect("a yes"));
    let limits = Limits { parallelism: 1, keep_going: true, verify: true };
    execute(&stage.org, &approved, verifier, limits, future::pending(), &mut |_| ()).await
}

fn of_type(action: &str, slug: &str, members: &Value) -> (&'static str, String, Value) {
    let kind = if slug == "known-by" { "relationship_type" } else { "entity_type" };
    let mut body = json!({"schema_type": kind, "action": action, "slug": slug});
    body.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
    ("POST", "manage_entity_schema".to_owned(), body)
}

/// The edits of one kind of resource.
struct Edits {
    row: &'static str,
    /// Of a field that the plan replaces.
    moved: (&'static str, String, Value),
    /// Of another one, where a write does not carry all.
    aside: Option<(&'static str, String, Value)>,
    /// To what the plan wants.
    wanted: (&'static str, String, Value),
}

fn edits(stage: &Stage) -> [Edits; 6] {
    let agent = |body| ("PATCH", "agents/triage".to_owned(), body);
    let config = |body| ("PATCH", "agents/triage/config".to_owned(), body);
    [
        Edits {
            row: "agent/triage",
            moved: agent(json!({"description": "Theirs"})),
            aside: Some(agent(json!({"name": "Theirs"}))),
            wanted: agent(json!({"description": "Sorts and answers."})),
        },
        Edits {
            row: "settings/triage",
            moved: config(json!({"soulMd": "Theirs"})),
            aside: Some(config(json!({"networkConfig": {"allowedDomains": ["theirs.example"]}}))),
            wanted: config(json!({"soulMd": "Be very kind."})),
        },
        Edits {
            row: "platform/triage/triage-telegram",
            moved: stage.platform("44"),
            aside: None,
            wanted: stage.platform("43"),
        },
        Edits {
            row: "entity-type/person",
            moved: of_type("update", "person", &json!({"name": "Theirs"})),
            aside: Some(of_type("update", "person", &json!({"icon": "T"}))),
            wanted: of_type("update", "person", &json!({"name": "Natural person"})),
        },
        Edits {
            row: "relationship-type/known-by",
            moved: of_type("update", "known-by", &json!({"description": "Theirs"})),
            aside: Some(of_type(
                "add_rule",
                "known-by",
                &json!({"source_entity_type_slug": "person", "target_entity_type_slug": "company"}),
            )),
            wanted: of_type("update", "known-by", &json!({"name": "Is known by", "description": "The other way"})),
        },
        Edits {
            row: "watcher/late",
            moved: of_watcher("create_version", &json!({"prompt": "Theirs."})),
            aside: Some(of_watcher("update", &json!({"tags": ["theirs"]}))),
            wanted: of_watcher("create_version", &json!({"prompt": "Look twice."})),
        },
    ]
}

/// The one watcher, which is the first of its server.
fn of_watcher(action: &str, members: &Value) -> (&'static str, String, Value) {
    let mut body = json!({"action": action, "watcher_id": "1"});
    body.as_object_mut().expect("an object").extend(members.as_object().expect("an object").clone());
    ("POST", "manage_watchers".to_owned(), body)
}

#[track_caller]
fn outcome<'report>(report: &'report Report, row: &str) -> &'report RowOutcome {
    let found = report.rows.iter().find(|(key, _)| key.to_string() == row);
    &found.unwrap_or_else(|| panic!("no {row} in {report:#?}")).1
}

async fn stages() -> [Stage; 2] {
    [Stage::ours().await, Stage::existing().await]
}

#[tokio::test]
async fn an_edit_of_what_is_to_be_written_stays_and_fails_its_row() {
    for at in 0..6 {
        for stage in stages().await {
            let planned = stage.plan().await;
            let Edits { row, moved, .. } = &edits(&stage)[at];
            stage.edit(moved).await;
            let before = stage.stored(row).await;
            let report = carry_out(&stage, &planned).await;
            let RowOutcome::Failed(failure) = outcome(&report, row) else { panic!("{}: {report:#?}", stage.name) };
            assert_eq!(failure.reason, FailureReason::Moved, "{}: {row}", stage.name);
            assert_eq!(stage.stored(row).await, before, "{}: {row}", stage.name);
            let others = report.rows.iter().filter(|(key, _)| key.to_string() != *row);
            let is_below = |key: &lobu::schema::ResourceKey| {
                row.starts_with("agent/") && key.agent().is_some()
                    || row.starts_with("settings/") && key.to_string().starts_with("platform/")
                    || row.starts_with("entity-type/") && key.kind.word == "relationship-type"
                    || row.contains("-type/") && key.kind.word == "watcher"
            };
            for (key, outcome) in others {
                let is_done = matches!(outcome, RowOutcome::Done(_));
                assert!(is_done || is_below(key), "{}: {row}: {key} {outcome:?}", stage.name);
            }
        }
    }
}

#[tokio::test]
async fn an_edit_of_what_a_later_write_of_the_row_replaces_stays_too() {
    for stage in stages().await {
        let planned = stage.plan().await;
        stage.edit(&of_watcher("update", &json!({"schedule": "0 9 * * *"}))).await;
        let report = carry_out(&stage, &planned).await;
        let RowOutcome::Failed(failure) = outcome(&report, "watcher/late") else {
            panic!("{}: {report:#?}", stage.name)
        };
        assert_eq!(failure.reason, FailureReason::Moved, "{}", stage.name);
        assert_eq!(stage.stored("watcher/late").await["schedule"], "0 9 * * *", "{}", stage.name);
    }
}

#[tokio::test]
async fn an_edit_of_something_else_stays_and_the_row_is_done() {
    for at in 0..6 {
        for stage in stages().await {
            let Edits { row, aside, .. } = &edits(&stage)[at];
            let Some(aside) = aside else { continue };
            let planned = stage.plan().await;
            let before = stage.stored(row).await;
            stage.edit(aside).await;
            let edited = stage.stored(row).await;
            assert_ne!(edited, before, "{}: {row}: the edit is seen", stage.name);
            let report = carry_out(&stage, &planned).await;
            assert!(report.is_complete(), "{}: {row}: {report:#?}", stage.name);
            let after = stage.stored(row).await;
            assert_ne!(after, edited, "{}: {row}: the row was written", stage.name);
            let [before, edited, after] = [&before, &edited, &after].map(|value| value.as_object().expect("an object"));
            for (name, value) in edited.iter().filter(|(name, value)| before.get(*name) != Some(*value)) {
                assert_eq!(after.get(name), Some(value), "{}: {row}: {name} was overwritten", stage.name);
            }
        }
    }
}

#[tokio::test]
async fn an_edit_to_what_is_wanted_leaves_nothing_to_write() {
    for at in 0..6 {
        for stage in stages().await {
            let planned = stage.plan().await;
            let Edits { row, wanted, .. } = &edits(&stage)[at];
            stage.edit(wanted).await;
            let report = carry_out(&stage, &planned).await;
            assert!(report.is_complete(), "{}: {row}: {report:#?}", stage.name);
            assert!(matches!(outcome(&report, row), RowOutcome::Done(_)), "{}: {row}", stage.name);
        }
    }
}

#[tokio::test]
async fn what_someone_made_in_the_meantime_is_not_overwritten() {
    for (name, made, is_fine) in [
        ("as declared", json!({"slug": "person", "name": "Person"}), true),
        ("with more", json!({"slug": "person", "name": "Person", "icon": "T"}), true),
        ("otherwise", json!({"slug": "person", "name": "Theirs"}), false),
    ] {
        let served = Served::in_memory().await;
        let double = ExistingServer::start(Options::g1_with_manager());
        let origin = url::Url::parse(&double.url()).expect("an origin is a URL");
        let existing = HttpOrg::builder(lobu::http::Endpoint::Origin(origin), lobu::model::OrgSlug::from_server("dev"))
            .token(Some(std::sync::Arc::new(lobu::secrets::SecretValue::new(owner_token("dev")))))
            .build()
            .expect("a client needs no configuration");
        let desired = crate::fault_matrix::project::types_only();
        for (org, url, token) in [
            (served.client().sending(sending(true)), served.url().to_owned(), served.token().to_owned()),
            (existing, double.url(), owner_token("dev")),
        ] {
            let planned = planned_of(&ALL, &org, &desired, false, Resend::default()).await;
            let mut body = json!({"schema_type": "entity_type", "action": "create"});
            body.as_object_mut().expect("an object").extend(made.as_object().expect("an object").clone());
            let request = http_client().post(format!("{url}/api/dev/manage_entity_schema")).bearer_auth(&token);
            assert!(request.json(&body).send().await.expect("an answer").status().is_success());
            let report = crate::support::converge::carry_out(&org, planned).await;
            let row = outcome(&report, "entity-type/person");
            assert_eq!(matches!(row, RowOutcome::Done(_)), is_fine, "{name}: {report:#?}");
        }
    }
}
