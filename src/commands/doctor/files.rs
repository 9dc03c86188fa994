//! What lies around the command.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use crate::commands::values::{DOTENV, named};
use crate::commands::{ProjectOptions, Session};
use crate::desired::desired_state;
use crate::doctor::{DotenvFacts, ProjectFacts, ReadFacts, ReferenceFact, Spelling};
use crate::env::Variable;
use crate::model::{Diagnostic, SecretName, Severity};
use crate::project::config::ReadOptions;
use crate::project::directory::{OpenError, ProjectDirectory, SecretFile};
use crate::project::dotenv::read_dotenv;
use crate::project::git::{UserDirectories, is_ignored};
use crate::project::{Project, fix, read_project};
use crate::secrets::{Origin, SecretValue, Values};

/// The diagnostic that the check of the spelling says itself.
const OLD_SPELLING: &str = "old-memory-table";

/// The files around a command, as they were found.
pub(super) enum Files {
    /// No project.
    Missing,
    /// A directory that can't be opened.
    Unopened(OpenError),
    /// A project.
    Found(Box<Found>),
}

/// A project that could be opened.
pub(super) struct Found {
    pub(super) directory: ProjectDirectory,
    /// None where lobu.toml can't be read as one.
    pub(super) project: Option<Project>,
    diagnostics: Vec<Diagnostic>,
    dotenv: DotenvFacts,
    values: BTreeMap<SecretName, SecretValue>,
}

impl Files {
    /// Reads them. Nothing is shown yet.
    pub(super) fn read(session: &Session, options: &ProjectOptions) -> Self {
        let opened = match &options.directory {
            Some(directory) => ProjectDirectory::open(&session.working_directory.join(directory), &options.allow_path),
            None => ProjectDirectory::find(&session.working_directory, &options.allow_path),
        };
        let directory = match opened {
            Ok(directory) => directory,
            Err(OpenError::NoProject { .. }) => return Self::Missing,
            Err(error) => return Self::Unopened(error),
        };
        if directory.handle().symlink_metadata(ProjectDirectory::FILE).is_err() {
            // Somebody named it, as a project.
            return Self::Unopened(OpenError::NoProject { start: directory.location().display().to_string() });
        }
        let read_options = ReadOptions { allow_unknown_keys: options.allow_unknown_keys };
        let (project, diagnostics) = read_project(&directory, read_options);
        let (dotenv, values) = read_values(&directory);
        Self::Found(Box::new(Found { directory, project, diagnostics, dotenv, values }))
    }

    /// The facts. `.env` counts where its values may reach the server (F6), or a push may take them.
    pub(super) fn facts(&self, session: &Session, counts_dotenv: bool) -> ProjectFacts {
        match self {
            Self::Missing => ProjectFacts::Missing,
            Self::Unopened(error) => ProjectFacts::Unopened { why: error.to_string() },
            Self::Found(found) => ProjectFacts::Read(Box::new(found.facts(session, counts_dotenv))),
        }
    }
}

impl Found {
    fn facts(&self, session: &Session, counts_dotenv: bool) -> ReadFacts {
        let messages = |severity: Severity| {
            let found = self.diagnostics.iter().filter(|one| one.severity == severity && one.code != OLD_SPELLING);
            found.map(in_its_file).collect()
        };
        ReadFacts {
            location: self.directory.location().display().to_string(),
            errors: messages(Severity::Error),
            warnings: messages(Severity::Warning),
            spelling: spelling(&self.directory),
            references: self.project.as_ref().map(|project| self.references(session, project, counts_dotenv)),
            dotenv: self.dotenv.clone(),
            ignored: is_ignored(&self.dotenv_path(), &user_directories(session)),
        }
    }

    /// Where `.env` is, or would be.
    pub(super) fn dotenv_path(&self) -> std::path::PathBuf {
        self.directory.location().join(DOTENV)
    }

    fn references(&self, session: &Session, project: &Project, counts_dotenv: bool) -> Vec<ReferenceFact> {
        let values = Values::of_process(Arc::clone(&session.environment));
        let is_here = |name: &SecretName| {
            let in_file = || self.values.get(name).is_some_and(|value| !value.is_empty() && !Values::is_setting(name));
            values.find(name).is_some_and(|(origin, _)| origin == Origin::Process) || (counts_dotenv && in_file())
        };
        let mut facts: BTreeMap<String, ReferenceFact> = BTreeMap::new();
        for reference in desired_state(project).agents.iter().flat_map(crate::desired::Agent::references) {
            let fact = facts.entry(reference.name.to_string()).or_insert_with(|| ReferenceFact {
                name: reference.name.to_string(),
                is_provider_key: true,
                is_here: is_here(&reference.name),
            });
            fact.is_provider_key &= reference.provider.is_some();
        }
        facts.into_values().collect()
    }
}

/// Where the user's own git configuration is.
pub(super) fn user_directories(session: &Session) -> UserDirectories {
    UserDirectories {
        home: session.environment.path(Variable::Home).map(Path::to_owned),
        config: session.environment.config_directory(),
    }
}

/// A message with the file and line that it is about.
fn in_its_file(diagnostic: &Diagnostic) -> String {
    match &diagnostic.position {
        Some(place) if place.line > 0 => format!("{}:{}: {}", place.file, place.line, diagnostic.message),
        Some(place) => format!("{}: {}", place.file, diagnostic.message),
        None => diagnostic.message.clone(),
    }
}

fn spelling(directory: &ProjectDirectory) -> Spelling {
    let text = directory.read_text(ProjectDirectory::FILE, directory.limits().lobu_toml);
    match text.ok().flatten().map(|text| fix::rewrite(&text)) {
        Some(Ok(None)) => Spelling::Today,
        Some(Ok(Some(_))) => Spelling::Old,
        Some(Err(_)) | None => Spelling::Unknown,
    }
}

fn read_values(directory: &ProjectDirectory) -> (DotenvFacts, BTreeMap<SecretName, SecretValue>) {
    match read_dotenv(directory, DOTENV) {
        Ok(None) => (DotenvFacts::Missing, BTreeMap::new()),
        Ok(Some(dotenv)) => {
            let looked_at = directory.look_at_secret_file(DOTENV);
            let is_open_to_others = matches!(looked_at, Ok(SecretFile::Regular { is_open_to_others: true }));
            (DotenvFacts::Read { is_open_to_others }, named(&dotenv))
        }
        Err(problems) => {
            let first = problems.first().map(in_its_file).unwrap_or_default();
            (DotenvFacts::Unreadable { why: first }, BTreeMap::new())
        }
    }
}
