use std::collections::BTreeMap;

use crate::model::{Sensitive, Text};
use crate::schema::{Generation, Kind, Record, Records, ResourceKey, SecretsMode, ServerTraits};
use crate::wire::Health;

use super::{HiddenValues, SecretsProbe};

/// The generation that `/health` tells of; none for a server that is not known.
pub fn generation_of(health: &Health) -> Option<Generation> {
    match (health.service.as_str(), health.implementation.as_deref()) {
        ("lobu-api", Some("lobu-rs")) => Some(Generation::Ours),
        ("lobu-api", _) => Some(Generation::Second),
        ("owletto-api", _) => Some(Generation::First),
        _ => None,
    }
}

impl SecretsProbe {
    /// How secret values reach a server that gave this answer.
    pub fn mode(&self) -> SecretsMode {
        match self {
            Self::Present(_) => SecretsMode::References,
            Self::Missing => SecretsMode::Values,
            Self::Unknown { .. } => SecretsMode::Unknown,
        }
    }
}

/// An org as far as it was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ActualState {
    /// What the server is.
    pub server: ServerTraits,
    /// What the org knows of secrets.
    pub secrets: SecretsProbe,
    /// What it has, by kind; a kind that was not read is not there. What is read by agent is there for some agents only.
    pub records: BTreeMap<Kind, Records>,
    /// What was found out about values that it hides.
    pub hidden: HiddenValues,
}

impl ActualState {
    /// The record of a resource.
    pub fn record(&self, key: &ResourceKey) -> Option<&Record> {
        self.records.get(&key.kind)?.get(&key.id)
    }

    /// The texts of the org that are shown nowhere.
    pub fn hidden_texts(&self) -> Vec<&Sensitive> {
        let mut hidden = Vec::new();
        for record in self.records.values().flat_map(|records| records.own.values()) {
            for (_, value) in record.values.iter() {
                value.each_text(&mut |text| {
                    if let Text::Sensitive(text) = text {
                        hidden.push(text);
                    }
                });
            }
        }
        hidden
    }

    /// The records of a kind; none of a kind that was not read.
    pub fn of(&self, kind: Kind) -> impl Iterator<Item = (&str, &Record)> {
        self.records.get(&kind).into_iter().flat_map(|records| &records.own).map(|(id, record)| (id.as_str(), record))
    }

    /// The records of a kind that belong to an agent by the first part of their ids, in the server's order.
    pub fn below(&self, kind: Kind, agent: &str) -> Vec<(&str, &Record)> {
        self.records.get(&kind).map(|records| records.below(agent)).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::model::OrgSlug;
    use crate::org::Classifier;
    use crate::schema::kinds::SETTINGS;
    use crate::wire::records_answer;

    #[test]
    fn hidden_texts_are_those_that_no_plan_shows() {
        let headers = json!({"Authorization": "SENTINEL", "Masked": "***", "Named": "$TOKEN"});
        let answer = json!({"updatedAt": 1, "soulMd": "Be kind.", "mcpServers": {"gh": {"headers": headers}}});
        let rows = records_answer(SETTINGS, &answer).unwrap();
        let classifier = Classifier { org: OrgSlug::from_server("dev"), mode: SecretsMode::Values };
        let record = classifier.record(SETTINGS, &rows[0]);
        let mut records = Records::default();
        records.own.insert("desk".to_owned(), record);
        let actual = ActualState {
            server: ServerTraits::of(Generation::First, None),
            secrets: SecretsProbe::Missing,
            records: BTreeMap::from([(SETTINGS, records)]),
            hidden: HiddenValues::default(),
        };
        let texts: Vec<&str> = actual.hidden_texts().into_iter().map(Sensitive::for_request).collect();
        assert_eq!(texts, ["SENTINEL"]);
    }
}
