//! One request of a row.

use crate::model::{Text, Value};
use crate::org::{OrgWrite, Outcome, RequestError, Stored};
use crate::plan::{FieldAction, Row, Standing, Verifier, carry_injected};
use crate::schema::{Generation, Record, Sent, Write};

use super::look::look;
use super::{Failure, FailureReason, explain};

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// Done, with what is worth knowing.
    Done(Option<&'static str>),
    /// Nothing of it was done.
    Failed(Failure),
    /// It may have been done.
    Unknown(String),
}

/// What is said of a resource that was there already, as it is declared.
const EXISTED: &str = "it was there already";
/// What is said where no answer came and the org has what was sent.
const FOUND: &str = "the answer was lost; the org has it";

pub(super) async fn carry_out(org: &impl OrgWrite, verifier: &Verifier, row: &Row, write: &Write) -> Ending {
    let write = match with_injected(org, verifier, write).await {
        Ok(write) => write,
        // Nothing was sent yet, whatever became of the read.
        Err(error) => return failed(verifier, write, error),
    };
    let sent = match &write {
        Write::Create(sent) => org.create(sent).await,
        Write::Update(sent) | Write::Link(sent) => org.update(sent).await,
        Write::Add(key, field, pair) => org.add_pair(key, field, pair).await.map(|()| Stored::Created),
        Write::Remove(key, field, stored) => org.remove_pair(key, field, stored).await.map(|()| Stored::Created),
    };
    match sent {
        Ok(Stored::Existed(record)) => {
            let record = verifier.classifier().record(row.key.kind, &record);
            existing(org, verifier, row, &write, &record).await
        }
        Ok(stored) => ended(verifier, row, &stored),
        Err(error) if error.outcome() == Outcome::Unknown => lost(org, verifier, row, &write, error).await,
        Err(error) if says_exists(&write, &error) => match look(org, verifier, &row.key, &write).await {
            Ok(Some(record)) => existing(org, verifier, row, &write, &record).await,
            // What exists is another org's, or another agent's.
            Ok(None) | Err(_) => failed(verifier, &write, error),
        },
        Err(error) => failed(verifier, &write, error),
    }
}

/// The write, with what the server put there by itself when it made the resource.
async fn with_injected(org: &impl OrgWrite, verifier: &Verifier, write: &Write) -> Result<Write, RequestError> {
    let Write::Create(sent) = write else { return Ok(write.clone()) };
    let mut sent = sent.clone();
    if let Some(injection) = sent.key.kind.table().injection.as_ref().filter(|_| sent.carries_injected)
        && let Some(record) = look(org, verifier, &sent.key, write).await?
    {
        carry_injected(injection, &record, verifier.org(), &mut sent);
    }
    Ok(Write::Create(sent))
}

/// What to make of a resource that someone made since the plan: what no file says is left alone.
async fn existing(org: &impl OrgWrite, verifier: &Verifier, row: &Row, write: &Write, record: &Record) -> Ending {
    match (verifier.standing(row, write, Some(record)), write) {
        (Standing::Wanted, _) => Ending::Done(Some(EXISTED)),
        (Standing::AsRead, Write::Create(sent)) => match org.update(&changeable(sent)).await {
            Ok(stored) => ended(verifier, row, &stored),
            Err(error) if error.outcome() == Outcome::Unknown => lost(org, verifier, row, write, error).await,
            Err(error) => failed(verifier, write, error),
        },
        _ => Ending::Failed(FailureReason::Moved.into()),
    }
}

/// What an update may say of what a create was to make.
fn changeable(sent: &Sent) -> Sent {
    let fields = sent.fields.iter().filter(|(field, _)| !field.create_only);
    Sent { fields: fields.map(|(field, change)| (field, change.clone())).collect(), ..sent.clone() }
}

/// Looks at what became of a write that may have been carried out.
async fn lost(org: &impl OrgWrite, verifier: &Verifier, row: &Row, write: &Write, error: RequestError) -> Ending {
    let Ok(found) = look(org, verifier, &row.key, write).await else { return Ending::Unknown(error.to_string()) };
    match verifier.standing(row, write, found.as_ref()) {
        Standing::Wanted => Ending::Done(Some(FOUND)),
        // A refusal counts as one where nothing of what was sent is there.
        Standing::AsRead if matches!(error, RequestError::Unavailable { .. }) => failed(verifier, write, error),
        Standing::AsRead => match error.refusal_after_lost() {
            Some(refusal) => failed(verifier, write, refusal.clone()),
            None => Ending::Unknown(error.to_string()),
        },
        Standing::Hidden | Standing::Moved => Ending::Unknown(error.to_string()),
    }
}

/// Whether a server says that what is to be made is there already.
fn says_exists(write: &Write, error: &RequestError) -> bool {
    let says = |words: &str| {
        let message = error.server().and_then(|server| server.message.as_deref()).unwrap_or_default();
        message.to_lowercase().contains(words)
    };
    let is_said = match error.status() {
        Some(409) => true,
        Some(400) => says("already exists") || says("duplicate"),
        _ => false,
    };
    is_said && matches!(write, Write::Create(_) | Write::Add(..))
}

fn failed(verifier: &Verifier, write: &Write, error: RequestError) -> Ending {
    let hint = explain(write, &error, verifier.generation());
    Ending::Failed(Failure { reason: FailureReason::Request(error), hint })
}

fn ended(verifier: &Verifier, row: &Row, stored: &Stored) -> Ending {
    match stored {
        Stored::Updated => Ending::Done(row.key.kind.restarts.then_some("restarted")),
        Stored::Unchanged if verifier.generation() != Generation::Ours && sends_secret(row) => Ending::Unknown(
            "the server says that nothing changed, which it also says when it loses a rotated secret; check the platform"
                .to_owned(),
        ),
        Stored::Unchanged => Ending::Done(Some("noop on server")),
        Stored::Created | Stored::Existed(_) => Ending::Done(None),
    }
}

fn sends_secret(row: &Row) -> bool {
    let hidden = |value: &Value| value.any_text(&|text| matches!(text, Text::SecretRef(_) | Text::Sensitive(_)));
    row.fields.iter().any(|field| field.action == FieldAction::Change && field.after.as_ref().is_some_and(hidden))
}
