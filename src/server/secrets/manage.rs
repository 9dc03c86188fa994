//! What a batch does: all of it, or nothing.

use axum::http::StatusCode;
use zeroize::Zeroizing;

use super::{
    audit,
    batch::{Action, Batch, Change, Operation},
    reference::reference,
    rows::{self, NewValue, Stored},
    uses::{self, Uses},
};
use crate::server::{
    json_text::{ObjectText, array},
    refusal::{Answer, Refusal},
    request_context::RequestContext,
    vault::{self, SALT_LENGTH},
};

/// How many places of a secret in use a refusal names.
const SHOWN_PLACES: usize = 3;

impl Batch {
    /// `POST …/secrets/manage`: runs the actions in their order, and answers in it.
    ///
    /// # Errors
    ///
    /// 409 `already_exists`, 404 `not_found`, 409 `changed`, 409 `in_use`, each with the name. The caller rolls the transaction back.
    pub(in crate::server) fn run(self, context: &RequestContext<'_>) -> Result<Answer, Refusal> {
        let checks_uses = self.0.iter().any(|action| matches!(action.change, Change::Delete { force: false }));
        // No action of a batch changes what documents refer to.
        let uses = if checks_uses { uses::find(context)? } else { Uses::new() };
        let results =
            self.0.iter().map(|action| action.run(context, &uses)).collect::<Result<Vec<String>, Refusal>>()?;
        crate::fault::point("secrets-before-commit");
        Ok(Answer::ok(ObjectText::new().raw("results", &array(results)).finish()))
    }
}

impl Action {
    fn run(&self, context: &RequestContext<'_>, uses: &Uses) -> Result<String, Refusal> {
        let stored = rows::find(context, &self.name)?;
        self.check_version(stored.as_ref())?;
        let previous = stored.as_ref().map(|stored| stored.fingerprint.clone());
        let (done, fingerprint) = match (&self.change, stored) {
            (Change::Create(_), Some(_)) => {
                let message = format!("The secret `{}` exists already; rotate it to change its value.", self.name);
                return Err(Refusal::secret(StatusCode::CONFLICT, "already_exists", &self.name, message));
            }
            (Change::Rotate(_) | Change::Delete { .. }, None) => {
                let message = format!("There is no secret `{}`.", self.name);
                return Err(Refusal::secret(StatusCode::NOT_FOUND, "not_found", &self.name, message));
            }
            (Change::Create(value), None) => ("create", self.create(context, value)?),
            (Change::Rotate(value), Some(stored)) => self.rotate(context, value, stored)?,
            (Change::Delete { force }, Some(stored)) => {
                if !force {
                    self.check_unused(uses)?;
                }
                ("delete", self.delete(context, stored)?)
            }
        };
        let mut result = ObjectText::new()
            .text("name", &self.name)
            .text("fingerprint", &fingerprint)
            .text("action", done)
            .text("ref", &reference(&context.org.slug, &self.name))
            // References stay as they are.
            .flag("willRestart", false);
        if let Some(previous) = previous.filter(|_| done == "rotated") {
            // What was replaced, which is not always what the caller had seen.
            result = result.text("previous", &previous);
        }
        Ok(result.finish())
    }

    fn create(&self, context: &RequestContext<'_>, value: &Zeroizing<String>) -> Result<String, Refusal> {
        let mut salt = [0; SALT_LENGTH];
        vault::random(&mut salt)?;
        let digest = context.vault.digest(&rows::place(&context.org.public_id, &self.name), value.as_bytes())?;
        let version = audit::count(context, &self.name)?.saturating_add(1);
        let new = NewValue { name: &self.name, version, salt: &salt, digest: &digest, source: self.source };
        let fingerprint = rows::store(context, &new, value)?;
        audit::insert(context, &self.name, &fingerprint, Operation::Create, self.source)?;
        Ok(fingerprint)
    }

    /// Replaces the value; an equal one writes nothing at all, not even the time.
    fn rotate(
        &self,
        context: &RequestContext<'_>,
        value: &Zeroizing<String>,
        stored: Stored,
    ) -> Result<(&'static str, String), Refusal> {
        let digest = context.vault.digest(&rows::place(&context.org.public_id, &self.name), value.as_bytes())?;
        if digest.matches(&stored.digest) {
            return Ok(("unchanged", stored.fingerprint));
        }
        let new = NewValue {
            name: &self.name,
            version: stored.version.saturating_add(1),
            salt: &stored.salt,
            digest: &digest,
            source: self.source,
        };
        let fingerprint = rows::store(context, &new, value)?;
        audit::insert(context, &self.name, &fingerprint, Operation::Rotate, self.source)?;
        context.forget_old_values();
        Ok(("rotated", fingerprint))
    }

    fn delete(&self, context: &RequestContext<'_>, stored: Stored) -> Result<String, Refusal> {
        rows::delete(context, &self.name)?;
        audit::insert(context, &self.name, &stored.fingerprint, Operation::Delete, self.source)?;
        context.forget_old_values();
        Ok(stored.fingerprint)
    }

    fn check_version(&self, stored: Option<&Stored>) -> Result<(), Refusal> {
        match (self.if_version, stored) {
            (Some(expected), Some(stored)) if stored.version != expected => {
                let message = format!(
                    "The secret `{}` was changed since: version {} is stored, not {expected}.",
                    self.name, stored.version
                );
                Err(Refusal::secret(StatusCode::CONFLICT, "changed", &self.name, message))
            }
            _ => Ok(()),
        }
    }

    fn check_unused(&self, uses: &Uses) -> Result<(), Refusal> {
        let Some(places) = uses.get(&self.name) else { return Ok(()) };
        let shown: Vec<&str> = places.iter().take(SHOWN_PLACES).map(String::as_str).collect();
        let more = match places.len().saturating_sub(shown.len()) {
            0 => String::new(),
            more => format!(" and {more} more"),
        };
        let message = format!("The secret `{}` is in use by {}{more}.", self.name, shown.join(", "));
        Err(Refusal::secret(StatusCode::CONFLICT, "in_use", &self.name, message))
    }
}
