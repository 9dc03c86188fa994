//! The answers of a login, decoded by hand: an error names the place and never quotes what stands there.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use zeroize::Zeroizing;

use crate::accounts::Identity;
use crate::http::is_given_back;
use crate::secrets::SecretValue;
use crate::wire::{Json, Object, ShapeError};

/// How long a code is polled for at the most, whatever the server says.
const LONGEST_WAIT: Duration = Duration::from_secs(24 * 60 * 60);
/// How many bytes a token or a client's id may have.
const LONGEST_TOKEN: usize = 16 * 1024;
/// How many bytes the code has that a person types.
const LONGEST_CODE: usize = 64;

/// What the token endpoint grants (RFC 6749 5.1).
pub(super) struct TokenAnswer {
    pub(super) access_token: SecretValue,
    pub(super) refresh_token: Option<SecretValue>,
    pub(super) expires_in: Option<Duration>,
    pub(super) scope: Option<String>,
}

/// What a device authorization says (RFC 8628 3.2).
pub(super) struct DeviceAnswer {
    pub(super) device_code: SecretValue,
    pub(super) user_code: String,
    pub(super) page: String,
    pub(super) page_with_code: Option<String>,
    pub(super) expires_in: Duration,
    pub(super) interval: Option<Duration>,
}

/// What a refresh of the existing CLI's login says.
pub(super) struct CliAnswer {
    pub(super) access_token: SecretValue,
    pub(super) refresh_token: Option<SecretValue>,
    pub(super) expires_at: Option<SystemTime>,
    pub(super) identity: Option<Identity>,
}

/// Reads the answer of the token endpoint.
pub(super) fn token_answer(json: &Json) -> Result<TokenAnswer, ShapeError> {
    let object = Object::new(json, "")?;
    let kind = object.optional_text("token_type")?;
    if kind.is_some_and(|kind| !kind.eq_ignore_ascii_case("bearer")) {
        return wrong("token_type", "`Bearer`", "another kind");
    }
    let access_token = secret(&object, "access_token")?;
    let refresh_token = optional_secret(&object, "refresh_token")?;
    let scope = object.optional_text("scope")?;
    let holds_token = |scope: &String| {
        is_given_back(&access_token, scope) || refresh_token.as_ref().is_some_and(|token| is_given_back(token, scope))
    };
    if scope.as_ref().is_some_and(holds_token) {
        return wrong("scope", "the words of a scope", "a token");
    }
    let expires_in = object.optional_whole("expires_in")?.map(Duration::from_secs);
    Ok(TokenAnswer { access_token, refresh_token, expires_in, scope })
}

/// Reads the answer of the device authorization endpoint.
pub(super) fn device_answer(json: &Json) -> Result<DeviceAnswer, ShapeError> {
    let object = Object::new(json, "")?;
    let user_code = object.text("user_code")?;
    let is_code = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b' ';
    if user_code.is_empty() || user_code.len() > LONGEST_CODE || !user_code.bytes().all(is_code) {
        return wrong("user_code", "a short code of letters and digits", "another text");
    }
    let Some(expires_in) = object.optional_whole("expires_in")? else {
        return wrong("expires_in", "a whole number", "missing");
    };
    Ok(DeviceAnswer {
        device_code: secret(&object, "device_code")?,
        user_code,
        page: object.text("verification_uri")?,
        page_with_code: object.optional_text("verification_uri_complete")?,
        expires_in: Duration::from_secs(expires_in).min(LONGEST_WAIT),
        interval: object.optional_whole("interval")?.map(Duration::from_secs),
    })
}

/// Reads the id of a client that was registered (RFC 7591 3.2.1). One that must prove itself is not what we asked for.
pub(super) fn registration_answer(json: &Json) -> Result<String, ShapeError> {
    let object = Object::new(json, "")?;
    let method = object.optional_text("token_endpoint_auth_method")?;
    if method.is_some_and(|method| method != "none") {
        return wrong("token_endpoint_auth_method", "`none`", "another method");
    }
    let client_id = object.text("client_id")?;
    if !is_token(&client_id) {
        return wrong("client_id", "one word of printable ASCII", "another text");
    }
    Ok(client_id)
}

