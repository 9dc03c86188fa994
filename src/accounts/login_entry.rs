//! Logins as their files hold them, and the one place of this module that shows a token's text: to write it there.

use std::sync::Arc;

use zeroize::Zeroizing;

use crate::secrets::SecretValue;
use crate::secrets::expose::expose;
use crate::secrets::json::{JsonValue, Object};

use super::context_entry::{bound_entry, url};
use super::document::{Broken, Documents, milliseconds, text};
use super::{AccountFile, Context, FileProblem, Identity, Login, Refresh};

/// The member of cli.json that says that the login of a context is in the keyring.
pub(super) const KEYRING: &str = "keyring";

/// Reads an entry of credentials.json; none if it holds no token.
pub(super) fn read(entry: &Object) -> Result<Option<Login>, FileProblem> {
    let Some(access_token) = secret(entry, "accessToken", "`accessToken`")? else { return Ok(None) };
    let refresh = secret(entry, "refreshToken", "`refreshToken`")?.map(|token| Refresh::Cli { token });
    let expires_at = milliseconds(entry, "expiresAt", "`expiresAt`")?;
    let part = |name, member| text(entry, name, member).map(|text| text.map(str::to_owned));
    let identity = Identity {
        email: part("email", "`email`")?,
        name: part("name", "`name`")?,
        user_id: part("userId", "`userId`")?,
        agent_id: part("agentId", "`agentId`")?,
    };
    Ok(Some(Login { access_token, refresh, expires_at, identity }))
}

/// Whether an entry of credentials.json holds a token.
pub(super) fn has_token(node: &JsonValue) -> bool {
    matches!(node, JsonValue::Object(entry) if matches!(entry.get("accessToken"), Some(JsonValue::Text(text)) if !text.is_empty()))
}

/// Reads how a login is refreshed by what cli.json says of its context, if that is still about this login and this server.
pub(super) fn read_device(documents: &Documents, context: &Context, login: &Login) -> Result<Option<Refresh>, Broken> {
    let entry = bound_entry(documents, context).and_then(|entry| entry.get("device"));
    let read = match entry {
        None => return Ok(None),
        Some(JsonValue::Object(device)) => device_of(device, context, login.expires_at),
        Some(_) => Err(FileProblem::WrongType { member: "`device` of a context", expected: "an object" }),
    };
    read.map_err(|problem| Broken { file: AccountFile::Cli, problem })
}

/// Reads how a login is refreshed; none if that is not of this login, or its endpoint is not on an origin of the context.
pub(super) fn device_of(
    device: &Object,
    context: &Context,
    expires_at: Option<u64>,
) -> Result<Option<Refresh>, FileProblem> {
    let token = secret(device, "refresh_token", "`refresh_token` of a context")?;
    let client_id = text(device, "client_id", "`client_id` of a context")?;
    let token_endpoint = url(device, "token_endpoint", "`token_endpoint` of a context")?;
    let written_for = milliseconds(device, "expires_at", "`expires_at` of a context")?;
    let (Some(token), Some(client_id), Some(token_endpoint)) = (token, client_id, token_endpoint) else {
        return Ok(None);
    };
    if !context.owns(&token_endpoint) || is_outdated(written_for, expires_at) {
        return Ok(None);
    }
    let scope = text(device, "scope", "`scope` of a context")?.map(str::to_owned);
    Ok(Some(Refresh::Device { token, client_id: client_id.to_owned(), token_endpoint, scope }))
}

/// Whether a login is one that the existing CLI put in the place of ours: it ends later, or never. One that ends earlier is
/// the one before ours, where a process died between the two files.
fn is_outdated(written_for: Option<u64>, expires_at: Option<u64>) -> bool {
    written_for.is_some_and(|written_for| expires_at.is_none_or(|expires_at| expires_at > written_for))
}

/// Writes a login into its entry of credentials.json; members that are not known stay.
pub(super) fn write(entry: &mut Object, login: &Login) {
    let Login { access_token, refresh, expires_at, identity } = login;
    let Identity { email, name, user_id, agent_id } = identity;
    let refresh_token = match refresh {
        Some(Refresh::Cli { token }) => Some(expose(token)),
        Some(Refresh::Device { .. }) | None => None,
    };
    entry.set_text("accessToken", Some(expose(access_token)));
    entry.set_text("refreshToken", refresh_token);
    set_milliseconds(entry, "expiresAt", *expires_at);
    entry.set_text("email", email.as_deref());
    entry.set_text("name", name.as_deref());
    entry.set_text("userId", user_id.as_deref());
    entry.set_text("agentId", agent_id.as_deref());
}

/// Whether cli.json says that the login of a context is in the keyring, if that is still about this server.
pub(super) fn is_in_keyring(documents: &Documents, context: &Context) -> Result<bool, Broken> {
    match bound_entry(documents, context).and_then(|entry| entry.get(KEYRING)) {
        None => Ok(false),
        Some(JsonValue::Bool(is_in_keyring)) => Ok(*is_in_keyring),
        Some(_) => {
            let problem = FileProblem::WrongType { member: "`keyring` of a context", expected: "true or false" };
            Err(Broken { file: AccountFile::Cli, problem })
        }
    }
}

/// What cli.json holds of a login, if only this program can refresh it.
pub(super) fn device(login: &Login) -> Option<Object> {
    let Some(Refresh::Device { token, client_id, token_endpoint, scope }) = &login.refresh else { return None };
    let mut device = Object::default();
    device.set_text("refresh_token", Some(expose(token)));
    device.set_text("client_id", Some(client_id));
    device.set_text("token_endpoint", Some(token_endpoint.as_str()));
    device.set_text("scope", scope.as_deref());
    set_milliseconds(&mut device, "expires_at", login.expires_at);
    Some(device)
}

fn set_milliseconds(object: &mut Object, name: &str, value: Option<u64>) {
    match value {
        Some(value) => object.set(name, JsonValue::Number(value.into())),
        None => drop(object.remove(name)),
    }
}

/// A member that must be a text, as a secret; none if it is missing or empty.
fn secret(object: &Object, name: &str, member: &'static str) -> Result<Option<Arc<SecretValue>>, FileProblem> {
    let text = text(object, name, member)?.filter(|text| !text.is_empty());
    Ok(text.map(|text| Arc::new(SecretValue::from_wiped(Zeroizing::new(text.to_owned())))))
}
