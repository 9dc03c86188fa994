//! The secrets of an org over HTTP, and the encoder of what is pushed: the second and last place that shows a value.

use bytes::Bytes;
use zeroize::Zeroizing;

use crate::http::{Body, Method, Repeat};
use crate::model::AgentId;
use crate::org::{
    OrgRead as _, ProviderKeysWrite, RequestError, SecretAction, SecretBatch, SecretChange, SecretResult,
    SecretsListing, SecretsRead, SecretsWrite,
};
use crate::secrets::expose::expose;
use crate::secrets::{Fingerprint, SecretValue, SourceWord};
use crate::wire::{
    SecretResultRow, ShapeError, is_catch_all, provider_key_answer, secret_results_answer, secret_rows_answer,
};

use super::HttpOrg;

impl SecretsRead for HttpOrg {
    async fn list_secrets(&self) -> Result<SecretsListing, RequestError> {
        let call = self.get(&["api", self.org.as_str(), "secrets"])?;
        let unknown = |what: String| Ok(SecretsListing::Unknown { what });
        match self.transport.send(&call).await {
            Ok(answer) if is_catch_all(answer.json()) => self.without_secrets().await,
            Ok(answer) => match secret_rows_answer(answer.json()) {
                Ok(rows) => Ok(SecretsListing::Listed(rows)),
                Err(error) => unknown(format!("{} and JSON in which {error}", answer.status)),
            },
            // A 404 in the shape of access errors is about the org.
            Err(error @ RequestError::Refused { status: 404, .. }) if error.code() == Some("invalid_request") => {
                Err(error)
            }
            Err(RequestError::Refused { status: 404, .. } | RequestError::NotTheApi { status: 404, .. }) => {
                self.without_secrets().await
            }
            Err(RequestError::NotTheApi { status: status @ ..500, what, .. }) if status != 429 => {
                unknown(format!("{status} and {what}"))
            }
            Err(error) => Err(error),
        }
    }
}

impl HttpOrg {
    /// The routes are not there: a known server has no secrets API, of another one nothing can be told.
    async fn without_secrets(&self) -> Result<SecretsListing, RequestError> {
        let unknown = |what: &str| Ok(SecretsListing::Unknown { what: what.to_owned() });
        match self.health().await {
            Ok(health) if health.is_known() => Ok(SecretsListing::Missing),
            Ok(_) => unknown("no secrets routes, on a server of an unknown kind"),
            Err(RequestError::NotTheApi { .. }) => unknown("no secrets routes, and no health page"),
            Err(error) => Err(error),
        }
    }
}

impl SecretsWrite for HttpOrg {
    async fn manage_secrets(&self, batch: &SecretBatch<'_>) -> Result<Vec<SecretResult>, RequestError> {
        let segments = ["api", self.org.as_str(), "secrets", "manage"];
        let call = self.with_body(Method::Post, &segments, body(batch))?.repeat(Repeat::WhenNotDone);
        let answer = self.transport.send(&call).await?;
        answer.read(|json| secret_results_answer(json).and_then(|rows| matched(batch, &rows)))
    }
}

impl ProviderKeysWrite for HttpOrg {
    async fn put_provider_key(&self, agent: &AgentId, provider: &str, value: &SecretValue) -> Result<(), RequestError> {
        let org = self.org.as_str();
        let segments = ["api", org, "agents", agent.as_str(), "providers", provider, "api-key"];
        // It is written whole each time, so that a repetition changes nothing.
        let call = self.with_body(Method::Put, &segments, provider_key_body(value))?;
        let answer = self.transport.send(&call).await?;
        answer.read(provider_key_answer)
    }
}

/// Pairs results with actions: another name, count or word than what was asked for is an answer that is not understood.
fn matched(batch: &SecretBatch<'_>, rows: &[SecretResultRow]) -> Result<Vec<SecretResult>, ShapeError> {
    let wrong = |path: String, expected, found| Err(ShapeError { path, expected, found });
    if rows.len() != batch.actions.len() {
        return wrong("results".to_owned(), "a list with a result for each action", "of another length");
    }
    let mut results = Vec::with_capacity(rows.len());
    for (at, (row, action)) in rows.iter().zip(&batch.actions).enumerate() {
        if row.name != action.name().as_str() {
            return wrong(format!("results[{at}].name"), "the name of the action", "another one");
        }
        let change = match (action, row.action.as_str()) {
            (SecretAction::Create { .. }, "create" | "created") => SecretChange::Created,
            (SecretAction::Rotate { .. }, "rotate" | "rotated") => SecretChange::Rotated,
            (SecretAction::Rotate { .. }, "unchanged") => SecretChange::Unchanged,
            (SecretAction::Delete { .. }, "delete" | "deleted") => SecretChange::Deleted,
            _ => return wrong(format!("results[{at}].action"), "what was asked for", "something else"),
        };
        let fingerprint = row.fingerprint.as_deref().and_then(Fingerprint::parse);
        let previous = row.previous.as_deref().and_then(Fingerprint::parse);
        results.push(SecretResult { name: action.name().clone(), change, fingerprint, previous });
    }
    Ok(results)
}