/// Reads the answer of `POST /auth/refresh`.
pub(super) fn cli_answer(json: &Json) -> Result<CliAnswer, ShapeError> {
    let object = Object::new(json, "")?;
    let access_token = secret(&object, "accessToken")?;
    let refresh_token = optional_secret(&object, "refreshToken")?;
    let tokens = [Some(&access_token), refresh_token.as_ref()];
    let identity = object.get("user").map(|_| without(identity(&object)?, tokens)).transpose()?;
    let expires_at = moment(&object, "expiresAt")?;
    Ok(CliAnswer { access_token, refresh_token, expires_at, identity: identity.filter(Identity::is_somebody) })
}

/// Reads the answer of `GET /auth/whoami`: a page that names nobody is not a login.
pub(super) fn whoami_answer(json: &Json) -> Result<Identity, ShapeError> {
    let object = Object::new(json, "")?;
    // What says no time where a time belongs is another page.
    moment(&object, "expiresAt")?;
    somebody(identity(&object)?, "userId")
}

/// Reads the answer of `GET /oauth/userinfo`: its own names (`sub`), and those of whoami.
pub(super) fn userinfo_answer(json: &Json) -> Result<Identity, ShapeError> {
    let object = Object::new(json, "")?;
    let subject = object.optional_text("sub")?;
    let identity = identity(&object)?;
    somebody(Identity { user_id: subject.or(identity.user_id.clone()), ..identity }, "sub")
}

/// Reads that a login is over: `{ok: true}`.
pub(super) fn logout_answer(json: &Json) -> Result<(), ShapeError> {
    match Object::new(json, "")?.get("ok") {
        Some(Json::Bool(true)) => Ok(()),
        Some(_) => wrong("ok", "`true`", "something else"),
        None => wrong("ok", "`true`", "missing"),
    }
}

/// The identity at the top level or below `user`.
fn identity(object: &Object<'_>) -> Result<Identity, ShapeError> {
    let user = object.get("user").map(|_| object.object("user")).transpose()?;
    let here = |name: &str| object.optional_text(name);
    let below = |name: &str| user.as_ref().map_or(Ok(None), |user| user.optional_text(name));
    Ok(Identity {
        user_id: first([here("userId")?, here("id")?, below("id")?, below("userId")?]),
        email: first([here("email")?, below("email")?]),
        name: first([here("name")?, below("name")?]),
        agent_id: first([here("agentId")?, here("agent_id")?]),
    })
}

/// An identity, unless one of the tokens is given back in it: it is shown where tokens are not.
pub(super) fn without<const COUNT: usize>(
    identity: Identity,
    tokens: [Option<&SecretValue>; COUNT],
) -> Result<Identity, ShapeError> {
    let Identity { user_id, email, name, agent_id } = &identity;
    let is_given = |text: &str| tokens.into_iter().flatten().any(|token| is_given_back(token, text));
    if [user_id, email, name, agent_id].into_iter().flatten().any(|text| is_given(text)) {
        return wrong("user", "who the token belongs to", "the token");
    }
    Ok(identity)
}

fn first<const COUNT: usize>(texts: [Option<String>; COUNT]) -> Option<String> {
    texts.into_iter().flatten().find(|text| !text.is_empty())
}

fn somebody(identity: Identity, name: &str) -> Result<Identity, ShapeError> {
    if identity.is_somebody() { Ok(identity) } else { wrong(name, "who the token belongs to", "missing") }
}

fn secret(object: &Object<'_>, name: &str) -> Result<SecretValue, ShapeError> {
    optional_secret(object, name)?.map_or_else(|| wrong(name, "a text", "missing"), Ok)
}

fn optional_secret(object: &Object<'_>, name: &str) -> Result<Option<SecretValue>, ShapeError> {
    let Some(text) = object.optional_text(name)?.map(Zeroizing::new) else { return Ok(None) };
    if !is_token(&text) {
        return wrong(name, "one word of printable ASCII", "another text");
    }
    Ok(Some(SecretValue::from_wiped(text)))
}

/// Whether a text can be a token: something that stands in a header as it is.
fn is_token(text: &str) -> bool {
    (1..=LONGEST_TOKEN).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_graphic())
}

fn moment(object: &Object<'_>, name: &str) -> Result<Option<SystemTime>, ShapeError> {
    let Some(milliseconds) = object.optional_whole(name)? else { return Ok(None) };
    let moment = UNIX_EPOCH.checked_add(Duration::from_millis(milliseconds));
    moment.map_or_else(|| wrong(name, "a time", "a number beyond all times"), |moment| Ok(Some(moment)))
}

fn wrong<T>(path: &str, expected: &'static str, found: &'static str) -> Result<T, ShapeError> {
    Err(ShapeError { path: path.to_owned(), expected, found })
}
