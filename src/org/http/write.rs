use std::future::Future;
use std::time::UNIX_EPOCH;

use crate::http::{Answer, Body, Method, Repeat};
use crate::model::Rule;
use crate::model::{Text, TypeSlug};
use crate::org::{
    AgentCreate, AgentCreated, AgentPatch, EntityTypeWrite, OrgRead, OrgWrite, Outcome, PlatformPut, PlatformStored,
    RelationshipTypeWrite, Request, RequestError, SettingsPatch,
};
use crate::wire::{AgentRow, Json, created_agent_answer};

use super::HttpOrg;
use super::client::Call;
use super::encode::{Encoder, Unsendable, add_rule_call, remove_rule_call};
use super::lookup::{same_entity_type, same_relationship_type};

/// What a look at the org says about a create whose answer was lost.
pub(super) enum Found {
    /// It is there, as it was sent.
    Ours,
    /// Something else is there.
    Another,
    /// It is not there.
    Nothing,
}

impl HttpOrg {
    fn encoder(&self) -> Encoder<'_> {
        Encoder::new(&self.org, &self.sending)
    }

    /// Turns what the encoder refused into an error of the request that was not sent.
    fn encoded(
        method: &'static str,
        path: String,
        member: Option<&str>,
        body: Result<Body, Unsendable>,
    ) -> Result<Body, RequestError> {
        body.map_err(|error| {
            let what = member.map_or_else(|| error.to_string(), |member| format!("{member}: {error}"));
            RequestError::NotSent { request: Request { method, path }, what }
        })
    }

    fn path(&self, rest: &str) -> String {
        format!("/api/{}/{rest}", self.org)
    }

    /// Sends a create that must not be sent twice: where an answer was lost, the org is looked at first (A4).
    async fn create_looked_up<F>(&self, call: &Call, look: impl Fn() -> F) -> Result<(), RequestError>
    where
        F: Future<Output = Result<Found, RequestError>>,
    {
        let mut schedule = self.transport.schedule();
        let mut lost: Option<RequestError> = None;
        loop {
            let Err(error) = self.transport.send_on(call, &mut schedule).await else { return Ok(()) };
            let is_lost = is_lost(&error);
            if !is_lost && lost.is_none() {
                return Err(error);
            }
            match look().await {
                Ok(Found::Ours) => return Ok(()),
                Ok(Found::Nothing) if !is_lost => return Err(error),
                Ok(Found::Nothing) if self.transport.wait(&mut schedule, None).await => lost = Some(error),
                // A refusal such as "already exists" after a lost attempt may be about what that attempt made.
                Ok(Found::Nothing | Found::Another) | Err(_) => return Err(lost.unwrap_or(error)),
            }
        }
    }

    async fn find_entity_type(&self, write: &EntityTypeWrite) -> Result<Found, RequestError> {
        let rows = self.entity_types().await?;
        let org = self.org.as_str();
        let own = |of: Option<&str>| of.is_some_and(|of| of.eq_ignore_ascii_case(org));
        let found = rows.iter().find(|row| row.slug == write.slug.as_str() && own(row.organization_slug.as_deref()));
        Ok(found.map_or(Found::Nothing, |row| if same_entity_type(row, write) { Found::Ours } else { Found::Another }))
    }

    async fn find_relationship_type(&self, write: &RelationshipTypeWrite) -> Result<Found, RequestError> {
        let rows = self.relationship_types().await?;
        let org = self.org.as_str();
        let own = |of: Option<&str>| of.is_some_and(|of| of.eq_ignore_ascii_case(org));
        let mut live = rows.iter().filter(|row| !row.deleted);
        let found = live.find(|row| row.slug == write.slug.as_str() && own(row.organization_slug.as_deref()));
        let judged = |row| if same_relationship_type(row, write) { Found::Ours } else { Found::Another };
        Ok(found.map_or(Found::Nothing, judged))
    }

    async fn find_rule(&self, slug: &TypeSlug, rule: &Rule) -> Result<Found, RequestError> {
        let rows = self.rules(slug).await?;
        let there = rows.iter().any(|row| row.source == rule.source.as_str() && row.target == rule.target.as_str());
        Ok(if there { Found::Ours } else { Found::Nothing })
    }

    fn now(&self) -> u64 {
        let since = self.transport.clock().now().duration_since(UNIX_EPOCH).unwrap_or_default();
        u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
    }
}

/// Whether a write may have been carried out although its answer did not arrive.
fn is_lost(error: &RequestError) -> bool {
    let no_word = matches!(error, RequestError::NoAnswer { .. }) || matches!(error.status(), Some(502..=504));
    no_word && error.outcome() == Outcome::Unknown
}

fn same_agent(row: &AgentRow, write: &AgentCreate) -> bool {
    let description = write.description.as_ref().and_then(Text::literal).unwrap_or_default();
    row.agent_id == write.agent.as_str()
        && Some(row.name.as_str()) == write.name.literal()
        && row.description.as_deref().unwrap_or_default() == description
}

fn platform_stored(answer: &Answer) -> Result<PlatformStored, RequestError> {
    let flag = |name: &str| answer.json().get(name).and_then(Json::as_bool) == Some(true);
    if answer.status == 201 || flag("created") {
        Ok(PlatformStored::Created)
    } else if flag("noop") {
        Ok(PlatformStored::Unchanged)
    } else if flag("updated") || answer.json().get("platform").is_some_and(Json::is_object) {
        Ok(PlatformStored::Updated)
    } else {
        Err(answer.lacks("platform", "an object"))
    }
}

