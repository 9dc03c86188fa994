use crate::org::RequestError;
use crate::schema::{Generation, Refusal, ResourceKey, Write};

/// What a refusal means and what to do about it, where we know more than the server said.
pub fn explain(write: &Write, error: &RequestError, server: Generation) -> Option<String> {
    let status = &error.status()?;
    let message = error.server()?.message.as_deref().unwrap_or_default();
    let of_all = match status {
        401 => Some("The token is not valid here: log in again, or set LOBU_API_TOKEN to a token of this server."),
        403 => Some("The token needs the scope mcp:admin, and its user the role owner or admin, in this org."),
        400 if server != Generation::Ours && message.contains("requires admin or owner access") => {
            Some("The token's user needs the role owner or admin in this org, and the token the scope mcp:admin.")
        }
        _ => None,
    };
    let (key, is_create) = about(write);
    let fits = |refusal: &&Refusal| {
        refusal.on_create.is_none_or(|on_create| on_create == is_create)
            && refusal.status.is_none_or(|wanted| wanted == *status)
            && message.contains(refusal.words)
            && (server != Generation::Ours || !refusal.only_existing)
    };
    of_all.or_else(|| key.kind.refusals.iter().find(fits).map(|refusal| refusal.hint)).map(str::to_owned)
}

/// The resource of a request, and whether it makes it.
fn about(write: &Write) -> (&ResourceKey, bool) {
    match write {
        Write::Create(sent) => (&sent.key, true),
        Write::Update(sent) | Write::Link(sent) => (&sent.key, false),
        Write::Add(key, ..) | Write::Remove(key, ..) => (key, false),
    }
}
