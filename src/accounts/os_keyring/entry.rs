//! The text of an entry: a login as the files hold it, with the origin that it was made for.

use zeroize::Zeroizing;

use crate::accounts::address::origin_text;
use crate::accounts::login_entry;
use crate::accounts::{Context, Login};
use crate::secrets::json::{JsonValue, Object};

use super::KeyringProblem;

/// The newest form that is understood.
const VERSION: u64 = 1;

/// Writes the entry of a context.
pub(super) fn write(context: &Context, login: &Login) -> Result<Zeroizing<String>, KeyringProblem> {
    let mut root = Object::default();
    root.set("version", JsonValue::Number(VERSION.into()));
    root.set_text("origin", context.origins.first().map(origin_text).as_deref());
    root.edit("login", |entry| login_entry::write(entry, login));
    if let Some(device) = login_entry::device(login) {
        root.set("device", JsonValue::Object(device));
    }
    root.write("").map_err(|_| KeyringProblem::Failed { reason: None })
}

/// Reads the entry of a context, which must be for the origin that the context has now.
pub(super) fn read(context: &Context, text: &[u8]) -> Result<Login, KeyringProblem> {
    let text = std::str::from_utf8(text).map_err(|_| KeyringProblem::NotALogin)?;
    let Ok(JsonValue::Object(root)) = JsonValue::parse(text) else { return Err(KeyringProblem::NotALogin) };
    match root.get("version") {
        Some(JsonValue::Number(version)) if version.as_u64().is_some_and(|version| version <= VERSION) => {}
        _ => return Err(KeyringProblem::NotALogin),
    }
    let expected = context.origins.first().map(origin_text);
    match (root.get("origin"), expected) {
        (Some(JsonValue::Text(origin)), Some(expected)) if **origin == expected => {}
        (Some(JsonValue::Text(_)), _) => return Err(KeyringProblem::OtherServer),
        _ => return Err(KeyringProblem::NotALogin),
    }
    let entry = root.object("login").ok_or(KeyringProblem::NotALogin)?;
    let mut login = login_entry::read(entry).ok().flatten().ok_or(KeyringProblem::NotALogin)?;
    if let Some(device) = root.object("device") {
        let refresh = login_entry::device_of(device, context, login.expires_at);
        login.refresh = refresh.map_err(|_| KeyringProblem::NotALogin)?.or(login.refresh);
    }
    Ok(login)
}
