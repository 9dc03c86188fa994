//! The routes, and the way from a request to an operation on the store.

use std::{collections::BTreeSet, sync::Arc};

use axum::{
    Router,
    body::HttpBody as _,
    extract::{Request, State},
    http::Method,
    middleware::from_fn_with_state,
    routing::{get, post, put},
};

use super::{
    call::{BODY_LIMIT, Call, SECRETS_BODY_LIMIT, read_body},
    guard::guard,
    handlers,
};
use crate::server::{
    counter::RequestCounter,
    error::StoreError,
    refusal::{Answer, Refusal},
    scene::{Gate, Need, Scene, admit, lacks},
    store::Store,
    tokens::AccessToken,
};

/// How a server is reached.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Transport {
    /// A loopback TCP port: the `Host` header must name this machine (decisions O5).
    Loopback,
    /// A Unix socket in a directory of its owner: any `Host`.
    UnixSocket,
}

/// Which organisations of the store a server shows; others are 404 (decisions O1).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ExposedOrgs {
    /// All that exist.
    All,
    /// These slugs only.
    Only(BTreeSet<String>),
}

impl ExposedOrgs {
    /// Tells whether an organisation is shown.
    pub(in crate::server) fn contains(&self, slug: &str) -> bool {
        match self {
            Self::All => true,
            Self::Only(slugs) => slugs.contains(slug),
        }
    }
}

/// How a server answers.
#[derive(Debug)]
pub struct ServerOptions {
    /// How it is reached.
    pub transport: Transport,
    /// Which organisations it shows.
    pub orgs: ExposedOrgs,
    /// Its public origin, such as `http://127.0.0.1:8787`; part of the memory MCP entry of new agents.
    pub origin: String,
    /// A token that this server alone accepts, for the bootstrap user with all scopes; beside those of the store.
    pub session: Option<AccessToken>,
    /// Counts its requests.
    pub counter: RequestCounter,
}

pub(super) type Outcome = Result<Answer, Refusal>;

/// What all requests of a server share.
pub(super) struct Server {
    store: Store,
    orgs: ExposedOrgs,
    pub(super) origin: String,
    session: Option<[u8; 32]>,
    counter: RequestCounter,
}

type Handler = fn(&Server, &Call) -> Outcome;

/// One route's operation, and what goes before it.
#[derive(Clone, Copy)]
struct Operation {
    /// What is needed before anything of the body is read. The handler asks again, in its transaction, and maybe for more.
    need: Need,
    /// Largest body, in bytes.
    body_limit: usize,
    handler: Handler,
}

/// Builds the service of an embedded org (org-api section 5, decisions O2).
pub fn router(store: Store, options: ServerOptions) -> Router {
    let server = Arc::new(Server {
        store,
        orgs: options.orgs,
        origin: options.origin.trim_end_matches('/').to_owned(),
        session: options.session.map(|token| token.hash()),
        counter: options.counter,
    });
    let run = |operation: Operation| {
        move |State(server): State<Arc<Server>>, request: Request| run(server, operation, request)
    };
    let on = |handler: Handler| run(Operation { need: Need::Membership, body_limit: BODY_LIMIT, handler });
    let manage_secrets =
        Operation { need: Need::Secrets, body_limit: SECRETS_BODY_LIMIT, handler: handlers::manage_secrets };
    Router::new()
        .route("/", get(root))
        .route("/health", get(health))
        .route("/api/{org}/agents", get(on(handlers::list_agents)).post(on(handlers::create_agent)))
        .route(
            "/api/{org}/agents/{agent}",
            get(on(handlers::get_agent)).patch(on(handlers::patch_agent)).delete(on(handlers::delete_agent)),
        )
        .route("/api/{org}/agents/{agent}/config", get(on(handlers::get_config)).patch(on(handlers::patch_config)))
        .route(
            "/api/{org}/agents/{agent}/platforms",
            get(on(handlers::list_platforms)).post(on(handlers::post_platform)),
        )
        .route(
            "/api/{org}/agents/{agent}/platforms/{platform}",
            get(on(handlers::get_platform)).delete(on(handlers::delete_platform)),
        )
        .route("/api/{org}/agents/{agent}/platforms/{platform}/start", post(on(handlers::start_platform)))
        .route("/api/{org}/agents/{agent}/platforms/{platform}/stop", post(on(handlers::stop_platform)))
        .route("/api/{org}/agents/{agent}/platforms/by-stable-id/{platform}", put(on(handlers::put_platform)))
        .route("/api/{org}/manage_entity_schema", post(on(handlers::manage_entity_schema)))
        .route("/api/{org}/secrets", get(on(handlers::list_secrets)))
        .route("/api/{org}/secrets/names", get(on(handlers::list_secret_names)))
        .route("/api/{org}/secrets/manage", post(run(manage_secrets)))
        .route("/api/{org}/list_organizations", post(on(handlers::list_organizations)))
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .with_state(server)
        .layer(from_fn_with_state(options.transport, guard))
}

/// Answers a request: who asks is admitted, then the body is read, then the handler runs, which admits again.
///
/// Nothing of a body is read of who is not admitted, and only a few bodies are in memory at a time. A body that comes
/// slowly holds its place among those, and none of those that use the database.
async fn run(server: Arc<Server>, operation: Operation, request: Request) -> Outcome {
    let Operation { need, body_limit, handler } = operation;
    let (call, body) = Call::without_body(request).await?;
    let store = server.store.clone();
    let (call, _place) = if body.is_end_stream() {
        (call, None)
    } else {
        let call = blocking(&server, move |server| server.check(&call, need).map(|()| call)).await?;
        let place = store.0.bodies.acquire().await.map_err(|_| ended_early())?;
        (Call { body: read_body(body, body_limit).await?, ..call }, Some(place))
    };
    blocking(&server, move |server| handler(server, &call)).await
}

