//! One request of a row: looked at before, where the server gives no versions, and after, where its answer proves nothing.

use crate::model::{Text, Value};
use crate::org::{Condition, OrgWrite, Outcome, RequestError, Stored, Written};
use crate::plan::{FieldAction, Row, Standing, Verifier, carry_injected};
use crate::schema::{Api, Generation, Record, Sent, Verb, Write};

use super::look::look;
use super::read_back::compared;
use super::versions::Versions;
use super::{Failure, FailureReason, explain};

/// What became of a write.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Ending {
    /// Done, with what is worth knowing.
    Done(Option<&'static str>),
    /// What was wanted is there, and nothing was sent for it.
    Found,
    /// Nothing of it was done.
    Failed(Box<Failure>),
    /// It may have been done.
    Unknown(String),
}

/// What is said where no answer came and the org has what was sent.
const FOUND: &str = "the answer was lost; the org has it";
/// How often a write is sent again because what it does not replace was changed in between.
const MOST_REPEATS: usize = 3;

/// One write of a row, with what it needs to know.
pub(super) struct Step<'run, Org> {
    pub(super) org: &'run Org,
    pub(super) verifier: &'run Verifier,
    pub(super) versions: &'run Versions,
    pub(super) row: &'run Row,
    pub(super) write: &'run Write,
}

/// What is sent next.
struct Attempt {
    write: Write,
    condition: Condition,
}

impl<Org: OrgWrite> Step<'_, Org> {
    /// Sends the write, again where what is there changed and is still what the write replaces.
    pub(super) async fn carry_out(&self) -> Ending {
        let mut attempt = match self.first().await {
            Ok(attempt) => attempt,
            Err(ending) => return ending,
        };
        for _ in 0..=MOST_REPEATS {
            let error = match self.send(&attempt).await {
                Ok(Written { stored: Stored::Existed(record), .. }) => {
                    let record = self.verifier.classifier().record(self.row.key.kind, &record);
                    match self.next(Some(&record)).await {
                        Ok(next) => attempt = next,
                        Err(ending) => return ending,
                    }
                    continue;
                }
                Ok(Written { stored, version }) => {
                    self.versions.set(&self.row.key, version);
                    return self.ended(&stored);
                }
                Err(error) => error,
            };
            if !error.is_unmet_condition() && !says_exists(&attempt.write, &error) {
                return if error.outcome() == Outcome::Unknown { self.lost(error).await } else { self.failed(error) };
            }
            let found = match self.look().await {
                Ok(found) => found,
                Err(_) if error.outcome() == Outcome::Unknown => return Ending::Unknown(error.to_string()),
                Err(_) => return self.failed(error),
            };
            // What exists may be another org's, or another agent's.
            if found.is_none() && !error.is_unmet_condition() {
                return self.failed(error);
            }
            match self.next(found.as_ref()).await {
                // A pair that is said to be there and is not is refused for another reason.
                Ok(_) if matches!(self.write, Write::Add(..)) => return self.failed(error),
                Ok(next) => {
                    self.versions.set_changed(&self.row.key);
                    attempt = next;
                }
                Err(Ending::Failed(_)) if error.outcome() == Outcome::Unknown => {
                    return Ending::Unknown(error.to_string());
                }
                Err(ending) => return ending,
            }
        }
        moved()
    }

    /// What is sent first, or how the step ends without sending anything.
    async fn first(&self) -> Result<Attempt, Ending> {
        let known = self.versions.of(self.verifier, &self.row.key);
        let has_versions = self.verifier.has_versions();
        let (is_looked_at, condition) = match self.write {
            Write::Create(sent) if comes_with_another(sent) => (true, Condition::None),
            Write::Create(_) if has_versions => (false, Condition::Absent),
            // Where the server itself tells that it is there, nothing is lost by asking.
            Write::Create(sent) => (is_put(sent), Condition::None),
            Write::Update(_) | Write::Link(_) => match known.filter(|_| has_versions) {
                Some(version) => (false, Condition::Version(version)),
                None => (true, Condition::None),
            },
            // Adding and removing a pair replaces nothing.
            Write::Add(..) | Write::Remove(..) => (false, Condition::None),
        };
        if !is_looked_at {
            return Ok(Attempt { write: self.write.clone(), condition });
        }
        // Nothing was sent yet, whatever became of the read.
        let found = self.look().await.map_err(|error| self.failed(error))?;
        self.next(found.as_ref()).await
    }

    /// How what is there stands to the write; a server that compares is asked about what it hides.
    async fn standing(&self, found: Option<&Record>) -> Standing {
        let standing = self.verifier.standing(self.row, self.write, found);
        let Some(found) = found.filter(|_| standing == Standing::Hidden) else { return standing };
        let unmet = self.verifier.unmet(self.row, found);
        let compared = compared(self.org, self.verifier, &unmet.literals).await;
        let is_wanted = unmet.hidden.iter().all(|path| compared.is_equal(&self.row.key, path) == Some(true));
        if is_wanted { Standing::Wanted } else { Standing::Hidden }
    }

    /// What is sent now that this is there, or how the step ends because of it.
    async fn next(&self, found: Option<&Record>) -> Result<Attempt, Ending> {
        match self.standing(found).await {
            Standing::Wanted => return Err(Ending::Found),
            Standing::Hidden | Standing::Moved => return Err(moved()),
            Standing::AsRead => {}
        }
        let version = found.and_then(|found| found.version).filter(|_| self.verifier.has_versions());
        let condition = version.map_or(Condition::None, Condition::Version);
        Ok(match (self.write, found) {
            (Write::Create(sent), Some(found)) if comes_with_another(sent) => {
                Attempt { write: Write::Create(self.with_injected(sent, found)), condition }
            }
            // What took several requests to change may have got only some of them.
            (Write::Create(sent), Some(_)) if has_actions(sent) => return Err(moved()),
            (Write::Create(sent), Some(_)) => Attempt { write: Write::Update(changeable(sent)), condition },
            (Write::Create(_), None) if self.verifier.has_versions() => {
                Attempt { write: self.write.clone(), condition: Condition::Absent }
            }
            _ => Attempt { write: self.write.clone(), condition },
        })
    }

    /// What is about to be sent, with what the server put there by itself when it made the resource.
    fn with_injected(&self, sent: &Sent, found: &Record) -> Sent {
        let mut sent = sent.clone();
        if let Some(injection) = sent.key.kind.table().injection.as_ref().filter(|_| sent.carries_injected) {
            carry_injected(injection, found, self.verifier.org(), &mut sent);
        }
        sent
    }

    async fn send(&self, attempt: &Attempt) -> Result<Written, RequestError> {
        let of_pair = |version| Written { stored: Stored::Created, version };
        match &attempt.write {
            Write::Create(sent) => self.org.create(sent, attempt.condition).await,
            Write::Update(sent) | Write::Link(sent) => self.org.update(sent, attempt.condition).await,
            Write::Add(key, field, pair) => self.org.add_pair(key, field, pair).await.map(of_pair),
            Write::Remove(key, field, stored) => self.org.remove_pair(key, field, stored).await.map(of_pair),
        }
    }

    async fn look(&self) -> Result<Option<Record>, RequestError> {
        look(self.org, self.verifier, &self.row.key, self.write).await
    }

    /// Looks at what became of a write that may have been carried out.
    async fn lost(&self, error: RequestError) -> Ending {
        let Ok(found) = self.look().await else { return Ending::Unknown(error.to_string()) };
        match self.standing(found.as_ref()).await {
            Standing::Wanted => {
                // What was found may hold someone's change of what the next write of the row replaces.
                self.versions.set_changed(&self.row.key);
                self.versions.set(&self.row.key, found.and_then(|found| found.version));
                Ending::Done(Some(FOUND))
            }
            // A refusal counts as one where nothing of what was sent is there.
            Standing::AsRead if matches!(error, RequestError::Unavailable { .. }) => self.failed(error),
            Standing::AsRead => match error.refusal_after_lost() {
                Some(refusal) => self.failed(refusal.clone()),
                None => Ending::Unknown(error.to_string()),
            },
            Standing::Hidden | Standing::Moved => Ending::Unknown(error.to_string()),
        }
    }

    fn failed(&self, error: RequestError) -> Ending {
        let hint = explain(self.write, &error, self.verifier.generation());
        Ending::Failed(Box::new(Failure { reason: FailureReason::Request(error), hint }))
    }

    fn ended(&self, stored: &Stored) -> Ending {
        match stored {
            Stored::Updated => Ending::Done(self.row.key.kind.restarts.then_some("restarted")),
            Stored::Unchanged if self.verifier.generation() != Generation::Ours && sends_secret(self.row) => {
                let what = "the server says that nothing changed, which it also says when it loses a rotated secret; \
                            check the platform";
                Ending::Unknown(what.to_owned())
            }
            Stored::Unchanged => Ending::Done(Some("noop on server")),
            Stored::Created | Stored::Existed(_) => Ending::Done(None),
        }
    }
}

