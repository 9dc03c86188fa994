//! Where the file of a skill says something.

use crate::edit::yaml::{self, Stream, YamlLimits};
use crate::model::Position;
use crate::project::skills::skill_parts;
use crate::schema::FileStep;

/// What is where in a `SKILL.md`.
pub(super) struct SkillFile {
    frontmatter: Stream,
    /// How many lines come before the frontmatter.
    before: u32,
    /// The line of the text below it, from 1.
    body: u32,
}

impl SkillFile {
    pub(super) fn read(text: &str, limits: &YamlLimits) -> Self {
        let parts = skill_parts(text);
        let lines_before = |offset: usize| {
            let breaks = text.get(..offset).unwrap_or_default().matches('\n').count();
            u32::try_from(breaks).unwrap_or(u32::MAX)
        };
        let frontmatter = parts.yaml.clone().and_then(|yaml| text.get(yaml)).map(|text| yaml::read(text, limits));
        Self {
            frontmatter: frontmatter.unwrap_or_default(),
            before: parts.yaml.map_or(0, |yaml| lines_before(yaml.start)),
            body: lines_before(parts.body.start).saturating_add(1),
        }
    }

    /// Where it says what is at the end of these steps: its text, where there are none.
    pub(super) fn find(&self, file: &str, steps: &[FileStep]) -> Option<Position> {
        let Some((last, outer)) = steps.split_last() else {
            return Some(Position { line: self.body, ..Position::file(file) });
        };
        let root = self.frontmatter.documents.first().map(|document| &document.root)?;
        let name = |step: &FileStep| match step {
            FileStep::Key(name) | FileStep::Entry(name) => name.clone(),
        };
        let table = outer.iter().try_fold(root, |node, step| node.get(&name(step)))?;
        let entry = table.map()?.iter().find(|entry| entry.name() == name(last))?;
        Some(entry.spot().down(self.before).within(file))
    }
}
