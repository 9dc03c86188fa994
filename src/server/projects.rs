//! Which projects of this machine were applied to which org of a database.
//!
//! A project without an org of its own choice gets one by the name of its directory, which others may have too: what is remembered
//! here tells them apart.

use std::collections::BTreeMap;

use rusqlite::params;

use super::{
    clock::now,
    error::StoreError,
    store::{Store, known_org_id},
};

/// A project that was applied to an org.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedProject {
    /// The slug of the org.
    pub org: String,
    /// The directory of its lobu.toml.
    pub path: String,
    /// The agents of the org that were last applied from it.
    pub agents: Vec<String>,
}

impl Store {
    /// Remembers that a project with these agents is applied to an org.
    pub fn remember_project(&self, org: &str, path: &str, agents: &[String]) -> Result<(), StoreError> {
        self.0.pool.write(|write| {
            let connection = write.connection();
            let org = known_org_id(connection, org)?;
            connection.execute(
                "INSERT INTO projects (org, path, applied_at) VALUES (?1, ?2, ?3)
                 ON CONFLICT (org, path) DO UPDATE SET applied_at = excluded.applied_at",
                params![org, path, now()],
            )?;
            for agent in agents {
                connection
                    .prepare_cached(
                        "INSERT INTO project_agents (org, agent, path) VALUES (?1, ?2, ?3)
                         ON CONFLICT (org, agent) DO UPDATE SET path = excluded.path",
                    )?
                    .execute(params![org, agent, path])?;
            }
            Ok(())
        })
    }

    /// The projects that were applied, the last one first.
    pub fn applied_projects(&self) -> Result<Vec<AppliedProject>, StoreError> {
        self.0.pool.read(|connection| {
            let mut agents: BTreeMap<(i64, String), Vec<String>> = BTreeMap::new();
            let mut statement = connection.prepare("SELECT org, path, agent FROM project_agents ORDER BY agent")?;
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                agents.entry((row.get(0)?, row.get(1)?)).or_default().push(row.get(2)?);
            }
            let mut statement = connection.prepare(
                "SELECT projects.org, slug, path FROM projects JOIN organizations ON organizations.id = projects.org
                 ORDER BY applied_at DESC, slug, path",
            )?;
            let projects = statement.query_map([], |row| {
                let (id, org, path): (i64, String, String) = (row.get(0)?, row.get(1)?, row.get(2)?);
                let agents = agents.get(&(id, path.clone())).cloned().unwrap_or_default();
                Ok(AppliedProject { org, path, agents })
            })?;
            Ok(projects.collect::<Result<_, _>>()?)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::Database;

    #[test]
    fn an_agent_is_of_the_project_that_was_applied_last() {
        let store = Store::open(&Database::Memory).unwrap();
        for org in ["one", "two"] {
            store.ensure_org(org, org).unwrap();
        }
        let agents = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        store.remember_project("one", "/a", &agents(&["desk", "front"])).unwrap();
        store.remember_project("two", "/a", &agents(&["desk"])).unwrap();
        store.remember_project("one", "/b", &agents(&["front"])).unwrap();
        let of = |org: &str, path: &str| {
            let projects = store.applied_projects().unwrap();
            projects.into_iter().find(|project| project.org == org && project.path == path).unwrap().agents
        };
        assert_eq!(of("one", "/a"), ["desk"]);
        assert_eq!(of("one", "/b"), ["front"]);
        assert_eq!(of("two", "/a"), ["desk"]);
        assert!(store.remember_project("three", "/a", &[]).is_err());
    }
}
