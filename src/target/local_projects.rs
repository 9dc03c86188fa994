//! What a database on this machine remembers of the projects that were applied to it, and what that means for another one.

use std::path::Path;

use crate::model::{OrgSlug, with_line_feeds};
use crate::project::directory::ProjectDirectory;
use crate::project::limits::Limits;
use crate::server::{AppliedProject, Database, Store, StoreError};

use super::{ConnectionError, DEFAULT_ORG, LocalProject, OrgSource, ResolvedTarget, Server};

/// What a database remembers.
#[derive(Debug, Clone, Default)]
pub(super) struct Remembered {
    /// The slugs of its orgs.
    orgs: Vec<String>,
    projects: Vec<AppliedProject>,
}

/// What a person should know of other projects of the database.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct OtherProjects {
    /// The projects of its orgs, where the org is yet to be made: the project's directory may have been renamed.
    pub beside: Vec<AppliedProject>,
    /// The agents of this project that were last applied from another one, and from where.
    pub owners: Vec<(String, String)>,
    /// The directories of projects of the org that are not there any more: they were moved, and one may be this project.
    pub gone: Vec<String>,
}

impl Remembered {
    pub(super) fn of(store: &Store) -> Result<Self, StoreError> {
        Ok(Self { orgs: store.orgs()?, projects: store.applied_projects()? })
    }

    /// Stops where the org that a project has by its name is that of another project.
    pub(super) fn check(&self, target: &ResolvedTarget) -> Result<OtherProjects, ConnectionError> {
        let Some(project) = &target.project else { return Ok(OtherProjects::default()) };
        let (org, path) = (target.org.as_str(), project.path.to_string_lossy());
        let of_org: Vec<&AppliedProject> = self.projects.iter().filter(|other| other.org == org).collect();
        let is_by_name = target.org_source == OrgSource::Directory;
        let is_ours = |other: &&AppliedProject| other.path == path || shares_agent(other, project);
        match of_org.first() {
            Some(other) if is_by_name && !of_org.iter().any(is_ours) => {
                return Err(ConnectionError::OtherProject { org: org.to_owned(), path: other.path.clone() });
            }
            None if is_by_name && self.projects.is_empty() && self.orgs == [DEFAULT_ORG] && org != DEFAULT_ORG => {
                return Err(ConnectionError::OnlyDefaultOrg { org: org.to_owned() });
            }
            _ => {}
        }
        let is_new = is_by_name && !self.orgs.iter().any(|slug| slug == org);
        let elsewhere = of_org.iter().filter(|other| other.path != path && is_project(&other.path));
        let owners = elsewhere.flat_map(|other| {
            let declared = other.agents.iter().filter(|agent| project.agents.contains(agent));
            declared.map(|agent| (agent.clone(), other.path.clone()))
        });
        let gone = of_org.iter().map(|other| &other.path).filter(|path| !is_project(path));
        Ok(OtherProjects {
            beside: if is_new { self.projects.clone() } else { Vec::new() },
            owners: owners.collect(),
            gone: gone.cloned().collect(),
        })
    }
}

/// The same target, in the org of another checkout of the project if its directory has no org of its own name yet.
///
/// What is wrong with the database is told by the connection, which opens it again.
pub fn with_org_of_checkout(target: ResolvedTarget) -> ResolvedTarget {
    let org = org_of_checkout(&target).map(OrgSlug::from_server);
    ResolvedTarget { org: org.unwrap_or_else(|| target.org.clone()), ..target }
}

fn org_of_checkout(target: &ResolvedTarget) -> Option<String> {
    let (Server::Local { database }, Some(project)) = (&target.server, &target.project) else { return None };
    if target.org_source != OrgSource::Directory || !Store::exists(database) {
        return None;
    }
    let remembered = Remembered::of(&Store::open(&Database::File(database.clone())).ok()?).ok()?;
    if remembered.orgs.iter().any(|slug| slug == target.org.as_str()) {
        return None;
    }
    let checkouts = remembered.projects.iter().filter(|other| is_checkout(&other.path, &project.path));
    let mut orgs: Vec<&str> = checkouts.map(|other| other.org.as_str()).collect();
    orgs.dedup();
    let [org] = orgs.as_slice() else { return None };
    Some((*org).to_owned())
}

/// Whether two directories hold the same project, as two clones of a repository do: the same lobu.toml, whatever its line ends.
fn is_checkout(other: &str, path: &Path) -> bool {
    let text = |directory: &Path| {
        let file = directory.join(ProjectDirectory::FILE);
        let is_read = file.metadata().is_ok_and(|file| file.is_file() && file.len() <= Limits::DEFAULT.lobu_toml);
        let text = is_read.then(|| std::fs::read_to_string(file).ok()).flatten()?;
        Some(with_line_feeds(text.trim_start_matches('\u{feff}')).into_owned())
    };
    text(Path::new(other)).is_some_and(|other| text(path).as_ref() == Some(&other))
}

fn shares_agent(other: &AppliedProject, project: &LocalProject) -> bool {
    other.agents.iter().any(|agent| project.agents.contains(agent))
}

/// Whether a project is still there: one that was moved is no other one.
fn is_project(path: &str) -> bool {
    Path::new(path).join(ProjectDirectory::FILE).is_file()
}
