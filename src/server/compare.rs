//! Whether a hidden value is the one of the request (`docs/api/compare.md`): by its keyed digest, never by decrypting.
//!
//! Who may ask could guess. So each value that differs leaves an audit row, and only a few different ones may be asked about a
//! day. Whether a request is refused for that never depends on what is stored, or the refusal would be an answer.

use std::collections::{BTreeMap, BTreeSet};

use axum::http::StatusCode;
use rusqlite::{OptionalExtension as _, params};
use serde_json::Value;
use zeroize::Zeroizing;

use super::{
    json_text::{ObjectText, array},
    members::parse_json,
    refusal::{Answer, Refusal},
    request_context::RequestContext,
    sealed::{agent_owner, field_text, platform_owner},
    vault::{Digest, ValueLocation},
};
use crate::model::WipedJson;

/// How many different values that differ may be asked about of one stored value, a day.
const MOST_GUESSES: usize = 10;
const DAY: i64 = 24 * 60 * 60 * 1000;
/// Longest value, in bytes.
const LONGEST_VALUE: usize = 64 * 1024;

/// A value at a place.
struct Asked {
    owner: String,
    field: String,
    value: Zeroizing<String>,
}

/// What a hidden value is compared as.
struct Compared<'asked> {
    asked: &'asked Asked,
    version: i64,
    digest: Digest,
    is_equal: bool,
}

/// A checked body of `POST …/compare`.
pub(super) struct Comparison(Vec<Asked>);

impl Comparison {
    /// Checks a body.
    pub(super) fn parse(body: &[u8]) -> Result<Self, Refusal> {
        // The bytes as they came in lie in buffers of the HTTP library, which nobody can wipe.
        let mut body = WipedJson(parse_json(body)?);
        let members = body.0.as_object_mut().filter(|members| members.keys().all(|name| name == "values"));
        let Some(Value::Array(items)) = members.and_then(|members| members.get_mut("values")) else {
            return Err(Refusal::bad_request("The body must be an object with `values`, a list, and nothing else."));
        };
        let asked = items.iter_mut().enumerate().map(|(at, item)| Asked::parse(item, &format!("values[{at}]")));
        asked.collect::<Result<_, _>>().map(Self)
    }

