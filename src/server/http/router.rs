//! The routes, and how a request is answered.

use std::sync::Arc;

use axum::{
    Router,
    body::HttpBody as _,
    extract::{Request, State},
    http::{HeaderValue, StatusCode},
    middleware::{from_fn_with_state, map_response},
    response::Response,
    routing::{get, post, put},
};

use super::{
    call::{BODY_LIMIT, Call, SECRETS_BODY_LIMIT, read_body},
    guard::guard,
    handlers,
    options::ServerOptions,
    server::{Outcome, Server, blocking, ended_early, is_read},
};
use crate::server::{
    access::Permission,
    mcp,
    refusal::{Answer, Refusal},
    store::Store,
};

type Handler = fn(&Server, &Call) -> Outcome;

/// One route's operation, and what goes before it.
#[derive(Clone, Copy)]
struct Operation {
    /// What is needed before anything of the body is read. The handler asks again, in its transaction, and maybe for more.
    permission: Permission,
    /// Largest body, in bytes.
    body_limit: usize,
    /// Whether it only reads, whatever its method is.
    is_read: bool,
    handler: Handler,
}

/// Builds the service of an embedded org; `docs/api` has its routes.
pub fn router(store: Store, options: ServerOptions) -> Router {
    let transport = options.transport;
    let server = Arc::new(Server::new(store, options));
    let run = |operation: Operation| {
        move |State(server): State<Arc<Server>>, request: Request| run(server, operation, request)
    };
    let on = |handler: Handler| {
        run(Operation { permission: Permission::Membership, body_limit: BODY_LIMIT, is_read: false, handler })
    };
    let manage_secrets = Operation {
        permission: Permission::Secrets,
        body_limit: SECRETS_BODY_LIMIT,
        is_read: false,
        handler: handlers::manage_secrets,
    };
    let compare = Operation {
        permission: Permission::Change,
        body_limit: SECRETS_BODY_LIMIT,
        is_read: true,
        handler: handlers::compare,
    };
    let read_body = |handler: Handler| {
        run(Operation { permission: Permission::Membership, body_limit: BODY_LIMIT, is_read: true, handler })
    };
    let memory = get(no_stream).delete(no_stream).post(read_body(handlers::memory)).layer(map_response(in_session));
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
        .route("/api/{org}/watchers", get(on(handlers::read_watchers)))
        .route("/api/{org}/list_watchers", post(read_body(handlers::list_watchers)))
        .route("/api/{org}/manage_watchers", post(on(handlers::manage_watchers)))
        .route("/api/{org}/secrets", get(on(handlers::list_secrets)))
        .route("/api/{org}/secrets/names", get(on(handlers::list_secret_names)))
        .route("/api/{org}/secrets/manage", post(run(manage_secrets)))
        .route("/api/{org}/compare", post(run(compare)))
        .route("/api/{org}/list_organizations", post(on(handlers::list_organizations)))
        .route("/oauth/userinfo", get(userinfo))
        .route("/mcp/{org}", memory)
        .fallback(not_found)
        .method_not_allowed_fallback(not_found)
        .with_state(server)
        .layer(from_fn_with_state(transport, guard))
}

/// Answers a request: who asks is authenticated, then the body is read, then the handler runs, which
/// authenticates again.
///
/// Nothing of a body is read without a permission, and only a few bodies are in memory at a time. A body that comes
/// slowly holds its place among those, and none of those that use the database.
async fn run(server: Arc<Server>, operation: Operation, request: Request) -> Outcome {
    let Operation { permission, body_limit, is_read: only_reads, handler } = operation;
    let (call, body) = Call::without_body(request).await?;
    let store = server.store.clone();
    let (call, _place) = if body.is_end_stream() {
        (call, None)
    } else {
        let is_read = only_reads || is_read(&call.method);
        let call = blocking(&server, move |server| server.check(&call, permission, is_read).map(|()| call)).await?;
        let place = store.0.bodies.acquire().await.map_err(|_| ended_early())?;
        (Call { body: read_body(body, body_limit).await?, ..call }, Some(place))
    };
    blocking(&server, move |server| handler(server, &call)).await
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

/// What this server can do beyond the existing one.
const FEATURES: [&str; 8] =
    ["applied-by", "compare", "per-org-ids", "platform-key-removal", "schema-codes", "secrets", "versions", "watchers"];

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

/// Answers whose a token is and which orgs are its user's: the one route that names no org.
async fn userinfo(State(server): State<Arc<Server>>, request: Request) -> Outcome {
    let (call, _) = Call::without_body(request).await?;
    blocking(&server, move |server| server.read_account(&call)).await
}

/// Names the session in the answers of the memory endpoint: clients insist on one.
async fn in_session(mut response: Response) -> Response {
    if response.status().is_success() {
        response.headers_mut().insert("mcp-session-id", HeaderValue::from_static(mcp::SESSION));
    }
    response
}

/// Refuses a stream of the memory endpoint, and the end of a session, by the status that the protocol has for it.
async fn no_stream(State(server): State<Arc<Server>>, request: Request) -> Refusal {
    server.counter.count(is_read(request.method()));
    Refusal::new(StatusCode::METHOD_NOT_ALLOWED, "method_not_allowed", "The memory endpoint answers to POST only.")
}

async fn not_found(State(server): State<Arc<Server>>, request: Request) -> Refusal {
    server.counter.count(is_read(request.method()));
    Refusal::not_found("There is nothing at this path and method.")
}
