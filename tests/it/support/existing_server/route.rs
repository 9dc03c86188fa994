//! Which handler answers which request; everything else gets the catch-all.

use serde_json::{Value, json};

use super::access::{Caller, resolve};
use super::message::{Answer, RecordedRequest, is_read_action};
use super::options::Generation;
use super::state::State;
use super::{agents, platforms, tools, watchers};

/// Answers a request.
///
/// Paths are matched as they were sent, so that a trailing slash and an encoded letter both miss;
/// only a stable id is decoded.
pub(crate) fn handle(state: &mut State, request: &RecordedRequest) -> Answer {
    let path = request.path.clone();
    let segments: Vec<&str> = path.split('/').skip(1).collect();
    let method = if request.method == "HEAD" { "GET" } else { request.method.as_str() };
    if method == "GET"
        && let Some(answer) = fixed(state, request, &segments)
    {
        return answer;
    }
    match segments.as_slice() {
        ["api", org, rest @ ..] if !rest.contains(&"") => {
            below_org(state, request, method, org, rest).unwrap_or_else(|| unknown(state, method))
        }
        _ => unknown(state, method),
    }
}

/// An unknown GET is a 200 with a status object, an unknown write a 404 text.
fn unknown(state: &State, method: &str) -> Answer {
    if method == "GET" {
        Answer::json(
            200,
            &json!({
                "status": "ok",
                "mcp_endpoint": format!("{}/mcp", state.public_origin),
                "health": "/health",
                "openapi": "/openapi.json",
            }),
        )
    } else {
        Answer::text(404, "404 Not Found")
    }
}

fn below_org(state: &mut State, request: &RecordedRequest, method: &str, org: &str, rest: &[&str]) -> Option<Answer> {
    let answer = match (method, rest) {
        ("GET", ["agents"]) => reading(state, org, request, |state| agents::list(state, org)),
        ("POST", ["agents"]) => changing(state, org, request, |state, caller| agents::create(state, caller, request)),
        (_, ["agents", id, below @ ..]) => return below_agent(state, request, method, org, id, below),
        ("GET", ["watchers"]) => reading(state, org, request, |state| watchers::list(state, org, request)),
        ("GET", ["tools"]) if state.options.generation != Generation::G1 => reading(state, org, request, |_| {
            let names = ["list_organizations", "manage_entity_schema"].map(|name| json!({"name": name}));
            Answer::json(200, &json!({"tools": names}))
        }),
        ("POST", [tool]) => {
            let reads = request.json().is_some_and(|body| is_read_action(&body));
            match resolve(state, org, request, reads) {
                Ok(caller) => tools::call(state, &caller, tool, request),
                Err(refusal) => refusal,
            }
        }
        _ => return None,
    };
    Some(answer)
}

fn below_agent(
    state: &mut State,
    request: &RecordedRequest,
    method: &str,
    org: &str,
    id: &str,
    below: &[&str],
) -> Option<Answer> {
    let has_platforms = state.options.generation != Generation::G3;
    let answer = match (method, below) {
        ("GET", []) => reading(state, org, request, |state| agents::get(state, org, id)),
        ("PATCH", []) => changing(state, org, request, |state, _| agents::patch(state, org, id, request)),
        ("DELETE", []) => changing(state, org, request, |state, _| agents::delete(state, org, id)),
        ("GET", ["config"]) => reading(state, org, request, |state| agents::config(state, org, id)),
        ("PATCH", ["config"]) => {
            changing(state, org, request, |state, _| agents::patch_config(state, org, id, request))
        }
        ("PUT", ["providers", provider, "api-key"]) if state.options.generation == Generation::G2 => {
            changing(state, org, request, |state, _| {
                agents::put_provider_key(state, org, id, &decoded(provider), request)
            })
        }
        ("GET", ["platforms"]) if has_platforms => {
            reading(state, org, request, |state| platforms::list(state, org, id))
        }
        ("GET", ["platforms", platform]) if has_platforms => {
            let platform = decoded(platform);
            reading(state, org, request, |state| platforms::get(state, org, id, &platform))
        }
        ("DELETE", ["platforms", platform]) if has_platforms => {
            let platform = decoded(platform);
            changing(state, org, request, |state, _| platforms::delete(state, org, id, &platform))
        }
        ("PUT", ["platforms", "by-stable-id", stable_id]) if has_platforms => {
            let stable_id = decoded(stable_id);
            changing(state, org, request, |state, _| platforms::put(state, org, id, &stable_id, request))
        }
        _ => return None,
    };
    Some(answer)
}

/// Membership is enough to read, whatever the scopes.
fn reading(
    state: &mut State,
    org: &str,
    request: &RecordedRequest,
    answer: impl FnOnce(&mut State) -> Answer,
) -> Answer {
    match resolve(state, org, request, false) {
        Ok(_) => answer(state),
        Err(refusal) => refusal,
    }
}