/// The request, in a buffer that is pre-sized, so that no outgrown copy stays behind, and wiped when dropped.
fn body(batch: &SecretBatch<'_>) -> Body {
    let mut buffer = Zeroizing::new(Vec::with_capacity(batch.length()));
    let mut has_values = false;
    buffer.extend_from_slice(br#"{"actions":["#);
    for (at, action) in batch.actions.iter().enumerate() {
        if at > 0 {
            buffer.push(b',');
        }
        has_values |= push_action(&mut buffer, action, batch.source);
    }
    buffer.extend_from_slice(b"]}");
    Body { bytes: Bytes::from_owner(buffer), hushed: has_values, secret: has_values }
}

/// The key of a provider, in a buffer that is as large as it needs and wiped when dropped.
fn provider_key_body(value: &SecretValue) -> Body {
    const AROUND: usize = r#"{"value":}"#.len();
    let mut buffer = Zeroizing::new(Vec::with_capacity(AROUND + value.json_length()));
    buffer.extend_from_slice(br#"{"value":"#);
    push_text(&mut buffer, expose(value));
    buffer.push(b'}');
    Body { bytes: Bytes::from_owner(buffer), hushed: true, secret: true }
}

/// Writes one action; tells whether it holds a value.
fn push_action(buffer: &mut Vec<u8>, action: &SecretAction<'_>, source: SourceWord) -> bool {
    let (operation, value) = match action {
        SecretAction::Create { value, .. } => ("create", Some(*value)),
        SecretAction::Rotate { value, .. } => ("rotate", Some(*value)),
        SecretAction::Delete { .. } => ("delete", None),
    };
    buffer.extend_from_slice(br#"{"op":""#);
    buffer.extend_from_slice(operation.as_bytes());
    buffer.extend_from_slice(br#"","name":"#);
    push_text(buffer, action.name().as_str());
    if let Some(value) = value {
        buffer.extend_from_slice(br#","value":"#);
        push_text(buffer, expose(value));
        buffer.extend_from_slice(br#","source":"#);
        push_text(buffer, source.as_str());
    }
    let (if_version, force) = match action {
        SecretAction::Create { .. } => (None, false),
        SecretAction::Rotate { if_version, .. } => (*if_version, false),
        SecretAction::Delete { if_version, force, .. } => (*if_version, *force),
    };
    if let Some(version) = if_version {
        buffer.extend_from_slice(format!(r#","ifVersion":{version}"#).as_bytes());
    }
    if force {
        buffer.extend_from_slice(br#","force":true"#);
    }
    buffer.push(b'}');
    value.is_some()
}

fn push_text(buffer: &mut Vec<u8>, text: &str) {
    // A buffer in memory takes everything, and a text is always JSON.
    drop(serde_json::to_writer(buffer, text));
}

#[cfg(test)]
mod tests {
    use crate::model::SecretName;

    use super::*;

    fn name(text: &str) -> SecretName {
        SecretName::parse(text).unwrap()
    }

    #[test]
    fn a_batch_is_one_object_that_fits_its_buffer() {
        let (foo, bar, baz) = (name("FOO"), name("BAR"), name("BAZ"));
        let (one, two) = (SecretValue::new("hunter2\n\"\u{1}"), SecretValue::new("☃"));
        let actions = vec![
            SecretAction::Create { name: &foo, value: &one },
            SecretAction::Rotate { name: &bar, value: &two, if_version: Some(i64::MAX) },
            SecretAction::Delete { name: &baz, force: true, if_version: None },
            SecretAction::Delete { name: &baz, force: false, if_version: None },
        ];
        let batch = SecretBatch { actions, source: SourceWord::Stdin };
        let body = body(&batch);
        assert!(body.hushed && body.secret && body.bytes.len() <= batch.length());
        insta::assert_snapshot!(std::str::from_utf8(&body.bytes).unwrap(), @r#"{"actions":[{"op":"create","name":"FOO","value":"hunter2\n\"\u0001","source":"stdin"},{"op":"rotate","name":"BAR","value":"☃","source":"stdin","ifVersion":9223372036854775807},{"op":"delete","name":"BAZ","force":true},{"op":"delete","name":"BAZ"}]}"#);
    }

    #[test]
    fn a_batch_without_values_is_no_secret() {
        let foo = name("FOO");
        let batch = SecretBatch {
            actions: vec![SecretAction::Delete { name: &foo, force: false, if_version: None }],
            source: SourceWord::Env,
        };
        let body = body(&batch);
        assert!(!body.hushed && !body.secret);
    }

    #[test]
    fn a_provider_key_is_one_member_and_a_secret() {
        let value = SecretValue::new("hunter2\n\"☃");
        let body = provider_key_body(&value);
        assert!(body.hushed && body.secret);
        assert_eq!(std::str::from_utf8(&body.bytes).unwrap(), r#"{"value":"hunter2\n\"☃"}"#);
    }

    #[test]
    fn results_must_be_those_of_the_actions() {
        let (foo, value) = (name("FOO"), SecretValue::new("x"));
        let batch = SecretBatch {
            actions: vec![SecretAction::Rotate { name: &foo, value: &value, if_version: None }],
            source: SourceWord::Env,
        };
        let row = |name: &str, action: &str, fingerprint: &str| SecretResultRow {
            name: name.to_owned(),
            action: action.to_owned(),
            fingerprint: Some(fingerprint.to_owned()),
            previous: None,
        };
        let result = |rows: &[SecretResultRow]| matched(&batch, rows);
        assert_eq!(result(&[row("FOO", "unchanged", "a3f1")]).unwrap()[0].change, SecretChange::Unchanged);
        let echoed = result(&[row("FOO", "rotated", "hunter2")]).unwrap();
        assert_eq!(echoed[0].fingerprint, None, "what is no fingerprint is not shown as one");
        for wrong in [vec![], vec![row("BAR", "rotated", "a3f1")], vec![row("FOO", "create", "a3f1")]] {
            assert!(result(&wrong).is_err());
        }
    }
}