fn moved() -> Ending {
    Ending::Failed(Box::new(FailureReason::Moved.into()))
}

/// Whether a resource is there as soon as another one is, so that making it is changing it: the settings of an agent.
fn comes_with_another(sent: &Sent) -> bool {
    matches!(sent.key.kind.table().api, Api::Routes(routes) if routes.create.path == routes.update.path
        && routes.create.verb == Verb::Patch)
}

/// Whether one request could not change all that a create says.
fn has_actions(sent: &Sent) -> bool {
    let mut actions = sent.fields.iter().map(|(field, _)| field.action);
    let first = actions.next();
    actions.any(|action| Some(action) != first)
}

/// Whether a resource is made by the request that replaces it.
fn is_put(sent: &Sent) -> bool {
    matches!(sent.key.kind.table().api, Api::Routes(routes) if routes.create.id.is_none())
}

/// What an update may say of what a create was to make.
fn changeable(sent: &Sent) -> Sent {
    let fields = sent.fields.iter().filter(|(field, _)| !field.create_only);
    Sent { fields: fields.map(|(field, change)| (field, change.clone())).collect(), ..sent.clone() }
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
    is_said && error.outcome() == Outcome::NotDone && matches!(write, Write::Create(_) | Write::Add(..))
}

fn sends_secret(row: &Row) -> bool {
    let hidden = |value: &Value| value.any_text(&|text| matches!(text, Text::SecretRef(_) | Text::Sensitive(_)));
    row.fields.iter().any(|field| field.action == FieldAction::Change && field.after.as_ref().is_some_and(hidden))
}
