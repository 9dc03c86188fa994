//! A look at the org between two writes: what is there of the resource that a write is about.

use crate::model::AgentId;
use crate::org::{OrgRead, RequestError};
use crate::plan::Verifier;
use crate::schema::{Record, ResourceKey, Write};

/// Reads what a write is about; none if it is not there.
pub(super) async fn look(
    org: &impl OrgRead,
    verifier: &Verifier,
    key: &ResourceKey,
    write: &Write,
) -> Result<Option<Record>, RequestError> {
    let Some(mut record) = record(org, verifier, key).await? else { return Ok(None) };
    let sent = write.sent().into_iter().flat_map(|sent| sent.fields.iter());
    for (field, _) in sent.filter(|(field, _)| field.is_apart) {
        let read = org.apart(key, field).await?;
        verifier.classifier().add_apart(&mut record, field, read.as_ref());
    }
    if let Write::Add(_, field, _) | Write::Remove(_, field, _) = write {
        record.pairs.set(field, org.pairs(key, field).await?);
    }
    Ok(Some(record))
}

async fn record(org: &impl OrgRead, verifier: &Verifier, key: &ResourceKey) -> Result<Option<Record>, RequestError> {
    let (kind, classifier) = (key.kind, verifier.classifier());
    if !kind.is_read_by_agent {
        return Ok(classifier.records(kind, org.records(kind).await?).own.remove(&key.id));
    }
    let agent = key.agent().unwrap_or_default();
    let found = org.records_of(kind, &AgentId::from_server(agent)).await?.unwrap_or_default();
    let found = found.iter().find(|row| ResourceKey::below(kind, agent, &row.id) == *key);
    Ok(found.map(|row| classifier.record(kind, row)))
}
