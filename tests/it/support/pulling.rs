//! Pulls through the library, from an org `dev`.

use std::fs;
use std::path::Path;

use lobu::desired::desired_state;
use lobu::model::OrgSlug;
use lobu::org::{OrgRead, read_actual};
use lobu::plan::{Resend, Selection};
use lobu::project::config::ReadOptions;
use lobu::project::directory::{Entry, ProjectDirectory};
use lobu::project::limits::YamlLimits;
use lobu::project::{Project, read_project};
use lobu::pull::{Decided, Files, Input, Layers, NewTexts, PullSelection, ReadProject, pull_plan, writable};
use lobu::schema::Schema;

use super::converge::{ORG, plan_of};

/// The files of a project as a pull sees them.
struct Source<'target> {
    schema: Schema,
    directory: ProjectDirectory,
    target: Option<&'target str>,
}

impl Files for Source<'_> {
    fn text(&self, path: &str) -> Result<Option<String>, String> {
        self.directory.read_text(path, u64::MAX).map_err(|error| error.to_string())
    }

    fn canonical(&self, path: &str) -> String {
        self.directory.canonical(path)
    }

    fn yaml_limits(&self) -> &YamlLimits {
        &self.directory.limits().yaml
    }

    fn read_with(&self, texts: NewTexts) -> Result<ReadProject, String> {
        let directory = self.directory.with_overlay(texts).map_err(|error| error.to_string())?;
        let (project, diagnostics) = read_project(&self.schema, &directory, ReadOptions::default());
        let project = project.map(|project| in_target(project, self.target));
        Ok(ReadProject { project, diagnostics, listing: Box::new(move |path| names(&directory, path)) })
    }
}

fn in_target(project: Project, target: Option<&str>) -> Project {
    match target {
        Some(target) => project.into_target(target),
        None => project,
    }
}

fn names(directory: &ProjectDirectory, path: &str) -> Vec<String> {
    let entries = directory.list(path).ok().flatten().map(|listing| listing.entries).unwrap_or_default();
    entries.into_iter().map(|entry: Entry| entry.name).collect()
}

fn open(directory: &Path) -> ProjectDirectory {
    ProjectDirectory::open(directory, &[]).expect("it can be opened").with_read_cache()
}

/// Writes what the org has into the files of a directory; then a plan is empty. Gives how many rows there were.
pub(crate) async fn pull(
    schema: Schema,
    directory: &Path,
    org: &impl OrgRead,
    everything: bool,
    prune_local: bool,
) -> usize {
    pull_for(schema, directory, org, (everything, prune_local), None, &Layers::default()).await
}

/// The same for a target of the project.
pub(crate) async fn pull_for(
    schema: Schema,
    directory: &Path,
    org: &impl OrgRead,
    (everything, prune_local): (bool, bool),
    target: Option<&str>,
    layers: &Layers,
) -> usize {
    let source = Source { schema, directory: open(directory), target };
    let (project, diagnostics) = read_project(&schema, &source.directory, ReadOptions::default());
    let project = in_target(project.expect("a project"), target);
    let desired = desired_state(&project);
    let selection = PullSelection::new(everything, Selection::default(), &[], &[]);
    let slug = OrgSlug::from_server(ORG);
    let scope = selection.read_scope(&schema, &desired);
    let actual = read_actual(org, &slug, &scope).await.expect("the org can be read");
    let listing = |path: &str| names(&source.directory, path);
    let input = Input {
        project: &project,
        desired: &desired,
        actual: &actual,
        org: &slug,
        selection: &selection,
        listing: &listing,
        allowed: &[],
        is_init: false,
        prune_local,
        layers,
    };
    let plan = pull_plan(&input);
    assert_eq!(plan.withheld, []);
    let decided = Decided { files: &source, input, plan: &plan, diagnostics: &diagnostics, deny_warnings: true };
    let written = writable(&decided).expect("it can be written");
    assert_eq!(written.plan.rows.len(), plan.rows.len(), "{:?}", written.plan.withheld);
    for write in written.writes {
        let path = directory.join(&write.path);
        match write.after {
            Some(text) => {
                fs::create_dir_all(path.parent().expect("it lies in a directory")).expect("a directory");
                fs::write(path, text).expect("a file");
            }
            None => fs::remove_file(path).expect("a file"),
        }
    }
    let (project, _) = read_project(&schema, &open(directory), ReadOptions::default());
    let desired = desired_state(&in_target(project.expect("a project"), target));
    let again = plan_of(&schema, org, &desired, false, Resend::default()).await;
    assert!(again.is_empty(), "{:#?}", again.changes().collect::<Vec<_>>());
    plan.rows.len()
}
