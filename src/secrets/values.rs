use std::collections::BTreeMap;
use std::sync::Arc;

use crate::env::Environment;
use crate::model::SecretName;
use crate::project::config::Config;
use crate::project::directory::ProjectDirectory;
use crate::project::dotenv::Dotenv;

use super::SecretValue;

/// Where a value comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Origin {
    /// The process environment.
    Process,
    /// `.env` beside lobu.toml.
    DotEnv,
    /// The file of `--env-file`.
    EnvFile,
}

/// The values that `$VAR`s can be filled with: the first source that has a value which is not empty wins.
///
/// The process environment comes first, then files in the order in which they are added.
#[derive(Default)]
pub struct Values {
    process: Option<Arc<Environment>>,
    files: Vec<(Origin, BTreeMap<SecretName, SecretValue>)>,
}

/// Prefixes of names that a CI system sets by itself and that a project must not be able to ask for.
const NOT_FROM_PROCESS: [&str; 3] = ["GITHUB_", "ACTIONS_", "CI_"];

/// The prefix of this program's own settings, which are never values.
const NEVER: &str = "LOBU_";

impl Values {
    /// Values of the process environment.
    pub fn of_process(environment: Arc<Environment>) -> Self {
        Self { process: Some(environment), files: Vec::new() }
    }

    /// The same with a file behind what is there already.
    #[must_use]
    pub fn with_file(mut self, origin: Origin, values: BTreeMap<SecretName, SecretValue>) -> Self {
        self.files.push((origin, values));
        self
    }

    /// Whether a name is that of a setting of this program, which is never a value.
    pub fn is_setting(name: &SecretName) -> bool {
        name.as_str().starts_with(NEVER)
    }

    /// Looks a value up, with where it was found.
    pub fn find(&self, name: &SecretName) -> Option<(Origin, &SecretValue)> {
        if Self::is_setting(name) {
            return None;
        }
        let process = self.process.as_deref().filter(|_| may_come_from_process(name));
        let process = process.and_then(|environment| environment.value(name)).map(|value| (Origin::Process, value));
        let files = self.files.iter().filter_map(|(origin, values)| Some((*origin, values.get(name)?)));
        process.into_iter().chain(files).find(|(_, value)| !value.is_empty())
    }

    /// Which of some names have no value, in their order.
    pub fn missing<'names>(&self, names: impl IntoIterator<Item = &'names SecretName>) -> Vec<&'names SecretName> {
        names.into_iter().filter(|name| self.find(name).is_none()).collect()
    }
}

/// The file that values come from where the command line names none.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DefaultValuesFile<'a> {
    /// `.env` beside lobu.toml: no target was named.
    Dotenv,
    /// The `env_file` of the target that was named, below lobu.toml.
    OfTarget(&'a str),
    /// The target that was named has no `env_file`. `.env` may hold the values of another one.
    NoneOfTarget(&'a str),
}

impl<'a> DefaultValuesFile<'a> {
    /// The file of the target that `-t` names.
    pub fn of(config: &'a Config, target: Option<&'a str>) -> Self {
        let Some(name) = target else { return Self::Dotenv };
        let found = config.targets.iter().find(|found| found.name.as_str() == name);
        match found.and_then(|found| found.env_file.as_ref()) {
            Some(file) => Self::OfTarget(file.as_str()),
            None => Self::NoneOfTarget(name),
        }
    }

    /// Its path below lobu.toml, if there is one.
    pub fn path(self) -> Option<&'a str> {
        match self {
            Self::Dotenv => Some(ProjectDirectory::DOTENV),
            Self::OfTarget(path) => Some(path),
            Self::NoneOfTarget(_) => None,
        }
    }
}

/// The values of a dotenv text whose names a reference can have.
pub fn named_values(dotenv: &Dotenv) -> BTreeMap<SecretName, SecretValue> {
    let value = |name: &str| {
        let value = dotenv.value(name)?;
        Some((SecretName::parse(name).ok()?, SecretValue::new(value.as_str())))
    };
    dotenv.names().filter_map(value).collect()
}

fn may_come_from_process(name: &SecretName) -> bool {
    !NOT_FROM_PROCESS.iter().any(|prefix| name.as_str().starts_with(prefix))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn name(text: &str) -> SecretName {
        SecretName::parse(text).unwrap()
    }

    fn file(pairs: &[(&str, &str)]) -> BTreeMap<SecretName, SecretValue> {
        pairs.iter().map(|(key, value)| (name(key), SecretValue::new(*value))).collect()
    }

    fn values(process: &[(&str, &str)], dot_env: &[(&str, &str)], env_file: &[(&str, &str)]) -> Values {
        Values::of_process(Arc::new(Environment::from_pairs(process.iter().copied())))
            .with_file(Origin::DotEnv, file(dot_env))
            .with_file(Origin::EnvFile, file(env_file))
    }

    #[test]
    fn the_first_source_with_a_value_wins() {
        let table = [
            (values(&[("A", "1")], &[("A", "2")], &[("A", "3")]), Some((Origin::Process, "1"))),
            (values(&[("A", "")], &[("A", "2")], &[("A", "3")]), Some((Origin::DotEnv, "2"))),
            (values(&[], &[("A", "")], &[("A", "3")]), Some((Origin::EnvFile, "3"))),
            (values(&[("B", "1")], &[], &[("A", "")]), None),
        ];
        for (values, found) in table {
            assert_eq!(values.find(&name("A")).map(|(origin, value)| (origin, value.text())), found);
        }
    }

    #[test]
    fn what_a_ci_system_sets_is_not_handed_to_a_project() {
        for text in ["GITHUB_TOKEN", "ACTIONS_RUNTIME_TOKEN", "CI_JOB_TOKEN"] {
            assert!(values(&[(text, "x")], &[], &[]).find(&name(text)).is_none(), "{text}");
            assert!(values(&[(text, "x")], &[(text, "y")], &[]).find(&name(text)).is_some(), "{text}");
        }
        assert!(values(&[("CIRCLE", "x")], &[], &[]).find(&name("CIRCLE")).is_some());
    }

    #[test]
    fn our_own_settings_are_never_values() {
        let all = [("LOBU_API_TOKEN", "x"), ("LOBU_OTHER", "x")];
        let values = values(&all, &all, &all);
        assert_eq!(values.missing([&name("LOBU_API_TOKEN"), &name("LOBU_OTHER")]).len(), 2);
    }
}
