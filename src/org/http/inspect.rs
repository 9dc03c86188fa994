//! A look at a server, layer by layer, for `doctor`.

use crate::env::Network;
use crate::http::{addresses, connect, proxy_of};
use crate::org::RequestError;
use crate::wire::{Health, health_answer, is_catch_all};

use super::HttpOrg;

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
    pub answer: Option<Result<Answered, RequestError>>,
}

/// An answer to `GET /health`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// What it says, or why it is none of the API's.
    pub health: Result<Health, RequestError>,
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
        let origin = &self.origin;
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

    /// Whether the server answers a route that does not exist as existing servers do: 200 with a status object.
    pub async fn answers_unknown_routes(&self) -> Result<bool, RequestError> {
        let call = self.get(&["api", self.org.as_str(), "lobu-doctor-no-such-route"])?;
        match self.transport.look(&call).await?.1 {
            Ok(answer) => Ok(is_catch_all(answer.json())),
            Err(RequestError::Refused { status: 404, .. } | RequestError::NotTheApi { status: 404, .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn repeats_secrets(&self, health: &Health) -> bool {
        let Health { service, implementation, version, features } = health;
        let mut words =
            [Some(service), implementation.as_ref(), version.as_ref()].into_iter().flatten().chain(features);
        words.any(|word| self.transport.repeats_secrets(word))
    }

    async fn answered(&self) -> Result<Answered, RequestError> {
        let call = self.get(&["health"])?;
        let (head, answer) = self.transport.look(&call).await?;
        let health = answer.and_then(|answer| {
            let health = answer.read(health_answer)?;
            if self.repeats_secrets(&health) {
                return Err(answer.not_understood("a page that repeats a secret"));
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
