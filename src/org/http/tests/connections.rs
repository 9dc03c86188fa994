//! Connections: where they go, and what is said when they do not stand.

use std::io::{Read, Write};
use std::net::TcpListener;
use std::sync::Arc;
use std::thread;
use std::time::Duration;

use rcgen::{CertifiedKey, generate_simple_self_signed};
use reqwest::Certificate;
use rustls::ServerConfig;
use rustls::crypto::ring;
use rustls::pki_types::PrivateKeyDer;
use serde_json::json;
use url::Url;

use super::support::{Listener, Step, answer, builder, free_port};
use crate::env::Network;
use crate::http::{ClientError, Endpoint};
use crate::model::OrgSlug;
use crate::org::http::HttpOrg;
use crate::org::{Cause, OrgRead, Outcome, RequestError};
use crate::schema::kinds::AGENT;
use crate::secrets::SecretValue;

fn no_agents() -> Step {
    answer(200, &json!({"agents": []}))
}

fn tls(names: &[&str]) -> (ServerConfig, Certificate) {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let CertifiedKey { cert, signing_key } = generate_simple_self_signed(names).unwrap();
    let key = PrivateKeyDer::try_from(signing_key.serialize_der()).unwrap();
    let config = ServerConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![cert.der().clone()], key)
        .unwrap();
    (config, Certificate::from_der(cert.der()).unwrap())
}

async fn over_tls(host: &str, names: &[&str], trusted: bool) -> Result<(), RequestError> {
    let (config, own) = tls(names);
    let (_, other) = tls(names);
    let listener = Listener::start_tls([no_agents()], config);
    let origin = Url::parse(&format!("https://{host}:{}", listener.port)).unwrap();
    let org = builder(origin).roots(vec![if trusted { own } else { other }]).build().unwrap();
    org.records(AGENT).await.map(drop)
}

#[tokio::test]
async fn the_days_that_a_certificate_is_good_are_told() {
    let (config, own) = tls(&["localhost"]);
    let listener = Listener::start_tls(std::iter::repeat_n(no_agents(), 8), config);
    let origin = Url::parse(&format!("https://localhost:{}", listener.port)).unwrap();
    let org = builder(origin).roots(vec![own]).build().unwrap();
    let answered = org.inspect(&Network::default()).await.answer.unwrap().unwrap();
    assert!(answered.certificate_days.is_some_and(|days| days > 300), "{answered:?}");
    assert!(answered.health.is_err(), "what answers is no health page");
}

#[tokio::test]
async fn certificates_are_checked_and_the_message_says_what_is_wrong() {
    over_tls("localhost", &["localhost"], true).await.unwrap();
    let table = [
        (
            over_tls("localhost", &["localhost"], false).await,
            "it is not signed by an authority that this machine trusts",
        ),
        (over_tls("localhost", &["else.example"], true).await, "it was made for another host"),
    ];
    for (result, why) in table {
        let error = result.unwrap_err();
        assert_eq!(error.cause(), Some(Cause::Certificate));
        assert_eq!(
            error.to_string(),
            format!("GET /api/dev/agents got no answer: the server's certificate is not to be trusted: {why}")
        );
    }
}

#[tokio::test]
async fn plain_http_behind_https_is_not_secure() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = Url::parse(&format!("https://localhost:{}", socket.local_addr().unwrap().port())).unwrap();
    thread::spawn(move || {
        let mut stream = socket.accept().unwrap().0;
        drop(stream.read(&mut [0; 1024]));
        drop(stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n"));
    });
    let (_, root) = tls(&["localhost"]);
    let error = builder(origin).roots(vec![root]).build().unwrap().records(AGENT).await.unwrap_err();
    assert_eq!(error.cause(), Some(Cause::Tls), "{error}");
}

#[tokio::test]
async fn where_nothing_listens_is_said_at_once() {
    let origin = Url::parse(&format!("http://127.0.0.1:{}", free_port())).unwrap();
    let org = builder(origin).build().unwrap();
    let error = org.records(AGENT).await.unwrap_err();
    assert_eq!(error.to_string(), "GET /api/dev/agents got no answer: nothing listens there (connection refused)");
    assert_eq!((error.cause(), error.outcome()), (Some(Cause::NoConnection), Outcome::NotDone));
    assert_eq!(org.statistics().requests, 1);
}

#[tokio::test]
async fn a_missing_socket_is_said_too() {
    let endpoint = Endpoint::Socket("/nonexistent/lobu.sock".into());
    let org = HttpOrg::builder(endpoint, OrgSlug::parse("dev").unwrap()).build().unwrap();
    let error = org.records(AGENT).await.unwrap_err();
    assert!(error.to_string().ends_with("nothing listens there (no such socket)"), "{error}");
}

