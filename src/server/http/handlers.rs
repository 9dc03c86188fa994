//! One function a route: check the body, then run the operation in its scene.
//!
//! Bodies are checked before the transaction, so that it is short; what is wrong with them is said only after the
//! caller was admitted (org-api 5.1).

use rusqlite::params;

use super::{
    call::Call,
    router::{Outcome, Server},
};
use crate::server::{
    agents::{self, AgentPatch, NewAgent, UNKNOWN_FIELD},
    json_text::{ObjectText, array},
    members::Members,
    platforms::{self, PlatformBody},
    refusal::{Answer, Refusal},
    scene::{Need, Scene},
    schema_call::SchemaCall,
    secrets::{self, Batch},
    settings::Patch,
};

pub(super) fn list_agents(server: &Server, call: &Call) -> Outcome {
    server.read(call, Need::Membership, agents::list)
}

pub(super) fn create_agent(server: &Server, call: &Call) -> Outcome {
    let agent = NewAgent::parse(&call.body);
    server.change(call, |scene| agent?.create(scene, &server.origin))
}

pub(super) fn get_agent(server: &Server, call: &Call) -> Outcome {
    server.read(call, Need::Membership, |scene| agents::get(scene, &call.agent))
}

pub(super) fn patch_agent(server: &Server, call: &Call) -> Outcome {
    let patch = AgentPatch::parse(&call.body);
    server.change(call, |scene| patch?.apply(scene, &call.agent))
}

pub(super) fn delete_agent(server: &Server, call: &Call) -> Outcome {
    server.change(call, |scene| agents::delete(scene, &call.agent))
}

pub(super) fn get_config(server: &Server, call: &Call) -> Outcome {
    server.read(call, Need::Membership, |scene| agents::config(scene, &call.agent))
}

pub(super) fn patch_config(server: &Server, call: &Call) -> Outcome {
    let patch = Patch::parse(&call.body);
    server.change(call, |scene| {
        let agent = agents::find(scene, &call.agent)?;
        patch?.apply(scene, agent.row, &agent.id)
    })
}

pub(super) fn list_platforms(server: &Server, call: &Call) -> Outcome {
    server.read(call, Need::Membership, |scene| platforms::list(scene, &call.agent))
}

pub(super) fn post_platform(server: &Server, call: &Call) -> Outcome {
    let body = PlatformBody::parse(&call.body);
    server.change(call, |scene| body?.post(scene, &call.agent))
}

pub(super) fn get_platform(server: &Server, call: &Call) -> Outcome {
    server.read(call, Need::Membership, |scene| platforms::get(scene, &call.agent, &call.platform))
}

pub(super) fn put_platform(server: &Server, call: &Call) -> Outcome {
    let body = PlatformBody::parse(&call.body);
    server.change(call, |scene| body?.put(scene, &call.agent, &call.platform))
}

pub(super) fn delete_platform(server: &Server, call: &Call) -> Outcome {
    server.change(call, |scene| platforms::delete(scene, &call.agent, &call.platform))
}

pub(super) fn start_platform(server: &Server, call: &Call) -> Outcome {
    server.change(call, |scene| platforms::set_status(scene, &call.agent, &call.platform, "active"))
}

pub(super) fn stop_platform(server: &Server, call: &Call) -> Outcome {
    server.change(call, |scene| platforms::set_status(scene, &call.agent, &call.platform, "stopped"))
}

pub(super) fn manage_entity_schema(server: &Server, call: &Call) -> Outcome {
    match SchemaCall::parse(&call.body) {
        (true, parsed) => server.read(call, Need::ReadScope, |scene| match parsed? {
            SchemaCall::Read(read) => read.run(scene),
            SchemaCall::Change(_) => Err(Refusal::bad_request("Unknown action")),
        }),
        (false, parsed) => server.change(call, |scene| match parsed? {
            SchemaCall::Change(change) => change.run(scene),
            SchemaCall::Read(_) => Err(Refusal::bad_request("Unknown action")),
        }),
    }
}

pub(super) fn list_organizations(server: &Server, call: &Call) -> Outcome {
    let search = parse_search(&call.body);
    server.read(call, Need::ReadScope, |scene| organizations(server, scene, &search?))
}

pub(super) fn list_secrets(server: &Server, call: &Call) -> Outcome {
    server.read(call, Need::Secrets, secrets::list)
}

pub(super) fn list_secret_names(server: &Server, call: &Call) -> Outcome {
    server.read(call, Need::SecretNames, secrets::names)
}

pub(super) fn manage_secrets(server: &Server, call: &Call) -> Outcome {
    let batch = Batch::parse(&call.body);
    server.change_with(call, Need::Secrets, |scene| batch?.run(scene))
}

fn parse_search(body: &[u8]) -> Result<String, Refusal> {
    let mut members = Members::parse_optional(body, "invalid_request")?;
    let search = members.text("search")?.into_option().unwrap_or_default();
    members.finish(UNKNOWN_FIELD)?;
    Ok(search.to_lowercase())
}

/// The organisations of the caller that this server shows and for which the token is good.
fn organizations(server: &Server, scene: &Scene<'_>, search: &str) -> Outcome {
    let mut statement = scene.connection().prepare_cached(
        "SELECT organizations.id, slug, name, visibility FROM organizations
         JOIN memberships ON memberships.org = organizations.id AND memberships.user = ?1 ORDER BY slug",
    )?;
    let mut rows = statement.query(params![scene.actor.user])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, slug, name): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let found = slug.contains(search) || name.to_lowercase().contains(search);
        let allowed = scene.actor.bound_to.is_none_or(|bound_to| bound_to == id);
        if found && allowed && server.orgs().contains(&slug) {
            items.push(
                ObjectText::new()
                    .text("slug", &slug)
                    .text("name", &name)
                    .flag("is_member", true)
                    .flag("is_current", id == scene.org.id)
                    .text("visibility", &row.get::<_, String>(3)?)
                    .finish(),
            );
        }
    }
    Ok(Answer::ok(array(items)))
}
