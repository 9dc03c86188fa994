//! What lies around the command.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::commands::Session;
use crate::commands::options::ProjectOptions;
use crate::commands::values::DefaultValuesFile;
use crate::desired::desired_state;
use crate::doctor::{DotenvFacts, ProjectFacts, ReadFacts, ReferenceFact, Spelling, ValuesFileFacts};
use crate::model::{Diagnostic, SecretName, Severity};
use crate::project::config::ReadOptions;
use crate::project::directory::{OpenError, ProjectDirectory, SecretFile};
use crate::project::dotenv::read_dotenv;
use crate::project::{Project, fix, read_project};
use crate::secrets::{Origin, SecretValue, Values, git_state, named_values};

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
    values_files: Vec<ValuesFile>,
}

/// A file with values: `.env`, or the `env_file` of a target.
struct ValuesFile {
    name: String,
    target: Option<String>,
    dotenv: DotenvFacts,
    values: BTreeMap<SecretName, SecretValue>,
}

impl Files {
    /// Reads them. Nothing is shown yet.
    pub(super) fn read(session: &Session, options: &ProjectOptions) -> Self {
        let given = options.directory.as_deref();
        let opened = ProjectDirectory::given_or_nearest(&session.working_directory, given, &options.allow_path);
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
        let values_files = values_files(&directory, project.as_ref());
        Self::Found(Box::new(Found { directory, project, diagnostics, values_files }))
    }

    /// The facts for a run to this target. `.env` counts where its values may reach the server, or a push may take them.
    pub(super) fn facts(&self, session: &Session, target: Option<&str>, counts_dotenv: bool) -> ProjectFacts {
        match self {
            Self::Missing => ProjectFacts::Missing,
            Self::Unopened(error) => ProjectFacts::Unopened { why: error.to_string() },
            Self::Found(found) => ProjectFacts::Read(Box::new(found.facts(session, target, counts_dotenv))),
        }
    }
}

impl Found {
    fn facts(&self, session: &Session, target: Option<&str>, counts_dotenv: bool) -> ReadFacts {
        let default = self
            .project
            .as_ref()
            .map_or(DefaultValuesFile::Dotenv, |project| DefaultValuesFile::of(&project.config, target));
        let counted = self.values_files.iter().find(|file| Some(file.name.as_str()) == default.path());
        let counted = counted.filter(|_| counts_dotenv || default != DefaultValuesFile::Dotenv);
        let messages = |severity: Severity| {
            let found = self.diagnostics.iter().filter(|one| one.severity == severity && one.code != OLD_SPELLING);
            found.map(in_its_file).collect()
        };
        ReadFacts {
            location: self.directory.location().display().to_string(),
            errors: messages(Severity::Error),
            warnings: messages(Severity::Warning),
            spelling: spelling(&self.directory),
            references: self.project.as_ref().map(|project| references(session, project, counted)),
            counted_file: default.path().map(str::to_owned),
            values_files: self
                .values_files
                .iter()
                .map(|file| ValuesFileFacts {
                    name: file.name.clone(),
                    target: file.target.clone(),
                    dotenv: file.dotenv.clone(),
                    ignored: git_state(&self.directory.location().join(&file.name), &session.environment),
                })
                .collect(),
        }
    }

    /// The paths of `.env`, and of every target's `env_file` that is in the project's directory and has a name without signs that
    /// `.gitignore` reads as a pattern: what `--fix` can put right.
    pub(super) fn values_file_names(&self) -> impl Iterator<Item = &str> {
        let is_plain = |name: &&str| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
            !name.starts_with('/') && !name.split('/').any(|step| step == "..") && name.chars().all(is_plain)
        };
        let found =
            self.values_files.iter().filter(|file| file.target.is_none() || file.dotenv != DotenvFacts::Missing);
        found.map(|file| file.name.as_str()).filter(is_plain)
    }
}

fn references(session: &Session, project: &Project, counted: Option<&ValuesFile>) -> Vec<ReferenceFact> {
    let values = Values::of_process(Arc::clone(&session.environment));
    let is_here = |name: &SecretName| {
        let value = counted.and_then(|file| file.values.get(name));
        let in_file = value.is_some_and(|value| !value.is_empty() && !Values::is_setting(name));
        in_file || values.find(name).is_some_and(|(origin, _)| origin == Origin::Process)
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

/// `.env`, then the `env_file` of each target, each file once.
fn values_files(directory: &ProjectDirectory, project: Option<&Project>) -> Vec<ValuesFile> {
    let targets = project.map(|project| project.config.targets.as_slice()).unwrap_or_default();
    let of_targets = targets.iter().filter_map(|target| {
        let file = target.env_file.as_ref()?;
        Some((file.as_str(), Some(target.name.as_str())))
    });
    let mut files: Vec<ValuesFile> = Vec::new();
    for (name, target) in [(ProjectDirectory::DOTENV, None)].into_iter().chain(of_targets) {
        if files.iter().all(|file| file.name != name) {
            files.push(read_values(directory, name, target));
        }
    }
    files
}

fn read_values(directory: &ProjectDirectory, name: &str, target: Option<&str>) -> ValuesFile {
    let (dotenv, values) = match read_dotenv(directory, name) {
        Ok(None) => (DotenvFacts::Missing, BTreeMap::new()),
        Ok(Some(dotenv)) => {
            let looked_at = directory.look_at_secret_file(name);
            let is_open_to_others = matches!(looked_at, Ok(SecretFile::Regular { is_open_to_others: true }));
            (DotenvFacts::Read { is_open_to_others }, named_values(&dotenv))
        }
        Err(problems) => {
            let first = problems.first().map(in_its_file).unwrap_or_default();
            (DotenvFacts::Unreadable { why: first }, BTreeMap::new())
        }
    };
    ValuesFile { name: name.to_owned(), target: target.map(str::to_owned), dotenv, values }
}
