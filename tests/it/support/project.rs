//! Reads projects through the library.

use std::path::Path;

use lobu::desired::{DesiredState, desired_state};
use lobu::model::{Diagnostic, Severity};
use lobu::project::config::ReadOptions;
use lobu::project::directory::ProjectDirectory;
use lobu::project::read_project;
use lobu::schema::ALL;

/// What a project wants, and what is said about its files.
pub(crate) fn read(directory: &Path) -> (DesiredState, Vec<Diagnostic>) {
    let directory = ProjectDirectory::open(directory, &[]).expect("the project can be opened");
    let (project, diagnostics) = read_project(&ALL, &directory, ReadOptions::default());
    (desired_state(&project.expect("a project")), diagnostics)
}

/// What a project wants in one of its targets.
pub(crate) fn read_in(directory: &Path, target: &str) -> (DesiredState, Vec<Diagnostic>) {
    let directory = ProjectDirectory::open(directory, &[]).expect("the project can be opened");
    let (project, diagnostics) = read_project(&ALL, &directory, ReadOptions::default());
    (desired_state(&project.expect("a project").into_target(target)), diagnostics)
}

/// What a project without errors wants.
#[track_caller]
pub(crate) fn desired_of(directory: &Path) -> DesiredState {
    let (desired, diagnostics) = read(directory);
    let errors: Vec<_> = diagnostics.iter().filter(|diagnostic| diagnostic.severity == Severity::Error).collect();
    assert_eq!(errors, [] as [&Diagnostic; 0]);
    desired
}