impl OrgWrite for HttpOrg {
    async fn create_agent(&self, write: &AgentCreate) -> Result<AgentCreated, RequestError> {
        let body = Self::encoded("POST", self.path("agents"), None, self.encoder().agent_create(write))?;
        let segments = ["api", self.org.as_str(), "agents"];
        let call = self.with_body(Method::Post, &segments, body)?;
        let mut schedule = self.transport.schedule();
        let answer = self.transport.send_on(&call, &mut schedule).await?;
        let row = answer.read(created_agent_answer)?;
        // The server answers 200 to the repetition of a create that it carried out: the row is then our own.
        if answer.status == 201 || schedule.lost && same_agent(&row, write) {
            Ok(AgentCreated::Created)
        } else {
            Ok(AgentCreated::Existed(row))
        }
    }

    async fn update_agent(&self, write: &AgentPatch) -> Result<(), RequestError> {
        let path = self.path(&format!("agents/{}", write.agent));
        let body = Self::encoded("PATCH", path, None, self.encoder().agent_patch(write))?;
        let segments = ["api", self.org.as_str(), "agents", write.agent.as_str()];
        let call = self.with_body(Method::Patch, &segments, body)?;
        self.transport.send(&call).await.map(drop)
    }

    async fn patch_settings(&self, write: &SettingsPatch) -> Result<(), RequestError> {
        let path = self.path(&format!("agents/{}/config", write.agent));
        let hidden = write.members.iter().find(|(_, value)| value.has_opaque()).map(|(member, _)| member.name());
        let body = Self::encoded("PATCH", path, hidden, self.encoder().settings(write, self.now()))?;
        let segments = ["api", self.org.as_str(), "agents", write.agent.as_str(), "config"];
        let call = self.with_body(Method::Patch, &segments, body)?;
        self.transport.send(&call).await.map(drop)
    }

    async fn put_platform(&self, write: &PlatformPut) -> Result<PlatformStored, RequestError> {
        let path = self.path(&format!("agents/{}/platforms/by-stable-id/{}", write.agent, write.id));
        let body = Self::encoded("PUT", path, None, self.encoder().platform(write))?;
        let org = self.org.as_str();
        let segments = ["api", org, "agents", write.agent.as_str(), "platforms", "by-stable-id", write.id.as_str()];
        let call = self.with_body(Method::Put, &segments, body)?.final_when_unavailable();
        let answer = self.transport.send(&call).await?;
        platform_stored(&answer)
    }

    async fn create_entity_type(&self, write: &EntityTypeWrite) -> Result<(), RequestError> {
        let body = self.encoder().entity_type("create", write);
        let body = Self::encoded("POST", self.path("manage_entity_schema"), None, body)?;
        let call = self.schema_body("entity_type create", body)?.repeat(Repeat::WhenNotDone);
        self.create_looked_up(&call, || self.find_entity_type(write)).await
    }

    async fn update_entity_type(&self, write: &EntityTypeWrite) -> Result<(), RequestError> {
        let body = self.encoder().entity_type("update", write);
        let body = Self::encoded("POST", self.path("manage_entity_schema"), None, body)?;
        let call = self.schema_body("entity_type update", body)?;
        self.transport.send(&call).await.map(drop)
    }

    async fn create_relationship_type(&self, write: &RelationshipTypeWrite) -> Result<(), RequestError> {
        let body = self.encoder().relationship_type("create", write);
        let body = Self::encoded("POST", self.path("manage_entity_schema"), None, body)?;
        let call = self.schema_body("relationship_type create", body)?.repeat(Repeat::WhenNotDone);
        self.create_looked_up(&call, || self.find_relationship_type(write)).await
    }

    async fn update_relationship_type(&self, write: &RelationshipTypeWrite) -> Result<(), RequestError> {
        let body = self.encoder().relationship_type("update", write);
        let body = Self::encoded("POST", self.path("manage_entity_schema"), None, body)?;
        let call = self.schema_body("relationship_type update", body)?;
        self.transport.send(&call).await.map(drop)
    }

    async fn add_rule(&self, slug: &TypeSlug, rule: &Rule) -> Result<(), RequestError> {
        let call = self.schema(add_rule_call(slug, rule))?.repeat(Repeat::WhenNotDone);
        self.create_looked_up(&call, || self.find_rule(slug, rule)).await
    }

    async fn remove_rule(&self, id: &Json) -> Result<(), RequestError> {
        let call = self.schema(remove_rule_call(id))?;
        let mut schedule = self.transport.schedule();
        match self.transport.send_on(&call, &mut schedule).await {
            Ok(_) => Ok(()),
            // An id is never given twice, so what a lost attempt was to remove and is not there was removed by it.
            Err(RequestError::Refused { status: 400 | 404, server, .. })
                if schedule.lost && says_not_found(&server) =>
            {
                Ok(())
            }
            Err(error) => Err(error),
        }
    }
}

fn says_not_found(server: &crate::wire::ServerError) -> bool {
    server.code.as_deref() == Some("not_found")
        || server.message.as_ref().is_some_and(|message| message.to_lowercase().contains("not found"))
}
