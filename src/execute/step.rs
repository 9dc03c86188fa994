//! One request of a row.

use crate::model::{AgentId, OrgSlug, Text, Value};
use crate::org::{Classifier, OrgWrite, Request, RequestError, Stored, holds};
use crate::plan::{FieldAction, Row, carry_injected};
use crate::schema::{Generation, SecretsMode, Sent, Write};
use crate::wire::WireRecord;

/// What a request that succeeded leaves to say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Success {
    /// Done, with what is worth knowing.
    Done(Option<&'static str>),
    /// The server says that nothing changed, although a secret was sent again.
    Doubtful,
}

/// Where an execution happens.
#[derive(Debug, Clone)]
pub(super) struct OrgContext {
    pub(super) org: OrgSlug,
    pub(super) server: Generation,
    pub(super) mode: SecretsMode,
}

pub(super) async fn carry_out(
    org: &impl OrgWrite,
    context: &OrgContext,
    row: &Row,
    write: &Write,
) -> Result<Success, RequestError> {
    let done = |()| Success::Done(None);
    match write {
        Write::Create(sent) => {
            let sent = with_injected(org, context, sent).await?;
            let stored = org.create(&sent).await?;
            step(context, row, &sent, stored)
        }
        Write::Update(sent) | Write::Link(sent) => {
            let stored = org.update(sent).await?;
            step(context, row, sent, stored)
        }
        Write::Add(key, field, pair) => org.add_pair(key, field, pair).await.map(done),
        Write::Remove(key, field, stored) => org.remove_pair(key, field, stored).await.map(done),
    }
}

/// What is about to be sent, with what the server put there by itself when it made the resource.
async fn with_injected(org: &impl OrgWrite, context: &OrgContext, sent: &Sent) -> Result<Sent, RequestError> {
    let mut sent = sent.clone();
    let kind = sent.key.kind;
    if let Some(injection) = kind.table().injection.as_ref().filter(|_| sent.carries_injected) {
        let agent = AgentId::from_server(sent.key.agent().unwrap_or_default());
        let found = org.records_of(kind, &agent).await?;
        if let Some(record) = found.as_deref().and_then(<[WireRecord]>::first) {
            let classifier = Classifier { org: context.org.clone(), mode: context.mode };
            carry_injected(injection, &classifier.record(kind, record), &context.org, &mut sent);
        }
    }
    Ok(sent)
}

fn step(context: &OrgContext, row: &Row, sent: &Sent, stored: Stored) -> Result<Success, RequestError> {
    let kind = sent.key.kind;
    Ok(match stored {
        Stored::Created => Success::Done(None),
        Stored::Updated => Success::Done(kind.restarts.then_some("restarted")),
        Stored::Unchanged if context.server != Generation::Ours && sends_secret(row) => Success::Doubtful,
        Stored::Unchanged => Success::Done(Some("noop on server")),
        // A resource that somebody made in between is fine if it is as declared; what no file says is left alone.
        Stored::Existed(record) if holds(&record, sent) => Success::Done(Some("it was there already")),
        Stored::Existed(_) => {
            let names: Vec<&str> =
                kind.fields.iter().filter(|field| field.is_compared()).map(|field| field.name).collect();
            let request = Request { method: "POST", path: kind.plural.to_owned() };
            let what =
                format!("somebody made this {} since the plan, with another {}", kind.singular, names.join(" or "));
            return Err(RequestError::NotSent { request, what });
        }
    })
}

fn sends_secret(row: &Row) -> bool {
    let hidden = |value: &Value| value.any_text(&|text| matches!(text, Text::SecretRef(_) | Text::Sensitive(_)));
    row.fields.iter().any(|field| field.action == FieldAction::Change && field.after.as_ref().is_some_and(hidden))
}
