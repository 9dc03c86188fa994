//! Where the values of a push come from: one source, read in full before anything else.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::env::Environment;
use crate::model::SecretName;
use crate::project::dotenv::Dotenv;

use super::json_source::{JsonProblem, read_object};
use super::name::is_usable;
use super::{Fingerprint, Salt, SecretValue};

/// What an org is told about where a value came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceWord {
    /// `.env`, or the process environment.
    Env,
    /// A file that was named.
    File,
    /// Standard input.
    Stdin,
}

impl SourceWord {
    /// The word on the wire.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Env => "env",
            Self::File => "file",
            Self::Stdin => "stdin",
        }
    }
}

/// The names and values of one source.
pub struct SourceValues {
    /// What the source is called in output: `.env`, a path, `stdin`, `the environment`.
    pub label: String,
    /// What the org is told.
    pub word: SourceWord,
    entries: BTreeMap<SecretName, SecretValue>,
    unusable: BTreeSet<String>,
    wrapped: usize,
}

impl SourceValues {
    /// Every value, by name.
    pub fn values(&self) -> impl Iterator<Item = &SecretValue> {
        self.entries.values()
    }

    /// The entries of a dotenv text.
    pub fn of_dotenv(label: &str, word: SourceWord, dotenv: Dotenv) -> Self {
        let entries = dotenv.into_values().into_iter();
        Self::of_pairs(label, word, entries.map(|(name, value)| (name, SecretValue::from_wiped(value))))
    }

    /// The members of a JSON object of texts.
    pub fn of_json(label: &str, word: SourceWord, text: &str) -> Result<Self, JsonProblem> {
        Ok(Self::of_pairs(label, word, read_object(text)?))
    }

    /// The named variables of the process environment, and nothing else of it.
    pub fn of_process(environment: &Environment, names: &[SecretName]) -> Self {
        let value = |name: &SecretName| {
            let value = environment.value(name).filter(|value| !value.is_empty())?;
            Some((name.to_string(), value.duplicate()))
        };
        Self::of_pairs("the environment", SourceWord::Env, names.iter().filter_map(value))
    }

    /// One value that was given by hand.
    pub fn of_one(label: &str, word: SourceWord, name: SecretName, value: SecretValue) -> Self {
        let entries = BTreeMap::from([(name, value)]);
        Self { label: label.to_owned(), word, entries, unusable: BTreeSet::new(), wrapped: 0 }
    }

    fn of_pairs(label: &str, word: SourceWord, pairs: impl IntoIterator<Item = (String, SecretValue)>) -> Self {
        let mut source =
            Self { label: label.to_owned(), word, entries: BTreeMap::new(), unusable: BTreeSet::new(), wrapped: 0 };
        for (name, value) in pairs {
            match SecretName::parse(&name) {
                Ok(name) if is_usable(&name) => drop(source.entries.insert(name, value)),
                _ if is_padding(&value) => source.wrapped += 1,
                _ => drop(source.unusable.insert(name)),
            }
        }
        source
    }

    /// Whether there is no name in it at all.
    pub fn is_empty(&self) -> bool {
        self.entries.is_empty() && self.unusable.is_empty()
    }

    /// The value of a name, empty ones included.
    pub fn value(&self, name: &SecretName) -> Option<&SecretValue> {
        self.entries.get(name)
    }

    /// The names that a secret can have, sorted.
    pub fn names(&self) -> impl Iterator<Item = &SecretName> {
        self.entries.keys()
    }

    /// How many lines look like the end of a base64 text that was wrapped: their names are a part of a value.
    pub fn wrapped(&self) -> usize {
        self.wrapped
    }

    /// The names in it that no secret of an org can have, without those of [`SourceValues::wrapped`].
    pub fn unusable(&self) -> impl Iterator<Item = &str> {
        self.unusable.iter().map(String::as_str)
    }

    /// The fingerprint that the value of a name would have with a salt.
    pub fn fingerprint(&self, name: &SecretName, salt: &Salt) -> Option<Fingerprint> {
        Fingerprint::of(salt, name, self.entries.get(name)?)
    }
}

/// Whether a value is what base64 ends with behind its first `=`.
fn is_padding(value: &SecretValue) -> bool {
    matches!(value.text(), "" | "=")
}

impl fmt::Debug for SourceValues {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("SourceValues").field("label", &self.label).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use crate::project::dotenv;
    use crate::secrets::name::LONGEST_NAME;

    use super::*;

    fn name(text: &str) -> SecretName {
        SecretName::parse(text).unwrap()
    }

    #[test]
    fn names_that_no_secret_can_have_are_set_aside() {
        let long = "A".repeat(LONGEST_NAME + 1);
        let text = format!("FOO=1\nbar=2\n_X=3\nLOBU_API_TOKEN=4\n{long}=5\n");
        let source = SourceValues::of_dotenv(".env", SourceWord::Env, dotenv::parse(&text).unwrap());
        assert_eq!(source.names().map(SecretName::as_str).collect::<Vec<_>>(), ["FOO"]);
        assert_eq!(source.unusable().collect::<Vec<_>>(), [long.as_str(), "LOBU_API_TOKEN", "_X", "bar"]);
    }

    #[test]
    fn the_end_of_a_wrapped_value_is_no_name() {
        let text = "FOO=aHVudGVy\nMmh1bnRlcj==\nMmh1bnRlcjI=\nlower=x\n";
        let source = SourceValues::of_dotenv(".env", SourceWord::Env, dotenv::parse(text).unwrap());
        assert_eq!((source.wrapped(), source.unusable().collect::<Vec<_>>()), (2, vec!["lower"]));
    }

    #[test]
    fn of_the_environment_only_what_was_named_is_taken() {
        let environment = Environment::from_pairs([("FOO", "1"), ("BAR", "2"), ("GITHUB_TOKEN", "3"), ("EMPTY", "")]);
        let source = SourceValues::of_process(&environment, &[name("GITHUB_TOKEN"), name("EMPTY"), name("ABSENT")]);
        assert_eq!(source.names().map(SecretName::as_str).collect::<Vec<_>>(), ["GITHUB_TOKEN"]);
    }

    #[test]
    fn nothing_of_a_source_is_printed() {
        let source = SourceValues::of_json("x.json", SourceWord::File, r#"{"FOO": "hunter2"}"#).unwrap();
        assert_eq!(source.value(&name("FOO")).unwrap().text(), "hunter2");
        assert_eq!(format!("{source:?}"), "SourceValues { label: \"x.json\", .. }");
    }
}
