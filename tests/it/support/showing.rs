//! Shows projects through the library.

use std::path::Path;

use lobu::desired::desired_state;
use lobu::edit::yaml::YamlLimits;
use lobu::plan::Selection;
use lobu::project::config::ReadOptions;
use lobu::project::directory::ProjectDirectory;
use lobu::project::read_project;
use lobu::schema::ALL;
use lobu::show::{Places, Shown, of_project};

/// The selected resources of a project.
#[track_caller]
pub(crate) fn show(path: &Path, selection: &Selection) -> Vec<Shown> {
    let directory = ProjectDirectory::open(path, &[]).expect("the project can be opened");
    let (project, _) = read_project(&ALL, &directory, ReadOptions::default());
    let project = project.expect("a project");
    let desired = desired_state(&project);
    let text = |file: &str| std::fs::read_to_string(path.join(file)).ok();
    let places = Places::read(&project, desired.all(), &text, &YamlLimits::DEFAULT);
    of_project(&desired, selection, &places)
}
