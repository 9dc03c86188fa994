//! The keys of providers, on a server without the secrets API that takes each by a route of its own.
//!
//! A key is for every agent of the org, and nobody can read back what it replaces: each is agreed to apart from all others.

use std::collections::BTreeSet;

use crate::model::{AgentId, SecretName};
use crate::org::{Outcome, ProviderKeysWrite, RequestError};
use crate::secrets::{SecretValue, SourceValues, Suspicion};

/// The key of a provider, and by way of which agent it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedKey {
    pub provider: String,
    pub name: SecretName,
    /// An agent that the server has; the key is for all of them.
    pub agent: AgentId,
    /// Where the project has it.
    pub places: Vec<String>,
}

/// What would be sent of the keys of providers: names and places, and never a value.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KeyPlan {
    /// A row for each provider, sorted.
    pub rows: Vec<KeyRow>,
}

/// What becomes of the key of one provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyRow {
    /// Which key.
    pub key: WantedKey,
    /// What becomes of it.
    pub state: KeyState,
    /// What makes the value look like one that was not meant; only where it would be sent.
    pub suspicion: Option<Suspicion>,
}

/// What becomes of a key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KeyState {
    /// It is sent, and replaces what the org has, if it has one.
    Send,
    /// There is no value for it.
    Missing {
        /// Whether the source has the name, without a value.
        is_empty: bool,
    },
}

impl KeyPlan {
    /// The rows whose values would be sent.
    pub fn sent(&self) -> impl Iterator<Item = &KeyRow> {
        self.rows.iter().filter(|row| row.state == KeyState::Send)
    }

    /// How many have no value.
    pub fn missing(&self) -> usize {
        self.rows.iter().filter(|row| row.state != KeyState::Send).count()
    }
}

/// Looks what the source has for each key.
pub fn plan_keys(wanted: Vec<WantedKey>, source: &SourceValues) -> KeyPlan {
    let row = |key: WantedKey| {
        let value = source.value(&key.name);
        let state = match value {
            Some(value) if !value.is_empty() => KeyState::Send,
            _ => KeyState::Missing { is_empty: value.is_some() },
        };
        let suspicion = value.filter(|_| state == KeyState::Send).and_then(SecretValue::suspicion);
        KeyRow { key, state, suspicion }
    };
    KeyPlan { rows: wanted.into_iter().map(row).collect() }
}

/// What would be sent, by whether a flag agreed to it: those that it names, where values may leave this machine without a
/// question. The others are still to be asked about.
pub fn by_flag<'plan>(
    plan: &'plan KeyPlan,
    named: &[String],
    may_leave: bool,
) -> (Vec<&'plan KeyRow>, Vec<&'plan KeyRow>) {
    plan.sent().partition(|row| may_leave && named.contains(&row.key.provider))
}

/// What became of every row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyReport {
    /// The rows with their ends, sorted by provider.
    pub rows: Vec<(KeyRow, KeyEnding)>,
}

/// How a row ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum KeyEnding {
    /// The server has it.
    Sent,
    /// It was not to be sent.
    Nothing,
    /// Nobody agreed to it.
    Declined,
    /// The server refused it.
    Failed(RequestError),
    /// The answer was lost: the server has it, or what it had before.
    Unknown(RequestError),
    /// Something before it failed, or the command was stopped.
    NotTried,
}

/// Sends the keys of the agreed providers, one after the other. The first failure is the last request.
pub async fn push_keys(
    org: &impl ProviderKeysWrite,
    plan: KeyPlan,
    agreed: &BTreeSet<String>,
    source: &SourceValues,
    is_stopped: impl Fn() -> bool,
) -> KeyReport {
    let mut rows = Vec::new();
    let mut has_failed = false;
    for row in plan.rows {
        let KeyRow { key, state, suspicion: _ } = &row;
        let ending = match source.value(&key.name).filter(|_| *state == KeyState::Send) {
            None => KeyEnding::Nothing,
            Some(_) if !agreed.contains(&key.provider) => KeyEnding::Declined,
            Some(_) if has_failed || is_stopped() => KeyEnding::NotTried,
            Some(value) => match org.put_provider_key(&key.agent, &key.provider, value).await {
                Ok(()) => KeyEnding::Sent,
                Err(error) if error.outcome() == Outcome::Unknown => KeyEnding::Unknown(error),
                Err(error) => KeyEnding::Failed(error),
            },
        };
        has_failed |= matches!(ending, KeyEnding::Failed(_) | KeyEnding::Unknown(_));
        rows.push((row, ending));
    }
    KeyReport { rows }
}

