use std::collections::BTreeSet;

use crate::model::AgentId;
use crate::org::{HiddenLiteral, HiddenValues, OrgRead, PlatformsProbe, Request, RequestError, SecretsProbe};
use crate::schema::{Api, Field, Kind, ListRoute, Part, ResourceKey, Shape, StoredPair, Tool};
use crate::wire::{
    Health, Json, ServerError, ShapeError, WireRecord, details_answer, list_route, pairs_answer, records_answer,
};

use super::HttpOrg;
use super::client::Call;
use super::encode::tool_call;

impl HttpOrg {
    /// Sends a read and decodes its answer.
    async fn fetch<T>(
        &self,
        call: &Call,
        decode: impl FnOnce(&Json) -> Result<T, ShapeError>,
    ) -> Result<T, RequestError> {
        self.transport.send(call).await?.read(decode)
    }

    /// The steps of a route, from the origin on.
    pub(super) fn segments<'part>(&'part self, path: &[Part], key: &'part ResourceKey) -> Vec<&'part str> {
        let step = |part: &Part| match part {
            Part::Word(word) => *word,
            Part::Agent => key.agent().unwrap_or_default(),
            Part::Id => key.own_id(),
        };
        ["api", self.org.as_str()].into_iter().chain(path.iter().map(step)).collect()
    }

    /// The tool that a resource is read and written with.
    pub(super) fn tool_of(kind: Kind) -> Result<&'static Tool, RequestError> {
        match kind.table().api {
            Api::Tool(tool) => Ok(tool),
            Api::Routes(_) => {
                let request = Request { method: "POST", path: kind.plural.to_owned() };
                Err(RequestError::NotSent { request, what: "pairs are kept by tools only".to_owned() })
            }
        }
    }

    fn read_call(&self, kind: Kind, key: &ResourceKey) -> Result<Call, RequestError> {
        match kind.table().api {
            Api::Routes(routes) => self.get(&self.segments(routes.read, key)),
            Api::Tool(tool) => match tool.list {
                Some(route) => self.route_get(route, route.query),
                None => Ok(self.tool(tool, tool_call(tool, "list", None))?.read()),
            },
        }
    }

    fn route_get(&self, route: &ListRoute, query: &[(&str, &str)]) -> Result<Call, RequestError> {
        self.get_with(&["api", self.org.as_str(), route.path], query)
    }

    /// What the server has archived of a kind, by the one list that has it.
    async fn archived(&self, kind: Kind, route: &ListRoute) -> Result<Vec<WireRecord>, RequestError> {
        let call = self.route_get(route, &[route.query, &[route.archived]].concat())?;
        let archived = self.fetch(&call, |json| records_answer(kind, json)).await?;
        Ok(archived.into_iter().filter(|record| record.is_archived).collect())
    }

    /// The server's number for a resource, which is listed where no answer told it yet.
    pub(super) async fn number(&self, key: &ResourceKey) -> Result<Option<String>, RequestError> {
        if list_route(key.kind).is_none() {
            return Ok(None);
        }
        if self.numbers.get(key).is_none() {
            self.records(key.kind).await?;
        }
        match self.numbers.get(key) {
            Some(number) => Ok(Some(number)),
            None => Err(RequestError::NotSent {
                request: Request { method: "POST", path: key.to_string() },
                what: "the org does not list it any more".to_owned(),
            }),
        }
    }
}

/// Whether a 404 is about the agent: it has an `error` member, which is not that of an unknown org.
pub(super) fn is_missing_agent(server: &ServerError) -> bool {
    (server.message.is_some() || server.code.is_some()) && server.code.as_deref() != Some("invalid_request")
}

impl OrgRead for HttpOrg {
    async fn health(&self) -> Result<Health, RequestError> {
        self.health.get_or_try_init(|| self.ask_health()).await.cloned()
    }

    async fn probe_platforms(&self, agent: &AgentId) -> Result<PlatformsProbe, RequestError> {
        self.ask_platforms(agent).await
    }

    async fn probe_secrets(&self) -> Result<SecretsProbe, RequestError> {
        self.ask_secrets().await
    }

    async fn records(&self, kind: Kind) -> Result<Vec<WireRecord>, RequestError> {
        let call = self.read_call(kind, &ResourceKey::new(kind, ""))?;
        let listed = self.fetch(&call, |json| records_answer(kind, json));
        let Some(route) = list_route(kind) else { return listed.await };
        let (mut listed, archived) = futures::try_join!(listed, self.archived(kind, route))?;
        self.numbers.learn(kind, &listed);
        // Between the two answers a resource may have been archived; the list that has it as it was counts.
        let numbers: BTreeSet<Option<String>> = listed.iter().map(|record| record.number.clone()).collect();
        listed.extend(archived.into_iter().filter(|record| !numbers.contains(&record.number)));
        Ok(listed)
    }

    async fn records_of(&self, kind: Kind, agent: &AgentId) -> Result<Option<Vec<WireRecord>>, RequestError> {
        let call = self.read_call(kind, &ResourceKey::below(kind, agent.as_str(), ""))?;
        match self.fetch(&call, |json| records_answer(kind, json)).await {
            Ok(records) => Ok(Some(records)),
            Err(RequestError::Refused { status: 404, server, .. }) if is_missing_agent(&server) => Ok(None),
            Err(error) => Err(error),
        }
    }

    async fn pairs(&self, key: &ResourceKey, field: &'static Field) -> Result<Vec<StoredPair>, RequestError> {
        let Shape::Pairs(pairs) = field.shape else { return Ok(Vec::new()) };
        let tool = Self::tool_of(key.kind)?;
        let call = self.tool(tool, tool_call(tool, pairs.list.0, Some(key)))?.read();
        self.fetch(&call, |json| pairs_answer(pairs, json)).await
    }

    async fn apart(&self, key: &ResourceKey, field: &'static Field) -> Result<Option<Json>, RequestError> {
        let Some(route) = list_route(key.kind) else { return Ok(None) };
        let number = self.number(key).await?.unwrap_or_default();
        let call = self.route_get(route, &[(route.number, number.as_str())])?;
        self.fetch(&call, |json| details_answer(route, field, json)).await
    }

    async fn compare(&self, literals: &[HiddenLiteral]) -> Result<HiddenValues, RequestError> {
        self.ask_to_compare(literals).await
    }
}
