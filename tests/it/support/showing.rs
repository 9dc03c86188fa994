//! Shows projects through the library.

use std::path::Path;

use lobu::desired::{DesiredState, desired_state};
use lobu::edit::yaml::YamlLimits;
use lobu::plan::Selection;
use lobu::project::config::ReadOptions;
use lobu::project::directory::ProjectDirectory;
use lobu::project::read_project;
use lobu::schema::ALL;
use lobu::show::{Places, Shown, of_project};

/// The selected resources of a project as it is written.
#[track_caller]
pub(crate) fn show(path: &Path, selection: &Selection) -> Vec<Shown> {
    let (_, shown) = show_in(path, selection, None);
    shown
}

/// What a project declares, in one of its targets or as it is written, and the selected resources of that.
#[track_caller]
pub(crate) fn show_in(path: &Path, selection: &Selection, target: Option<&str>) -> (DesiredState, Vec<Shown>) {
    let directory = ProjectDirectory::open(path, &[]).expect("the project can be opened");
    let (project, _) = read_project(&ALL, &directory, ReadOptions::default());
    let project = project.expect("a project");
    let project = match target {
        Some(name) => project.into_target(name),
        None => project,
    };
    let desired = desired_state(&project);
    let text = |file: &str| std::fs::read_to_string(path.join(file)).ok();
    let places = Places::read(&project, desired.all(), &text, &YamlLimits::DEFAULT);
    let shown = of_project(&desired, selection, &places);
    (desired, shown)
}

/// The names of the targets of a project.
pub(crate) fn targets(path: &Path) -> Vec<String> {
    let directory = ProjectDirectory::open(path, &[]).expect("the project can be opened");
    let (project, _) = read_project(&ALL, &directory, ReadOptions::default());
    let targets = project.expect("a project").config.targets;
    targets.into_iter().map(|target| target.name.value).collect()
}
