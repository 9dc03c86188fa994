//! One function a route: check the body, then run the operation in its context.
//!
//! Bodies are checked before the transaction, so that it is short; what is wrong with them is said only after the
//! caller was admitted.

use rusqlite::params;

use super::{
    call::Call,
    server::{Outcome, Server},
};
use crate::server::{
    access::Permission,
    agents::{self, AgentPatch, NewAgent, UNKNOWN_FIELD},
    compare::Comparison,
    json_text::{ObjectText, array},
    mcp,
    members::Members,
    platforms::{self, PlatformBody},
    refusal::{Answer, Refusal},
    request_context::RequestContext,
    schema_call::SchemaCall,
    secrets::{self, Batch},
    settings::Patch,
    watchers::{Filter, WatcherCall},
};

pub(super) fn list_agents(server: &Server, call: &Call) -> Outcome {
    server.read(call, Permission::Membership, agents::list)
}

pub(super) fn create_agent(server: &Server, call: &Call) -> Outcome {
    let agent = NewAgent::parse(&call.body);
    server.change(call, |context| agent?.create(context, &server.origin))
}

pub(super) fn get_agent(server: &Server, call: &Call) -> Outcome {
    server.read(call, Permission::Membership, |context| agents::get(context, &call.agent))
}

pub(super) fn patch_agent(server: &Server, call: &Call) -> Outcome {
    let patch = AgentPatch::parse(&call.body);
    server.change(call, |context| patch?.apply(context, &call.agent))
}

pub(super) fn delete_agent(server: &Server, call: &Call) -> Outcome {
    server.change(call, |context| agents::delete(context, &call.agent))
}

pub(super) fn get_config(server: &Server, call: &Call) -> Outcome {
    server.read(call, Permission::Membership, |context| agents::config(context, &call.agent))
}

pub(super) fn patch_config(server: &Server, call: &Call) -> Outcome {
    let patch = Patch::parse(&call.body);
    server.change(call, |context| {
        let agent = agents::find(context, &call.agent)?;
        patch?.apply(context, &agent)
    })
}

pub(super) fn list_platforms(server: &Server, call: &Call) -> Outcome {
    server.read(call, Permission::Membership, |context| platforms::list(context, &call.agent))
}

pub(super) fn post_platform(server: &Server, call: &Call) -> Outcome {
    let body = PlatformBody::parse(&call.body);
    server.change(call, |context| body?.post(context, &call.agent))
}

pub(super) fn get_platform(server: &Server, call: &Call) -> Outcome {
    server.read(call, Permission::Membership, |context| platforms::get(context, &call.agent, &call.platform))
}

pub(super) fn put_platform(server: &Server, call: &Call) -> Outcome {
    let body = PlatformBody::parse(&call.body);
    server.change(call, |context| body?.put(context, &call.agent, &call.platform))
}

pub(super) fn delete_platform(server: &Server, call: &Call) -> Outcome {
    server.change(call, |context| platforms::delete(context, &call.agent, &call.platform))
}

pub(super) fn start_platform(server: &Server, call: &Call) -> Outcome {
    server.change(call, |context| platforms::set_status(context, &call.agent, &call.platform, "active"))
}

pub(super) fn stop_platform(server: &Server, call: &Call) -> Outcome {
    server.change(call, |context| platforms::set_status(context, &call.agent, &call.platform, "stopped"))
}

pub(super) fn manage_entity_schema(server: &Server, call: &Call) -> Outcome {
    match SchemaCall::parse(&call.body) {
        (true, parsed) => server.read(call, Permission::Read, |context| match parsed? {
            SchemaCall::Read(read) => read.run(context),
            SchemaCall::Change(_) => Err(Refusal::bad_request("Unknown action")),
        }),
        (false, parsed) => server.change(call, |context| match parsed? {
            SchemaCall::Change(change) => change.run(context),
            SchemaCall::Read(_) => Err(Refusal::bad_request("Unknown action")),
        }),
    }
}

pub(super) fn read_watchers(server: &Server, call: &Call) -> Outcome {
    server.read(call, Permission::Membership, |context| match Filter::one_of_query(&call.query) {
        Some(id) => Filter::one(context, id?),
        None => Filter::of_query(&call.query)?.list(context),
    })
}

pub(super) fn list_watchers(server: &Server, call: &Call) -> Outcome {
    let filter = Members::parse_optional(&call.body, "invalid_request").and_then(|mut body| Filter::take(&mut body));
    server.read(call, Permission::Read, |context| filter?.list(context))
}

pub(super) fn manage_watchers(server: &Server, call: &Call) -> Outcome {
    match WatcherCall::parse(&call.body) {
        (true, parsed) => server.read(call, Permission::Read, |context| parsed?.run(context)),
        (false, parsed) => server.change(call, |context| parsed?.run(context)),
    }
}

pub(super) fn memory(server: &Server, call: &Call) -> Outcome {
    server.read(call, Permission::Membership, |_| Ok(mcp::answer(&call.body)))
}

pub(super) fn list_organizations(server: &Server, call: &Call) -> Outcome {
    let search = parse_search(&call.body);
    server.read(call, Permission::Read, |context| organizations(server, context, &search?))
}

pub(super) fn list_secrets(server: &Server, call: &Call) -> Outcome {
    server.read(call, Permission::Secrets, secrets::list)
}

pub(super) fn list_secret_names(server: &Server, call: &Call) -> Outcome {
    server.read(call, Permission::SecretNames, secrets::names)
}

pub(super) fn manage_secrets(server: &Server, call: &Call) -> Outcome {
    let batch = Batch::parse(&call.body);
    server.change_with(call, Permission::Secrets, |context| batch?.run(context))
}

pub(super) fn compare(server: &Server, call: &Call) -> Outcome {
    server.compare(call, Comparison::parse(&call.body))
}

fn parse_search(body: &[u8]) -> Result<String, Refusal> {
    let mut members = Members::parse_optional(body, "invalid_request")?;
    let search = members.text("search")?.into_option().unwrap_or_default();
    members.finish(UNKNOWN_FIELD)?;
    Ok(search.to_lowercase())
}

/// The organizations of the caller that this server shows and for which the token is good.
fn organizations(server: &Server, context: &RequestContext<'_>, search: &str) -> Outcome {
    let mut statement = context.connection().prepare_cached(
        "SELECT organizations.id, slug, name, visibility FROM organizations
         JOIN memberships ON memberships.org = organizations.id AND memberships.user = ?1 ORDER BY slug",
    )?;
    let mut rows = statement.query(params![context.actor.user])?;
    let mut items = Vec::new();
    while let Some(row) = rows.next()? {
        let (id, slug, name): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
        let found = slug.contains(search) || name.to_lowercase().contains(search);
        let allowed = context.actor.bound_to.is_none_or(|bound_to| bound_to == id);
        if found && allowed && server.orgs().contains(&slug) {
            items.push(
                ObjectText::new()
                    .text("slug", &slug)
                    .text("name", &name)
                    .flag("is_member", true)
                    .flag("is_current", id == context.org.id)
                    .text("visibility", &row.get::<_, String>(3)?)
                    .finish(),
            );
        }
    }
    Ok(Answer::ok(array(items)))
}