/// Runs something on a thread that may block, a few at a time.
async fn blocking<T: Send + 'static>(
    server: &Arc<Server>,
    operation: impl FnOnce(&Server) -> Result<T, Refusal> + Send + 'static,
) -> Result<T, Refusal> {
    let _permit = server.store.0.permits.acquire().await.map_err(|_| ended_early())?;
    let server = server.clone();
    tokio::task::spawn_blocking(move || operation(&server)).await.map_err(|_| ended_early())?
}

impl Server {
    /// Admits who asks, before anything of the body is read; a refusal is the whole answer, so it counts as a request.
    fn check(&self, call: &Call, need: Need) -> Result<(), Refusal> {
        self.read_with(call, need, |_| Ok(())).inspect_err(|_| self.counter.count(is_read(&call.method)))
    }

    /// Runs a read.
    pub(super) fn read(&self, call: &Call, need: Need, operation: impl FnOnce(&Scene<'_>) -> Outcome) -> Outcome {
        self.counter.count(true);
        self.read_with(call, need, operation)
    }

    /// Runs something that reads. A refusal for the secrets leaves an audit row, as that of a change does.
    fn read_with<T>(
        &self,
        call: &Call,
        need: Need,
        operation: impl FnOnce(&Scene<'_>) -> Result<T, Refusal>,
    ) -> Result<T, Refusal> {
        let outcome = self.store.0.pool.read(|connection| {
            let (org, actor) = admit(connection, &self.gate(), &call.org, bearer(call))?;
            match lacks(&actor, need) {
                None => operation(&Scene::reading(connection, &self.store.0.vault, org, actor)).map(Ok),
                Some(lacking) => Ok::<_, Refusal>(Err(lacking)),
            }
        })?;
        outcome.or_else(|(action, refusal)| {
            if need == Need::Secrets {
                self.audit_refusal(call, action)?;
            }
            Err(refusal)
        })
    }

    /// Writes the audit row of a refused read, which has no transaction for it.
    fn audit_refusal(&self, call: &Call, action: &str) -> Result<(), Refusal> {
        self.store.0.pool.write(|write| {
            let (org, actor) = admit(write.connection(), &self.gate(), &call.org, bearer(call))?;
            let scene = Scene::writing(write, &self.store.0.vault, org, actor);
            Ok(scene.audit(action, &format!("{} {}", call.method, call.path), None)?)
        })
    }

    /// Runs a change in one transaction. A refusal for want of a role or scope leaves an audit row (decisions O3).
    pub(super) fn change(&self, call: &Call, operation: impl FnOnce(&Scene<'_>) -> Outcome) -> Outcome {
        self.change_with(call, Need::Change, operation)
    }

    /// The same, with what the change needs.
    pub(super) fn change_with(
        &self,
        call: &Call,
        need: Need,
        operation: impl FnOnce(&Scene<'_>) -> Outcome,
    ) -> Outcome {
        self.counter.count(false);
        self.store.0.pool.write(|write| {
            let (org, actor) = admit(write.connection(), &self.gate(), &call.org, bearer(call))?;
            let lacking = lacks(&actor, need);
            let scene = Scene::writing(write, &self.store.0.vault, org, actor);
            match lacking {
                None => operation(&scene).map(Ok),
                // Not an error of the transaction: the audit row is to be committed.
                Some((action, refusal)) => {
                    scene.audit(action, &format!("{} {}", call.method, call.path), None)?;
                    Ok(Err(refusal))
                }
            }
        })?
    }

    /// Gives the organisations that are shown.
    pub(super) fn orgs(&self) -> &ExposedOrgs {
        &self.orgs
    }

    fn gate(&self) -> Gate<'_> {
        Gate { origin: &self.origin, session: self.session, exposed: &self.orgs }
    }
}

fn is_read(method: &Method) -> bool {
    matches!(*method, Method::GET | Method::HEAD)
}

fn bearer(call: &Call) -> Option<&str> {
    call.bearer.as_ref().map(|bearer| bearer.as_str())
}

async fn root() -> Answer {
    let version = env!("CARGO_PKG_VERSION");
    Answer::ok(
        serde_json::json!({
            "service": "lobu-api",
            "implementation": "lobu-rs",
            "version": version,
            "health": "/health",
        })
        .to_string(),
    )
}

/// What this server can do beyond the existing one (decisions O2).
const FEATURES: [&str; 4] = ["per-org-ids", "platform-key-removal", "schema-codes", "secrets"];

async fn health() -> Answer {
    Answer::ok(
        serde_json::json!({
            "status": "ok",
            "service": "lobu-api",
            "implementation": "lobu-rs",
            "version": env!("CARGO_PKG_VERSION"),
            "features": FEATURES,
        })
        .to_string(),
    )
}

async fn not_found(State(server): State<Arc<Server>>, request: Request) -> Refusal {
    server.counter.count(is_read(request.method()));
    Refusal::not_found("There is nothing at this path and method.")
}

fn ended_early() -> Refusal {
    Refusal::Store(StoreError::Corrupt { what: "a request ended early" })
}
