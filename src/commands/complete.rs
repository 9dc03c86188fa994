//! The names that a shell completes: from the project's files and those of contexts, without a network, a check or a message.

use std::path::Path;

use crate::accounts::Accounts;
use crate::env::Environment;
use crate::explain::{Entry, Guide};
use crate::project::ProjectNames;
use crate::project::directory::ProjectDirectory;
use crate::schema::kinds::AGENT;
use crate::schema::{ALL, Owner};

/// What names an argument takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Names {
    /// Resources of the project as `kind/id`.
    Selectors,
    /// Targets of the project.
    Targets,
    Contexts,
    /// Secrets that lobu.toml refers to.
    Secrets,
    /// Keys of project files, as `lobu explain` takes them.
    Keys,
}

/// Where a command line is typed.
pub struct Place<'a> {
    pub environment: &'a Environment,
    pub working_directory: &'a Path,
    /// The directory of `-C`.
    pub directory: Option<&'a Path>,
}

impl Place<'_> {
    /// Lists the names that begin with what was typed; none where files are missing or broken.
    pub fn names(&self, of: Names, typed: &str) -> Vec<String> {
        let mut names = match of {
            Names::Selectors => self.selectors(typed),
            Names::Targets => self.project(|_, names| names.targets.into_iter().collect()),
            Names::Contexts => self.contexts(),
            Names::Secrets => self.project(|_, names| names.secrets.into_iter().collect()),
            Names::Keys => keys(),
        };
        names.retain(|name| name.starts_with(typed));
        names
    }

    fn project(&self, list: impl FnOnce(&ProjectDirectory, ProjectNames) -> Vec<String>) -> Vec<String> {
        let directory = ProjectDirectory::given_or_nearest(self.working_directory, self.directory, &[]);
        directory.map(|directory| list(&directory, ProjectNames::read(&directory))).unwrap_or_default()
    }

    /// The kinds first, then the resources of one, so that no more files are read than it takes.
    fn selectors(&self, typed: &str) -> Vec<String> {
        let Some((word, _)) = typed.split_once('/') else {
            return ALL.kinds().map(|kind| format!("{}/", kind.word)).collect();
        };
        let Some(kind) = ALL.by_word(word) else { return Vec::new() };
        self.project(|directory, names| {
            let ids = match kind.owner {
                Owner::SameId => names.agents,
                Owner::FirstPart => names.platforms,
                Owner::Org if kind == AGENT => names.agents,
                Owner::Org => names.slugs(directory, kind),
            };
            ids.into_iter().map(|id| format!("{word}/{id}")).collect()
        })
    }

    /// Those of the files, and the embedded org.
    fn contexts(&self) -> Vec<String> {
        let stored = Accounts::of(self.environment).and_then(|accounts| accounts.read().ok());
        let mut names: Vec<String> = stored.into_iter().flat_map(|stored| stored.contexts.into_keys()).collect();
        names.push("local".to_owned());
        names.sort();
        names.dedup();
        names
    }
}

/// The paths of keys without the names that are free, which `lobu explain` fills in.
fn keys() -> Vec<String> {
    let guide = Guide::of(&ALL);
    let mut keys: Vec<String> = guide.entries().iter().map(Entry::short_path).collect();
    keys.sort();
    keys.dedup();
    keys
}
