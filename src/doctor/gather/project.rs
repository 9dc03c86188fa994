//! The project around a command, and its files with values.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::desired::desired_state;
use crate::doctor::checks::{DotenvFacts, ProjectFacts, ReadFacts, ReferenceFact, Spelling, ValuesFileFacts};
use crate::env::Environment;
use crate::model::{Diagnostic, SecretName, Severity};
use crate::org::http::HttpOrg;
use crate::project::config::ReadOptions;
use crate::project::directory::{OpenError, ProjectDirectory, SecretFile};
use crate::project::dotenv::read_dotenv;
use crate::project::{Project, fix, read_project};
use crate::schema::ALL;
use crate::schema::kinds::PLATFORM;
use crate::secrets::{DefaultValuesFile, Origin, SecretValue, Values, git_state, named_values};
use crate::target::{ResolvedTarget, TargetError};

/// The diagnostic that the check of the spelling says itself.
const OLD_SPELLING: &str = "old-memory-table";

/// Where a project is looked for, and how it is read.
#[derive(Debug, Clone, Copy)]
pub struct ProjectLookup<'a> {
    /// The directory that was named; else the nearest one upwards with a lobu.toml.
    pub directory: Option<&'a Path>,
    /// Where files may lie beside it.
    pub allow_path: &'a [PathBuf],
    /// Whether unknown keys are warned of instead of refused.
    pub allow_unknown_keys: bool,
}

/// The project around a command, as it was found.
pub(in crate::doctor) enum FoundProject {
    /// No project.
    Missing,
    /// A directory that can't be opened.
    Unopened(OpenError),
    Opened(Box<OpenedProject>),
}

impl FoundProject {
    /// Has the client of an org hide every message that repeats a secret of the project.
    pub(in crate::doctor) fn hide_in(&self, org: &HttpOrg, environment: &Arc<Environment>) {
        let Self::Opened(opened) = self else { return };
        let Some(project) = &opened.project else { return };
        let desired = desired_state(project);
        let (literals, shown) = desired.literals();
        let (values, references) = (Values::of_process(Arc::clone(environment)), desired.all_references());
        let of_process = references.iter().filter_map(|reference| values.find(&reference.name).map(|(_, value)| value));
        let of_files = opened.values_files.iter().flat_map(|file| file.values.values());
        org.learn(literals.into_iter(), of_process.chain(of_files), &shown);
    }
}

/// A project that could be opened.
pub(in crate::doctor) struct OpenedProject {
    pub(in crate::doctor) directory: ProjectDirectory,
    /// None where lobu.toml cannot be read as one.
    pub(in crate::doctor) project: Option<Project>,
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

impl FoundProject {
    /// Reads them. Nothing is shown yet.
    pub(in crate::doctor) fn read(here: &Path, options: ProjectLookup<'_>) -> Self {
        let opened = ProjectDirectory::given_or_nearest(here, options.directory, options.allow_path);
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
        let (project, diagnostics) = read_project(&ALL, &directory, read_options);
        let values_files = values_files(&directory, project.as_ref());
        Self::Opened(Box::new(OpenedProject { directory, project, diagnostics, values_files }))
    }

    /// Whether a run is clear about the target of the project.
    pub(in crate::doctor) fn target_of(&self, target: &ResolvedTarget) -> Result<(), TargetError> {
        let Self::Opened(opened) = self else { return Ok(()) };
        opened.project.as_ref().map_or(Ok(()), |project| target.target_of(project).map(drop))
    }

    /// Takes the project as it is in the target of a run.
    pub(in crate::doctor) fn take_target(&mut self, target: Option<&ResolvedTarget>) {
        let Self::Opened(opened) = self else { return };
        if let Some(name) = target.and_then(ResolvedTarget::target_name) {
            opened.project = opened.project.take().map(|project| project.into_target(name));
        }
    }

    /// The facts for a run to this target. `.env` counts where its values may reach the server, or a push may take them.
    pub(in crate::doctor) fn facts(
        &self,
        environment: &Arc<Environment>,
        target: Option<&str>,
        counts_dotenv: bool,
    ) -> ProjectFacts {
        match self {
            Self::Missing => ProjectFacts::Missing,
            Self::Unopened(error) => ProjectFacts::Unopened { why: error.to_string() },
            Self::Opened(opened) => ProjectFacts::Read(Box::new(opened.facts(environment, target, counts_dotenv))),
        }
    }
}

impl OpenedProject {
    fn facts(&self, environment: &Arc<Environment>, target: Option<&str>, counts_dotenv: bool) -> ReadFacts {
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
            references: self.project.as_ref().map(|project| references(environment, project, counted)),
            counted_file: default.path().map(str::to_owned),
            values_files: self
                .values_files
                .iter()
                .map(|file| ValuesFileFacts {
                    name: file.name.clone(),
                    target: file.target.clone(),
                    dotenv: file.dotenv.clone(),
                    ignored: git_state(&self.directory.location().join(&file.name), environment),
                })
                .collect(),
        }
    }

    /// The paths of `.env`, and of every target's `env_file` that is in the project's directory and has a name without signs that
    /// `.gitignore` reads as a pattern: what `--fix` can put right.
    pub(in crate::doctor) fn values_file_names(&self) -> impl Iterator<Item = &str> {
        let is_plain = |name: &&str| {
            let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-' | '/');
            !name.starts_with('/') && !name.split('/').any(|step| step == "..") && name.chars().all(is_plain)
        };
        let found =
            self.values_files.iter().filter(|file| file.target.is_none() || file.dotenv != DotenvFacts::Missing);
        found.map(|file| file.name.as_str()).filter(is_plain)
    }
}

fn references(environment: &Arc<Environment>, project: &Project, counted: Option<&ValuesFile>) -> Vec<ReferenceFact> {
    let values = Values::of_process(Arc::clone(environment));
    let is_here = |name: &SecretName| {
        let value = counted.and_then(|file| file.values.get(name));
        let in_file = value.is_some_and(|value| !value.is_empty() && !Values::is_setting(name));
        in_file || values.find(name).is_some_and(|(origin, _)| origin == Origin::Process)
    };
    let mut facts: BTreeMap<String, ReferenceFact> = BTreeMap::new();
    for reference in desired_state(project).all_references() {
        let is_in_platform = reference.resource.kind == PLATFORM;
        let fact = facts.entry(reference.name.to_string()).or_insert_with(|| ReferenceFact {
            name: reference.name.to_string(),
            is_provider_key: true,
            providers: Vec::new(),
            is_in_platform: false,
            is_here: is_here(&reference.name),
        });
        fact.is_provider_key &= reference.provider.is_some();
        let provider = reference.provider.filter(|provider| !fact.providers.contains(provider));
        fact.providers.extend(provider);
        fact.is_in_platform |= is_in_platform;
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