fn changing(
    state: &mut State,
    org: &str,
    request: &RecordedRequest,
    answer: impl FnOnce(&mut State, &Caller) -> Answer,
) -> Answer {
    let gated = resolve(state, org, request, false).and_then(|caller| caller.admin_gate().map(|()| caller));
    match gated {
        Ok(caller) => answer(state, &caller),
        Err(refusal) => refusal,
    }
}

/// Percent-decodes a path segment.
fn decoded(segment: &str) -> String {
    let pair = format!("v={}", segment.replace('+', "%2B"));
    url::form_urlencoded::parse(pair.as_bytes()).map(|(_, value)| value.into_owned()).collect()
}

/// GETs outside the org API which answer something of their own.
fn fixed(state: &mut State, request: &RecordedRequest, segments: &[&str]) -> Option<Answer> {
    let origin = state.public_origin.clone();
    let manager = state.options.manager;
    let answer = match segments {
        ["health"] => health(state),
        [".well-known", "oauth-protected-resource"] => Answer::json(
            200,
            &json!({
                "resource": format!("{origin}/mcp"),
                "authorization_servers": [origin],
                "scopes_supported": ["mcp:read", "mcp:write", "mcp:admin", "profile:read"],
                "bearer_methods_supported": ["header"],
                "resource_name": "Owletto",
                "resource_documentation": format!("{origin}/docs"),
            }),
        ),
        ["oauth", "userinfo"] => userinfo(state, request),
        ["api", "auth", "get-session"] => Answer::json(200, &Value::Null),
        ["api", "auth", "organization", "list"] => {
            Answer::json(401, &json!({"message": "Unauthorized", "code": "UNAUTHORIZED"}))
        }
        ["api", "organizations"] => public_organizations(state),
        ["lobu", "api", "v1", "auth", "whoami"] if manager => Answer::error(401, "Invalid or expired access token."),
        ["lobu", "api", "v1", "agents"] if manager => {
            Answer::json(401, &json!({"success": false, "error": "Unauthorized"}))
        }
        ["api", "features"] => Answer::json(200, &json!({"agents": true, "lobuEmbedded": true})),
        ["api", "agents", "platforms", "schemas"] => Answer::error(404, "Unknown platform"),
        ["api", _, "public", "organization"] => Answer::error(404, "Not found"),
        ["api", org, "connections"] => Answer::json(
            200,
            &json!({
                "action": "list",
                "connections": [],
                "total": 0,
                "limit": 50,
                "offset": 0,
                "view_url": format!("{origin}/{org}/connectors"),
            }),
        ),
        _ => return None,
    };
    Some(answer)
}

fn health(state: &mut State) -> Answer {
    let service = match state.options.generation {
        Generation::G1 => "owletto-api",
        Generation::G2 | Generation::G3 => "lobu-api",
    };
    let timestamp = state.now_text();
    Answer::json(
        200,
        &json!({
            "status": "ok",
            "service": service,
            "timestamp": timestamp,
            "version": "1.6.0",
            "revision": "unknown",
            "build_time": null,
            "environment": "development",
        }),
    )
}

/// G1 refuses PATs; later servers want `profile:read` and show org ids.
fn userinfo(state: &State, request: &RecordedRequest) -> Answer {
    let refused = || Answer::refusal(403, "access_denied", "Invalid token or insufficient scope");
    if state.options.generation == Generation::G1 {
        return refused();
    }
    let bearer = request.header("authorization").and_then(|text| text.strip_prefix("Bearer "));
    let Some(token) = bearer.and_then(|text| state.tokens.get(text)) else {
        return refused();
    };
    if token.scopes.as_ref().is_some_and(|scopes| !scopes.iter().any(|scope| scope == "profile:read")) {
        return refused();
    }
    let organizations: Vec<Value> = state
        .organizations
        .iter()
        .filter(|organization| state.memberships.contains_key(&(organization.slug.clone(), token.user.clone())))
        .map(|organization| json!({"id": organization.id, "slug": organization.slug, "name": organization.name}))
        .collect();
    Answer::json(200, &json!({"sub": token.user, "organizations": organizations}))
}

/// Bearers are ignored here: only public orgs appear.
fn public_organizations(state: &State) -> Answer {
    let rows: Vec<Value> = state
        .organizations
        .iter()
        .filter(|organization| organization.public)
        .map(|organization| {
            json!({
                "id": organization.id,
                "slug": organization.slug,
                "name": organization.name,
                "logo": null,
                "description": null,
                "created_at": "2026-11-22T10:00:00.000Z",
                "is_member": false,
                "visibility": "public",
            })
        })
        .collect();
    Answer::json(200, &json!({"organizations": rows}))
}
