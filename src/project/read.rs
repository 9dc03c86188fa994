use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::edit::NodePath;
use crate::model::{Diagnostic, Family, NotApplied, Position, Severity, has_secret_shape};
use crate::schema::kinds::SETTINGS;
use crate::schema::{ResourceKey, Schema};

use super::config::{self, Config, OverlaidValue, ReadOptions};
use super::directory::ProjectDirectory;
use super::excerpt::mask_line;
use super::models::{Models, read_models};
use super::not_applied::files_of_others;
use super::skills::Skill;
use super::{AgentDirectory, AgentFiles, attach_excerpts, read_agents, read_shared_skills, targets};

/// A project as it lies on disk.
#[derive(Debug, Clone)]
pub struct Project {
    /// What lobu.toml says.
    pub config: Config,
    /// What the directories of its agents hold, one for one.
    pub agents: Vec<AgentFiles>,
    /// The skills that every agent has.
    pub shared_skills: Vec<Arc<Skill>>,
    /// The model files; none where memory is off or there is no memory table.
    pub models: Option<Models>,
    /// What files that other clients read hold, by what it is.
    pub elsewhere: BTreeMap<&'static str, NotApplied>,
    /// The target that it is the project of, if it is that of one.
    pub in_target: Option<InTarget>,
}

/// A target of which a project has what it says otherwise.
#[derive(Debug, Clone, PartialEq)]
pub struct InTarget {
    pub name: String,
    /// The values that it sets.
    pub values: Vec<OverlaidValue>,
    /// Where it has the entries of lists, by where the project has them.
    pub elements: BTreeMap<NodePath, NodePath>,
    /// What the project has for other targets only.
    pub left_out: Vec<LeftOut>,
    /// Whether the project is not the same in all its targets.
    pub differs: bool,
}

/// Something that is in other targets only.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The resource, or the one that it is a part of.
    pub key: ResourceKey,
    /// Where lobu.toml has it, if not in a list.
    pub place: Option<NodePath>,
}

impl LeftOut {
    /// Whether it is a resource of its own, and not a part of one.
    pub fn is_whole(&self) -> bool {
        self.key.kind != SETTINGS
    }
}

/// Reads a project: everything that is wrong with it comes back in one pass, by place.
///
/// There is no project if lobu.toml is missing or not TOML. With errors among the diagnostics the project holds what could be
/// read, and must not be applied.
pub fn read_project(
    schema: &Schema,
    directory: &ProjectDirectory,
    options: ReadOptions,
) -> (Option<Project>, Vec<Diagnostic>) {
    let file = ProjectDirectory::FILE;
    let text = match directory.read_text(file, directory.limits().lobu_toml) {
        Ok(Some(text)) => text,
        Ok(None) => return (None, vec![missing(directory.location())]),
        Err(error) => return (None, vec![error.diagnostic(Family::Project)]),
    };
    let (config, mut diagnostics) = config::read(schema, &text, file, options);
    let Some(config) = config else { return (None, diagnostics) };
    let shared = read_shared_skills(directory);
    let mut agents = read_agents(schema, directory, &agent_directories(&config), &shared);
    let models = config.memory.as_ref().filter(|memory| memory.is_enabled()).map(|memory| {
        let models = memory.models_directory();
        let agents: Vec<&str> = config.agents.iter().map(|agent| agent.id.value.as_str()).collect();
        let targets: Vec<&str> = config.targets.iter().map(|target| target.name.value.as_str()).collect();
        let named = models.named_at.map(|position| (models.path, position));
        read_models(schema, directory, named, &agents, &targets)
    });
    diagnostics.extend(targets::check(&config, models.as_ref()));
    diagnostics.extend(shared.diagnostics);
    diagnostics.extend(agents.iter_mut().flat_map(|files| std::mem::take(&mut files.diagnostics)));
    diagnostics.extend(models.iter().flat_map(|models| models.diagnostics.clone()));
    attach_excerpts(directory, &mut diagnostics, mask_line);
    diagnostics.iter_mut().for_each(hide_file_name);
    diagnostics.sort();
    diagnostics.dedup();
    let elsewhere = files_of_others(directory, &config);
    (Some(Project { config, agents, shared_skills: shared.skills, models, elsewhere, in_target: None }), diagnostics)
}

/// A file whose name looks like a secret is named without that part.
fn hide_file_name(diagnostic: &mut Diagnostic) {
    if let Some(position) = diagnostic.position.as_mut().filter(|position| has_secret_shape(&position.file)) {
        let step = |step: &str| if has_secret_shape(step) { "(hidden)".to_owned() } else { step.to_owned() };
        position.file = position.file.split('/').map(step).collect::<Vec<_>>().join("/");
    }
}

fn missing(location: &Path) -> Diagnostic {
    // A `.` at the end, from `-C .`, is gone after a walk through the components.
    let location: PathBuf = location.components().collect();
    let message = format!("no {} in `{}`", ProjectDirectory::FILE, location.display());
    Diagnostic::new(Severity::Error, Family::Project, "no-project", message)
        .hint("change to the project's directory, or set it with -C")
}

/// The directories as lobu.toml names them. Where one is missing an error was reported; the project directory stands in.
fn agent_directories(config: &Config) -> Vec<AgentDirectory> {
    let directory = |agent: &config::AgentConfig| match &agent.dir {
        Some(dir) => AgentDirectory { path: dir.value.clone(), position: dir.position.clone() },
        None => AgentDirectory { path: String::new(), position: Position::file(ProjectDirectory::FILE) },
    };
    config.agents.iter().map(directory).collect()
}
