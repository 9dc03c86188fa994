use crate::project::directory::ProjectDirectory;
use crate::schema::Schema;

/// What model files are read with.
#[derive(Clone, Copy)]
pub(super) struct Source<'project> {
    /// The kinds that they may declare.
    pub(super) schema: &'project Schema,
    /// Where the files lie that they name.
    pub(super) directory: &'project ProjectDirectory,
    /// The agents of the project.
    pub(super) agents: &'project [&'project str],
    /// The targets that lobu.toml declares, which a list of them may name.
    pub(super) targets: &'project [&'project str],
}
