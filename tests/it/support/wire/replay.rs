//! Sends recorded requests to a server and collects how its answers differ.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::http_client;
use super::compare::{Difference, compare};
use super::recording::{Chain, Credential, Exchange, Segment};

/// What came back.
#[derive(Clone, Debug)]
pub(crate) struct Received {
    pub(crate) status: u16,
    /// Names in lower case; of a repeated header the last.
    pub(crate) headers: BTreeMap<String, String>,
    /// The bytes of the body.
    pub(crate) body: Vec<u8>,
}

impl Received {
    /// The body as JSON, or as a string if it is none.
    pub(crate) fn body_value(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|_| Value::from(String::from_utf8_lossy(&self.body).into_owned()))
    }
}

type TokenFor = Box<dyn Fn(&Credential) -> Option<String>>;

/// A server at a URL, with a token for each credential that the recordings know.
pub(crate) struct HttpTransport {
    client: reqwest::Client,
    base_url: String,
    token: TokenFor,
}

impl HttpTransport {
    /// A transport to `base_url`; `token` says what to send for a credential, if anything.
    pub(crate) fn new(base_url: &str, token: impl Fn(&Credential) -> Option<String> + 'static) -> Self {
        let client = http_client();
        Self { client, base_url: base_url.to_owned(), token: Box::new(token) }
    }

    /// Sends the request of an exchange.
    pub(crate) async fn send(&self, exchange: &Exchange) -> Received {
        let method = exchange.method.parse().expect("recordings have known methods");
        let url = format!("{}{}", self.base_url, exchange.path);
        let mut request = self.client.request(method, url).header("content-type", "application/json");
        if let Some(token) = (self.token)(&exchange.credential) {
            request = request.bearer_auth(token);
        }
        if let Some(body) = &exchange.body {
            request = request.body(body.clone());
        }
        let answer = request.send().await.expect("the server answers");
        let headers = answer
            .headers()
            .iter()
            .map(|(name, value)| (name.as_str().to_owned(), String::from_utf8_lossy(value.as_bytes()).into_owned()))
            .collect();
        let status = answer.status().as_u16();
        let body = answer.bytes().await.expect("the body arrives").to_vec();
        Received { status, headers, body }
    }
}

/// Replays a chain: before each file `prepare` may change the server's state, as the chain's start
/// says in words.
pub(crate) async fn replay(
    chain: &Chain,
    mut prepare: impl FnMut(&Segment),
    mut send: impl AsyncFnMut(&Exchange) -> Received,
) -> Vec<Difference> {
    let mut ids = RuleIds::default();
    let mut differences = Vec::new();
    for segment in &chain.segments {
        prepare(segment);
        differences.extend(replay_exchanges(&segment.exchanges, &mut ids, &mut send).await);
    }
    differences
}

/// Replays single exchanges in their order.
pub(crate) async fn replay_exchanges(
    exchanges: &[Exchange],
    ids: &mut RuleIds,
    mut send: impl AsyncFnMut(&Exchange) -> Received,
) -> Vec<Difference> {
    let mut differences = Vec::new();
    for exchange in exchanges {
        let received = send(&ids.translated(exchange)).await;
        ids.learn(exchange, &received);
        differences.extend(compare(exchange, &received));
    }
    differences
}

/// Which rule id of this server stands for a recorded one: the only id that requests repeat.
#[derive(Debug, Default)]
pub(crate) struct RuleIds(BTreeMap<String, Value>);

impl RuleIds {
    fn learn(&mut self, exchange: &Exchange, received: &Received) {
        let body = received.body_value();
        if let (Some(recorded), Some(came)) = (exchange.response.pointer("/rule/id"), body.pointer("/rule/id")) {
            self.0.insert(recorded.to_string(), came.clone());
        }
    }

    fn translated(&self, exchange: &Exchange) -> Exchange {
        let mut exchange = exchange.clone();
        let body = exchange.body.as_deref().and_then(|body| serde_json::from_slice::<Value>(body).ok());
        if let Some(Value::Object(mut body)) = body
            && let Some(id) = body.get("rule_id").and_then(|id| self.0.get(&id.to_string()))
        {
            body.insert("rule_id".to_owned(), id.clone());
            exchange.body = Some(Value::Object(body).to_string().into_bytes());
        }
        exchange
    }
}
