use crate::project::key_tree::{Node, Repeats, agent_directory, lobu_toml, model_files, skill};
use crate::schema::{KeyForm, Schema};

use super::entry::{Entry, ProjectFile};

/// Every key of every file of a project.
#[derive(Debug)]
pub struct Guide {
    files: [(ProjectFile, Node); 4],
}

impl Guide {
    /// The keys of these kinds, and what the readers have beside them.
    pub fn of(schema: &Schema) -> Self {
        let files = [
            (ProjectFile::LobuToml, lobu_toml(schema)),
            (ProjectFile::AgentDirectory, agent_directory(schema)),
            (ProjectFile::Skill, skill(schema)),
            (ProjectFile::Model, model_files(schema)),
        ];
        Self { files }
    }

    /// What stands at the top of each file. A skill is one table, which has a name here only.
    pub(super) fn tops(&self) -> impl Iterator<Item = Entry<'_>> {
        self.files.iter().flat_map(|(file, root)| match file {
            ProjectFile::Skill => vec![Entry::top(*file, root)],
            // Of a bundle, its version is said with each type.
            ProjectFile::Model => root
                .members
                .iter()
                .filter(|node| !node.members.is_empty())
                .map(|node| Entry::top(*file, node))
                .collect(),
            _ => root.members.iter().map(|node| Entry::top(*file, node)).collect(),
        })
    }

    /// Every key, depth first, file by file, but for old spellings and the usual keys of some types.
    pub fn entries(&self) -> Vec<Entry<'_>> {
        let mut found = Vec::new();
        self.tops().for_each(|top| top.list(&mut found));
        found
    }
}

impl Entry<'_> {
    /// Adds the key, and what is below it.
    fn list(self, found: &mut Vec<Self>) {
        if !self.is_said_by_entry() {
            found.push(self.clone());
        }
        // What a target says otherwise is listed where it is asked for.
        if self.node.repeats == Repeats::Below {
            return;
        }
        self.members().into_iter().for_each(|member| member.list(found));
    }

    /// Every key below it, depth first.
    pub fn below(&self) -> Vec<Self> {
        let mut found = Vec::new();
        self.members().into_iter().for_each(|member| member.list(&mut found));
        found
    }

    /// Whether it has free names and each of them is one value: that value says it all.
    fn is_said_by_entry(&self) -> bool {
        matches!(self.node.key.form, KeyForm::Map { .. })
            && self.node.members.iter().all(|entry| entry.members.is_empty())
    }

    /// What is listed below it: of a list or a map of tables, what these have.
    pub fn members(&self) -> Vec<Self> {
        let shown = self.node.members.iter().filter(|node| !node.key.is_old && node.key.types.is_empty());
        let members = shown.map(|node| self.step(node));
        members.flat_map(|member| if member.is_nameless_table() { member.members() } else { vec![member] }).collect()
    }

    /// The names that are usual among its free ones.
    pub fn usual(&self) -> Vec<Self> {
        self.node.members.iter().filter(|node| !node.key.types.is_empty()).map(|node| self.step(node)).collect()
    }

    /// Whether it is an element or an entry that is a table, of which nothing is to be said but what it has.
    fn is_nameless_table(&self) -> bool {
        !self.node.members.is_empty() && self.node.name().starts_with(['[', '<'])
    }
}
