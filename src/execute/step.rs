//! One request of a row.

use crate::model::{OrgSlug, Text, Value};
use crate::org::{
    AgentCreate, AgentCreated, Generation, OrgWrite, PlatformStored, Reader, Request, RequestError, SecretsMode,
    SettingsPatch,
};
use crate::plan::{FieldAction, Row, Write, carry_injected};

/// What a request that succeeded leaves to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    /// Done, with what is worth knowing.
    Done(Option<&'static str>),
    /// The server says that nothing changed, although a secret was sent again (W3, trap/D3).
    Doubtful,
}

/// Where an execution happens.
#[derive(Debug, Clone)]
pub(super) struct Place {
    pub(super) org: OrgSlug,
    pub(super) server: Generation,
    pub(super) mode: SecretsMode,
}

pub(super) async fn carry_out(
    org: &impl OrgWrite,
    place: &Place,
    row: &Row,
    write: &Write,
) -> Result<Step, RequestError> {
    let done = Step::Done(None);
    match write {
        Write::CreateAgent(create) => create_agent(org, create).await,
        Write::UpdateAgent(patch) => org.update_agent(patch).await.map(|()| done),
        Write::PatchSettings(patch) => patch_settings(org, place, patch).await.map(|()| done),
        Write::PutPlatform(put) => org.put_platform(put).await.map(|stored| platform_step(place, row, stored)),
        Write::CreateEntityType(write) => org.create_entity_type(write).await.map(|()| done),
        Write::UpdateEntityType(write) => org.update_entity_type(write).await.map(|()| done),
        Write::CreateRelationshipType(write) => org.create_relationship_type(write).await.map(|()| done),
        Write::UpdateRelationshipType(write) | Write::LinkInverse(write) => {
            org.update_relationship_type(write).await.map(|()| done)
        }
        Write::AddRule(slug, rule) => org.add_rule(slug, rule).await.map(|()| done),
        Write::RemoveRule(_, stored) => org.remove_rule(&stored.id).await.map(|()| done),
    }
}

/// An agent that somebody made in between is fine if it is as declared.
async fn create_agent(org: &impl OrgWrite, create: &AgentCreate) -> Result<Step, RequestError> {
    match org.create_agent(create).await? {
        AgentCreated::Created => Ok(Step::Done(None)),
        AgentCreated::Existed(row) => {
            // What no file says is left alone, here as in a plan (F1).
            let described = create.description.as_ref().and_then(Text::literal);
            let same_description = described.is_none_or(|text| text == row.description.as_deref().unwrap_or_default());
            let same = create.name.literal() == Some(&row.name) && same_description;
            if same {
                return Ok(Step::Done(Some("it was there already")));
            }
            let request = Request { method: "POST", path: "agents".to_owned() };
            let what = "somebody made this agent since the plan, with another name or description".to_owned();
            Err(RequestError::NotSent { request, what })
        }
    }
}

async fn patch_settings(org: &impl OrgWrite, place: &Place, patch: &SettingsPatch) -> Result<(), RequestError> {
    if !patch.carry_injected {
        return org.patch_settings(patch).await;
    }
    let mut patch = patch.clone();
    if let Some(row) = org.settings(&patch.agent).await? {
        let reader = Reader { org: place.org.clone(), mode: place.mode };
        carry_injected(&reader.settings(row), &place.org, &mut patch.members);
    }
    org.patch_settings(&patch).await
}

fn platform_step(place: &Place, row: &Row, stored: PlatformStored) -> Step {
    match stored {
        PlatformStored::Created => Step::Done(None),
        PlatformStored::Updated => Step::Done(Some("restarted")),
        PlatformStored::Unchanged if place.server != Generation::Ours && sends_secret(row) => Step::Doubtful,
        PlatformStored::Unchanged => Step::Done(Some("noop on server")),
    }
}

fn sends_secret(row: &Row) -> bool {
    let hidden = |value: &Value| value.any_text(&|text| matches!(text, Text::SecretRef(_) | Text::Sensitive(_)));
    row.fields.iter().any(|field| field.action == FieldAction::Change && field.after.as_ref().is_some_and(hidden))
}
