use std::net::{IpAddr, SocketAddr};
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::timeout;
use url::{Host, Url};

use crate::env::Network;
use crate::org::OrgError;
use crate::org::http::loopback::LOCALHOST;
use crate::org::http::{HttpOrg, is_loopback};
use crate::wire::{Health, health_answer, is_catch_all};

use super::proxy::proxy_of;

/// How long a name or a connection may take.
const LAYER_DEADLINE: Duration = Duration::from_secs(5);

/// How many answers are timed, beside the first, which opens the connection.
const TIMED: usize = 3;

/// What a look at a server found, from the name up. A layer is none where the one below it failed, or a proxy is in its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inspection {
    /// Host and port of the proxy, where one is used.
    pub proxy: Option<String>,
    /// How many addresses the host has, or why it can't be resolved.
    pub addresses: Option<Result<usize, String>>,
    /// That a connection stands, or why none does.
    pub connection: Option<Result<(), String>>,
    /// What `GET /health` answered, or why nothing came.
    pub answer: Option<Result<Answered, OrgError>>,
}

/// An answer to `GET /health`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What it says, or why it is none of the API's.
    pub health: Result<Health, OrgError>,
    /// The version of HTTP.
    pub version: &'static str,
    /// How many whole days the certificate is still good; none without one.
    pub certificate_days: Option<i64>,
    /// How many seconds the server's clock is ahead of ours; none where it tells no time.
    pub clock_ahead: Option<i64>,
    /// How long three further answers took, shortest first, in milliseconds; fewer where some failed.
    pub round_trips: Vec<u128>,
}

impl HttpOrg {
    /// Looks at the server: nothing is tried twice, so that what is wrong shows soon.
    pub async fn inspect(&self, network: &Network) -> Inspection {
        let origin = self.transport.origin();
        let mut found =
            Inspection { proxy: proxy_of(origin, network), addresses: None, connection: None, answer: None };
        if found.proxy.is_none() {
            let addresses = addresses(origin).await;
            found.addresses = Some(addresses.as_ref().map(Vec::len).map_err(Clone::clone));
            let Ok(addresses) = addresses else { return found };
            let connection = connect(&addresses).await;
            found.connection = Some(connection.clone());
            if connection.is_err() {
                return found;
            }
        }
        found.answer = Some(self.answered().await);
        found
    }

    /// Whether the server answers a route that does not exist as existing servers do: 200 with a status object (trap/D24).
    pub async fn answers_unknown_routes(&self) -> Result<bool, OrgError> {
        let call = self.transport.get(&["api", self.transport.org.as_str(), "lobu-doctor-no-such-route"])?;
        match self.transport.look(&call).await?.1 {
            Ok(answer) => Ok(is_catch_all(&answer.json)),
            Err(OrgError::Refused { status: 404, .. } | OrgError::NotTheApi { status: 404, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn repeats_credentials(&self, health: &Health) -> bool {
        let Health { service, implementation, version, features } = health;
        let mut words =
            [Some(service), implementation.as_ref(), version.as_ref()].into_iter().flatten().chain(features);
        words.any(|word| self.transport.repeats_credentials(word))
    }

    async fn answered(&self) -> Result<Answered, OrgError> {
        let call = self.transport.get(&["health"])?;
        let (head, answer) = self.transport.look(&call).await?;
        let health = answer.and_then(|answer| {
            let health = health_answer(&answer.json);
            let health = health.map_err(|error| OrgError::shape(call.request.clone(), answer.status, &error))?;
            if self.repeats_credentials(&health) {
                let what = "a page that repeats the token".to_owned();
                return Err(OrgError::NotTheApi { request: call.request.clone(), status: answer.status, what });
            }
            Ok(health)
        });
        let mut round_trips = Vec::new();
        for _ in 0..TIMED {
            if let Ok((head, _)) = self.transport.look(&call).await {
                round_trips.push(head.took.as_millis());
            }
        }
        round_trips.sort_unstable();
        Ok(Answered {
            health,
            version: head.version,
            certificate_days: head.certificate_days,
            clock_ahead: head.clock_ahead,
            round_trips,
        })
    }
}

/// Where an origin is. `localhost` is this machine, whatever the resolver says (T2).
async fn addresses(origin: &Url) -> Result<Vec<SocketAddr>, String> {
    let port = origin.port_or_known_default().unwrap_or_default();
    let name = match origin.host() {
        Some(Host::Ipv4(address)) => return Ok(vec![SocketAddr::new(IpAddr::V4(address), port)]),
        Some(Host::Ipv6(address)) => return Ok(vec![SocketAddr::new(IpAddr::V6(address), port)]),
        Some(Host::Domain(_)) if is_loopback(origin) => {
            return Ok(LOCALHOST.map(|address| SocketAddr::new(address.ip(), port)).to_vec());
        }
        Some(Host::Domain(name)) => name.to_owned(),
        None => return Err("the address names no host".to_owned()),
    };
    match timeout(LAYER_DEADLINE, lookup_host((name, port))).await {
        Ok(Ok(addresses)) => Ok(addresses.collect()),
        // The system's words differ from one to the next, and say no more.
        Ok(Err(_)) => Err("the host's name could not be resolved".to_owned()),
        Err(_) => Err("the resolver gave no answer in time".to_owned()),
    }
}

/// Connects to the first address that takes it; the connection is closed at once.
async fn connect(addresses: &[SocketAddr]) -> Result<(), String> {
    let mut why = "the host has no address".to_owned();
    for address in addresses {
        why = match timeout(LAYER_DEADLINE, TcpStream::connect(address)).await {
            Ok(Ok(_connection)) => return Ok(()),
            Ok(Err(error)) if error.kind() == std::io::ErrorKind::ConnectionRefused => {
                "nothing listens there (connection refused)".to_owned()
            }
            Ok(Err(error)) => format!("no connection ({})", error.kind()),
            Err(_) => "no connection in time".to_owned(),
        };
    }
    Err(why)
}