#[cfg(unix)]
#[tokio::test]
async fn a_socket_is_spoken_to_without_a_proxy() {
    use tokio::io::{AsyncReadExt, AsyncWriteExt};

    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("s");
    let socket = tokio::net::UnixListener::bind(&path).unwrap();
    let server = tokio::spawn(async move {
        let (mut stream, _) = socket.accept().await.unwrap();
        let mut request = vec![0; 4096];
        let length = stream.read(&mut request).await.unwrap();
        let body = "{\"agents\":[]}";
        let text = format!("HTTP/1.1 200 OK\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        stream.write_all(text.as_bytes()).await.unwrap();
        String::from_utf8_lossy(&request[..length]).into_owned()
    });
    let proxies = Network { http: Some(format!("http://127.0.0.1:{}", free_port())), ..Network::default() };
    let org =
        HttpOrg::builder(Endpoint::Socket(path), OrgSlug::parse("dev").unwrap()).network(proxies).build().unwrap();
    assert_eq!(org.records(AGENT).await.unwrap(), []);
    let request = server.await.unwrap().to_lowercase();
    assert!(request.starts_with("get /api/dev/agents http/1.1\r\n"), "{request}");
    assert!(!request.contains("authorization"));
}

#[tokio::test]
async fn proxies_are_for_other_machines_only() {
    let dead = format!("http://127.0.0.1:{}", free_port());
    let listener = Listener::start([no_agents(), no_agents()]);
    let proxies = Network { http: Some(dead.clone()), https: Some(dead), ..Network::default() };
    for host in ["127.0.0.1", "localhost"] {
        let origin = Url::parse(&format!("http://{host}:{}", listener.port)).unwrap();
        let org = builder(origin).network(proxies.clone()).build().unwrap();
        assert_eq!(org.records(AGENT).await.unwrap(), [], "{host}");
    }
    let proxy = Listener::start([no_agents()]);
    let proxies = Network { http: Some(proxy.origin().to_string()), ..Network::default() };
    let elsewhere = Url::parse("http://lobu.invalid/").unwrap();
    let org = builder(elsewhere.clone()).network(proxies.clone()).build().unwrap();
    assert_eq!(org.records(AGENT).await.unwrap(), []);
    assert_eq!(proxy.lines(), ["GET http://lobu.invalid/api/dev/agents"]);
    let spared = Network { except: Some("lobu.invalid".to_owned()), ..proxies };
    let error = builder(elsewhere).network(spared).build().unwrap().records(AGENT).await.unwrap_err();
    assert_eq!(error.cause(), Some(Cause::NameNotFound), "{error}");
}

#[tokio::test]
async fn a_silent_server_times_out() {
    let listener = Listener::start((0..5).map(|_| Step::Hang));
    let org = listener.builder().deadline(Duration::from_millis(50)).build().unwrap();
    let error = org.records(AGENT).await.unwrap_err();
    assert_eq!((error.cause(), error.outcome()), (Some(Cause::TimedOut), Outcome::NotDone));
    assert_eq!(org.statistics().retries, 4);
}

#[test]
fn what_cannot_be_a_client_is_refused_without_being_quoted() {
    let origin = Url::parse("https://h.example").unwrap();
    let token = Some(Arc::new(SecretValue::new("SENTINEL\n")));
    let proxies = Network { https: Some("http://u:SENTINEL@:x".to_owned()), ..Network::default() };
    let results = [
        builder(origin.clone()).token(token).build(),
        builder(origin).network(proxies).build(),
        builder(Url::parse("ftp://h.example").unwrap()).build(),
        builder(Url::parse("https://u:SENTINEL@h.example").unwrap()).build(),
    ];
    let errors: Vec<ClientError> = results.into_iter().map(|result| result.err().unwrap()).collect();
    assert_eq!(
        errors,
        [ClientError::Token, ClientError::Proxy { scheme: "https" }, ClientError::Origin, ClientError::Origin]
    );
}

#[tokio::test]
async fn a_server_that_restarts_is_waited_for() {
    let socket = TcpListener::bind("127.0.0.1:0").unwrap();
    let origin = Url::parse(&format!("http://{}", socket.local_addr().unwrap())).unwrap();
    let server = thread::spawn(move || {
        let mut stream = socket.accept().unwrap().0;
        drop(stream.read(&mut [0; 4096]));
        let body = "{\"agents\":[]}";
        let text = format!("HTTP/1.1 200 X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}", body.len());
        stream.write_all(text.as_bytes()).unwrap();
    });
    let org = builder(origin).build().unwrap();
    org.records(AGENT).await.unwrap();
    server.join().unwrap();
    assert_eq!(org.records(AGENT).await.unwrap_err().cause(), Some(Cause::NoConnection));
    assert_eq!(org.statistics().retries, 4);
}
