//! What kind of server this is.

use futures::future::join;

use crate::model::AgentId;
use crate::org::{OrgRead, PlatformsProbe, RequestError, SecretsProbe};
use crate::schema::kinds::PLATFORM;
use crate::wire::{Health, SecretsAnswer, ServerError, health_answer, records_answer, secrets_answer};

use super::HttpOrg;
use super::read::is_missing_agent;

/// What one of the secrets routes said.
enum Route {
    Said(SecretsProbe),
    NotThere,
}

impl HttpOrg {
    /// Asks `GET /health`. A server without it is not the API, whatever it answers.
    pub(super) async fn ask_health(&self) -> Result<Health, RequestError> {
        let call = self.get(&["health"])?;
        match self.transport.send(&call).await {
            Ok(answer) => answer.read(health_answer),
            Err(RequestError::Refused { request, status: 404, .. }) => {
                Err(RequestError::NotTheApi { request, status: 404, what: "there is no health page".to_owned() })
            }
            Err(error) => Err(error),
        }
    }

    /// Asks for the platforms of an agent: `{platforms}`, or a 404 with an `error`, is a server that keeps them.
    pub(super) async fn ask_platforms(&self, agent: &AgentId) -> Result<PlatformsProbe, RequestError> {
        let segments = ["api", self.org.as_str(), "agents", agent.as_str(), "platforms"];
        let call = self.get(&segments)?;
        let elsewhere = |what: String| Ok(PlatformsProbe::Elsewhere { what });
        match self.transport.send(&call).await {
            Ok(answer) => match records_answer(PLATFORM, answer.json()) {
                Ok(_) => Ok(PlatformsProbe::Kept),
                Err(error) => elsewhere(format!("{} and an answer in which {error}", answer.status)),
            },
            Err(RequestError::Refused { status: 404, server, .. }) if has_error(&server) => Ok(PlatformsProbe::Kept),
            Err(RequestError::Refused { status: status @ (404 | 405 | 410), .. }) => elsewhere(status.to_string()),
            Err(RequestError::NotTheApi { status, what, .. }) if status < 500 && status != 429 => {
                elsewhere(format!("{status} and {what}"))
            }
            Err(error) => Err(error),
        }
    }

    /// Asks whether the org has the secrets API, names first.
    pub(super) async fn ask_secrets(&self) -> Result<SecretsProbe, RequestError> {
        let org = self.org.as_str();
        let (health, names) = join(self.health(), self.ask_secrets_route(&["api", org, "secrets", "names"])).await;
        if let Route::Said(probe) = names? {
            return Ok(probe);
        }
        if let Route::Said(probe) = self.ask_secrets_route(&["api", org, "secrets"]).await? {
            return Ok(probe);
        }
        match health {
            Ok(health) if health.is_known() => Ok(SecretsProbe::Missing),
            Ok(_) => Ok(SecretsProbe::Unknown { what: "no secrets routes, on a server of an unknown kind".to_owned() }),
            Err(RequestError::NotTheApi { .. }) => {
                Ok(SecretsProbe::Unknown { what: "no secrets routes, and no health page".to_owned() })
            }
            Err(error) => Err(error),
        }
    }

    async fn ask_secrets_route(&self, segments: &[&str]) -> Result<Route, RequestError> {
        let call = self.get(segments)?;
        let unknown = |what: String| Ok(Route::Said(SecretsProbe::Unknown { what }));
        match self.transport.send(&call).await {
            Ok(answer) => match secrets_answer(answer.json()) {
                SecretsAnswer::Names(names) => Ok(Route::Said(SecretsProbe::Present(Some(names)))),
                SecretsAnswer::CatchAll => Ok(Route::NotThere),
                SecretsAnswer::Unknown => unknown(format!("{} and JSON of another shape", answer.status)),
            },
            Err(RequestError::Refused { status: 403, server, .. }) if server.structured => {
                Ok(Route::Said(SecretsProbe::Present(None)))
            }
            Err(RequestError::Refused { status: 404, .. } | RequestError::NotTheApi { status: 404, .. }) => {
                Ok(Route::NotThere)
            }
            Err(error @ RequestError::Refused { status: 401 | 429 | 500.., .. }) => Err(error),
            Err(RequestError::Refused { status, .. }) => unknown(format!("{status}")),
            Err(RequestError::NotTheApi { status, what, .. }) => unknown(format!("{status} and {what}")),
            Err(error) => Err(error),
        }
    }
}

fn has_error(server: &ServerError) -> bool {
    is_missing_agent(server) || server.code.is_some()
}
