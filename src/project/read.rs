use std::path::{Path, PathBuf};
use std::sync::Arc;

use crate::model::{Diagnostic, Family, Position, Severity, has_secret_shape};
use crate::schema::Schema;

use super::config::{self, Config, ReadOptions};
use super::directory::ProjectDirectory;
use super::excerpt::mask_line;
use super::models::{Models, read_models};
use super::skills::Skill;
use super::{AgentDirectory, AgentFiles, attach_excerpts, read_agents, read_shared_skills};

/// A project as it lies on disk.
#[derive(Debug)]
pub struct Project {
    /// What lobu.toml says.
    pub config: Config,
    /// What the directories of its agents hold, one for one.
    pub agents: Vec<AgentFiles>,
    /// The skills that every agent has.
    pub shared_skills: Vec<Arc<Skill>>,
    /// The model files; none where memory is off or there is no memory table.
    pub models: Option<Models>,
    /// What lies in `./connectors` where memory is on and lobu.toml names no connectors: other clients read it.
    pub connector_files: Vec<String>,
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
        read_models(schema, directory, models.named_at.map(|position| (models.path, position)), &agents)
    });
    diagnostics.extend(shared.diagnostics);
    diagnostics.extend(agents.iter_mut().flat_map(|files| std::mem::take(&mut files.diagnostics)));
    diagnostics.extend(models.iter().flat_map(|models| models.diagnostics.clone()));
    attach_excerpts(directory, &mut diagnostics, mask_line);
    diagnostics.iter_mut().for_each(hide_file_name);
    diagnostics.sort();
    diagnostics.dedup();
    let connector_files = connector_files(directory, &config);
    (Some(Project { config, agents, shared_skills: shared.skills, models, connector_files }), diagnostics)
}

/// A file whose name looks like a secret is named without that part.
fn hide_file_name(diagnostic: &mut Diagnostic) {
    if let Some(position) = diagnostic.position.as_mut().filter(|position| has_secret_shape(&position.file)) {
        let step = |step: &str| if has_secret_shape(step) { "(hidden)".to_owned() } else { step.to_owned() };
        position.file = position.file.split('/').map(step).collect::<Vec<_>>().join("/");
    }
}

/// Where connectors are looked for if nothing is said.
const CONNECTORS: &str = "connectors";

fn connector_files(directory: &ProjectDirectory, config: &Config) -> Vec<String> {
    let memory = config.memory.as_ref().filter(|memory| memory.is_enabled() && memory.connectors.is_none());
    let Some(Ok(Some(listing))) = memory.map(|_| directory.list(CONNECTORS)) else { return Vec::new() };
    let is_hidden = |name: &str| name.starts_with('.');
    let mut names: Vec<String> =
        listing.entries.into_iter().map(|entry| entry.name).filter(|name| !is_hidden(name)).collect();
    names.sort();
    names
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