impl KeyReport {
    /// How many rows ended in some way.
    pub fn count(&self, is: impl Fn(&KeyEnding) -> bool) -> usize {
        self.rows.iter().filter(|(_, ending)| is(ending)).count()
    }

    /// Why a key was not sent, and whether it may have been.
    pub fn failure(&self) -> Option<&RequestError> {
        self.rows.iter().find_map(|(_, ending)| match ending {
            KeyEnding::Failed(error) | KeyEnding::Unknown(error) => Some(error),
            _ => None,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use crate::org::Request;
    use crate::secrets::SourceWord;

    use super::*;

    /// Takes keys, and fails for one provider.
    #[derive(Default)]
    struct Taker {
        fails: Option<(&'static str, u16)>,
        taken: Mutex<Vec<String>>,
    }

    impl ProviderKeysWrite for Taker {
        async fn put_provider_key(&self, agent: &AgentId, provider: &str, _: &SecretValue) -> Result<(), RequestError> {
            if let Some((_, status)) = self.fails.filter(|(failing, _)| *failing == provider) {
                let request = Request { method: "PUT", path: "/".to_owned() };
                return Err(RequestError::Refused { request, status, server: crate::wire::ServerError::default() });
            }
            self.taken.lock().unwrap().push(format!("{agent}/{provider}"));
            Ok(())
        }
    }

    fn wanted(provider: &str) -> WantedKey {
        let (name, agent) = (SecretName::parse("KEY").unwrap(), AgentId::from_server("desk"));
        WantedKey { provider: provider.to_owned(), name, agent, places: Vec::new() }
    }

    fn source(value: &str) -> SourceValues {
        SourceValues::of_one("the value", SourceWord::Env, SecretName::parse("KEY").unwrap(), SecretValue::new(value))
    }

    async fn endings(taker: &Taker, agreed: &[&str], is_stopped: bool) -> Vec<String> {
        let source = source("hunter2");
        let plan = plan_keys(["a", "b", "c"].map(wanted).to_vec(), &source);
        let agreed = agreed.iter().map(|&provider| provider.to_owned()).collect();
        let report = push_keys(taker, plan, &agreed, &source, || is_stopped).await;
        let word = |ending: &KeyEnding| format!("{ending:?}").split('(').next().unwrap_or_default().to_owned();
        report.rows.iter().map(|(_, ending)| word(ending)).collect()
    }

    #[tokio::test]
    async fn only_what_was_agreed_to_is_sent() {
        let taker = Taker::default();
        assert_eq!(endings(&taker, &["a", "c"], false).await, ["Sent", "Declined", "Sent"]);
        assert_eq!(*taker.taken.lock().unwrap(), ["desk/a", "desk/c"]);
        assert_eq!(endings(&taker, &["a"], true).await, ["NotTried", "Declined", "Declined"]);
    }

    #[tokio::test]
    async fn the_first_failure_is_the_last_request() {
        for (status, word) in [(404, "Failed"), (500, "Unknown")] {
            let taker = Taker { fails: Some(("b", status)), ..Taker::default() };
            assert_eq!(endings(&taker, &["a", "b", "c"], false).await, ["Sent", word, "NotTried"]);
            assert_eq!(*taker.taken.lock().unwrap(), ["desk/a"]);
        }
    }

    #[test]
    fn a_flag_agrees_to_what_it_names_where_values_may_leave() {
        let plan = plan_keys(["a", "b"].map(wanted).to_vec(), &source("hunter2"));
        let providers =
            |rows: Vec<&KeyRow>| rows.iter().map(|row| row.key.provider.clone()).collect::<Vec<_>>().concat();
        for (may_leave, agreed, open) in [(true, "a", "b"), (false, "", "ab")] {
            let (by_flag, asked) = by_flag(&plan, &["a".to_owned(), "c".to_owned()], may_leave);
            assert_eq!((providers(by_flag).as_str(), providers(asked).as_str()), (agreed, open));
        }
    }

    #[test]
    fn an_empty_value_is_none() {
        let plan = plan_keys(vec![wanted("a")], &source(""));
        assert_eq!(plan.rows[0].state, KeyState::Missing { is_empty: true });
        assert_eq!((plan.sent().count(), plan.missing()), (0, 1));
    }
}
