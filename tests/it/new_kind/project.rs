//! A project with playbooks.

use std::fs;
use std::path::Path;

use lobu::desired::{DesiredState, desired_state};
use lobu::model::Diagnostic;
use lobu::project::config::ReadOptions;
use lobu::project::directory::ProjectDirectory;
use lobu::project::{Project, read_project};
use tempfile::TempDir;

use super::SCHEMA;

const LOBU_TOML: &str = "[agents]\n\n[memory]\nenabled = true\norg = \"dev\"\n";

/// Two entity types, and two playbooks: one with every field, and one with what it must have.
pub(super) const MODELS: &str = r#"version: 2
entities:
  - {slug: ticket, name: Ticket}
  - {slug: customer, name: Customer}
playbooks:
  # How money goes back.
  - slug: refund
    title: Refund  # as people see it
    summary: How a refund is made
    tone: brisk
    steps: [ask, "pay back"]
    enabled: true
    internal: true
    notes: {owner: desk, limit: 50}
    follow_up: survey
    routes:
      - {from: ticket, to: customer}
      - {from: customer, to: ticket}
  - slug: survey
    title: Survey
"#;

/// A directory with a lobu.toml and one model file.
pub(super) struct Files {
    directory: TempDir,
}

impl Files {
    /// A project with these models.
    pub(super) fn with(models: &str) -> Self {
        let files = Self { directory: tempfile::tempdir().expect("a directory") };
        fs::create_dir(files.directory.path().join("models")).expect("a directory");
        files.write("lobu.toml", LOBU_TOML);
        files.write(MODEL_FILE, models);
        files
    }

    /// Writes a file, or takes it away.
    pub(super) fn write<'text>(&self, path: &str, text: impl Into<Option<&'text str>>) {
        let path = self.directory.path().join(path);
        match text.into() {
            Some(text) => fs::write(path, text).expect("a file"),
            None => fs::remove_file(path).expect("a file"),
        }
    }

    pub(super) fn path(&self) -> &Path {
        self.directory.path()
    }

    pub(super) fn text(&self, path: &str) -> String {
        fs::read_to_string(self.directory.path().join(path)).expect("a file")
    }

    /// The directory as the program opens it.
    pub(super) fn open(&self) -> ProjectDirectory {
        ProjectDirectory::open(self.directory.path(), &[]).expect("it can be opened").with_read_cache()
    }

    /// The project, what it declares, and what is said about it.
    #[track_caller]
    pub(super) fn read(&self) -> (Project, DesiredState, Vec<Diagnostic>) {
        let (project, diagnostics) = read_project(&SCHEMA, &self.open(), ReadOptions::default());
        let project = project.expect("a project");
        let desired = desired_state(&project);
        (project, desired, diagnostics)
    }
}

/// The one model file.
pub(super) const MODEL_FILE: &str = "models/models.yaml";

/// What the models declare, of which there is nothing to say.
#[track_caller]
pub(super) fn desired(models: &str) -> DesiredState {
    let (_, desired, diagnostics) = Files::with(models).read();
    assert_eq!(diagnostics, []);
    desired
}
