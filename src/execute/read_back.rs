//! What the org has of what a run wrote, read once after the last write.

use std::collections::{BTreeMap, BTreeSet};

use futures::stream::{self, StreamExt};

use crate::model::{AgentId, FieldPath};
use crate::org::{Classifier, HiddenLiteral, HiddenValues, OrgRead};
use crate::plan::{Row, Unmet, Verifier};
use crate::schema::{Field, Kind, Record, ResourceKey, Write, file_path};

use super::versions::Versions;
use super::{FailureReason, Report, RowOutcome};

/// One read, which serves every row that it is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
enum Question {
    List(Kind),
    OfAgent(Kind, String),
    Pairs(ResourceKey, &'static Field),
    Apart(ResourceKey, &'static Field),
}

/// Records that one read found, by key; of pairs the one record has nothing else.
type Answer = BTreeMap<ResourceKey, Record>;

/// Reads back the rows that were written, and corrects the report where the server did not store what it accepted.
pub(super) async fn read_back(
    org: &impl OrgRead,
    verifier: &Verifier,
    versions: &Versions,
    parallelism: usize,
    rows: &[&Row],
    report: &mut Report,
) {
    let questions: BTreeSet<Question> = rows.iter().flat_map(|row| questions(row)).collect();
    let classifier = verifier.classifier();
    let answers: BTreeMap<Question, Option<Answer>> = stream::iter(questions)
        .map(|question| async {
            let answer = ask(org, &classifier, &question).await;
            (question, answer)
        })
        .buffer_unordered(parallelism.max(1))
        .collect()
        .await;
    let mut seen = Vec::new();
    for row in rows {
        match found(row, &answers) {
            Err(Unread) => report.verification.unread.push(row.key.clone()),
            Ok(None) => fail(report, &row.key, FailureReason::NotStored(Vec::new())),
            Ok(Some(found)) => {
                let is_newer = match (versions.written(&row.key), found.version) {
                    (Some(written), Some(found)) if verifier.has_versions() => found > written,
                    _ => false,
                };
                seen.push((*row, verifier.unmet(row, &found), is_newer));
            }
        }
    }
    let literals: Vec<HiddenLiteral> = seen.iter().flat_map(|(_, unmet, _)| unmet.literals.clone()).collect();
    let compared = compared(org, verifier, &literals).await;
    for (row, Unmet { mut different, hidden, .. }, is_newer) in seen {
        let key = &row.key;
        let names = |paths: &[FieldPath]| paths.iter().map(|path| file_path(key.kind, path)).collect::<Vec<_>>();
        let is_equal = |path: &FieldPath| compared.is_equal(key, path);
        different.extend(hidden.iter().filter(|path| is_equal(path) == Some(false)).cloned());
        let hidden: Vec<FieldPath> = hidden.into_iter().filter(|path| is_equal(path).is_none()).collect();
        if !different.is_empty() && is_newer {
            report.verification.changed_since.push(key.clone());
        } else if !different.is_empty() {
            fail(report, key, FailureReason::NotStored(names(&different)));
        } else if !hidden.is_empty() {
            report.verification.hidden.push((key.clone(), names(&hidden)));
        }
    }
}

/// Asks the server about the literals that it hides, in one request; nothing is known where it does not compare or answer.
pub(super) async fn compared(org: &impl OrgRead, verifier: &Verifier, literals: &[HiddenLiteral]) -> HiddenValues {
    if literals.is_empty() || !verifier.compares_hidden_values() {
        return HiddenValues::default();
    }
    org.compare(literals).await.unwrap_or_default()
}

fn fail(report: &mut Report, key: &ResourceKey, reason: FailureReason) {
    if let Some((_, outcome)) = report.rows.iter_mut().find(|(other, _)| other == key) {
        *outcome = RowOutcome::Failed(reason.into());
    }
}

/// The reads that show what a row wrote.
fn questions(row: &Row) -> Vec<Question> {
    let kind = row.key.kind;
    let own = match row.key.agent() {
        Some(agent) if kind.is_read_by_agent => Question::OfAgent(kind, agent.to_owned()),
        _ => Question::List(kind),
    };
    let pairs = row.writes.iter().filter_map(|write| match write {
        Write::Add(key, field, _) | Write::Remove(key, field, _) => Some(Question::Pairs(key.clone(), field)),
        Write::Create(_) | Write::Update(_) | Write::Link(_) => None,
    });
    let sent = row.writes.iter().filter_map(Write::sent).flat_map(|sent| sent.fields.iter());
    let apart = sent.filter(|(field, _)| field.is_apart).map(|(field, _)| Question::Apart(row.key.clone(), field));
    [own].into_iter().chain(pairs).chain(apart).collect()
}

/// Asks; none where the answer did not come.
async fn ask(org: &impl OrgRead, classifier: &Classifier, question: &Question) -> Option<Answer> {
    match question {
        Question::List(kind) => {
            let records = classifier.records(*kind, org.records(*kind).await.ok()?);
            Some(records.own.into_iter().map(|(id, record)| (ResourceKey::new(*kind, id), record)).collect())
        }
        Question::OfAgent(kind, agent) => {
            let rows = org.records_of(*kind, &AgentId::from_server(agent.as_str())).await.ok()?.unwrap_or_default();
            let mut found = Answer::new();
            for row in &rows {
                found.insert(ResourceKey::below(*kind, agent, &row.id), classifier.record(*kind, row));
            }
            Some(found)
        }
        Question::Pairs(key, field) => {
            let mut record = Record::default();
            record.pairs.set(field, org.pairs(key, field).await.ok()?);
            Some([(key.clone(), record)].into())
        }
        Question::Apart(key, field) => {
            let mut record = Record::default();
            let read = org.apart(key, field).await.ok()?;
            classifier.add_apart(&mut record, field, read.as_ref());
            Some([(key.clone(), record)].into())
        }
    }
}

/// An answer that did not come.
struct Unread;

/// What there is of a row now, from all answers about it.
fn found(row: &Row, answers: &BTreeMap<Question, Option<Answer>>) -> Result<Option<Record>, Unread> {
    let mut found: Option<Record> = None;
    for question in questions(row) {
        let record = answers.get(&question).and_then(Option::as_ref).ok_or(Unread)?.get(&row.key);
        match (&question, &mut found, record) {
            (Question::Pairs(_, field), Some(found), Some(of_pairs)) => {
                found.pairs.set(field, of_pairs.pairs(field).to_vec());
            }
            (Question::Apart(_, field), Some(found), Some(of_field)) => {
                found.values.set_some(field, of_field.values.get(field).cloned());
            }
            (Question::Pairs(..) | Question::Apart(..), ..) => {}
            (_, found, record) => *found = record.cloned(),
        }
    }
    Ok(found)
}
