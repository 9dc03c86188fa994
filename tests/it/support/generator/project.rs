use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use super::spec::{Entry, ProjectSpec};
use super::texts::VARIABLES;
use super::{markdown, memory, toml};

/// A project as its files, and values for the `$VAR`s that it refers to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ProjectFiles {
    /// The texts by path below the project directory, with `/`.
    pub(crate) files: BTreeMap<String, String>,
    /// Made-up values of the secrets that platforms and MCP servers refer to, by name.
    pub(crate) values: BTreeMap<String, String>,
}

impl ProjectFiles {
    pub(super) fn render(project: &ProjectSpec) -> Self {
        let mut files = BTreeMap::from([("lobu.toml".to_owned(), toml::render(project))]);
        files.extend(markdown::skills("skills", &project.shared_skills));
        for agent in &project.agents {
            // The directory is there even where nothing is in it.
            files.insert(format!("agents/{}/.keep", agent.id), String::new());
            files.extend(markdown::prompts(agent));
            files.extend(markdown::skills(&format!("agents/{}/skills", agent.id), &agent.skills));
        }
        if let Some(schema) = &project.memory {
            // A directory that lobu.toml names has to exist.
            let directory = schema.models.unwrap_or("models").trim_start_matches("./");
            files.insert(format!("{directory}/.keep"), String::new());
            files.extend(memory::files(schema));
        }
        let used = |name: &&&str| uses(project, name);
        let values = VARIABLES.iter().filter(used).map(|name| ((*name).to_owned(), made_up(name))).collect();
        Self { files, values }
    }

    /// Writes the files below a directory.
    pub(crate) fn write_to(&self, directory: &Path) {
        for (path, text) in &self.files {
            let path = directory.join(path);
            if let Some(parent) = path.parent() {
                fs::create_dir_all(parent).expect("the directory can be made");
            }
            fs::write(path, text).expect("the file can be written");
        }
    }
}

/// A value that appears nowhere else, so that a leak is seen.
fn made_up(name: &str) -> String {
    format!("made-up-{}-value", name.to_lowercase().replace('_', "-"))
}

fn uses(project: &ProjectSpec, name: &str) -> bool {
    let is = |entry: &Entry| matches!(entry, Entry::Variable { name: other, .. } if *other == name);
    project.agents.iter().any(|agent| {
        let platforms = agent.platforms.iter().flat_map(|platform| &platform.config);
        let servers = agent.servers.iter().flat_map(|server| server.env.iter().chain(&server.headers));
        let clients = agent.servers.iter().filter_map(|server| server.oauth.as_ref());
        let mut clients = clients.flat_map(|oauth| oauth.client_id.iter().chain(&oauth.client_secret));
        platforms.chain(servers).any(|(_, entry)| is(entry)) || clients.any(is)
    })
}
