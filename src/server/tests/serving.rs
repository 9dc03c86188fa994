//! Servers on real sockets.

use std::net::SocketAddr;

use serde_json::{Value, json};

use super::support::ORIGIN;
use crate::server::{
    Database, Embedded, EmbeddedOptions, Endpoint, ExposedOrgs, RequestCounter, ServerOptions, Store, Transport,
    bind_loopback, router, serve_tcp,
};

fn options() -> EmbeddedOptions {
    EmbeddedOptions { orgs: ExposedOrgs::All, origin: ORIGIN.to_owned(), counter: RequestCounter::default() }
}

fn store() -> Store {
    let store = Store::open(&Database::Memory).unwrap();
    store.create_org("dev", "Dev").unwrap();
    store
}

fn builder() -> reqwest::ClientBuilder {
    crate::http::install_cryptography();
    reqwest::Client::builder().no_proxy()
}

fn client(embedded: &Embedded) -> (reqwest::Client, String) {
    let builder = builder();
    match embedded.endpoint() {
        #[cfg(unix)]
        Endpoint::Unix(path) => (builder.unix_socket(path.as_path()).build().unwrap(), "http://localhost".to_owned()),
        #[cfg(not(unix))]
        Endpoint::Unix(_) => unreachable!("there are no Unix sockets"),
        Endpoint::Tcp(address) => (builder.build().unwrap(), format!("http://{address}")),
    }
}

#[tokio::test]
async fn an_embedded_server_answers_its_own_bearer_and_leaves_nothing_behind() {
    let embedded = Embedded::start(store(), options()).await.unwrap();
    let (client, base) = client(&embedded);
    let url = format!("{base}/api/dev/agents");
    let allowed = client.get(&url).bearer_auth(embedded.token().expose()).send().await.unwrap();
    assert_eq!(allowed.status(), 200);
    assert_eq!(client.get(&url).bearer_auth("guess").send().await.unwrap().status(), 401);
    let create = client.post(&url).bearer_auth(embedded.token().expose());
    let body = json!({ "agentId": "abc", "name": "A" });
    assert_eq!(create.json(&body).send().await.unwrap().status(), 201);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let Endpoint::Unix(path) = embedded.endpoint().clone() else { panic!("not a Unix socket") };
        let directory = path.parent().unwrap();
        assert_eq!(directory.metadata().unwrap().permissions().mode() & 0o777, 0o700);
        embedded.shutdown().await;
        assert!(!directory.exists());
        assert!(client.get(&url).send().await.is_err());
    }
}

#[tokio::test]
async fn the_bearer_of_one_embedded_server_is_nothing_to_another() {
    let store = store();
    let first = Embedded::start(store.clone(), options()).await.unwrap();
    let second = Embedded::start(store, options()).await.unwrap();
    let (client, base) = client(&second);
    let request = client.get(format!("{base}/api/dev/agents")).bearer_auth(first.token().expose());
    assert_eq!(request.send().await.unwrap().status(), 401);
}

#[tokio::test]
async fn a_dropped_server_stops() {
    let embedded = Embedded::start(store(), options()).await.unwrap();
    let (client, base) = client(&embedded);
    drop(embedded);
    assert!(client.get(format!("{base}/health")).send().await.is_err());
}

#[tokio::test]
async fn a_loopback_port_is_served_and_stopped_in_order() {
    let store = store();
    let token = store.bootstrap_token_in_memory().unwrap();
    let listener = bind_loopback(0).await.unwrap();
    let address: SocketAddr = listener.local_addr().unwrap();
    let options = ServerOptions {
        transport: Transport::Loopback,
        orgs: ExposedOrgs::All,
        origin: format!("http://{address}"),
        session: None,
        counter: RequestCounter::default(),
    };
    let (stop, stopped) = tokio::sync::oneshot::channel::<()>();
    let served = tokio::spawn(serve_tcp(listener, router(store, options), async move { drop(stopped.await) }));
    let client = builder().build().unwrap();
    let url = format!("http://{address}/api/dev/agents");
    let body = json!({ "agentId": "abc", "name": "A" });
    let created = client.post(&url).bearer_auth(token.expose()).json(&body).send().await.unwrap();
    assert_eq!(created.status(), 201);
    let config = client.get(format!("{url}/abc/config")).bearer_auth(token.expose()).send().await.unwrap();
    let config: Value = config.json().await.unwrap();
    assert_eq!(config["mcpServers"]["lobu-memory"]["url"], format!("http://{address}/mcp/dev"));
    let rebound = client.get(&url).bearer_auth(token.expose()).header("host", "evil.test").send().await.unwrap();
    assert_eq!(rebound.status(), 403);
    stop.send(()).unwrap();
    served.await.unwrap().unwrap();
    assert!(client.get(&url).send().await.is_err());
}

#[tokio::test]
async fn other_addresses_are_never_served() {
    let listener = tokio::net::TcpListener::bind("0.0.0.0:0").await.unwrap();
    let router = axum::Router::new();
    assert!(serve_tcp(listener, router, std::future::ready(())).await.is_err());
}