    /// Compares, if none of the places was asked about too often. Writes nothing.
    fn compare(&self, context: &RequestContext<'_>) -> Result<Vec<Option<Compared<'_>>>, Refusal> {
        let compared: Vec<_> = self.0.iter().map(|asked| asked.compare(context)).collect::<Result<_, _>>()?;
        let mut places: BTreeMap<(&str, &str, i64), BTreeSet<&[u8]>> = BTreeMap::new();
        for Compared { asked, version, digest, .. } in compared.iter().flatten() {
            places.entry((&asked.owner, &asked.field, *version)).or_default().insert(digest.as_bytes());
        }
        for ((owner, field, version), mut values) in places {
            let known = guesses(context, owner, field, version)?;
            values.extend(known.iter().map(Vec::as_slice));
            // An equal value counts as well, or the refusal would tell it apart.
            if values.len() > MOST_GUESSES {
                let message = "Too many different values were compared with a hidden value today; try again tomorrow.";
                return Err(Refusal::new(StatusCode::TOO_MANY_REQUESTS, "too_many_comparisons", message));
            }
        }
        Ok(compared)
    }

    /// Answers without writing; none where something differs, which is to be recorded.
    pub(super) fn look(&self, context: &RequestContext<'_>) -> Result<Option<Answer>, Refusal> {
        let compared = self.compare(context)?;
        let all_equal = compared.iter().flatten().all(|compared| compared.is_equal);
        Ok(all_equal.then(|| answer(&compared)))
    }

    /// Answers, and records what differs.
    pub(super) fn record(&self, context: &RequestContext<'_>) -> Result<Answer, Refusal> {
        let compared = self.compare(context)?;
        let day = context.now / DAY;
        let connection = context.connection();
        connection
            .prepare_cached("DELETE FROM comparisons WHERE org = ?1 AND day < ?2")?
            .execute(params![context.org.id, day])?;
        for Compared { asked: Asked { owner, field, .. }, version, digest, .. } in
            compared.iter().flatten().filter(|compared| !compared.is_equal)
        {
            connection
                .prepare_cached(
                    "INSERT INTO comparisons (org, owner, field, version, day, digest) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                     ON CONFLICT DO NOTHING",
                )?
                .execute(params![context.org.id, owner, field, version, day, digest.as_bytes()])?;
            context.audit("secret.compare", owner, Some(field))?;
        }
        Ok(answer(&compared))
    }
}

/// `equal` or `different`. Where nothing is hidden, what is there is another value.
fn answer(compared: &[Option<Compared<'_>>]) -> Answer {
    let word = |compared: &Option<Compared<'_>>| {
        let is_equal = compared.as_ref().is_some_and(|compared| compared.is_equal);
        if is_equal { r#""equal""# } else { r#""different""# }.to_owned()
    };
    Answer::ok(ObjectText::new().raw("results", &array(compared.iter().map(word))).finish())
}

/// The digests of the values that differed from this one today.
fn guesses(context: &RequestContext<'_>, owner: &str, field: &str, version: i64) -> Result<Vec<Vec<u8>>, Refusal> {
    let mut statement = context.connection().prepare_cached(
        "SELECT digest FROM comparisons WHERE org = ?1 AND owner = ?2 AND field = ?3 AND version = ?4 AND day = ?5",
    )?;
    let rows = statement.query_map(params![context.org.id, owner, field, version, context.now / DAY], |row| row.get(0));
    Ok(rows?.collect::<Result<_, _>>()?)
}

impl Asked {
    fn parse(item: &mut Value, place: &str) -> Result<Self, Refusal> {
        let wrong = |what: &str| Refusal::bad_request(format!("`{place}` {what}."));
        let members = item.as_object_mut().ok_or_else(|| wrong("must be an object"))?;
        if members.keys().any(|name| !["agent", "platform", "path", "value"].contains(&name.as_str())) {
            return Err(wrong("has a member that is not known; known are agent, platform, path, value"));
        }
        let text = |member: &str| members.get(member).map(|value| value.as_str().map(str::to_owned));
        let agent = text("agent").flatten().ok_or_else(|| wrong("needs `agent`, a string"))?;
        let platform = match text("platform") {
            None => None,
            Some(Some(platform)) => Some(platform),
            Some(None) => return Err(wrong("has a `platform` that is not a string")),
        };
        let steps = members.get("path").and_then(Value::as_array);
        let steps: Option<Vec<String>> =
            steps.and_then(|steps| steps.iter().map(|step| step.as_str().map(str::to_owned)).collect());
        let steps = steps.ok_or_else(|| wrong("needs `path`, a list of strings"))?;
        let (owner, path) = match (platform, steps.as_slice()) {
            (Some(platform), [first, path @ ..]) if first == "config" && !path.is_empty() => {
                (platform_owner(&agent, &platform), path)
            }
            (None, [first, _, _, ..]) if first == "mcpServers" => (agent_owner(&agent), steps.as_slice()),
            // The keys of providers and the org's secrets are sealed too, and never compared.
            _ => return Err(wrong("may be below `config` of a platform, or in an entry of `mcpServers`")),
        };
        let field = field_text(path);
        match members.get_mut("value") {
            Some(Value::String(value)) if value.len() <= LONGEST_VALUE => {
                Ok(Self { owner, field, value: Zeroizing::new(std::mem::take(value)) })
            }
            _ => Err(wrong("needs `value`, a string of at most 64 KiB")),
        }
    }

    /// Compares with what is hidden there; none where nothing is.
    fn compare(&self, context: &RequestContext<'_>) -> Result<Option<Compared<'_>>, Refusal> {
        let stored: Option<(i64, Vec<u8>)> = context
            .connection()
            .prepare_cached("SELECT version, digest FROM sealed_values WHERE org = ?1 AND owner = ?2 AND field = ?3")?
            .query_row(params![context.org.id, self.owner, self.field], |row| Ok((row.get(0)?, row.get(1)?)))
            .optional()?;
        let Some((version, stored)) = stored else { return Ok(None) };
        let place = ValueLocation { org: &context.org.public_id, owner: &self.owner, field: &self.field };
        let digest = context.vault.digest(&place, self.value.as_bytes())?;
        let is_equal = digest.matches(&stored);
        Ok(Some(Compared { asked: self, version, digest, is_equal }))
    }
}
